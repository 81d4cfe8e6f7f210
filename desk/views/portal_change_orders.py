"""Change orders in the portal: what changes, and the client's answer by signature or with a reason."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_POST

from accounts.decorators import client_required
from accounts.requests import SignedInRequest
from accounts.signing import authenticate_signer
from audit.refusals import BadInput
from desk.portal import order_context, order_for
from projects.models import ChangeOrder
from projects.services.change_orders import accept_change_order, decline_change_order


@client_required
def portal_change_order(request: SignedInRequest, code: str, sequence: int, revision: int) -> HttpResponse:
    return _show(request, order_for(request.user, code, sequence, revision))


def _show(request: SignedInRequest, order: ChangeOrder, errors: dict[str, list[str]] | None = None, *, dialog: str = "") -> HttpResponse:
    context = order_context(request.user, order)
    context |= {"errors": errors or {}, "open_dialog": dialog, "reason": request.POST.get("reason", "")}
    return render(request, "desk/portal_change_order.html", context, status=400 if errors else 200)


@client_required
@require_POST
def portal_change_order_accept(request: SignedInRequest, code: str, sequence: int, revision: int) -> HttpResponse:
    """The approver's password is asked at the moment of accepting; the signature covers exactly the revision shown."""
    order = order_for(request.user, code, sequence, revision)
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
    order = order_for(request.user, code, sequence, revision)
    try:
        decline_change_order(code, sequence, revision, actor=request.user, reason=request.POST.get("reason", ""))
    except BadInput as bad:
        return _show(request, order, bad.errors, dialog="decline")
    messages.success(request, _t("%(label)s is declined; we have your reason.") % {"label": order.label})
    return redirect("portal-change-order", code, sequence, revision)
