"""Who is told of a batch of events. Everything is read once for the whole batch: the cost does not grow with people or events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Prefetch, Q

from accounts.models import Role, RoleGrant, User
from audit.models import Event
from notifications.choices import group_of
from notifications.visibility import as_client, readable_events
from projects.models import Project, WaitingFor
from projects.models.project import PORTFOLIO_ROLES, TeamMember

# The wait that an event opens, by the beginning of its key. Where the key names another object than the event does (a version of
# the event's document), both lead to the same page and are matched by it.
WAIT_OF_OBJECT = {
    "gate.proposed": "gate.sign",
    "gate.meeting_called": "gate.meeting",
    "condition.set": "condition",
    "condition.answered": "condition",
    "condition.rejected": "condition",
    "waiver.requested": "waiver",
    "quotation.release_signed": "quotation.release",
    "quotation.sent": "quotation.answer",
    "change_order.release_signed": "change_order.release",
    "change_order.sent": "change_order.answer",
    "milestone.achieved": "plan.explain",
    "payment.ready_to_invoice": "payment.invoice",
    "evidence.entered": "evidence.confirm",
    "account.objected": "account.objection",
    "deliverable.assigned": "deliverable",
    "deliverable.reopened": "deliverable",
    "sheet.opened": "sheet",
    "sheet.assigned": "sheet",
    "sheet.reopened": "sheet",
}
WAIT_OF_PAGE = {"document.submitted": "document.sign", "document.signed": "document.sign", "document.failed": "document.failed"}
CLOCKS_DIFFER_BY = timedelta(seconds=5)  # between the database, which dates events, and the process that dates waits
ROLE_FOR = {"rfp.logged": Role.BUSINESS_DEVELOPMENT}


@dataclass(frozen=True)
class Reader:
    """One person and one event; `link` leads to what the event asks of exactly this person."""

    user: User
    event: Event
    group: str
    asked: bool = False
    link: str = ""


@dataclass
class Batch:
    """What has to be known about a batch of events to find its readers."""

    events: Sequence[Event]
    projects: dict[int, Project] = field(default_factory=dict)
    team: dict[int, list[TeamMember]] = field(default_factory=lambda: defaultdict(list))
    waits: list[WaitingFor] = field(default_factory=list)
    people: dict[int, User] = field(default_factory=dict)
    holders: dict[str, list[User]] = field(default_factory=lambda: defaultdict(list))
    clients: dict[int, list[User]] = field(default_factory=lambda: defaultdict(list))
    readable: dict[int, set[int]] = field(default_factory=dict)


def readers_of(events: Sequence[Event]) -> list[Reader]:
    """Everybody who is told of each event, once; never who did it."""
    told = [event for event in events if any(group_of(event.kind, asked=False, internal=side) for side in (True, False))]
    if not told:
        return []
    batch = _load(told)
    return [reader for event in told for reader in _readers(batch, event)]


def _load(events: Sequence[Event]) -> Batch:
    batch = Batch(events)
    ids = {event.project_id for event in events if event.project_id}
    batch.projects = Project.objects.in_bulk(ids)
    for member in TeamMember.objects.filter(project_id__in=ids).select_related("department"):
        batch.team[member.project_id].append(member)
    batch.waits = list(_waits(events))
    for person in _people(batch):
        _file(batch, person)
    for client_id in {event.client_id for event in events if event.client_visible and event.client_id}:
        seen = readable_events(as_client(client_id)).filter(pk__in=[event.pk for event in events])
        batch.readable[client_id] = set(seen.values_list("pk", flat=True))
    return batch


def _waits(events: Sequence[Event]) -> Iterable[WaitingFor]:
    keys = [f"{WAIT_OF_OBJECT[event.kind]}:{event.object_id}" for event in events if event.kind in WAIT_OF_OBJECT]
    pages = [(WAIT_OF_PAGE[event.kind], event.link) for event in events if event.kind in WAIT_OF_PAGE]
    wanted = Q(pk__in=[])
    for key in keys:
        wanted |= Q(key=key) | Q(key__startswith=f"{key}:")
    for prefix, link in pages:
        wanted |= Q(key__startswith=f"{prefix}:", link=link)
    return WaitingFor.objects.open().filter(wanted) if keys or pages else ()


def _people(batch: Batch) -> Iterable[User]:
    """Active people who may be concerned, with the roles that they hold now."""
    named = {wait.user_id for wait in batch.waits} | {member.user_id for members in batch.team.values() for member in members}
    named |= {pk for project in batch.projects.values() for pk in (project.project_manager_id, project.account_owner_id)}
    roles = {wait.role for wait in batch.waits if not wait.client_id} | {ROLE_FOR[e.kind].value for e in batch.events if e.kind in ROLE_FOR}
    clients = {event.client_id for event in batch.events if event.client_visible}
    internal = Q(kind=User.Kind.INTERNAL) & (Q(pk__in=named - {None}) | Q(pk__in=User.objects.holding(*roles - {""}).values("pk")))
    grants = Prefetch("grants", RoleGrant.objects.filter(ended_at=None), to_attr="open_grants")
    return User.objects.active().filter(internal | Q(kind=User.Kind.CLIENT, client_id__in=clients)).prefetch_related(grants)


def _file(batch: Batch, person: User) -> None:
    grants: list[RoleGrant] = person.open_grants  # type: ignore[attr-defined]
    person.__dict__["roles"] = frozenset(grant.role for grant in grants)  # as `User.roles` would remember them, without a query each
    batch.people[person.pk] = person
    if person.client_id:
        batch.clients[person.client_id].append(person)
    else:
        for role in person.roles:
            batch.holders[role].append(person)


def _readers(batch: Batch, event: Event) -> Iterator[Reader]:
    asked = _asked(batch, event)
    concerned = dict.fromkeys(asked)
    concerned |= dict.fromkeys(_team(batch, event)) | dict.fromkeys(_client(batch, event))
    for pk in concerned:
        person, wait = batch.people[pk], asked.get(pk)
        group = group_of(event.kind, asked=wait is not None, internal=person.is_internal)
        if group and pk != event.actor_id:
            yield Reader(person, event, group, wait is not None, wait.link if wait else "")


def _asked(batch: Batch, event: Event) -> dict[int, WaitingFor]:
    """The people for whom the event waits: by name, by a role on a project that they see, or as the client whom the wait names."""
    found: dict[int, WaitingFor] = {}
    for wait in batch.waits:
        if _opened_by(wait, event):
            for person in _waited_for(batch, wait, event):
                found.setdefault(person.pk, wait)
    return found


def _opened_by(wait: WaitingFor, event: Event) -> bool:
    if event.kind in WAIT_OF_OBJECT:
        key = f"{WAIT_OF_OBJECT[event.kind]}:{event.object_id}"
        return wait.key == key or wait.key.startswith(f"{key}:")
    if event.kind in WAIT_OF_PAGE:
        # One signature may leave others open that were asked for earlier: only what this event opened is news.
        recent = wait.since >= event.at - CLOCKS_DIFFER_BY
        return recent and wait.key.startswith(f"{WAIT_OF_PAGE[event.kind]}:") and wait.link == event.link
    return False


def _waited_for(batch: Batch, wait: WaitingFor, event: Event) -> Iterable[User]:
    if wait.user_id:
        return [batch.people[wait.user_id]] if wait.user_id in batch.people else []
    if wait.client_id:
        able = _readable_by_client(batch, event) and wait.client_id == event.client_id
        return [person for person in batch.clients[wait.client_id] if able and wait.role in ("", *person.roles)]
    return [person for person in batch.holders[wait.role] if _sees(batch, person, wait.project_id)]


def _team(batch: Batch, event: Event) -> Iterable[int]:
    """Project manager, account owner, and who is named on the team, as far as they still see the project."""
    project = batch.projects.get(event.project_id or 0)
    if project is None:
        return [person.pk for person in batch.holders[ROLE_FOR[event.kind]]] if event.kind in ROLE_FOR else []
    named = [project.project_manager_id, project.account_owner_id, *(member.user_id for member in batch.team[project.pk])]
    return [pk for pk in named if pk in batch.people and _sees(batch, batch.people[pk], project.pk)]


def _client(batch: Batch, event: Event) -> Iterable[int]:
    return [person.pk for person in batch.clients[event.client_id or 0]] if _readable_by_client(batch, event) else []


def _readable_by_client(batch: Batch, event: Event) -> bool:
    return bool(event.client_visible and event.client_id and event.pk in batch.readable[event.client_id])


def _sees(batch: Batch, person: User, project_id: int | None) -> bool:
    """What `Project.objects.visible_to` says of one of ours, for many people at once; a test holds the two together."""
    if project_id is None or PORTFOLIO_ROLES & person.roles:
        return True
    return any(member.user_id == person.pk or member.department.key in person.roles for member in batch.team[project_id])
