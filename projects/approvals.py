"""Where the approval of a shared item stands: asked and not answered, accepted, changed since, rejected, withdrawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit.refusals import Words
from audit.signatures import content_of
from projects.models import ApprovalAnswer, ApprovalRequest
from projects.shareable import Item, Shareable, hash_of
from projects.shared_plan import day

if TYPE_CHECKING:
    from django.db.models import QuerySet


class ApprovalState(models.TextChoices):
    WAITING = "waiting", _("Waits for the client's answer")
    OVERDUE = "overdue", _("The client's answer is overdue")
    ACCEPTED = "accepted", _("Approved")
    WITH_COMMENT = "accepted_with_comment", _("Approved with a comment")
    CHANGED = "changed", _("Changed since its approval")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", _("No longer asked")


OPEN = (ApprovalState.WAITING, ApprovalState.OVERDUE)
TONES = {
    ApprovalState.WAITING: ("busy", "clock"),
    ApprovalState.OVERDUE: ("bad", "alert-triangle"),
    ApprovalState.ACCEPTED: ("good", "circle-check"),
    ApprovalState.WITH_COMMENT: ("good", "circle-check"),
    ApprovalState.CHANGED: ("warn", "alert-triangle"),
    ApprovalState.REJECTED: ("bad", "ban"),
    ApprovalState.WITHDRAWN: ("", "circle-minus"),
}


@dataclass(frozen=True)
class Difference:
    """One value of the signed content that is another one now."""

    words: Words
    before: str
    after: str


@dataclass(frozen=True)
class Standing:
    """The last request about an item, its answer, and whether the answer still covers what the client reads."""

    request: ApprovalRequest
    answer: ApprovalAnswer | None
    state: ApprovalState
    differences: tuple[Difference, ...] = ()

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def tone(self) -> str:
        return TONES[self.state][0]

    @property
    def icon(self) -> str:
        return TONES[self.state][1]


def rounds_of(kind: str, item_id: int) -> QuerySet[ApprovalRequest]:
    """Every request about an item with its answer, first to last."""
    rows = ApprovalRequest.objects.filter(kind=kind, item_id=item_id)
    return rows.select_related("asked_by", "answer__answered_by", "answer__signature").order_by("round")


def standings_of(items: Sequence[Item]) -> dict[str, Standing]:
    """By `Item.ref`; an item that was never asked about has none. One query, and one for each kind whose approvals are compared."""
    last = _last_requests(items)
    approved = [item for item in items if (row := last.get(item.ref)) and row.given and row.given.approves]
    targets = _targets(approved)
    return {item.ref: _standing(item.shareable, last[item.ref], targets.get(item.ref)) for item in items if item.ref in last}


def standing_of(item: Item) -> Standing | None:
    return standings_of([item]).get(item.ref)


def _last_requests(items: Sequence[Item]) -> dict[str, ApprovalRequest]:
    wanted = Q(pk__in=[])
    for kind, ids in _ids(items).items():
        wanted |= Q(kind=kind, item_id__in=ids)
    rows = ApprovalRequest.objects.filter(wanted).select_related("project", "asked_by", "answer__answered_by", "answer__signature")
    by_row = {(row.kind, row.item_id): row for row in rows.order_by("round")}
    return {item.ref: by_row[(item.kind, item.row.pk)] for item in items if (item.kind, item.row.pk) in by_row}


def _ids(items: Sequence[Item]) -> Mapping[str, list[int]]:
    found: dict[str, list[int]] = {}
    for item in items:
        found.setdefault(item.kind, []).append(item.row.pk)
    return found


def _targets(items: Sequence[Item]) -> dict[str, Any]:
    found = {}
    for shareable in {item.shareable for item in items}:
        mine = [item for item in items if item.shareable is shareable]
        targets = shareable.targets([item.row for item in mine])
        found.update({item.ref: targets[item.row.pk] for item in mine if item.row.pk in targets})
    return found


def _standing(shareable: Shareable, request: ApprovalRequest, target: Any) -> Standing:
    answer = request.given
    if answer is None:
        return Standing(request, None, ApprovalState.OVERDUE if request.is_overdue else ApprovalState.WAITING)
    if answer.approves and answer.signature is not None and hash_of(target) != answer.content_hash:
        return Standing(request, answer, ApprovalState.CHANGED, _differences(shareable, answer.signature.content, target))
    return Standing(request, answer, ApprovalState(answer.kind))


def _differences(shareable: Shareable, signed: Mapping[str, Any], target: Any) -> tuple[Difference, ...]:
    now = content_of(target) if target is not None else {}
    return tuple(
        Difference(words, _value(name, signed.get(name)), _value(name, now.get(name)))
        for name, words in shareable.fields.items()
        if signed.get(name) != now.get(name)
    )


def _value(name: str, value: Any) -> str:
    """As the pages write it: days in words, hashes shortened."""
    if name.endswith("_on"):
        return day(value)
    return f"{str(value)[:12]}…" if len(str(value)) == 64 else str(value or "–")
