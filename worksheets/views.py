"""Lists as files, and the pages of an import: template, upload, preview, result."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.decorators import internal_required, signed_in
from accounts.downloads import stored_file
from accounts.requests import SignedInRequest
from audit.refusals import BadInput, NotAllowed, add_to_form
from worksheets import services
from worksheets.blanks import csv_blank, possible, xlsx_blank
from worksheets.columns import Column, plain
from worksheets.exports import export_of
from worksheets.forms import UploadForm
from worksheets.kinds import ImportKind, import_kind
from worksheets.models import Import, ImportRow, hash_of_doubts
from worksheets.writing import CSV, XLSX, table_response

PAGE = 50
FORMER = 20
WRONG_SHOWN = 200
LIKE = 0.6  # of two headings, from which on one is proposed for the other


@signed_in
@require_GET
def list_file(request: SignedInRequest, key: str, form: str, code: str = "") -> StreamingHttpResponse:
    """What a list shows to this person, all pages of it, with the filters and the order of the address."""
    table = export_of(key, of_project=bool(code)).make(request, code)
    return table_response(table, form, reader_is_client=not request.user.is_internal)


@internal_required
@require_http_methods(["GET", "POST"])
def import_new(request: SignedInRequest, kind: str, code: str = "") -> HttpResponse:
    """The template and the upload; a file that cannot be read at all is refused here."""
    declared = import_kind(kind)
    subject = declared.subject_of(request.user, code)
    blockers = declared.blockers(request.user, subject)
    form = UploadForm(*((request.POST, request.FILES) if request.method == "POST" else ()), asks_reason=declared.asks_reason)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            taken = services.take_import(
                kind, upload.file, upload.name, actor=request.user, scope=code, reason=form.cleaned_data.get("reason", "")
            )
        except BadInput as bad:
            add_to_form(form, bad)
        else:
            if taken.state == Import.State.DONE:
                messages.info(request, _t("A file with this content was imported already. This is what came of it."))
            return redirect(taken)
    context = {
        "kind": declared,
        "subject": subject,
        "back": declared.back(subject),
        "form": form,
        "blockers": blockers,
        "columns": [(column, possible(column)) for column in declared.columns_for(subject)],
        "former": [] if blockers else list(_former(request, kind, code)),
    }
    return render(request, "worksheets/import_new.html", context, status=400 if form.errors else 200)


def _former(request: SignedInRequest, kind: str, code: str) -> Any:
    return Import.objects.visible_to(request.user).filter(kind=kind, scope=code).select_related("uploaded_by")[:FORMER]


@internal_required
@require_GET
def template(request: SignedInRequest, kind: str, form: str) -> HttpResponse:
    declared = import_kind(kind)
    content, media_type = (xlsx_blank(declared), XLSX) if form == "xlsx" else (csv_blank(declared), CSV)
    return HttpResponse(content, content_type=media_type, headers={"Content-Disposition": f'attachment; filename="{kind}.{form}"'})


def _import(request: SignedInRequest, kind: str, pk: int) -> tuple[ImportKind, Import, Any]:
    """For who may do by hand what it does; for everybody else there is no such import."""
    declared = import_kind(kind)
    rows = Import.objects.visible_to(request.user).select_related("uploaded_by", "pressed_by")
    shown = get_object_or_404(rows, kind=kind, pk=pk)
    try:
        return declared, shown, declared.require(request.user, shown.scope)
    except NotAllowed as refusal:
        raise Http404 from refusal


@internal_required
@never_cache
@require_GET
def import_detail(request: SignedInRequest, kind: str, pk: int) -> HttpResponse:
    return _page(request, *_import(request, kind, pk))


def _page(
    request: SignedInRequest,
    kind: ImportKind,
    shown: Import,
    subject: Any,
    *,
    status: int = 200,
    wrong: str = "",
    unassigned: str = "",
    chosen: dict[str, str] | None = None,
) -> HttpResponse:
    columns = kind.columns_for(subject)
    headings, page = _with_headings(columns, Paginator(shown.rows.order_by("number"), PAGE).get_page(request.GET.get("page")))
    standing = dict.fromkeys(ImportRow.Standing.values, 0)
    for key in shown.rows.values_list("standing", flat=True):
        standing[key] += 1
    doubts = services.doubts_of(shown)
    context = {
        "kind": kind,
        "subject": subject,
        "back": kind.back(subject),
        "import": shown,
        "assign": _headings_to_assign(columns, shown, chosen),
        "assignable": [(column.name, column.title) for column in columns],
        "unassigned": unassigned,
        "headings": headings,
        "page": page,
        "standing": standing,
        "wrong_rows": list(shown.rows.filter(standing=ImportRow.Standing.WRONG)[:WRONG_SHOWN]),
        "doubtful": list(shown.rows.exclude(doubts=[])[:WRONG_SHOWN]),
        "looked_at": hash_of_doubts(doubts) if doubts else "",
        "looked_at_error": wrong,
        "blockers": [] if shown.is_running or shown.state == Import.State.DONE else services.press_blockers(shown),
        "done": services.progress_of(shown),
        "is_done": shown.state == Import.State.DONE,
        "again": _again(shown),
    }
    return render(request, "worksheets/import_detail.html", context, status=status)


def _with_headings(columns: tuple[Column, ...], page: Any) -> tuple[list[str], Any]:
    """The headings of the columns in which something stands, and each row's values below them."""
    used = [place for place, _column in enumerate(columns) if any(row.values[place : place + 1] > [""] for row in page)]
    headings = [str(column.heading) for place, column in enumerate(columns) if place in used]
    for row in page:
        values = [row.values[place] for place in used if place < len(row.values)]
        row.values = [{"heading": heading, "words": words} for heading, words in zip(headings, values, strict=False)]
    return headings, page


def _again(shown: Import) -> str:
    if not shown.scope:
        return reverse("import-new", args=[shown.kind])
    if not import_kind(shown.kind).of_project:
        return reverse("import-new-of", args=[shown.kind, shown.scope])
    return reverse("project-import-new", args=[shown.scope, shown.kind])


@internal_required
@never_cache
@require_GET
def import_progress(request: SignedInRequest, kind: str, pk: int) -> HttpResponse:
    """How far the worker is; once it is through, the page shows itself anew."""
    _kind, shown, _subject = _import(request, kind, pk)
    if not shown.is_running:
        return HttpResponse(status=200, headers={"HX-Redirect": shown.get_absolute_url()})
    return render(request, "worksheets/_progress.html", {"import": shown, "done": services.progress_of(shown)})


@internal_required
@require_POST
def import_press(request: SignedInRequest, kind: str, pk: int) -> HttpResponse:
    declared, shown, subject = _import(request, kind, pk)
    try:
        pressed = services.press_import(pk, actor=request.user, looked_at=request.POST.get("looked_at", ""))
    except BadInput as bad:
        return _page(request, declared, shown, subject, status=400, wrong=str(bad))
    return redirect(pressed)


@internal_required
@require_POST
def import_columns(request: SignedInRequest, kind: str, pk: int) -> HttpResponse:
    """What the headings are that are not ours; then every row is shown as it is understood."""
    declared, shown, subject = _import(request, kind, pk)
    mapping = {each["heading"]: request.POST.get(f"heading-{place}", "") for place, each in enumerate(shown.unknown)}
    try:
        assigned = services.assign_columns(pk, mapping, actor=request.user)
    except BadInput as bad:
        return _page(request, declared, shown, subject, status=400, unassigned=str(bad), chosen=mapping)
    return redirect(assigned)


def _headings_to_assign(columns: tuple[Column, ...], shown: Import, chosen: dict[str, str] | None) -> list[dict[str, Any]]:
    """Each unknown heading with what it may be; the likeliest is proposed."""
    titles = {column.name: column.title for column in columns}
    likely = {plain(words): name for name, words in titles.items()}
    rows = []
    for place, each in enumerate(shown.unknown):
        near = get_close_matches(plain(each["heading"]), likely, n=1, cutoff=LIKE)
        value = chosen.get(each["heading"], "") if chosen else likely[near[0]] if near else ""
        rows.append({**each, "name": f"heading-{place}", "value": value})
    return rows


@internal_required
@require_GET
def import_file(request: SignedInRequest, kind: str, pk: int) -> FileResponse:
    """The file as it was uploaded."""
    _kind, shown, _subject = _import(request, kind, pk)
    return stored_file(shown.sha256, name=shown.name, media_type=shown.media_type)
