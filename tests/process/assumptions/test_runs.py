"""A step that was run says what the ledger only assumed of it; what differs may become a change order."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Role
from audit.context import acting
from audit.models import Event
from process.assumptions import ledger, settling
from process.assumptions.models import Assumption
from process.assumptions.runs import Seen, TurnedOut, turned_out
from projects.models import Project, WaitingFor
from tests.process.actuals.story import a_quoted_project, run
from tests.process.assumptions.story import change, seller, whole
from tests.projects import factories as projects
from worksheets.changing import REMOVE, Change, change_rows

pytestmark = pytest.mark.django_db
RUNS = (
    Seen("Coupling", "small_scale", 1, Decimal(90), Decimal(30)),
    Seen("Coupling", "pilot", 3, Decimal(70)),
    Seen("Coupling 2", "pilot", 1, Decimal(60), Decimal(12)),
    Seen("Salt", "pilot", 1, Decimal(95), Decimal(48)),
)


@pytest.fixture
def quoted(db: None) -> Project:
    return a_quoted_project()


def assumed(project: Project, words: str = "Acetylation yields 82 %", figure: str = "82", unit: str = "%") -> Assumption:
    return Assumption.objects.create(project=project, words=words, figure=Decimal(figure), unit=unit, owner=seller())


def look_after_runs() -> None:
    with acting(channel="worker"):
        settling.prompt_after(list(Event.objects.filter(kind__startswith="worksheet.")))


@pytest.mark.parametrize(
    ("words", "figure", "unit", "told"),
    [
        ("Coupling yields 82 %", "82", "%", (75, "Coupling: 75 % on 4 batches")),
        ("The yield of coupling in pilot", "82", "%", (70, "Coupling: 70 % on 3 batches")),
        ("Yield of Coupling 2", "82", "%", (60, "Coupling 2: 60 % on 1 batch")),
        ("Coupling takes one day", "24", "h", (30, "Coupling: 30 h on 1 batch")),
        ("Cycle time of Salt", "1.5", "days", (2, "Salt: 2 days on 1 batch")),
        ("Solvent of Coupling recovered", "80", "%", None),  # of no yield
        ("Yield of Coupling and of Salt", "80", "%", None),  # of two steps
        ("Yield of Couplings", "80", "%", None),
        ("Yield of Coupling in validation", "80", "%", None),  # not run there
        ("Coupling yields much", None, "%", None),
    ],
)
def test_a_row_of_a_step_is_told_the_mean_over_its_batches(words: str, figure: str | None, unit: str, told: Any) -> None:
    row = Assumption(words=words, figure=figure and Decimal(figure), unit=unit)

    assert turned_out(row, RUNS) == (told and TurnedOut(Decimal(told[0]), told[1]))


def test_a_run_asks_who_confirms_with_both_numbers_and_no_longer_when_it_is_taken_away(quoted: Project) -> None:
    row = assumed(quoted)
    look_after_runs()
    assert not WaitingFor.objects.open().filter(key=f"assumption.arrived:{row.pk}").exists()

    first = run(quoted, "70", 2)
    look_after_runs()

    event = Event.objects.get(kind="assumption.arrived", object_id=row.pk)  # what was quoted assumes the yield in a row of its own
    assert (event.data["now"], event.data["was"]) == ("70 %", "82 %")
    assert WaitingFor.objects.open().get(key=f"assumption.arrived:{row.pk}").user == row.owner
    gone = change_rows(f"step-runs:{quoted.code}", [Change(REMOVE, first.pk)], actor=projects.manager(), reason="Another step.")
    assert gone.results[0].is_saved
    look_after_runs()
    assert not WaitingFor.objects.open().filter(key=f"assumption.arrived:{row.pk}").exists()


def test_what_differs_begins_a_change_order_with_both_numbers(client: Client, quoted: Project) -> None:
    row, same = assumed(quoted), assumed(quoted, "Acetylation takes 31 h", "31", "h")
    run(quoted, "70", 2, cycle_time_h="31")
    client.force_login(seller())
    page = client.get(reverse("project-assumptions", args=[quoted.code])).content.decode()
    assert "70 % instead of 82 %" in page and "31 h, as assumed" in page
    assert "Raise a change order" not in page

    for each in (row, same):
        settling.take_arrived(quoted.code, each.pk, actor=seller())

    page = client.get(reverse("project-assumptions", args=[quoted.code])).content.decode()
    address = f"{reverse('change-order-new', args=[quoted.code])}?assumption="
    assert f"{address}{row.pk}" in page and f"{address}{same.pk}" not in page
    words = client.get(f"{address}{row.pk}").context["form"].initial
    assert words["title"] == "Other than assumed: Acetylation yields 82 %"
    assert words["reason"] == "We assumed: Acetylation yields 82 % (82 %).\nIt turned out: Acetylation: 70 % on 2 batches"
    for other in (str(same.pk), "x", "٣"):
        assert client.get(f"{address}{other}").context["form"].initial == {}


def test_without_a_contract_nothing_is_to_be_changed_by_order(client: Client, project: Project) -> None:
    row = assumed(project)
    assert not change(project, row, real_figure="70")
    client.force_login(projects.person(Role.PROJECT_MANAGER))

    page = client.get(reverse("project-assumptions", args=[project.code])).content.decode()

    assert "Turned out otherwise than assumed" not in page


def test_runs_are_read_once_and_only_for_a_row_of_a_step(quoted: Project, django_assert_num_queries: Any) -> None:
    run(quoted, "70", 2)
    project = whole(quoted)
    assumed(quoted, "The pilot makes 20 kg", "20", "kg")
    with django_assert_num_queries(0):
        ledger.arrivals(project, [Assumption(words="The pilot makes 20 kg", figure=Decimal(20), unit="kg")])
    for number in (1, 3):
        rows = [Assumption(words="Acetylation yields 82 %", figure=Decimal(82), unit="%") for _ in range(number)]
        with django_assert_num_queries(1):
            assert len(ledger.arrivals(project, rows)) == number
