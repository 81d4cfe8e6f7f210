"""API routes that shape a plan: milestones added, changed and removed, and what they wait for; to a client they do not exist."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_writes import ONLY_KEY, Tagged, checked, once
from accounts.models import User
from accounts.requests import ApiRequest
from projects.api import internal_project
from projects.limits import MOST_WORKING_DAYS
from projects.models import Milestone, MilestoneLink, Phase, Relation
from projects.plan_api import MilestoneHistorySerializer, MilestoneView, hold, milestone_history
from projects.serializers import ReasonSerializer
from projects.services import dependencies, milestones
from projects.services.milestones import KINDS, MilestoneDraft

if TYPE_CHECKING:
    from collections.abc import Callable

SHAPED = [(kind.value, kind.label) for kind in KINDS]
SHAPE = ("title", "kind", "owner", "tolerance_days", "finish_by", "client_sees")


class MilestoneShapeSerializer(serializers.Serializer[Any]):
    """A milestone as the project manager shapes it, said whole; the owner by e-mail.

    client_sees: at once, or from the contract's approval on.
    """

    title = serializers.CharField(max_length=200)
    kind = serializers.ChoiceField(choices=Milestone.Kind.choices, help_text="The kind of a gate or a payment stays.")
    owner = serializers.SlugRelatedField(slug_field="email", queryset=User.objects.active().internal(), allow_null=True)
    tolerance_days = serializers.IntegerField(min_value=0, max_value=MOST_WORKING_DAYS)
    finish_by = serializers.DateField(allow_null=True)
    client_sees = serializers.BooleanField(help_text="As `visibility` and `share_at_launch` of the milestone say it.")
    reason = serializers.CharField(max_length=2000)


class NewMilestoneSerializer(MilestoneShapeSerializer):
    """In a contracted phase, behind the milestone `after` where one is named, by so many working days."""

    kind = serializers.ChoiceField(choices=SHAPED)
    owner = serializers.SlugRelatedField(
        slug_field="email", queryset=User.objects.active().internal(), required=False, allow_null=True, default=None
    )
    tolerance_days = serializers.IntegerField(required=False, default=5, min_value=0, max_value=MOST_WORKING_DAYS)
    finish_by = serializers.DateField(required=False, allow_null=True, default=None)
    client_sees = serializers.BooleanField(required=False, default=False)
    phase = serializers.ChoiceField(choices=Phase.choices)
    after = serializers.SlugField(max_length=64, required=False, allow_blank=True, default="")
    lag_days = serializers.IntegerField(required=False, default=0)
    not_before = serializers.DateField(required=False, allow_null=True, default=None)
    duration_days = serializers.IntegerField(required=False, default=0, min_value=0, max_value=MOST_WORKING_DAYS)


def _draft(values: dict[str, Any]) -> MilestoneDraft:
    """Takes out of the values what makes the draft."""
    return MilestoneDraft(**{name: values.pop(name) for name in SHAPE})


class MilestoneAdd(APIView):
    """Put a milestone into the plan; what follows it moves with it."""

    @extend_schema(
        operation_id="milestone_add", request=NewMilestoneSerializer, responses={201: MilestoneHistorySerializer}, extensions=ONLY_KEY
    )
    def post(self, request: ApiRequest, code: str) -> Response:
        internal_project(request, code)
        values = checked(NewMilestoneSerializer, request)
        draft = _draft(values)

        def add() -> Response:
            milestone = milestones.add_milestone(code, draft, actor=request.user, **values)
            return Response(milestone_history(request, code, milestone.key), status=status.HTTP_201_CREATED)

        return once(request, add)


class MilestoneShape(MilestoneView):
    """A milestone with its history; PUT (with If-Match) changes name, kind, owner, tolerance, its date and whether the client sees it."""

    @extend_schema(operation_id="milestone_change", request=MilestoneShapeSerializer, responses=MilestoneHistorySerializer)
    def put(self, request: ApiRequest, code: str, key: str) -> Response:
        project = internal_project(request, code)
        milestone_history(request, code, key)
        values = checked(MilestoneShapeSerializer, request)
        draft = _draft(values)

        def representation() -> dict[str, Any]:
            hold(project)
            return milestone_history(request, code, key)

        def change() -> Response:
            milestones.change_milestone(code, key, draft, actor=request.user, **values)
            return Response(milestone_history(request, code, key))

        return once(request, change, representation=representation, must_match=True)


class MilestoneRemoval(APIView):
    """Take a milestone out of the plan, with the reason; baselines still show it. What the client was told, a change order drops."""

    @extend_schema(operation_id="milestone_remove", request=ReasonSerializer, responses={204: None})
    def post(self, request: ApiRequest, code: str, key: str) -> Response:
        project = internal_project(request, code)
        milestone_history(request, code, key)
        values = checked(ReasonSerializer, request)

        def representation() -> dict[str, Any]:
            hold(project)
            return milestone_history(request, code, key)

        def remove() -> Response:
            milestones.remove_milestone(code, key, actor=request.user, **values)
            return Response(status=status.HTTP_204_NO_CONTENT)

        return once(request, remove, representation=representation)


# What a milestone waits for


class DependencySerializer(serializers.ModelSerializer[MilestoneLink]):
    """The milestone waits for `predecessor` by this relation and so many working days."""

    milestone = serializers.CharField(source="successor.key")
    predecessor = serializers.CharField(source="predecessor.key")

    class Meta:
        model = MilestoneLink
        fields = ["id", "milestone", "predecessor", "kind", "lag_days", "by_hand"]


class RelationSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=Relation.choices)
    lag_days = serializers.IntegerField(required=False, default=0, help_text="Working days; below zero it may overlap.")
    reason = serializers.CharField(max_length=2000)


class NewDependencySerializer(RelationSerializer):
    predecessor = serializers.SlugField(max_length=64, help_text="The key of the milestone that it waits for.")


def _links(request: ApiRequest, code: str, key: str) -> Any:
    project = internal_project(request, code)
    milestone = get_object_or_404(Milestone.objects.visible_to(request.user), project=project, key=key)
    return MilestoneLink.objects.filter(successor=milestone).select_related("predecessor", "successor")


class DependencyList(APIView):
    """What a milestone waits for; POST lets it wait for another one."""

    @extend_schema(operation_id="dependencies", responses=DependencySerializer(many=True))
    def get(self, request: ApiRequest, code: str, key: str) -> Response:
        return Response(DependencySerializer(_links(request, code, key), many=True).data)

    @extend_schema(
        operation_id="dependency_add", request=NewDependencySerializer, responses={201: DependencySerializer}, extensions=ONLY_KEY
    )
    def post(self, request: ApiRequest, code: str, key: str) -> Response:
        _links(request, code, key)
        values = checked(NewDependencySerializer, request)

        def add() -> Response:
            link = dependencies.add_dependency(code, key, actor=request.user, **values)
            return Response(DependencySerializer(link).data, status=status.HTTP_201_CREATED)

        return once(request, add)


class DependencyAct(APIView):
    """An act on one dependency of a milestone."""

    def data(self, request: ApiRequest, code: str, key: str, pk: int) -> dict[str, Any]:
        return dict(DependencySerializer(get_object_or_404(_links(request, code, key), pk=pk)).data)

    def run(self, request: ApiRequest, code: str, key: str, pk: int, act: Callable[[], Response], *, must_match: bool = False) -> Response:
        project = internal_project(request, code)

        def representation() -> dict[str, Any]:
            hold(project)
            return self.data(request, code, key, pk)

        return once(request, act, representation=representation, must_match=must_match)


class DependencyDetail(Tagged, DependencyAct):
    """One dependency; PUT (with If-Match) changes its relation or lag."""

    @extend_schema(operation_id="dependency", responses=DependencySerializer)
    def get(self, request: ApiRequest, code: str, key: str, pk: int) -> Response:
        return Response(self.data(request, code, key, pk))

    @extend_schema(operation_id="dependency_change", request=RelationSerializer, responses=DependencySerializer)
    def put(self, request: ApiRequest, code: str, key: str, pk: int) -> Response:
        self.data(request, code, key, pk)
        values = checked(RelationSerializer, request)

        def change() -> Response:
            dependencies.change_dependency(code, key, pk, actor=request.user, **values)
            return Response(self.data(request, code, key, pk))

        return self.run(request, code, key, pk, change, must_match=True)


class DependencyRemoval(DependencyAct):
    """The milestone no longer waits for the other one."""

    @extend_schema(operation_id="dependency_remove", request=ReasonSerializer, responses={204: None})
    def post(self, request: ApiRequest, code: str, key: str, pk: int) -> Response:
        self.data(request, code, key, pk)
        values = checked(ReasonSerializer, request)

        def remove() -> Response:
            dependencies.remove_dependency(code, key, pk, actor=request.user, **values)
            return Response(status=status.HTTP_204_NO_CONTENT)

        return self.run(request, code, key, pk, remove)
