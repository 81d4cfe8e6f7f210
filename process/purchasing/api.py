"""API routes of purchase inquiries, for our people alone. Their tables are written at /worksheets/inquiry-lines, -asks and -answers."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_writes import Tagged
from accounts.currencies import Currency
from accounts.requests import ApiRequest
from audit.refusals import BadInput
from process.models import PurchaseInquiry
from process.purchasing.comparing import Compared, Offer, compared, usual_currency
from process.purchasing.models import InquiryLine
from projects.api import internal_project

WORDS = "Into which the offers are converted; where nothing is said, that of the newest cost scenario, else EUR."
IN = OpenApiParameter("currency", str, enum=Currency.values, description=WORDS)


class InquirySerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    reference = serializers.CharField(source="__str__")
    state = serializers.ChoiceField(choices=PurchaseInquiry.State.choices)
    route = serializers.IntegerField(source="route_version.route.number")
    version = serializers.IntegerField(source="route_version.number")
    target_kg = serializers.DecimalField(max_digits=12, decimal_places=3)
    answer_by = serializers.DateField()
    sent_at = serializers.DateTimeField(allow_null=True)


class SupplierOfferSerializer(serializers.Serializer[Any]):
    """price_per_kg: as it was offered. bought_kg: whole packs, at least the smallest order. total, per_kg: in the asked currency."""

    supplier = serializers.CharField()
    price_per_kg = serializers.DecimalField(max_digits=16, decimal_places=4, allow_null=True)
    currency = serializers.CharField(allow_blank=True)
    bought_kg = serializers.DecimalField(max_digits=14, decimal_places=3, allow_null=True)
    total = serializers.DecimalField(max_digits=24, decimal_places=2, allow_null=True)
    per_kg = serializers.DecimalField(max_digits=24, decimal_places=4, allow_null=True)
    lead_time_days = serializers.IntegerField(allow_null=True)
    no_offer_because = serializers.CharField(allow_blank=True)
    is_answered = serializers.BooleanField()
    is_best = serializers.BooleanField()


class InquiryLineSerializer(serializers.Serializer[Any]):
    material = serializers.CharField(help_text="Our code.")
    name = serializers.CharField()
    quantity_kg = serializers.DecimalField(max_digits=12, decimal_places=3)
    offers = SupplierOfferSerializer(many=True)


class InquiryOffersSerializer(InquirySerializer):
    compared_in = serializers.CharField()
    lines = InquiryLineSerializer(many=True)


class InquiryList(Tagged, APIView):
    """What suppliers were asked for, the newest first."""

    @extend_schema(operation_id="inquiries", responses=InquirySerializer(many=True))
    def get(self, request: ApiRequest, code: str) -> Response:
        project = internal_project(request, code)
        rows = PurchaseInquiry.objects.visible_to(request.user).filter(project=project).select_related("project", "route_version__route")
        return Response(InquirySerializer(rows.order_by("-number"), many=True).data)


class InquiryDetail(Tagged, APIView):
    """One inquiry: each line with what the asked suppliers offered, in one currency."""

    @extend_schema(operation_id="inquiry", parameters=[IN], responses=InquiryOffersSerializer)
    def get(self, request: ApiRequest, code: str, number: int) -> Response:
        project = internal_project(request, code)
        rows = PurchaseInquiry.objects.visible_to(request.user).select_related("project", "route_version__route")
        found = get_object_or_404(rows, project=project, number=number)
        currency = request.query_params.get("currency", usual_currency(found))
        if currency not in Currency.values:
            raise BadInput({"currency": ", ".join(Currency.values)})
        asked = {row.line.pk: row for row in compared(found, currency=currency, on=timezone.localdate())}
        lines = [_line(line, asked.get(line.pk)) for line in found.lines.select_related("material")]
        data = InquirySerializer(found).data | {"compared_in": currency, "lines": lines}
        return Response(data)


def _line(line: InquiryLine, row: Compared | None) -> dict[str, Any]:
    offers = [_offer(each) for each in row.offers] if row is not None else []
    data = {"material": line.material.code, "name": str(line), "quantity_kg": line.quantity_kg, "offers": offers}
    return dict(InquiryLineSerializer(data).data)


def _offer(offer: Offer) -> dict[str, Any]:
    answer = offer.answer
    return {
        "supplier": str(offer.supplier),
        "price_per_kg": answer.price_per_kg if answer else None,
        "currency": answer.currency if answer else "",
        "bought_kg": offer.bought_kg,
        "total": offer.total,
        "per_kg": None if offer.per_kg is None else round(offer.per_kg, 4),
        "lead_time_days": offer.lead_time_days,
        "no_offer_because": answer.no_offer_because if answer else "",
        "is_answered": answer is not None,
        "is_best": offer.is_best,
    }
