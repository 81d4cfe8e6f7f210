"""Quotations: drafting, internal release by signature, sending, the next revision, and how two revisions differ."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.forms import BaseFormSet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.capacities import giver_of
from accounts.decorators import internal_required
from accounts.forms import SigningForm
from accounts.models import Role
from accounts.permissions import allowed
from accounts.requests import SignedInRequest
from accounts.signing import authenticate_signer
from audit.events import events_of
from audit.refusals import BadInput, Blocker, add_to_form
from audit.seen import version_after, version_of
from audit.signatures import content_hash
from projects.forms.quotation import LineFormSet, QuotationForm, lines_of, one_more, row_errors, rows_of
from projects.meanings import meaning_words, signed_rows
from projects.models import Project, Quotation
from projects.permissions import RELEASERS, lacking
from projects.quotations import changed_fields, compared_lines
from projects.services import commercial as services
from projects.services.answering import approvers_of
from projects.services.lifecycle import not_active
from projects.services.releasing import open_release_roles, releasing_as

if TYPE_CHECKING:
    from accounts.models import User

State = Quotation.State
HISTORY = 20


def _project(request: SignedInRequest, code: str) -> Project:
    return get_object_or_404(Project.objects.visible_to(request.user).select_related("client"), code=code)


def _quotations(request: SignedInRequest, project: Project) -> list[Quotation]:
    """All revisions, newest first, with their lines."""
    rows = list(Quotation.objects.visible_to(request.user).filter(project=project).select_related("prepared_by").prefetch_related("lines"))
    for row in rows:
        row.project = project
    return rows


def _revision(rows: list[Quotation], revision: int) -> Quotation:
    found = next((row for row in rows if row.revision == revision), None)
    if found is None:
        raise Http404
    return found


@internal_required
@require_http_methods(["GET", "POST"])
def quotation_new(request: SignedInRequest, code: str) -> HttpResponse:
    """Draft the first revision, or the next one from the words and lines of the latest."""
    project = _project(request, code)
    latest = next(iter(_quotations(request, project)), None)
    blockers = [*_quote_locks(request.user, project), *services.draft_blockers(latest)]
    if request.method == "POST":
        form, lines = QuotationForm(request.POST), LineFormSet(request.POST, prefix="lines")
        return _draft(
            request, project, form, lines, lambda **values: services.draft_quotation(code, actor=request.user, **values), latest=latest
        )
    form = QuotationForm(initial=_words_of(latest))
    lines = LineFormSet(prefix="lines", initial=rows_of(latest) if latest else [])
    return _render_form(request, project, form, lines, latest=latest, blockers=blockers)


@internal_required
@require_http_methods(["GET", "POST"])
def quotation_edit(request: SignedInRequest, code: str, revision: int) -> HttpResponse:
    """Change a draft; anything later is never edited."""
    project = _project(request, code)
    quotation = _revision(_quotations(request, project), revision)
    if request.method == "POST":
        form, lines = QuotationForm(request.POST), LineFormSet(request.POST, prefix="lines")
        return _draft(
            request,
            project,
            form,
            lines,
            lambda **values: services.change_quotation(code, revision, actor=request.user, **values),
            quotation=quotation,
        )
    form, lines = QuotationForm(instance=quotation), LineFormSet(prefix="lines", initial=rows_of(quotation))
    blockers = [*_quote_locks(request.user, project), *_wrong_state(quotation, State.DRAFT)]
    return _render_form(request, project, form, lines, quotation=quotation, blockers=blockers)


def _words_of(latest: Quotation | None) -> dict[str, Any]:
    return {name: getattr(latest, name) for name in QuotationForm.Meta.fields} if latest else {}


def _quote_locks(user: User, project: Project) -> list[Blocker]:
    return [*lacking("projects.quote", user, project, _t("Quotations are made by business development.")), *not_active(project)]


def _wrong_state(quotation: Quotation, wanted: str) -> list[Blocker]:
    if quotation.state == wanted:
        return []
    words = _t("%(label)s is %(state)s.") % {"label": quotation.label, "state": quotation.get_state_display().lower()}
    return [Blocker(key="quotation.state", words=words)]


def _draft(
    request: SignedInRequest, project: Project, form: QuotationForm, lines: BaseFormSet, save: Callable[..., Quotation], **shown: Any
) -> HttpResponse:
    """Save words and lines together; one more row on request; nothing typed is lost."""
    version = request.POST.get("version", "")
    if "add_line" in request.POST:
        return _render_form(request, project, _unjudged(form, request), one_more(request.POST, LineFormSet), version=version, **shown)
    valid_lines = lines.is_valid()
    if form.is_valid() and valid_lines:
        try:
            quotation = save(lines=lines_of(lines), version=version, **form.cleaned_data)
        except BadInput as bad:
            add_to_form(form, bad)
            version = version_after(bad, version)
        else:
            messages.success(request, _t("%(label)s is saved as a draft.") % {"label": quotation.label})
            return redirect("quotation-detail", project.code, quotation.revision)
    return _render_form(request, project, form, lines, status=400, version=version, **shown)


def _unjudged(form: QuotationForm, request: SignedInRequest) -> QuotationForm:
    """The same words without complaints: asking for another row is no saving."""
    return QuotationForm(initial={name: request.POST.get(name, "") for name in form.fields})


def _render_form(
    request: SignedInRequest,
    project: Project,
    form: QuotationForm,
    lines: BaseFormSet,
    *,
    status: int = 200,
    blockers: list[Blocker] | None = None,
    quotation: Quotation | None = None,
    latest: Quotation | None = None,
    version: str = "",
) -> HttpResponse:
    fresh = services.latest_version(latest) if quotation is None else version_of(services.quotation_values(quotation))
    context = {
        "version": version or fresh,
        "project": project,
        "quotation": quotation,
        "latest": latest,
        "form": form,
        "lines": lines,
        "blockers": blockers or [],
        "line_errors": row_errors(lines),
        "action": request.path,
    }
    return render(request, "projects/quotation_form.html", context, status=status)


@internal_required
@require_GET
def quotation_page(request: SignedInRequest, code: str, revision: int) -> HttpResponse:
    return _render(request, _project(request, code), revision)


def _render(request: SignedInRequest, project: Project, revision: int, *, status: int = 200, **bound: Any) -> HttpResponse:
    rows = _quotations(request, project)
    quotation = _revision(rows, revision)
    user = request.user
    open_roles = open_release_roles(quotation) if quotation.state == State.DRAFT else frozenset()
    mine = releasing_as(quotation, user) if open_roles else None
    locks = _quote_locks(user, project)
    context = {
        "project": project,
        "quotation": quotation,
        "revisions": rows,
        "earlier": next((row for row in rows if row.revision < revision), None),
        "is_draft": quotation.state == State.DRAFT,
        "may_make_document": quotation.state not in (State.DRAFT, State.SUPERSEDED) and allowed("projects.quote", user),
        "may_be_sent": quotation.state == State.RELEASED,
        "may_be_renewed": quotation.state in (State.RELEASED, State.SENT, State.DECLINED),
        "edit_blockers": locks,
        "send_blockers": [*locks, *(services.sending_blockers(quotation) if quotation.state == State.RELEASED else [])],
        "approvers": approvers_of(project.client_id) if quotation.state in (State.RELEASED, State.SENT) else [],
        "renew_blockers": [*locks, *services.draft_blockers(rows[0])],
        "release_blockers": [*not_active(project), *_release_blockers(quotation, user)],
        "release_open": [Role(role).label for role in RELEASERS if role in open_roles],
        "release_meaning": meaning_words(f"release_{mine.role}") if mine else "",
        "giver": giver_of(mine),
        "expected_hash": content_hash(quotation),
        "signatures": signed_rows(quotation),
        "events": list(events_of(quotation)[:HISTORY]),
    }
    return render(request, "projects/quotation.html", context | bound, status=status)


def _release_blockers(quotation: Quotation, user: User) -> list[Blocker]:
    words = _t("The price is released by business development and management.")
    return lacking("projects.release_quotation", user, quotation.project, words) or services.release_blockers(quotation, user)


@internal_required
@require_POST
def quotation_release(request: SignedInRequest, code: str, revision: int) -> HttpResponse:
    project = _project(request, code)
    _revision(_quotations(request, project), revision)
    form = SigningForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            authentication = authenticate_signer(request, data["password"], data["code"])
            quotation = services.release_quotation(
                code, revision, actor=request.user, authentication=authentication, expected_hash=data["expected_hash"]
            )
        except BadInput as bad:
            add_to_form(form, bad)
        else:
            done = quotation.state == State.RELEASED
            messages.success(request, _t("Signed; the price is released.") if done else _t("Signed; the other role has been asked."))
            return redirect(quotation)
    return _render(request, project, revision, status=400, signing_form=form)


@internal_required
@require_POST
def quotation_send(request: SignedInRequest, code: str, revision: int) -> HttpResponse:
    project = _project(request, code)
    _revision(_quotations(request, project), revision)
    quotation = services.send_quotation(code, revision, actor=request.user)
    words = _t("%(label)s is sent; %(client)s has been asked for an answer.")
    messages.success(request, words % {"label": quotation.label, "client": project.client.name})
    return redirect(quotation)


@internal_required
@require_GET
def quotation_compare(request: SignedInRequest, code: str, before: int, after: int) -> HttpResponse:
    """What changed from one revision to another."""
    project = _project(request, code)
    rows = _quotations(request, project)
    old, new = _revision(rows, before), _revision(rows, after)
    context = {
        "project": project,
        "revisions": rows,
        "before": old,
        "after": new,
        "fields": changed_fields(old, new),
        "lines": compared_lines(old, new),
        "difference": new.total - old.total if old.currency == new.currency else None,
    }
    return render(request, "projects/quotation_compare.html", context)
