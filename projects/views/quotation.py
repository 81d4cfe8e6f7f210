"""Quotations: internal release by signature, sending, how we read the answer, and how two revisions differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_GET, require_POST

from accounts.capacities import giver_of
from accounts.decorators import internal_required
from accounts.forms import SigningForm
from accounts.models import Contact, Role
from accounts.permissions import allowed
from accounts.requests import SignedInRequest
from accounts.signing import authenticate_signer
from audit.events import events_of
from audit.refusals import BadInput, Blocker, add_to_form, carried_out
from audit.signatures import content_hash
from projects.forms.quotation import OutcomeForm
from projects.meanings import meaning_words, signed_rows
from projects.models import Project, Quotation, QuotationOutcome
from projects.offered import asked_of, offer_context
from projects.permissions import RELEASERS, lacking
from projects.price_sources import doubts_about, price_sources
from projects.quotations import changed_fields, compared_lines, compared_parts
from projects.remaining import Remaining, after_losing
from projects.services import commercial as services
from projects.services.answering import approvers_of
from projects.services.lifecycle import not_active
from projects.services.quotation_answers import outcome_blockers, record_outcome
from projects.services.quotation_parts import with_parts
from projects.services.releasing import given_on, open_release_roles, releasing_as
from projects.services.replies import remarks_answered_in
from projects.views.asked import release_unmanned, say_release_asked
from projects.views.found import visible_project
from projects.worksheets import QUOTATION_BREAKS, QUOTATION_INPUTS, QUOTATION_LINES, QUOTATION_PAYMENTS, QUOTATION_RATES
from worksheets.bound import bind_to
from worksheets.showing import Shown

if TYPE_CHECKING:
    from accounts.models import User
    from audit.models import Signature

State = Quotation.State
HISTORY = 20


def quotations_of(request: SignedInRequest, project: Project) -> list[Quotation]:
    """All revisions, newest first, with all that they say."""
    rows = list(
        with_parts(Quotation.objects.visible_to(request.user).filter(project=project).select_related("prepared_by", "default_plan"))
    )
    for row in rows:
        row.project = project
    return rows


def revision_of(rows: list[Quotation], revision: int) -> Quotation:
    found = next((row for row in rows if row.revision == revision), None)
    if found is None:
        raise Http404
    return found


def quote_locks(user: User, project: Project) -> list[Blocker]:
    return [*lacking("projects.quote", user, project, _t("Quotations are made by business development.")), *not_active(project)]


@internal_required
@require_GET
def quotation_page(request: SignedInRequest, code: str, revision: int) -> HttpResponse:
    return _render(request, visible_project(request, code), revision)


def _render(request: SignedInRequest, project: Project, revision: int, *, status: int = 200, **bound: Any) -> HttpResponse:
    rows = quotations_of(request, project)
    quotation = revision_of(rows, revision)
    user = request.user
    is_draft = quotation.state == State.DRAFT
    given = given_on(quotation) if is_draft else []
    open_roles = open_release_roles(quotation, given) if is_draft else frozenset()
    mine = releasing_as(quotation, user, given) if open_roles else None
    locks, is_over = quote_locks(user, project), not outcome_blockers(quotation)
    outcome = QuotationOutcome.objects.filter(quotation=quotation).select_related("recorded_by").first() if is_over else None
    sources = price_sources(quotation)
    for line in quotation.lines.all():
        line.price_source = sources.lines.get(line.pk)
    context = {
        "project": project,
        "quotation": quotation,
        "revisions": rows,
        "earlier": next((row for row in rows if row.revision < revision), None),
        "is_draft": is_draft,
        "may_make_document": quotation.state not in (State.DRAFT, State.SUPERSEDED) and allowed("projects.quote", user),
        "may_be_sent": quotation.state == State.RELEASED,
        "may_be_renewed": quotation.state in (State.RELEASED, State.SENT, State.DECLINED),
        "edit_blockers": locks,
        "send_blockers": [*locks, *(services.sending_blockers(quotation) if quotation.state == State.RELEASED else [])],
        "approvers": approvers_of(project.client_id) if quotation.state in (State.RELEASED, State.SENT) else [],
        "renew_blockers": [*locks, *services.draft_blockers(rows[0])],
        "release_blockers": [*not_active(project), *_release_blockers(quotation, user, given)],
        "unmanned": release_unmanned(quotation, given, reader=user) if is_draft and project.is_kept else None,  # type: ignore[attr-defined]
        "release_open": [Role(role).label for role in RELEASERS if role in open_roles],
        "given_by": [signature.signer_words for signature in given],
        "release_meaning": meaning_words(f"release_{mine.role}") if mine else "",
        "giver": giver_of(mine),
        "expected_hash": content_hash(quotation),
        "sheets": _sheets(request, quotation) if is_draft and not locks else [],
        "signatures": signed_rows(quotation),
        **offer_context(quotation),
        "breaks_source": sources.breaks,
        "doubts": doubts_about(quotation) if quotation.state in (State.DRAFT, State.RELEASED) else [],
        "clause_source": sources.clause if not locks else None,
        "asked": [] if is_draft else asked_of(quotation),
        "is_asked": quotation.is_asked,
        "answered": remarks_answered_in(quotation),
        "outcome": outcome,
        "is_over": is_over,
        "outcome_form": OutcomeForm(instance=outcome),
        "outcome_blockers": quote_locks(user, project),
        "remaining": _after_losing(quotation, outcome) if is_over and quotation.state != State.ACCEPTED else [],
        "events": list(events_of(quotation)[:HISTORY]),
    }
    return render(request, "projects/quotation.html", context | bound, status=status)


def _after_losing(quotation: Quotation, outcome: QuotationOutcome | None) -> list[Remaining]:
    """Nothing yet of one that has expired and that nobody called lost."""
    if outcome is None and quotation.is_expired:
        return []
    contact = Contact.objects.get(rfps__project=quotation.project)
    return after_losing(quotation, outcome, contact)


def _sheets(request: SignedInRequest, quotation: Quotation) -> list[Shown]:
    """What of a draft is written in tables."""
    sheets = {
        "lines": QUOTATION_LINES,
        "payments": QUOTATION_PAYMENTS,
        "breaks": QUOTATION_BREAKS,
        "rates": QUOTATION_RATES,
        "inputs": QUOTATION_INPUTS,
    }
    rows = ((sheet, getattr(quotation, name).all()) for name, sheet in sheets.items())
    return [Shown(bind_to(sheet, quotation, request.user), request, list(found)) for sheet, found in rows]


def _release_blockers(quotation: Quotation, user: User, given: list[Signature]) -> list[Blocker]:
    words = _t("The price is released by business development and management.")
    return lacking("projects.release_quotation", user, quotation.project, words) or services.release_blockers(quotation, user, given)


@internal_required
@require_POST
def quotation_release(request: SignedInRequest, code: str, revision: int) -> HttpResponse:
    project = visible_project(request, code)
    revision_of(quotations_of(request, project), revision)
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
            if quotation.state == State.RELEASED:
                messages.success(request, _t("Signed; the price is released."))
            else:
                say_release_asked(request, quotation)
            return redirect(quotation)
    return _render(request, project, revision, status=400, signing_form=form)


@internal_required
@require_POST
def quotation_outcome(request: SignedInRequest, code: str, revision: int) -> HttpResponse:
    """How we read the client's answer: what decided it, where our price stood."""
    project = visible_project(request, code)
    revision_of(quotations_of(request, project), revision)
    form = OutcomeForm(request.POST)
    if carried_out(form, lambda: record_outcome(code, revision, actor=request.user, **form.cleaned_data)):
        messages.success(request, _t("Recorded."))
        return redirect("quotation-detail", code, revision)
    return _render(request, project, revision, status=400, outcome_form=form)


@internal_required
@require_POST
def quotation_send(request: SignedInRequest, code: str, revision: int) -> HttpResponse:
    project = visible_project(request, code)
    revision_of(quotations_of(request, project), revision)
    quotation = services.send_quotation(code, revision, actor=request.user)
    words = _t("%(label)s is sent; %(client)s has been asked for an answer.")
    messages.success(request, words % {"label": quotation.label, "client": project.client.name})
    return redirect(quotation)


@internal_required
@require_GET
def quotation_compare(request: SignedInRequest, code: str, before: int, after: int) -> HttpResponse:
    """What changed from one revision to another."""
    project = visible_project(request, code)
    rows = quotations_of(request, project)
    old, new = revision_of(rows, before), revision_of(rows, after)
    context = {
        "project": project,
        "revisions": rows,
        "before": old,
        "after": new,
        "fields": changed_fields(old, new),
        "lines": compared_lines(old, new),
        "parts": compared_parts(old, new),
        "asked": remarks_answered_in(new),
        "difference": new.total - old.total if old.currency == new.currency else None,
    }
    return render(request, "projects/quotation_compare.html", context)
