"""The ledger of assumptions: taken over from what the request does not say, put into the quotation, settled by what turns out."""

from __future__ import annotations

from decimal import Decimal
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import Role
from audit.context import acting
from audit.events import events_of
from audit.refusals import BadInput, NotAllowed, Refused
from documents.models import DocumentVersion
from process.assumptions import ledger, letters, quoting
from process.assumptions.models import Assumption
from process.assumptions.settling import prompt, take_arrived
from process.assumptions.words import SAID
from process.costs.completeness import EFFECTS
from process.models import CostAssessment
from projects.completeness import QUESTIONS
from projects.models import Charter, Project, Quotation, Rfp, WaitingFor
from projects.services.commercial import change_in_draft
from tests.process import factories as make
from tests.process.assumptions.story import change, in_a_week, seller, whole
from tests.projects import factories as projects
from worksheets.changing import ADD, REMOVE, Change, change_rows

pytestmark = pytest.mark.django_db


def test_every_question_of_a_request_says_what_is_assumed_without_it() -> None:
    assert set(SAID) == {question.field for question in QUESTIONS}
    assert set(EFFECTS) <= set(SAID)


def test_missing_answers_become_rows_with_what_they_widen(project: Project, rows: dict[str, Assumption], scenario: CostAssessment) -> None:
    pilot = rows["pilot_quantity_kg"]

    assert (pilot.figure, pilot.low, pilot.high, pilot.unit) == (Decimal(20), Decimal(10), Decimal(40), "kg")
    assert pilot.wider_by is not None
    assert pilot.wider_by > 0
    assert pilot.currency == scenario.currency
    assert "Pilot" in pilot.lines
    assert pilot.owner == project.rfp.account_owner
    assert "structure_text" not in rows  # the request says it
    assert "assumptions.taken_over" in [event.kind for event in events_of(project)]


def test_an_answer_in_place_of_the_one_that_was_asked_arrives_with_its_name(project: Project, rows: dict[str, Assumption]) -> None:
    assert "exposure_band" in rows
    Rfp.objects.filter(project=project).update(exposure_limit_ug_per_m3="2.5", validation_batches=5)

    arrived = {found.row.field: (found.figure, found.now) for found in ledger.arrivals(whole(project))}

    assert arrived["exposure_band"] == (None, "Occupational exposure limit (µg/m³): 2.5")
    assert arrived["validation_batches"] == (5, "5")


def test_what_was_assumed_of_the_former_question_is_assumed_of_the_role(project: Project) -> None:
    row = Assumption.objects.create(project=project, words="It is the API.", field="registration_intermediate")

    import_module("process.migrations.0010_assumed_roles").rename(apps, SimpleNamespace(connection=connection))

    assert Assumption.objects.get(pk=row.pk).field == "compound_role"


def test_taking_over_again_keeps_what_people_wrote(project: Project, rows: dict[str, Assumption], scenario: CostAssessment) -> None:
    row = rows["pilot_quantity_kg"]
    assert not change(project, row, words="The pilot makes 25 kg", figure="25", high="60")

    ledger.take_over(project.code, scenario.number, actor=seller())

    kept = Assumption.objects.get(project=project, field="pilot_quantity_kg")
    assert (kept.words, kept.figure) == ("The pilot makes 25 kg", Decimal(25))
    assert Assumption.objects.filter(project=project).count() == len(rows)


def test_what_is_settled_is_not_taken_over_again(
    client: Client, project: Project, rows: dict[str, Assumption], scenario: CostAssessment
) -> None:
    assert not change(project, rows["pilot_quantity_kg"], real_figure="20")

    taken = ledger.take_over(project.code, scenario.number, actor=seller())

    assert {row.field for row in taken} == set(rows) - {"pilot_quantity_kg"}
    assert Assumption.objects.filter(project=project).count() == len(rows)
    Assumption.objects.update(real_words="As assumed.")
    with pytest.raises(Refused, match="there or in the ledger"):
        ledger.take_over(project.code, scenario.number, actor=seller())
    client.force_login(seller())
    assert "there or in the ledger" in client.get(reverse("project-assumptions", args=[project.code])).content.decode()


def test_the_page_of_a_scenario_counts_and_offers_only_what_is_open(
    client: Client, project: Project, rows: dict[str, Assumption], scenario: CostAssessment
) -> None:
    client.force_login(seller())
    question, take = rows["pilot_quantity_kg"].question, reverse("assumptions-take", args=[project.code, scenario.number])
    letter = reverse("letter-of-scenario", args=[project.code, scenario.number])

    def page() -> str:
        return client.get(scenario.get_absolute_url()).content.decode()

    def counted() -> int:
        return len(client.get(scenario.get_absolute_url()).context["whole"].open_answers)

    assert (question in page(), counted()) == (True, len(rows))
    assert not change(project, rows["pilot_quantity_kg"], real_figure="20")
    assert (question in page(), counted()) == (False, len(rows) - 1)
    assert client.post(letter).status_code == 302
    letters.send_letter(project.code, actor=seller())
    asked = page()
    assert (take in asked, letter in asked, client.post(letter).status_code) == (True, False, 409)
    assert "The ledger holds no open question" in asked
    Assumption.objects.update(real_words="As assumed.")
    settled = page()
    assert (take in settled, letter in settled, client.post(take).status_code) == (False, False, 409)
    assert "there or in the ledger" in settled


def test_a_scenario_without_a_price_gives_nothing(project: Project) -> None:
    empty = make.a_scenario(project, make.draft_of(make.a_route(project)))

    with pytest.raises(Refused):
        ledger.take_over(project.code, empty.number, actor=seller())
    assert not Assumption.objects.exists()


def test_the_ledger_is_kept_by_ours_who_work_on_it(project: Project, scenario: CostAssessment) -> None:
    with pytest.raises(NotAllowed):
        ledger.take_over(project.code, scenario.number, actor=projects.person(Role.QUALITY_ASSURANCE))


def test_what_turns_out_settles_a_row(project: Project, rows: dict[str, Assumption]) -> None:
    row = rows["pilot_quantity_kg"]

    assert not change(project, row, real_figure="20")
    row = Assumption.objects.get(pk=row.pk)
    assert (row.state, row.difference) == (Assumption.State.CONFIRMED, Decimal(0))

    with pytest.raises(BadInput):  # a regulated value changes with a reason
        change(project, row, real_figure="24")
    assert not change(project, row, reason="The client corrected it.", real_figure="24")
    row = Assumption.objects.get(pk=row.pk)
    assert (row.state, row.difference) == (Assumption.State.REPLACED, Decimal(4))

    assert not change(project, row, reason="It was another project.", real_figure="")
    assert Assumption.objects.get(pk=row.pk).is_open


def test_a_row_of_our_own_and_what_is_wrong_with_one(project: Project) -> None:
    address = f"assumptions:{project.code}"
    values = {"words": "Toluene is recycled to 80 %", "figure": "80", "low": "90", "unit": "%"}

    (wrong,) = change_rows(address, [Change(ADD, values=values)], actor=make.chemist()).results
    (right,) = change_rows(address, [Change(ADD, values=values | {"low": "60"})], actor=make.chemist()).results

    assert set(wrong.errors) == {"low"}
    assert right.is_saved
    assert Assumption.objects.get(pk=right.pk).why == Assumption.Why.OWN


def test_the_real_number_prompts_its_owner_once_and_is_taken_over(project: Project, rows: dict[str, Assumption]) -> None:
    row = rows["pilot_quantity_kg"]
    assert ledger.arrivals(whole(project)) == []
    Rfp.objects.filter(pk=project.rfp_id).update(pilot_quantity_kg=Decimal(24))

    (found,) = ledger.arrivals(whole(project))
    assert found.told == "24 kg instead of 20 kg"
    with acting(channel="worker"):
        assert (prompt(whole(project)), prompt(whole(project))) == (1, 0)
    wait = WaitingFor.objects.open().get(key=f"assumption.arrived:{row.pk}")
    assert wait.user == row.owner
    assert not change(project, row, owner=str(make.chemist()))
    assert WaitingFor.objects.open().get(key=wait.key).user == make.chemist()

    take_arrived(project.code, row.pk, actor=seller())

    row = Assumption.objects.get(pk=row.pk)
    assert (row.state, row.real_figure, row.difference) == (Assumption.State.REPLACED, Decimal(24), Decimal(4))
    assert not WaitingFor.objects.open().filter(key=wait.key).exists()
    assert [event.kind for event in events_of(row)][:2] == ["assumption.settled", "assumption.arrived"]
    with pytest.raises(Refused):
        take_arrived(project.code, row.pk, actor=seller())


def test_a_row_that_is_taken_away_asks_nobody_any_more(project: Project, rows: dict[str, Assumption]) -> None:
    Rfp.objects.filter(pk=project.rfp_id).update(pilot_quantity_kg=Decimal(24))
    with acting(channel="worker"):
        assert prompt(whole(project)) == 1

    gone = [Change(REMOVE, rows["pilot_quantity_kg"].pk)]
    (result,) = change_rows(f"assumptions:{project.code}", gone, actor=seller(), reason="Not made.").results

    assert result.is_saved, result.errors
    assert not WaitingFor.objects.open().filter(key__startswith="assumption.arrived:").exists()


def test_cost_page_and_ledger_say_that_it_has_arrived(
    client: Client, project: Project, rows: dict[str, Assumption], scenario: CostAssessment
) -> None:
    Rfp.objects.filter(pk=project.rfp_id).update(pilot_quantity_kg=Decimal(24))
    client.force_login(seller())

    for address in (scenario.get_absolute_url(), reverse("project-assumptions", args=[project.code])):
        assert "24 kg instead of 20 kg" in client.get(address).content.decode(), address
    settled = client.post(reverse("assumption-settle", args=[project.code, rows["pilot_quantity_kg"].pk]))

    assert settled.status_code == 302
    assert "24 kg instead of 20 kg" not in client.get(scenario.get_absolute_url()).content.decode()


def test_open_assumptions_go_into_the_draft_once(project: Project, rows: dict[str, Assumption]) -> None:
    with pytest.raises(Refused, match="no draft"):
        quoting.into_quotation(project.code, actor=seller())
    before = change_in_draft(projects.a_quotation(project), assumptions="", actor=seller())

    quoting.into_quotation(project.code, actor=seller())

    after = Quotation.objects.get(pk=before.pk)
    lines = after.assumptions.splitlines()
    assert "The pilot makes what our estimate counts with (20 kg; 10 to 40)." in lines
    assert len(lines) == len(set(lines)) == len(rows)
    assert (after.total, after.lines.count()) == (before.total, 2)
    with pytest.raises(Refused, match="Every open assumption"):
        quoting.into_quotation(project.code, actor=seller())


def test_open_assumptions_go_into_the_draft_of_a_charter_once() -> None:
    project = projects.a_planned_project()
    row = {"words": "Toluene is recycled", "figure": "80", "unit": "%", "question": "May toluene be recycled?"}
    change_rows(f"assumptions:{project.code}", [Change(ADD, values=row)], actor=seller())

    before = Charter.objects.get(project=project)
    quoting.into_charter(project.code, actor=projects.manager())

    after = Charter.objects.get(project=project)
    assert after.assumptions.splitlines()[-1] == "Toluene is recycled (80 %)."
    assert (after.objectives, after.start_on) == (before.objectives, before.start_on)
    with pytest.raises(Refused, match="Every open assumption"):
        quoting.into_charter(project.code, actor=projects.manager())


def test_the_button_puts_what_is_open_into_the_charter_and_a_quotation_takes_it_only_as_a_draft(client: Client) -> None:
    project = projects.a_planned_project()
    row = {"words": "Toluene is recycled", "question": "May toluene be recycled?"}
    change_rows(f"assumptions:{project.code}", [Change(ADD, values=row)], actor=seller())
    ledger_page, quote, charter = (
        reverse(name, args=[project.code]) for name in ("project-assumptions", "assumptions-quote", "assumptions-charter")
    )
    client.force_login(projects.manager())

    assert charter in client.get(ledger_page).content.decode()
    assert client.post(charter).status_code == 302
    assert Charter.objects.get(project=project).assumptions.splitlines()[-1] == "Toluene is recycled"
    assert charter not in client.get(ledger_page).content.decode()
    assert client.post(charter).status_code == 409
    client.force_login(seller())
    assert client.post(quote).status_code == 409  # none is drafted


def test_the_button_puts_what_is_open_into_the_draft(client: Client, project: Project, rows: dict[str, Assumption]) -> None:
    draft = change_in_draft(projects.a_quotation(project), assumptions="", actor=seller())
    client.force_login(seller())
    address = reverse("assumptions-quote", args=[project.code])
    assert address in client.get(reverse("project-assumptions", args=[project.code])).content.decode()

    assert client.post(address).status_code == 302

    assert len(Quotation.objects.get(pk=draft.pk).assumptions.splitlines()) == len(rows)
    assert client.post(address).status_code == 409


def test_what_is_ours_alone_stands_in_no_text_of_the_client(project: Project, rows: dict[str, Assumption]) -> None:
    (ours,) = change_rows(
        f"assumptions:{project.code}", [Change(ADD, values={"words": "The second supplier gives way on price"})], actor=seller()
    ).results
    assert ours.is_saved

    offered = projects.a_quotation(project)
    letters.write_letter(project.code, **in_a_week())

    paper = DocumentVersion.objects.get(document__type_key=letters.TYPE)
    assert len(offered.assumptions.splitlines()) == len(paper.snapshot["data"]["questions"]["rows"]) == len(rows)
    for text in (offered.assumptions, "\n".join(quoting.missing_in("", project)), str(paper.snapshot)):
        assert "gives way" not in text


def test_the_button_takes_over_what_is_missing(client: Client, project: Project, scenario: CostAssessment) -> None:
    client.force_login(seller())

    said = client.post(reverse("assumptions-take", args=[project.code, scenario.number]), follow=True).content.decode()

    assert "missing answers stand in the ledger." in said
    assert Assumption.objects.filter(project=project).exists()


def test_a_client_finds_no_ledger(client: Client, project: Project, rows: dict[str, Assumption]) -> None:
    client.force_login(projects.person(Role.CLIENT_APPROVER, client=project.client))

    assert client.get(reverse("project-assumptions", args=[project.code])).status_code == 404
    assert client.get(reverse("worksheet", args=[f"assumptions:{project.code}"])).status_code == 404
