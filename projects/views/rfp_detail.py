"""One request for proposal: everything at leisure, saved field by field; questions, files, declining."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from copy import copy
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import override
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.decorators import internal_required
from accounts.downloads import stored_file
from accounts.permissions import require_permission
from accounts.requests import SignedInRequest
from audit.events import events_of
from audit.refusals import BadInput, Blocker, NotAllowed, Refused, add_to_form, carried_out
from audit.seen import version_after, version_of, version_with
from catalogue.chemistry import draw_svg
from catalogue.models import SHEET_DEPARTMENTS, Site
from projects import similar
from projects.attachments import take_upload
from projects.completeness import Completeness, completeness_of
from projects.forms.gate import ReasonForm
from projects.forms.intake import say_problems
from projects.forms.rfp import DeclineForm, RfpClientForm, RfpForm
from projects.forms.rfp_groups import groups_of
from projects.kept import shut_out
from projects.limits import EMPTY
from projects.models import Agreement, Intake, Rfp, RfpFile
from projects.models.rfp_choices import FileKind
from projects.permissions import agreement_locks, lacking
from projects.remaining import after_declining, letter_of_refusal
from projects.rfp_fields import PEOPLE, answers_of
from projects.services import rfp as services
from projects.views.rfp import PARTIES
from projects.worksheets import CLARIFICATIONS
from worksheets.bound import bind_to
from worksheets.showing import Shown

if TYPE_CHECKING:
    from accounts.models import User

ACTIVITY = 30
PICTURE = (420, 260)


def _rfp(request: SignedInRequest, number: str) -> Rfp:
    """The request with `is_kept`, which the middleware that notes looks need not ask again (desk/looking.py)."""
    rows = Rfp.objects.visible_to(request.user).with_kept()
    rfp = get_object_or_404(rows.select_related("client", "contact", "account_owner", "project", "created_by"), number=number)
    request.is_kept = rfp.is_kept  # type: ignore[attr-defined]
    return rfp


@internal_required
@require_http_methods(["GET", "POST"])
def rfp_page(request: SignedInRequest, number: str) -> HttpResponse:
    """The page; POST saves the whole form, which a submitted request needs (with a reason) and a browser without script too."""
    rfp = _rfp(request, number)
    if request.method == "GET":
        return _render(request, rfp, removing=_named_file(request, rfp))
    form, why, version = RfpForm(request.POST, instance=copy(rfp)), ReasonForm(request.POST), request.POST.get("version", "")
    if form.is_valid():
        try:
            services.update_rfp(
                number, changes=form.cleaned_data, actor=request.user, reason=request.POST.get("reason", ""), version=version
            )
        except BadInput as bad:
            why.is_valid()
            version = version_after(bad, version)
            add_to_form(form, BadInput({name: words for name, words in bad.errors.items() if name != "reason"}))
        else:
            messages.success(request, _t("The request is saved."))
            return redirect("rfp-detail", number)
    return _render(request, rfp, form=form, why=why, version=version)


def _render(
    request: SignedInRequest, rfp: Rfp, *, form: RfpForm | None = None, why: ReasonForm | None = None, **given: Any
) -> HttpResponse:
    locks = _locks(request, rfp)
    details = form or RfpForm(instance=copy(rfp))
    intake = Intake.objects.visible_to(request.user).filter(rfp=rfp).first()
    unread = [each for each in intake.problems if _is_open(rfp, each["field"])] if intake else []
    say_problems(details, unread)
    if locks:
        details.freeze()
    context = {
        **_standing(request, rfp),
        "is_kept": rfp.is_kept,  # type: ignore[attr-defined]
        "form": details,
        "groups": groups_of(details),
        "people": groups_of(details, [PEOPLE]),
        "answers": answers_of(rfp) if locks else [],
        "version": version_of(services.rfp_values(rfp)),
        "why": why or ReasonForm(),
        "locks": locks,
        "intake": intake,
        "unread": unread,
        **_files(rfp),
        "sheet": Shown(bind_to(CLARIFICATIONS, rfp, request.user), request),
        "remove_form": ReasonForm(),
        "client_form": RfpClientForm(rfp=rfp, actor=request.user),
        "may_change_client": not locks and not services.client_blockers(rfp),
        "decline_form": DeclineForm(auto_id="decline_%s"),
        "events": list(events_of(rfp)[:ACTIVITY]),
        "agreements": list(
            Agreement.objects.visible_to(request.user).of_whole_client().filter(client=rfp.client_id).prefetch_related("signatories")
        ),
        "agreement_blockers": agreement_locks(request.user, rfp.client),
        "today": timezone.localdate(),
        **(_after_declining(request, rfp) if rfp.state == Rfp.State.DECLINED else {}),
        **given,
    }
    wrong = request.method == "POST"
    return render(request, "projects/rfp_detail.html", context, status=400 if wrong else 200)


def _after_declining(request: SignedInRequest, rfp: Rfp) -> dict[str, Any]:
    is_kept = rfp.is_kept  # type: ignore[attr-defined]
    return {"remaining": after_declining(rfp, is_kept=is_kept), "refusal": letter_of_refusal(rfp, request.user)}


def _files(rfp: Rfp) -> dict[str, Any]:
    files = list(rfp.files.select_related("uploaded_by"))
    return {"files": files, "kinds": FileKind.choices, "lacks_sds": not any(each.kind == FileKind.SDS for each in files)}


def _is_open(rfp: Rfp, name: str) -> bool:
    """Whether what could not be read of the questionnaire is still missing; of an unknown question nobody knows."""
    return not name or (name in services.DETAILS and getattr(rfp, name) in EMPTY)


def _named_file(request: SignedInRequest, rfp: Rfp) -> RfpFile | None:
    """The file that the address asks to take away."""
    wanted = request.GET.get("remove", "")
    return rfp.files.filter(pk=int(wanted)).first() if wanted.isascii() and wanted.isdigit() and len(wanted) < 10 else None


def _locks(request: SignedInRequest, rfp: Rfp) -> list[Blocker]:
    found = lacking("projects.edit_rfp", request.user, rfp, _t("Requests are edited by business development or a project manager."))
    if rfp.state == Rfp.State.DECLINED:
        found.append(Blocker(key="rfp.declined", words=_t("This request was declined.")))
    return found


def _standing(request: SignedInRequest, rfp: Rfp) -> dict[str, Any]:
    """What changes as fields are saved: completeness, what the client must be asked, the structure, and what resembles it."""
    completeness = completeness_of(rfp)
    is_asked_in_vain = rfp.is_kept and rfp.state == Rfp.State.DRAFT  # type: ignore[attr-defined]
    return {
        "rfp": rfp,
        "shut_out": shut_out(rfp, set(SHEET_DEPARTMENTS)) if is_asked_in_vain else [],
        "completeness": completeness,
        "letter": _letter(rfp, completeness, request.user) if rfp.state != Rfp.State.DECLINED else "",
        "findings": similar.look(
            request.user,
            client_id=rfp.client_id,
            compound_name=rfp.compound_name,
            cas_number=rfp.cas_number,
            inchikey=rfp.inchikey,
            smiles=rfp.smiles,
            besides=rfp.number,
        ),
        "submit_blockers": _submit_blockers(request, rfp, completeness),
        "is_draft": rfp.state == Rfp.State.DRAFT,
        "sites": list(Site.objects.all()),
    }


def _submit_blockers(request: SignedInRequest, rfp: Rfp, completeness: Completeness) -> list[Blocker]:
    """The questions that the service refuses on, each with a link to its field."""
    lacks = lacking("projects.submit_rfp", request.user, rfp, _t("Requests are submitted by business development or a project manager."))
    return [
        *lacks,
        *(Blocker(key=f"rfp.{item.field}", words=item.words, link=f"#id_{item.field}") for item in completeness.open_for_submit),
    ]


def _letter(rfp: Rfp, completeness: Completeness, writer: User) -> str:
    """The open questions as text for an e-mail of the writer, in the client's language; "" when nothing is open."""
    with override(rfp.client.language):
        asked = [str(question.words) for question in completeness.open]
        asked += [row.question for row in rfp.clarifications.filter(answered_at=None)]
        if not asked:
            return ""
        opening = _t("Dear %(name)s,") % {"name": rfp.contact.name}
        words = _t("thank you for your request about %(compound)s (our number %(number)s). To quote it well we need your answers to:")
        body = words % {"compound": rfp.compound_name, "number": rfp.number}
        questions = "\n".join(f"{place}. {words}" for place, words in enumerate(asked, start=1))
        return "\n\n".join([opening, body, questions, f"{_t('With kind regards')}\n{writer.full_name}"])


@internal_required
@require_GET
def rfp_standing(request: SignedInRequest, number: str) -> HttpResponse:
    """The same parts as fragments, asked for after each saved field."""
    return render(request, "projects/_rfp_standing.html", {**_standing(request, _rfp(request, number)), "fragment": True})


@internal_required
@require_POST
def rfp_autosave(request: SignedInRequest, number: str) -> JsonResponse:
    """Save those of the fields named in `changed` that are right; the answer says at which others something is wrong."""
    form = RfpForm(request.POST, instance=copy(_rfp(request, number)))
    form.keep_only(set(request.POST.getlist("changed")))
    form.is_valid()
    errors = {name: [str(message) for message in found] for name, found in form.errors.items()}
    version = request.POST.get("version", "")
    try:
        rfp = services.update_rfp(number, changes=form.cleaned_data, actor=request.user, version=version)
    except BadInput as bad:
        return _not_saved(400, errors | bad.errors, version=version_after(bad, version))
    except NotAllowed as refused:
        return _not_saved(403, detail=str(refused))
    except Refused as refused:
        return _not_saved(409, detail=str(refused))
    values = services.rfp_values(rfp)
    version = version_with(version, {name: values[name] for name in form.cleaned_data})
    return _not_saved(400, errors, saved=list(form.cleaned_data), version=version) if errors else JsonResponse({"version": version})


def _not_saved(
    status: int, errors: dict[str, list[str]] | None = None, detail: str = "", saved: Collection[str] = (), **more: str
) -> JsonResponse:
    words = detail or " ".join(message for found in (errors or {}).values() for message in found)
    return JsonResponse({"errors": errors or {}, "detail": words, "saved": list(saved), **more}, status=status)


@internal_required
@require_GET
def rfp_structure(request: SignedInRequest, number: str) -> HttpResponse:
    """The structure, drawn."""
    rfp = _rfp(request, number)
    if not rfp.smiles:
        raise Http404
    response = HttpResponse(draw_svg(rfp.smiles, *PICTURE), content_type="image/svg+xml")
    response["Cache-Control"] = "private, max-age=60"
    return response


@internal_required
@require_POST
def rfp_upload(request: SignedInRequest, number: str) -> HttpResponse:
    """Take one file: dropped (answer in JSON) or chosen in a form without script."""
    rfp = _rfp(request, number)
    dropped = request.headers.get("X-Requested-With") == "dropzone"
    upload = request.FILES.get("file")
    try:
        if upload is None or upload.file is None:
            raise BadInput({"file": [_t("Choose a file.")]})
        attached = _attach(request, rfp, upload)
    except BadInput as bad:
        if dropped:
            return _not_saved(400, bad.errors)
        return _render(request, rfp, upload_errors=str(bad))
    if dropped:
        return JsonResponse({"id": attached.pk, "name": attached.name}, status=201)
    return redirect(f"{rfp.get_absolute_url()}#files")


def _attach(request: SignedInRequest, rfp: Rfp, upload: Any) -> RfpFile:
    require_permission("projects.edit_rfp", request.user, rfp)
    return services.attach_rfp_file(rfp.number, stored=take_upload(upload.file, upload.name), actor=request.user)


@internal_required
@require_GET
def rfp_files(request: SignedInRequest, number: str) -> HttpResponse:
    rfp = _rfp(request, number)
    return render(request, "projects/_rfp_files.html", {"rfp": rfp, **_files(rfp), "locks": _locks(request, rfp)})


@internal_required
@require_GET
def rfp_file(request: SignedInRequest, number: str, pk: int) -> HttpResponseBase:
    """A file that came with the request, always as a download."""
    found = get_object_or_404(RfpFile, rfp=_rfp(request, number), pk=pk)
    return stored_file(found.sha256, name=found.name, media_type=found.media_type)


@internal_required
@require_POST
def rfp_file_kind(request: SignedInRequest, number: str, pk: int) -> HttpResponse:
    """What a file is; back to the files."""
    rfp = _rfp(request, number)
    get_object_or_404(rfp.files, pk=pk)
    services.say_kind_of_file(number, pk, kind=request.POST.get("kind", ""), actor=request.user)
    return redirect(f"{rfp.get_absolute_url()}#files")


@internal_required
@require_POST
def rfp_file_remove(request: SignedInRequest, number: str, pk: int) -> HttpResponse:
    rfp, form = _rfp(request, number), ReasonForm(request.POST)
    attached = get_object_or_404(RfpFile, rfp=rfp, pk=pk)
    if not form.is_valid():
        return _render(request, rfp, removing=attached, remove_form=form)
    services.remove_rfp_file(number, pk, actor=request.user, **form.cleaned_data)
    return redirect(f"{rfp.get_absolute_url()}#files")


@internal_required
@require_POST
def rfp_client(request: SignedInRequest, number: str) -> HttpResponse:
    rfp = _rfp(request, number)
    form = RfpClientForm(request.POST, rfp=rfp, actor=request.user)

    def judge(cleaned: Mapping[str, Any]) -> dict[str, list[str]]:
        client, *contact = (cleaned.get(name) for name in PARTIES)
        return services.unreachable(client and client.code, *contact, actor=request.user)

    if not carried_out(form, lambda: services.change_client(number, actor=request.user, **form.values()), judge=judge):
        return _render(request, rfp, client_form=form)
    messages.success(request, _t("The client is corrected."))
    return redirect("rfp-detail", number)


@internal_required
@require_POST
def rfp_decline(request: SignedInRequest, number: str) -> HttpResponse:
    rfp, form = _rfp(request, number), DeclineForm(request.POST, auto_id="decline_%s")
    if not form.is_valid():
        return _render(request, rfp, decline_form=form)
    services.decline_rfp(number, actor=request.user, **form.cleaned_data)
    messages.success(request, _t("%(number)s is declined.") % {"number": number})
    return redirect("rfp-detail", number)
