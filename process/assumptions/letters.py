"""The clarification letter: its paper, and how it is written and sent. What it asks is asked in the portal too, by the same act.

It speaks the language of the client: the standard questions and reasons too, while what somebody has written instead stays as it is.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from accounts.models import Role
from accounts.permissions import require_permission
from audit.acts import act
from audit.events import record
from audit.refusals import BadInput, Blocker, require_none
from audit.spoken import spoken
from charts.render import drawn
from documents.about import About, AboutKind, words_of
from documents.content import Column, data_table, day, key_values
from documents.models import Document, DocumentVersion
from documents.registry import DocumentType
from documents.registry import register as register_types
from documents.services import issue_document, request_document
from process.assumptions.ledger import line_of, take_over, taking_blockers
from process.assumptions.models import Assumption, ClarificationLetter
from process.assumptions.pictures import widening
from process.words import money_words
from projects.completeness import completeness_of
from projects.models import Clarification
from projects.services.clarifications import ask_clarification
from projects.services.locking import locked, next_number, not_active
from projects.steps import MAKE_EFFECTIVE, register_guard

if TYPE_CHECKING:
    from accounts.models import User
    from projects.models import Project

TYPE = "clarification_letter"
PICTURE_WIDTH = 640


@act
def write_letter(code: str, *, answer_by: date, note: str = "", actor: User) -> ClarificationLetter:
    """The draft with every open question of the ledger, and its PDF; written again, it says what is open by then."""
    project = locked(code, actor)
    require_permission("process.write_letter", actor, project)
    require_none(writing_blockers(project))
    if answer_by < project.today:
        raise BadInput({"answer_by": _t("This day is over.")})
    letter = ClarificationLetter.objects.select_for_update().filter(project=project, state=ClarificationLetter.State.DRAFT).first()
    if letter is None:
        number = next_number(ClarificationLetter.objects.filter(project=project))
        letter = ClarificationLetter(project=project, number=number, written_by=actor)
    letter.project, letter.answer_by, letter.note = project, answer_by, note.strip()
    letter.save()
    Assumption.objects.filter(letter=letter).update(letter=None)
    to_ask(project).update(letter=letter)
    request_document(TYPE, project=project, about=str(letter.number), actor=actor)
    record("letter.written", letter, actor=actor, **_told(letter))
    return letter


@act
def letter_from_scenario(code: str, scenario_number: int, *, answer_by: date, actor: User) -> ClarificationLetter:
    """What is missing is taken over into the ledger, and the letter asks for it: both or neither."""
    require_permission("process.write_letter", actor)
    take_over(code, scenario_number, actor=actor)
    return write_letter(code, answer_by=answer_by, actor=actor)


@act
def send_letter(code: str, *, actor: User) -> ClarificationLetter:
    """The draft takes effect and is shown to the client; each of its questions stands in the portal from then on."""
    list(Document.objects.select_for_update().filter(project__code=code, type_key=TYPE))  # before the project, as their services do
    project = locked(code, actor)
    require_permission("process.write_letter", actor, project)
    require_none(sending_blockers(project))
    letter = ClarificationLetter.objects.select_for_update().get(project=project, state=ClarificationLetter.State.DRAFT)
    letter.project = project
    Assumption.objects.filter(letter=letter).exclude(pk__in=to_ask(project).values("pk")).update(letter=None)  # answered meanwhile
    issue_document(TYPE, project=project, about=str(letter.number), message=letter.note, actor=actor)
    for row in Assumption.objects.filter(letter=letter):
        row.clarification = ask_clarification(project.rfp.number, question=row.question, due_on=letter.answer_by, actor=actor)
        row.save(update_fields=["clarification"])
    letter.send(at=timezone.now())
    letter.save(update_fields=["state", "sent_at"])
    record("letter.sent", letter, actor=actor, count=letter.assumptions.count(), **_told(letter))
    return letter


def to_ask(project: Project) -> Any:
    """Open rows whose question the client was not asked yet, and which the request does not answer by now."""
    missing = [question.field for question in completeness_of(project.rfp).open]
    return Assumption.objects.open().asked().filter(project=project, clarification=None, field__in=["", *missing])


def writing_blockers(project: Project) -> list[Blocker]:
    if found := not_active(project):
        return found
    if to_ask(project).exists():
        return []
    words = _t("The ledger holds no open question that the client was not asked yet.")
    return [Blocker("letter.nothing", words, reverse("project-assumptions", args=[project.code]))]


def scenario_blockers(project: Project, missing: Sequence[str], ledger: Sequence[Assumption]) -> list[Blocker]:
    """Why no letter follows from a scenario: nothing is missing, or all that is was asked. missing: what would be taken over first."""
    if found := taking_blockers(project, missing):
        return found
    silent = [row for row in ledger if row.is_open and row.field in missing and (not row.question or row.clarification_id)]
    return writing_blockers(project) if len(silent) == len(missing) else []


def sending_blockers(project: Project) -> list[Blocker]:
    if found := not_active(project):
        return found
    letter = draft_letter(project)
    if letter is None:
        return [Blocker("letter.none", _t("No letter is written; write it first."))]
    if letter.answer_by < project.today:
        words = _t("The day until which the client should answer is over; write it again with another one.")
        return [Blocker("letter.late", words, f"{letter.get_absolute_url()}#id_letter-answer_by")]
    if not to_ask(project).filter(letter=letter).exists():
        return [Blocker("letter.nothing", _t("Everything that the letter asked is settled; write it again."))]
    return []


def draft_letter(project: Project) -> ClarificationLetter | None:
    return ClarificationLetter.objects.filter(project=project, state=ClarificationLetter.State.DRAFT).select_related("project").first()


def letter_data(project: Project, about: str) -> dict[str, Any]:
    """Raises LookupError for a letter that is not there."""
    found = ClarificationLetter.objects.filter(project=project, number=about).first() if about.isdecimal() else None
    if found is None:
        raise LookupError(f"Letter {about} of this project is not there.")
    rows = sorted(Assumption.objects.filter(letter=found).order_by("position", "id"), key=lambda row: -(row.wider_by or 0))
    currency = next((row.currency for row in rows if row.currency), "")
    return {
        "title": _t("Questions about your request"),
        "subtitle": project.title,
        "facts": key_values(
            (pgettext("addressee", "For"), project.client.name),
            (_t("Attention of"), project.rfp.contact.name),
            (_t("Your request"), project.rfp.number),
            (_t("Our project"), project.code),
            (_t("Questions"), len(rows)),
            (_t("Please answer by"), day(found.answer_by)),
        ),
        "note": found.note,
        "questions": data_table(
            [
                Column(_t("No."), 6, "right"),
                Column(_t("Question"), 26),
                Column(_t("Why it matters"), 26),
                Column(_t("Until then we assume"), 26),
                Column(_t("Widens the price by"), 16, "right"),
            ],
            [(place, spoken(row.question), spoken(row.matters), line_of(row), _wide(row)) for place, row in enumerate(rows, 1)],
        ),
        "earlier": data_table(
            [Column(_t("Question"), 76), Column(_t("Asked"), 24)],
            [
                (spoken(row.question), project.day_of(row.asked_at))
                for row in Clarification.objects.filter(rfp=project.rfp_id, answered_at=None).exclude(assumption__letter=found)
            ],
            empty=_t("Nothing else is open."),
        ),
        "pictures": _pictures(rows, currency),
    }


def _wide(row: Assumption) -> Any:
    """With its currency: the rows of a letter may come from scenarios of several."""
    if row.wider_by is None:
        return _t("not estimated")
    return money_words(row.wider_by, row.currency) if row.wider_by else _t("not at all")


def _pictures(rows: list[Assumption], currency: str) -> dict[str, str]:
    numbered = enumerate(rows, 1)
    wide = [(f"{place}. {spoken(row.question)}", row.wider_by) for place, row in numbered if row.wider_by and row.currency == currency]
    return {"widening": json.dumps(widening(wide, currency, width=PICTURE_WIDTH).spec)} if wide else {}


def known_letters(project: Project) -> dict[str, str]:
    rows = ClarificationLetter.objects.filter(project=project, state=ClarificationLetter.State.DRAFT)
    return {str(row.number): words_of(AboutKind.LETTER, str(row.number)) for row in rows}


def no_letter(project: Project) -> list[Blocker]:
    if known_letters(project):
        return []
    return [Blocker("letter.none", _t("No letter is written; it is written from the ledger of assumptions."))]


def unsent(version: DocumentVersion) -> list[Blocker]:
    """Guard: a letter takes effect with its sending, by which its questions are asked."""
    if version.document.type_key != TYPE or version.document.project is None:
        return []
    number = version.document.about_reference
    row = ClarificationLetter.objects.filter(project=version.document.project, number=number).select_related("project").first()
    if row is None or not row.is_draft:
        return []
    return [Blocker("letter.not_sent", _t("It takes effect when it is sent from the ledger of assumptions."), row.get_absolute_url())]


def _told(letter: ClarificationLetter) -> dict[str, Any]:
    return {"code": letter.project.code, "number": letter.number, "link": letter.get_absolute_url()}


CLARIFICATION_LETTER = DocumentType(
    key=TYPE,
    title=_("Clarification Letter"),
    phase="",
    number_prefix="CL",
    template="documents/types/clarification_letter.html",
    build_context=letter_data,
    figures=lambda snapshot: drawn(snapshot["data"]["pictures"], PICTURE_WIDTH),
    requesters=frozenset({Role.BUSINESS_DEVELOPMENT, Role.PROJECT_MANAGER}),
    missing=no_letter,
    dated_by=None,
    usual_reason=_("The open questions of the day."),
    about=About(AboutKind.LETTER, known_letters),
    in_their_language=True,
)


def register() -> None:
    register_types(CLARIFICATION_LETTER)
    register_guard(MAKE_EFFECTIVE, unsent)
