"""What a signed sheet assumes, in the ledger."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import Role
from audit.models import Event
from phases.evaluation import services
from process.assumptions.models import Assumption
from process.assumptions.quoting import missing_in
from projects.models import Project
from tests.phases.sheets import ANSWERS, add_row, changed, sheet_of, sign_off
from tests.projects import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make.a_project()


def test_what_a_signed_sheet_assumes_stands_in_the_ledger_once(project: Project) -> None:
    services.save_sheet(project.code, "research", changes=ANSWERS, actor=make.person(Role.RESEARCH))
    due = timezone.localdate() + timedelta(days=30)
    figure = {"figure": "82", "unit": "%", "low": "75", "high": "88", "confirm_by": due.isoformat()}
    add_row(project, "research", "sheet-assumptions", text="Yield of step 2", **figure)
    add_row(project, "research", "sheet-assumptions", text="Price of the amine", figure="12", unit="EUR/kg")
    add_row(project, "research", "sheet-assumptions", text="The amine is bought,  not made.", figure="10000000000000", unit="kg")
    assert not Assumption.objects.exists()

    sign_off(project)
    services.reopen_sheet(project.code, "research", actor=make.person(Role.RESEARCH), reason="Another one.")
    add_row(project, "research", "sheet-assumptions", text="One campaign a year. " * 40)
    sign_off(project)

    rows = list(Assumption.objects.filter(project=project))
    assert [row.words for row in rows[:3]] == ["Yield of step 2", "Price of the amine", "The amine is bought, not made."]
    assert (len(rows), len(rows[3].words), rows[3].words[-4:]) == (4, 500, "a y…")
    told = rows[0]
    assert (told.figure, told.low, told.high, told.unit, told.due_on) == (82, 75, 88, "%", due)
    assert (told.owner, told.why, told.is_open) == (make.person(Role.RESEARCH), "own", True)
    lines = missing_in("", project)  # of quotation and charter
    assert (lines[0], len(lines)) == ("Yield of step 2 (82 %; 75 to 88).", 3), "what we pay stays ours"
    assert rows[2].figure is None  # it has more digits than the ledger
    assert Event.objects.filter(kind="assumptions.adopted", project_id=project.pk).count() == 2


def test_the_ledger_follows_a_sheet_that_is_signed_again_unless_somebody_has_written_there(project: Project) -> None:
    services.save_sheet(project.code, "research", changes=ANSWERS, actor=make.person(Role.RESEARCH))
    first, second = (
        add_row(project, "research", "sheet-assumptions", text=text, figure="82", unit="%") for text in ("Yield of step 2", "Recovery")
    )
    sign_off(project)
    Assumption.objects.filter(words="Recovery").update(low=Decimal(70))

    services.reopen_sheet(project.code, "research", actor=make.person(Role.RESEARCH), reason="It was measured.")
    address = f"sheet-assumptions:{sheet_of(project, 'research').pk}"
    assert changed(address, first, {"text": "Yield of step 2, isolated", "figure": "78"}, Role.RESEARCH).is_saved
    assert changed(address, second, {"figure": "75"}, Role.RESEARCH).is_saved
    sign_off(project)

    rows = Assumption.objects.filter(project=project).values_list("words", "figure", "low")
    assert list(rows) == [("Yield of step 2, isolated", 78, None), ("Recovery", 82, 70)]


def test_the_ledger_follows_whoever_signs_for_the_department(project: Project) -> None:
    services.save_sheet(project.code, "research", changes=ANSWERS, actor=make.person(Role.RESEARCH))
    row, _steady = (
        add_row(project, "research", "sheet-assumptions", text=text, figure="82", unit="%") for text in ("Yield of step 2", "Recovery")
    )
    sign_off(project)
    colleague = make.person(Role.RESEARCH, name="A colleague")

    services.reopen_sheet(project.code, "research", actor=colleague, reason="It was measured.")
    assert changed(f"sheet-assumptions:{sheet_of(project, 'research').pk}", row, {"figure": "78"}, Role.RESEARCH).is_saved
    sign_off(project, actor=colleague)

    rows = Assumption.objects.filter(project=project)
    assert {(each.words, each.figure, each.owner) for each in rows} == {
        ("Yield of step 2", 78, colleague),
        ("Recovery", 82, colleague),
    }
    told = Event.objects.filter(kind="assumptions.adopted").latest("pk")
    assert (told.actor, told.data["before"]["1"], told.data["after"]["1"]) == (
        colleague,
        f"Yield of step 2 (82 %). · {make.person(Role.RESEARCH)}",
        "Yield of step 2 (78 %). · A colleague",
    )


def test_the_record_says_where_the_ledger_keeps_other_figures_than_were_signed(project: Project) -> None:
    services.save_sheet(project.code, "research", changes=ANSWERS, actor=make.person(Role.RESEARCH))
    add_row(project, "research", "sheet-assumptions", text="Yield of step 2", figure="82", unit="%")
    sign_off(project)
    row = Assumption.objects.get(project=project)
    assert changed(f"assumptions:{project.code}", row.pk, {"figure": "70"}, Role.PRODUCTION).is_saved

    services.reopen_sheet(project.code, "research", actor=make.person(Role.RESEARCH), reason="Another one.")
    sign_off(project)

    kept = Event.objects.get(kind="assumptions.kept")
    assert (kept.data["titles"], kept.data["after"]) == ("Yield of step 2", {"1": f"Yield of step 2 (70 %). · {row.owner}"})
    assert Assumption.objects.get(pk=row.pk).figure == 70
