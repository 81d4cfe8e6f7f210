"""API routes of projects, milestones, deliverables and gates. Each fetches through `visible_to` and calls one service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, status
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_rows import Rows, newest
from accounts.api_writes import Tagged, checked, once
from accounts.moments import MomentFilter
from accounts.requests import ApiRequest
from audit.signatures import content_hash
from projects import gates
from projects.agreements import quality_wanted, running_out
from projects.milestone_rows import chosen, chosen_of_client, milestone_rows, shape_of
from projects.milestone_state import MilestoneState
from projects.milestones import may_stand
from projects.models import Deliverable, GateCondition, Milestone, Project
from projects.models.states import Phase, ProjectStatus
from projects.project_rows import MILESTONES, project_of_client, projects_of, projects_of_client
from projects.serializers import (
    ConditionAnswerSerializer,
    ConditionSerializer,
    DeliverableSerializer,
    GateSerializer,
    InternalDeliverableSerializer,
    MilestoneSerializer,
    ProjectWithMilestonesSerializer,
    ProposalSerializer,
    ReasonSerializer,
)
from projects.services.conditions import NewCondition, answer_condition, confirm_condition, reject_answer
from projects.services.gate import current_review, judge_review, proposal_content, propose_decision, signatures_of_proposal
from projects.services.lifecycle import locked
from projects.told import told_due

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.db.models import QuerySet

    from projects.models.evidence import DeliverableQuerySet
    from projects.models.plan import MilestoneQuerySet

MOST_AT_ONCE = 2000
PAGING = frozenset({"cursor", "page_size"})


class UpdatedSince(filters.FilterSet):
    """`updated_since` (date-time with zone) brings what changed after a reader's last visit."""

    updated_since = MomentFilter(field_name="updated_at", lookup_expr="gte")


class Including(filters.FilterSet):
    include = filters.ChoiceFilter(choices=[(MILESTONES, "milestones")], method="as_they_are", label="With the milestones of each project.")

    def as_they_are(self, rows: QuerySet[Project], name: str, value: str) -> QuerySet[Project]:
        """It adds to what is shown and chooses nothing."""
        return rows


class ProjectFilter(Including, UpdatedSince):
    phase = filters.ChoiceFilter(choices=Phase.choices)
    status = filters.ChoiceFilter(choices=ProjectStatus.choices)


class MilestoneFilter(filters.FilterSet):
    updated_since = MomentFilter(method="since")
    project = filters.CharFilter(field_name="project__code", max_length=20)
    phase = filters.ChoiceFilter(choices=Phase.choices)
    kind = filters.ChoiceFilter(choices=Milestone.Kind.choices)
    state = filters.ChoiceFilter(choices=[(state.value, state.label) for state in MilestoneState], method="standing")

    def standing(self, rows: MilestoneQuerySet, name: str, state: str) -> MilestoneQuerySet:
        """Those that may stand so for the caller; the list leaves out whoever does not, by the working days of each."""
        return may_stand(rows, MilestoneState(state), today=timezone.localdate(), internal=self.request.user.is_internal)

    def since(self, rows: QuerySet[Milestone], name: str, moment: datetime) -> QuerySet[Milestone]:
        """To a client only what it was told has changed: an unpublished forecast leaves no trace."""
        internal = self.request is not None and self.request.user.is_internal
        return rows.filter(updated_at__gte=moment) if internal else rows.filter(told_at__gte=moment)


class DeliverableFilter(filters.FilterSet):
    """`updated_since` finds every deliverable of which the record tells since then, or whose due date may have moved with the plan."""

    updated_since = MomentFilter(method="since")
    project = filters.CharFilter(field_name="project__code", max_length=20)
    phase = filters.ChoiceFilter(choices=Phase.choices)

    def since(self, rows: DeliverableQuerySet, name: str, value: datetime) -> DeliverableQuerySet:
        return rows.changed_since(value)


def _nothing_chosen(request: ApiRequest) -> bool:
    """Everything that the reader sees is asked for, page by page."""
    return set(request.query_params) <= PAGING | {"include"} and request.query_params.get("include", MILESTONES) == MILESTONES


class ProjectList(Tagged, generics.ListAPIView[Project]):
    """Projects that the caller may see, newest first."""

    serializer_class = ProjectWithMilestonesSerializer
    filterset_class = ProjectFilter
    queryset = Project.objects.none()
    request: ApiRequest

    def get_queryset(self) -> QuerySet[Project]:
        return Project.objects.visible_to(self.request.user)

    def list(self, request: ApiRequest, *args: Any, **kwargs: Any) -> Response:  # type: ignore[override]
        paging: Any = self.paginator
        return self.get_paginated_response(paging.paginate(request, self, self.read))

    def read(self, before: int | None, most: int) -> Rows:
        user, with_milestones = self.request.user, self.request.query_params.get("include") == MILESTONES
        if not user.is_internal and _nothing_chosen(self.request):
            return projects_of_client(user, before, most, with_milestones=with_milestones)
        rows = newest(self.filter_queryset(self.get_queryset()), before, most)
        return projects_of(user, rows, with_milestones=with_milestones)


class ProjectDetail(Tagged, generics.RetrieveAPIView[Project]):
    serializer_class = ProjectWithMilestonesSerializer
    filterset_class = Including
    lookup_field = "code"
    queryset = Project.objects.none()
    request: ApiRequest

    def get_queryset(self) -> QuerySet[Project]:
        return Project.objects.visible_to(self.request.user)

    @extend_schema(parameters=[OpenApiParameter("include", str, enum=[MILESTONES], description="With the milestones of the project.")])
    def get(self, request: ApiRequest, code: str) -> Response:  # type: ignore[override]
        if not request.user.is_internal and not request.query_params:
            found = project_of_client(request.user, code)
        else:
            rows = self.filter_queryset(self.get_queryset()).filter(code=code)
            found = projects_of(request.user, rows, with_milestones=request.query_params.get("include") == MILESTONES)
        if not found:
            raise Http404
        return Response(found[0][1])


class MilestoneList(Tagged, generics.ListAPIView[Milestone]):
    """Milestone status in one call: project, phase, title, kind, baseline, published forecast, actual, state, last change."""

    serializer_class = MilestoneSerializer
    filterset_class = MilestoneFilter
    queryset = Milestone.objects.none()
    request: ApiRequest

    def get_queryset(self) -> MilestoneQuerySet:
        return Milestone.objects.visible_to(self.request.user)

    def get_serializer_class(self) -> type[MilestoneSerializer]:
        return shape_of(internal=getattr(getattr(self.request, "user", None), "is_internal", False))

    def list(self, request: ApiRequest, *args: Any, **kwargs: Any) -> Response:  # type: ignore[override]
        paging: Any = self.paginator
        return self.get_paginated_response(paging.paginate(request, self, self.read))

    def read(self, before: int | None, most: int) -> Rows:
        """The first of them that stand as is asked. Most of those that may do, so that a second chunk is seldom read."""
        user, state = self.request.user, self.request.query_params.get("state")
        if user.client_id and set(self.request.query_params) <= PAGING:
            return [(facts.pk, row) for facts, row in milestone_rows(chosen_of_client(user.client_id, before, most), internal=False)]
        rows, found, chunk = self.filter_queryset(self.get_queryset()), Rows(), most
        while True:
            read = milestone_rows(chosen(newest(rows, before, chunk)), internal=user.is_internal)
            found += [(facts.pk, row) for facts, row in read if not state or row["state"] == state]
            if len(found) >= most or len(read) < chunk:
                return found[:most]
            before, chunk = read[-1][0].pk, min(2 * chunk, MOST_AT_ONCE)


class DeliverableList(generics.ListAPIView[Deliverable]):
    """Deliverables; a client reads those that are shared."""

    serializer_class = DeliverableSerializer
    filterset_class = DeliverableFilter
    queryset = Deliverable.objects.none()
    request: ApiRequest

    def get_queryset(self) -> QuerySet[Deliverable]:
        return Deliverable.objects.visible_to(self.request.user).select_related("project", "department", "owner")

    def get_serializer_class(self) -> type[DeliverableSerializer]:
        user = getattr(self.request, "user", None)
        return InternalDeliverableSerializer if getattr(user, "is_internal", False) else DeliverableSerializer

    def list(self, request: ApiRequest, *args: Any, **kwargs: Any) -> Response:  # type: ignore[override]
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        shape = self.get_serializer_class()
        context = {**self.get_serializer_context(), "told_due": {} if request.user.is_internal else told_due(page)}
        return self.get_paginated_response(shape(page, many=True, context=context).data)


class ProjectGate(Tagged, APIView):
    """The current gate of a project with its findings, for internal roles. To a client it does not exist."""

    @extend_schema(responses=GateSerializer)
    def get(self, request: ApiRequest, code: str) -> Response:
        project = internal_project(request, code)
        return Response(GateSerializer(gate_as_data(project)).data)


class ProjectGateProposal(APIView):
    """Propose the decision of the current gate. *Go* with an unmet criterion is refused (409) with every reason."""

    @extend_schema(request=ProposalSerializer, responses={201: GateSerializer})
    def post(self, request: ApiRequest, code: str) -> Response:
        project = internal_project(request, code)
        values = checked(ProposalSerializer, request)
        conditions = [NewCondition(**row) for row in values.pop("conditions")]

        def present() -> Any:
            locked(project.code, request.user)
            return GateSerializer(gate_as_data(internal_project(request, code))).data

        def propose() -> Response:
            propose_decision(project.code, actor=request.user, conditions=conditions, **values)
            return Response(present(), status=status.HTTP_201_CREATED)

        return once(request, propose, representation=present)


def internal_project(request: ApiRequest, code: str) -> Project:
    """A project for an internal caller; anybody else gets what a missing one gives."""
    if not request.user.is_internal:
        raise Http404
    return get_object_or_404(Project.objects.visible_to(request.user).select_related("site"), code=code)


def gate_as_data(project: Project) -> dict[str, Any]:
    review = current_review(project)
    if review is None:
        raise Http404
    judged = judge_review(review)
    submitted = review.state == review.State.SUBMITTED
    given = signatures_of_proposal(review) if submitted else []
    forecast = gates.forecast(judged, timezone.localdate())
    conditions = GateCondition.objects.standing().filter(review__project=project) | GateCondition.objects.of_proposal(review)
    return {
        "project": project.code,
        "gate": review.gate,
        "round": review.round,
        "state": review.state,
        "proposed_decision": review.proposed_decision,
        "proposal_hash": content_hash(review, proposal_content(review)) if submitted else "",
        "signers": review.signers,
        "signed": [row.role for row in given if not row.refused],
        "met": sum(item.passes for item in judged),
        "total": len(judged),
        "forecast": forecast.on,
        "without_date": forecast.without_date,
        "criteria": judged,
        "conditions": conditions.select_related("review__project", "owner"),
        "waivers": review.waivers.select_related("requested_by", "decided_by"),
        "ending_agreements": running_out(review.project, meeting_on=review.meeting_on),
        "missing_agreements": quality_wanted(review.project),
    }


class ConditionAct(APIView):
    """One act on a condition, by the service that its page calls; refused with the same reasons."""

    def condition(self, request: ApiRequest, code: str, pk: int) -> GateCondition:
        internal_project(request, code)
        rows = GateCondition.objects.visible_to(request.user).select_related("review__project", "owner")
        return get_object_or_404(rows, review__project__code=code, pk=pk)

    def run(self, request: ApiRequest, code: str, pk: int, act: Callable[[], object]) -> Response:
        def present() -> Any:
            locked(code, request.user)
            return ConditionSerializer(self.condition(request, code, pk)).data

        def answered() -> Response:
            act()
            return Response(present())

        return once(request, answered, representation=present)


class ConditionList(APIView):
    """Every condition of the project's decisions, newest first."""

    @extend_schema(operation_id="conditions", responses=ConditionSerializer(many=True))
    def get(self, request: ApiRequest, code: str) -> Response:
        internal_project(request, code)
        rows = GateCondition.objects.visible_to(request.user).filter(review__project__code=code)
        return Response(ConditionSerializer(rows.select_related("review__project", "owner").order_by("-pk"), many=True).data)


class ConditionDetail(Tagged, ConditionAct):
    @extend_schema(operation_id="condition", responses=ConditionSerializer)
    def get(self, request: ApiRequest, code: str, pk: int) -> Response:
        return Response(ConditionSerializer(self.condition(request, code, pk)).data)


class ConditionAnswer(ConditionAct):
    """Say how the condition is met; it counts once a second person confirmed it."""

    @extend_schema(request=ConditionAnswerSerializer, responses=ConditionSerializer)
    def post(self, request: ApiRequest, code: str, pk: int) -> Response:
        self.condition(request, code, pk)
        values = checked(ConditionAnswerSerializer, request)
        return self.run(request, code, pk, lambda: answer_condition(code, pk, actor=request.user, **values))


class ConditionConfirmation(ConditionAct):
    """The second person saw the evidence: the condition is met."""

    @extend_schema(request=None, responses=ConditionSerializer)
    def post(self, request: ApiRequest, code: str, pk: int) -> Response:
        self.condition(request, code, pk)
        return self.run(request, code, pk, lambda: confirm_condition(code, pk, actor=request.user))


class ConditionRejection(ConditionAct):
    """The second person says what is missing; the owner is asked again."""

    @extend_schema(request=ReasonSerializer, responses=ConditionSerializer)
    def post(self, request: ApiRequest, code: str, pk: int) -> Response:
        self.condition(request, code, pk)
        values = checked(ReasonSerializer, request)
        return self.run(request, code, pk, lambda: reject_answer(code, pk, actor=request.user, **values))
