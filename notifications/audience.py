"""Who is told of a batch of events. Everything is read once for the whole batch: the cost does not grow with people or events."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.utils import timezone

from accounts.models import Delegation, Role, User
from audit.models import Event
from notifications.asking import OF_MANY, opened_by, waits_of
from notifications.choices import group_of, is_told
from notifications.people import with_roles
from notifications.visibility import as_client, readable_events
from projects.models import Project, Rfp, WaitingFor
from projects.models.confidentiality import Sight, sights_of
from projects.models.project import PORTFOLIO_ROLES, TeamMember

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
    holders: dict[str, list[User]] = field(default_factory=lambda: defaultdict(list))  # by the roles that they sign in
    stand_ins: dict[int, dict[str, User]] = field(default_factory=lambda: defaultdict(dict))
    clients: dict[int, list[User]] = field(default_factory=lambda: defaultdict(list))
    readable: dict[int, set[int]] = field(default_factory=dict)
    sights: dict[int, Sight] = field(default_factory=dict)  # by request: whether it is kept, and who sees it then


def readers_of(events: Sequence[Event]) -> list[Reader]:
    """Everybody who is told of each event, once; never who did it."""
    told = [event for event in events if is_told(event.kind)]
    if not told:
        return []
    batch = _load(told)
    return [reader for event in told for reader in _readers(batch, event)]


def _load(events: Sequence[Event]) -> Batch:
    batch = Batch(events)
    batch.waits = waits_of(events)
    named = [*(event.project_id for event in events), *(wait.project_id for wait in batch.waits)]
    ids = {pk for pk in named if pk is not None}
    batch.projects = Project.objects.in_bulk(ids)
    batch.sights = sights_of(pk__in={project.rfp_id for project in batch.projects.values()} | set(_requests(events)))
    for member in TeamMember.objects.filter(project_id__in=ids).select_related("department"):
        batch.team[member.project_id].append(member)
    for person in _people(batch):
        _file(batch, person)
    for client_id in {event.client_id for event in events if event.client_visible and event.client_id}:
        seen = readable_events(as_client(client_id)).filter(pk__in=[event.pk for event in events])
        batch.readable[client_id] = set(seen.values_list("pk", flat=True))
    return batch


def _people(batch: Batch) -> Iterable[User]:
    """Active people who may be concerned, with the roles that they hold now and those that others handed over to them."""
    named = {wait.user_id for wait in batch.waits} | {member.user_id for members in batch.team.values() for member in members}
    named |= {pk for project in batch.projects.values() for pk in (project.project_manager_id, project.account_owner_id)}
    named |= {pk for event in batch.events for pk in event.data.get("concerns", ())}
    roles = {wait.role for wait in batch.waits if not wait.client_id} | {ROLE_FOR[e.kind].value for e in batch.events if e.kind in ROLE_FOR}
    handed_over = Delegation.objects.in_force(timezone.localdate()).filter(role__in=roles - {""}).select_related("giver")
    for delegation in handed_over:
        batch.stand_ins[delegation.receiver_id][delegation.role] = delegation.giver
    clients = {event.client_id for event in batch.events if event.client_visible}
    holders = Q(pk__in=User.objects.holding(*roles - {""}).values("pk"))
    internal = Q(kind=User.Kind.INTERNAL) & (Q(pk__in=(named | batch.stand_ins.keys()) - {None}) | holders)
    return with_roles(User.objects.active().filter(internal | Q(kind=User.Kind.CLIENT, client_id__in=clients)))


def _file(batch: Batch, person: User) -> None:
    person.__dict__["stands_in_for"] = batch.stand_ins.get(person.pk, {})
    batch.people[person.pk] = person
    if person.client_id:
        batch.clients[person.client_id].append(person)
    else:
        for role in person.signing_roles:
            batch.holders[role].append(person)


def _readers(batch: Batch, event: Event) -> Iterator[Reader]:
    asked = _asked(batch, event)
    concerned = dict.fromkeys(asked)
    concerned |= dict.fromkeys(_team(batch, event)) | dict.fromkeys(_client(batch, event))
    for pk in concerned:
        person, wait = batch.people[pk], asked.get(pk)
        group = group_of(event.kind, asked=wait is not None, internal=person.is_internal)
        if group and pk != event.actor_id and not _is_kept_from(batch, person, event):
            yield Reader(person, event, group, wait is not None, wait.link if wait and event.kind not in OF_MANY else "")


def _asked(batch: Batch, event: Event) -> dict[int, WaitingFor]:
    """The people for whom the event waits: by name, by a role on a project that they see, or as the client whom the wait names."""
    found: dict[int, WaitingFor] = {}
    for wait in batch.waits:
        if opened_by(wait, event):
            for person in _waited_for(batch, wait, event):
                found.setdefault(person.pk, wait)
    return found


def _waited_for(batch: Batch, wait: WaitingFor, event: Event) -> Iterable[User]:
    if wait.user_id:
        return [batch.people[wait.user_id]] if wait.user_id in batch.people else []
    if wait.client_id:
        able = _readable_by_client(batch, event) and wait.client_id == event.client_id
        return [person for person in batch.clients[wait.client_id] if able and wait.role in ("", *person.roles)]
    return [person for person in batch.holders[wait.role] if _sees(batch, person, wait.project_id)]


def _team(batch: Batch, event: Event) -> Iterable[int]:
    """Project manager, account owner, who is named on the team or by the event, as far as they still see the project."""
    project = batch.projects.get(event.project_id or 0)
    if project is None:
        role = ROLE_FOR.get(event.kind)
        holders = [person.pk for person in batch.holders[role] if role in person.roles] if role else []
        return holders + [pk for pk in event.data.get("concerns", ()) if pk in batch.people]
    team = (member.user_id for member in batch.team[project.pk])
    named = [project.project_manager_id, project.account_owner_id, *team, *event.data.get("concerns", ())]
    return [pk for pk in named if pk in batch.people and _sees(batch, batch.people[pk], project.pk)]


def _client(batch: Batch, event: Event) -> Iterable[int]:
    return [person.pk for person in batch.clients[event.client_id or 0]] if _readable_by_client(batch, event) else []


def _readable_by_client(batch: Batch, event: Event) -> bool:
    return bool(event.client_visible and event.client_id and event.pk in batch.readable[event.client_id])


def _sees(batch: Batch, person: User, project_id: int | None) -> bool:
    """What `Project.objects.visible_to` says of one of ours, for many people at once; a test holds the two together."""
    if project_id is None:
        return True
    sight = batch.sights[batch.projects[project_id].rfp_id]
    if PORTFOLIO_ROLES & person.signing_roles or person.pk in sight.readers:
        return sight.is_open_to(person)
    named = (member.user_id == person.pk or member.department.key in person.signing_roles for member in batch.team[project_id])
    return sight.is_open_to(person) and any(named)


def _is_kept_from(batch: Batch, person: User, event: Event) -> bool:
    """One of ours is told nothing of a request, or of a project, that is kept to others."""
    rfp = batch.projects[event.project_id].rfp_id if event.project_id in batch.projects else _request(event)
    return person.is_internal and rfp in batch.sights and not batch.sights[rfp].is_open_to(person)


def _requests(events: Iterable[Event]) -> Iterator[int]:
    """Those of which there is no project."""
    yield from (pk for event in events if not event.project_id and (pk := _request(event)))


def _request(event: Event) -> int:
    is_request = event.object_type_id == ContentType.objects.get_for_model(Rfp).pk
    return int(event.object_id) if is_request else 0
