"""API routes of the tasks of a plan, for internal callers; to a client they do not exist."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_writes import ONLY_KEY, Tagged, checked, once
from accounts.models import Department, User
from accounts.requests import ApiRequest
from projects.api import internal_project
from projects.limits import MOST_WORKING_DAYS
from projects.models import Task
from projects.plan_api import hold
from projects.services import tasks as services

if TYPE_CHECKING:
    from collections.abc import Callable

    from projects.models import Project


class TaskSerializer(serializers.ModelSerializer[Task]):
    """A task with the dates that the plan gives it. `after`: the key of a milestone, or `task:<id>`."""

    project = serializers.CharField(source="project.code")
    milestone = serializers.CharField(source="milestone.key")
    owner = serializers.CharField(source="owner.full_name", default=None, allow_null=True)
    department = serializers.CharField(source="department.key", default=None, allow_null=True)
    not_before = serializers.DateField(source="earliest_on", allow_null=True)
    after = serializers.SerializerMethodField()

    class Meta:
        model = Task
        fields = [
            "id", "project", "title", "milestone", "owner", "department", "duration_days", "not_before", "after",
            "starts_on", "due_on", "forecast_on", "float_days", "started_on", "done_on", "updated_at",
        ]  # fmt: skip

    def get_after(self, task: Task) -> str | None:
        ahead = task.after_task or task.after_milestone
        return ahead.key if ahead else None


class TaskDraftSerializer(serializers.Serializer[Any]):
    """A task as it is given out; the owner by e-mail, the department by its key, one of them at least."""

    title = serializers.CharField(max_length=200)
    milestone = serializers.SlugField()
    owner = serializers.SlugRelatedField(
        slug_field="email", queryset=User.objects.active().internal(), required=False, allow_null=True, default=None
    )
    department = serializers.SlugRelatedField(
        slug_field="key", queryset=Department.objects.all(), required=False, allow_null=True, default=None
    )
    duration_days = serializers.IntegerField(required=False, default=1, min_value=1, max_value=MOST_WORKING_DAYS)
    not_before = serializers.DateField(required=False, allow_null=True, default=None)
    after = serializers.CharField(required=False, allow_blank=True, default="", max_length=64)

    def validate_department(self, department: Department | None) -> str:
        return department.key if department else ""


class TaskChangeSerializer(TaskDraftSerializer):
    reason = serializers.CharField(max_length=2000)


class DoneSerializer(serializers.Serializer[Any]):
    on = serializers.DateField()


def _tasks(request: ApiRequest, project: Project) -> Any:
    rows = Task.objects.visible_to(request.user).filter(project=project)
    return rows.select_related("project", "milestone", "owner", "department", "after_task", "after_milestone")


class TaskList(APIView):
    """The tasks of a plan, in its order; POST gives one out."""

    @extend_schema(operation_id="tasks", responses=TaskSerializer(many=True))
    def get(self, request: ApiRequest, code: str) -> Response:
        return Response(TaskSerializer(_tasks(request, internal_project(request, code)), many=True).data)

    @extend_schema(operation_id="task_add", request=TaskDraftSerializer, responses={201: TaskSerializer}, extensions=ONLY_KEY)
    def post(self, request: ApiRequest, code: str) -> Response:
        internal_project(request, code)
        draft = services.TaskDraft(**checked(TaskDraftSerializer, request))

        def add() -> Response:
            task = services.add_task(code, draft, actor=request.user)
            return Response(TaskSerializer(task).data, status=status.HTTP_201_CREATED)

        return once(request, add)


class TaskAct(APIView):
    """An act on one task; what the caller may not see is missing, whatever the body says."""

    def data(self, request: ApiRequest, code: str, pk: int) -> dict[str, Any]:
        task = get_object_or_404(_tasks(request, internal_project(request, code)), pk=pk)
        return dict(TaskSerializer(task).data)

    def run(self, request: ApiRequest, code: str, pk: int, act: Callable[[], object], *, must_match: bool = False) -> Response:
        project = internal_project(request, code)

        def representation() -> dict[str, Any]:
            hold(project)
            return self.data(request, code, pk)

        def answered() -> Response:
            act()
            return Response(self.data(request, code, pk))

        return once(request, answered, representation=representation, must_match=must_match)


class TaskDetail(Tagged, TaskAct):
    """One task; PUT (with If-Match) changes what was agreed, with a reason."""

    @extend_schema(operation_id="task", responses=TaskSerializer)
    def get(self, request: ApiRequest, code: str, pk: int) -> Response:
        return Response(self.data(request, code, pk))

    @extend_schema(operation_id="task_change", request=TaskChangeSerializer, responses=TaskSerializer)
    def put(self, request: ApiRequest, code: str, pk: int) -> Response:
        self.data(request, code, pk)
        values = checked(TaskChangeSerializer, request)
        reason = values.pop("reason")
        draft = services.TaskDraft(**values)
        return self.run(
            request, code, pk, lambda: services.change_task(code, pk, draft, reason=reason, actor=request.user), must_match=True
        )


class TaskStart(TaskAct):
    """Its owner, or the project manager, says when the work began."""

    @extend_schema(request=DoneSerializer, responses=TaskSerializer)
    def post(self, request: ApiRequest, code: str, pk: int) -> Response:
        self.data(request, code, pk)
        on = checked(DoneSerializer, request)["on"]
        return self.run(request, code, pk, lambda: services.start_task(code, pk, on=on, actor=request.user))


class TaskDone(TaskAct):
    """Its owner, or the project manager, says when it was done."""

    @extend_schema(request=DoneSerializer, responses=TaskSerializer)
    def post(self, request: ApiRequest, code: str, pk: int) -> Response:
        self.data(request, code, pk)
        on = checked(DoneSerializer, request)["on"]
        return self.run(request, code, pk, lambda: services.finish_task(code, pk, on=on, actor=request.user))
