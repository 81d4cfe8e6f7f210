"""Agreements: recording one, its file, each side's signatory, correcting what was typed, and withdrawing it."""

from __future__ import annotations

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
from accounts.requests import SignedInRequest
from audit.events import events_of
from audit.refusals import BadInput, Blocker, add_to_form
from projects.attachments import Attachment, take_upload
from projects.forms.agreement import AgreementChangeForm, AgreementFileForm, AgreementForm, SignatoryChangeForm, SignatoryForm
from projects.forms.gate import ReasonForm
from projects.models import Agreement, AgreementSignatory, Project
from projects.permissions import lacking
from projects.services import agreements as services
from projects.views.found import visible_project


def _project(request: SignedInRequest, code: str) -> Project:
    return visible_project(request, code, "client")


def _agreement(request: SignedInRequest, code: str, pk: int) -> Agreement:
    rows = Agreement.objects.visible_to(request.user).select_related("project__client", "project__site", "recorded_by")
    return get_object_or_404(rows.prefetch_related("signatories__recorded_by"), project__code=code, pk=pk)


def _locks(request: SignedInRequest, project: Project) -> list[Blocker]:
    words = _t("Agreements are recorded by business development or a project manager.")
    return lacking("projects.record_agreement", request.user, project, words)


@internal_required
@require_http_methods(["GET", "POST"])
def agreement_new(request: SignedInRequest, code: str) -> HttpResponse:
    project = _project(request, code)
    posted = request.method == "POST"
    form = AgreementForm(request.POST, request.FILES) if posted else AgreementForm(initial={"effective_on": timezone.localdate()})
    if posted and form.is_valid():
        values = {name: value for name, value in form.cleaned_data.items() if name != "file"}
        try:
            stored = _stored(form.cleaned_data["file"])
            agreement = services.record_agreement(code, actor=request.user, stored=stored, **values)
        except BadInput as bad:
            add_to_form(form, bad)
        else:
            messages.success(request, _t("%(number)s is recorded; now who signed it for each side.") % {"number": agreement.number})
            return redirect("agreement-detail", code, agreement.pk)
    context = {"project": project, "form": form, "blockers": _locks(request, project)}
    return render(request, "projects/agreement_new.html", context, status=400 if posted else 200)


def _stored(upload: Any) -> Attachment | None:
    return take_upload(upload.file, upload.name) if upload else None


@internal_required
@require_GET
def agreement_page(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    return _render(request, _agreement(request, code, pk))


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
        "agreement": agreement,
        "signatories": [(row, mended.get(row.side) or SignatoryChangeForm(signatory=row)) for row in agreement.signatories.all()],
        "open_sides": [agreement.party(side) for side in open_sides],
        "form": SignatoryForm(agreement=agreement, open_sides=open_sides),
        "change_form": AgreementChangeForm(agreement=agreement),
        "file_form": AgreementFileForm(agreement=agreement),
        "withdraw_form": ReasonForm(),
        "withdrawn": withdrawn,
        "blockers": _locks(request, agreement.project),
        "events": list(events_of(agreement)[:20]),
        "back": reverse("project-evaluation", args=[agreement.project.code]) + "#agreements",
    }
    return render(request, "projects/agreement.html", context | bound, status=400 if bound or mended else 200)


@internal_required
@require_POST
def agreement_sign(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
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
            return redirect("agreement-detail", code, pk)
    return _render(request, agreement, form=form)


@internal_required
@require_POST
def agreement_change(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    """What was typed wrongly of the paper."""
    agreement = _agreement(request, code, pk)
    form = AgreementChangeForm(request.POST, agreement=agreement)
    if form.is_valid():
        reason, version, changes = _mending(form)
        try:
            services.change_agreement(code, pk, changes=changes, reason=reason, version=version, actor=request.user)
        except BadInput as bad:
            form.refused(bad)
        else:
            messages.success(request, _t("%(agreement)s is mended; the record keeps both readings.") % {"agreement": agreement})
            return redirect(agreement)
    return _render(request, agreement, change_form=form)


@internal_required
@require_POST
def agreement_correct_signatory(request: SignedInRequest, code: str, pk: int, side: str) -> HttpResponse:
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
def agreement_keep_file(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
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
def agreement_withdraw(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    agreement, form = _agreement(request, code, pk), ReasonForm(request.POST)
    if form.is_valid():
        services.withdraw_agreement(code, pk, actor=request.user, **form.cleaned_data)
        messages.success(request, _t("%(number)s is withdrawn.") % {"number": agreement.number})
        return redirect(agreement)
    return _render(request, agreement, withdraw_form=form)


@internal_required
@require_GET
def agreement_file(request: SignedInRequest, code: str, pk: int) -> HttpResponseBase:
    agreement = _agreement(request, code, pk)
    if not agreement.file_sha256:
        raise Http404
    return stored_file(agreement.file_sha256, name=agreement.file_name, media_type=agreement.file_media_type, inline=True)
