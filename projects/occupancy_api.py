"""API routes of the bookings of vessels, for internal callers; to a client they do not exist."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_writes import ONLY_KEY, Tagged, checked, once
from accounts.requests import ApiRequest
from catalogue.api import InternalOnly
from projects.models import Occupancy, Project
from projects.occupancies import bookings_for, warnings_of
from projects.serializers import ReasonSerializer
from projects.services import occupancy as services

if TYPE_CHECKING:
    from collections.abc import Callable

    from projects.models.occupancy import OccupancyQuerySet

TOLD_TO_WHO_SEES_IT = ("project", "purpose", "label", "belongs_to", "remark")


class OccupancySerializer(serializers.ModelSerializer[Occupancy]):
    """A booking, first and last day included. `belongs_to`: the key of a milestone, or `task:<id>`. `warnings`: what is wrong, in words.

    Of a project that the caller does not see only the vessel, the days and the standing are told; the rest is null and `hidden` true.
    """

    site = serializers.CharField(source="vessel.site.key")
    tag = serializers.CharField(source="vessel.tag")
    project = serializers.CharField(source="project.code", default=None, allow_null=True)
    belongs_to = serializers.CharField(source="belongs_to.key", default=None, allow_null=True)
    hidden = serializers.SerializerMethodField()
    conflicted = serializers.BooleanField(read_only=True)
    warnings = serializers.SerializerMethodField()

    class Meta:
        model = Occupancy
        fields = [
            "id", "site", "vessel", "tag", "first_on", "last_on", "firm", "project", "purpose", "label", "belongs_to", "remark",
            "hidden", "conflicted", "warnings", "updated_at",
        ]  # fmt: skip
        extra_kwargs = {name: {"allow_null": True} for name in ("purpose", "label", "remark")}

    def get_hidden(self, booking: Occupancy) -> bool:
        return not booking.named

    def get_warnings(self, booking: Occupancy) -> list[str]:
        return warnings_of(booking)

    def to_representation(self, instance: Occupancy) -> dict[str, Any]:
        told: dict[str, Any] = super().to_representation(instance)
        return told if instance.named else told | dict.fromkeys(TOLD_TO_WHO_SEES_IT)


class BookingSerializer(serializers.Serializer[Any]):
    """What is booked; `vessel` by its id."""

    vessel = serializers.IntegerField(min_value=1)
    first_on = serializers.DateField()
    last_on = serializers.DateField()
    purpose = serializers.ChoiceField(choices=Occupancy.Purpose.choices)
    label = serializers.CharField(required=False, allow_blank=True, default="", max_length=120)  # type: ignore[assignment]
    belongs_to = serializers.CharField(required=False, allow_blank=True, default="", max_length=64)
    remark = serializers.CharField(required=False, allow_blank=True, default="", max_length=1000)


class NewBookingSerializer(BookingSerializer):
    """`project`: its code, empty for upkeep. `firm`: nobody else can have the vessel firmly on these days."""

    project = serializers.CharField(required=False, allow_blank=True, default="", max_length=20)
    firm = serializers.BooleanField(required=False, default=False)


class BookingMoveSerializer(BookingSerializer):
    reason = serializers.CharField(max_length=2000)


class OccupancyFilter(filters.FilterSet):
    """`since` and `until` bring the bookings with a day between them."""

    site = filters.CharFilter(field_name="vessel__site__key", max_length=32)
    vessel = filters.NumberFilter(field_name="vessel_id")
    project = filters.CharFilter(method="of_project", max_length=20)
    firm = filters.BooleanFilter()
    since = filters.DateFilter(field_name="last_on", lookup_expr="gte")
    until = filters.DateFilter(field_name="first_on", lookup_expr="lte")

    def of_project(self, rows: OccupancyQuerySet, name: str, code: str) -> OccupancyQuerySet:
        """Of one that the caller sees: what is hidden cannot be asked for."""
        return rows.filter(project__in=Project.objects.visible_to(self.request.user).filter(code=code))


class OccupancyList(InternalOnly, generics.ListAPIView[Occupancy]):
    """Every booking of every vessel, the latest made first; POST books."""

    serializer_class = OccupancySerializer
    filterset_class = OccupancyFilter
    queryset = Occupancy.objects.none()
    request: ApiRequest

    def get_queryset(self) -> OccupancyQuerySet:
        return bookings_for(self.request.user)

    @extend_schema(operation_id="vessel_book", request=NewBookingSerializer, responses={201: OccupancySerializer}, extensions=ONLY_KEY)
    def post(self, request: ApiRequest) -> Response:
        values = checked(NewBookingSerializer, request)
        project, firm = values.pop("project"), values.pop("firm")

        def book() -> Response:
            booking = services.book_vessel(services.Booking(**values), project=project, firm=firm, actor=request.user)
            return Response(data_of(request, booking.pk), status=status.HTTP_201_CREATED)

        return once(request, book)


def data_of(request: ApiRequest, pk: int) -> dict[str, Any]:
    """A booking that the caller may read; what is hidden is missing."""
    return dict(OccupancySerializer(get_object_or_404(bookings_for(request.user), pk=pk, named=True)).data)


class OccupancyAct(InternalOnly, APIView):
    """An act on one booking."""

    def run(self, request: ApiRequest, pk: int, act: Callable[[], object], *, must_match: bool = False) -> Response:
        def representation() -> dict[str, Any]:
            services.hold_booking(pk, actor=request.user)
            return data_of(request, pk)

        def answered() -> Response:
            gone = act() is None
            return Response(status=status.HTTP_204_NO_CONTENT) if gone else Response(data_of(request, pk))

        return once(request, answered, representation=representation, must_match=must_match)


class OccupancyDetail(Tagged, OccupancyAct):
    """One booking; PUT (with If-Match) moves or changes it, with a reason."""

    @extend_schema(operation_id="occupancy", responses=OccupancySerializer)
    def get(self, request: ApiRequest, pk: int) -> Response:
        return Response(data_of(request, pk))

    @extend_schema(operation_id="occupancy_move", request=BookingMoveSerializer, responses=OccupancySerializer)
    def put(self, request: ApiRequest, pk: int) -> Response:
        data_of(request, pk)
        values = checked(BookingMoveSerializer, request)
        reason, draft = values.pop("reason"), services.Booking(**values)
        return self.run(request, pk, lambda: services.move_occupancy(pk, draft, reason=reason, actor=request.user), must_match=True)


class OccupancyConfirmation(OccupancyAct):
    """From tentative to firm; refused (409) where the vessel is taken, naming by whom as far as the caller may know."""

    @extend_schema(request=None, responses=OccupancySerializer)
    def post(self, request: ApiRequest, pk: int) -> Response:
        data_of(request, pk)
        return self.run(request, pk, lambda: services.confirm_occupancy(pk, actor=request.user))


class OccupancyRelease(OccupancyAct):
    """The vessel is free again."""

    @extend_schema(request=ReasonSerializer, responses={204: None})
    def post(self, request: ApiRequest, pk: int) -> Response:
        def release() -> None:
            """Looked for only now: the same request again is answered although the booking is gone."""
            data_of(request, pk)
            services.release_occupancy(pk, actor=request.user, **checked(ReasonSerializer, request))

        return self.run(request, pk, release)
