"""API routes of change orders: drafted, released and sent by our side, read and answered by the client they were sent to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_writes import ONLY_KEY, Tagged, checked, once
from accounts.moments import MomentFilter
from accounts.requests import ApiRequest
from accounts.signing import authenticate_signer
from projects.models import (
    ChangeOrder,
    ChangeOrderAddition,
    ChangeOrderEffect,
    ChangeOrderLine,
    ChangeOrderPayment,
    Phase,
    Project,
)
from projects.services import change_orders as services
from projects.services.lifecycle import locked
from projects.services.order_lines import ADDED_KINDS, Draft, NewMilestone, NewPayment
from projects.services.quotation_parts import Line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.db.models import QuerySet

    from accounts.signing import Authentication


ADDED = [(kind.value, kind.label) for kind in ADDED_KINDS]


class ChangeOrderLineSerializer(serializers.ModelSerializer[ChangeOrderLine]):
    class Meta:
        model = ChangeOrderLine
        fields = ["phase", "description", "amount"]


class ChangeOrderEffectSerializer(serializers.ModelSerializer[ChangeOrderEffect]):
    milestone = serializers.CharField(source="milestone.key")

    class Meta:
        model = ChangeOrderEffect
        fields = ["milestone", "days"]


class AdditionSerializer(serializers.ModelSerializer[ChangeOrderAddition]):
    """A milestone that the order adds; `milestone` is its key in the plan once the order is accepted."""

    after = serializers.CharField(source="after.key", default=None, allow_null=True)
    milestone = serializers.CharField(source="milestone.key", default=None, allow_null=True)

    class Meta:
        model = ChangeOrderAddition
        fields = ["title", "phase", "kind", "after", "planned_on", "milestone"]


class NewPaymentSerializer(serializers.ModelSerializer[ChangeOrderPayment]):
    class Meta:
        model = ChangeOrderPayment
        fields = ["title", "source", "amount"]


class ChangeOrderSerializer(serializers.ModelSerializer[ChangeOrder]):
    """One revision of a change order: price lines in its currency, working days by milestone, what it does to scope, plan and payments.

    first_phase and last_phase are empty where the contracted scope stays; dropped: keys of milestones.
    """

    project = serializers.CharField(source="project.code")
    total = serializers.DecimalField(max_digits=18, decimal_places=2)
    lines = ChangeOrderLineSerializer(many=True)
    days = ChangeOrderEffectSerializer(source="effects", many=True)
    phases_added = serializers.ListField(child=serializers.ChoiceField(choices=Phase.choices))
    phases_dropped = serializers.ListField(child=serializers.ChoiceField(choices=Phase.choices))
    added = AdditionSerializer(source="additions", many=True)
    dropped = serializers.SerializerMethodField()
    payments = NewPaymentSerializer(many=True)

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
            "first_phase",
            "last_phase",
            "phases_added",
            "phases_dropped",
            "added",
            "dropped",
            "payments",
            "valid_until",
            "sent_at",
            "answered_at",
            "answer_reason",
            "updated_at",
        ]

    def get_dropped(self, order: ChangeOrder) -> list[str]:
        return [row.milestone.key for row in order.drops.all()]


class DraftLineSerializer(serializers.Serializer[Any]):
    """A priced item; a credit is negative."""

    phase = serializers.ChoiceField(choices=Phase.choices)
    description = serializers.CharField(max_length=300)
    amount = serializers.DecimalField(max_digits=16, decimal_places=2)


class DraftEffectSerializer(serializers.Serializer[Any]):
    milestone = serializers.SlugField(max_length=64)
    days = serializers.IntegerField(help_text="Working days by which the agreed date moves; later is positive.")


class DraftAdditionSerializer(serializers.Serializer[Any]):
    """A milestone to add: the day agreed for it, and the key of what it waits for."""

    title = serializers.CharField(max_length=200)
    phase = serializers.ChoiceField(choices=Phase.choices)
    kind = serializers.ChoiceField(choices=ADDED)
    planned_on = serializers.DateField()
    after = serializers.SlugField(max_length=64, required=False, allow_blank=True, default="")


class DraftPaymentSerializer(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=200)
    source = serializers.CharField(max_length=80, help_text="What makes it due: `gate:G3` or `deliverable:<key>`.")  # type: ignore[assignment]
    amount = serializers.DecimalField(max_digits=16, decimal_places=2)


class DraftSerializer(serializers.Serializer[Any]):
    """A change order as our side writes it: all of it, each time.

    What is wrong with the n-th milestone or payment is named `added-n-phase`, `payments-n-source`.
    """

    title = serializers.CharField(max_length=200)
    reason = serializers.CharField(max_length=8000)
    scope = serializers.CharField(max_length=8000)
    valid_until = serializers.DateField()
    lines = DraftLineSerializer(many=True, required=False, default=list)
    days = DraftEffectSerializer(many=True, required=False, default=list)
    first_phase = serializers.ChoiceField(choices=Phase.choices, required=False, allow_blank=True, default="")
    last_phase = serializers.ChoiceField(choices=Phase.choices, required=False, allow_blank=True, default="")
    added = DraftAdditionSerializer(many=True, required=False, default=list)
    dropped = serializers.ListField(child=serializers.SlugField(max_length=64), required=False, default=list, max_length=200)
    payments = DraftPaymentSerializer(many=True, required=False, default=list)


class NewChangeOrderSerializer(DraftSerializer):
    project = serializers.CharField(max_length=20, help_text="Project code.")


class ChangeOrderFilter(filters.FilterSet):
    updated_since = MomentFilter(field_name="updated_at", lookup_expr="gte")
    project = filters.CharFilter(field_name="project__code", max_length=20)
    state = filters.ChoiceFilter(choices=ChangeOrder.State.choices)


def _rows(request: ApiRequest) -> QuerySet[ChangeOrder]:
    return ChangeOrder.objects.visible_to(request.user).select_related("project").prefetch_related(*services.PARTS, "additions__milestone")


def draft_of(values: Mapping[str, Any]) -> Draft:
    words = {name: values[name] for name in ("title", "reason", "scope", "valid_until", "first_phase", "last_phase", "dropped")}
    return Draft(
        lines=[Line(**line) for line in values["lines"]],
        days={row["milestone"]: row["days"] for row in values["days"]},
        added=[NewMilestone(**row) for row in values["added"]],
        payments=[NewPayment(**row) for row in values["payments"]],
        **words,
    )


def presented(request: ApiRequest, number: str) -> Any:
    """The newest revision as it stands, its project locked as the services lock it."""
    locked(latest(request, number).project.code, request.user)
    return ChangeOrderSerializer(latest(request, number)).data


class ChangeOrderList(generics.ListAPIView[ChangeOrder]):
    """Every revision that the caller may see; POST drafts a change order."""

    serializer_class = ChangeOrderSerializer
    filterset_class = ChangeOrderFilter
    queryset = ChangeOrder.objects.none()
    request: ApiRequest

    def get_queryset(self) -> QuerySet[ChangeOrder]:
        return _rows(self.request)

    @extend_schema(request=NewChangeOrderSerializer, responses={201: ChangeOrderSerializer}, extensions=ONLY_KEY)
    def post(self, request: ApiRequest) -> Response:
        values = checked(NewChangeOrderSerializer, request)
        project = get_object_or_404(Project.objects.visible_to(request.user), code=values["project"])

        def draft() -> Response:
            order = services.draft_change_order(project.code, draft_of(values), actor=request.user)
            return Response(presented(request, order.number), status=status.HTTP_201_CREATED)

        return once(request, draft)


def latest(request: ApiRequest, number: str) -> ChangeOrder:
    """The newest revision that the caller sees. Raises Http404."""
    found = _rows(request).filter(number=number)
    return get_object_or_404(found, revision=found.order_by("-revision").values_list("revision", flat=True).first())


class ChangeOrderDetail(Tagged, APIView):
    """The latest revision of a change order that the caller may see, by its number; PUT (with If-Match) rewrites a draft."""

    @extend_schema(responses=ChangeOrderSerializer)
    def get(self, request: ApiRequest, number: str, **_kwargs: Any) -> Response:
        return Response(ChangeOrderSerializer(latest(request, number)).data)

    @extend_schema(operation_id="change_order_change", request=DraftSerializer, responses=ChangeOrderSerializer)
    def put(self, request: ApiRequest, number: str) -> Response:
        order = latest(request, number)
        values = checked(DraftSerializer, request)

        def change() -> Response:
            services.change_change_order(order.project.code, order.sequence, order.revision, draft_of(values), actor=request.user)
            return Response(presented(request, number))

        return once(request, change, representation=lambda: presented(request, number), must_match=True)


class SigningSerializer(serializers.Serializer[Any]):
    """What only the signer knows (and has), entered for this signature; the hash of what was read may bind it to that."""

    password = serializers.CharField(max_length=200, write_only=True, trim_whitespace=False)
    code = serializers.CharField(required=False, allow_blank=True, default="", max_length=20, write_only=True)
    expected_hash = serializers.CharField(required=False, allow_blank=True, default="", max_length=64, write_only=True)


class DecliningSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=4000, write_only=True)


class ChangeOrderAct(APIView):
    """One act on the newest revision, by the service that the pages call."""

    def run(self, request: ApiRequest, number: str, act: Callable[[ChangeOrder], object], *, made: int = status.HTTP_200_OK) -> Response:
        order = latest(request, number)

        def answer() -> Response:
            act(order)
            return Response(presented(request, number), status=made)

        return once(request, answer, representation=lambda: presented(request, number))


def proof_of(request: ApiRequest) -> tuple[Authentication, str]:
    """Who signs, and the hash of what they read. Asked before the transaction of the act: a wrong password must stay counted."""
    values = checked(SigningSerializer, request)
    return authenticate_signer(request._request, password=values["password"], code=values["code"]), values["expected_hash"]


class ChangeOrderRevision(ChangeOrderAct):
    """Draft the next revision; the one before it is superseded."""

    @extend_schema(operation_id="change_order_revise", request=DraftSerializer, responses={201: ChangeOrderSerializer})
    def post(self, request: ApiRequest, number: str) -> Response:
        latest(request, number)
        values = checked(DraftSerializer, request)

        def revise(order: ChangeOrder) -> object:
            return services.draft_change_order(order.project.code, draft_of(values), actor=request.user, sequence=order.sequence)

        return self.run(request, number, revise, made=status.HTTP_201_CREATED)


class ChangeOrderRelease(ChangeOrderAct):
    """Sign the internal release, in the first of one's roles that has not signed: a person with the session of the pages."""

    @extend_schema(operation_id="change_order_release", request=SigningSerializer, responses=ChangeOrderSerializer)
    def post(self, request: ApiRequest, number: str) -> Response:
        latest(request, number)
        proof, seen = proof_of(request)

        def release(order: ChangeOrder) -> object:
            return services.release_change_order(
                order.project.code, order.sequence, order.revision, actor=request.user, authentication=proof, expected_hash=seen
            )

        return self.run(request, number, release)


class ChangeOrderSending(ChangeOrderAct):
    """Show the released revision to the client and ask for the answer."""

    @extend_schema(operation_id="change_order_send", request=None, responses=ChangeOrderSerializer)
    def post(self, request: ApiRequest, number: str) -> Response:
        def send(order: ChangeOrder) -> object:
            return services.send_change_order(order.project.code, order.sequence, order.revision, actor=request.user)

        return self.run(request, number, send)


class ChangeOrderAcceptance(ChangeOrderAct):
    """Accept by signature: a person with the session of the pages and the password. A token can never sign."""

    @extend_schema(request=SigningSerializer, responses=ChangeOrderSerializer)
    def post(self, request: ApiRequest, number: str) -> Response:
        latest(request, number)
        proof, seen = proof_of(request)

        def accept(order: ChangeOrder) -> object:
            return services.accept_change_order(
                order.project.code,
                order.sequence,
                order.revision,
                actor=request.user,
                authentication=proof,
                expected_hash=seen,
            )

        return self.run(request, number, accept)


class ChangeOrderRefusal(ChangeOrderAct):
    """Decline, with the reason."""

    @extend_schema(request=DecliningSerializer, responses=ChangeOrderSerializer)
    def post(self, request: ApiRequest, number: str) -> Response:
        latest(request, number)
        values = checked(DecliningSerializer, request)

        def decline(order: ChangeOrder) -> object:
            return services.decline_change_order(order.project.code, order.sequence, order.revision, actor=request.user, **values)

        return self.run(request, number, decline)
