"""What a milestone waits for: added, changed, removed by the project manager; the plan follows at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _t

from accounts.permissions import require_permission
from audit.acts import act
from audit.events import record
from audit.refusals import BadInput, missing_reason, require_none, require_reason
from projects.forecasting import task_links
from projects.limits import MOST_WORKING_DAYS
from projects.models import Milestone, MilestoneLink, Project, Relation, Task
from projects.network import loop_through
from projects.services.locking import locked
from projects.services.plan import rescheduling_blockers, update_forecasts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from accounts.models import User


def _locked_milestone(code: str, key: str, actor: User) -> Milestone:
    project = locked(code, actor)
    require_permission("projects.plan", actor, project)
    milestone = Milestone.objects.select_for_update(of=("self",)).get(project=project, key=key)
    milestone.project = project
    require_none(rescheduling_blockers(milestone))
    return milestone


@act
def add_dependency(code: str, key: str, *, predecessor: str, kind: str, lag_days: int, reason: str, actor: User) -> MilestoneLink:
    """Let a milestone wait for another one. Raises BadInput at the field; a loop is named there."""
    milestone = _locked_milestone(code, key, actor)
    link = put_dependency(milestone, predecessor=predecessor, kind=kind, lag_days=lag_days, reason=reason, actor=actor)
    update_forecasts(milestone.project, actor=actor)
    return link


def put_dependency(milestone: Milestone, *, predecessor: str, kind: str, lag_days: int, reason: str, actor: User) -> MilestoneLink:
    """The same inside an act that locked the milestone and works the plan out when it has done everything."""
    _check(kind, lag_days, reason)
    ahead = Milestone.objects.filter(project=milestone.project, key=predecessor).first()
    if ahead is None:
        raise BadInput({"predecessor": [_t("Choose a milestone of this project.")]})
    _refuse_double(ahead, milestone, kind)
    refuse_loop(*network_of(milestone.project), ahead.key, milestone.key, field="predecessor")
    link = MilestoneLink.objects.create(predecessor=ahead, successor=milestone, kind=kind, lag_days=lag_days, by_hand=True)
    _record("dependency.added", link, actor=actor, reason=reason, after=_as_data(link))
    return link


@act
def change_dependency(code: str, key: str, link_id: int, *, kind: str, lag_days: int, reason: str, actor: User) -> MilestoneLink:
    """Change the relation or the lag of a dependency."""
    milestone = _locked_milestone(code, key, actor)
    link = _locked_link(milestone, link_id)
    alter_dependency(link, kind=kind, lag_days=lag_days, reason=reason, actor=actor)
    update_forecasts(milestone.project, actor=actor)
    return link


def alter_dependency(link: MilestoneLink, *, kind: str, lag_days: int, reason: str, actor: User) -> None:
    """The same inside an act that locked the dependency and works the plan out when it has done everything."""
    _check(kind, lag_days, reason)
    _refuse_double(link.predecessor, link.successor, kind, besides=link)
    before = _as_data(link)
    link.kind, link.lag_days, link.by_hand = kind, lag_days, True
    link.save(update_fields=["kind", "lag_days", "by_hand"])
    _record("dependency.changed", link, actor=actor, reason=reason, before=before, after=_as_data(link))


@act
def remove_dependency(code: str, key: str, link_id: int, *, reason: str, actor: User) -> None:
    """The milestone no longer waits for the other one."""
    milestone = _locked_milestone(code, key, actor)
    drop_dependency(_locked_link(milestone, link_id), reason=reason, actor=actor)
    update_forecasts(milestone.project, actor=actor)


def drop_dependency(link: MilestoneLink, *, reason: str, actor: User) -> None:
    """The same inside an act that locked the dependency and works the plan out when it has done everything."""
    require_reason(reason)
    _record("dependency.removed", link, actor=actor, reason=reason, before=_as_data(link))
    link.delete()


def _locked_link(milestone: Milestone, link_id: int) -> MilestoneLink:
    rows = MilestoneLink.objects.select_for_update(of=("self",)).select_related("predecessor")
    link = rows.get(successor=milestone, pk=link_id)
    link.successor = milestone
    return link


def _check(kind: str, lag_days: int, reason: str) -> None:
    errors = missing_reason(reason)
    if kind not in Relation.values:
        errors["kind"] = [_t("Choose one of the four relations.")]
    if abs(lag_days) > MOST_WORKING_DAYS:
        errors["lag_days"] = [_t("A lag is at most %(most)d working days either way.") % {"most": MOST_WORKING_DAYS}]
    if errors:
        raise BadInput(errors)


def _refuse_double(ahead: Milestone, behind: Milestone, kind: str, *, besides: MilestoneLink | None = None) -> None:
    """Two milestones may be bound by several relations (a ladder of SS and FF), by each of them once."""
    same = MilestoneLink.objects.filter(predecessor=ahead, successor=behind, kind=kind)
    if (same.exclude(pk=besides.pk) if besides else same).exists():
        field = "kind" if besides else "predecessor"
        raise BadInput({field: [_t("It waits for this milestone by this relation already; change that dependency.")]})


def refuse_loop(titles: Mapping[str, str], pairs: Iterable[tuple[str, str]], ahead: str, behind: str, *, field: str) -> None:
    """Raises BadInput with the titles along the loop that letting `behind` wait for `ahead` would close."""
    loop = loop_through(pairs, ahead, behind)
    if loop:
        words = _t("The dependencies would run in a circle: %(loop)s.")
        raise BadInput({field: [words % {"loop": " → ".join(titles[key] for key in loop)}]})


def network_of(project: Project) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Titles by key, and who waits for whom, of everything in the plan: milestones and tasks. Three queries."""
    milestones = list(Milestone.objects.filter(project=project))
    tasks = list(Task.objects.filter(project=project))
    links = MilestoneLink.objects.filter(successor__project=project).values_list("predecessor__key", "successor__key")
    titles = {row.key: row.title for row in milestones} | {row.key: row.title for row in tasks}
    return titles, [*links, *((link.predecessor, link.successor) for link in task_links(tasks, milestones))]


def _as_data(link: MilestoneLink) -> dict[str, object]:
    return {"predecessor": link.predecessor.key, "kind": link.kind, "lag_days": link.lag_days}


def _record(key: str, link: MilestoneLink, *, actor: User, reason: str, **values: object) -> None:
    titles = {"title": link.successor.title, "predecessor": link.predecessor.title}
    record(key, link.successor, actor=actor, reason=reason, kind=link.kind, lag_days=link.lag_days, **titles, **values)  # type: ignore[arg-type]
