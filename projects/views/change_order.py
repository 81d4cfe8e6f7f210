"""Change orders on our side: list, draft, internal release by signature, sending."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.forms import BaseFormSet
from django.http import HttpResponse
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
from audit.signatures import content_hash
from projects.forms.change_order import ChangeOrderForm, DaysForm
from projects.forms.quotation import CreditLineFormSet, lines_of, one_more, row_errors, rows_of
from projects.meanings import meaning_words, signed_rows
from projects.models import SHOWN_TO_CLIENT, ChangeOrder, Milestone, Project
from projects.permissions import RELEASERS, lacking
from projects.services import change_orders as services
from projects.services.lifecycle import not_active
from projects.services.releasing import open_release_roles, releasing_as
from projects.views.found import visible_project

if TYPE_CHECKING:
    from accounts.models import User

State = ChangeOrder.State
HISTORY = 20
Save = Callable[[services.Draft], ChangeOrder]


def _orders(request: SignedInRequest, project: Project) -> list[ChangeOrder]:
    rows = ChangeOrder.objects.visible_to(request.user).filter(project=project).select_related("prepared_by").prefetch_related("lines")
    found = list(rows)
    for row in found:
        row.project = project
    return found


def _order(request: SignedInRequest, project: Project, sequence: int, revision: int) -> ChangeOrder:
    rows = ChangeOrder.objects.visible_to(request.user).select_related("prepared_by").prefetch_related("lines", "effects__milestone")
    order = get_object_or_404(rows, project=project, sequence=sequence, revision=revision)
    order.project = project
    return order


def _locks(user: User, project: Project) -> list[Blocker]:
    words = _t("Change orders are made by business development or project management.")
    return [*lacking("projects.order_change", user, project, words), *not_active(project), *services.order_blockers(project)]


@internal_required
@require_GET
def change_order_list(request: SignedInRequest, code: str) -> HttpResponse:
    project = visible_project(request, code)
    rows = _orders(request, project)
    current = [row for row in rows if row.state != State.SUPERSEDED]
    context = {"project": project, "orders": current, "blockers": _locks(request.user, project)}
    return render(request, "projects/change_orders.html", context)


@internal_required
@require_http_methods(["GET", "POST"])
def change_order_new(request: SignedInRequest, code: str) -> HttpResponse:
    """Draft the next change order; with `of`, the next revision of that one, from its words."""
    project = visible_project(request, code)
    of = request.GET.get("of", "")
    sequence = int(of) if of.isdigit() else None
    latest = next((row for row in _orders(request, project) if row.sequence == sequence), None)
    if request.method == "POST":
        return _save(
            request, project, lambda draft: services.draft_change_order(code, draft, actor=request.user, sequence=sequence), latest=latest
        )
    blockers = [*_locks(request.user, project), *(services.revision_blockers(latest) if latest else [])]
    return _render_form(request, project, *_filled(project, latest), latest=latest, blockers=blockers)


@internal_required
@require_http_methods(["GET", "POST"])
def change_order_edit(request: SignedInRequest, code: str, sequence: int, revision: int) -> HttpResponse:
    project = visible_project(request, code)
    order = _order(request, project, sequence, revision)
    if request.method == "POST":
        return _save(
            request,
            project,
            lambda draft: services.change_change_order(code, sequence, revision, draft, actor=request.user),
            order=order,
        )
    blockers = [*_locks(request.user, project), *services.wrong_state(order, State.DRAFT)]
    return _render_form(request, project, *_filled(project, order), order=order, blockers=blockers)


def _movable(project: Project) -> list[Milestone]:
    rows = Milestone.objects.open().filter(project=project, visibility__in=SHOWN_TO_CLIENT)
    return list(rows.exclude(baseline_on=None).exclude(published_on=None))


def _filled(project: Project, order: ChangeOrder | None) -> tuple[ChangeOrderForm, BaseFormSet, DaysForm]:
    words = {name: getattr(order, name) for name in ChangeOrderForm.Meta.fields} if order else {}
    days = {row.milestone.key: row.days for row in order.effects.select_related("milestone")} if order else {}
    lines = CreditLineFormSet(prefix="lines", initial=rows_of(order) if order else [])
    return ChangeOrderForm(initial=words), lines, DaysForm(milestones=_movable(project), days=days)


def _save(request: SignedInRequest, project: Project, save: Save, **shown: Any) -> HttpResponse:
    """Words, lines and days together; one more row on request; nothing typed is lost."""
    form, lines = ChangeOrderForm(request.POST), CreditLineFormSet(request.POST, prefix="lines")
    days = DaysForm(request.POST, milestones=_movable(project))
    if "add_line" in request.POST:
        form = ChangeOrderForm(initial={name: request.POST.get(name, "") for name in form.fields})
        return _render_form(request, project, form, one_more(request.POST, CreditLineFormSet), days, **shown)
    if all([form.is_valid(), lines.is_valid(), days.is_valid()]):
        try:
            order = save(services.Draft(lines=lines_of(lines), days=days.days, **form.cleaned_data))
        except BadInput as bad:
            add_to_form(form, bad)
        else:
            messages.success(request, _t("%(label)s is saved as a draft.") % {"label": order.label})
            return redirect(order)
    return _render_form(request, project, form, lines, days, status=400, **shown)


def _render_form(
    request: SignedInRequest,
    project: Project,
    form: ChangeOrderForm,
    lines: BaseFormSet,
    days: DaysForm,
    *,
    status: int = 200,
    blockers: list[Blocker] | None = None,
    order: ChangeOrder | None = None,
    latest: ChangeOrder | None = None,
) -> HttpResponse:
    context = {
        "project": project,
        "order": order,
        "latest": latest,
        "form": form,
        "lines": lines,
        "days": days,
        "blockers": blockers or [],
        "line_errors": row_errors(lines),
        "action": request.get_full_path(),
    }
    return render(request, "projects/change_order_form.html", context, status=status)


@internal_required
@require_GET
def change_order_page(request: SignedInRequest, code: str, sequence: int, revision: int) -> HttpResponse:
    project = visible_project(request, code)
    return _render(request, project, _order(request, project, sequence, revision))


def _render(request: SignedInRequest, project: Project, order: ChangeOrder, *, status: int = 200, **bound: Any) -> HttpResponse:
    user, draft = request.user, order.state == State.DRAFT
    open_roles = open_release_roles(order) if draft else frozenset()
    mine = releasing_as(order, user) if open_roles else None
    words = _t("A change order is released by business development and management.")
    no_release = lacking("projects.release_change_order", user, project, words) or services.release_blockers(order, user)
    context = {
        "project": project,
        "order": order,
        "effects": services.effects_of(order),
        "revisions": [row for row in _orders(request, project) if row.sequence == order.sequence],
        "is_draft": draft,
        "may_be_sent": order.state == State.RELEASED,
        "may_be_renewed": order.state in (State.RELEASED, State.SENT, State.DECLINED),
        "may_make_document": order.state not in (State.DRAFT, State.SUPERSEDED) and allowed("projects.order_change", user, project),
        "edit_blockers": _locks(user, project),
        "release_blockers": [*not_active(project), *no_release],
        "release_open": [Role(role).label for role in RELEASERS if role in open_roles],
        "release_meaning": meaning_words(f"release_{mine.role}") if mine else "",
        "giver": giver_of(mine),
        "expected_hash": content_hash(order),
        "signatures": signed_rows(order),
        "events": list(events_of(order)[:HISTORY]),
    }
    return render(request, "projects/change_order.html", context | bound, status=status)


@internal_required
@require_POST
def change_order_release(request: SignedInRequest, code: str, sequence: int, revision: int) -> HttpResponse:
    project = visible_project(request, code)
    order = _order(request, project, sequence, revision)
    form = SigningForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            authentication = authenticate_signer(request, data["password"], data["code"])
            order = services.release_change_order(
                code, sequence, revision, actor=request.user, authentication=authentication, expected_hash=data["expected_hash"]
            )
        except BadInput as bad:
            add_to_form(form, bad)
        else:
            done = order.state == State.RELEASED
            messages.success(request, _t("Signed; it is released.") if done else _t("Signed; the other role has been asked."))
            return redirect(order)
    return _render(request, project, order, status=400, signing_form=form)


@internal_required
@require_POST
def change_order_send(request: SignedInRequest, code: str, sequence: int, revision: int) -> HttpResponse:
    project = visible_project(request, code)
    _order(request, project, sequence, revision)
    order = services.send_change_order(code, sequence, revision, actor=request.user)
    words = _t("%(label)s is sent; %(client)s has been asked for an answer.")
    messages.success(request, words % {"label": order.label, "client": project.client.name})
    return redirect(order)
