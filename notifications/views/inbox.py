"""The inbox: what asks for something first, then the unread; opening a line marks it read and leads to where to act."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts.decorators import signed_in
from accounts.languages import language_of, speaking_to
from accounts.requests import SignedInRequest
from notifications.models import Notification
from notifications.reading import items_of
from notifications.services.inbox import mark_all_read, mark_read

PAGE = 50
IN_ORDER = ("-asks", "-is_unread", "-event_id")


@signed_in
def inbox(request: SignedInRequest) -> HttpResponse:
    unread = ExpressionWrapper(Q(read_at=None), output_field=BooleanField())
    asks = ExpressionWrapper(Q(read_at=None, asked=True), output_field=BooleanField())
    own = Notification.objects.filter(user=request.user).annotate(is_unread=unread, asks=asks).order_by(*IN_ORDER)
    page = Paginator(own.values_list("pk", flat=True), PAGE).get_page(request.GET.get("page"))
    # What may still be read is asked of the named lines of one page: of thousands, the database would read the whole record for it.
    rows = Notification.objects.visible_to(request.user).filter(pk__in=list(page)).select_related("event")
    rows = rows.annotate(is_unread=unread, asks=asks)
    with speaking_to(request.user):
        items = items_of(rows.order_by(*IN_ORDER), request.user)
    context = {"page": page, "items": items, "has_unread": any(item.unread for item in items), "spoken": language_of(request.user)}
    return render(request, "notifications/inbox.html", context)


@signed_in
@require_GET
def open_notification(request: SignedInRequest, pk: int) -> HttpResponse:
    """Go where it leads; who has followed it has read it."""
    notification = get_object_or_404(Notification.objects.visible_to(request.user).select_related("event"), pk=pk)
    mark_read(notification.pk, actor=request.user)
    (item,) = items_of([notification], request.user)
    return redirect(item.link or "inbox")


@signed_in
@require_POST
def read(request: SignedInRequest, pk: int) -> HttpResponse:
    mark_read(get_object_or_404(Notification.objects.visible_to(request.user), pk=pk).pk, actor=request.user)
    return redirect("inbox")


@signed_in
@require_POST
def read_all(request: SignedInRequest) -> HttpResponse:
    count = mark_all_read(actor=request.user)
    words = ngettext("%(count)d message marked as read.", "%(count)d messages marked as read.", count) % {"count": count}
    messages.success(request, words if count else _t("There was nothing unread."))
    return redirect("inbox")
