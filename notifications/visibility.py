"""Which events a person may read: the one query layer of inbox, mail, changes feed and webhooks."""

from __future__ import annotations

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, When
from django.db.models.functions import Cast

from accounts.models import Role, User
from audit.models import Event
from documents.models import Document
from projects.models import ApprovalRequest, ChangeOrder, Deliverable, Milestone, Project, Quotation

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
    """Internal: the events of visible projects. Client: those with a projection, of the own organisation, about what is visible now."""
    if not user.is_active:
        return Event.objects.none()
    if user.is_internal:
        return Event.objects.filter(Exists(Project.objects.visible_to(user).filter(pk=OuterRef("project_id"))))
    events = Event.objects.alias(object_key=OBJECT_KEY)
    return events.filter(~_hidden_from(user), client_visible=True, client_id=user.client_id)


def _hidden_from(user: User) -> Q:
    """About something that can be shared and is not."""
    hidden = Q(pk__in=[])
    for model in SHAREABLE:
        shown = model.objects.visible_to(user).filter(pk=OuterRef("object_key"))
        of_this_kind = Q(object_type=ContentType.objects.get_for_model(model)) & ~Q(kind__in=TAKEN_BACK)
        hidden |= of_this_kind & ~Q(Exists(shown))
    return hidden
