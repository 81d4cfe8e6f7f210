"""API routes of webhooks: what the pages do, for our people, a client's approvers and its systems."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_writes import ONLY_KEY, Tagged, checked, once
from accounts.models import Client
from accounts.permissions import require_permission
from accounts.requests import ApiRequest
from notifications.models import Webhook, WebhookDelivery
from notifications.services import webhooks as services

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet

SIGNS = "Signs every call (HMAC-SHA256). Shown in the first answer only and stored for nobody to read; a repetition gets null."


class WebhookSerializer(serializers.ModelSerializer[Webhook]):
    """An address that is called with every change that the client may see. `previous_until`: the old secret signs beside the new one."""

    client = serializers.CharField(source="client.code")
    on = serializers.SerializerMethodField()

    class Meta:
        model = Webhook
        fields = ["id", "client", "url", "description", "on", "created_at", "disabled_at", "previous_until"]

    def get_on(self, webhook: Webhook) -> bool:
        return webhook.disabled_at is None


class WebhookSecretSerializer(WebhookSerializer):
    secret = serializers.CharField(allow_null=True, help_text=SIGNS)

    class Meta(WebhookSerializer.Meta):
        fields = [*WebhookSerializer.Meta.fields, "secret"]


class NewWebhookSerializer(serializers.Serializer[Any]):
    client = serializers.CharField(max_length=16, required=False, help_text="Code of the client; its own account may leave it out.")
    url = serializers.CharField(max_length=500)
    description = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")


class DeliverySerializer(serializers.ModelSerializer[WebhookDelivery]):
    """One event for one webhook, as often as it was tried; `event` is its number in the changes feed."""

    event = serializers.IntegerField(source="event_id")
    kind = serializers.CharField(source="event.kind")

    class Meta:
        model = WebhookDelivery
        fields = [
            "id", "event", "kind", "state", "attempts", "created_at", "next_attempt_at", "delivered_at", "response_status", "error",
        ]  # fmt: skip


class DeliveryFilter(filters.FilterSet):
    state = filters.ChoiceFilter(choices=WebhookDelivery.State.choices)


def webhook_of(request: ApiRequest, pk: int, *, lock: bool = False) -> Webhook:
    """Raises Http404 where the caller keeps no such webhook."""
    rows = Webhook.objects.visible_to(request.user).select_related("client")
    return get_object_or_404(rows.select_for_update(of=("self",)) if lock else rows, pk=pk)


def with_secret(webhook: Webhook, secret: str) -> dict[str, Any]:
    return {**WebhookSerializer(webhook).data, "secret": secret}


class WebhookList(APIView):
    """Every webhook that the caller keeps; POST enters one."""

    @extend_schema(operation_id="webhooks", responses=WebhookSerializer(many=True))
    def get(self, request: ApiRequest) -> Response:
        require_permission("notifications.manage_webhooks", request.user)
        return Response(WebhookSerializer(Webhook.objects.visible_to(request.user).select_related("client"), many=True).data)

    @extend_schema(
        operation_id="webhook_create", request=NewWebhookSerializer, responses={201: WebhookSecretSerializer}, extensions=ONLY_KEY
    )
    def post(self, request: ApiRequest) -> Response:
        require_permission("notifications.manage_webhooks", request.user)
        values = checked(NewWebhookSerializer, request)
        client = self._client(request, values.pop("client", ""))
        services.check_address(values["url"])  # looks the name up, which no transaction must wait for

        def enter() -> Response:
            made = services.enter_webhook(client.pk, actor=request.user, **values)
            return Response(with_secret(*made), status=status.HTTP_201_CREATED)

        return once(request, enter, shown_once="secret")

    def _client(self, request: ApiRequest, code: str) -> Client:
        own = Client.objects.visible_to(request.user)
        return get_object_or_404(own, code=code) if code or request.user.is_internal else get_object_or_404(own)


class WebhookDetail(Tagged, APIView):
    @extend_schema(operation_id="webhook", responses=WebhookSerializer)
    def get(self, request: ApiRequest, pk: int) -> Response:
        return Response(WebhookSerializer(webhook_of(request, pk)).data)


class WebhookAct(APIView):
    """One act on a webhook, by the service that its page calls."""

    def run(self, request: ApiRequest, pk: int, act: Callable[[], dict[str, Any] | None], *, shown_once: str = "") -> Response:
        webhook_of(request, pk)

        def present() -> dict[str, Any]:
            return dict(WebhookSerializer(webhook_of(request, pk, lock=True)).data)

        def answer() -> Response:
            return Response(act() or present())

        return once(request, answer, representation=present, shown_once=shown_once)


class WebhookRotation(WebhookAct):
    """A new secret; for a day the old one signs beside it."""

    @extend_schema(operation_id="webhook_rotate", request=None, responses=WebhookSecretSerializer)
    def post(self, request: ApiRequest, pk: int) -> Response:
        return self.run(request, pk, lambda: with_secret(*services.rotate_secret(pk, actor=request.user)), shown_once="secret")


class WebhookDisabling(WebhookAct):
    """Switch it off; what waits is kept."""

    @extend_schema(operation_id="webhook_disable", request=None, responses=WebhookSerializer)
    def post(self, request: ApiRequest, pk: int) -> Response:
        return self.run(request, pk, lambda: dict(WebhookSerializer(services.disable_webhook(pk, actor=request.user)).data))


class WebhookEnabling(WebhookAct):
    """Switch it on; what waited is delivered now."""

    @extend_schema(operation_id="webhook_enable", request=None, responses=WebhookSerializer)
    def post(self, request: ApiRequest, pk: int) -> Response:
        return self.run(request, pk, lambda: dict(WebhookSerializer(services.enable_webhook(pk, actor=request.user)).data))


class DeliveryList(generics.ListAPIView[WebhookDelivery]):
    """The log of a webhook's deliveries, newest first."""

    serializer_class = DeliverySerializer
    filterset_class = DeliveryFilter
    queryset = WebhookDelivery.objects.none()
    request: ApiRequest

    def get_queryset(self) -> QuerySet[WebhookDelivery]:
        webhook = webhook_of(self.request, self.kwargs["pk"])
        return WebhookDelivery.objects.filter(webhook=webhook).prefetch_related("event")


class DeliveryReplay(APIView):
    """Send an event again, with the body and the number that it had."""

    @extend_schema(operation_id="webhook_replay", request=None, responses=DeliverySerializer)
    def post(self, request: ApiRequest, pk: int, delivery: int) -> Response:
        webhook_of(request, pk)
        get_object_or_404(WebhookDelivery, webhook_id=pk, pk=delivery)

        def present() -> Any:
            rows = WebhookDelivery.objects.select_for_update(of=("self",)).select_related("event")
            return DeliverySerializer(rows.get(webhook_id=pk, pk=delivery)).data

        def replay() -> Response:
            services.replay_delivery(pk, delivery, actor=request.user)
            return Response(present())

        return once(request, replay, representation=present)
