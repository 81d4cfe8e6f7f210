"""Change orders in the portal: what changes, and the client's answer by signature or with a reason."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_POST

from accounts.decorators import client_required
from accounts.permissions import allowed
from accounts.requests import SignedInRequest
from accounts.signing import authenticate_signer
from audit.refusals import BadInput
from audit.signatures import content_hash, signatures_of
from projects.models import ChangeOrder
from projects.services.change_orders import accept_change_order, answer_blockers, decline_change_order, effects_of


def _visible(request: SignedInRequest, code: str, sequence: int, revision: int) -> ChangeOrder:
    rows = ChangeOrder.objects.visible_to(request.user).select_related("project__client", "project__site", "answered_by")
    return get_object_or_404(rows.prefetch_related("lines"), project__code=code, sequence=sequence, revision=revision)


@client_required
def portal_change_order(request: SignedInRequest, code: str, sequence: int, revision: int) -> HttpResponse:
    return _show(request, _visible(request, code, sequence, revision))


def _show(request: SignedInRequest, order: ChangeOrder, errors: dict[str, list[str]] | None = None, *, dialog: str = "") -> HttpResponse:
    context = {
        "order": order,
        "project": order.project,
        "effects": effects_of(order),
        "hash": content_hash(order),
        "blockers": answer_blockers(order),
        "may_answer": allowed("projects.answer_change_order", request.user, order),
        "signatures": [signature for signature in signatures_of(order) if signature.meaning == "accept_change_order"],
        "errors": errors or {},
        "open_dialog": dialog,
        "reason": request.POST.get("reason", ""),
    }
    return render(request, "desk/portal_change_order.html", context, status=400 if errors else 200)


@client_required
@require_POST
def portal_change_order_accept(request: SignedInRequest, code: str, sequence: int, revision: int) -> HttpResponse:
    """The approver's password is asked at the moment of accepting; the signature covers exactly the revision shown."""
    order = _visible(request, code, sequence, revision)
    shown = request.POST.get("expected_hash", "")
    try:
        authentication = authenticate_signer(request, password=request.POST.get("password", ""), code=request.POST.get("code", ""))
        accept_change_order(code, sequence, revision, actor=request.user, authentication=authentication, expected_hash=shown)
    except BadInput as bad:
        return _show(request, order, bad.errors, dialog="accept")
    messages.success(request, _t("%(label)s is accepted. Thank you.") % {"label": order.label})
    return redirect("portal-change-order", code, sequence, revision)


@client_required
@require_POST
def portal_change_order_decline(request: SignedInRequest, code: str, sequence: int, revision: int) -> HttpResponse:
    order = _visible(request, code, sequence, revision)
    try:
        decline_change_order(code, sequence, revision, actor=request.user, reason=request.POST.get("reason", ""))
    except BadInput as bad:
        return _show(request, order, bad.errors, dialog="decline")
    messages.success(request, _t("%(label)s is declined; we have your reason.") % {"label": order.label})
    return redirect("portal-change-order", code, sequence, revision)
