"""Which projects an event concerns, for whoever keeps fresh what is shown of them."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.contenttypes.models import ContentType

from audit.models import Event
from projects.models import Agreement, Project


def touched_by(events: Sequence[Event]) -> set[int]:
    """By id: those that the events are about; of an agreement for all projects of a client, every one of them that is not over."""
    found = {event.project_id for event in events if event.project_id}
    kind = ContentType.objects.get_for_model(Agreement).pk
    clients = {event.client_id for event in events if event.object_type_id == kind and event.project_id is None}
    return found | set(Project.objects.running().filter(client__in=clients).values_list("pk", flat=True)) if clients else found
