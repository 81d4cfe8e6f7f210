"""Work that begins again: what was done is open again under its id, and what stood before stays readable as a round of its own.

Called inside the act that orders it, a loop, a return or a yearly review that was passed. Dates that were told to the client stay
told until somebody publishes others; only the next year's review is a new promise.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from dateutil.relativedelta import relativedelta
from django.utils import timezone
from django.utils.translation import gettext as _t

from audit.events import record
from projects.forecasting import calendar_for
from projects.gates import gate_of
from projects.models import PHASES, Deliverable, DeliverableRound, Milestone, MilestoneLink, MilestoneRound, Phase, ReferencedEvidence
from projects.models.evidence import EVIDENCE_FIELDS
from projects.plans import phase_plan
from projects.services.owners import ask_owner
from projects.services.plan import update_forecasts
from projects.services.publishing import publish_agreed
from projects.services.waiting import close_waits

if TYPE_CHECKING:
    from accounts.models import User
    from projects.models import GateReview, PhaseMove, Project, StepLoop


@dataclass(frozen=True)
class Again:
    """Why work begins again: the act, its words for us and for the client, who and when."""

    actor: User
    at: datetime
    reason: str
    client_words: str = ""
    loop: StepLoop | None = None
    move: PhaseMove | None = None
    review: GateReview | None = None


def repeat_phases(project: Project, move: PhaseMove, *, client_words: str, actor: User) -> None:
    """A return: the gates from the phase returned to on are passed again, and the evidence of the listed criteria is renewed."""
    first, last = (PHASES.index(Phase(phase)) for phase in (move.to_phase, move.from_phase))
    phases = [phase for phase in PHASES[first : last + 1] if project.in_scope(phase)]
    keys = [key for phase in phases for row in gate_of(phase).criteria if row.key in move.renew_criteria for key in row.deliverables]
    again = Again(actor, move.moved_at, move.reason, client_words, move=move)
    _repeat(project, keys, again, gates=[gate_of(phase).key for phase in phases], phases=phases)


def repeat_deliverables(project: Project, deliverables: Sequence[Deliverable], again: Again) -> None:
    """A loop: these begin again, and with them the milestones that they feed."""
    _repeat(project, [row.key for row in deliverables], again, phases=[row.phase for row in deliverables])


def repeat_yearly(project: Project, review: GateReview, *, actor: User) -> None:
    """The yearly review was passed: what its criteria ask for is owed again, and the next one is due, and told, a year later."""
    gate, now = gate_of(review.phase), timezone.now()
    again = Again(actor, now, _t("%(gate)s, round %(round)s, was passed.") % {"gate": gate.key, "round": review.round}, review=review)
    reopened = _reopen_deliverables(project, [key for row in gate.criteria for key in row.deliverables], again)
    milestones = _achieved_by(project, {f"gate:{gate.key}"}, ())
    told = [row for row in milestones if row.is_shared and row.published_on]
    _reopen_milestones(project, milestones, again)
    due = project.day_of(now) + relativedelta(years=1)
    for row in milestones:  # the promise of the next year begins with it, and so does the account of its delay
        row.earliest_on = row.baseline_on = calendar_for(row, project).next_working_day(due)
        row.published_on = None
        row.save(update_fields=["earliest_on", "baseline_on", "published_on", "updated_at"])
    update_forecasts(project, actor=actor)
    publish_agreed(project, told, actor=actor)
    for deliverable in reopened:
        deliverable.due_on = due
        deliverable.save(update_fields=["due_on"])
        ask_owner(deliverable)


def _repeat(project: Project, keys: Collection[str], again: Again, *, phases: Collection[str], gates: Collection[str] = ()) -> None:
    reopened = _reopen_deliverables(project, keys, again)
    sources = {f"deliverable:{row.key}" for row in reopened} | {f"gate:{key}" for key in gates}
    rows = _achieved_by(project, sources, phases)
    _reopen_milestones(project, rows, again)
    update_forecasts(project, actor=again.actor)
    _ask_again(project, reopened)


def _reopen_deliverables(project: Project, keys: Collection[str], again: Again) -> list[Deliverable]:
    """Those that are done, and the one of a loop whose evidence was rejected; what was entered before counts no more."""
    rows = Deliverable.objects.filter(project=project, key__in=keys).select_for_update(of=("self",)).select_related("department", "owner")
    started = again.loop.deliverable_id if again.loop else None
    reopened = [row for row in rows if row.is_done or row.pk == started]
    for row in reopened:
        row.project = project
        _reopen(row, again)
    return reopened


def _reopen(row: Deliverable, again: Again) -> None:
    before = {"evidence": row.evidence_label, "done_at": row.done_at}
    DeliverableRound.objects.create(
        deliverable=row,
        round=row.round,
        evidence_kind=row.evidence_kind,
        evidence_label=row.evidence_label,
        evidence_link=row.evidence_link,
        evidence_hash=row.evidence_hash,
        done_at=row.done_at,
        **_why(again),
    )
    row.clear_evidence()
    row.round += 1
    row.save(update_fields=[*EVIDENCE_FIELDS, "round"])
    _supersede_references(row)
    kind = "deliverable.renewed" if again.review else "deliverable.reopened"
    record(kind, row, actor=again.actor, reason=again.reason, title=row.title, round=row.round, before=before)


def _supersede_references(row: Deliverable) -> None:
    states = ReferencedEvidence.State
    standing = ReferencedEvidence.objects.filter(deliverable=row, state__in=[states.ENTERED, states.CONFIRMED])
    for reference in standing.select_for_update(of=("self",)):
        reference.supersede()
        reference.save(update_fields=["state"])
        close_waits(f"evidence.confirm:{reference.pk}")


def _achieved_by(project: Project, sources: Collection[str], phases: Collection[str]) -> list[Milestone]:
    """Achieved milestones of the work that is repeated: what feeds them is done again, or, entered by hand, they follow one that is.

    A payment that fell due stays due.
    """
    achieved = Milestone.objects.filter(project=project, actual_on__isnull=False).exclude(kind=Milestone.Kind.PAYMENT)
    rows = list(achieved.select_for_update(of=("self",)))
    again = {row.pk for row in rows if row.source in sources}
    by_hand = {row.pk for row in rows if not row.source and row.phase in phases}
    links = list(MilestoneLink.objects.filter(successor__in=by_hand).values_list("predecessor_id", "successor_id"))
    while follow := {after for before, after in links if before in again and after not in again}:
        again |= follow
    return [row for row in rows if row.pk in again]


def _reopen_milestones(project: Project, rows: Iterable[Milestone], again: Again) -> None:
    rows = list(rows)
    leads = _leads(rows)
    for row in rows:
        row.project = project
        assert row.actual_on is not None  # noqa: S101 - the query asks for it
        closed = MilestoneRound.objects.create(milestone=row, round=row.round, achieved_on=row.actual_on, **_why(again))
        row.started_on, row.actual_on, row.round, row.told_at = None, None, row.round + 1, again.at
        row.earliest_on = _not_before(row, project, project.day_of(again.at), leads.get(row.pk, 0))
        row.save(update_fields=["started_on", "actual_on", "round", "earliest_on", "told_at", "updated_at"])
        record(
            "milestone.reopened",
            row,
            actor=again.actor,
            reason=again.reason,
            title=row.title,
            round=row.round,
            achieved_on=closed.achieved_on,
            told=closed.told,
        )


def _leads(rows: Iterable[Milestone]) -> dict[int, int]:
    """Working days that the plan gives each of these after what it waits for and what stays achieved: it takes as long again."""
    pks = {row.pk for row in rows}
    links = MilestoneLink.objects.filter(successor__in=pks).exclude(predecessor__in=pks).filter(lag_days__gt=0)
    leads: dict[int, int] = {}
    for pk, lag in links.values_list("successor_id", "lag_days"):
        leads[pk] = max(lag, leads.get(pk, 0))
    return leads


def _not_before(row: Milestone, project: Project, day: date, lead: int) -> date:
    """Never before the day on which the work begins again; work of its own has its own length."""
    return day if row.duration_days else calendar_for(row, project).add_working_days(day, lead)


def _why(again: Again) -> dict[str, object]:
    return {
        "loop": again.loop,
        "move": again.move,
        "review": again.review,
        "reason": again.reason,
        "client_words": again.client_words,
        "reopened_at": again.at,
    }


def _ask_again(project: Project, rows: Iterable[Deliverable]) -> None:
    """Each is due with the milestone that it feeds, and asked for now if its phase is the present one, else when that is entered."""
    forecasts = dict(Milestone.objects.filter(project=project).values_list("key", "forecast_on"))
    for row in rows:
        feeds = next((item.milestone for item in phase_plan(row.phase).deliverables if item.key == row.key), "")
        row.due_on = forecasts.get(feeds) or row.due_on
        row.save(update_fields=["due_on"])
        if row.phase == project.phase:
            ask_owner(row)
