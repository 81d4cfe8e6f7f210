"""How soon each person of a client would hear of a publication: what the page shows before it is published."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from accounts.languages import language_of
from accounts.models import User
from notifications.choices import SOONEST_FIRST, Choice, Group
from notifications.models import MilestoneWatch
from notifications.people import with_roles
from notifications.publications import TOLD
from notifications.wanted import Wishes, wishes_of
from notifications.watching import is_far_enough
from projects.models import Project
from projects.publication import Move
from projects.receivers import Receiver

SENT = "document.sent"


def receivers_of(project: Project, moves: Sequence[Move]) -> list[Receiver]:
    """A fixed number of queries for any number of people."""
    people = _people_of(project)
    wishes, watches = wishes_of(people), defaultdict(list)
    for watch in MilestoneWatch.objects.filter(user__in=people, milestone__project=project).select_related("milestone"):
        watches[watch.user_id].append(watch)
    return [
        Receiver(person.full_name, language_of(person), _soonest(person, project, moves, wishes, watches[person.pk]).value)
        for person in people
    ]


def receivers_of_documents(project: Project) -> list[Receiver]:
    """How soon each person of the client hears of a document that is sent to them; soonest first."""
    people = _people_of(project)
    wishes = wishes_of(people)
    told = [(wishes.choice(person, Group.DOCUMENTS, project.pk, asked=False, kind=SENT), person) for person in people]
    told.sort(key=lambda each: (SOONEST_FIRST.index(each[0]), each[1].full_name))
    return [Receiver(person.full_name, language_of(person), choice.value) for choice, person in told]


def _people_of(project: Project) -> list[User]:
    return with_roles(User.objects.active().filter(kind=User.Kind.CLIENT, client_id=project.client_id))


def _soonest(person: User, project: Project, moves: Sequence[Move], wishes: Wishes, watches: Sequence[MilestoneWatch]) -> Choice:
    """All dates of one act come in the mail that the first of them causes."""
    found = {Choice.NOTHING}
    for move in moves:
        watched = any(watch.milestone.key == move.key and is_far_enough(watch, move.to_date) for watch in watches)
        groups = (Group.WATCHED, Group.DATES) if watched else (Group.DATES,)
        told = (wishes.choice(person, group, project.pk, asked=False, kind=TOLD) for group in groups)
        found.add(next((choice for choice in told if choice != Choice.NOTHING), Choice.NOTHING))
    return min(found, key=SOONEST_FIRST.index)
