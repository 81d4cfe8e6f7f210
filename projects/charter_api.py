"""API routes of the charter: written from the accepted quotation, and who does and answers for each deliverable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_writes import ONLY_KEY, Tagged, checked, once
from accounts.requests import ApiRequest
from catalogue.models import Site
from projects.api import internal_project
from projects.forms.charter import managers
from projects.models import Charter, Phase
from projects.plan_api import hold
from projects.raci import Letter
from projects.services.charter_writing import write_charter
from projects.services.responsibilities import letters_of, rows_of, set_responsibilities

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import User
    from projects.models import Project


@extend_schema_field(serializers.EmailField())
class ManagerField(serializers.SlugRelatedField["User"]):
    """A project manager by e-mail."""

    def get_queryset(self) -> QuerySet[User]:
        return managers()


class CharterToWriteSerializer(serializers.Serializer[Any]):
    """What the quotation does not say of a charter."""

    site = serializers.SlugRelatedField(slug_field="key", queryset=Site.objects.all())
    project_manager = ManagerField(slug_field="email", help_text="By e-mail.")
    start_on = serializers.DateField()


class CharterSerializer(serializers.ModelSerializer[Charter]):
    """Milestones, deliverables, payments and team that it planned have routes of their own."""

    project = serializers.CharField(source="project.code")
    first_phase = serializers.ChoiceField(source="project.first_phase", choices=Phase.choices)
    last_phase = serializers.ChoiceField(source="project.last_phase", choices=Phase.choices)

    class Meta:
        model = Charter
        fields = [
            "project", "state", "first_phase", "last_phase", "objectives", "background", "scope_in", "scope_out", "assumptions", "risks",
            "dependencies", "constraints", "governance", "escalation", "acceptance", "communication", "start_on", "filing_on", "issued_at",
        ]  # fmt: skip


class CharterWriting(APIView):
    """Write the charter from the accepted quotation; what somebody wrote into a draft before stays. Refused (409) without a quotation."""

    @extend_schema(operation_id="charter_write", request=CharterToWriteSerializer, responses={201: CharterSerializer}, extensions=ONLY_KEY)
    def post(self, request: ApiRequest, code: str) -> Response:
        internal_project(request, code)
        values = checked(CharterToWriteSerializer, request)

        def write() -> Response:
            charter = write_charter(code, actor=request.user, **values)
            return Response(CharterSerializer(charter).data, status=status.HTTP_201_CREATED)

        return once(request, write)


class ResponsibilitiesSerializer(serializers.Serializer[Any]):
    """deliverables: by key, the letter of each function by the key of its department."""

    deliverables = serializers.DictField(
        child=serializers.DictField(child=serializers.ChoiceField(choices=Letter.choices, allow_blank=True))
    )


def responsibilities_data(project: Project) -> dict[str, Any]:
    charter = Charter.objects.filter(project=project).first()
    return {"deliverables": letters_of(rows_of(charter, project))}


class Responsibilities(Tagged, APIView):
    """Who does and answers for each deliverable; PUT (with If-Match) chooses for those that it names, while the charter is a draft."""

    @extend_schema(operation_id="responsibilities", responses=ResponsibilitiesSerializer)
    def get(self, request: ApiRequest, code: str) -> Response:
        return Response(responsibilities_data(internal_project(request, code)))

    @extend_schema(operation_id="responsibilities_set", request=ResponsibilitiesSerializer, responses=ResponsibilitiesSerializer)
    def put(self, request: ApiRequest, code: str) -> Response:
        project = internal_project(request, code)
        values = checked(ResponsibilitiesSerializer, request)

        def representation() -> dict[str, Any]:
            hold(project)
            return responsibilities_data(project)

        def choose() -> Response:
            set_responsibilities(code, values["deliverables"], actor=request.user)
            return Response(responsibilities_data(project))

        return once(request, choose, representation=representation, must_match=True)
