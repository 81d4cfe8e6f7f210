"""How soon people want to hear of something: by group of events, and by project."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from accounts.models import User
from notifications.choices import Choice, Group, default_choice
from notifications.models import Preference, ProjectPreference


@dataclass(frozen=True)
class Wishes:
    """What was chosen; where nothing was, the default of the role holds."""

    groups: dict[tuple[int, str, str], str]  # by person, group and kind of event; without a kind for the group
    projects: dict[tuple[int, int], str]

    def choice(self, person: User, group: str, project_id: int | None, *, asked: bool, kind: str) -> Choice:
        """What was chosen about a kind of event goes before what was chosen about its group.

        A quiet project still tells what is asked of the person, and the milestones that they watch.
        """
        chosen = self.groups.get((person.pk, group, kind)) or self.groups.get((person.pk, group, ""))
        usual = Choice(chosen or default_choice(person, group))
        of_project = self.projects.get((person.pk, project_id or 0))
        if of_project == ProjectPreference.Choice.AT_ONCE:
            return Choice.AT_ONCE
        if of_project == ProjectPreference.Choice.QUIET and not asked and group != Group.WATCHED:
            return Choice.NOTHING
        return usual


def wishes_of(people: Iterable[User | int]) -> Wishes:
    """Two queries for any number of people."""
    ids = {person if isinstance(person, int) else person.pk for person in people}
    if not ids:
        return Wishes({}, {})
    groups = Preference.objects.filter(user_id__in=ids).values_list("user_id", "group", "kind", "choice")
    projects = ProjectPreference.objects.filter(user_id__in=ids).values_list("user_id", "project_id", "choice")
    return Wishes(
        {(user, group, kind): choice for user, group, kind, choice in groups}, {(user, pk): choice for user, pk, choice in projects}
    )
