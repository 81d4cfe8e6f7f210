"""Clients and the people there whom we talk to: the list, a client's page, entering and correcting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import services
from accounts.decorators import internal_required
from accounts.forms import ConfidentialityForm, NamesForm, ReasonForm
from accounts.models import Client, Contact
from accounts.paging import show_page
from accounts.permissions import allowed
from accounts.requests import SignedInRequest
from audit.refusals import BadInput, Blocker, Refused, add_to_form, carried_out
from desk.client_forms import ClientCorrectionForm, ClientForm, ContactForm, LeftForm
from desk.clients import clients_with_counts, facts_of
from desk.filters import ClientFilter
from desk.tables import ClientTable
from projects.permissions import agreement_locks

PAGE = 50


def _blockers(request: SignedInRequest, client: Client | None = None) -> list[Blocker]:
    if allowed("accounts.edit_client", request.user, client):
        return []
    return [Blocker("permission", _t("Clients are kept by business development, project managers and management."))]


def _client(request: SignedInRequest, client_code: str) -> Client:
    return get_object_or_404(Client.objects.visible_to(request.user), code=client_code)


def _contact(request: SignedInRequest, client_code: str, pk: int) -> Contact:
    rows = Contact.objects.visible_to(request.user).select_related("client")
    return get_object_or_404(rows, client__code=client_code, pk=pk)


@internal_required
@require_GET
def client_list(request: SignedInRequest) -> HttpResponse:
    """All clients; filters, order and page are in the address."""
    chosen = ClientFilter(request.GET, queryset=clients_with_counts(request.user), request=request)
    table = ClientTable(chosen.qs)
    show_page(table, request, PAGE)
    return render(request, "desk/client_list.html", {"filter": chosen, "table": table, "blockers": _blockers(request)})


@internal_required
@require_http_methods(["GET", "POST"])
def client_new(request: SignedInRequest) -> HttpResponse:
    form = ClientForm(request.POST or None)
    blockers = _blockers(request)
    if request.method == "POST" and form.is_valid():
        try:
            client = services.create_client(**form.changes(), is_another=form.cleaned_data["is_another"], actor=request.user)
        except BadInput as bad:
            form.refuse(bad)
        else:
            messages.success(request, _t("%(name)s is entered.") % {"name": client.name})
            return redirect("client-detail", client.code)
    return render(request, "desk/client_new.html", {"form": form, "blockers": blockers}, status=400 if form.errors else 200)


@internal_required
@require_http_methods(["GET", "POST"])
def client_detail(request: SignedInRequest, client_code: str) -> HttpResponse:
    """A client: whom we talk to, what was asked and agreed, what runs, and whether its people read our names."""
    client = _client(request, client_code)
    form = NamesForm(request.POST or None, client=client)
    if request.method == "POST" and form.is_valid():
        try:
            services.choose_names(client_code, actor=request.user, **form.cleaned_data)
        except BadInput as error:
            add_to_form(form, error)
        else:
            messages.success(request, _t("Saved."))
            return redirect("client-detail", client_code)
    return _render(request, client, form=form)


def _render(
    request: SignedInRequest, client: Client, *, form: NamesForm | None = None, kept: ConfidentialityForm | None = None
) -> HttpResponse:
    words = _t("Business development, project managers and management choose it.")
    context = {
        **facts_of(client, request.user),
        "form": form or NamesForm(client=client),
        "kept_form": kept or ConfidentialityForm(client=client),
        "blockers": [Blocker("permission", words)] if _blockers(request, client) else [],
        "today": timezone.localdate(),
        "agreement_blockers": agreement_locks(request.user, client),
    }
    wrong = (form is not None and form.errors) or (kept is not None and kept.errors)
    return render(request, "desk/client_detail.html", context, status=400 if wrong else 200)


@internal_required
@require_POST
def client_confidentiality(request: SignedInRequest, client_code: str) -> HttpResponse:
    """Whether the client is kept to named people before an agreement is in force."""
    client = _client(request, client_code)
    kept = ConfidentialityForm(request.POST, client=client)
    if not carried_out(kept, lambda: services.choose_confidentiality(client_code, actor=request.user, **kept.cleaned_data)):
        return _render(request, client, kept=kept)
    messages.success(request, _t("Saved."))
    return redirect("client-detail", client_code)


@internal_required
@require_http_methods(["GET", "POST"])
def client_edit(request: SignedInRequest, client_code: str) -> HttpResponse:
    client = _client(request, client_code)
    form = ClientCorrectionForm(request.POST or None, client=client)
    if request.method == "POST" and form.is_valid():
        values = {"changes": form.changes(), "reason": form.cleaned_data["reason"], **form.agreed()}
        try:
            services.change_client(client_code, actor=request.user, **values)
        except BadInput as bad:
            form.refuse(bad)
        except Refused as refused:
            form.refuse(BadInput({"": [str(refused)]}))
        else:
            messages.success(request, _t("The client is corrected."))
            return redirect("client-detail", client_code)
    context = {"client": client, "form": form, "blockers": _blockers(request, client)}
    return render(request, "desk/client_edit.html", context, status=400 if form.errors else 200)


@internal_required
@require_http_methods(["GET", "POST"])
def contact_new(request: SignedInRequest, client_code: str) -> HttpResponse:
    client = _client(request, client_code)
    form = ContactForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            contact = services.create_contact(client.pk, **form.changes(), is_another=form.cleaned_data["is_another"], actor=request.user)
        except BadInput as bad:
            form.refuse(bad)
        else:
            messages.success(request, _t("%(name)s is entered.") % {"name": contact.name})
            return redirect("client-detail", client_code)
    context = {"client": client, "form": form, "blockers": _blockers(request, client)}
    return render(request, "desk/contact_new.html", context, status=400 if form.errors else 200)


@internal_required
@require_http_methods(["GET", "POST"])
def contact_detail(request: SignedInRequest, client_code: str, pk: int) -> HttpResponse:
    """A contact: what is known, corrected here; and whether they work there still."""
    contact = _contact(request, client_code, pk)
    form = ContactForm(request.POST or None, contact=contact)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_contact(client_code, pk, changes=form.changes(), actor=request.user, **form.agreed())
        except BadInput as bad:
            form.refuse(bad)
        except Refused as refused:
            form.refuse(BadInput({"": [str(refused)]}))
        else:
            messages.success(request, _t("The contact is corrected."))
            return redirect("client-detail", client_code)
    return _contact_page(request, contact, form=form, wrong=bool(form.errors))


@internal_required
@require_POST
def contact_leave(request: SignedInRequest, client_code: str, pk: int) -> HttpResponse:
    form = LeftForm(request.POST)
    return _moved(request, _contact(request, client_code, pk), form, services.contact_left)


@internal_required
@require_POST
def contact_return(request: SignedInRequest, client_code: str, pk: int) -> HttpResponse:
    form = ReasonForm(request.POST)
    return _moved(request, _contact(request, client_code, pk), form, services.contact_returned)


def _moved(request: SignedInRequest, contact: Contact, form: ReasonForm, service: Callable[..., object]) -> HttpResponse:
    if carried_out(form, lambda: service(contact.client.code, contact.pk, actor=request.user, **form.cleaned_data)):
        return redirect("client-detail", contact.client.code)
    return _contact_page(request, contact, move_form=form, wrong=True)


def _contact_page(request: SignedInRequest, contact: Contact, *, wrong: bool, **forms: Any) -> HttpResponse:
    move_form = ReasonForm() if contact.left_on else LeftForm(initial={"on": timezone.localdate()})
    context = {
        "client": contact.client,
        "contact": contact,
        "form": ContactForm(contact=contact),
        "move_form": move_form,
        "rfps": contact.rfps.visible_to(request.user).order_by("-received_at")[:PAGE],
        "blockers": _blockers(request, contact.client),
        **forms,
    }
    return render(request, "desk/contact_detail.html", context, status=400 if wrong else 200)
