"""The client's pages: what is shared now and nothing else, with its proofs, its watches and what it was told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from audit.context import Channel, acting
from documents.models import Document
from notifications.models import MilestoneWatch
from projects.models import Deliverable, GateCondition, Milestone, Phase, Project
from projects.services.conditions import answer_condition, confirm_condition, tell_overdue_conditions
from projects.services.plan import reschedule_milestone
from projects.services.publishing import pending_moves, publish_milestone, publish_plan
from projects.services.sharing import ask_for_approval, set_visibility
from tests.finished import finished
from tests.kept import kept_until_the_end
from tests.projects import factories
from tests.projects.people import as_person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unlaid")]


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any) -> Iterator[int]:
    with kept_until_the_end(django_db_blocker):
        factories.person(Role.CLIENT_VIEWER)
        yield factories.a_project_in(Phase.SMALL_SCALE).pk


@pytest.fixture
def project(made: int, db: None) -> Project:
    return Project.objects.get(pk=made)


def viewer() -> Browser:
    return as_person(factories.person(Role.CLIENT_VIEWER))


def page_of(project: Project, browser: Browser | None = None, **parameters: str) -> str:
    return str((browser or viewer()).get(reverse("portal-project", args=[project.code]), parameters).content.decode())


def published(project: Project, key: str = "route_selected") -> date:
    """A date that moved and was told with its reason."""
    row = Milestone.objects.get(project=project, key=key)
    assert row.forecast_on
    manager = factories.manager()
    reschedule_milestone(project.code, key, not_before=row.forecast_on + timedelta(days=21), actor=manager, reason="Our own words.")
    publish_milestone(project.code, key, reason_class="material", side="third_party", reason="A supplier delivers late.", actor=manager)
    return row.forecast_on


def test_what_is_no_longer_shared_is_no_longer_told(project: Project) -> None:
    published(project)
    assert "Route selected" in viewer().get("/portal/").content.decode()

    set_visibility(project.code, "milestone", "route_selected", visibility="internal", actor=factories.manager())

    assert "Route selected" not in viewer().get("/portal/").content.decode()


def test_what_happened_tells_before_after_reason_and_who(project: Project) -> None:
    before = published(project)
    after = Milestone.objects.get(project=project, key="route_selected").published_on

    page = " ".join(viewer().get("/portal/").content.decode().split())

    assert f"<li>Route selected: {shown(before)} → {shown(after)}</li>" in page
    assert "Reason: Material or supplier · Third party · A supplier delivers late." in page
    assert "· Project manager" in page
    assert "Our own words" not in page


def test_dates_that_are_told_in_one_act_stand_together(project: Project) -> None:
    row = Milestone.objects.get(project=project, key="route_selected")
    manager = factories.manager()
    reschedule_milestone(project.code, row.key, not_before=row.forecast_on + timedelta(days=21), actor=manager, reason="x")  # type: ignore[operator]
    keys = [move.key for move in pending_moves(project)]
    publish_plan(project.code, keys=keys, reason_class="material", side="cdmo", reason="Told once, for all of them.", actor=manager)

    page = viewer().get("/portal/").content.decode()

    assert len(keys) > 5
    assert page.count("Told once, for all of them.") == 1
    together = page.partition("Told once, for all of them.")[0].rpartition("<time")[2]
    assert "<li>Route selected:" in together
    assert "<li>G5 Commercial review:" in together


def test_the_client_is_spoken_to_and_not_of(project: Project) -> None:
    factories.sent_change_order(project)
    ask_for_approval(project.code, "milestone", "g2", due_on=timezone.localdate(), actor=factories.manager())

    home, page = (viewer().get(path).content.decode() for path in ("/portal/", f"/portal/{project.code}/"))

    assert "asked you to approve" in home.lower()
    assert page.count("Waits for your answer") == 2
    assert not any(words in home + page for words in ("Sent to the client", "the client to approve", "Not answered"))


def test_a_viewer_reads_what_waits_for_the_organisation(project: Project) -> None:
    factories.sent_change_order(project)

    for browser, title in (
        (viewer(), "Waiting for your organisation"),
        (as_person(factories.person(Role.CLIENT_APPROVER)), "Waiting for you<"),
    ):
        for address in ("/portal/", reverse("portal-project", args=[project.code])):
            page = browser.get(address).content.decode()
            assert title in page
            assert "answer change order" in page


def shown(day: Any) -> str:
    return f"{day.day} {day:%b %Y}"


def test_a_client_sets_a_watch_where_the_date_stands(project: Project) -> None:
    browser = viewer()
    assert "data-open" not in page_of(project, browser)
    dialog = page_of(project, browser, watch="g2")
    address = reverse("milestone-watch", args=[project.code, "g2"])
    assert f'action="{address}"' in dialog
    assert "data-open" in dialog

    answer = browser.post(address, {"days": 7})

    assert answer["Location"] == reverse("portal-project", args=[project.code])
    watch = MilestoneWatch.objects.get(user__email="client.viewer.dca@example.com")
    assert (watch.milestone.key, watch.days, watch.reference_on) == ("g2", 7, watch.milestone.published_on)
    assert "moves over 7 days" in page_of(project, browser)


def test_a_milestone_that_is_not_shared_opens_no_dialog(project: Project) -> None:
    assert "data-open" not in page_of(project, watch="methods_ready")


def test_the_calendar_is_a_step_away_with_the_project_chosen(project: Project) -> None:
    link = f"{reverse('notification-settings')}?project={project.code}"

    assert f'href="{link}#feeds-title"' in page_of(project)
    assert f'<option value="{project.code}" selected' in viewer().get(link).content.decode()
    assert f'href="{link}#feeds-title"' in as_person(factories.manager()).get(project.get_absolute_url()).content.decode()


def test_a_shared_deliverable_leads_to_the_shared_document_that_proves_it(project: Project, client: Browser) -> None:
    deliverable = Deliverable.objects.get(project=project, key="process_development_report")
    set_visibility(project.code, "deliverable", deliverable.key, visibility="shared", actor=factories.manager())
    version = finished("project_status_report", project, author=factories.manager())
    document = version.document
    Deliverable.objects.filter(pk=deliverable.pk).update(
        evidence_kind="document", evidence_link=document.get_absolute_url(), evidence_hash="x", done_at=timezone.now()
    )
    link = f'<a href="{document.get_absolute_url()}">{deliverable.title}</a>'
    assert link not in page_of(project)

    Document.objects.filter(pk=document.pk).update(visibility="shared", shared_at=timezone.now(), shared_by=factories.manager())

    assert link in page_of(project)


TOLD = "The second dryer is not qualified yet."


@pytest.fixture
def overdue(project: Project, monkeypatch: pytest.MonkeyPatch) -> Callable[..., GateCondition]:
    """A condition of the gate, a day after it was due; told to the client or not."""

    def make(*, tell_client: bool, untold_reason: str = "") -> GateCondition:
        factories.finish_phase(project)
        words = {"tell_client": tell_client, "client_words": TOLD if tell_client else "", "untold_reason": untold_reason}
        factories.decide_with_conditions(project, factories.a_condition(words="Between ourselves.", **words))
        condition = GateCondition.objects.get(review__project=project)
        today, later = timezone.localdate, condition.due_on + timedelta(days=1)
        monkeypatch.setattr(timezone, "localdate", lambda *given, **named: today(*given, **named) if given else later)
        return condition

    return make


def tell_at_night() -> None:
    with acting(channel=Channel.WORKER):
        tell_overdue_conditions(timezone.localdate())


def test_an_overdue_condition_stands_on_the_client_s_page_in_its_signed_words(project: Project, overdue: Any) -> None:
    condition = overdue(tell_client=True)
    assert TOLD not in page_of(project)  # the client is not told yet

    tell_at_night()
    page = page_of(project)

    assert TOLD in page
    assert f"overdue since {shown(condition.due_on)}" in page
    assert "Between ourselves" not in page

    answer_condition(project.code, condition.pk, actor=factories.manager(), words="Qualified.")
    confirm_condition(project.code, condition.pk, actor=factories.person(Role.QUALITY_ASSURANCE))
    assert TOLD not in page_of(project)


def test_an_overdue_condition_that_is_ours_alone_is_not_told(project: Project, overdue: Any) -> None:
    overdue(tell_client=False, untold_reason="A matter of our staff.")
    tell_at_night()

    assert "overdue since" not in page_of(project)


def test_a_client_s_page_costs_few_queries(project: Project, django_assert_max_num_queries: Any) -> None:
    factories.sent_change_order(project)
    browser = as_person(factories.person(Role.CLIENT_APPROVER))
    for address in ("/portal/", reverse("portal-project", args=[project.code])):
        browser.get(address)
        with django_assert_max_num_queries(24):  # four of them take the client's role on and off inside the test's own transaction
            browser.get(address)
