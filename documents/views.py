"""Pages of documents. Each fetches through `visible_to`, binds what was entered, calls one service, answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.decorators import internal_required
from accounts.downloads import stored_file
from accounts.paging import show_page
from accounts.permissions import allowed, require_permission
from accounts.requests import SignedInRequest
from accounts.signing import authenticate_signer
from audit.refusals import BadInput, add_to_form, carried_out, require_none
from documents import services
from documents.forms import DocumentFilter, NarrativeForm, ProjectChoiceForm, RefuseForm, UploadForm, VersionForm, WithdrawForm
from documents.models import Document, DocumentVersion, Rendition
from documents.presentation import document_context, version_context
from documents.registry import DocumentType, SubjectKind, document_types
from documents.shelves import shelves_of
from documents.tables import DocumentTable, listed_documents
from documents.wording import sections_of
from projects.models import Project, Rfp
from projects.saved_views import view_bar

PAGE_SIZE = 50


def _document(request: SignedInRequest, number: str) -> Document:
    rows = (
        Document.objects.visible_to(request.user)
        .with_signed_number()
        .select_related("project__compound", "project__site", "rfp", "client", "deliverable", "shared_by")
    )
    return get_object_or_404(rows, number=number)


def _version(request: SignedInRequest, number: str, version: int) -> DocumentVersion:
    rows = DocumentVersion.objects.visible_to(request.user).prefetch_related("renditions").select_related("requested_by", "issuance")
    found = get_object_or_404(rows, document__number=number, number=version)
    found.document = _document(request, number)
    return found


@login_required
@require_GET
def document_list(request: SignedInRequest) -> HttpResponse:
    bar = view_bar(request, "documents") if request.user.is_internal else None
    if bar and bar.opens_with:
        return redirect(bar.opens_with)
    filters = DocumentFilter(request.GET, queryset=listed_documents(request.user))
    table = DocumentTable(filters.qs)
    show_page(table, request, PAGE_SIZE)
    return render(request, "documents/document_list.html", {"filter": filters, "table": table, "bar": bar})


@login_required
@require_GET
def document_detail(request: SignedInRequest, number: str) -> HttpResponse:
    context = document_context(_document(request, number), request.user)
    return render(request, "documents/document_detail.html", context | {"refuse_form": RefuseForm()})


@login_required
@require_GET
def version_status(request: SignedInRequest, number: str, version: int) -> HttpResponse:
    """The panel of one version: asked again every two seconds while its PDF is being made."""
    found = _version(request, number, version)
    return render(request, "documents/_version.html", version_context(found, request.user) | {"refuse_form": RefuseForm()})


def _subject(request: SignedInRequest) -> Project | Rfp:
    """The project or RFP named in the address. Foreign and absent are the same."""
    if code := request.GET.get("project"):
        return get_object_or_404(Project.objects.visible_to(request.user), code=code)
    return get_object_or_404(Rfp.objects.visible_to(request.user), number=request.GET.get("rfp", ""))


def _asks_for_project(request: SignedInRequest) -> bool:
    return request.method == "GET" and not (request.GET.get("project") or request.GET.get("rfp"))


def _choose_project(request: SignedInRequest, title: str) -> HttpResponse:
    """Opened from the list or by its bare address: first the project."""
    form = ProjectChoiceForm(projects=Project.objects.visible_to(request.user).order_by("code"))
    return render(request, "documents/document_project.html", {"form": form, "title": title})


def _types(subject: Project | Rfp, request: SignedInRequest, *, generated: bool) -> list[DocumentType]:
    kinds = {SubjectKind.RFP} if isinstance(subject, Rfp) else {SubjectKind.PROJECT, SubjectKind.RFP}
    wanted = [each for each in document_types() if each.subject in kinds and (each.is_generated or not generated)]
    return [each for each in wanted if allowed("documents.request", request.user, each)]


def _asked_for(request: SignedInRequest) -> dict[str, str]:
    return {"type_key": request.GET.get("type", ""), "about": request.GET.get("about", "")}


@internal_required
@require_GET
def project_documents(request: SignedInRequest, code: str) -> HttpResponse:
    """Every type of the project's phases with its documents; the next of a repeated one is made from here."""
    project = get_object_or_404(Project.objects.visible_to(request.user).select_related("client"), code=code)
    return render(request, "documents/project_documents.html", {"project": project, "phases": shelves_of(project, request.user)})


def _named(subject: Project | Rfp) -> dict[str, Any]:
    return {"project": subject} if isinstance(subject, Project) else {"rfp": subject}


@internal_required
@require_http_methods(["GET", "POST"])
def document_new(request: SignedInRequest) -> HttpResponse:
    """Make a version from the data of a project or RFP (`?project=` or `?rfp=`)."""
    require_permission("documents.request", request.user, None)
    if _asks_for_project(request):
        return _choose_project(request, _t("Make a document"))
    subject = _subject(request)
    form = VersionForm(request.POST or None, types=_types(subject, request, generated=True), subject=subject, initial=_asked_for(request))
    if form.is_valid():
        try:
            version = services.request_document(actor=request.user, **form.cleaned_data, **_named(subject))
            return redirect(version.document)
        except BadInput as bad:
            add_to_form(form, bad)
    return render(request, "documents/document_new.html", {"form": form, "subject": subject}, status=400 if form.errors else 200)


@internal_required
@require_http_methods(["GET", "POST"])
def document_upload(request: SignedInRequest) -> HttpResponse:
    """Add a version that was made elsewhere."""
    require_permission("documents.upload", request.user, None)
    if _asks_for_project(request):
        return _choose_project(request, _t("Upload a document"))
    subject = _subject(request)
    form = UploadForm(
        request.POST or None,
        request.FILES or None,
        types=_types(subject, request, generated=False),
        subject=subject,
        initial=_asked_for(request),
    )
    if form.is_valid():
        values = {**form.cleaned_data}
        upload = values.pop("upload")
        try:
            version = services.upload_version(upload=upload.file, name=upload.name, actor=request.user, **values, **_named(subject))
            return redirect(version.document)
        except BadInput as bad:
            add_to_form(form, BadInput({"upload" if field == "file" else field: words for field, words in bad.errors.items()}))
    return render(request, "documents/document_upload.html", {"form": form, "subject": subject}, status=400 if form.errors else 200)


@internal_required
@require_http_methods(["GET", "POST"])
def version_text(request: SignedInRequest, number: str, version: int, section: str) -> HttpResponse:
    """Write one section."""
    found = _version(request, number, version)
    sections = sections_of(found.document.type) if found.document.type else ()
    declared = next((each for each in sections if each.key == section), None)
    if declared is None:
        raise Http404
    require_permission("documents.edit", request.user, found)
    require_none(services.editing_blockers(found))
    form = NarrativeForm(request.POST or None, section=declared, initial={"html": found.narrative.get(section, "")})
    if form.is_valid():
        services.save_narrative(number, version, section, form.cleaned_data["html"] or "", actor=request.user)
        messages.success(request, _t("“%(title)s” is saved; the PDF is being made again.") % {"title": declared.title})
        return redirect(found.document)
    return render(
        request, "documents/document_text.html", {"form": form, "version": found, "document": found.document, "section": declared}
    )


def _acted(request: SignedInRequest, found: DocumentVersion, act: Callable[[], Any], done: str) -> HttpResponse:
    act()
    messages.success(request, done)
    return redirect(found.document)


@internal_required
@require_POST
def version_submit(request: SignedInRequest, number: str, version: int) -> HttpResponse:
    found = _version(request, number, version)
    done = _t("Version %(number)d is in review.") % {"number": version}
    if found.document.type and not found.document.type.signers:
        done = _t("Version %(number)d is effective.") % {"number": version}
    return _acted(request, found, lambda: services.submit_for_review(number, version, actor=request.user), done)


@internal_required
@require_POST
def version_retry(request: SignedInRequest, number: str, version: int) -> HttpResponse:
    found = _version(request, number, version)
    return _acted(request, found, lambda: services.retry_version(number, version, actor=request.user), _t("The PDF is being made again."))


@internal_required
@require_POST
def version_sign(request: SignedInRequest, number: str, version: int) -> HttpResponse:
    """Sign with the password asked again; a wrong one opens the dialog again with its message."""
    found = _version(request, number, version)
    require_permission("documents.sign", request.user, found)
    meaning = request.GET.get("meaning", "")
    require_none(services.signing_blockers(found, request.user, meaning))
    try:
        proof = authenticate_signer(request, request.POST.get("password", ""), request.POST.get("code", ""))
        signed = services.sign_version(
            number, version, actor=request.user, meaning=meaning, authentication=proof, seen_hash=request.POST.get("expected_hash", "")
        )
    except BadInput as bad:
        context = document_context(found.document, request.user) | {"refuse_form": RefuseForm(), "signing_errors": bad.errors}
        return render(request, "documents/document_detail.html", context, status=400)
    is_effective = signed.state == DocumentVersion.State.EFFECTIVE
    messages.success(request, _t("Signed; the version is effective.") if is_effective else _t("Signed."))
    return redirect(found.document)


@internal_required
@require_POST
def version_refuse(request: SignedInRequest, number: str, version: int) -> HttpResponse:
    found = _version(request, number, version)
    form = RefuseForm(request.POST)
    if form.is_valid():
        services.refuse_version(number, version, actor=request.user, reason=form.cleaned_data["reason"])
        messages.success(request, _t("Version %(number)d is a draft again.") % {"number": version})
        return redirect(found.document)
    context = document_context(found.document, request.user) | {"refuse_form": form}
    return render(request, "documents/document_detail.html", context, status=400)


@internal_required
@require_POST
def document_withdraw(request: SignedInRequest, number: str) -> HttpResponse:
    """Take out a document that was begun by mistake; without a reason its dialog opens again."""
    document = _document(request, number)
    form = WithdrawForm(request.POST)
    if not carried_out(form, lambda: services.withdraw_document(number, actor=request.user, **form.cleaned_data)):
        context = document_context(document, request.user) | {"refuse_form": RefuseForm(), "withdraw_form": form}
        return render(request, "documents/document_detail.html", context, status=400)
    messages.success(request, _t("%(number)s is taken out.") % {"number": number})
    return redirect(document)


@internal_required
@require_POST
def document_share(request: SignedInRequest, number: str) -> HttpResponse:
    document = _document(request, number)
    services.share_document(number, actor=request.user)
    messages.success(request, _t("The client sees this document now."))
    return redirect(document)


@internal_required
@require_POST
def document_unshare(request: SignedInRequest, number: str) -> HttpResponse:
    document = _document(request, number)
    services.unshare_document(number, actor=request.user, reason=request.POST.get("reason", ""))
    messages.success(request, _t("The client no longer sees this document."))
    return redirect(document)


@login_required
@require_GET
def version_pdf(request: SignedInRequest, number: str, version: int, kind: str) -> HttpResponseBase:
    """The review copy or the signed PDF of the present content."""
    if kind not in (Rendition.Kind.REVIEW, Rendition.Kind.EFFECTIVE):
        raise Http404
    return _file(request, number, version, kind)


@login_required
@require_GET
def version_uploaded(request: SignedInRequest, number: str, version: int) -> HttpResponseBase:
    return _file(request, number, version, Rendition.Kind.UPLOADED)


def _file(request: SignedInRequest, number: str, version: int, kind: str) -> HttpResponseBase:
    rows = Rendition.objects.visible_to(request.user).filter(version__document__number=number, version__number=version, kind=kind)
    rendition = rows.order_by("-created_at").first()
    if rendition is None:
        raise Http404
    inline = "download" not in request.GET
    return stored_file(rendition.sha256, name=rendition.name, media_type=rendition.media_type, inline=inline)


@login_required
@require_GET
def version_snapshot(request: SignedInRequest, number: str, version: int) -> HttpResponse:
    """The data that the version was made from, as attached to its PDF."""
    found = _version(request, number, version)
    content = found.snapshot | {"narrative": found.narrative, "content_hash": found.content_hash}
    response = HttpResponse(json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{number}-v{version}.json"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
