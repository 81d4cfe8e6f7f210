"""Questions to the client about a request, and the answers: told to us and written down, or given by the client in the portal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.permissions import require_permission
from audit.events import record
from audit.refusals import BadInput, Blocker, Refused
from projects.models import Clarification, Rfp
from projects.services.rfp import locked_rfp

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def ask_clarification(number: str, *, question: str, actor: User) -> Clarification:
    rfp = locked_rfp(number, actor)
    require_permission("projects.edit_rfp", actor, rfp)
    if not question.strip():
        raise BadInput({"question": [_t("Write the question to the client.")]})
    asked = Clarification.objects.create(rfp=rfp, question=question.strip(), asked_by=actor)
    record("rfp.clarification_asked", rfp, actor=actor, question=question.strip())
    return asked


@transaction.atomic
def answer_clarification(number: str, clarification_id: int, *, answer: str, actor: User) -> Clarification:
    rfp = locked_rfp(number, actor)
    require_permission("projects.edit_rfp", actor, rfp)
    return _record_answer(rfp, clarification_id, answer, actor)


@transaction.atomic
def answer_as_client(number: str, clarification_id: int, *, answer: str, actor: User) -> Clarification:
    """The client answers the question itself; who of ours owns the request reads it there."""
    rfp = locked_rfp(number, actor)
    require_permission("projects.log_rfp", actor, rfp.client)
    return _record_answer(rfp, clarification_id, answer, actor)


def _record_answer(rfp: Rfp, clarification_id: int, answer: str, actor: User) -> Clarification:
    if not answer.strip():
        raise BadInput({"answer": [_t("Write the client's answer.")]})
    asked = Clarification.objects.select_for_update().get(rfp=rfp, pk=clarification_id)
    if asked.answered_at is not None:
        raise Refused(
            [
                Blocker(
                    key="clarification.answered",
                    words=_t("This question is answered."),
                    link=rfp.get_absolute_url() if actor.is_internal else "",
                )
            ]
        )
    asked.answer, asked.answered_at = answer.strip(), timezone.now()
    asked.save(update_fields=["answer", "answered_at"])
    record("rfp.clarification_answered", rfp, actor=actor, question=asked.question, answer=asked.answer)
    return asked
