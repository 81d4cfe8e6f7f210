"""The page of a scratch plan: what is typed is tried and compared, a fault stands at its field, a conflict locks the button."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role
from projects.models import Project, Scratch, Task
from projects.network import Link
from projects.services.milestones import MilestoneDraft, add_milestone
from projects.services.plan import reschedule_milestone
from projects.trials import changes_of
from projects.what_if import Changes
from tests.projects import factories as make
from tests.projects.scratches import a_link, an_internal_one, project

pytestmark = pytest.mark.django_db
__all__ = ["project"]


def typed(page: Any) -> dict[str, str]:
    """The form as the page offers it; a box that is not ticked is not sent."""
    form = page.context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {name: _sent(value) for name, value in values.items() if value is not False} | {"version": version_in(page)}


def version_in(page: Any) -> str:
    """The plan from which the page says that it was made."""
    return re.search(r'name="version" value="([^"]+)"', page.content.decode())[1]  # type: ignore[index]


def _sent(value: object) -> str:
    return "on" if value is True else str("" if value is None else value)


@pytest.fixture
def browser() -> Client:
    browser = Client()
    browser.force_login(make.person(Role.PROJECT_MANAGER))
    return browser


@pytest.fixture
def address(project: Project, browser: Client) -> str:
    return browser.post(reverse("project-scratches", args=[project.code]), {"name": "Try"})["Location"]


def test_the_page_tries_and_says_what_moves_the_critical_path_and_the_filing(project: Project, browser: Client, address: str) -> None:
    extra = an_internal_one(project)
    link, task = a_link(project, successor__key="g2", kind="FS"), Task.objects.open().filter(project=project)[0]
    sent = typed(browser.get(address)) | {
        "work-g3": "20",
        f"work-task-{task.pk}": "12",
        f"kind-{link.pk}": "SS",
        f"lag-{link.pk}": "150",
        f"out-{extra.key}": "on",
        "added-0-successor": "g3",
        "added-0-predecessor": "sample_shipped",
        "added-0-lag_days": "5",
    }

    answer = browser.post(address, sent)
    page = browser.get(address)

    changes = changes_of(Scratch.objects.get(project=project))
    assert answer.status_code == 302
    assert changes == Changes(
        durations={"g3": 20, task.key: 12},
        kinds={link.names: "SS"},
        lags={link.names: 150},
        added=(Link("sample_shipped", "g3", "FS", 5),),
        removed=frozenset({extra.key}),
    )
    html = page.content.decode()
    end = page.context["trial"].ends[0]
    assert end.days > 0 and f"+{end.days} d late" in html
    assert "Critical path as tried" in html and "taken out" in html
    assert typed(page)["added-0-predecessor"] == "sample_shipped"
    assert {"added-1-successor", "work-g3"} <= set(typed(page))


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"added-0-successor": "sample_shipped", "added-0-predecessor": "g2"}, "added-0-predecessor"),
        ({"added-0-successor": "g3"}, "added-0-predecessor"),
        ({"work-g3": "-1"}, "work-g3"),
    ],
)
def test_a_fault_stands_at_its_field_and_what_was_typed_stays(browser: Client, address: str, values: dict[str, str], field: str) -> None:
    answer = browser.post(address, typed(browser.get(address)) | {"work-g2": "17"} | values)

    html = answer.content.decode()
    assert answer.status_code == 400
    assert f'href="#id_{field}"' in html and f'id="id_{field}_error"' in html
    assert answer.context["form"]["work-g2"].value() == "17"


def test_a_page_opened_before_the_plan_changed_does_not_turn_it_back(project: Project, browser: Client, address: str) -> None:
    sent = typed(browser.get(address)) | {"work-g3": "4"}
    reschedule_milestone(project.code, "sample_shipped", not_before=None, duration_days=8, reason="Other.", actor=make.manager())

    answer = browser.post(address, sent)
    kept = changes_of(Scratch.objects.get(project=project))
    again = browser.post(address, sent | {"version": version_in(answer)})

    assert answer.status_code == 400
    assert "The plan has changed since this page was opened" in answer.content.decode()
    assert kept == Changes()
    assert again.status_code == 302
    assert changes_of(Scratch.objects.get(project=project)).durations["g3"] == 4


def test_a_conflict_locks_the_button_and_says_which(project: Project, browser: Client, address: str) -> None:
    browser.post(address, typed(browser.get(address)) | {"work-g3": "4"})
    reschedule_milestone(project.code, "g3", not_before=None, duration_days=9, reason="Other.", actor=make.manager())

    html = browser.get(address).content.decode()

    assert "was 4" not in html and "it is 9 now" in html
    assert 'data-dialog="apply"' not in html


def test_what_can_no_longer_be_taken_out_locks_the_button_and_says_why(project: Project, browser: Client, address: str) -> None:
    extra = an_internal_one(project)
    browser.post(address, typed(browser.get(address)) | {f"out-{extra.key}": "on"})
    free = browser.get(address).content.decode()
    Task.objects.filter(pk=Task.objects.open().filter(project=project)[0].pk).update(milestone=extra, title="Columns packed")

    html = browser.get(address).content.decode()

    assert 'data-dialog="apply"' in free
    assert "can no longer be taken out. The task “Columns packed” feeds it" in html
    assert 'data-dialog="apply"' not in html


def test_the_page_costs_the_same_however_many_milestones(
    project: Project, browser: Client, address: str, django_assert_num_queries: Any
) -> None:
    def take_out_another(number: int) -> None:
        draft = MilestoneDraft(title=f"More {number}", kind="internal")
        row = add_milestone(project.code, draft, phase="small_scale", after="g1", reason="Wanted.", actor=make.manager())
        browser.post(address, typed(browser.get(address)) | {f"out-{row.key}": "on"})

    take_out_another(0)
    with CaptureQueriesContext(connection) as few:
        browser.get(address)
    asked = len(few)  # the next request forgets them
    for number in (1, 2, 3):
        take_out_another(number)

    with django_assert_num_queries(asked):
        page = browser.get(address)

    assert len(changes_of(Scratch.objects.get(project=project)).removed) == 4
    assert 'data-dialog="apply"' in page.content.decode()
