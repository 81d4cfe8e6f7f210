"""What the pages of clients show: how many requests and projects each has, and everything about one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, F, IntegerField, Max, OuterRef, Prefetch, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse

from accounts.countries import country_name
from accounts.models import Client, Contact, IntegrationToken, RoleGrant, User
from accounts.services.clients import NAME_READ
from audit.models import Event
from projects.calendars import holidays_known, regions_of
from projects.models import Agreement, Project, Rfp

if TYPE_CHECKING:
    from django.db.models import QuerySet

SHOWN = 10
EVENTS_SHOWN = 20


def clients_with_counts(reader: User) -> QuerySet[Client]:
    """Each client with what this person may see of it: `contacts_there`, `all_rfps`, `open_rfps`, `all_projects`, `running`,
    `last_asked`."""
    rfps, projects = Rfp.objects.visible_to(reader), Project.objects.visible_to(reader)
    return Client.objects.visible_to(reader).annotate(
        contacts_there=_count(Contact.objects.there()),
        all_rfps=_count(rfps),
        open_rfps=_count(rfps.open()),
        all_projects=_count(projects),
        running=_count(projects.running()),
        last_asked=Subquery(_by_client(rfps).values(found=Max("received_at"))),
    )


def _by_client(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.filter(client=OuterRef("pk")).order_by().values("client")


def _count(rows: QuerySet[Any]) -> Coalesce:
    return Coalesce(Subquery(_by_client(rows).values(found=Count("pk")), output_field=IntegerField()), Value(0))


def facts_of(client: Client, reader: User) -> dict[str, Any]:
    """The context of a client's page; of requests, projects and agreements what the reader may see."""
    rfps = Rfp.objects.visible_to(reader).filter(client=client)
    projects = Project.objects.visible_to(reader).filter(client=client)
    agreements = Agreement.objects.visible_to(reader).filter(client=client)
    people = User.objects.visible_to(reader).filter(client=client)
    grants = Prefetch("grants", RoleGrant.objects.filter(ended_at=None), to_attr="open_grants")
    tokens = Prefetch("auth_token_set", IntegrationToken.objects.usable(), to_attr="usable_tokens")
    return {
        "client": client,
        "country": country_name(client.country),
        "holidays_known": holidays_known(client.country),
        "region": dict(regions_of(client.country)).get(client.subdivision, "") if client.subdivision else "",
        "contacts": list(client.contacts.order_by(F("left_on").desc(nulls_first=True), "name", "pk")),
        "rfps": list(rfps.select_related("project").order_by("-received_at", "-id")[:SHOWN]),
        "all_rfps": rfps.count(),
        "more_rfps": _whole_list("rfp-list", client),
        "projects": list(projects.order_by("-opened_at", "-id")[:SHOWN]),
        "all_projects": projects.count(),
        "more_projects": _whole_list("project-list", client),
        "agreements": sorted(_newest_first(agreements), key=lambda each: not each.is_of_client),
        "people": list(people.filter(kind=User.Kind.CLIENT).prefetch_related(grants).order_by("-is_active", "full_name")),
        "systems": list(
            people.filter(kind=User.Kind.INTEGRATION).select_related("owner").prefetch_related(tokens).order_by("-is_active", "full_name")
        ),
        "events": list(_events(client)[:EVENTS_SHOWN]),
    }


def _newest_first(agreements: QuerySet[Agreement]) -> QuerySet[Agreement]:
    return agreements.select_related("project__site").prefetch_related("signatories").order_by("-effective_on", "-id")


def _whole_list(name: str, client: Client) -> str:
    return f"{reverse(name)}?client={client.pk}"


def _events(client: Client) -> QuerySet[Event]:
    """What was recorded about the client, its contacts and what it agreed for all its projects, newest first."""
    kinds = ContentType.objects.get_for_models(Client, Contact, Agreement)
    itself = Q(object_type=kinds[Client], object_id=str(client.pk))
    theirs = Q(object_type=kinds[Contact]) | Q(object_type=kinds[Agreement], project_id=None)
    return Event.objects.filter(itself | theirs & Q(client_id=client.pk)).exclude(kind=NAME_READ).order_by("-id")
