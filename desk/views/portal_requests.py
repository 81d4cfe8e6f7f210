"""Requests that a client's person writes in the portal, and what became of those that were sent."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.decorators import client_required
from accounts.downloads import stored_file
from accounts.permissions import require_permission
from accounts.requests import SignedInRequest
from audit.refusals import BadInput, Blocker, NotAllowed, Refused, add_to_form
from audit.seen import version_after, version_of, version_with
from desk.request_forms import RequestForm
from projects.attachments import take_upload
from projects.completeness import completeness_of
from projects.forms.rfp import AnswerForm
from projects.forms.rfp_groups import groups_of
from projects.limits import EMPTY
from projects.models import RequestDraft, Rfp, RfpFile
from projects.permissions import lacking
from projects.questionnaire import IN_THEIR_WORDS
from projects.rfp_fields import GIVEN, UNTOLD, heading_of, written_answer
from projects.services import request_drafts as services
from projects.services.clarifications import answer_as_client

PAGE = 50
TOLD = tuple(name for name in GIVEN if name not in UNTOLD)


def _locks(request: SignedInRequest) -> list[Blocker]:
    words = _t("Requests are written by approvers of your organisation.")
    return lacking("projects.log_rfp", request.user, request.user.client, words)


def _draft(request: SignedInRequest, pk: int) -> RequestDraft:
    return get_object_or_404(RequestDraft.objects.visible_to(request.user).select_related("rfp", "created_by"), pk=pk)


@client_required
@require_GET
def request_list(request: SignedInRequest) -> HttpResponse:
    sent = Rfp.objects.visible_to(request.user).select_related("project")[:PAGE]
    drafts = RequestDraft.objects.visible_to(request.user).unsent().select_related("created_by")
    return render(request, "desk/portal_requests.html", {"drafts": drafts, "sent": sent, "locks": _locks(request)})


@client_required
@require_POST
def request_new(request: SignedInRequest) -> HttpResponse:
    return redirect(services.begin_draft(actor=request.user))


@client_required
@require_http_methods(["GET", "POST"])
def request_draft(request: SignedInRequest, pk: int) -> HttpResponse:
    """The form. POST saves all of it; with `send` it is sent, or what is missing stands at its field and everything typed is kept."""
    draft = _draft(request, pk)
    if draft.rfp is not None:
        return redirect("portal-request", draft.rfp.number)
    if request.method == "GET":
        return _show(request, draft, RequestForm.of(draft.values))
    typed = {name: request.POST.getlist(name) for name in RequestForm().fields}
    version = request.POST.get("version", "")
    form = RequestForm.of(typed, sending="send" in request.POST)
    try:
        draft = services.save_draft(pk, typed=typed, actor=request.user, version=version)
        if "send" not in request.POST or not form.is_valid():
            return _show(request, draft, form, status=400 if form.errors else 200)
        version = ""  # what was typed is kept: the page that is shown again shows that
        rfp = services.send_draft(pk, values=form.given(), actor=request.user)
    except BadInput as bad:
        add_to_form(form, bad)
        return _show(request, draft, form, version=version_after(bad, version), status=400)
    messages.success(request, _t("%(number)s is sent. We will come back to you, and ask here what we still need.") % {"number": rfp.number})
    return redirect("portal-request", rfp.number)


def _show(request: SignedInRequest, draft: RequestDraft, form: RequestForm, *, version: str = "", status: int = 200) -> HttpResponse:
    locks = _locks(request)
    if locks:
        for field in form.fields.values():
            field.widget.attrs["disabled"] = True  # a field that is itself disabled would show nothing of what the form is bound to
    kept = {name: draft.values.get(name, []) for name in form.fields}
    context = {"draft": draft, "form": form, "locks": locks, "version": version or version_of(kept), "missing": form.missing}
    context["groups"] = groups_of(form)
    return render(request, "desk/portal_request_draft.html", context, status=status)


@client_required
@require_POST
def request_autosave(request: SignedInRequest, pk: int) -> JsonResponse:
    """Keep the fields named in `changed`, right or wrong; the answer says what is wrong with them."""
    _draft(request, pk)
    names = set(request.POST.getlist("changed")) & set(RequestForm().fields)
    typed = {name: request.POST.getlist(name) for name in names}
    version, form = request.POST.get("version", ""), RequestForm.of(typed)
    form.keep_only(names)
    form.is_valid()
    wrong = {name: [str(message) for message in found] for name, found in form.errors.items()}
    try:
        draft = services.save_draft(pk, typed=typed, actor=request.user, version=version)
    except BadInput as bad:
        return JsonResponse({"errors": bad.errors, "saved": [], "version": version_after(bad, version)}, status=400)
    except NotAllowed as refused:
        return JsonResponse({"detail": str(refused)}, status=403)
    except Refused as refused:
        return JsonResponse({"detail": str(refused)}, status=409)
    version = version_with(version, {name: draft.values[name] for name in names})
    status = 400 if wrong else 200
    return JsonResponse({"errors": wrong, "saved": sorted(names), "version": version}, status=status)


@client_required
@require_POST
def request_upload(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take one file: dropped (answer in JSON) or chosen in a form without script."""
    draft = _draft(request, pk)
    dropped = request.headers.get("X-Requested-With") == "dropzone"
    upload: Any = request.FILES.get("file")
    try:
        require_permission("projects.log_rfp", request.user, request.user.client)
        if upload is None or upload.file is None:
            raise BadInput({"file": [_t("Choose a file.")]})
        stored = take_upload(upload.file, upload.name)
        services.attach_to_draft(pk, stored=stored, actor=request.user)
    except BadInput as bad:
        if dropped:
            return JsonResponse({"errors": bad.errors}, status=400)
        messages.error(request, str(bad))
        return redirect(draft)
    return JsonResponse({"name": stored.name}, status=201) if dropped else redirect(f"{draft.get_absolute_url()}#files")


@client_required
@require_GET
def request_draft_files(request: SignedInRequest, pk: int) -> HttpResponse:
    return render(request, "desk/_portal_request_files.html", {"draft": _draft(request, pk), "locks": _locks(request)})


@client_required
@require_POST
def request_detach(request: SignedInRequest, pk: int) -> HttpResponse:
    draft = _draft(request, pk)
    services.detach_from_draft(pk, request.POST.get("sha256", ""), actor=request.user)
    return redirect(f"{draft.get_absolute_url()}#files")


@client_required
@require_POST
def request_discard(request: SignedInRequest, pk: int) -> HttpResponse:
    _draft(request, pk)
    services.discard_draft(pk, actor=request.user)
    messages.success(request, _t("The draft is discarded; nobody of ours has seen it."))
    return redirect("portal-request-list")


def _sent(request: SignedInRequest, number: str) -> Rfp:
    return get_object_or_404(Rfp.objects.visible_to(request.user).select_related("project", "contact", "client"), number=number)


@client_required
@require_GET
def request_page(request: SignedInRequest, number: str) -> HttpResponse:
    """Where the request stands, what we ask, what was sent."""
    return _show_sent(request, _sent(request, number))


def _show_sent(request: SignedInRequest, rfp: Rfp, *, answering: int = 0, answer_form: AnswerForm | None = None) -> HttpResponse:
    told = [name for name in TOLD if getattr(rfp, name) not in EMPTY]
    asked = list(rfp.clarifications.filter(asked_in_portal=True))
    context = {
        "rfp": rfp,
        "given": [(IN_THEIR_WORDS.get(name, heading_of(name)), written_answer(rfp, name)) for name in told],
        "missing": [question.words for question in completeness_of(rfp).open] if rfp.state == Rfp.State.DRAFT else [],
        "questions": [row for row in asked if row.answered_at is None],
        "answered": [row for row in asked if row.answered_at is not None],
        "files": RfpFile.objects.visible_to(request.user).filter(rfp=rfp),
        "locks": _locks(request),
        "answering": answering,
        "answer_form": answer_form,
    }
    return render(request, "desk/portal_request.html", context, status=400 if answer_form else 200)


@client_required
@require_POST
def request_answer(request: SignedInRequest, number: str, pk: int) -> HttpResponse:
    rfp, form = _sent(request, number), AnswerForm(request.POST, auto_id=False)
    get_object_or_404(rfp.clarifications, pk=pk, asked_in_portal=True)
    if not form.is_valid():
        return _show_sent(request, rfp, answering=pk, answer_form=form)
    answer_as_client(number, pk, actor=request.user, **form.cleaned_data)
    messages.success(request, _t("Thank you; we have your answer."))
    return redirect("portal-request", number)


@client_required
@require_GET
def request_file(request: SignedInRequest, number: str, pk: int) -> HttpResponseBase:
    """A file that the own side attached, always as a download."""
    found = get_object_or_404(RfpFile.objects.visible_to(request.user), rfp=_sent(request, number), pk=pk)
    return stored_file(found.sha256, name=found.name, media_type=found.media_type)
