"""Calendar feeds: opened and revoked on the page of one's choices, read by calendars without a sign-in."""

from __future__ import annotations

from contextlib import nullcontext

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.decorators import signed_in
from accounts.requests import SignedInRequest
from audit.client_role import client_rows
from notifications.addresses import absolute
from notifications.forms import FeedForm
from notifications.ics import MEDIA_TYPE, calendar_of
from notifications.models import CalendarFeed
from notifications.secrets import digest
from notifications.services.feeds import create_feed, note_use, revoke_feed
from notifications.views.settings import show_settings


@signed_in
@never_cache
@require_POST
def feed_new(request: SignedInRequest) -> HttpResponse:
    """Answers with the address on the page itself and not after a redirect: it is shown this once and kept nowhere."""
    form = FeedForm(request.POST, user=request.user)
    if not form.is_valid():
        return show_settings(request, status=400, feed_form=form)
    project = form.cleaned_data["project"]
    feed, address = create_feed(actor=request.user, code=project.code if project else "")
    return show_settings(request, made=feed, address=absolute(reverse("calendar-feed", args=[address])))


@signed_in
@require_POST
def feed_revoke(request: SignedInRequest, pk: int) -> HttpResponse:
    revoke_feed(get_object_or_404(CalendarFeed.objects.visible_to(request.user), pk=pk).pk, actor=request.user)
    messages.success(request, _t("The calendar feed was revoked; its address answers no more."))
    return redirect("notification-settings")


@require_safe
def calendar(request: HttpRequest, address: str) -> HttpResponse:
    """The address is the key: unknown, revoked, and of a closed account all answer the same."""
    feed = CalendarFeed.objects.usable().select_related("user", "project").filter(digest=digest(address)).first()
    if feed is None:
        raise Http404
    note_use(feed)
    headers = {"Cache-Control": "private", "Content-Disposition": 'inline; filename="cdmo-tracker.ics"', "Referrer-Policy": "no-referrer"}
    client_id = feed.user.client_id
    with client_rows(client_id) if client_id else nullcontext():
        body = calendar_of(feed)
    return HttpResponse(body, content_type=MEDIA_TYPE, headers=headers)
