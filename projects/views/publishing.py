"""Publishing dates: what moves, the exact mail that the client gets, and one act."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.decorators import internal_required
from accounts.languages import name_of_language
from accounts.requests import SignedInRequest
from audit.refusals import BadInput, add_to_form
from projects.forms.plan import PublishForm, WhyForm, at_its_field
from projects.models import Project
from projects.permissions import lacking
from projects.publication import Message
from projects.receivers import AT_ONCE, DIGEST, INBOX, NOTHING, Receiver, receivers_of
from projects.services import publishing as services
from projects.views.found import visible_project

NOTHING_SHOWN = "nothing"


@internal_required
@require_http_methods(["GET", "POST"])
def publish_page(request: SignedInRequest, code: str) -> HttpResponse:
    """First the mail is shown, then exactly it is published; refused when a forecast moved in between."""
    project = visible_project(request, code)
    if "confirmed" in request.POST:
        return _publish(request, project)
    pending = services.pending_moves(project)
    if request.method != "POST":
        asked = request.GET.getlist("key")
        keys = [move.key for move in pending if not asked or move.key in asked]
        return _render(request, project, PublishForm(moves=pending), keys)
    form, keys = PublishForm(request.POST, moves=pending), request.POST.getlist("keys")
    if form.is_valid():
        words = form.why
        try:
            services.check_words([move for move in pending if move.key in keys], **words)
        except BadInput as bad:
            add_to_form(form, at_its_field(bad))
        else:
            moves, mails, shown = services.preview(project, keys, **words)
            told = receivers_of(project, [move for move in moves if move.key in keys])
            shown_mails: dict[str, Any] = {
                "mails": _by_language(mails, told),
                "told": told,
                "nobody_mailed": not any(each.told in (AT_ONCE, DIGEST) for each in told),
                "expected_hash": shown,
            }
            typed = [field for field in form if field.name != "keys"]
            return _render(request, project, form, keys, typed=typed, **shown_mails)
    return _render(request, project, form, keys, status=400)


def _by_language(mails: list[Message], told: list[Receiver]) -> list[tuple[Message, str, dict[str, list[Receiver]]]]:
    """(mail, its language by name, its readers by how soon they are told)."""
    return [(mail, name_of_language(mail.language), _how_soon(mail.language, told)) for mail in mails]


def _how_soon(language: str, told: list[Receiver]) -> dict[str, list[Receiver]]:
    readers = [each for each in told if each.language == language]
    return {how: [each for each in readers if each.told == how] for how in (AT_ONCE, DIGEST, INBOX, NOTHING)}


def _publish(request: SignedInRequest, project: Project) -> HttpResponse:
    """What the preview carried, word for word; the service compares it with what it would publish now."""
    form, keys = WhyForm(request.POST), request.POST.getlist("keys")
    if not form.is_valid():
        return _render(request, project, PublishForm(request.POST, moves=services.pending_moves(project)), keys, status=400)
    shown = request.POST.get("expected_hash") or NOTHING_SHOWN
    told = services.publish_plan(project.code, keys=keys, actor=request.user, expected_hash=shown, **form.why)
    said = ngettext("Published %(number)d date; the client reads it.", "Published %(number)d dates; the client reads them.", len(told))
    messages.success(request, said % {"number": len(told)})
    return redirect("project-plan", project.code)


def _render(
    request: SignedInRequest, project: Project, form: PublishForm, keys: list[str], *, status: int = 200, **shown: Any
) -> HttpResponse:
    context = {
        "project": project,
        "form": form,
        "moves": [(move, move.key in keys) for move in services.pending_moves(project)],
        "chosen": keys,
        "blockers": lacking("projects.publish", request.user, project, _t("A date is published by a project manager.")),
    }
    return render(request, "projects/publish.html", context | shown, status=status)
