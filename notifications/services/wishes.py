"""What people want to be told: preferences by group, kind of event and project, and watches on milestones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _t

from accounts.permissions import require_permission
from audit.events import record
from audit.refusals import BadInput
from notifications.choices import Choice, Group, default_choice, groups_for
from notifications.contents import kinds_in
from notifications.models import MilestoneWatch, Preference, ProjectPreference
from projects.models import Milestone, Project

if TYPE_CHECKING:
    from datetime import date

    from accounts.models import User

MOST_DAYS = 365


def choices_of(user: User) -> dict[str, str]:
    """The choice that holds for each group, in the order of the page."""
    chosen = dict(Preference.objects.of_groups().filter(user=user).values_list("group", "choice"))
    return {group.value: chosen.get(group.value) or default_choice(user, group).value for group in groups_for(user)}


def kind_choices_of(user: User) -> dict[str, str]:
    """The choice about each kind of event that can reach the person, by `group:kind`; empty where that of the group holds."""
    rows = Preference.objects.of_kinds().filter(user=user).values_list("group", "kind", "choice")
    chosen = {f"{group}:{kind}": choice for group, kind, choice in rows}
    return {name: chosen.get(name, "") for group in groups_for(user) for name in names_in(group, user)}


def names_in(group: Group, user: User) -> list[str]:
    return [f"{group}:{kind}" for kind in kinds_in(group, user)]


@transaction.atomic
def save_preferences(choices: Mapping[str, str], *, actor: User) -> dict[str, str]:
    """Set how soon each given group, or kind of event (`group:kind`, empty: as its group), is told; the others stay as they are."""
    require_permission("notifications.choose", actor)
    before = choices_of(actor) | kind_choices_of(actor)
    errors = {
        name: [_t("Choose one of the ways.")]
        for name, choice in choices.items()
        if name not in before or (choice not in Choice.values and (choice or ":" not in name))
    }
    if errors:
        raise BadInput(errors)
    changed = {name: choice for name, choice in choices.items() if before[name] != choice}
    for name, choice in changed.items():
        group, _colon, kind = name.partition(":")
        if choice:
            Preference.objects.update_or_create(user=actor, group=group, kind=kind, defaults={"choice": choice})
        else:
            Preference.objects.filter(user=actor, group=group, kind=kind).delete()
    if changed:
        record("preferences.changed", actor, actor=actor, before={name: before[name] for name in changed}, after=changed)
    return choices_of(actor)


@transaction.atomic
def choose_for_project(code: str, choice: str, *, actor: User) -> None:
    """Hear of one project otherwise than usual; an empty choice is as usual again."""
    require_permission("notifications.choose", actor)
    project = Project.objects.visible_to(actor).get(code=code)
    if choice and choice not in ProjectPreference.Choice.values:
        raise BadInput({"choice": [_t("Choose one of the ways.")]})
    rows = ProjectPreference.objects.filter(user=actor, project=project)
    before = rows.values_list("choice", flat=True).first() or ""
    if choice == before:
        return
    if choice:
        ProjectPreference.objects.update_or_create(user=actor, project=project, defaults={"choice": choice})
    else:
        rows.delete()
    record("preferences.changed", actor, actor=actor, before={code: before}, after={code: choice})


@transaction.atomic
def watch_milestone(code: str, key: str, *, days: int, actor: User) -> MilestoneWatch:
    """Tell the actor when the milestone moves by more than `days` days; setting it again replaces the days and starts from today's date."""
    milestone = Milestone.objects.visible_to(actor).get(project__code=code, key=key)
    require_permission("notifications.watch", actor, milestone)
    if not 0 <= days <= MOST_DAYS:
        raise BadInput({"days": [_t("From 0 to %(most)d days.") % {"most": MOST_DAYS}]})
    values = {"days": days, "reference_on": known_date(milestone, actor)}
    watch, _created = MilestoneWatch.objects.update_or_create(user=actor, milestone=milestone, defaults=values)
    record("watch.set", watch, actor=actor, title=milestone.title, days=days)
    return watch


@transaction.atomic
def end_watch(watch_id: int, *, actor: User) -> None:
    """One's own watch ends, also on a milestone that is no longer shared."""
    watch = MilestoneWatch.objects.filter(user=actor).select_for_update(of=("self",)).select_related("milestone").get(pk=watch_id)
    require_permission("notifications.watch", actor, watch.milestone)
    record("watch.ended", watch, actor=actor, title=watch.milestone.title)
    watch.delete()


def known_date(milestone: Milestone, user: User) -> date | None:
    """The date that this person can know: the internal forecast for ours, the published one for a client."""
    return milestone.actual_on or (milestone.forecast_on if user.is_internal else milestone.published_on)
