"""The account of the delay as we read it: days by side, what nobody has explained yet, what the client said, and our reply."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_http_methods

from accounts.decorators import internal_required
from accounts.requests import SignedInRequest
from audit.refusals import carried_out
from projects.accounts_of_delay import accounts_of_delay
from projects.forms.account import WordsForm
from projects.models import Project
from projects.permissions import lacking
from projects.services import account as services
from projects.services.unpublished import unexplained_of
from projects.slippage import driving, side_labels
from projects.views.found import visible_project


@internal_required
@require_http_methods(["GET", "POST"])
def account_page(request: SignedInRequest, code: str) -> HttpResponse:
    project = visible_project(request, code)
    if request.method != "POST":
        return _render(request, project, WordsForm())
    form = WordsForm(request.POST)
    if carried_out(form, lambda: services.reply_to_objection(code, actor=request.user, words=form.cleaned_data["words"])):
        messages.success(request, _t("Your reply is recorded; the client reads it."))
        return redirect("project-account", code)
    return _render(request, project, form, status=400)


def _render(request: SignedInRequest, project: Project, form: WordsForm, *, status: int = 200) -> HttpResponse:
    accounts = accounts_of_delay([project])[project.pk]
    no_manager = lacking("projects.reply_to_account", request.user, project, _t("A project manager replies to the client."))
    answers = list(project.account_answers.select_related("actor").order_by("-answered_at", "-pk"))
    context = {
        "project": project,
        "accounts": [account for account in accounts if account.moved],
        "driving": driving(accounts),
        "sides": side_labels(),
        "answers": answers,
        "account_hash": services.account_hash(accounts),
        "unexplained": unexplained_of(project),
        "reply_form": form,
        "reply_blockers": [*no_manager, *services.reply_blockers(project)],
    }
    return render(request, "projects/account.html", context, status=status)
