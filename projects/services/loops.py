"""Loops: a step inside the phase begins again, counted, with its reason and what it costs."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.currencies import CODES
from accounts.permissions import require_permission
from audit.acts import act
from audit.events import record
from audit.refusals import BadInput, Blocker, missing_reason, require_none
from projects.models import Deliverable, Publication, ReferencedEvidence, StepLoop
from projects.services.locking import locked, not_active
from projects.services.rounds import Again, repeat_deliverables

if TYPE_CHECKING:
    from accounts.models import User


def loop_blockers(deliverable: Deliverable) -> list[Blocker]:
    """Why no new round of this step can begin; the page's disabled button shows the same."""
    project, words = deliverable.project, ""
    if deliverable.phase != project.phase:
        words = _t("A new round begins in the present phase, %(phase)s; work of an earlier one is repeated by a return.") % {
            "phase": project.get_phase_display()
        }
    elif not deliverable.is_done and not _was_rejected(deliverable):
        words = _t("It is not done, and no evidence of this round was rejected: there is nothing to repeat yet.")
    return [*not_active(project), *([Blocker(key="loop.step", words=words)] if words else [])]


def _was_rejected(deliverable: Deliverable) -> bool:
    """Evidence of the round that is open was rejected; each rejection is good for one new round."""
    rejected = ReferencedEvidence.objects.filter(deliverable=deliverable, state=ReferencedEvidence.State.REJECTED)
    since = deliverable.rounds.aggregate(last=Max("reopened_at"))["last"]
    return (rejected.filter(entered_at__gt=since) if since else rejected).exists()


def renewable(deliverable: Deliverable) -> list[Deliverable]:
    """What else of the phase is done, and may have to be done again with it."""
    rows = Deliverable.objects.filter(project=deliverable.project, phase=deliverable.phase, done_at__isnull=False)
    return list(rows.exclude(pk=deliverable.pk))


@act
def open_loop(
    code: str,
    key: str,
    *,
    actor: User,
    reason: str,
    side: str,
    client_words: str = "",
    cost_effect: str = "",
    cost_amount: Decimal | None = None,
    cost_currency: str = "",
    renew: Collection[str] = (),
) -> StepLoop:
    """Begin a step again: the deliverable and those that `renew` names are open again, and so are the milestones that they feed.

    What stood for them stays readable; owners are asked. Raises BadInput at the field, Refused where there is nothing to repeat.
    """
    project = locked(code, actor)
    deliverable = Deliverable.objects.select_for_update(of=("self",)).get(project=project, key=key)
    deliverable.project = project
    require_permission("projects.open_loop", actor, project)
    require_none(loop_blockers(deliverable))
    others = {row.key: row for row in renewable(deliverable)}
    _check_loop(reason, side, cost_amount, cost_currency, set(renew) <= set(others))
    loop = StepLoop.objects.create(
        project=project,
        deliverable=deliverable,
        phase=deliverable.phase,
        round=deliverable.round + 1,
        side=side,
        reason=reason,
        client_words=client_words,
        cost_effect=cost_effect,
        cost_amount=cost_amount,
        cost_currency=cost_currency if cost_amount is not None else "",
        actor=actor,
        opened_at=timezone.now(),
    )
    again = Again(actor, loop.opened_at, reason, client_words, loop=loop)
    repeat_deliverables(project, [deliverable, *(others[name] for name in renew)], again)
    _record(loop, [others[name].title for name in renew], told=loop.told)
    return loop


def _check_loop(reason: str, side: str, amount: Decimal | None, currency: str, known: bool) -> None:
    errors = missing_reason(reason)
    if side not in Publication.Side.values:
        errors["side"] = [_t("Choose on whose side the step has to begin again.")]
    if amount is not None and currency not in CODES:
        errors["cost_currency"] = [_t("Say in which currency.")]
    if not known:
        errors["renew"] = [_t("Choose what is done in this phase.")]
    if errors:
        raise BadInput(errors)


def _record(loop: StepLoop, renewed: list[str], *, told: str) -> None:
    record(
        "loop.opened",
        loop.deliverable,  # hidden again from the client with it
        actor=loop.actor,
        reason=loop.reason,
        title=loop.deliverable.title,
        round=loop.round,
        side=loop.side,
        cost_effect=loop.cost_effect,
        cost_amount=loop.cost_amount,
        cost_currency=loop.cost_currency,
        renewed=renewed,
        told=told,
    )
