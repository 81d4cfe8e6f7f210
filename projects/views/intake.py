"""What comes in from outside: a dropped message or questionnaire, and whose request it is."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.decorators import internal_required
from accounts.downloads import stored_file
from accounts.models import Client
from accounts.permissions import allowed
from accounts.requests import SignedInRequest
from audit.events import events_of
from audit.files import XLSX
from audit.refusals import BadInput, NotAllowed, add_to_form
from projects.forms.gate import ReasonForm
from projects.forms.intake import FORM_NAMES, IntakeForm, IntakeRfpForm, say_problems
from projects.models import Intake
from projects.permissions import lacking
from projects.questionnaire import blank
from projects.services import intake as services
from projects.views.rfp import SUGGESTED, parties, similar_to, unreachable_too


@internal_required
@require_http_methods(["GET", "POST"])
def intake_new(request: SignedInRequest) -> HttpResponse:
    """Take one file: dropped (answer in JSON) or chosen in a form without script. It leads to the draft, or to what a draft lacks."""
    if not allowed("projects.log_rfp", request.user):
        raise NotAllowed(_t("Requests are logged by business development or a project manager."))
    dropped = request.headers.get("X-Requested-With") == "dropzone"
    form = IntakeForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if form.is_bound and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            intake, is_new = services.take_intake(upload.file, upload.name, actor=request.user)
        except BadInput as bad:
            add_to_form(form, bad)
        else:
            return _taken(request, intake, is_new, dropped=dropped)
    if dropped:
        return JsonResponse({"errors": form.errors}, status=400)
    waiting = Intake.objects.visible_to(request.user).waiting()
    return render(request, "projects/rfp_intake_new.html", {"form": form, "waiting": waiting}, status=400 if form.is_bound else 200)


def _taken(request: SignedInRequest, intake: Intake, is_new: bool, *, dropped: bool) -> HttpResponse:
    words, place = _what_became(intake, is_new), (intake.rfp or intake).get_absolute_url()
    if intake.rfp is None and not Intake.objects.visible_to(request.user).filter(pk=intake.pk).exists():
        words, place = _t("%(name)s took this in before and can say what came of it.") % {"name": intake.taken_by}, reverse("rfp-list")
    if dropped:
        return JsonResponse({"location": place, "words": words}, status=201 if is_new else 200)
    (messages.success if is_new else messages.info)(request, words)
    return redirect(place)


def _what_became(intake: Intake, is_new: bool) -> str:
    number = intake.rfp.number if intake.rfp else ""
    if is_new:
        made = _t("%(number)s is a draft made of %(file)s.") % {"number": number, "file": intake.name}
        return made if number else _t("%(file)s is taken in. Say whose request it is.") % {"file": intake.name}
    if number:
        return _t("This came in before: it is the request %(number)s.") % {"number": number}
    if intake.set_aside_at:
        return _t("This came in before and was set aside.")
    return _t("This came in before and waits for somebody to say whose request it is.")


def _intake(request: SignedInRequest, pk: int) -> Intake:
    return get_object_or_404(Intake.objects.visible_to(request.user).select_related("rfp", "taken_by"), pk=pk)


@internal_required
@require_http_methods(["GET", "POST"])
def intake_page(request: SignedInRequest, pk: int) -> HttpResponse:
    """What came in; POST says whose request it is and makes the draft."""
    intake = _intake(request, pk)
    if intake.rfp is not None:
        return redirect(intake.rfp)
    form = IntakeRfpForm(request.POST) if request.method == "POST" else None
    if form is not None and not form.is_valid():
        unreachable_too(form, request)
    elif form is not None:
        try:
            rfp = services.draft_from_intake(pk, actor=request.user, **form.values())
        except BadInput as bad:
            add_to_form(form, bad)
        else:
            messages.success(request, _t("%(number)s is a draft made of %(file)s.") % {"number": rfp.number, "file": intake.name})
            return redirect(rfp)
    return _render(request, intake, form=form)


def _render(
    request: SignedInRequest, intake: Intake, *, form: IntakeRfpForm | None = None, aside: ReasonForm | None = None
) -> HttpResponse:
    reading = services.said_by(intake, request.user)
    shown = form or IntakeRfpForm(said={**_typed(intake), **reading.values})
    say_problems(shown, intake.problems)
    blockers = services.intake_blockers(intake)
    blockers += lacking("projects.log_rfp", request.user, None, _t("Requests are logged by business development or a project manager."))
    context = {
        "intake": intake,
        "form": shown,
        "blockers": blockers,
        "parts": [part.name for part in reading.parts],
        "aside_form": aside or ReasonForm(),
        "events": list(events_of(intake)[:20]),
        "clients": Client.objects.visible_to(request.user)[:SUGGESTED],
        **parties(request, shown["client"].value() or "", shown["contact"].value() or ""),
        **similar_to(request, {name: shown[name].value() or "" for name in ("client", "compound_name", "cas_number", "structure_text")}),
    }
    return render(request, "projects/rfp_intake.html", context, status=400 if form or aside else 200)


def _typed(intake: Intake) -> dict[str, Any]:
    """What was written where it could not be read, so that it is corrected and not typed again."""
    return {FORM_NAMES.get(each["field"], each["field"]): each["typed"] for each in intake.problems if each["field"]}


@internal_required
@require_POST
def intake_set_aside(request: SignedInRequest, pk: int) -> HttpResponse:
    intake, form = _intake(request, pk), ReasonForm(request.POST)
    if not form.is_valid():
        return _render(request, intake, aside=form)
    services.set_aside_intake(pk, actor=request.user, **form.cleaned_data)
    messages.success(request, _t("%(file)s is set aside.") % {"file": intake.name})
    return redirect("rfp-list")


@internal_required
@require_GET
def intake_file(request: SignedInRequest, pk: int) -> FileResponse:
    """The message or questionnaire as it came, always as a download."""
    intake = _intake(request, pk)
    return stored_file(intake.sha256, name=intake.name, media_type=intake.media_type)


@internal_required
@require_GET
def questionnaire(request: SignedInRequest) -> HttpResponseBase:
    """The empty questionnaire, to send to a client."""
    return HttpResponse(blank(), content_type=XLSX, headers={"Content-Disposition": 'attachment; filename="questionnaire.xlsx"'})
