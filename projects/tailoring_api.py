"""API routes of tailoring: what does not apply is proposed and withdrawn here; quality assurance approves it with the charter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_writes import Tagged, checked, once
from accounts.requests import ApiRequest
from projects.api import internal_project
from projects.models import Tailoring
from projects.plan_api import hold
from projects.services import tailoring as services

if TYPE_CHECKING:
    from projects.models import Project


class TailoringSerializer(serializers.ModelSerializer[Tailoring]):
    """A criterion or a deliverable that does not apply; in force once the charter that says so is issued."""

    set_by = serializers.CharField(source="set_by.full_name")

    class Meta:
        model = Tailoring
        fields = [
            "id", "kind", "key", "phase", "title", "justification", "with_criterion", "set_by", "set_at", "in_force_at", "approved_with",
        ]  # fmt: skip


class OfferSerializer(serializers.Serializer[Any]):
    """Something that may be taken out, with the deliverables that go with it where nothing else needs them."""

    kind = serializers.ChoiceField(choices=Tailoring.Kind.choices)
    key = serializers.CharField()
    phase = serializers.CharField()
    title = serializers.CharField()
    deliverables = serializers.ListField(child=serializers.CharField())


class TailoringListSerializer(serializers.Serializer[Any]):
    chosen = TailoringSerializer(many=True)
    offers = OfferSerializer(many=True)


class NewTailoringSerializer(serializers.Serializer[Any]):
    """Why it does not apply is what quality assurance signs with the charter."""

    kind = serializers.ChoiceField(choices=Tailoring.Kind.choices)
    key = serializers.SlugField(max_length=64)
    justification = serializers.CharField(max_length=4000)


def tailoring_data(project: Project) -> dict[str, Any]:
    chosen = list(Tailoring.objects.filter(project=project).select_related("set_by"))
    known = {(row.kind, row.key) for row in chosen}
    offers = [offer for offer in services.offers(project) if (offer.kind, offer.key) not in known]
    return dict(TailoringListSerializer({"chosen": chosen, "offers": offers}).data)


class TailoringList(Tagged, APIView):
    """What was chosen and what may be; POST proposes that something does not apply, until the charter is issued."""

    @extend_schema(operation_id="tailoring", responses=TailoringListSerializer)
    def get(self, request: ApiRequest, code: str) -> Response:
        return Response(tailoring_data(internal_project(request, code)))

    @extend_schema(operation_id="tailoring_propose", request=NewTailoringSerializer, responses={201: TailoringSerializer})
    def post(self, request: ApiRequest, code: str) -> Response:
        project = internal_project(request, code)
        values = checked(NewTailoringSerializer, request)

        def representation() -> dict[str, Any]:
            hold(project)
            return tailoring_data(project)

        def propose() -> Response:
            row = services.tailor(code, actor=request.user, **values)
            return Response(TailoringSerializer(row).data, status=status.HTTP_201_CREATED)

        return once(request, propose, representation=representation)


class TailoringDetail(Tagged, APIView):
    """One choice; DELETE withdraws it and what went out with it: it applies after all."""

    @extend_schema(operation_id="tailoring_choice", responses=TailoringSerializer)
    def get(self, request: ApiRequest, code: str, pk: int) -> Response:
        return Response(self._data(internal_project(request, code), pk))

    @extend_schema(operation_id="tailoring_withdraw", responses={204: None})
    def delete(self, request: ApiRequest, code: str, pk: int) -> Response:
        project = internal_project(request, code)
        self._data(project, pk)

        def representation() -> dict[str, Any]:
            hold(project)
            return self._data(project, pk)

        def withdraw() -> Response:
            services.remove_tailoring(code, pk, actor=request.user)
            return Response(status=status.HTTP_204_NO_CONTENT)

        return once(request, withdraw, representation=representation)

    def _data(self, project: Project, pk: int) -> dict[str, Any]:
        rows = Tailoring.objects.filter(project=project).select_related("set_by")
        return dict(TailoringSerializer(get_object_or_404(rows, pk=pk)).data)
