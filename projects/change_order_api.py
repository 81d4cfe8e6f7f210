"""API routes of change orders. A client reads those that were sent to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.requests import ApiRequest
from projects.models import ChangeOrder, ChangeOrderEffect, ChangeOrderLine

if TYPE_CHECKING:
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


class ChangeOrderDetail(APIView):
    """The latest revision of a change order that the caller may see, by its number."""

    @extend_schema(responses=ChangeOrderSerializer)
    def get(self, request: ApiRequest, number: str, **_kwargs: Any) -> Response:
        found = _rows(request).filter(number=number)
        latest = found.order_by("-revision").values_list("revision", flat=True).first()
        return Response(ChangeOrderSerializer(get_object_or_404(found, revision=latest)).data)
