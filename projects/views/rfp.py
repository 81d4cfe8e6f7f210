"""Requests for proposal: the list, logging one in a minute, and what is looked up while typing."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_GET, require_http_methods

from accounts.decorators import internal_required
from accounts.duplicates import clients_alike, named
from accounts.models import Client, Contact, User
from accounts.paging import show_page
from accounts.permissions import allowed
from accounts.requests import SignedInRequest
from audit.refusals import BadInput, NotAllowed, add_to_form, judge_too
from projects import similar
from projects.filters import RfpFilter
from projects.forms.rfp import LogRfpForm
from projects.kept import number_kept
from projects.models import Intake, Rfp
from projects.saved_views import view_bar
from projects.services import rfp as services
from projects.tables import RfpTable

PAGE = 50
SUGGESTED = 500
PARTIES = ("client", "contact", "contact_email", "contact_phone")


@internal_required
@require_GET
def rfp_list(request: SignedInRequest) -> HttpResponse:
    """All visible requests; filters, order and page are in the address."""
    bar = view_bar(request, "rfps")
    if bar.opens_with:
        return redirect(bar.opens_with)
    rows = Rfp.objects.visible_to(request.user).select_related("client", "account_owner", "project")
    chosen = RfpFilter(request.GET, queryset=rows, request=request)
    table = RfpTable(chosen.qs)
    show_page(table, request, PAGE)
    may_log = allowed("projects.log_rfp", request.user)
    if not may_log:
        table.empty_link_words = ""
        table.empty_text = _t("No request matches. Requests are logged by business development or a project manager.")
    waiting = list(Intake.objects.visible_to(request.user).waiting()[:PAGE]) if may_log else []
    context = {
        "filter": chosen,
        "table": table,
        "bar": bar,
        "may_log": may_log,
        "waiting": waiting,
        "kept": number_kept(request.user),
    }
    return render(request, "projects/rfp_list.html", context)


@internal_required
@require_http_methods(["GET", "POST"])
def rfp_new(request: SignedInRequest) -> HttpResponse:
    """Log a request; an unknown client or contact is entered with it."""
    if not allowed("projects.log_rfp", request.user):
        raise NotAllowed(_t("Requests are logged by business development or a project manager."))
    form = LogRfpForm(request.POST if request.method == "POST" else None)
    if form.is_bound and not form.is_valid():
        unreachable_too(form, request)
    elif form.is_bound:
        try:
            rfp = services.log_rfp(actor=request.user, **form.values())
        except BadInput as bad:
            add_to_form(form, bad)
        else:
            messages.success(request, _t("%(number)s is saved. Complete it when you know more.") % {"number": rfp.number})
            return redirect(rfp)
    context = {
        "form": form,
        "clients": Client.objects.visible_to(request.user)[:SUGGESTED],
        **parties(request, form["client"].value() or "", form["contact"].value() or ""),
        **similar_to(request, {name: form[name].value() or "" for name in ("client", "compound_name", "cas_number", "structure_text")}),
    }
    return render(request, "projects/rfp_new.html", context, status=400 if form.is_bound else 200)


def unreachable_too(form: LogRfpForm, request: SignedInRequest) -> None:
    """Beside the faults of the form itself, so that all of them come in one answer."""
    judge_too(form, lambda cleaned: services.unreachable(*(cleaned.get(name) for name in PARTIES), actor=request.user))


@internal_required
@require_GET
def rfp_parties(request: SignedInRequest) -> HttpResponse:
    """Whether client and contact are known, and the client's contacts to choose from."""
    return render(request, "projects/_rfp_parties.html", parties(request, request.GET.get("client", ""), request.GET.get("contact", "")))


def parties(request: SignedInRequest, client_name: str, contact_name: str) -> dict[str, object]:
    client = services.find_client(client_name, request.user)
    contacts = list(Contact.objects.visible_to(request.user).filter(client=client).there()) if client else []
    known = {contact.name.lower() for contact in contacts}
    return {
        "client_state": _state(client_name, client is not None),
        "contact_state": _state(contact_name, " ".join(contact_name.split()).lower() in known),
        "contacts": contacts,
        "alike": "" if client else _alike(client_name, request.user),
    }


def _alike(typed: str, reader: User) -> str:
    """For who may log a request of it: nobody else is told that a client is there which is kept from them."""
    if not typed.strip() or not allowed("projects.log_rfp", reader):
        return ""
    return named(clients_alike(typed), reader=reader)


def _state(typed: str, known: bool) -> str:
    if not typed.strip():
        return "empty"
    return "known" if known else "new"


@internal_required
@require_GET
def rfp_similar(request: SignedInRequest) -> HttpResponse:
    """Earlier requests of the client, name, CAS number or structure being typed."""
    return render(request, "projects/_rfp_similar.html", similar_to(request, request.GET.dict()))


def similar_to(request: SignedInRequest, typed: dict[str, str]) -> dict[str, object]:
    client = services.find_client(typed.get("client", ""), request.user)
    inchikey, smiles = similar.typed_structure(typed.get("structure_text", ""))
    findings = similar.look(
        request.user,
        client_id=client.pk if client else None,
        compound_name=typed.get("compound_name", "")[:200],
        cas_number=similar.typed_cas(typed.get("cas_number", "")),
        inchikey=inchikey,
        smiles=smiles,
    )
    return {"findings": findings, "asked": any(typed.get(name, "").strip() for name in typed)}
