"""What a change order says of scope, milestones and payments: as drafted, what is wrong with it, whether it still fits the plan."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

from django.db.models import Model, Q, prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.currencies import is_too_fine, too_fine_words
from audit.refusals import Blocker
from projects.models import (
    PHASES,
    SHOWN_TO_CLIENT,
    ChangeOrder,
    ChangeOrderAddition,
    ChangeOrderDrop,
    ChangeOrderPayment,
    Deliverable,
    Milestone,
    Phase,
    Project,
    Task,
)
from projects.services.happened import EVIDENCE, happened_in
from projects.services.payments import deliverable_due, gate_due, payment_sources

if TYPE_CHECKING:
    from projects.services.quotation_parts import Line

Row = TypeVar("Row", bound=Model)
Errors = dict[str, list[str]]
ADDED_KINDS = (Milestone.Kind.CONTRACT, Milestone.Kind.DELIVERY, Milestone.Kind.FILING)  # what both sides agree on


@dataclass(frozen=True)
class NewMilestone:
    """A milestone to add: the day agreed for it, and the key of what it waits for."""

    title: str
    phase: str
    kind: str
    planned_on: date
    after: str = ""


@dataclass(frozen=True)
class NewPayment:
    """A payment to add; `source` makes it due, the amount is in the order's currency."""

    title: str
    source: str
    amount: Decimal


@dataclass(frozen=True)
class Draft:
    """A change order as it arrives. days: working days by milestone key, later is positive; zero is left out.

    first_phase, last_phase: the contracted scope from then on, empty where it stays. added, dropped (keys), payments: of the plan.
    """

    title: str
    reason: str
    scope: str
    valid_until: date
    lines: Sequence[Line]
    days: Mapping[str, int]
    first_phase: str = ""
    last_phase: str = ""
    added: Sequence[NewMilestone] = ()
    dropped: Sequence[str] = ()
    payments: Sequence[NewPayment] = ()


@dataclass(frozen=True)
class Scope:
    """The contracted scope as it would be: a copy of the project with it, and the phases that come and go."""

    project: Project
    added: list[Phase] = field(default_factory=list)
    dropped: list[Phase] = field(default_factory=list)


def scope_of(project: Project, first_phase: str, last_phase: str) -> Scope:
    after = copy(project)
    after.first_phase, after.last_phase = first_phase or project.first_phase, last_phase or project.last_phase
    added = [phase for phase in PHASES if after.in_scope(phase) and not project.in_scope(phase)]
    dropped = [phase for phase in PHASES if project.in_scope(phase) and not after.in_scope(phase)]
    return Scope(after, added, dropped)


def droppable(project: Project) -> list[Milestone]:
    """What an order can take out: open, and known to the client. A gate belongs to its phase; what is internal needs no order."""
    rows = Milestone.objects.open().filter(project=project, visibility__in=SHOWN_TO_CLIENT)
    return list(rows.exclude(kind=Milestone.Kind.GATE))


def wrong_lines(project: Project, draft: Draft, currency: str) -> Errors:
    """What is wrong, by field; a field of the n-th added milestone is `added-n-title`, of the n-th payment `payments-n-amount`."""
    errors = _wrong_phases(draft)
    if errors:
        return errors
    scope = scope_of(project, draft.first_phase, draft.last_phase)
    errors |= _wrong_scope(project, scope)
    errors |= _wrong_drops(project, draft, scope)
    errors |= _wrong_days(project, draft, scope)
    errors |= _wrong_additions(project, draft, scope)
    return errors | _wrong_payments(draft, scope, currency)


def _wrong_phases(draft: Draft) -> Errors:
    return {
        name: [_t("Choose a phase.")]
        for name in ("first_phase", "last_phase")
        if getattr(draft, name) and getattr(draft, name) not in Phase.values
    }


def _wrong_scope(project: Project, scope: Scope) -> Errors:
    after, here = scope.project, PHASES.index(Phase(project.phase))
    if PHASES.index(Phase(after.first_phase)) > PHASES.index(Phase(after.last_phase)):
        return {"last_phase": [_t("The last contracted phase cannot come before the first.")]}
    errors: Errors = {}
    for phase in (*scope.added, *scope.dropped):
        place = PHASES.index(phase)
        words = ""
        if phase in scope.dropped and place <= here:
            words = _t("%(phase)s has begun; it stays in the contracted scope.")
        elif phase in scope.added and place < here:
            words = _t("%(phase)s is over; it cannot be contracted any more.")
        if words:
            errors.setdefault(_end_of(project, scope, phase), []).append(words % {"phase": phase.label})
    for phase, title in _kept(project, scope.dropped):
        words = _t("%(phase)s stays in scope: “%(title)s” has evidence or is achieved, or work on it has begun.")
        errors.setdefault(_end_of(project, scope, phase), []).append(words % {"phase": phase.label, "title": title})
    return errors


def _end_of(project: Project, scope: Scope, phase: Phase) -> str:
    """The field whose choice moves this phase in or out."""
    firsts = sorted(PHASES.index(Phase(each.first_phase)) for each in (project, scope.project))
    return "first_phase" if firsts[0] <= PHASES.index(phase) < firsts[1] else "last_phase"


def _kept(project: Project, dropped: Sequence[Phase]) -> list[tuple[Phase, str]]:
    """What of these phases has happened already. A date that the client was told keeps none of them: it agrees to the order."""
    achieved = Q(actual_on__isnull=False) | Q(round__gt=1)
    return happened_in(project, dropped, deliverables=EVIDENCE | Q(done_at__isnull=False), milestones=achieved)


def _wrong_drops(project: Project, draft: Draft, scope: Scope) -> Errors:
    if not draft.dropped:
        return {}
    rows = {row.key: row for row in droppable(project) if row.key in draft.dropped}
    words = []
    if set(draft.dropped) - set(rows):
        words.append(_t("Only open milestones that the client sees can be dropped; a gate belongs to its phase."))
    moved = {key for key, days in draft.days.items() if days}
    words += [_t("“%(title)s” cannot be moved and dropped at once.") % {"title": row.title} for row in rows.values() if row.key in moved]
    staying = [row for row in rows.values() if row.phase not in scope.dropped]
    tasks = Task.objects.filter(Q(milestone__in=staying) | Q(after_milestone__in=staying)).order_by("pk")
    for task in tasks:
        feeds = _t("The task “%(title)s” feeds it or waits for it; change or remove that first.")
        words.append((_t("The task “%(title)s” is done for it: it stays in the plan.") if task.done_on else feeds) % {"title": task.title})
    return {"dropped": words} if words else {}


def _wrong_days(project: Project, draft: Draft, scope: Scope) -> Errors:
    moved = [key for key, days in draft.days.items() if days]
    if not moved or not scope.dropped:
        return {}
    leaving = Milestone.objects.filter(project=project, key__in=moved, phase__in=scope.dropped).values_list("title", flat=True)
    return {"days": [_t("“%(title)s” leaves the plan with its phase.") % {"title": title} for title in leaving]} if leaving else {}


def _wrong_additions(project: Project, draft: Draft, scope: Scope) -> Errors:
    errors: Errors = {}
    shown = Milestone.objects.filter(project=project, visibility__in=SHOWN_TO_CLIENT, key__in=[row.after for row in draft.added])
    ahead = {row.key: row for row in shown} if draft.added else {}
    today, here = timezone.localdate(), PHASES.index(Phase(project.phase))
    for number, row in enumerate(draft.added):
        found = {}
        if not row.title.strip():
            found["title"] = _t("Say what is reached.")
        if row.phase not in Phase.values or not scope.project.in_scope(row.phase):
            found["phase"] = _t("Choose a phase of the contracted scope.")
        elif PHASES.index(Phase(row.phase)) < here:
            found["phase"] = _t("This phase is over.")
        if row.kind not in ADDED_KINDS:
            found["kind"] = _t("Choose a kind; a gate belongs to its phase, a payment stands below.")
        if row.after and (row.after not in ahead or row.after in draft.dropped or ahead[row.after].phase in scope.dropped):
            found["after"] = _t("Choose a milestone of the plan that the client sees and that stays.")
        if row.planned_on < today:
            found["planned_on"] = _t("This day is past.")
        errors |= {f"added-{number}-{name}": [words] for name, words in found.items()}
    return errors


def _wrong_payments(draft: Draft, scope: Scope, currency: str) -> Errors:
    errors: Errors = {}
    sources = _sources(scope) if draft.payments else set()
    for number, row in enumerate(draft.payments):
        found = {}
        if not row.title.strip():
            found["title"] = _t("Say what is paid.")
        if row.source not in sources:
            found["source"] = _t("Choose what makes it due, in the contracted scope.")
        if row.amount <= 0:
            found["amount"] = _t("An amount above zero.")
        elif is_too_fine(row.amount, currency):
            found["amount"] = too_fine_words(currency)
        errors |= {f"payments-{number}-{name}": [words] for name, words in found.items()}
    return errors


def _sources(scope: Scope) -> set[str]:
    leaving = Deliverable.objects.filter(project=scope.project, phase__in=scope.dropped).values_list("key", flat=True)
    return {source for source, _words in payment_sources(scope.project, for_client=True)} - {f"deliverable:{key}" for key in leaving}


def write_lines(order: ChangeOrder, draft: Draft) -> None:
    """Keep what the draft says, in place of what the order said before. The order is saved; the draft was checked."""
    rows = {row.key: row for row in Milestone.objects.filter(project=order.project)}
    for lines in (order.additions, order.drops, order.payments):
        lines.all().delete()  # type: ignore[attr-defined]
    ChangeOrderAddition.objects.bulk_create(
        ChangeOrderAddition(
            change_order=order,
            title=row.title.strip(),
            phase=row.phase,
            kind=row.kind,
            after=rows.get(row.after),
            planned_on=row.planned_on,
            order=number,
        )
        for number, row in enumerate(draft.added)
    )
    ChangeOrderDrop.objects.bulk_create(ChangeOrderDrop(change_order=order, milestone=rows[key]) for key in dict.fromkeys(draft.dropped))
    ChangeOrderPayment.objects.bulk_create(
        ChangeOrderPayment(change_order=order, title=row.title.strip(), source=row.source, amount=row.amount, order=number)
        for number, row in enumerate(draft.payments)
    )


def set_scope(order: ChangeOrder, draft: Draft) -> None:
    """Which phases come and go, in words that both sides sign; nothing where the scope stays."""
    scope = scope_of(order.project, draft.first_phase, draft.last_phase)
    changed = bool(scope.added or scope.dropped)
    order.first_phase, order.last_phase = (scope.project.first_phase, scope.project.last_phase) if changed else ("", "")
    order.phases_added, order.phases_dropped = [*map(str, scope.added)], [*map(str, scope.dropped)]


def with_milestones(rows: Iterable[Row], link: str = "milestone") -> list[Row]:
    """Rows of an order with the milestone that each names. Of an order whose parts are prefetched nothing is read again."""
    found = list(rows)
    prefetch_related_objects(found, link)
    return found


def changes_the_plan(order: ChangeOrder) -> bool:
    """Whether it has any line of these kinds. Reads what is prefetched."""
    rows = (order.additions, order.drops, order.payments)  # type: ignore[attr-defined]
    return bool(order.first_phase) or any(lines.all() for lines in rows)


def draft_of_lines(order: ChangeOrder) -> Draft:
    """The lines of a written order, to be checked again."""
    return Draft(
        title=order.title,
        reason=order.reason,
        scope=order.scope,
        valid_until=order.valid_until,
        lines=(),
        days={row.milestone.key: row.days for row in with_milestones(order.effects.all())},
        first_phase=order.first_phase,
        last_phase=order.last_phase,
        added=[
            NewMilestone(row.title, row.phase, row.kind, max(row.planned_on, timezone.localdate()), row.after.key if row.after else "")
            for row in with_milestones(order.additions.all(), "after")
        ],
        dropped=[row.milestone.key for row in with_milestones(order.drops.all())],
        payments=[NewPayment(row.title, row.source, row.amount) for row in order.payments.all()],
    )


def outdated_blockers(order: ChangeOrder, *, for_client: bool) -> list[Blocker]:
    """Why its lines no longer fit the plan, asked again before it is released, sent and accepted. Of our plan a client reads nothing."""
    if not changes_the_plan(order):
        return []
    errors = wrong_lines(order.project, draft_of_lines(order), order.currency)
    scope = scope_of(order.project, order.first_phase, order.last_phase)
    if (order.phases_added, order.phases_dropped) != ([*map(str, scope.added)], [*map(str, scope.dropped)]):
        errors.setdefault("last_phase", []).append(_t("The contracted scope is another one now."))
    if for_client and errors:
        words = _t("The plan has changed since %(label)s was sent; we have to send a new revision.") % {"label": order.label}
        return [Blocker("change_order.outdated", words)]
    return [Blocker("change_order.outdated", words, order.get_absolute_url()) for found in errors.values() for words in found]


def due_words(project: Project, sources: Collection[str]) -> dict[str, str]:
    """What makes each of these payments due, in words."""
    keys = [source.partition(":")[2] for source in sources if source.startswith("deliverable:")]
    titles = dict(Deliverable.objects.filter(project=project, key__in=keys).values_list("key", "title")) if keys else {}
    return dict([*map(gate_due, PHASES), *(deliverable_due(key, title) for key, title in titles.items())])
