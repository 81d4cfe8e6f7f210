"""Publishing dates: what moves, the exact mail that the client gets, and one act."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.decorators import internal_required
from accounts.requests import SignedInRequest
from audit.refusals import BadInput, Refused, add_to_form
from projects.forms.plan import PublishForm
from projects.models import Project
from projects.permissions import lacking
from projects.publication import Message
from projects.services import publishing as services
from projects.views.found import visible_project

NOTHING_SHOWN = "nothing"


@internal_required
@require_http_methods(["GET", "POST"])
def publish_page(request: SignedInRequest, code: str) -> HttpResponse:
    """First the mail is shown, then exactly it is published; refused when a forecast moved in between."""
    project = visible_project(request, code)
    pending = services.pending_moves(project)
    if request.method != "POST":
        asked = request.GET.getlist("key")
        keys = [move.key for move in pending if not asked or move.key in asked]
        return _render(request, project, PublishForm(moves=pending), keys)
    form, keys = PublishForm(request.POST, moves=pending), request.POST.getlist("keys")
    words = {name: request.POST.get(name, "").strip() for name in ("reason_class", "side", "reason")}
    if "confirmed" in request.POST:
        return _publish(request, project, form, keys, words)
    if form.is_valid():
        try:
            services.check_words([move for move in pending if move.key in keys], **words)
        except BadInput as bad:
            add_to_form(form, bad)
        else:
            _pending, message, shown = services.preview(project, keys, **words)
            return _render(request, project, form, keys, message=message, mail=_as_it_arrives(message), expected_hash=shown)
    return _render(request, project, form, keys, status=400)


def _as_it_arrives(message: Message) -> str:
    return message.body.replace(message.path, f"{settings.SITE_URL}{message.path}")


def _publish(request: SignedInRequest, project: Project, form: PublishForm, keys: list[str], words: dict[str, str]) -> HttpResponse:
    """The form as it stands now; the service compares it with what was shown. What is refused keeps everything typed."""
    shown = request.POST.get("expected_hash") or NOTHING_SHOWN
    try:
        told = services.publish_plan(project.code, keys=keys, actor=request.user, expected_hash=shown, **words)
    except Refused as refused:
        here = [replace(blocker, link="") for blocker in refused.blockers]  # a link to this page would lose what is typed
        return _render(request, project, form, keys, status=409, refused=here)
    except BadInput as bad:
        form.is_valid()
        add_to_form(form, BadInput({name: found for name, found in bad.errors.items() if name not in form.errors}))
        return _render(request, project, form, keys, status=400)
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
