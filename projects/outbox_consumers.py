"""What this app does when events come in: keep fresh what lists and boards show."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q

from accounts.models import Client
from audit.models import Event
from audit.outbox import register_consumer
from catalogue.models import Site
from projects.models import Project
from projects.services.facts import mark_facts
from projects.services.readiness import refresh_readiness
from projects.services.supplier_reviews import ask_after
from projects.touched import touched_by


def refresh_readiness_of(events: Sequence[Event]) -> None:
    refresh_readiness(touched_by(events))


def mark_facts_of(events: Sequence[Event]) -> None:
    """Of the projects that the events are about, and of all that count in the working days of a site or client that they are about."""
    projects = touched_by(events)
    sites, clients = _about(Site, events), _about(Client, events)
    mark_facts(Project.objects.filter(Q(pk__in=projects) | Q(site__in=sites) | Q(client__in=clients)))


def _about(model: type[Site | Client], events: Sequence[Event]) -> set[str]:
    kind = ContentType.objects.get_for_model(model).pk
    return {event.object_id for event in events if event.object_type_id == kind}


def register_all() -> None:
    register_consumer("projects.readiness", refresh_readiness_of)
    register_consumer("projects.facts", mark_facts_of)
    register_consumer("projects.supplier_reviews", ask_after)
