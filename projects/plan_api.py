"""API routes of the plan: a milestone with its history, moving and achieving it, publishing dates, assigning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_writes import ONLY_KEY, WRITES_NOTHING, Tagged, checked, once
from accounts.models import User
from accounts.requests import ApiRequest
from audit.models import Event
from projects.api import internal_project
from projects.limits import MOST_WORKING_DAYS
from projects.milestone_rows import chosen, milestone_rows
from projects.models import Deliverable, Milestone, Project, Publication
from projects.receivers import AT_ONCE, DIGEST, INBOX, NOTHING, receivers_of
from projects.rounds_api import (
    DeliverableRoundSerializer,
    LoopSerializer,
    MilestoneRoundSerializer,
    rounds_of_deliverable,
    rounds_of_milestone,
)
from projects.serializers import (
    DeliverableSerializer,
    InternalDeliverableSerializer,
    MilestoneSerializer,
    PublicationSerializer,
)
from projects.services import plan, publishing
from projects.services.evidence import assign_deliverable
from projects.told import told_due

if TYPE_CHECKING:
    from collections.abc import Callable

MOVES = (
    "milestone.added",
    "milestone.changed",
    "milestone.rescheduled",
    "milestone.started",
    "milestone.achieved",
    "milestone.corrected",
    "milestone.reopened",
    "milestone.explained",
    "milestone.published",
    "milestone.shared",
    "milestone.shared_at_launch",
    "milestone.unshared",
)


class MoveSerializer(serializers.ModelSerializer[Event]):
    """What happened to a milestone inside: in words, with its reason."""

    words = serializers.CharField(read_only=True)
    actor = serializers.CharField(source="actor_name")

    class Meta:
        model = Event
        fields = ["kind", "words", "actor", "reason", "at"]


class MilestoneHistorySerializer(serializers.Serializer[Any]):
    """A milestone with every date that the client was told and every round that is over; internal readers also get what moved it."""

    milestone = MilestoneSerializer()
    publications = PublicationSerializer(many=True)
    rounds = MilestoneRoundSerializer(many=True)
    moves = MoveSerializer(many=True, required=False)


class RescheduleSerializer(serializers.Serializer[Any]):
    """The day before which the milestone (or the work that ends with it) cannot begin."""

    not_before = serializers.DateField(allow_null=True)
    duration_days = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=0, max_value=MOST_WORKING_DAYS)
    reason = serializers.CharField(max_length=2000)


class WhySerializer(serializers.Serializer[Any]):
    """Why the client reads another date: `side` has all the days, or what `shares` leaves of them; they add up."""

    reason_class = serializers.ChoiceField(choices=Publication.ReasonClass.choices)
    side = serializers.ChoiceField(choices=Publication.Side.choices, required=False, allow_blank=True, default="")
    shares = serializers.DictField(
        child=serializers.IntegerField(),
        required=False,
        default=dict,
        help_text="Working days by side.",
    )
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=2000)


class AchieveSerializer(serializers.Serializer[Any]):
    """`explained`: why it is another day than the client was told; without, the project manager is asked."""

    on = serializers.DateField()
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=2000)
    explained = WhySerializer(required=False, allow_null=True, default=None)


class PublicationWordsSerializer(WhySerializer):
    """Which dates the client is told, and why."""

    keys = serializers.ListField(child=serializers.SlugField(), allow_empty=False, max_length=200)


class PublishSerializer(PublicationWordsSerializer):
    """With the hash of the preview: a forecast that moved since refuses the act."""

    expected_hash = serializers.CharField(max_length=64)


class PendingMoveSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    title = serializers.CharField()
    from_date = serializers.DateField(allow_null=True)
    to_date = serializers.DateField()
    days = serializers.IntegerField(help_text="Working days; later is positive.")
    provisional = serializers.BooleanField()


class MailSerializer(serializers.Serializer[Any]):
    language = serializers.CharField()
    subject = serializers.CharField()
    body = serializers.CharField()


class ReceiverSerializer(serializers.Serializer[Any]):
    """A person of the client, the language that they read, and how soon they would be told."""

    name = serializers.CharField()
    language = serializers.CharField()
    told = serializers.ChoiceField(choices=[AT_ONCE, DIGEST, INBOX, NOTHING])


class PreviewSerializer(serializers.Serializer[Any]):
    """Everything that moves, the mail in each language of its readers, who gets it, and the hash that publishing has to be given."""

    moves = PendingMoveSerializer(many=True)
    messages = MailSerializer(many=True)
    receivers = ReceiverSerializer(many=True)
    expected_hash = serializers.CharField()


class AssignSerializer(serializers.Serializer[Any]):
    """Who owes it (e-mail; null: the department) and until when."""

    owner = serializers.SlugRelatedField(slug_field="email", queryset=User.objects.active().internal(), allow_null=True)
    due_on = serializers.DateField(allow_null=True)


def hold(project: Project) -> None:
    """Lock the project as its services do, so that what is compared stays true until the act is done."""
    Project.objects.select_for_update(of=("self",)).get(pk=project.pk)


def milestone_history(request: ApiRequest, code: str, key: str) -> dict[str, Any]:
    """A client reads what it was told; who works here reads the moves too. Raises Http404 where the caller sees no such milestone."""
    milestone = get_object_or_404(
        Milestone.objects.visible_to(request.user).prefetch_related("publications__shares"), project__code=code, key=key
    )
    internal = request.user.is_internal
    [(_facts, row)] = milestone_rows(chosen(Milestone.objects.filter(pk=milestone.pk)), internal=internal)
    told = PublicationSerializer(milestone.publications.all(), many=True).data
    found: dict[str, Any] = {"milestone": row, "publications": told}
    found["rounds"] = rounds_of_milestone(milestone)
    if internal:
        events = Event.objects.filter(kind__in=MOVES, project_id=milestone.project_id, object_id=str(milestone.pk)).order_by("-pk")
        found["moves"] = MoveSerializer(events, many=True).data
    return found


class MilestoneView(Tagged, APIView):
    """A milestone with its history."""

    @extend_schema(operation_id="milestone_history", responses=MilestoneHistorySerializer)
    def get(self, request: ApiRequest, code: str, key: str) -> Response:
        return Response(milestone_history(request, code, key))


class MilestoneAct(APIView):
    """An act of the project manager on a milestone."""

    def find(self, request: ApiRequest, code: str, key: str) -> Project:
        """First of all: what the caller may not see is missing, whatever the body says."""
        project = internal_project(request, code)
        get_object_or_404(Milestone.objects.visible_to(request.user), project=project, key=key)
        return project

    def answer(self, request: ApiRequest, project: Project, key: str, act: Callable[[], object]) -> Response:
        code = project.code

        def representation() -> dict[str, Any]:
            hold(project)
            return milestone_history(request, code, key)

        def run() -> Response:
            act()
            return Response(milestone_history(request, code, key))

        return once(request, run, representation=representation)


class MilestoneReschedule(MilestoneAct):
    """Move the internal forecast; everything behind it follows, and the client is told nothing."""

    @extend_schema(request=RescheduleSerializer, responses=MilestoneHistorySerializer)
    def post(self, request: ApiRequest, code: str, key: str) -> Response:
        project = self.find(request, code, key)
        values = checked(RescheduleSerializer, request)
        return self.answer(request, project, key, lambda: plan.reschedule_milestone(code, key, actor=request.user, **values))


class MilestoneAchieve(MilestoneAct):
    """Enter the actual date of a milestone that nothing in the record feeds."""

    @extend_schema(request=AchieveSerializer, responses=MilestoneHistorySerializer)
    def post(self, request: ApiRequest, code: str, key: str) -> Response:
        project = self.find(request, code, key)
        values = checked(AchieveSerializer, request)
        return self.answer(request, project, key, lambda: plan.achieve_milestone(code, key, actor=request.user, **values))


class MilestoneExplain(MilestoneAct):
    """Say why a shared milestone came on another day than the client was told."""

    @extend_schema(request=WhySerializer, responses=MilestoneHistorySerializer)
    def post(self, request: ApiRequest, code: str, key: str) -> Response:
        project = self.find(request, code, key)
        values = checked(WhySerializer, request)
        return self.answer(request, project, key, lambda: publishing.explain_achievement(code, key, actor=request.user, **values))


class PublicationPreview(APIView):
    """What publishing would tell the client, word for word. Nothing is sent and nothing is written."""

    @extend_schema(request=PublicationWordsSerializer, responses=PreviewSerializer, extensions=WRITES_NOTHING)
    def post(self, request: ApiRequest, code: str) -> Response:
        project = internal_project(request, code)
        values = checked(PublicationWordsSerializer, request)
        pending = publishing.pending_moves(project)
        words = {name: values[name] for name in ("reason_class", "side", "reason", "shares")}
        publishing.check_words([move for move in pending if move.key in values["keys"]], **words)
        moves, mails, shown = publishing.preview(project, values["keys"], **words)
        told = receivers_of(project, [move for move in moves if move.key in values["keys"]])
        return Response(PreviewSerializer({"moves": moves, "messages": mails, "receivers": told, "expected_hash": shown}).data)


class PublicationAct(APIView):
    """Tell the client the chosen dates: one act, one reason, one mail, exactly the one of the preview."""

    @extend_schema(request=PublishSerializer, responses={201: PublicationSerializer(many=True)}, extensions=ONLY_KEY)
    def post(self, request: ApiRequest, code: str) -> Response:
        internal_project(request, code)
        values = checked(PublishSerializer, request)

        def publish() -> Response:
            told = publishing.publish_plan(code, actor=request.user, **values)
            return Response(PublicationSerializer(told, many=True).data, status=201)

        return once(request, publish)


def deliverable_data(request: ApiRequest, code: str, key: str) -> dict[str, Any]:
    rows = Deliverable.objects.visible_to(request.user).select_related("project", "department", "owner")
    shape = InternalDeliverableSerializer if request.user.is_internal else DeliverableSerializer
    deliverable = get_object_or_404(rows, project__code=code, key=key)
    context = {"told_due": told_due([deliverable])}
    return {**shape(deliverable, context=context).data, **rounds_of_deliverable(deliverable, internal=request.user.is_internal)}


class DeliverableHistorySerializer(InternalDeliverableSerializer):
    """A deliverable with the rounds that are over; internal readers also get the loops that began at it."""

    rounds = DeliverableRoundSerializer(many=True)
    loops = LoopSerializer(many=True, required=False)

    class Meta(InternalDeliverableSerializer.Meta):
        fields = [*InternalDeliverableSerializer.Meta.fields, "rounds", "loops"]


class DeliverableView(Tagged, APIView):
    """A deliverable; PATCH (with If-Match) says who owes it and until when."""

    @extend_schema(operation_id="deliverable", responses=DeliverableHistorySerializer)
    def get(self, request: ApiRequest, code: str, key: str) -> Response:
        return Response(deliverable_data(request, code, key))

    @extend_schema(operation_id="deliverable_assign", request=AssignSerializer, responses=DeliverableHistorySerializer)
    def patch(self, request: ApiRequest, code: str, key: str) -> Response:
        project = internal_project(request, code)
        deliverable_data(request, code, key)
        values = checked(AssignSerializer, request)

        def representation() -> dict[str, Any]:
            hold(project)
            return deliverable_data(request, code, key)

        def assign() -> Response:
            assign_deliverable(code, key, actor=request.user, **values)
            return Response(deliverable_data(request, code, key))

        return once(request, assign, representation=representation, must_match=True)
