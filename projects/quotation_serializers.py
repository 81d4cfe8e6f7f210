"""What the API says of a quotation and takes for one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.currencies import OFFERED
from audit.signatures import content_hash
from projects.models import (
    Incoterm,
    Phase,
    Quotation,
    QuotationBreak,
    QuotationInput,
    QuotationLine,
    QuotationOutcome,
    QuotationRate,
    RevisionRemark,
    RevisionRequest,
)
from projects.services.quotation_parts import TERMS, amounts_of

Standing = QuotationLine.Standing


class QuotationLineSerializer(serializers.ModelSerializer[QuotationLine]):
    """number: by which options are chosen and remarks are made. chosen: of an option, that the acceptance took it."""

    number = serializers.IntegerField()

    class Meta:
        model = QuotationLine
        fields = ["number", "phase", "standing", "description", "deliverables", "amount", "chosen"]


class OfferedPaymentSerializer(serializers.Serializer[Any]):
    title = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    planned_on = serializers.DateField(allow_null=True, help_text="When it is likely to be due.")
    percent = serializers.DecimalField(max_digits=6, decimal_places=3)
    amount = serializers.DecimalField(max_digits=16, decimal_places=2, help_text="Of the price as it stands; together they are the price.")


class BreakSerializer(serializers.ModelSerializer[QuotationBreak]):
    class Meta:
        model = QuotationBreak
        fields = ["from_kg", "price_per_kg"]
        extra_kwargs = {"from_kg": {"help_text": "From this ordered quantity on."}}


class RateSerializer(serializers.ModelSerializer[QuotationRate]):
    class Meta:
        model = QuotationRate
        fields = ["work", "unit", "rate"]


class InputSerializer(serializers.ModelSerializer[QuotationInput]):
    class Meta:
        model = QuotationInput
        fields = ["words", "due_on"]


class RemarkSerializer(serializers.ModelSerializer[RevisionRemark]):
    """line: its number, null in general. outcome and reply: what became of it, once the answering revision is sent."""

    line = serializers.IntegerField(source="line.number", default=None, allow_null=True)
    outcome = serializers.SerializerMethodField()
    reply = serializers.SerializerMethodField()

    class Meta:
        model = RevisionRemark
        fields = ["id", "line", "words", "outcome", "reply"]

    @extend_schema_field(serializers.ChoiceField(choices=RevisionRemark.Outcome.choices, allow_blank=True))
    def get_outcome(self, remark: RevisionRemark) -> str:
        return remark.outcome if self._is_told(remark) else ""

    def get_reply(self, remark: RevisionRemark) -> str:
        return remark.reply if self._is_told(remark) else ""

    def _is_told(self, remark: RevisionRemark) -> bool:
        answer = remark.request.answered_in
        return answer is not None and (answer.sent_at is not None or bool(self.context.get("ours")))


class RequestSerializer(serializers.ModelSerializer[RevisionRequest]):
    """What the client asked of this revision."""

    asked_by = serializers.CharField(source="asked_by.full_name")
    answered_in = serializers.SerializerMethodField()
    remarks = RemarkSerializer(many=True)

    class Meta:
        model = RevisionRequest
        fields = ["asked_by", "asked_at", "due_on", "withdrawn_at", "answered_in", "remarks"]

    @extend_schema_field(serializers.IntegerField(allow_null=True, help_text="Revision that answers it, once that is sent."))
    def get_answered_in(self, request: RevisionRequest) -> int | None:
        answer = request.answered_in
        return answer.revision if answer is not None and (answer.sent_at or self.context.get("ours")) else None


class QuotationSerializer(serializers.ModelSerializer[Quotation]):
    """One revision. total: what is included, with the options that the acceptance took. content_hash: what an acceptance signs."""

    project = serializers.CharField(source="project.code")
    total = serializers.DecimalField(max_digits=18, decimal_places=2)
    lines = QuotationLineSerializer(many=True)
    payments = serializers.SerializerMethodField()
    breaks = BreakSerializer(many=True)
    rates = RateSerializer(many=True)
    inputs = InputSerializer(many=True)
    requests = RequestSerializer(many=True)
    content_hash = serializers.SerializerMethodField()

    class Meta:
        model = Quotation
        fields = [
            "number", "revision", "project", "state", "currency", "total", "valid_until", "scope", *TERMS,
            "lines", "payments", "breaks", "rates", "inputs", "requests", "content_hash",
            "sent_at", "answered_at", "answer_reason",
        ]  # fmt: skip

    @extend_schema_field(OfferedPaymentSerializer(many=True))
    def get_payments(self, quotation: Quotation) -> list[dict[str, Any]]:
        amounts = amounts_of(quotation, quotation.total)
        rows = [
            {"title": row.title, "source": row.source, "planned_on": row.planned_on, "percent": row.percent, "amount": amount}
            for row, amount in zip(quotation.payments.all(), amounts, strict=True)
        ]
        return [dict(OfferedPaymentSerializer(row).data) for row in rows]

    def get_content_hash(self, quotation: Quotation) -> str:
        return content_hash(quotation)


def _money(**kwargs: Any) -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=16, decimal_places=2, **kwargs)


def _text(most: int) -> serializers.CharField:
    return serializers.CharField(max_length=most, required=False, allow_blank=True, default="")


class LineToDraftSerializer(serializers.Serializer[Any]):
    phase = serializers.ChoiceField(choices=Phase.choices)
    description = serializers.CharField(max_length=300)
    amount = _money(required=False, allow_null=True, default=None, help_text="Of everything but what is excluded.")
    standing = serializers.ChoiceField(choices=Standing.choices, required=False, default=Standing.INCLUDED.value)
    deliverables = _text(500)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["amount"] is None and attrs["standing"] != Standing.EXCLUDED:
            raise serializers.ValidationError({"amount": [self.fields["amount"].error_messages["required"]]})
        return attrs | {"amount": attrs["amount"] or Decimal("0.00")}


class PaymentToDraftSerializer(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=200)
    percent = serializers.DecimalField(max_digits=6, decimal_places=3)
    source = serializers.CharField(  # type: ignore[assignment]
        max_length=80,
        required=False,
        allow_blank=True,
        default="",
        help_text="What makes it due: `quotation:accepted`, `gate:G2`, `milestone:<key of the default plan>`; empty: the title says it.",
    )
    planned_on = serializers.DateField(required=False, allow_null=True, default=None, help_text="When it is likely to be due.")


class ReplySerializer(serializers.Serializer[Any]):
    remark = serializers.IntegerField(help_text="Id of the remark.")
    outcome = serializers.ChoiceField(choices=RevisionRemark.Outcome.choices)
    words = _text(2000)


class QuotationToDraftSerializer(serializers.Serializer[Any]):
    """A revision as our side writes it: all of it, each time. What is wrong with the n-th row is named `payments-n-percent`."""

    currency = serializers.ChoiceField(choices=OFFERED)
    valid_until = serializers.DateField()
    scope = serializers.CharField(max_length=8000)
    assumptions = _text(8000)
    payment_terms = _text(4000)
    lines = LineToDraftSerializer(many=True)
    payments = PaymentToDraftSerializer(many=True, required=False, default=list)
    breaks = BreakSerializer(many=True, required=False, default=list)
    rates = RateSerializer(many=True, required=False, default=list)
    inputs = InputSerializer(many=True, required=False, default=list)
    rise_confirmed = serializers.BooleanField(required=False, default=False)
    incoterm = serializers.ChoiceField(choices=Incoterm.choices, required=False, allow_blank=True, default="")
    delivery_place = _text(200)
    price_adjustment = _text(4000)
    adjustment_band_percent = serializers.DecimalField(max_digits=5, decimal_places=2, required=False, allow_null=True, default=None)
    cancellation = _text(4000)
    reservation_fee = _money(required=False, allow_null=True, default=None)
    intellectual_property = _text(500)
    confidentiality = _text(500)
    liability = _text(500)
    sample_acceptance = _text(4000)
    batch_acceptance = _text(4000)
    replies = ReplySerializer(many=True, required=False, default=list, help_text="What becomes of the client's remarks.")


class AcceptingOfferSerializer(serializers.Serializer[Any]):
    """What only the signer knows (and has), the hash of what was read, and the options that are taken."""

    password = serializers.CharField(max_length=200, write_only=True, trim_whitespace=False)
    code = serializers.CharField(required=False, allow_blank=True, default="", max_length=20, write_only=True)
    expected_hash = serializers.CharField(required=False, allow_blank=True, default="", max_length=64, write_only=True)
    options = serializers.ListField(
        child=serializers.IntegerField(min_value=1),
        required=False,
        default=list,
        max_length=100,
        write_only=True,
        help_text="Numbers of the optional lines that are taken.",
    )


class AskedRemarkSerializer(serializers.Serializer[Any]):
    line = serializers.IntegerField(required=False, allow_null=True, default=None, help_text="Number of the line; null in general.")
    words = serializers.CharField(max_length=4000)


class AskingSerializer(serializers.Serializer[Any]):
    remarks = AskedRemarkSerializer(many=True, allow_empty=False)


class OutcomeSerializer(serializers.ModelSerializer[QuotationOutcome]):
    """How we read the client's answer; the client never reads it. competitor_price: in the quotation's currency."""

    class Meta:
        model = QuotationOutcome
        fields = ["why", "position", "competitor_price", "note", "recorded_at"]
        read_only_fields = ["recorded_at"]
