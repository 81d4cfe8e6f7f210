"""Shaping the plan: milestones added, changed and removed by the project manager, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, Max, OuterRef, Q
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _t

from accounts.models import User
from accounts.permissions import require_permission
from audit.acts import act
from audit.events import record
from audit.models import Event
from audit.refusals import BadInput, Blocker, missing_reason, require_none, require_reason
from projects.limits import MOST_WORKING_DAYS
from projects.models import Baseline, ChangeOrderAddition, Milestone, MilestoneLink, Phase, Project, Publication, Task, Visibility
from projects.network import Link
from projects.services.confidentiality import words_if_kept
from projects.services.happened import require_day, wrong_day
from projects.services.locking import locked
from projects.services.plan import rescheduling_blockers, update_forecasts
from projects.services.sharing import set_visibility
from projects.services.tasks import leave_out
from projects.what_if import bridges

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MADE_ELSEWHERE = frozenset({Milestone.Kind.GATE, Milestone.Kind.PAYMENT})  # by the phases, and on the page of payments
KINDS = [kind for kind in Milestone.Kind if kind not in MADE_ELSEWHERE]


@dataclass(frozen=True)
class MilestoneDraft:
    """What a project manager says of a milestone. client_sees: at once, or from the contract's approval on."""

    title: str
    kind: str
    owner: User | None = None
    tolerance_days: int = 5
    finish_by: date | None = None
    client_sees: bool = False


def is_launched(project: Project) -> bool:
    """The contract is approved: what is shared now, the client sees now."""
    return Baseline.objects.filter(project=project, kind=Baseline.Kind.CONTRACT).exists()


def sees(milestone: Milestone) -> bool:
    """The client sees it, or will from the contract's approval on."""
    return milestone.is_shared or milestone.share_at_launch


def removal_blockers(milestone: Milestone) -> list[Blocker]:
    """Why it cannot leave the plan; the page shows the same."""
    return removal_blockers_of([milestone])[milestone.key]


def removal_blockers_of(milestones: Sequence[Milestone]) -> dict[str, list[Blocker]]:
    """By key, of milestones of one project. Three queries, however many they are."""
    told = set(Publication.objects.filter(milestone__in=milestones).values_list("milestone_id", flat=True))
    added = Exists(ChangeOrderAddition.objects.filter(Q(after=OuterRef("pk")) | Q(milestone=OuterRef("pk"))))
    by_order = Q(effects__isnull=False) | Q(drops__isnull=False) | added
    named = set(Milestone.objects.filter(by_order, pk__in=[row.pk for row in milestones]).values_list("pk", flat=True))
    tasks = list(Task.objects.filter(Q(milestone__in=milestones) | Q(after_milestone__in=milestones)))
    found = {}
    for row in milestones:
        reasons = []
        if row.kind == Milestone.Kind.GATE:
            reasons.append(_t("A gate belongs to its phase."))
        if row.published_on or row.pk in told:
            reasons.append(_t("The client was told a date of it; a change order drops it."))
        if row.pk in named:
            reasons.append(_t("A change order names it."))
        fed = [task.title for task in tasks if task.milestone_id == row.pk]
        reasons += [_t("The task “%(title)s” feeds it; change or remove that first.") % {"title": title} for title in fed]
        followers = [task.title for task in tasks if task.after_milestone_id == row.pk]
        reasons += [_t("The task “%(title)s” waits for it; change that first.") % {"title": title} for title in followers]
        found[row.key] = [*rescheduling_blockers(row), *(Blocker(key="milestone.remove", words=words) for words in reasons)]
    return found


def _planned_by(code: str, actor: User) -> Project:
    project = locked(code, actor)
    require_permission("projects.plan", actor, project)
    return project


def _locked_milestone(code: str, key: str, actor: User) -> Milestone:
    project = _planned_by(code, actor)
    milestone = Milestone.objects.select_for_update(of=("self",)).get(project=project, key=key)
    milestone.project = project
    return milestone


@act
def add_milestone(
    code: str,
    draft: MilestoneDraft,
    *,
    phase: str,
    after: str = "",
    lag_days: int = 0,
    not_before: date | None = None,
    duration_days: int = 0,
    reason: str,
    actor: User,
) -> Milestone:
    """Put a milestone into a contracted phase, behind the milestone `after` where one is named. Raises BadInput at the field."""
    project = _planned_by(code, actor)
    ahead = Milestone.objects.filter(project=project, key=after).first()
    errors = _wrong(draft, KINDS, project) | missing_reason(reason)
    if phase not in Phase.values or not project.in_scope(phase):
        errors["phase"] = [_t("Choose a contracted phase.")]
    if after and ahead is None:
        errors["after"] = [_t("Choose a milestone of this project.")]
    if abs(lag_days) > MOST_WORKING_DAYS:
        errors["lag_days"] = [_t("At most %(most)d working days either way.") % {"most": MOST_WORKING_DAYS}]
    if errors:
        raise BadInput(errors)
    milestone = Milestone.objects.create(
        project=project,
        key=free_key(project, draft.title),
        phase=phase,
        order=place_in(project, phase),
        by_hand=True,
        earliest_on=not_before,
        duration_days=duration_days,
        **_values(draft),
    )
    if ahead is not None:
        MilestoneLink.objects.create(predecessor=ahead, successor=milestone, lag_days=lag_days, by_hand=True)
    record("milestone.added", milestone, actor=actor, reason=reason, after=_as_data(milestone), title=milestone.title)
    _show(milestone, draft.client_sees, reason=reason, actor=actor)
    update_forecasts(project, actor=actor)
    return Milestone.objects.get(pk=milestone.pk)


@act
def change_milestone(code: str, key: str, draft: MilestoneDraft, *, reason: str, actor: User) -> Milestone:
    """Name, kind, owner, tolerance, the date it must keep, and whether the client sees it. The kind of a gate or a payment stays."""
    milestone = _locked_milestone(code, key, actor)
    require_none(rescheduling_blockers(milestone))
    kinds = [milestone.kind] if milestone.kind in MADE_ELSEWHERE else [*KINDS]
    errors = _wrong(draft, kinds, milestone.project) | missing_reason(reason)
    if errors:
        raise BadInput(errors)
    before = _as_data(milestone)
    for name, value in _values(draft).items():
        setattr(milestone, name, value)
    milestone.by_hand, milestone.told_at = True, timezone.now()  # the client reads title and kind
    milestone.save(update_fields=[*_values(draft), "by_hand", "told_at", "updated_at"])
    record("milestone.changed", milestone, actor=actor, reason=reason, before=before, after=_as_data(milestone), title=milestone.title)
    _show(milestone, draft.client_sees, reason=reason, actor=actor)
    update_forecasts(milestone.project, actor=actor)
    return Milestone.objects.get(pk=milestone.pk)


@act
def remove_milestone(code: str, key: str, *, reason: str, actor: User) -> None:
    """It leaves the plan; baselines still show it, and what waited for it waits for what it waited for."""
    milestone = _locked_milestone(code, key, actor)
    take_out(milestone, reason=reason, actor=actor)
    update_forecasts(milestone.project, actor=actor)


def take_out(milestone: Milestone, *, reason: str, actor: User) -> None:
    """The same inside an act that locked the milestone and works the plan out when it has done everything."""
    require_none(removal_blockers(milestone))
    require_reason(reason)
    if milestone.is_shared:  # the log of what was visible ends here, and so does a question about it
        set_visibility(milestone.project.code, "milestone", milestone.key, visibility=Visibility.INTERNAL, actor=actor, reason=reason)
    record("milestone.removed", milestone, actor=actor, reason=reason, before=_as_data(milestone), title=milestone.title)
    bridge(milestone)
    leave_out(milestone.project, milestone.key)
    milestone.delete()


def bridge(milestone: Milestone) -> None:
    """What waited for it waits for what it waited for."""
    rows = MilestoneLink.objects.filter(successor__project=milestone.project)
    links = [Link(*row) for row in rows.values_list("predecessor__key", "successor__key", "kind", "lag_days")]
    ids = dict(Milestone.objects.filter(project=milestone.project).values_list("key", "pk"))
    MilestoneLink.objects.bulk_create(
        MilestoneLink(
            predecessor_id=ids[link.predecessor], successor_id=ids[link.successor], kind=link.kind, lag_days=link.lag_days, by_hand=True
        )
        for link in bridges(links, milestone.key, milestone.duration_days)
    )


def _show(milestone: Milestone, client_sees: bool, *, reason: str, actor: User) -> None:
    """Sharing is an act of its own, with its own right and its own event; before the contract is approved it is only a wish."""
    if client_sees == sees(milestone):
        return
    project = milestone.project
    if is_launched(project) or milestone.is_shared:
        wanted = Visibility.SHARED if client_sees else Visibility.INTERNAL
        set_visibility(project.code, "milestone", milestone.key, visibility=wanted, actor=actor, reason=reason)
        return
    milestone.share_at_launch = client_sees
    milestone.save(update_fields=["share_at_launch", "updated_at"])


def _wrong(draft: MilestoneDraft, kinds: Iterable[str], project: Project) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    if not draft.title.strip():
        errors["title"] = [_t("Say what is reached.")]
    if draft.kind not in list(kinds):
        errors["kind"] = [_t("Choose a kind; gates belong to their phases, payments have a page of their own.")]
    if draft.owner is not None and not draft.owner.is_internal:
        errors["owner"] = [_t("The owner is one of us.")]
    elif draft.owner is not None and (words := words_if_kept(project, draft.owner)):
        errors["owner"] = [words]
    if not 0 <= draft.tolerance_days <= MOST_WORKING_DAYS:
        errors["tolerance_days"] = [_t("Zero to %(most)d working days.") % {"most": MOST_WORKING_DAYS}]
    return errors


def _values(draft: MilestoneDraft) -> dict[str, Any]:
    return {
        "title": draft.title.strip(),
        "kind": draft.kind,
        "owner": draft.owner,
        "tolerance_days": draft.tolerance_days,
        "finish_by": draft.finish_by,
    }


def _as_data(milestone: Milestone) -> dict[str, Any]:
    return {
        "title": milestone.title,
        "kind": milestone.kind,
        "phase": milestone.phase,
        "owner": milestone.owner and milestone.owner.full_name,
        "tolerance_days": milestone.tolerance_days,
        "finish_by": milestone.finish_by,
        "forecast_on": milestone.forecast_on,
    }


def free_key(project: Project, title: str) -> str:
    stem = slugify(title)[:48] or "milestone"
    taken = set(Milestone.everything.filter(project=project, key__startswith=stem).values_list("key", flat=True))
    number, key = 1, stem
    while key in taken:
        number += 1
        key = f"{stem}-{number}"
    return key


def place_in(project: Project, phase: str) -> int:
    """Where a milestone added to a phase stands in the list: before the gate, behind everything else."""
    rows = Milestone.objects.filter(project=project, phase=phase).exclude(kind__in=MADE_ELSEWHERE)
    last = rows.aggregate(last=Max("order"))["last"]
    return last if last is not None else Milestone.objects.filter(project=project, phase=phase).aggregate(last=Max("order"))["last"] or 0


# What has happened


@act
def start_milestone(code: str, key: str, *, on: date, reason: str = "", actor: User) -> Milestone:
    """The work that ends with it began: what remains is counted from that day."""
    milestone = _locked_milestone(code, key, actor)
    require_none(start_blockers(milestone))
    require_day(milestone.project, on)
    before = {"started_on": milestone.started_on}
    milestone.started_on = on
    milestone.save(update_fields=["started_on", "updated_at"])
    record(
        "milestone.started", milestone, actor=actor, reason=reason, before=before, after={"started_on": on}, title=milestone.title, on=on
    )
    update_forecasts(milestone.project, actor=actor)
    return Milestone.objects.get(pk=milestone.pk)


def start_blockers(milestone: Milestone) -> list[Blocker]:
    """Why no actual start can be entered; the page shows the same."""
    if milestone.duration_days:
        return rescheduling_blockers(milestone)
    words = _t("It is a point in time; give it work of its own (“Reschedule”) before that work can begin.")
    return [*rescheduling_blockers(milestone), Blocker(key="milestone.no_work", words=words)]


def correction_blockers(milestone: Milestone) -> list[Blocker]:
    """Why an actual date cannot be taken back: somebody was told of it, or something else rests on it."""
    if milestone.actual_on is None:
        return [Blocker(key="milestone.open", words=_t("There is no actual date to correct."))]
    reasons = []
    if milestone.source:
        reasons.append(_t("The record set this date; it is corrected where it came from."))
    if milestone.is_shared:
        reasons.append(_t("The client reads this date; stop sharing the milestone first."))
    if milestone.invoiced_on is not None:
        reasons.append(_t("It is invoiced."))
    told = _published_since(milestone)
    reasons += [_t("The client was told a date of “%(title)s” that rests on it.") % {"title": title} for title in told]
    return [Blocker(key="milestone.correct", words=words) for words in reasons]


def _published_since(milestone: Milestone) -> list[str]:
    """Titles of what follows it, at any distance, and was published since it was reached."""
    behind: dict[int, list[int]] = {}
    for ahead, successor in MilestoneLink.objects.filter(successor__project=milestone.project_id).values_list("predecessor", "successor"):
        behind.setdefault(ahead, []).append(successor)
    found, waiting = set(), [milestone.pk]
    while waiting:
        new = [pk for pk in behind.get(waiting.pop(), []) if pk not in found]
        found |= set(new)
        waiting += new
    here = Event.objects.filter(project_id=milestone.project_id)
    entered = here.filter(kind__in=("milestone.achieved", "milestone.corrected"), object_id=str(milestone.pk)).order_by("-pk").first()
    told = here.filter(kind="milestone.published", object_id__in=[str(pk) for pk in found], pk__gt=entered.pk if entered else 0)
    return sorted({event.data["title"] for event in told})


@act
def correct_actual(code: str, key: str, *, on: date | None, reason: str, actor: User) -> Milestone:
    """Another actual date, or none: what was entered before stays in the record."""
    milestone = _locked_milestone(code, key, actor)
    require_none(correction_blockers(milestone))
    errors = missing_reason(reason)
    if on is not None:
        errors |= wrong_day(milestone.project, on, began=milestone.started_on)
    if errors:
        raise BadInput(errors)
    before = milestone.actual_on
    milestone.actual_on, milestone.told_at = on, timezone.now()
    milestone.save(update_fields=["actual_on", "told_at", "updated_at"])
    record(
        "milestone.corrected",
        milestone,
        actor=actor,
        reason=reason,
        before={"actual_on": before},
        after={"actual_on": on},
        title=milestone.title,
        was=before,
    )
    update_forecasts(milestone.project, actor=actor)
    return Milestone.objects.get(pk=milestone.pk)
