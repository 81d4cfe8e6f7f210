"""Which events a person may read: the one query layer of inbox, mail, changes feed and webhooks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, When
from django.db.models.functions import Cast

from accounts.models import Role, User
from audit.models import Event
from documents.models import Document
from projects.models import ApprovalRequest, ChangeOrder, Deliverable, Milestone, Project, Quotation, Rfp
from projects.models.confidentiality import SEEN, seen_of_projects, seen_of_requests
from projects.models.project import sees_project

SHAREABLE: tuple[Any, ...] = (Milestone, Deliverable, Quotation, ChangeOrder, Document, ApprovalRequest)
# The event knows its object by a text; only one that is a number is turned into a key, which an index finds.
OBJECT_KEY = Case(When(object_id__regex=r"^[0-9]{1,18}$", then=Cast("object_id", models.BigIntegerField())))
TAKEN_BACK = ("document.unshared",)  # tells of what the client saw before and sees no more


def as_client(client_id: int) -> User:
    """Somebody of the client in general: what a client sees does not differ from person to person."""
    somebody = User(kind=User.Kind.CLIENT, client_id=client_id, is_active=True)
    somebody.__dict__["roles"] = frozenset({Role.CLIENT_VIEWER.value})  # as `User.roles` would remember them of a row
    return somebody


def readable_events(user: User) -> models.QuerySet[Event]:
    """Internal: the events of visible projects, who looked at a kept one aside. Client: those with a projection, of the own
    organisation, about what is visible now."""
    if not user.is_active:
        return Event.objects.none()
    if user.is_internal:
        return Event.objects.filter(sees_project(user)).exclude(kind=SEEN)
    events = Event.objects.alias(object_key=OBJECT_KEY)
    return events.filter(~_hidden_from(user), client_visible=True, client_id=user.client_id)


def told_to_ours(rows: Any, user: User) -> Any:
    """Of notifications of one of ours: what they may read, what concerns no project, and what they are asked to do, whatever else they
    see of its project. Nothing of a request or a project that is kept from them."""
    return _told(rows, user, "event_id", "event__", Q(asked=True))


def told_of_events(told: Mapping[int, bool], user: User) -> models.QuerySet[Event]:
    """The same by the events themselves, of few of which one is told. told: by the key of an event, whether it asks for something.

    Named by their keys, so that an index finds them: of notifications that are named the database would read the whole record.
    """
    if not user.is_internal:
        return readable_events(user).filter(pk__in=list(told))
    return _told(Event.objects.filter(pk__in=list(told)), user, "pk", "", Q(pk__in=[key for key, asks in told.items() if asks]))


def _told(rows: Any, user: User, key: str, event: str, asks: Q) -> Any:
    """key: the name of the event's key in these rows; event: what stands before the names of its fields; asks: which ask for something."""
    seen = Exists(readable_events(user).filter(pk=OuterRef(key)))
    asked = asks & Exists(Project.objects.filter(seen_of_projects(user), pk=OuterRef(f"{event}project_id")))
    is_request = Q(**{f"{event}object_type": ContentType.objects.get_for_model(Rfp)})
    request = Case(When(is_request, then=Cast(f"{event}object_id", models.BigIntegerField())))
    disclosed = Q(request=None) | Exists(Rfp.objects.filter(seen_of_requests(user), pk=OuterRef("request")))
    return rows.alias(request=request).filter(seen | asked | Q(**{f"{event}project_id": None}) & disclosed)


def _hidden_from(user: User) -> Q:
    """About something that can be shared and is not."""
    hidden = Q(pk__in=[])
    for model in SHAREABLE:
        shown = model.objects.visible_to(user).filter(pk=OuterRef("object_key"))
        of_this_kind = Q(object_type=ContentType.objects.get_for_model(model)) & ~Q(kind__in=TAKEN_BACK)
        hidden |= of_this_kind & ~Q(Exists(shown))
    return hidden
