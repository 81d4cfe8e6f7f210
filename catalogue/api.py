"""API routes of vessels, for internal callers; to a client they do not exist."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from django_filters import rest_framework as filters
from rest_framework import generics, serializers

from accounts.api_writes import Tagged
from accounts.requests import ApiRequest
from catalogue.models import Vessel

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.views import APIView

    Viewed = APIView
else:
    Viewed = object


class InternalOnly(Viewed):
    """A view that a client's caller finds missing, whatever the address names."""

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not request.user.is_internal:
            raise Http404


class VesselSerializer(serializers.ModelSerializer[Vessel]):
    """A vessel of a site; working volumes in litres, null where it holds none.

    hourly_rate: in rate_currency, from the day of rate_from on; null while none is known.
    """

    site = serializers.CharField(source="site.key")

    class Meta:
        model = Vessel
        fields = [
            "id", "site", "tag", "name", "kind", "material", "volume_min_litres", "volume_max_litres",
            "hourly_rate", "rate_currency", "rate_from", "in_service", "out_of_service_reason",
        ]  # fmt: skip


class VesselFilter(filters.FilterSet):
    site = filters.CharFilter(field_name="site__key", max_length=32)
    kind = filters.ChoiceFilter(choices=Vessel.Kind.choices)
    in_service = filters.BooleanFilter()


class VesselList(InternalOnly, generics.ListAPIView[Vessel]):
    """The vessels of every site, the one entered last first."""

    serializer_class = VesselSerializer
    filterset_class = VesselFilter
    queryset = Vessel.objects.none()
    request: ApiRequest

    def get_queryset(self) -> QuerySet[Vessel]:
        return Vessel.objects.visible_to(self.request.user).select_related("site")


class VesselDetail(Tagged, InternalOnly, generics.RetrieveAPIView[Vessel]):
    serializer_class = VesselSerializer
    queryset = Vessel.objects.none()
    request: ApiRequest

    def get_queryset(self) -> QuerySet[Vessel]:
        return Vessel.objects.visible_to(self.request.user).select_related("site")
