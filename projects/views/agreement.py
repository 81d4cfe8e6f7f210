"""Agreements: recording one, its file, each side's signatory, correcting what was typed, and withdrawing it.

The addresses of a project's agreement name the project by its `code`; one of a client for all its projects has none.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.decorators import internal_required
from accounts.downloads import stored_file
from accounts.models import Client
from accounts.requests import SignedInRequest
from audit.events import events_of
from audit.refusals import BadInput, add_to_form
from projects.attachments import Attachment, take_upload
from projects.forms.agreement import AgreementChangeForm, AgreementFileForm, AgreementForm, SignatoryChangeForm, SignatoryForm
from projects.forms.gate import ReasonForm
from projects.models import Agreement, AgreementSignatory, Project
from projects.permissions import agreement_locks
from projects.services import agreements as services
from projects.views.found import visible_project

ACTS = {"sign": "sign", "change": "change", "file": "file", "keep_file": "keep-file", "withdraw": "withdraw"}  # as the page calls each


def _project(request: SignedInRequest, code: str) -> Project:
    return visible_project(request, code, "client")


def _client(request: SignedInRequest, client_code: str) -> Client:
    return get_object_or_404(Client.objects.visible_to(request.user), code=client_code)


def _agreement(request: SignedInRequest, code: str | None, pk: int) -> Agreement:
    rows = Agreement.objects.visible_to(request.user).select_related("client", "project__site", "recorded_by")
    rows = rows.prefetch_related("signatories__recorded_by")
    return get_object_or_404(rows.of_whole_client() if code is None else rows.filter(project__code=code), pk=pk)


@internal_required
@require_http_methods(["GET", "POST"])
def agreement_new(request: SignedInRequest, code: str) -> HttpResponse:
    project = _project(request, code)
    place = {
        "project": project,
        "client": project.client,
        "back": reverse("project-evaluation", args=[code]) + "#agreements",
        "blockers": agreement_locks(request.user, project),
    }
    return _new(request, partial(services.record_agreement, code), place)


@internal_required
@require_http_methods(["GET", "POST"])
def client_agreement_new(request: SignedInRequest, client_code: str) -> HttpResponse:
    """One for all projects of the client, those to come included."""
    client = _client(request, client_code)
    place = {
        "client": client,
        "back": reverse("client-detail", args=[client_code]) + "#agreements",
        "blockers": agreement_locks(request.user, client),
    }
    return _new(request, partial(services.record_client_agreement, client_code), place)


def _new(request: SignedInRequest, service: Callable[..., Agreement], place: dict[str, Any]) -> HttpResponse:
    posted = request.method == "POST"
    form = AgreementForm(request.POST, request.FILES) if posted else AgreementForm(initial={"effective_on": timezone.localdate()})
    if posted and form.is_valid():
        values = {name: value for name, value in form.cleaned_data.items() if name != "file"}
        try:
            agreement = service(actor=request.user, stored=_stored(form.cleaned_data["file"]), **values)
        except BadInput as bad:
            add_to_form(form, bad)
        else:
            messages.success(request, _t("%(number)s is recorded; now who signed it for each side.") % {"number": agreement.number})
            return redirect(agreement)
    return render(request, "projects/agreement_new.html", {**place, "form": form}, status=400 if posted else 200)


def _stored(upload: Any) -> Attachment | None:
    return take_upload(upload.file, upload.name) if upload else None


@internal_required
@require_GET
def agreement_page(request: SignedInRequest, pk: int, code: str | None = None) -> HttpResponse:
    return _render(request, _agreement(request, code, pk))


def _page_of(agreement: Agreement) -> str:
    """On which it is listed."""
    if agreement.project is None:
        return reverse("client-detail", args=[agreement.client.code])
    return reverse("project-evaluation", args=[agreement.project.code])


def _address(agreement: Agreement, act: str, *arguments: str) -> str:
    if agreement.project is None:
        return reverse(f"client-agreement-{act}", args=[agreement.pk, *arguments])
    return reverse(f"agreement-{act}", args=[agreement.project.code, agreement.pk, *arguments])


def _open_sides(agreement: Agreement) -> list[str]:
    signed = {row.side for row in agreement.signatories.all()}
    return [side for side in AgreementSignatory.Side.values if side not in signed]


def _render(request: SignedInRequest, agreement: Agreement, **bound: Any) -> HttpResponse:
    """mended: by side, the bound form of a correction that was refused."""
    withdrawn = services.withdrawn_blockers(agreement)
    open_sides = [] if withdrawn else _open_sides(agreement)
    mended = bound.pop("mended", {})
    context = {
        "project": agreement.project,
        "client": agreement.client,
        "agreement": agreement,
        "signatories": [
            (row, mended.get(row.side) or SignatoryChangeForm(signatory=row), _address(agreement, "correct-signatory", row.side))
            for row in agreement.signatories.all()
        ],
        "open_sides": [agreement.party(side) for side in open_sides],
        "form": SignatoryForm(agreement=agreement, open_sides=open_sides),
        "change_form": AgreementChangeForm(agreement=agreement),
        "file_form": AgreementFileForm(agreement=agreement),
        "withdraw_form": ReasonForm(),
        "withdrawn": withdrawn,
        "blockers": agreement_locks(request.user, agreement.project or agreement.client),
        "events": list(events_of(agreement)[:20]),
        "back": _page_of(agreement) + "#agreements",
        "acts": {name: _address(agreement, act) for name, act in ACTS.items()},
    }
    return render(request, "projects/agreement.html", context | bound, status=400 if bound or mended else 200)


@internal_required
@require_POST
def agreement_sign(request: SignedInRequest, pk: int, code: str | None = None) -> HttpResponse:
    """Record who signed for one side."""
    agreement = _agreement(request, code, pk)
    form = SignatoryForm(request.POST, agreement=agreement, open_sides=AgreementSignatory.Side.values)
    if form.is_valid():
        try:
            signatory = services.record_signatory(code, pk, actor=request.user, **form.cleaned_data)
        except BadInput as bad:
            add_to_form(form, bad)
        else:
            words = _t("It is recorded that %(name)s signed for %(party)s.")
            messages.success(request, words % {"name": signatory.name, "party": agreement.party(signatory.side)})
            return redirect(agreement)
    return _render(request, agreement, form=form)


@internal_required
@require_POST
def agreement_change(request: SignedInRequest, pk: int, code: str | None = None) -> HttpResponse:
    """What was typed wrongly of the paper."""
    agreement = _agreement(request, code, pk)
    form = AgreementChangeForm(request.POST, agreement=agreement)
    if form.is_valid():
        reason, version, changes = _mending(form)
        try:
            changed = services.change_agreement(code, pk, changes=changes, reason=reason, version=version, actor=request.user)
        except BadInput as bad:
            form.refused(bad)
        else:
            messages.success(request, _t("%(agreement)s is corrected; the record keeps both readings.") % {"agreement": changed})
            return redirect(changed)
    return _render(request, agreement, change_form=form)


@internal_required
@require_POST
def agreement_correct_signatory(request: SignedInRequest, pk: int, side: str, code: str | None = None) -> HttpResponse:
    """What was typed wrongly of who signed."""
    agreement = _agreement(request, code, pk)
    signatory = next((row for row in agreement.signatories.all() if row.side == side), None)
    if signatory is None:
        raise Http404
    form = SignatoryChangeForm(request.POST, signatory=signatory)
    if form.is_valid():
        reason, version, changes = _mending(form)
        try:
            services.correct_signatory(code, pk, side=side, changes=changes, reason=reason, version=version, actor=request.user)
        except BadInput as bad:
            form.refused(bad)
        else:
            messages.success(request, _t("The signatory for %(party)s is corrected.") % {"party": agreement.party(side)})
            return redirect(agreement)
    return _render(request, agreement, mended={side: form})


def _mending(form: forms.BaseForm) -> tuple[str, str, dict[str, Any]]:
    values = dict(form.cleaned_data)
    return values.pop("reason"), values.pop("version"), values


@internal_required
@require_POST
def agreement_keep_file(request: SignedInRequest, pk: int, code: str | None = None) -> HttpResponse:
    """Keep the signed copy, or another one in its place."""
    agreement = _agreement(request, code, pk)
    form = AgreementFileForm(request.POST, request.FILES, agreement=agreement)
    if form.is_valid():
        values = {name: value for name, value in form.cleaned_data.items() if name != "file"}
        try:
            stored = take_upload(form.cleaned_data["file"].file, form.cleaned_data["file"].name)
            services.keep_agreement_file(code, pk, stored=stored, actor=request.user, **values)
        except BadInput as bad:
            add_to_form(form, bad)
        else:
            messages.success(request, _t("The signed copy of %(number)s is kept.") % {"number": agreement.number})
            return redirect(agreement)
    return _render(request, agreement, file_form=form)


@internal_required
@require_POST
def agreement_withdraw(request: SignedInRequest, pk: int, code: str | None = None) -> HttpResponse:
    agreement, form = _agreement(request, code, pk), ReasonForm(request.POST)
    if form.is_valid():
        services.withdraw_agreement(code, pk, actor=request.user, **form.cleaned_data)
        messages.success(request, _t("%(number)s is withdrawn.") % {"number": agreement.number})
        return redirect(agreement)
    return _render(request, agreement, withdraw_form=form)


@internal_required
@require_GET
def agreement_file(request: SignedInRequest, pk: int, code: str | None = None) -> HttpResponseBase:
    agreement = _agreement(request, code, pk)
    if not agreement.file_sha256:
        raise Http404
    return stored_file(agreement.file_sha256, name=agreement.file_name, media_type=agreement.file_media_type, inline=True)
