"""The API route of what is waited for: a client's own answers with what they cost, and everything on the projects that ours see."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from accounts.requests import ApiRequest, refuse_unknown
from projects.cost_of_waiting import costs_of, with_costs
from projects.models import Project, WaitingFor

MOST = 200
PROJECT = OpenApiParameter("project", str, description="Project code.")


class MovesSerializer(serializers.Serializer[Any]):
    """The milestone that a late answer moves, with the date that the client was told."""

    key = serializers.CharField(source="milestone.key")
    title = serializers.CharField(source="milestone.title")
    published_on = serializers.DateField()


class WaitingSerializer(serializers.Serializer[WaitingFor]):
    """Somebody is waited for. Dates follow what was published to the client, whatever the plan says inside."""

    id = serializers.IntegerField(source="pk")
    kind = serializers.SerializerMethodField(help_text="For example change_order.answer.")
    project = serializers.CharField(source="project.code", default=None, allow_null=True)
    what = serializers.CharField(source="words")
    why = serializers.SerializerMethodField(help_text="Why it matters when the answer comes, in words.")
    since = serializers.DateTimeField()
    due = serializers.DateField(source="due_on", allow_null=True)
    free_until = serializers.DateField(
        source="cost.free_until", default=None, allow_null=True, help_text="An answer until then costs nothing."
    )
    moves = MovesSerializer(source="cost", allow_null=True, help_text="Each working day after `free_until` moves it by one.")
    link = serializers.CharField(help_text="The page where the answer is given.")

    def get_kind(self, wait: WaitingFor) -> str:
        return wait.key.partition(":")[0]

    def get_why(self, wait: WaitingFor) -> str:
        return wait.cost.words if wait.cost else ""


class InternalWaitingSerializer(WaitingSerializer):
    """Ours also read who is waited for, and what the plan has to spare."""

    who = serializers.CharField()
    link = serializers.CharField(source="link_for_ours", help_text="Our page of what is waited for; a client answers it in its portal.")
    spare_days = serializers.IntegerField(allow_null=True, help_text="Working days before it moves the end of the project.")

    def get_why(self, wait: WaitingFor) -> str:
        feeds = _t("It feeds %(milestone)s.") % {"milestone": wait.milestone.title} if wait.milestone else ""
        return super().get_why(wait) or feeds


class WaitsSerializer(serializers.Serializer[Any]):
    """Dearest first. `more`: beyond these there are others that cost less."""

    results = WaitingSerializer(many=True)
    more = serializers.BooleanField()


class WaitingList(APIView):
    """What waits: for a client's people what they can answer, for its systems what waits for any of it, for ours all of their projects."""

    @extend_schema(operation_id="waiting", parameters=[PROJECT], responses=WaitsSerializer)
    def get(self, request: ApiRequest) -> Response:
        refuse_unknown(request, {"project"})
        user, code = request.user, request.query_params.get("project", "")
        rows = WaitingFor.objects.open()
        if code:
            rows = rows.filter(project__code=code)
        found = _ours(rows, user) if user.is_internal else _clients(rows, user)
        shape: Any = InternalWaitingSerializer if user.is_internal else WaitingSerializer
        return Response({"results": shape(found[:MOST], many=True).data, "more": len(found) > MOST})


def _clients(rows: Any, user: User) -> list[WaitingFor]:
    is_system = user.kind == User.Kind.INTEGRATION
    return with_costs(rows.asking(user.client_id) if is_system else rows.of(user))


def _ours(rows: Any, user: User) -> list[WaitingFor]:
    seen = rows.running().filter(project__in=Project.objects.visible_to(user)).costliest_first()
    found = list(seen.select_related("project__site", "milestone", "user", "client")[: MOST + 1])
    costs = costs_of(row for row in found if row.client_id)
    for row in found:
        row.cost = costs.get(row.pk)
    return found
