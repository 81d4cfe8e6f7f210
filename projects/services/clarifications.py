"""Questions to the client about a request, and the answers: told to us and written down, or asked and given in the portal."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.models import Role
from accounts.permissions import require_permission
from audit.events import record
from audit.refusals import BadInput, Blocker, Refused
from projects.models import Clarification, Rfp
from projects.services.rfp import locked_rfp
from projects.services.waiting import close_waits, open_wait

if TYPE_CHECKING:
    from accounts.models import User
    from projects.models import Project


@transaction.atomic
def ask_clarification(number: str, *, question: str, due_on: date | None = None, owner: User | None = None, actor: User) -> Clarification:
    """due_on: until when the client should answer; where nothing is said, when it needs the quotation. owner: who asks, unless named."""
    rfp = locked_rfp(number, actor)
    require_permission("projects.edit_rfp", actor, rfp)
    if not question.strip():
        raise BadInput({"question": [_t("Write the question to the client.")]})
    asked = Clarification.objects.create(
        rfp=rfp, question=question.strip(), asked_by=actor, owner=owner or actor, asked_in_portal=rfp.is_seen_by_client
    )
    if asked.asked_in_portal:
        record("rfp.question_asked", rfp, actor=actor, question=asked.question)
        _wait_for(asked, due_on)
    else:
        record("rfp.clarification_asked", rfp, actor=actor, question=asked.question)
    return asked


def _wait_for(asked: Clarification, due_on: date | None = None) -> None:
    rfp = asked.rfp
    open_wait(
        f"rfp.question:{rfp.pk}:{asked.pk}",
        project=getattr(rfp, "project", None),
        client=rfp.client,
        role=Role.CLIENT_APPROVER,
        words=_t("%(number)s: answer our question: %(question)s") % {"number": rfp.number, "question": asked.question},
        link=reverse("portal-request", args=[rfp.number]),
        due_on=due_on or rfp.quotation_needed_on,
    )


def questions_follow(rfp: Rfp, project: Project) -> None:
    """What is still asked of a request waits on the project that it became. Runs in the act that opened the project."""
    rfp.project = project
    for asked in rfp.clarifications.filter(asked_in_portal=True, answered_at=None):
        asked.rfp = rfp
        _wait_for(asked)


@transaction.atomic
def answer_clarification(number: str, clarification_id: int, *, answer: str, actor: User) -> Clarification:
    rfp = locked_rfp(number, actor)
    require_permission("projects.edit_rfp", actor, rfp)
    return _record_answer(rfp, rfp.clarifications.get(pk=clarification_id), answer, actor)


@transaction.atomic
def answer_as_client(number: str, clarification_id: int, *, answer: str, actor: User) -> Clarification:
    """The client answers the question itself; who of ours owns the request reads it there."""
    rfp = locked_rfp(number, actor)
    require_permission("projects.log_rfp", actor, rfp.client)
    return _record_answer(rfp, rfp.clarifications.get(pk=clarification_id, asked_in_portal=True), answer, actor)


def _record_answer(rfp: Rfp, asked: Clarification, answer: str, actor: User) -> Clarification:
    """The request is locked."""
    if not answer.strip():
        raise BadInput({"answer": [_t("Write the client's answer.")]})
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
    concerned = [pk for pk in dict.fromkeys((rfp.account_owner_id, asked.owner_id)) if pk]
    record("rfp.clarification_answered", rfp, actor=actor, question=asked.question, answer=asked.answer, concerns=concerned)
    close_waits(f"rfp.question:{rfp.pk}:{asked.pk}")
    return asked
