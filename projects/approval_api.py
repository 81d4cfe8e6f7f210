"""API routes of approvals: what a client is asked to approve, and its signed answer by the service that the portal calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_writes import Tagged, checked, once
from accounts.requests import ApiRequest
from accounts.signing import authenticate_signer
from projects.approvals import ApprovalState, standing_of
from projects.change_order_api import SigningSerializer
from projects.models import ApprovalAnswer, ApprovalRequest
from projects.services.approvals import answer_approval, locked_request
from projects.shareable import Item, hash_of

if TYPE_CHECKING:
    from django.db.models import QuerySet

Kind = ApprovalAnswer.Kind


class AnswerSerializer(serializers.ModelSerializer[ApprovalAnswer]):
    class Meta:
        model = ApprovalAnswer
        fields = ["kind", "words", "content_hash", "answered_at"]


class ApprovalSerializer(serializers.ModelSerializer[ApprovalRequest]):
    """A question to the client: which item, in which round, with which words, until when; and its answer (null: none yet)."""

    project = serializers.CharField(source="project.code", default=None, allow_null=True)
    answer = AnswerSerializer(source="given", allow_null=True)

    class Meta:
        model = ApprovalRequest
        fields = ["id", "project", "kind", "key", "title", "round", "words", "due_on", "asked_at", "content_hash", "answer"]


class FactSerializer(serializers.Serializer[Any]):
    words = serializers.CharField()
    value = serializers.CharField()


class ApprovalDetailSerializer(serializers.Serializer[Any]):
    """With what the client reads of the item now, the hash that an answer is given over, and where the approval of the item stands."""

    approval = ApprovalSerializer()
    state = serializers.ChoiceField(choices=ApprovalState.choices)
    facts = FactSerializer(many=True)
    hash = serializers.CharField()


class AcceptingSerializer(SigningSerializer):
    comment = serializers.CharField(required=False, allow_blank=True, default="", max_length=4000, write_only=True)


class RejectingSerializer(SigningSerializer):
    reason = serializers.CharField(max_length=4000, write_only=True)


class ApprovalFilter(filters.FilterSet):
    project = filters.CharFilter(field_name="project__code", max_length=20)
    open = filters.BooleanFilter(field_name="answer", lookup_expr="isnull")


def _rows(request: ApiRequest) -> QuerySet[ApprovalRequest]:
    return ApprovalRequest.objects.visible_to(request.user).select_related("project", "answer")


class ApprovalList(generics.ListAPIView[ApprovalRequest]):
    """What a client was asked to approve, newest first; `open=true` leaves what waits for an answer."""

    serializer_class = ApprovalSerializer
    filterset_class = ApprovalFilter
    queryset = ApprovalRequest.objects.none()
    request: ApiRequest

    def get_queryset(self) -> QuerySet[ApprovalRequest]:
        return _rows(self.request)


def approval_data(request: ApiRequest, pk: int) -> dict[str, Any]:
    """Raises Http404 where the caller sees no such question, or no longer the item."""
    asked = get_object_or_404(_rows(request), pk=pk)
    shareable = asked.shareable
    seen = shareable.model.objects.visible_to(request.user)
    item = Item(shareable, get_object_or_404(seen.select_related("project"), pk=asked.item_id))
    target, standing = shareable.targets([item.row]).get(item.row.pk), standing_of(item)
    found = {"approval": asked, "facts": shareable.facts(item.row, target), "hash": hash_of(target), "state": standing and standing.state}
    return dict(ApprovalDetailSerializer(found).data)


class ApprovalDetail(Tagged, APIView):
    """One question with the thing itself."""

    @extend_schema(operation_id="approval", responses=ApprovalDetailSerializer)
    def get(self, request: ApiRequest, pk: int) -> Response:
        return Response(approval_data(request, pk))


class ApprovalAct(APIView):
    """An answer by signature: a person with the session of the pages and the password. A token can never sign."""

    def answer(self, request: ApiRequest, pk: int, kind: str, shape: type[SigningSerializer], words: str) -> Response:
        get_object_or_404(_rows(request), pk=pk)
        values = checked(shape, request)
        # Before the transaction of the act: a wrong password must stay counted.
        proof = authenticate_signer(request._request, password=values["password"], code=values["code"])

        def representation() -> dict[str, Any]:
            locked_request(pk, request.user)
            return approval_data(request, pk)

        def run() -> Response:
            answer_approval(
                pk,
                kind=kind,
                actor=request.user,
                authentication=proof,
                words=values[words],
                expected_hash=values["expected_hash"],
            )
            return Response(approval_data(request, pk))

        return once(request, run, representation=representation)


class ApprovalAcceptance(ApprovalAct):
    """Approve, perhaps with a comment."""

    @extend_schema(operation_id="approval_accept", request=AcceptingSerializer, responses=ApprovalDetailSerializer)
    def post(self, request: ApiRequest, pk: int) -> Response:
        return self.answer(request, pk, Kind.ACCEPTED, AcceptingSerializer, "comment")


class ApprovalRefusal(ApprovalAct):
    """Reject, with the reason."""

    @extend_schema(operation_id="approval_decline", request=RejectingSerializer, responses=ApprovalDetailSerializer)
    def post(self, request: ApiRequest, pk: int) -> Response:
        return self.answer(request, pk, Kind.REJECTED, RejectingSerializer, "reason")
