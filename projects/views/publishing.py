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
from accounts.languages import name_of_language
from accounts.requests import SignedInRequest
from audit.refusals import BadInput, Refused, add_to_form
from projects.forms.plan import PublishForm, at_its_field
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
    """First the mail is shown, then exactly it is published; refused when a forecast moved, or the form changed, in between."""
    project = visible_project(request, code)
    pending = services.pending_moves(project)
    if request.method != "POST":
        asked = request.GET.getlist("key")
        keys = [move.key for move in pending if not asked or move.key in asked]
        return _render(request, project, PublishForm(moves=pending), keys)
    form, keys = PublishForm(request.POST, moves=pending), request.POST.getlist("keys")
    if "confirmed" in request.POST:
        return _publish(request, project, form, keys)
    if form.is_valid():
        words = form.why
        try:
            services.check_words([move for move in pending if move.key in keys], **words)
        except BadInput as bad:
            add_to_form(form, at_its_field(bad, form))
        else:
            return _render(request, project, form, keys, **_shown(project, keys, words))
    return _render(request, project, form, keys, status=400)


def _shown(project: Project, keys: list[str], words: dict[str, Any]) -> dict[str, Any]:
    """The mail in each language with its readers, and the hash of all that was shown."""
    moves, mails, shown = services.preview(project, keys, **words)
    told = receivers_of(project, [move for move in moves if move.key in keys])
    return {
        "mails": _by_language(mails, told),
        "told": told,
        "nobody_mailed": not any(each.told in (AT_ONCE, DIGEST) for each in told),
        "expected_hash": shown,
    }


def _by_language(mails: list[Message], told: list[Receiver]) -> list[tuple[Message, str, dict[str, list[Receiver]]]]:
    """(mail as it arrives, its language by name, its readers by how soon they are told)."""
    return [(_as_it_arrives(mail), name_of_language(mail.language), _how_soon(mail.language, told)) for mail in mails]


def _as_it_arrives(mail: Message) -> Message:
    return replace(mail, body=mail.body.replace(mail.path, f"{settings.SITE_URL}{mail.path}"))


def _how_soon(language: str, told: list[Receiver]) -> dict[str, list[Receiver]]:
    readers = [each for each in told if each.language == language]
    return {how: [each for each in readers if each.told == how] for how in (AT_ONCE, DIGEST, INBOX, NOTHING)}


def _publish(request: SignedInRequest, project: Project, form: PublishForm, keys: list[str]) -> HttpResponse:
    """The form as it stands now; the service compares it with what was shown. What is refused keeps everything typed.

    A date that somebody else has published meanwhile is no choice of the form any more: the service says why.
    """
    if not form.is_valid() and (not keys or set(form.errors) != {"keys"}):
        return _render(request, project, form, keys, status=400)
    shown = request.POST.get("expected_hash") or NOTHING_SHOWN
    try:
        told = services.publish_plan(project.code, keys=keys, actor=request.user, expected_hash=shown, **form.why)
    except Refused as refused:
        here = [replace(blocker, link="") for blocker in refused.blockers]  # a link to this page would lose what is typed
        return _render(request, project, form, keys, status=409, refused=here)
    except BadInput as bad:
        add_to_form(form, at_its_field(bad, form))
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
