"""The ledger of assumptions: taken over from what the request does not say, put into the quotation, settled by what turns out."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User
from audit.context import acting
from audit.events import events_of
from audit.refusals import BadInput, NotAllowed, Refused
from documents.models import Document, DocumentVersion
from documents.services import submission_blockers
from documents.services.queue import page_of
from process.assumptions import ledger, letters, quoting
from process.assumptions.models import Assumption, ClarificationLetter
from process.assumptions.settling import prompt, take_arrived
from process.assumptions.words import SAID
from process.costs.completeness import EFFECTS
from process.models import CostAssessment
from projects.completeness import QUESTIONS
from projects.models import Charter, Clarification, Project, Quotation, Rfp, WaitingFor
from projects.services.clarifications import answer_clarification
from tests.process import factories as make
from tests.projects import factories as projects
from worksheets.changing import ADD, CHANGE, REMOVE, Change, change_rows

pytestmark = pytest.mark.django_db


def seller() -> User:
    return projects.person(Role.BUSINESS_DEVELOPMENT)


@pytest.fixture
def scenario(project: Project) -> CostAssessment:
    return make.a_scenario(project, make.draft_of(make.a_whole_route(project)))


@pytest.fixture
def rows(project: Project, scenario: CostAssessment) -> dict[str, Assumption]:
    ledger.take_over(project.code, scenario.number, actor=seller())
    return {row.field: row for row in Assumption.objects.filter(project=project)}


def whole(project: Project) -> Project:
    return Project.objects.select_related("rfp", "client").get(pk=project.pk)


def change(project: Project, row: Assumption, reason: str = "", **values: str) -> dict[str, list[str]]:
    (result,) = change_rows(f"assumptions:{project.code}", [Change(CHANGE, row.pk, values)], actor=seller(), reason=reason).results
    return result.errors


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

    assert question in page()
    assert not change(project, rows["pilot_quantity_kg"], real_figure="20")
    assert question not in page()
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
    before = projects.a_quotation(project)

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


def test_the_buttons_put_what_is_open_into_quotation_and_charter(client: Client) -> None:
    project = projects.a_planned_project()
    row = {"words": "Toluene is recycled", "question": "May toluene be recycled?"}
    change_rows(f"assumptions:{project.code}", [Change(ADD, values=row)], actor=seller())
    ledger_page, quote, charter = (
        reverse(name, args=[project.code]) for name in ("project-assumptions", "assumptions-quote", "assumptions-charter")
    )
    client.force_login(projects.manager())

    assert charter in client.get(ledger_page).content.decode()
    assert client.post(charter).status_code == 302
    assert charter not in client.get(ledger_page).content.decode()
    assert client.post(charter).status_code == 409
    client.force_login(seller())
    assert client.post(quote).status_code == 409  # the quotation is accepted


def test_the_button_puts_what_is_open_into_the_draft(client: Client, project: Project, rows: dict[str, Assumption]) -> None:
    draft = projects.a_quotation(project)
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
    projects.a_quotation(project)

    offered = quoting.into_quotation(project.code, actor=seller())
    letters.write_letter(project.code, **in_a_week())

    paper = DocumentVersion.objects.get(document__type_key=letters.TYPE)
    assert len(offered.assumptions.splitlines()) == len(paper.snapshot["data"]["questions"]["rows"]) == len(rows)
    for text in (offered.assumptions, "\n".join(quoting.missing_in("", project)), str(paper.snapshot)):
        assert "gives way" not in text


def in_a_week() -> dict[str, object]:
    return {"answer_by": timezone.localdate() + timedelta(days=7), "actor": seller()}


def test_a_letter_asks_every_open_question_with_what_it_widens(project: Project, rows: dict[str, Assumption]) -> None:
    Assumption.objects.filter(field="sample_quantity_g").update(currency="USD", wider_by=Decimal(1200))  # of another scenario
    for words, amount in {"A": "0.30", "B": "0"}.items():
        Assumption.objects.create(project=project, words=words, question=f"{words}?", currency="EUR", wider_by=Decimal(amount))
    Assumption.objects.create(project=project, words="C", question="C?")
    letter = letters.write_letter(project.code, **in_a_week())

    paper = DocumentVersion.objects.get(document__type_key=letters.TYPE, document__about_reference="1")
    table = paper.snapshot["data"]["questions"]
    assert len(table["rows"]) == len(rows) + 3
    pilot = next(row for row in table["rows"] if row[1] == "How many kilograms at pilot scale?")
    assert "It decides how many pilot batches" in pilot[2]
    assert "(20 kg; 10 to 40)" in pilot[3]
    assert table["columns"][-1]["label"] == "Widens the price by"
    assert pilot[-1] == f"{rows['pilot_quantity_kg'].wider_by:,.2f} EUR"
    assert {"1,200.00 USD", "0.30 EUR", "not at all", "not estimated"} <= {row[-1] for row in table["rows"]}
    assert "0.30 EUR" in paper.snapshot["data"]["pictures"]["widening"]
    assert "widening" in paper.snapshot["data"]["pictures"]
    assert not Clarification.objects.filter(rfp=project.rfp_id).exists()  # nothing is asked before it is sent
    assert "letter.not_sent" in [each.key for each in submission_blockers(projects.drawn(paper))]
    assert letter.is_draft


def test_a_letter_is_drawn_with_its_picture(project: Project, rows: dict[str, Assumption]) -> None:
    letters.write_letter(project.code, **in_a_week())
    html = page_of(DocumentVersion.objects.get(document__type_key=letters.TYPE), "review")

    assert "How much each open question widens the price" in html
    assert "data:image/svg+xml" in html


def test_written_again_it_says_what_is_open_by_then(project: Project, rows: dict[str, Assumption]) -> None:
    letters.write_letter(project.code, **in_a_week())
    assert not change(project, rows["pilot_quantity_kg"], real_figure="20")

    letters.write_letter(project.code, **in_a_week())

    newest = DocumentVersion.objects.filter(document__type_key=letters.TYPE).latest("number")
    assert len(newest.snapshot["data"]["questions"]["rows"]) == len(rows) - 1
    assert ClarificationLetter.objects.count() == 1


def test_sending_asks_the_questions_in_the_portal(project: Project, rows: dict[str, Assumption]) -> None:
    Rfp.objects.filter(pk=project.rfp_id).update(created_by=projects.person(Role.CLIENT_APPROVER, client=project.client))
    letters.write_letter(project.code, **in_a_week())

    letters.send_letter(project.code, actor=seller())

    asked = set(Clarification.objects.filter(rfp=project.rfp_id).values_list("question", flat=True))
    assert asked == {row.question for row in rows.values()}
    letter = ClarificationLetter.objects.get(project=project)
    assert letter.sent_at is not None
    asks = WaitingFor.objects.open().filter(key__startswith="rfp.question:").values_list("due_on", flat=True)
    assert set(asks) == {letter.answer_by}
    version = DocumentVersion.objects.filter(document__type_key=letters.TYPE).latest("number")
    assert version.is_being_issued
    with pytest.raises(Refused, match="not asked yet"):
        letters.write_letter(project.code, **in_a_week())


def test_a_letter_whose_day_is_over_is_not_sent_and_the_field_says_so(
    client: Client, project: Project, rows: dict[str, Assumption]
) -> None:
    letters.write_letter(project.code, **in_a_week())
    ClarificationLetter.objects.update(answer_by=timezone.localdate() - timedelta(days=1))

    with pytest.raises(Refused, match="is over; write it again") as refused:
        letters.send_letter(project.code, actor=seller())

    (blocker,) = refused.value.blockers
    assert blocker.link.endswith("#id_letter-answer_by")
    client.force_login(seller())
    shown = client.get(reverse("project-assumptions", args=[project.code])).content.decode()
    assert 'id="id_letter-answer_by"' in shown
    assert reverse("letter-send", args=[project.code]) not in shown


def test_a_letter_is_late_while_an_answer_is_missing_after_its_day(client: Client, project: Project, rows: dict[str, Assumption]) -> None:
    letters.write_letter(project.code, **in_a_week())
    letters.send_letter(project.code, actor=seller())
    client.force_login(seller())

    def is_late() -> bool:
        return "state-bad" in client.get(reverse("project-assumptions", args=[project.code])).content.decode()

    assert not is_late()
    ClarificationLetter.objects.update(answer_by=timezone.localdate() - timedelta(days=1))
    assert is_late()
    Clarification.objects.update(answered_at=timezone.now(), answer="Yes.")
    assert not is_late()


def test_what_is_answered_or_settled_meanwhile_is_not_asked(project: Project, rows: dict[str, Assumption]) -> None:
    letters.write_letter(project.code, **in_a_week())
    answered, settled = rows["pilot_quantity_kg"], rows["sample_quantity_g"]
    Rfp.objects.filter(pk=project.rfp_id).update(pilot_quantity_kg=Decimal(24))
    assert not change(project, settled, real_words="Two vials.")

    letters.send_letter(project.code, actor=seller())

    asked = set(Clarification.objects.filter(rfp=project.rfp_id).values_list("question", flat=True))
    assert asked == {row.question for row in rows.values()} - {answered.question, settled.question}
    assert not Assumption.objects.filter(pk__in=[answered.pk, settled.pk]).exclude(letter=None, clarification=None).exists()


def test_a_letter_of_which_everything_is_answered_is_not_sent(project: Project, rows: dict[str, Assumption]) -> None:
    letters.write_letter(project.code, **in_a_week())
    Assumption.objects.exclude(field="pilot_quantity_kg").delete()
    Rfp.objects.filter(pk=project.rfp_id).update(pilot_quantity_kg=Decimal(24))

    with pytest.raises(Refused, match="is settled; write it again"):
        letters.send_letter(project.code, actor=seller())
    with pytest.raises(Refused, match="no open question"):
        letters.write_letter(project.code, **in_a_week())


def test_the_answer_of_a_question_prompts_the_row(project: Project, rows: dict[str, Assumption]) -> None:
    letters.write_letter(project.code, **in_a_week())
    letters.send_letter(project.code, actor=seller())
    row = Assumption.objects.get(pk=rows["target_timeline"].pk) if "target_timeline" in rows else Assumption.objects.earliest("pk")
    assert row.clarification_id is not None

    answer_clarification(project.rfp.number, row.clarification_id, answer="By the end of next year.", actor=seller())

    (found,) = ledger.arrivals(whole(project))
    assert (found.row.pk, found.told) == (row.pk, "By the end of next year.")


def test_research_writes_no_letter_to_the_client(project: Project, rows: dict[str, Assumption]) -> None:
    with pytest.raises(NotAllowed):
        letters.write_letter(project.code, answer_by=timezone.localdate(), actor=make.chemist())


def test_one_click_on_the_scenario_takes_over_and_writes(client: Client, project: Project, scenario: CostAssessment) -> None:
    client.force_login(seller())
    page = client.get(scenario.get_absolute_url()).content.decode()
    assert "Write the clarification letter" in page

    answered = client.post(reverse("letter-of-scenario", args=[project.code, scenario.number]))

    assert answered.status_code == 302
    assert Document.objects.filter(type_key=letters.TYPE).count() == 1
    shown = client.get(reverse("project-assumptions", args=[project.code])).content.decode()
    assert "Send it to the client" in shown
    assert client.post(reverse("letter-send", args=[project.code])).status_code == 302
    assert ClarificationLetter.objects.get().state == ClarificationLetter.State.SENT


def pressed(client: Client, user: User, name: str, *args: object) -> str:
    """What the page then says."""
    client.force_login(user)
    return client.post(reverse(name, args=args), follow=True).content.decode()


def test_the_buttons_take_over_and_put_what_is_open_into_the_draft(client: Client, project: Project, scenario: CostAssessment) -> None:
    draft = projects.a_quotation(project)

    assert "missing answers stand in the ledger." in pressed(client, seller(), "assumptions-take", project.code, scenario.number)
    taken = Assumption.objects.filter(project=project).count()
    assert f"The open assumptions stand in {draft.label}." in pressed(client, seller(), "assumptions-quote", project.code)

    assert taken and len(Quotation.objects.get().assumptions.splitlines()) >= taken


def test_the_button_puts_what_is_open_into_the_charter(client: Client) -> None:
    project = projects.a_planned_project()
    row = {"words": "Toluene is recycled", "figure": "80", "unit": "%", "question": "May toluene be recycled?"}
    change_rows(f"assumptions:{project.code}", [Change(ADD, values=row)], actor=seller())

    said = pressed(client, projects.manager(), "assumptions-charter", project.code)

    assert "The open assumptions stand in the charter." in said
    assert Charter.objects.get(project=project).assumptions.splitlines()[-1] == "Toluene is recycled (80 %)."


def test_wrong_dates_stand_at_the_field(client: Client, project: Project, rows: dict[str, Assumption]) -> None:
    client.force_login(seller())

    answered = client.post(reverse("letter-write", args=[project.code]), {"letter-answer_by": "2020-01-01", "letter-note": "Kept."})

    assert answered.status_code == 400
    assert "This day is over." in answered.content.decode()
    assert "Kept." in answered.content.decode()


def test_a_client_finds_no_ledger(client: Client, project: Project, rows: dict[str, Assumption]) -> None:
    client.force_login(projects.person(Role.CLIENT_APPROVER, client=project.client))

    assert client.get(reverse("project-assumptions", args=[project.code])).status_code == 404
    assert client.get(reverse("worksheet", args=[f"assumptions:{project.code}"])).status_code == 404
