"""Asking the client to approve what it is shown, taking the question back, and the client's signed answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.models import Role
from accounts.permissions import require_permission
from audit.events import record
from audit.refusals import BadInput, Blocker, require_none
from audit.signatures import content_hash, sign
from projects.approvals import standings_of
from projects.models import ApprovalAnswer, ApprovalRequest
from projects.services.locking import locked, require_active
from projects.services.waiting import close_waits, open_wait
from projects.shareable import Item, hash_of

if TYPE_CHECKING:
    from accounts.models import Client, User
    from accounts.signing import Authentication
    from projects.models import Project

Kind = ApprovalAnswer.Kind


def open_request(
    item: Item, *, project: Project | None, client: Client, actor: User, words: str = "", due_on: date | None = None
) -> ApprovalRequest:
    """Ask for the next round. The item is locked, and shown to the client in the same transaction."""
    rounds = ApprovalRequest.objects.filter(kind=item.kind, item_id=item.row.pk)
    asked = ApprovalRequest.objects.create(
        kind=item.kind,
        item_id=item.row.pk,
        key=item.key,
        title=item.title,
        project=project,
        client=client,
        round=(rounds.aggregate(last=Max("round"))["last"] or 0) + 1,
        content_hash=hash_of(item.shareable.targets([item.row]).get(item.row.pk)),
        words=words.strip(),
        due_on=due_on,
        asked_by=actor,
        asked_at=timezone.now(),
    )
    _record("approval.asked", asked, actor=actor, due_on=due_on, words=asked.words)
    code = project.code if project else item.key
    open_wait(
        f"approval.answer:{asked.pk}",
        project=project,
        client=client,
        role=Role.CLIENT_APPROVER,
        words=_t("%(code)s: approve or reject “%(title)s”") % {"code": code, "title": item.title},
        link=reverse("portal-approval", args=[asked.pk]),
        due_on=due_on,
    )
    return asked


def withdraw_request(asked: ApprovalRequest, *, actor: User, reason: str = "") -> ApprovalAnswer:
    """It is no longer asked; what the client had read stays in the record. The item is locked, the request open."""
    answer = ApprovalAnswer.objects.create(
        request=asked, kind=Kind.WITHDRAWN, words=reason.strip(), answered_by=actor, answered_at=timezone.now()
    )
    close_waits(f"approval.answer:{asked.pk}")
    _record("approval.withdrawn", asked, actor=actor, reason=reason.strip())
    return answer


def withdraw_open(items: Sequence[Item], *, actor: User) -> None:
    """These leave the plan: what is still asked about them is asked no more. One query besides the withdrawals."""
    for standing in standings_of(items).values():
        settle_rejection(standing.request)
        if standing.is_open:
            withdraw_request(standing.request, actor=actor)


def _record(key: str, asked: ApprovalRequest, *, actor: User, reason: str = "", **data: Any) -> None:
    about = {"title": asked.title, "item": asked.key, "item_kind": asked.kind, "round": asked.round}
    code = asked.project.code if asked.project else ""
    record(key, asked, actor=actor, reason=reason, **about, project=code, **data)


def answer_blockers(asked: ApprovalRequest) -> list[Blocker]:
    """Why this request cannot be answered now; the page shows the same."""
    answer = ApprovalAnswer.objects.filter(request=asked).first()
    if answer is None:
        return []
    words = _t("“%(title)s” needs no answer any more: %(state)s.")
    words %= {"title": asked.title, "state": answer.get_kind_display().lower()}
    return [Blocker("approval.answered", words, reverse("portal-approval", args=[asked.pk]))]


def locked_request(pk: int, actor: User) -> tuple[ApprovalRequest, Item]:
    """The request with its item locked. Absent, foreign and taken back are the same: raises DoesNotExist."""
    asked = ApprovalRequest.objects.visible_to(actor).select_related("project", "client").get(pk=pk)
    shareable = asked.shareable
    if asked.project is not None and not shareable.locked_first:
        locked(asked.project.code, actor)
    row = shareable.model.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=asked.item_id)
    if asked.project is not None and shareable.locked_first:
        locked(asked.project.code, actor)
    return asked, Item(shareable, row)


@transaction.atomic
def answer_approval(
    pk: int, *, kind: str, actor: User, authentication: Authentication, words: str = "", expected_hash: str = ""
) -> ApprovalAnswer:
    """The client's approver answers by signature, over the content as it was shown; Refused when it has changed, or somebody was first."""
    asked, item = locked_request(pk, actor)
    require_permission("projects.answer_approval", actor, asked)
    if asked.project is not None:
        require_active(asked.project)
    kind = _checked(kind, words)
    require_none(answer_blockers(asked))
    target = item.shareable.targets([item.row])[item.row.pk]
    signature = sign(
        target, actor=actor, meaning=f"approval_{kind}", authentication=authentication, reason=words.strip(), expected_hash=expected_hash
    )
    answer = ApprovalAnswer.objects.create(
        request=asked,
        kind=kind,
        words=words.strip(),
        content_hash=signature.content_hash,
        answered_by=actor,
        answered_at=timezone.now(),
        signature=signature,
    )
    close_waits(f"approval.answer:{asked.pk}")
    if kind == Kind.REJECTED:
        _wait_for_ours(asked, item)
    _record(f"approval.{kind}", asked, actor=actor, reason=answer.words, content_hash=content_hash(target))
    item.shareable.answered(item.row, answer, actor=actor)
    return answer


def _wait_for_ours(asked: ApprovalRequest, item: Item) -> None:
    """The project manager asks again or asks no more; without a project, whoever asked."""
    project = asked.project
    person = project.project_manager if project else asked.asked_by
    open_wait(
        f"approval.rejected:{asked.pk}",
        project=project,
        user=person,
        role="" if person else Role.PROJECT_MANAGER,
        words=_t("%(code)s: the client rejected “%(title)s”; ask again, or ask no more")
        % {"code": project.code if project else item.key, "title": asked.title},
        link=item.link,
    )


def settle_rejection(asked: ApprovalRequest) -> None:
    """Its item is asked about again, or no more."""
    close_waits(f"approval.rejected:{asked.pk}")


def _checked(kind: str, words: str) -> str:
    """An acceptance with words is one with a comment; a rejection says why. Raises BadInput."""
    if kind == Kind.REJECTED and not words.strip():
        raise BadInput({"words": [_t("Tell us why, so that we can mend it.")]})
    if kind == Kind.ACCEPTED and words.strip():
        return Kind.WITH_COMMENT.value
    if kind not in (Kind.ACCEPTED, Kind.REJECTED):
        raise BadInput({"kind": [_t("Accept or reject.")]})
    return kind
