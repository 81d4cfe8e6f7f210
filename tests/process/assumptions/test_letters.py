"""The letter that asks the client what is assumed: written, drawn, sent, late, answered."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import Client as Organisation
from accounts.models import Role
from audit.refusals import NotAllowed, Refused
from audit.spoken import spoken
from documents.models import Document, DocumentVersion
from documents.registry import document_type
from documents.services import submission_blockers
from documents.services.queue import page_of
from documents.services.versions import language_for
from process.assumptions import ledger, letters
from process.assumptions.models import Assumption, ClarificationLetter
from process.assumptions.words import SAID
from process.models import CostAssessment
from projects.completeness import QUESTIONS
from projects.models import Clarification, Project, Rfp, WaitingFor
from projects.services.clarifications import answer_clarification
from tests.process import factories as make
from tests.process.assumptions.story import change, in_a_week, seller, whole
from tests.projects import factories as projects

pytestmark = pytest.mark.django_db


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


def test_what_is_written_and_what_is_sent_speak_the_language_of_the_client(project: Project, rows: dict[str, Assumption]) -> None:
    """Of the types that declare it: others stay in the product's own."""
    Organisation.objects.filter(pk=project.client_id).update(language="zh-hans")

    letters.write_letter(project.code, **in_a_week())
    letters.send_letter(project.code, actor=seller())

    papers = DocumentVersion.objects.filter(document__type_key=letters.TYPE)
    assert [paper.language for paper in papers.order_by("number")] == ["zh-hans", "zh-hans"]
    assert papers.latest("number").snapshot["document"]["title"] == "关于贵方询价的问题"
    assert [language_for(document_type(key), whole(project)) for key in (letters.TYPE, "quotation")] == ["zh-hans", "en"]


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE])
def test_every_standard_question_and_reason_stands_in_the_catalogue(language: str) -> None:
    standard = [str(question.words) for question in QUESTIONS] + [
        str(words) for said in SAID.values() for words in (said.matters, said.assumed)
    ]

    with translation.override(language):
        assert [words for words in standard if spoken(words) == words] == []


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
    row = Assumption.objects.get(pk=rows["treatment_duration"].pk)
    assert row.clarification_id is not None

    answer_clarification(project.rfp.number, row.clarification_id, answer="Three weeks.", actor=seller())

    (found,) = ledger.arrivals(whole(project))
    assert (found.row.pk, found.told) == (row.pk, "Three weeks.")


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


def test_wrong_dates_stand_at_the_field(client: Client, project: Project, rows: dict[str, Assumption]) -> None:
    client.force_login(seller())

    answered = client.post(reverse("letter-write", args=[project.code]), {"letter-answer_by": "2020-01-01", "letter-note": "Kept."})

    assert answered.status_code == 400
    assert "This day is over." in answered.content.decode()
    assert "Kept." in answered.content.decode()
