"""API routes of evidence that changed after its decision: what changed since, how it was judged, and judging it."""

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
from projects.models import EvidenceAssessment, GateReview
from projects.plan_api import hold
from projects.services import assessing as services
from projects.services.gate import judge_review

if TYPE_CHECKING:
    from projects.models import Project


class AssessmentSerializer(serializers.ModelSerializer[EvidenceAssessment]):
    """How the changed evidence of one criterion was judged; it stands until the evidence changes again."""

    criterion = serializers.CharField(source="criterion_key")
    actor = serializers.CharField(source="actor.full_name")
    on_behalf_of = serializers.CharField(source="on_behalf_of.full_name", allow_null=True, default=None)

    class Meta:
        model = EvidenceAssessment
        fields = ["criterion", "evidence_hash", "verdict", "reason", "actor", "on_behalf_of", "assessed_at"]


class UnjudgedSerializer(serializers.Serializer[Any]):
    """A criterion whose evidence is no longer what was decided on, with the hash of what it is now."""

    criterion = serializers.CharField()
    evidence_hash = serializers.CharField()


class AssessmentListSerializer(serializers.Serializer[Any]):
    unjudged = UnjudgedSerializer(many=True)
    assessments = AssessmentSerializer(many=True)


class NewAssessmentSerializer(serializers.Serializer[Any]):
    criterion = serializers.SlugField(max_length=64)
    verdict = serializers.ChoiceField(choices=EvidenceAssessment.Verdict.choices)
    reason = serializers.CharField(max_length=4000)


def assessments_of(project: Project, gate: str, number: int) -> dict[str, Any]:
    """Raises Http404 where the project has no such round."""
    rows = GateReview.objects.filter(project=project).select_related("project")
    people = ("assessments__actor", "assessments__on_behalf_of")
    review = get_object_or_404(rows.prefetch_related("criteria", "conditions", "waivers", *people), gate=gate, round=number)
    waiting = services.unassessed(review, judge_review(review)) if services.is_compared(review) else {}
    unjudged = [{"criterion": key, "evidence_hash": now} for key, now in waiting.items()]
    return dict(AssessmentListSerializer({"unjudged": unjudged, "assessments": review.assessments.all()}).data)


class AssessmentList(Tagged, APIView):
    """What of a passed decision's evidence changed and waits to be judged, and how changes were judged; POST judges one."""

    @extend_schema(operation_id="assessments", responses=AssessmentListSerializer)
    def get(self, request: ApiRequest, code: str, gate: str, round: int) -> Response:
        return Response(assessments_of(internal_project(request, code), gate, round))

    @extend_schema(operation_id="evidence_assess", request=NewAssessmentSerializer, responses={201: AssessmentSerializer})
    def post(self, request: ApiRequest, code: str, gate: str, round: int) -> Response:
        project = internal_project(request, code)
        get_object_or_404(GateReview, project=project, gate=gate, round=round)
        values = checked(NewAssessmentSerializer, request)

        def representation() -> dict[str, Any]:
            hold(project)
            return assessments_of(project, gate, round)

        def judge() -> Response:
            row = services.assess_change(code, gate, round, values.pop("criterion"), actor=request.user, **values)
            return Response(AssessmentSerializer(row).data, status=status.HTTP_201_CREATED)

        return once(request, judge, representation=representation)
