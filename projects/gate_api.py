"""API routes of a project's gates: every round with what was decided and why, its meeting, signing and refusing a proposal, taking it
back, asking for a waiver."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_writes import Tagged, checked, once
from accounts.models import Role
from accounts.requests import ApiRequest
from accounts.signing import authenticate_signer
from projects.api import gate_as_data, internal_project
from projects.change_order_api import SigningSerializer
from projects.models import GateCriterion, GateReview, GateSignature
from projects.serializers import ConditionSerializer, GateSerializer, ReasonSerializer, WaiverSerializer
from projects.services.gate import refuse_decision, sign_decision, withdraw_proposal
from projects.services.lifecycle import locked
from projects.services.meeting import call_meeting, write_minutes
from projects.services.waivers import request_waiver

if TYPE_CHECKING:
    from django.db.models import QuerySet


class FrozenCriterionSerializer(serializers.ModelSerializer[GateCriterion]):
    """A criterion as the round pinned it; `met` and the hash are what the proposal froze, null and empty before."""

    class Meta:
        model = GateCriterion
        fields = ["key", "version", "words", "department", "met", "evidence_hash"]


class GateSignatureSerializer(serializers.ModelSerializer[GateSignature]):
    """A signature on a proposal of the round, or the refusal of one; `proposal` counts the proposals of the round."""

    proposal = serializers.IntegerField(source="proposal_number")
    signer = serializers.CharField(source="signer.full_name")
    on_behalf_of = serializers.CharField(source="on_behalf_of.full_name", allow_null=True, default=None)

    class Meta:
        model = GateSignature
        fields = ["proposal", "role", "signer", "on_behalf_of", "refused", "reason", "signed_at"]


class GateRoundSerializer(serializers.ModelSerializer[GateReview]):
    """One round of one gate: its meeting, its proposal, who signed, what was decided, and what the decision carries along."""

    project = serializers.CharField(source="project.code")
    decision = serializers.CharField(source="proposed_decision")
    return_to = serializers.CharField(source="proposed_return_to")
    reason = serializers.CharField(source="proposal_reason")
    cost_effect = serializers.CharField(source="proposed_cost_effect")
    proposed_by = serializers.CharField(source="proposed_by.full_name", allow_null=True, default=None)
    criteria = FrozenCriterionSerializer(many=True)
    signatures = GateSignatureSerializer(source="gate_signatures", many=True)
    conditions = ConditionSerializer(many=True)
    waivers = WaiverSerializer(many=True)

    class Meta:
        model = GateReview
        fields = [
            "project", "gate", "round", "phase", "state", "opened_at", "renew_criteria", "meeting_on", "agenda", "minutes",
            "decision", "return_to", "reason", "cost_effect", "proposed_by", "proposed_at", "decided_at", "evidence_hash", "signers",
            "criteria", "signatures", "conditions", "waivers",
        ]  # fmt: skip


class WithdrawalSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=2000)


class NewWaiverSerializer(serializers.Serializer[Any]):
    """Which criterion of the current gate, and why it can be accepted unmet."""

    criterion = serializers.SlugField(max_length=64)
    justification = serializers.CharField(max_length=8000)


class GateSigningSerializer(SigningSerializer):
    """`comment` is a dissent that does not stop the decision; `expected_hash` is `proposal_hash` of the gate as it was read."""

    role = serializers.ChoiceField(choices=Role.choices)
    comment = serializers.CharField(required=False, allow_blank=True, default="", max_length=4000)


class GateRefusalSerializer(ReasonSerializer):
    role = serializers.ChoiceField(choices=Role.choices)


class MeetingSerializer(serializers.ModelSerializer[GateReview]):
    """When the signers meet, on what, and what was said."""

    project = serializers.CharField(source="project.code")

    class Meta:
        model = GateReview
        fields = ["project", "gate", "round", "meeting_on", "agenda", "minutes"]


class CallingSerializer(serializers.Serializer[Any]):
    meeting_on = serializers.DateField()
    agenda = serializers.CharField(max_length=8000)


class MinutesSerializer(serializers.Serializer[Any]):
    minutes = serializers.CharField(max_length=20000, allow_blank=True)


def rounds(request: ApiRequest, code: str) -> QuerySet[GateReview]:
    internal_project(request, code)
    rows = GateReview.objects.visible_to(request.user).filter(project__code=code).select_related("project", "proposed_by")
    people = ("gate_signatures__signer", "gate_signatures__on_behalf_of", "waivers__requested_by", "waivers__decided_by")
    return rows.prefetch_related("criteria", "conditions__owner", "conditions__review", *people).order_by("-opened_at", "-pk")


class GateHistory(APIView):
    """Every round of every gate of the project, newest first: the open one, and all that were decided."""

    @extend_schema(operation_id="gate_rounds", responses=GateRoundSerializer(many=True))
    def get(self, request: ApiRequest, code: str) -> Response:
        return Response(GateRoundSerializer(rounds(request, code), many=True).data)


class GateRound(Tagged, APIView):
    """One round of one gate."""

    @extend_schema(operation_id="gate_round", responses=GateRoundSerializer)
    def get(self, request: ApiRequest, code: str, gate: str, round: int) -> Response:
        return Response(GateRoundSerializer(get_object_or_404(rounds(request, code), gate=gate, round=round)).data)


class GateAct(APIView):
    """An act on the current gate; with If-Match only while the gate is what the caller read."""

    def present(self, request: ApiRequest, code: str) -> Any:
        locked(code, request.user)
        return GateSerializer(gate_as_data(internal_project(request, code))).data


class GateWithdrawal(GateAct):
    """Take the proposal back before it is decided; every signature of it is spent."""

    @extend_schema(operation_id="gate_withdraw", request=WithdrawalSerializer, responses=GateSerializer)
    def post(self, request: ApiRequest, code: str) -> Response:
        internal_project(request, code)
        values = checked(WithdrawalSerializer, request)

        def withdraw() -> Response:
            withdraw_proposal(code, actor=request.user, **values)
            return Response(self.present(request, code))

        return once(request, withdraw, representation=lambda: self.present(request, code))


class GateSigning(GateAct):
    """Sign the proposal in one role: a person with the session of the pages and the password. The last signature carries it out.

    The answer is the round; after its last signature the project may be in another phase, or over.
    """

    @extend_schema(operation_id="gate_sign", request=GateSigningSerializer, responses=GateRoundSerializer)
    def post(self, request: ApiRequest, code: str) -> Response:
        internal_project(request, code)
        values = checked(GateSigningSerializer, request)
        # Before the transaction of the signing: a wrong password must stay counted.
        proof = authenticate_signer(request._request, password=values.pop("password"), code=values.pop("code"))

        def sign() -> Response:
            review = sign_decision(code, actor=request.user, authentication=proof, **values)
            return Response(GateRoundSerializer(rounds(request, code).get(pk=review.pk)).data)

        return once(request, sign, representation=lambda: self.present(request, code))


class GateRefusal(GateAct):
    """Refuse to sign in one role, with the reason: the review is open again, and every signature of the proposal is spent."""

    @extend_schema(operation_id="gate_refuse", request=GateRefusalSerializer, responses=GateRoundSerializer)
    def post(self, request: ApiRequest, code: str) -> Response:
        internal_project(request, code)
        values = checked(GateRefusalSerializer, request)

        def refuse() -> Response:
            review = refuse_decision(code, actor=request.user, **values)
            return Response(GateRoundSerializer(rounds(request, code).get(pk=review.pk)).data)

        return once(request, refuse, representation=lambda: self.present(request, code))


def meeting_as_data(request: ApiRequest, code: str, *, lock: bool = False, **of_round: Any) -> dict[str, Any]:
    """The meeting of the named round, or of the current one. Raises Http404."""
    internal_project(request, code)
    if lock:
        locked(code, request.user)
    rows = GateReview.objects.visible_to(request.user).filter(project__code=code).select_related("project")
    return dict(MeetingSerializer(get_object_or_404(rows.filter(**of_round) if of_round else rows.current())).data)


class GateMeeting(Tagged, APIView):
    """The meeting on the current gate; PUT (with If-Match) calls it: every signer is asked to prepare."""

    @extend_schema(operation_id="gate_meeting", responses=MeetingSerializer)
    def get(self, request: ApiRequest, code: str) -> Response:
        return Response(meeting_as_data(request, code))

    @extend_schema(operation_id="gate_meeting_call", request=CallingSerializer, responses=MeetingSerializer)
    def put(self, request: ApiRequest, code: str) -> Response:
        meeting_as_data(request, code)
        values = checked(CallingSerializer, request)

        def call() -> Response:
            call_meeting(code, actor=request.user, **values)
            return Response(meeting_as_data(request, code))

        return once(request, call, representation=lambda: meeting_as_data(request, code, lock=True), must_match=True)


class GateMinutes(Tagged, APIView):
    """The meeting of one round; PUT (with If-Match) writes its minutes, until the Gate Minutes of the round are in review."""

    @extend_schema(operation_id="gate_minutes", responses=MeetingSerializer)
    def get(self, request: ApiRequest, code: str, gate: str, round: int) -> Response:
        return Response(meeting_as_data(request, code, gate=gate, round=round))

    @extend_schema(operation_id="gate_minutes_write", request=MinutesSerializer, responses=MeetingSerializer)
    def put(self, request: ApiRequest, code: str, gate: str, round: int) -> Response:
        def present(*, lock: bool = False) -> dict[str, Any]:
            return meeting_as_data(request, code, lock=lock, gate=gate, round=round)

        present()
        values = checked(MinutesSerializer, request)

        def write() -> Response:
            write_minutes(code, gate, round, actor=request.user, **values)
            return Response(present())

        return once(request, write, representation=lambda: present(lock=True), must_match=True)


class WaiverRequest(GateAct):
    """Ask quality assurance to accept an unmet criterion. It decides by a signature, on the page."""

    @extend_schema(operation_id="waiver_request", request=NewWaiverSerializer, responses={201: WaiverSerializer})
    def post(self, request: ApiRequest, code: str) -> Response:
        internal_project(request, code)
        values = checked(NewWaiverSerializer, request)

        def ask() -> Response:
            waiver = request_waiver(code, values["criterion"], actor=request.user, justification=values["justification"])
            return Response(WaiverSerializer(waiver).data, status=status.HTTP_201_CREATED)

        return once(request, ask, representation=lambda: self.present(request, code))
