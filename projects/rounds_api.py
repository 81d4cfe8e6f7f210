"""API of work that is done again: the rounds of milestones and deliverables, and beginning a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_writes import checked, once
from accounts.requests import ApiRequest
from projects.api import internal_project
from projects.models import Deliverable, Publication, StepLoop
from projects.services.locking import locked
from projects.services.loops import open_loop

if TYPE_CHECKING:
    from projects.models import DeliverableRound, Milestone, MilestoneRound


class MilestoneRoundSerializer(serializers.Serializer[Any]):
    """A round of a milestone that is over: when it was achieved, and why its work began again, in the words told to the client."""

    round = serializers.IntegerField()
    achieved_on = serializers.DateField()
    reopened_at = serializers.DateTimeField()
    reason = serializers.CharField(source="told")


class DeliverableRoundSerializer(serializers.Serializer[Any]):
    """A round of a deliverable that is over. done_at is null where its evidence was rejected."""

    round = serializers.IntegerField()
    done_at = serializers.DateTimeField(allow_null=True)
    reopened_at = serializers.DateTimeField()
    reason = serializers.CharField(source="told")


class LoopSerializer(serializers.ModelSerializer[StepLoop]):
    """A new round of a step, for those who work here: our reason, whose side, what it costs, what had to be renewed."""

    deliverable = serializers.CharField(source="deliverable.key")
    cost_currency = serializers.CharField()
    actor = serializers.CharField(source="actor.full_name")
    renew = serializers.SerializerMethodField()

    class Meta:
        model = StepLoop
        fields = [
            "deliverable", "phase", "round", "side", "reason", "client_words", "cost_effect", "cost_amount", "cost_currency", "renew",
            "actor", "opened_at",
        ]  # fmt: skip

    def get_renew(self, loop: StepLoop) -> list[str]:
        return [row.deliverable.key for row in loop.deliverablerounds.all()]


class NewLoopSerializer(serializers.Serializer[Any]):
    """Why a step begins again. `renew`: keys of what else of the phase is done and has to be done again."""

    reason = serializers.CharField(max_length=4000)
    side = serializers.ChoiceField(choices=Publication.Side.choices)
    client_words = serializers.CharField(required=False, allow_blank=True, default="", max_length=2000)
    cost_effect = serializers.CharField(required=False, allow_blank=True, default="", max_length=2000)
    cost_amount = serializers.DecimalField(max_digits=16, decimal_places=2, required=False, allow_null=True, default=None)
    cost_currency = serializers.CharField(required=False, allow_blank=True, default="", max_length=3)
    renew = serializers.ListField(child=serializers.SlugField(), required=False, default=list, max_length=50)


def rounds_of_milestone(milestone: Milestone) -> list[dict[str, Any]]:
    rows: list[MilestoneRound] = list(milestone.rounds.all()) if milestone.round > 1 else []
    return list(MilestoneRoundSerializer(rows, many=True).data)


def rounds_of_deliverable(deliverable: Deliverable, *, internal: bool) -> dict[str, Any]:
    """The rounds for everybody who sees the deliverable; the loops for those who work here."""
    rows: list[DeliverableRound] = list(deliverable.rounds.all()) if deliverable.round > 1 else []
    found: dict[str, Any] = {"rounds": DeliverableRoundSerializer(rows, many=True).data}
    if internal:
        loops = deliverable.loops.select_related("deliverable", "actor").prefetch_related("deliverablerounds__deliverable")
        found["loops"] = LoopSerializer(loops, many=True).data
    return found


class LoopAct(APIView):
    """Begin a step again: counted, with its reason; what stood for it stays readable."""

    @extend_schema(request=NewLoopSerializer, responses={201: LoopSerializer})
    def post(self, request: ApiRequest, code: str, key: str) -> Response:
        project = internal_project(request, code)
        get_object_or_404(Deliverable.objects.visible_to(request.user), project=project, key=key)
        values = checked(NewLoopSerializer, request)

        def representation() -> dict[str, Any]:
            locked(code, request.user)
            return rounds_of_deliverable(Deliverable.objects.get(project=project, key=key), internal=True)

        def begin() -> Response:
            loop = open_loop(code, key, actor=request.user, **values)
            return Response(LoopSerializer(loop).data, status=201)

        return once(request, begin, representation=representation)
