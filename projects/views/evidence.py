"""The page of a deliverable: what makes it done, who answers for it, who sees it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_GET, require_POST

from accounts.decorators import internal_required
from accounts.downloads import stored_file
from accounts.permissions import allowed
from accounts.requests import SignedInRequest
from audit.refusals import Blocker, carried_out
from projects.approvals import standing_of
from projects.attachments import Attachment, take_upload
from projects.forms.evidence import AssignForm, ReferenceForm
from projects.forms.gate import ReasonForm
from projects.forms.loop import LoopForm
from projects.models import Deliverable, ReferencedEvidence, Visibility
from projects.permissions import lacking
from projects.plans import document_offer, documents_of, is_repeated, planned_deliverable
from projects.services import evidence as services
from projects.services.loops import loop_blockers, open_loop, renewable
from projects.services.sharing import set_visibility
from projects.services.tailoring import pending
from projects.shareable import Item, shareable


@dataclass(frozen=True)
class ReferenceRow:
    """One reference of the history, and whether the reader may decide on it now."""

    reference: ReferencedEvidence
    open: bool
    may_confirm: bool
    blockers: Sequence[Blocker] = field(default=())

    @property
    def dialog(self) -> str:
        return f"reject-{self.reference.pk}"


def _deliverable(request: SignedInRequest, code: str, key: str) -> Deliverable:
    rows = Deliverable.objects.visible_to(request.user).select_related("project__client", "department", "owner")
    return get_object_or_404(rows, project__code=code, key=key)


@internal_required
@require_GET
def deliverable_page(request: SignedInRequest, code: str, key: str) -> HttpResponse:
    return _render(request, _deliverable(request, code, key))


def _render(request: SignedInRequest, deliverable: Deliverable, *, status: int = 200, **bound: Any) -> HttpResponse:
    """The page from one context; a refused form comes back in it, its dialog open."""
    user, project = request.user, deliverable.project
    words = _t("Evidence is entered by a department, business development, the project manager or quality assurance.")
    planned = planned_deliverable(deliverable.key)
    may_assign = allowed("projects.plan", user, project) and not deliverable.is_done and not deliverable.not_applicable
    context = {
        "deliverable": deliverable,
        "project": project,
        "state": state_of(deliverable),
        "approving": pending(project) if services.approves_scope(deliverable) else [],
        "references": _references(deliverable, user),
        "enter_blockers": [*lacking("projects.enter_evidence", user, project, words), *services.entry_blockers(deliverable)],
        "reference_form": ReferenceForm(),
        "assign_form": AssignForm(initial={"owner": deliverable.owner_id, "due_on": deliverable.due_on}) if may_assign else None,
        "may_share": allowed("projects.share", user, project),
        "standing": standing_of(Item(shareable("deliverable"), deliverable)),
        "reject_form": ReasonForm(),
        **_rounds(deliverable, user),
        "document_offer": document_offer(deliverable.document_type),
        "documents": documents_of(project.pk, deliverable.document_type),
        "document_query": f"?project={project.code}&type={deliverable.document_type}",
        "may_add_document": is_repeated(deliverable.document_type),
        "rule": planned.rule(getattr(project, "charter", None)) if planned else "",
    }
    return render(request, "projects/deliverable.html", context | bound, status=status)


def _rounds(deliverable: Deliverable, user: Any) -> dict[str, Any]:
    """The rounds that are over, and whether the reader may begin the next."""
    words = _t("A new round is started by a project manager or quality assurance.")
    blockers = [*lacking("projects.open_loop", user, deliverable.project, words), *loop_blockers(deliverable)]
    rounds = deliverable.rounds.select_related("loop__actor", "loop__deliverable", "move__actor", "review__project").order_by("-round")
    return {
        "rounds": list(rounds) if deliverable.round > 1 else [],
        "loop_blockers": blockers,
        "loop_form": None if blockers else LoopForm(renewable=renewable(deliverable)),
    }


def state_of(deliverable: Deliverable) -> str:
    """not applicable, done, overdue or open, as the pages of a deliverable show it."""
    if deliverable.not_applicable:
        return "not_applicable"
    if deliverable.is_done:
        return "done"
    return "overdue" if deliverable.due_on and deliverable.due_on < timezone.localdate() else "open"


def _references(deliverable: Deliverable, user: Any) -> list[ReferenceRow]:
    may_confirm = allowed("projects.confirm_evidence", user, deliverable.project)
    rows = ReferencedEvidence.objects.filter(deliverable=deliverable).select_related("entered_by", "confirmed_by", "confirmed_for")
    for row in rows:
        row.deliverable = deliverable
    return [
        ReferenceRow(
            row,
            row.state == ReferencedEvidence.State.ENTERED,
            may_confirm,
            services.confirmation_blockers(row, user) if may_confirm else (),
        )
        for row in rows
    ]


def _answer(
    request: SignedInRequest,
    deliverable: Deliverable,
    words: str,
    form_name: str,
    form: forms.BaseForm,
    act: Callable[[], object],
    **context: Any,
) -> HttpResponse:
    if carried_out(form, act):
        messages.success(request, words)
        return redirect(deliverable)
    return _render(request, deliverable, status=400, **{form_name: form}, **context)


@internal_required
@require_POST
def deliverable_assign(request: SignedInRequest, code: str, key: str) -> HttpResponse:
    deliverable = _deliverable(request, code, key)
    form = AssignForm(request.POST)
    return _answer(
        request,
        deliverable,
        _t("Owner and due date are saved."),
        "assign_form",
        form,
        lambda: services.assign_deliverable(code, key, actor=request.user, **form.cleaned_data),
    )


@internal_required
@require_POST
def deliverable_loop(request: SignedInRequest, code: str, key: str) -> HttpResponse:
    deliverable = _deliverable(request, code, key)
    form = LoopForm(request.POST, renewable=renewable(deliverable))
    return _answer(
        request,
        deliverable,
        _t("A new round is open; who owes it has been asked."),
        "loop_form",
        form,
        lambda: open_loop(code, key, actor=request.user, **form.cleaned_data),
    )


@internal_required
@require_POST
def reference_enter(request: SignedInRequest, code: str, key: str) -> HttpResponse:
    deliverable = _deliverable(request, code, key)
    form = ReferenceForm(request.POST, request.FILES)

    def enter() -> None:
        values = {name: value for name, value in form.cleaned_data.items() if name != "file"}
        services.enter_reference(code, key, actor=request.user, stored=_stored(form.cleaned_data["file"]), **values)

    return _answer(request, deliverable, _t("The evidence is entered; a second person confirms it."), "reference_form", form, enter)


def _stored(upload: Any) -> Attachment | None:
    return take_upload(upload.file, upload.name) if upload else None


@internal_required
@require_POST
def reference_confirm(request: SignedInRequest, code: str, key: str, pk: int) -> HttpResponse:
    deliverable = _deliverable(request, code, key)
    _reference(request, deliverable, pk)
    services.confirm_reference(code, key, pk, actor=request.user)
    messages.success(request, _t("Confirmed. The deliverable is done."))
    return redirect(deliverable)


@internal_required
@require_POST
def reference_reject(request: SignedInRequest, code: str, key: str, pk: int) -> HttpResponse:
    deliverable = _deliverable(request, code, key)
    _reference(request, deliverable, pk)
    form = ReasonForm(request.POST)
    return _answer(
        request,
        deliverable,
        _t("Rejected; the person who entered it reads why."),
        "rejecting_form",
        form,
        lambda: services.reject_reference(code, key, pk, actor=request.user, **form.cleaned_data),
        rejecting=pk,
    )


def _reference(request: SignedInRequest, deliverable: Deliverable, pk: int) -> ReferencedEvidence:
    return get_object_or_404(ReferencedEvidence.objects.visible_to(request.user), deliverable=deliverable, pk=pk)


@internal_required
@require_GET
def reference_file(request: SignedInRequest, code: str, key: str, pk: int) -> HttpResponseBase:
    reference = _reference(request, _deliverable(request, code, key), pk)
    if not reference.file_sha256:
        raise Http404
    return stored_file(reference.file_sha256, name=reference.file_name, media_type=reference.file_media_type, inline=True)


@internal_required
@require_POST
def deliverable_share(request: SignedInRequest, code: str, key: str) -> HttpResponse:
    return _set_visibility(request, code, key, Visibility.SHARED, _t("The client sees it now."))


@internal_required
@require_POST
def deliverable_unshare(request: SignedInRequest, code: str, key: str) -> HttpResponse:
    return _set_visibility(request, code, key, Visibility.INTERNAL, _t("The client does not see it any more."))


def _set_visibility(request: SignedInRequest, code: str, key: str, visibility: Visibility, words: str) -> HttpResponse:
    deliverable = _deliverable(request, code, key)
    set_visibility(code, "deliverable", key, visibility=visibility, actor=request.user)
    messages.success(request, words)
    return redirect(deliverable)
