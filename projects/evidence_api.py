"""API routes of evidence: a record in another validated system, entered for a deliverable, confirmed or rejected by a second person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_writes import ONLY_KEY, checked, once
from accounts.requests import ApiRequest
from projects.api import internal_project
from projects.models import Deliverable, ReferencedEvidence
from projects.plan_api import hold
from projects.serializers import ReasonSerializer
from projects.services import evidence as services

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet


class ReferenceSerializer(serializers.ModelSerializer[ReferencedEvidence]):
    """A record elsewhere: where it is found, and who of us vouched for it."""

    entered_by = serializers.CharField(source="entered_by.full_name")
    confirmed_by = serializers.CharField(source="confirmed_by.full_name", allow_null=True, default=None)

    class Meta:
        model = ReferencedEvidence
        fields = [
            "id", "state", "system", "number", "record_state", "record_date", "note", "file_name", "file_sha256",
            "entered_by", "entered_at", "confirmed_by", "confirmed_at", "rejection_reason",
        ]  # fmt: skip


class NewReferenceSerializer(serializers.ModelSerializer[ReferencedEvidence]):
    """Evidence as it is entered; it counts once a second person confirmed it."""

    class Meta:
        model = ReferencedEvidence
        fields = ["system", "number", "record_state", "record_date", "note"]


class EvidenceView(APIView):
    """What every route of evidence finds first: the deliverable, for somebody of ours who sees it."""

    def references(self, request: ApiRequest, code: str, key: str) -> QuerySet[ReferencedEvidence]:
        internal_project(request, code)
        deliverable = get_object_or_404(Deliverable.objects.visible_to(request.user), project__code=code, key=key)
        rows = ReferencedEvidence.objects.visible_to(request.user).filter(deliverable=deliverable)
        return rows.select_related("entered_by", "confirmed_by")


class EvidenceList(EvidenceView):
    """Everything entered for a deliverable, newest first; POST enters evidence."""

    @extend_schema(operation_id="evidence", responses=ReferenceSerializer(many=True))
    def get(self, request: ApiRequest, code: str, key: str) -> Response:
        return Response(ReferenceSerializer(self.references(request, code, key), many=True).data)

    @extend_schema(operation_id="evidence_enter", request=NewReferenceSerializer, responses={201: ReferenceSerializer}, extensions=ONLY_KEY)
    def post(self, request: ApiRequest, code: str, key: str) -> Response:
        self.references(request, code, key)
        values = checked(NewReferenceSerializer, request)

        def enter() -> Response:
            reference = services.enter_reference(code, key, actor=request.user, **values)
            return Response(ReferenceSerializer(reference).data, status=status.HTTP_201_CREATED)

        return once(request, enter)


class EvidenceAct(EvidenceView):
    """The second person looked into the other system."""

    def run(self, request: ApiRequest, code: str, key: str, pk: int, act: Callable[[], object]) -> Response:
        def present() -> Any:
            hold(internal_project(request, code))
            return ReferenceSerializer(get_object_or_404(self.references(request, code, key), pk=pk)).data

        def answer() -> Response:
            act()
            return Response(present())

        return once(request, answer, representation=present)


class EvidenceConfirmation(EvidenceAct):
    """The record is there and says what was entered: the deliverable is done."""

    @extend_schema(operation_id="evidence_confirm", request=None, responses=ReferenceSerializer)
    def post(self, request: ApiRequest, code: str, key: str, pk: int) -> Response:
        get_object_or_404(self.references(request, code, key), pk=pk)
        return self.run(request, code, key, pk, lambda: services.confirm_reference(code, key, pk, actor=request.user))


class EvidenceRejection(EvidenceAct):
    """What was entered does not match the record."""

    @extend_schema(operation_id="evidence_reject", request=ReasonSerializer, responses=ReferenceSerializer)
    def post(self, request: ApiRequest, code: str, key: str, pk: int) -> Response:
        get_object_or_404(self.references(request, code, key), pk=pk)
        values = checked(ReasonSerializer, request)
        return self.run(request, code, key, pk, lambda: services.reject_reference(code, key, pk, actor=request.user, **values))
