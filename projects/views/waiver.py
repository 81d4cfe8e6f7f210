"""Acts on waivers, all from the gate page."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_POST

from accounts.decorators import internal_required
from accounts.forms import SigningForm
from accounts.models import Role
from accounts.requests import SignedInRequest
from accounts.signing import authenticate_signer
from projects.forms.condition import WaiverForm
from projects.forms.gate import ReasonForm
from projects.services import waivers as services
from projects.views.asked import say_asked
from projects.views.gate import answer, visible_project


@internal_required
@require_POST
def waiver_request(request: SignedInRequest, code: str, key: str) -> HttpResponse:
    project = visible_project(request, code)
    form = WaiverForm(request.POST)
    asked, done = _t("Quality assurance has been asked to decide on the waiver."), _t("The waiver is asked for.")
    return answer(
        request,
        project,
        partial(say_asked, request, project, frozenset({Role.QUALITY_ASSURANCE}), asked=asked, done=done),
        "waiver_form",
        form,
        lambda: services.request_waiver(code, key, actor=request.user, **form.cleaned_data),
        waiving=key,
    )


@internal_required
@require_POST
def waiver_grant(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    project = visible_project(request, code)
    form = SigningForm(request.POST)

    def grant() -> None:
        data = form.cleaned_data
        authentication = authenticate_signer(request, data["password"], data["code"])
        services.grant_waiver(code, pk, actor=request.user, authentication=authentication, expected_hash=data["expected_hash"])

    return answer(request, project, _t("The waiver is signed."), "granting_form", form, grant, granting=pk)


@internal_required
@require_POST
def waiver_refuse(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    project = visible_project(request, code)
    form = ReasonForm(request.POST)
    return answer(
        request,
        project,
        _t("The waiver is refused."),
        "waiver_refusal_form",
        form,
        lambda: services.refuse_waiver(code, pk, actor=request.user, **form.cleaned_data),
        refusing_waiver=pk,
    )


@internal_required
@require_POST
def waiver_withdraw(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    project = visible_project(request, code)
    services.withdraw_waiver(code, pk, actor=request.user)
    messages.success(request, _t("The request is withdrawn."))
    return redirect("project-gate", project.code)
