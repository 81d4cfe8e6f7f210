"""API routes of purchase inquiries, for our people alone. Their tables are written at /worksheets/inquiry-lines, -asks and -answers."""

from __future__ import annotations

from decimal import ROUND_HALF_UP
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_writes import Tagged
from accounts.currencies import CODES, CURRENCIES
from accounts.requests import ApiRequest
from audit.refusals import BadInput
from process.models import PurchaseInquiry
from process.purchasing.awarding import Row, rows_of
from process.purchasing.comparing import Compared, usual_currency
from projects.api import internal_project

WORDS = "Into which the offers are converted; where nothing is said, that of the newest cost scenario, else EUR."
KEYS = "approved, conditional, lapsed, not_qualified, suspended or disqualified."
IN = OpenApiParameter("currency", str, enum=CODES, description=WORDS)


class InquirySerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    reference = serializers.CharField(source="__str__")
    state = serializers.ChoiceField(choices=PurchaseInquiry.State.choices)
    route = serializers.IntegerField(source="route_version.route.number")
    version = serializers.IntegerField(source="route_version.number")
    target_kg = serializers.DecimalField(max_digits=12, decimal_places=3)
    answer_by = serializers.DateField()
    is_late = serializers.BooleanField(help_text="Answers are missing after the day until which they were asked for.")
    sent_at = serializers.DateTimeField(allow_null=True)


class SupplierOfferSerializer(serializers.Serializer[Any]):
    """price_per_kg: as it was offered. bought_kg: whole packs, at least the smallest order, up to a price break where that costs less in
    all; instead_kg, instead_total: then the smaller order. total, per_kg: in the asked currency, by rate.

    has_expired: nobody can order by it any more, so that it is neither best nor fastest. qualification: for the material.
    """

    supplier = serializers.CharField()
    qualification = serializers.CharField(source="qualification.words")
    qualification_key = serializers.CharField(source="qualification.key", help_text=KEYS)
    price_per_kg = serializers.DecimalField(source="answer.price_per_kg", max_digits=16, decimal_places=4, allow_null=True)
    currency = serializers.ChoiceField(source="answer.currency", choices=CURRENCIES, allow_blank=True, default="")
    bought_kg = serializers.DecimalField(max_digits=14, decimal_places=3, allow_null=True)
    total = serializers.DecimalField(max_digits=24, decimal_places=2, allow_null=True)
    per_kg = serializers.DecimalField(max_digits=24, decimal_places=4, allow_null=True, rounding=ROUND_HALF_UP)
    instead_kg = serializers.DecimalField(source="instead.bought_kg", max_digits=14, decimal_places=3, allow_null=True)
    instead_total = serializers.DecimalField(source="instead.total", max_digits=24, decimal_places=2, allow_null=True)
    rate = serializers.DecimalField(
        source="rate.rate", max_digits=24, decimal_places=12, normalize_output=True, allow_null=True, rounding=ROUND_HALF_UP
    )
    rate_on = serializers.DateField(source="rate.on", allow_null=True)
    rate_source = serializers.CharField(source="rate.source", default="")
    lead_time_days = serializers.IntegerField(allow_null=True)
    valid_until = serializers.DateField(source="answer.valid_until", allow_null=True)
    no_offer_because = serializers.CharField(source="answer.no_offer_because", allow_blank=True, default="")
    is_answered = serializers.BooleanField()
    has_expired = serializers.BooleanField()
    is_best = serializers.BooleanField()
    is_fastest = serializers.BooleanField()


class AwardSerializer(serializers.Serializer[Any]):
    """To whom a line goes. price_per_kg: as it was offered when it was awarded. is_cheapest: then, of what could be ordered."""

    supplier = serializers.CharField(source="award.supplier")
    price_per_kg = serializers.DecimalField(source="award.price_per_kg", max_digits=16, decimal_places=4)
    currency = serializers.ChoiceField(source="award.currency", choices=CURRENCIES)
    is_cheapest = serializers.BooleanField(source="award.is_cheapest")
    reason = serializers.CharField(source="award.reason", allow_blank=True)
    awarded_by = serializers.CharField(source="award.awarded_by.full_name")
    awarded_at = serializers.DateTimeField(source="award.awarded_at")
    holds = serializers.BooleanField(help_text="Whether somebody can order by it today.")
    broken_because = serializers.CharField(source="broken", allow_blank=True, help_text="Why it no longer holds; empty while it does.")


class InquiryLineSerializer(serializers.Serializer[Any]):
    material = serializers.CharField(source="line.material.code", help_text="Our code.")
    name = serializers.CharField(source="line")
    quantity_kg = serializers.DecimalField(source="line.quantity_kg", max_digits=12, decimal_places=3)
    offers = SupplierOfferSerializer(many=True)
    award = AwardSerializer(source="awarded", allow_null=True, help_text="None while nobody has decided.")


class InquiryOffersSerializer(InquirySerializer):
    compared_in = serializers.ChoiceField(choices=CURRENCIES)
    lines = InquiryLineSerializer(many=True)


class InquiryList(Tagged, APIView):
    """What suppliers were asked for, the newest first."""

    @extend_schema(operation_id="inquiries", responses=InquirySerializer(many=True))
    def get(self, request: ApiRequest, code: str) -> Response:
        project = internal_project(request, code)
        rows = (
            PurchaseInquiry.objects.visible_to(request.user).filter(project=project).select_related("project__site", "route_version__route")
        )
        return Response(InquirySerializer(rows.order_by("-number"), many=True).data)


class InquiryDetail(Tagged, APIView):
    """One inquiry: each line with what the asked suppliers offered, in one currency."""

    @extend_schema(operation_id="inquiry", parameters=[IN], responses=InquiryOffersSerializer)
    def get(self, request: ApiRequest, code: str, number: int) -> Response:
        project = internal_project(request, code)
        rows = PurchaseInquiry.objects.visible_to(request.user).select_related("project__site", "route_version__route")
        found = get_object_or_404(rows, project=project, number=number)
        currency = request.query_params.get("currency", usual_currency(found))
        if currency not in CODES:
            raise BadInput({"currency": ", ".join(CODES)})
        asked = {row.line.pk: row for row in rows_of(found, currency=currency, on=project.today)}
        lines = [asked.get(line.pk, Row(Compared(line, ()))) for line in found.lines.select_related("material")]
        offered = {"compared_in": currency, "lines": InquiryLineSerializer(lines, many=True).data}
        return Response(InquirySerializer(found).data | offered)
