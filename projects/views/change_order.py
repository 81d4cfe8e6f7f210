"""Change orders on our side: list, page, internal release by signature, sending. They are written in `change_order_form`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_GET, require_POST

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
from projects.meanings import meaning_words, signed_rows
from projects.models import ChangeOrder, Project
from projects.permissions import RELEASERS, lacking
from projects.services import change_orders as services
from projects.services.answering import approvers_of
from projects.services.lifecycle import not_active
from projects.services.releasing import given_on, open_release_roles, releasing_as
from projects.views.asked import release_unmanned, say_release_asked
from projects.views.found import visible_project

if TYPE_CHECKING:
    from accounts.models import User

State = ChangeOrder.State
HISTORY = 20


def orders_of(request: SignedInRequest, project: Project) -> list[ChangeOrder]:
    rows = ChangeOrder.objects.visible_to(request.user).filter(project=project).select_related("prepared_by").prefetch_related("lines")
    found = list(rows)
    for row in found:
        row.project = project
    return found


def order_of(request: SignedInRequest, project: Project, sequence: int, revision: int) -> ChangeOrder:
    rows = ChangeOrder.objects.visible_to(request.user).select_related("prepared_by").prefetch_related(*services.PARTS)
    order = get_object_or_404(rows, project=project, sequence=sequence, revision=revision)
    order.project = project
    return order


def order_locks(user: User, project: Project) -> list[Blocker]:
    words = _t("Change orders are made by business development or project management.")
    return [*lacking("projects.order_change", user, project, words), *not_active(project), *services.order_blockers(project)]


@internal_required
@require_GET
def change_order_list(request: SignedInRequest, code: str) -> HttpResponse:
    project = visible_project(request, code)
    rows = orders_of(request, project)
    current = [row for row in rows if row.state != State.SUPERSEDED]
    context = {"project": project, "orders": current, "blockers": order_locks(request.user, project)}
    return render(request, "projects/change_orders.html", context)


@internal_required
@require_GET
def change_order_page(request: SignedInRequest, code: str, sequence: int, revision: int) -> HttpResponse:
    project = visible_project(request, code)
    return _render(request, project, order_of(request, project, sequence, revision))


def _render(request: SignedInRequest, project: Project, order: ChangeOrder, *, status: int = 200, **bound: Any) -> HttpResponse:
    user, draft = request.user, order.state == State.DRAFT
    locks = order_locks(user, project)
    open_roles = open_release_roles(order) if draft else frozenset()
    mine = releasing_as(order, user) if open_roles else None
    words = _t("A change order is released by business development and management.")
    no_release = lacking("projects.release_change_order", user, project, words) or services.release_blockers(order, user)
    context = {
        "project": project,
        "order": order,
        "effects": services.effects_of(order),
        "payments": services.payments_of(order),
        "revisions": [row for row in orders_of(request, project) if row.sequence == order.sequence],
        "is_draft": draft,
        "may_be_sent": order.state == State.RELEASED,
        "may_be_renewed": order.state in (State.RELEASED, State.SENT, State.DECLINED),
        "may_make_document": order.state not in (State.DRAFT, State.SUPERSEDED) and allowed("projects.order_change", user, project),
        "edit_blockers": locks,
        "send_blockers": [*locks, *services.sending_blockers(order)],
        "approvers": approvers_of(project.client_id) if order.state in (State.RELEASED, State.SENT) else [],
        "release_blockers": [*not_active(project), *no_release],
        "unmanned": release_unmanned(order, given_on(order), reader=user) if draft and project.is_kept else None,  # type: ignore[attr-defined]
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
    order = order_of(request, project, sequence, revision)
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
            if order.state == State.RELEASED:
                messages.success(request, _t("Signed; it is released."))
            else:
                say_release_asked(request, order)
            return redirect(order)
    return _render(request, project, order, status=400, signing_form=form)


@internal_required
@require_POST
def change_order_send(request: SignedInRequest, code: str, sequence: int, revision: int) -> HttpResponse:
    project = visible_project(request, code)
    order_of(request, project, sequence, revision)
    order = services.send_change_order(code, sequence, revision, actor=request.user)
    words = _t("%(label)s is sent; %(client)s has been asked for an answer.")
    messages.success(request, words % {"label": order.label, "client": project.client.name})
    return redirect(order)
