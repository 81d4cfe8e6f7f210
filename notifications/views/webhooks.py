"""Webhooks: the list, one with its log of deliveries, and what may be done with it."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.decorators import signed_in
from accounts.permissions import require_permission
from accounts.requests import SignedInRequest
from audit.refusals import BadInput, add_to_form
from notifications.forms import WebhookForm
from notifications.models import Webhook, WebhookDelivery
from notifications.services import webhooks as services

PAGE = 50


@signed_in
def webhook_list(request: SignedInRequest) -> HttpResponse:
    require_permission("notifications.manage_webhooks", request.user)
    return _list(request, WebhookForm(user=request.user))


def _list(request: SignedInRequest, form: WebhookForm) -> HttpResponse:
    rows = Webhook.objects.visible_to(request.user).select_related("client", "created_by")
    return render(request, "notifications/webhooks.html", {"webhooks": rows, "form": form}, status=400 if form.errors else 200)


@signed_in
@never_cache
@require_POST
def webhook_new(request: SignedInRequest) -> HttpResponse:
    """Answers with the secret on the page itself and not after a redirect: it is shown this once."""
    require_permission("notifications.manage_webhooks", request.user)
    form = WebhookForm(request.POST, user=request.user)
    if not form.is_valid():
        return _list(request, form)
    data = form.cleaned_data
    try:
        webhook, secret = services.create_webhook(data["client"].pk, url=data["url"], description=data["description"], actor=request.user)
    except BadInput as bad:
        add_to_form(form, bad)
        return _list(request, form)
    return _detail(request, webhook, secret=secret)


def _webhook(request: SignedInRequest, pk: int) -> Webhook:
    return get_object_or_404(Webhook.objects.visible_to(request.user).select_related("client", "created_by"), pk=pk)


@signed_in
def webhook_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    return _detail(request, _webhook(request, pk))


def _detail(request: SignedInRequest, webhook: Webhook, *, secret: str = "") -> HttpResponse:
    deliveries = WebhookDelivery.objects.filter(webhook=webhook).prefetch_related("event").order_by("-pk")
    overlap = webhook.previous_until if webhook.previous_until and webhook.previous_until > timezone.now() else None
    page = Paginator(deliveries, PAGE).get_page(request.GET.get("page"))
    return render(request, "notifications/webhook.html", {"webhook": webhook, "page": page, "secret": secret, "overlap": overlap})


@signed_in
@never_cache
@require_POST
def webhook_rotate(request: SignedInRequest, pk: int) -> HttpResponse:
    webhook, secret = services.rotate_secret(_webhook(request, pk).pk, actor=request.user)
    return _detail(request, webhook, secret=secret)


@signed_in
@require_POST
def webhook_disable(request: SignedInRequest, pk: int) -> HttpResponse:
    webhook = services.disable_webhook(_webhook(request, pk).pk, actor=request.user)
    messages.success(request, _t("Switched off; what waits is kept."))
    return redirect(webhook)


@signed_in
@require_POST
def webhook_enable(request: SignedInRequest, pk: int) -> HttpResponse:
    webhook = services.enable_webhook(_webhook(request, pk).pk, actor=request.user)
    messages.success(request, _t("Switched on."))
    return redirect(webhook)


@signed_in
@require_POST
def delivery_replay(request: SignedInRequest, pk: int, delivery: int) -> HttpResponse:
    webhook = _webhook(request, pk)
    found = get_object_or_404(WebhookDelivery, pk=delivery, webhook=webhook)
    services.replay_delivery(webhook.pk, found.pk, actor=request.user)
    messages.success(request, _t("It is being sent again."))
    return redirect(webhook)
