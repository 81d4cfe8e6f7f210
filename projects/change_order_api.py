"""API routes of change orders. A client reads those that were sent to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_writes import Tagged, once
from accounts.requests import ApiRequest
from accounts.signing import authenticate_signer
from projects.models import ChangeOrder, ChangeOrderEffect, ChangeOrderLine
from projects.services import change_orders as services
from projects.services.lifecycle import locked

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet


class ChangeOrderLineSerializer(serializers.ModelSerializer[ChangeOrderLine]):
    class Meta:
        model = ChangeOrderLine
        fields = ["phase", "description", "amount"]


class ChangeOrderEffectSerializer(serializers.ModelSerializer[ChangeOrderEffect]):
    milestone = serializers.CharField(source="milestone.key")

    class Meta:
        model = ChangeOrderEffect
        fields = ["milestone", "days"]


class ChangeOrderSerializer(serializers.ModelSerializer[ChangeOrder]):
    """One revision of a change order: price lines in its currency, working days by milestone."""

    project = serializers.CharField(source="project.code")
    total = serializers.DecimalField(max_digits=18, decimal_places=2)
    lines = ChangeOrderLineSerializer(many=True)
    days = ChangeOrderEffectSerializer(source="effects", many=True)

    class Meta:
        model = ChangeOrder
        fields = [
            "number",
            "revision",
            "project",
            "state",
            "title",
            "reason",
            "scope",
            "currency",
            "total",
            "lines",
            "days",
            "valid_until",
            "sent_at",
            "answered_at",
            "answer_reason",
            "updated_at",
        ]


class ChangeOrderFilter(filters.FilterSet):
    updated_since = filters.IsoDateTimeFilter(field_name="updated_at", lookup_expr="gte")
    project = filters.CharFilter(field_name="project__code", max_length=20)
    state = filters.ChoiceFilter(choices=ChangeOrder.State.choices)


def _rows(request: ApiRequest) -> QuerySet[ChangeOrder]:
    return ChangeOrder.objects.visible_to(request.user).select_related("project").prefetch_related("lines", "effects__milestone")


class ChangeOrderList(generics.ListAPIView[ChangeOrder]):
    """Every revision that the caller may see."""

    serializer_class = ChangeOrderSerializer
    filterset_class = ChangeOrderFilter
    queryset = ChangeOrder.objects.none()
    request: ApiRequest

    def get_queryset(self) -> QuerySet[ChangeOrder]:
        return _rows(self.request)


def latest(request: ApiRequest, number: str) -> ChangeOrder:
    """The newest revision that the caller sees. Raises Http404."""
    found = _rows(request).filter(number=number)
    return get_object_or_404(found, revision=found.order_by("-revision").values_list("revision", flat=True).first())


class ChangeOrderDetail(Tagged, APIView):
    """The latest revision of a change order that the caller may see, by its number."""

    @extend_schema(responses=ChangeOrderSerializer)
    def get(self, request: ApiRequest, number: str, **_kwargs: Any) -> Response:
        return Response(ChangeOrderSerializer(latest(request, number)).data)


class SigningSerializer(serializers.Serializer[Any]):
    """What only the signer knows (and has), entered for this signature; the hash of what was read may bind it to that."""

    password = serializers.CharField(max_length=200, write_only=True, trim_whitespace=False)
    code = serializers.CharField(required=False, allow_blank=True, default="", max_length=20, write_only=True)
    expected_hash = serializers.CharField(required=False, allow_blank=True, default="", max_length=64, write_only=True)


class DecliningSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=4000, write_only=True)


class ChangeOrderAnswer(APIView):
    """The client's approver answers the revision that was sent, by the service that the portal calls."""

    def run(self, request: ApiRequest, number: str, act: Callable[[ChangeOrder], object]) -> Response:
        order = latest(request, number)

        def present() -> Any:
            locked(order.project.code, request.user)
            return ChangeOrderSerializer(latest(request, number)).data

        def answer() -> Response:
            act(order)
            return Response(present())

        return once(request, answer, representation=present)


class ChangeOrderAcceptance(ChangeOrderAnswer):
    """Accept by signature: a person with the session of the pages and the password. A token can never sign."""

    @extend_schema(request=SigningSerializer, responses=ChangeOrderSerializer)
    def post(self, request: ApiRequest, number: str) -> Response:
        latest(request, number)
        body = SigningSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        values = body.validated_data
        # Before the transaction of the act: a wrong password must stay counted.
        proof = authenticate_signer(request._request, password=values["password"], code=values["code"])

        def accept(order: ChangeOrder) -> object:
            return services.accept_change_order(
                order.project.code,
                order.sequence,
                order.revision,
                actor=request.user,
                authentication=proof,
                expected_hash=values["expected_hash"],
            )

        return self.run(request, number, accept)


class ChangeOrderRefusal(ChangeOrderAnswer):
    """Decline, with the reason."""

    @extend_schema(request=DecliningSerializer, responses=ChangeOrderSerializer)
    def post(self, request: ApiRequest, number: str) -> Response:
        latest(request, number)
        body = DecliningSerializer(data=request.data)
        body.is_valid(raise_exception=True)

        def decline(order: ChangeOrder) -> object:
            return services.decline_change_order(
                order.project.code, order.sequence, order.revision, actor=request.user, **body.validated_data
            )

        return self.run(request, number, decline)
