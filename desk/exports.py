"""What the files of the lists over all projects hold: the rows of the page, all of them, in its order, seen by the same reader."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

import django_filters
import django_tables2
from django.db.models import Prefetch, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django_tables2 import RequestConfig

from accounts.countries import country_name
from accounts.languages import speaking_to
from accounts.models import Client, Contact, Delegation, IntegrationToken, RoleGrant, User
from accounts.names import person_for
from accounts.permissions import require_permission
from catalogue.models import Site
from desk.clients import clients_with_counts
from desk.filters import ClientFilter, ProjectFilter
from desk.tables import ClientTable, ProjectTable
from documents.forms import DocumentFilter
from documents.models import DocumentVersion
from documents.tables import DocumentTable, listed_documents
from notifications.models import Notification, Webhook
from notifications.reading import Item, items_of
from projects.completeness import completeness_of
from projects.filters import RfpFilter
from projects.models import Milestone, Project, Rfp, WaitingFor
from projects.tables import RfpTable
from worksheets.exports import CHUNK, Export, Table, in_chunks, of, register_export, table_of

if TYPE_CHECKING:
    from accounts.requests import SignedInRequest


def _ours(request: SignedInRequest) -> User:
    """For a page of ours: a client finds none."""
    if not request.user.is_internal:
        raise Http404
    return request.user


def _chosen(
    request: SignedInRequest,
    rows: QuerySet[Any],
    filters: type[django_filters.FilterSet],
    listed: type[django_tables2.Table],
) -> QuerySet[Any]:
    """What the filters of the address leave, in the order that it asks for."""
    table = listed(filters(request.GET, queryset=rows, request=request).qs)
    RequestConfig(request, paginate=False).configure(table)
    ordered: QuerySet[Any] = table.data.data
    return ordered


def projects(request: SignedInRequest, _code: str) -> Table:
    rows = Project.objects.visible_to(_ours(request)).select_related("client", "site", "project_manager", "readiness")
    columns = [
        (_("Code"), of("code")),
        (_("Compound"), of("title")),
        (_("Client"), of("client.name")),
        (_("Site"), of("site.name")),
        (_("Phase"), of("phase")),
        (_("Status"), of("status")),
        (_("Gate"), lambda row: of("readiness.gate")(row) if row.is_active else None),
        (_("Criteria met"), lambda row: of("readiness.met")(row) if row.is_active else None),
        (_("Criteria"), lambda row: of("readiness.total")(row) if row.is_active else None),
        (_("Next blocker"), of("readiness.first_blocker")),
        (_("Criteria met on"), of("readiness.expected_on")),
        (_("Project manager"), of("project_manager.full_name")),
        (_("Opened"), of("opened_at")),
    ]
    return table_of("projects", columns, _chosen(request, rows, ProjectFilter, ProjectTable))


def rfps(request: SignedInRequest, _code: str) -> Table:
    rows = Rfp.objects.visible_to(_ours(request)).select_related("client", "contact", "account_owner", "project")
    columns = [
        (_("Number"), of("number")),
        (_("Compound"), of("compound_name")),
        (_("CAS number"), of("cas_number")),
        (_("Client"), of("client.name")),
        (_("Contact"), of("contact.name")),
        (_("Channel"), of("channel")),
        (_("State"), of("state")),
        (_("Complete (%)"), lambda row: completeness_of(row).percent),
        (_("Project"), of("project.code")),
        (_("Owner"), of("account_owner.full_name")),
        (_("Quotation needed on"), of("quotation_needed_on")),
        (_("Role of the compound"), of("compound_role")),
        (_("Clinical stage"), of("clinical_stage")),
        (_("GMP needed"), of("gmp_needed")),
        (_("Samples (g)"), of("sample_quantity_g")),
        (_("Pilot (kg)"), of("pilot_quantity_kg")),
        (_("Validation, per batch (kg)"), of("validation_quantity_kg")),
        (_("Commercial (kg/year)"), of("commercial_quantity_kg_per_year")),
        (_("Received"), of("received_at")),
    ]
    return table_of("rfps", columns, _chosen(request, rows, RfpFilter, RfpTable))


def clients(request: SignedInRequest, _code: str) -> Table:
    columns = [
        (_("Client"), of("name")),
        (_("Code"), of("code")),
        (_("Country"), lambda row: country_name(row.country)),
        (_("Time zone"), of("time_zone")),
        (_("Contacts"), of("contacts_there")),
        (_("RFPs"), of("all_rfps")),
        (_("Open RFPs"), of("open_rfps")),
        (_("Projects running"), of("running")),
        (_("Projects"), of("all_projects")),
        (_("Last RFP"), of("last_asked")),
    ]
    return table_of("clients", columns, _chosen(request, clients_with_counts(_ours(request)), ClientFilter, ClientTable))


def contacts(request: SignedInRequest, _code: str) -> Table:
    """Of one client (`client`, its code), or of all."""
    rows = Contact.objects.visible_to(_ours(request)).select_related("client").order_by("client__name", "name", "pk")
    if code := request.GET.get("client"):
        rows = rows.filter(client=get_object_or_404(Client.objects.visible_to(request.user), code=code))
    columns = [
        (_("Client"), of("client.name")),
        (_("Contact"), of("name")),
        (_("Position"), of("position")),
        (_("E-mail"), of("email")),
        (_("Telephone"), of("phone")),
        (_("Left on"), of("left_on")),
    ]
    return table_of("contacts", columns, rows)


def documents(request: SignedInRequest, _code: str) -> Table:
    states = dict(DocumentVersion.State.choices)
    columns = [
        (_("Number"), of("number")),
        (_("Document"), of("title")),
        (_("About"), lambda row: str(row.subject)),
        (_("Client"), of("client.name")),
        (_("Version"), of("newest_number")),
        (_("State"), lambda row: _t("Taken out") if row.withdrawn_at else states.get(row.newest_state)),
        (_("Out of date since"), of("out_of_date_since")),
        (_("Visibility"), of("visibility")),
        (_("Changed"), of("updated_at")),
    ]
    return table_of("documents", columns, _chosen(request, listed_documents(request.user), DocumentFilter, DocumentTable))


def work(request: SignedInRequest, _code: str) -> Table:
    rows = WaitingFor.objects.open().of(_ours(request)).costliest_first().select_related("project", "client")
    columns = [
        (_("What"), of("words")),
        (_("Project"), of("project.code")),
        (_("Due"), of("due_on")),
        (_("Can still wait (working days)"), of("spare_days")),
        (_("Since"), of("since")),
    ]
    return table_of("waiting-for-me", columns, rows)


def inbox(request: SignedInRequest, _code: str) -> Table:
    """In the reader's language, the newest first."""
    rows = Notification.objects.visible_to(request.user).select_related("event").order_by("-event_id")

    def read() -> Iterator[Item]:
        found = in_chunks(rows)
        while some := list(islice(found, CHUNK)):
            with speaking_to(request.user):
                items = items_of(some, request.user)
            yield from items

    columns = [
        (_("What happened"), of("words")),
        (_("More"), of("detail")),
        (_("Project"), of("about")),
        (_("When"), of("at")),
        (_("By"), of("who")),
        (_("Unread"), lambda item: _t("yes") if item.unread else _t("no")),
    ]
    return table_of("inbox", columns, read())


def people(request: SignedInRequest, _code: str) -> Table:
    require_permission("accounts.manage_people", _ours(request))
    grants = Prefetch("grants", RoleGrant.objects.filter(ended_at=None), to_attr="open_grants")
    rows = User.objects.visible_to(request.user).exclude(kind=User.Kind.INTEGRATION).select_related("client", "department")
    columns = [
        (_("Name"), of("full_name")),
        (_("Function"), of("function")),
        (_("E-mail"), of("email")),
        (_("Client"), of("client.name")),
        (_("Department"), lambda row: str(row.department) if row.department else None),
        (_("Roles"), lambda row: ", ".join(grant.get_role_display() for grant in row.open_grants)),
        (_("Account"), lambda row: _t("active") if row.is_active else _t("closed")),
    ]
    return table_of("people", columns, rows.prefetch_related(grants).order_by("-is_active", "kind", "full_name"))


def tokens(request: SignedInRequest, _code: str) -> Table:
    require_permission("accounts.manage_tokens", request.user)
    rows = IntegrationToken.objects.visible_to(request.user).select_related("user__client", "created_by", "revoked_by")
    columns = [
        (_("Token"), of("name")),
        (_("System"), of("user.full_name")),
        (_("Client"), of("user.client.name")),
        (_("May"), of("scope")),
        (_("Created"), of("created")),
        (_("Created by"), lambda row: person_for(request.user, row.created_by) if row.created_by else None),
        (_("Valid until"), of("expiry")),
        (_("Last used"), of("last_used_at")),
        (_("Revoked"), of("revoked_at")),
    ]
    return table_of("tokens", columns, rows.order_by("user__client__name", "user__full_name", "-created"))


def delegations(request: SignedInRequest, _code: str) -> Table:
    columns = [
        (_("For"), of("giver.full_name")),
        (_("Signs"), of("receiver.full_name")),
        (_("Role"), of("role")),
        (_("From"), of("starts_on")),
        (_("To and including"), of("ends_on")),
        (_("Reason"), of("reason")),
        (_("Ended"), of("ended_at")),
    ]
    return table_of("delegations", columns, Delegation.objects.visible_to(_ours(request)).select_related("giver", "receiver"))


def own_days(request: SignedInRequest, _code: str) -> Table:
    _ours(request)
    places = [*Site.objects.all(), *Client.objects.visible_to(request.user)]
    columns = [
        (_("Site or client"), lambda row: row[0].name),
        (_("First day"), lambda row: row[1].first),
        (_("Last day"), lambda row: row[1].last),
        (_("They are"), lambda row: _t("worked") if row[1].worked else _t("off")),
        (_("Why"), lambda row: row[1].words),
    ]
    return table_of("own-days", columns, [(place, entry) for place in places for entry in place.own_days])


def webhooks(request: SignedInRequest, _code: str) -> Table:
    require_permission("notifications.manage_webhooks", request.user)
    columns = [
        (_("Address"), of("url")),
        (_("What it is for"), of("description")),
        (_("Client"), of("client.name")),
        (_("Created"), of("created_at")),
        (_("Created by"), lambda row: person_for(request.user, row.created_by)),
        (_("Switched off"), of("disabled_at")),
    ]
    return table_of("webhooks", columns, Webhook.objects.visible_to(request.user).select_related("client", "created_by"))


def told_projects(request: SignedInRequest, _code: str) -> Table:
    """The projects of the portal, each with the next date that was told."""
    if not request.user.is_client:
        raise Http404
    rows = list(Project.objects.visible_to(request.user).select_related("compound"))
    following: dict[int, Milestone] = {}
    for milestone in Milestone.objects.visible_to(request.user).open().exclude(published_on=None).order_by("published_on"):
        following.setdefault(milestone.project_id, milestone)
    columns = [
        (_("Project"), of("code")),
        (_("Compound"), of("compound.name")),
        (_("Phase"), of("phase")),
        (_("Status"), of("status")),
        (_("Next milestone"), lambda row: of("title")(following.get(row.pk))),
        (_("Date"), lambda row: of("published_on")(following.get(row.pk))),
    ]
    return table_of("projects", columns, rows)


def register() -> None:
    register_export(
        Export("projects", projects),
        Export("rfps", rfps),
        Export("clients", clients),
        Export("contacts", contacts),
        Export("documents", documents),
        Export("work", work),
        Export("inbox", inbox),
        Export("people", people),
        Export("tokens", tokens),
        Export("delegations", delegations),
        Export("own-days", own_days),
        Export("webhooks", webhooks),
        Export("told-projects", told_projects),
    )
