"""Keeping a view of a list under a name, changing it, deleting it, using it. The lists themselves show them as tabs."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_POST

from accounts.decorators import internal_required
from accounts.requests import SignedInRequest
from audit.refusals import BadInput, add_to_form
from projects.forms.saved_view import NewViewForm, ViewForm
from projects.listed import listed_page
from projects.models import SavedView
from projects.saved_views import EVERYTHING, address_of
from projects.services import saved_views as services


def _list_of(view: SavedView, request: SignedInRequest, *, query: str | None = None) -> HttpResponseRedirect:
    address = reverse(address_of(listed_page(view.page), request.POST.get("address", "")))
    return redirect(f"{address}?{view.query}" if query is None else address + query)


@internal_required
@require_POST
def view_save(request: SignedInRequest) -> HttpResponse:
    form = NewViewForm(request.POST)
    if form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("page", "name", "query", "shared")}
        try:
            view = services.save_view(given.pop("page"), actor=request.user, **given)
        except BadInput as bad:
            add_to_form(form, bad)
        else:
            messages.success(request, _t("“%(name)s” is saved.") % {"name": view.name})
            return _list_of(view, request)
    return _again(request, form, reverse("view-save"), _t("Save this view"))


@internal_required
@require_POST
def view_change(request: SignedInRequest, pk: int) -> HttpResponse:
    view = get_object_or_404(SavedView.objects.visible_to(request.user), pk=pk)
    form = ViewForm(request.POST)
    if form.is_valid():
        try:
            changed = services.change_view(pk, actor=request.user, **form.cleaned_data)
        except BadInput as bad:
            add_to_form(form, bad)
        else:
            messages.success(request, _t("“%(name)s” is changed.") % {"name": changed.name})
            return _list_of(changed, request)
    return _again(request, form, reverse("view-change", args=[pk]), _t("Change “%(name)s”") % {"name": view.name})


def _again(request: SignedInRequest, form: ViewForm, action: str, heading: str) -> HttpResponse:
    """What was typed, with the reasons; the list it belongs to stands on another page."""
    context: dict[str, Any] = {"form": form, "action": action, "heading": heading, "address": request.POST.get("address", "")}
    return render(request, "projects/saved_view_form.html", context, status=400)


@internal_required
@require_POST
def view_delete(request: SignedInRequest, pk: int) -> HttpResponse:
    view = get_object_or_404(SavedView.objects.visible_to(request.user), pk=pk)
    services.delete_view(pk, actor=request.user)
    messages.success(request, _t("“%(name)s” is deleted.") % {"name": view.name})
    return _list_of(view, request, query=EVERYTHING)


@internal_required
@require_POST
def view_default(request: SignedInRequest, pk: int) -> HttpResponse:
    return _list_of(services.open_with_view(pk, on="on" in request.POST, actor=request.user), request)


@internal_required
@require_POST
def view_tile(request: SignedInRequest, pk: int) -> HttpResponse:
    return _list_of(services.show_as_tile(pk, on="on" in request.POST, actor=request.user), request)
