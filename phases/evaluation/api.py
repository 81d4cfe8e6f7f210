"""API routes of evaluation: submitting a request for proposal, and the vessels that a production plan wants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_writes import Tagged, checked, once
from accounts.requests import ApiRequest
from catalogue.models import Site
from phases.evaluation import services
from phases.evaluation.booking import operations_of, show_on_calendar, windows_of
from phases.evaluation.models import DepartmentAssessment
from phases.evaluation.worksheets import tables_of
from projects.api import internal_project
from projects.plan_api import hold
from projects.rfp_api import EITHER_RFP, rfp_as_data
from projects.services.siting import choose_site

if TYPE_CHECKING:
    from projects.models import Project


class SubmissionSerializer(serializers.Serializer[Any]):
    """`site`: the key of the one that is asked, in whose working days the sheets are due; empty while none is decided."""

    site = serializers.SlugField(required=False, allow_blank=True, default="", max_length=32)


class RfpSubmission(APIView):
    """Submit a request. Refused (409) with every question that is still open and needed for it; the answer names the project."""

    @extend_schema(operation_id="rfp_submit", request=SubmissionSerializer, responses=EITHER_RFP)
    def post(self, request: ApiRequest, number: str) -> Response:
        rfp_as_data(request, number)
        values = checked(SubmissionSerializer, request)

        def submit() -> Response:
            services.submit_rfp(number, actor=request.user, **values)
            return Response(rfp_as_data(request, number))

        return once(request, submit, representation=lambda: rfp_as_data(request, number, lock=True))


class FeasibilitySheetSerializer(serializers.ModelSerializer[DepartmentAssessment]):
    """A department's feasibility sheet. `feasibility_score`: 1 (not feasible) to 5 (routine). `tables`: its worksheets, by address."""

    department = serializers.CharField(source="department.key")
    owner = serializers.CharField(source="owner.full_name", default=None, allow_null=True)
    signed_off_by = serializers.CharField(source="signed_off_by.full_name", default=None, allow_null=True)
    tables = serializers.SerializerMethodField()

    class Meta:
        model = DepartmentAssessment
        fields = [
            "department", "state", "owner", "due_on", "feasibility_score", "feasibility_reason", "currency", "cost_low", "cost_base",
            "cost_high", "duration_weeks", "signed_off_by", "signed_off_at", "tables",
        ]  # fmt: skip

    def get_tables(self, sheet: DepartmentAssessment) -> list[str]:
        return [f"{table.key}:{sheet.pk}" for table in tables_of(sheet)]


class SheetList(Tagged, APIView):
    """The feasibility sheets of a project, as far as they are filled in; their tables are read and written as worksheets."""

    @extend_schema(operation_id="sheets", responses=FeasibilitySheetSerializer(many=True))
    def get(self, request: ApiRequest, code: str) -> Response:
        rows = DepartmentAssessment.objects.filter(project=internal_project(request, code)).order_by("department_id")
        return Response(FeasibilitySheetSerializer(rows.select_related("department", "owner", "signed_off_by"), many=True).data)


class SiteSerializer(serializers.Serializer[Any]):
    """`site`: the key of the one that the estimate counts with; null while none is chosen."""

    site = serializers.SlugRelatedField(slug_field="key", queryset=Site.objects.all())


class ProjectSite(Tagged, APIView):
    """The site of a project. PUT chooses it in evaluation, until the charter names one (409 from then on)."""

    @extend_schema(operation_id="project_site", responses=SiteSerializer)
    def get(self, request: ApiRequest, code: str) -> Response:
        return Response(SiteSerializer(internal_project(request, code)).data)

    @extend_schema(operation_id="project_site_choose", request=SiteSerializer, responses=SiteSerializer)
    def put(self, request: ApiRequest, code: str) -> Response:
        project = internal_project(request, code)
        values = checked(SiteSerializer, request)

        def representation() -> Any:
            hold(project)
            return SiteSerializer(internal_project(request, code)).data

        def choose() -> Response:
            return Response(SiteSerializer(choose_site(code, actor=request.user, **values)).data)

        return once(request, choose, representation=representation)


class WindowSerializer(serializers.Serializer[Any]):
    """The days on which an operation wants its vessel, both included. `booking`: its id, null while it is on no calendar.

    `on_calendar`: what stands there, in words; `clashes`: the other bookings that have one of the days.
    """

    operation = serializers.CharField(source="row.operation")
    site = serializers.CharField(source="row.vessel.site.key")
    tag = serializers.CharField(source="row.vessel.tag")
    first_on = serializers.DateField()
    last_on = serializers.DateField()
    booking = serializers.IntegerField(source="row.booking_id", allow_null=True)
    on_calendar = serializers.CharField(source="standing")
    clashes = serializers.ListField(child=serializers.CharField())


def windows_as_data(request: ApiRequest, project: Project, department: str) -> list[dict[str, Any]]:
    """Raises Http404 where the project has no such sheet."""
    sheet = DepartmentAssessment.objects.filter(project=project, department__key=department).first()
    if sheet is None:
        raise Http404
    return list(WindowSerializer(windows_of(operations_of(sheet), request.user), many=True).data)


class SheetVessels(Tagged, APIView):
    """The vessels that the production plan of a sheet wants; POST puts them on the occupancy calendar as tentative bookings."""

    @extend_schema(operation_id="sheet_vessels", responses=WindowSerializer(many=True))
    def get(self, request: ApiRequest, code: str, department: str) -> Response:
        return Response(windows_as_data(request, internal_project(request, code), department))

    @extend_schema(operation_id="sheet_vessels_book", request=None, responses=WindowSerializer(many=True))
    def post(self, request: ApiRequest, code: str, department: str) -> Response:
        project = internal_project(request, code)

        def representation() -> list[dict[str, Any]]:
            hold(project)
            return windows_as_data(request, project, department)

        def book() -> Response:
            windows = show_on_calendar(code, department, actor=request.user)
            return Response(WindowSerializer(windows, many=True).data)

        return once(request, book, representation=representation)
