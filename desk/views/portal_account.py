"""The account of the delay in the portal: the client's approver acknowledges it as it stands, or objects with words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_GET, require_POST

from accounts.decorators import client_required
from accounts.requests import SignedInRequest
from audit.refusals import carried_out
from projects.accounts_of_delay import accounts_of_delay
from projects.forms.account import RemarkForm, WordsForm
from projects.models import Project
from projects.permissions import lacking
from projects.services import account as services
from projects.slippage import driving, side_labels


def _project(request: SignedInRequest, code: str) -> Project:
    return get_object_or_404(Project.objects.visible_to(request.user).select_related("client", "site"), code=code)


@client_required
@require_GET
def portal_account(request: SignedInRequest, code: str) -> HttpResponse:
    return _render(request, _project(request, code))


def _render(request: SignedInRequest, project: Project, *, status: int = 200, **bound: Any) -> HttpResponse:
    """From one context; a refused form comes back in it, its dialog open."""
    accounts = accounts_of_delay([project])[project.pk]
    no_approver = lacking("projects.answer_account", request.user, project, _t("An approver of your organisation answers the account."))
    context = {
        "project": project,
        "accounts": [account for account in accounts if account.moved],
        "driving": driving(accounts),
        "sides": side_labels(),
        "answers": list(project.account_answers.select_related("actor").order_by("-answered_at", "-pk")),
        "account_hash": services.account_hash(accounts),
        "acknowledge_blockers": [*no_approver, *services.acknowledgement_blockers(project, accounts)],
        "object_blockers": [*no_approver, *services.objection_blockers(accounts)],
        "acknowledge_form": RemarkForm(),
        "object_form": WordsForm(),
    }
    return render(request, "desk/portal_account.html", context | bound, status=status)


def _answer(request: SignedInRequest, code: str, form_name: str, form: forms.Form, said: str, act: Callable[..., object]) -> HttpResponse:
    project = _project(request, code)
    seen = request.POST.get("expected_hash", "")
    if carried_out(form, lambda: act(code, actor=request.user, words=form.cleaned_data["words"], expected_hash=seen)):
        messages.success(request, said)
        return redirect("portal-account", code)
    return _render(request, project, status=400, **{form_name: form})


@client_required
@require_POST
def portal_account_acknowledge(request: SignedInRequest, code: str) -> HttpResponse:
    said = _t("The account is acknowledged. Thank you.")
    return _answer(request, code, "acknowledge_form", RemarkForm(request.POST), said, services.acknowledge_account)


@client_required
@require_POST
def portal_account_object(request: SignedInRequest, code: str) -> HttpResponse:
    said = _t("Your objection is recorded; the project manager replies here.")
    return _answer(request, code, "object_form", WordsForm(request.POST), said, services.object_to_account)
