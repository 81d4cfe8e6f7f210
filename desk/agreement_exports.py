"""The agreements of a project or a client as a file: parties' signatories, dates and where each stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.db.models import F
from django.http import Http404
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import Client
from projects.models import Agreement, AgreementSignatory
from projects.views.found import visible_project
from worksheets.exports import Export, Table, of, register_export, table_of

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.requests import SignedInRequest

Side = AgreementSignatory.Side


def agreements(request: SignedInRequest, code: str) -> Table:
    project = visible_project(request, code, "client")
    if not request.user.is_internal:
        raise Http404
    return _table(f"{code}-agreements", Agreement.objects.visible_to(request.user).covering(project))


def client_agreements(request: SignedInRequest, _code: str) -> Table:
    """Of the client that the address names; of all without one."""
    if not request.user.is_internal:
        raise Http404
    rows, code = Agreement.objects.visible_to(request.user), request.GET.get("client", "")
    clients = Client.objects.visible_to(request.user).filter(code=code)
    return _table("agreements", rows.filter(client__in=clients) if code else rows)


def _table(name: str, rows: QuerySet[Agreement]) -> Table:
    columns = [
        (_("Project"), of("project.code", empty=_t("all of the client"))),
        (_("Client"), of("client.name")),
        (_("Kind"), of("kind")),
        (_("Number"), of("number")),
        (_("Effective from"), of("effective_on")),
        (_("Expires"), of("expires_on")),
        (_("State"), lambda row: str(row.standing.label)),
        (_("For the CDMO"), _signed(Side.CDMO)),
        (_("Signed by the CDMO on"), _signed_on(Side.CDMO)),
        (_("For the client"), _signed(Side.CLIENT)),
        (_("Signed by the client on"), _signed_on(Side.CLIENT)),
        (_("Signed copy"), of("file_name")),
        (_("Withdrawn because"), of("withdrawal_reason")),
    ]
    read = rows.select_related("client", "project__site").prefetch_related("signatories")
    return table_of(name, columns, read.order_by(F("project_id").asc(nulls_first=True), "-effective_on", "-pk"))


def _signatory(row: Agreement, side: str) -> AgreementSignatory | None:
    return next((each for each in row.signatories.all() if each.side == side), None)  # type: ignore[attr-defined]


def _signed(side: str) -> Callable[[Any], Any]:
    return lambda row: str(_signatory(row, side) or "")


def _signed_on(side: str) -> Callable[[Any], Any]:
    return lambda row: of("signed_on")(_signatory(row, side))


def register() -> None:
    register_export(Export("agreements", agreements, of_project=True), Export("client-agreements", client_agreements))
