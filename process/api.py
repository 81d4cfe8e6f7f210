"""API routes of how it is made, for our own systems to read: routes with their key numbers, a version, its masses for a target."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_writes import Tagged
from accounts.requests import ApiRequest
from audit.refusals import Refused
from process.costs.wanted import usually_wanted
from process.routes.building import plain_route, steps_of, steps_of_many
from process.routes.figures import CURRENCY, Figures, of_many
from process.routes.mass_balance import Bought, Line, StepBalance, mass_balance
from process.routes.mending import blockers_of
from process.routes.models import RouteStep, RouteVersion
from process.routes.worksheets import INPUTS, STEPS
from process.words import can_be_rounded, too_large
from projects.api import internal_project
from projects.money import half_up
from worksheets.bound import bind_to

TARGET = OpenApiParameter("target_kg", float, description="Kilograms of the product of the route; 1 where nothing is said.")
MOST_KG = 1e9
TO_FOUR = Decimal("0.0001")


class RouteSerializer(serializers.Serializer[Any]):
    """A route with the numbers of its newest version. What has no answer is null, and `missing` says why."""

    number = serializers.IntegerField()
    name = serializers.CharField()
    origin = serializers.CharField()
    purpose = serializers.CharField(allow_blank=True)
    version = serializers.IntegerField()
    is_fixed = serializers.BooleanField()
    steps = serializers.IntegerField()
    overall_yield_fraction = serializers.FloatField(allow_null=True)
    yield_along = serializers.ListField(child=serializers.CharField(), help_text="The steps of the longest linear sequence.")
    pmi_net = serializers.FloatField(allow_null=True)
    pmi_gross = serializers.FloatField(allow_null=True)
    material_cost_per_kg = serializers.DecimalField(max_digits=24, decimal_places=4, allow_null=True)
    currency = serializers.CharField()
    priced_for_kg = serializers.DecimalField(
        max_digits=24,
        decimal_places=6,
        help_text="Whose prices count: of the largest phase of the newest cost scenario, else the batch that the request wants, else 1.",
    )
    missing = serializers.ListField(child=serializers.CharField())


class RouteVersionSerializer(serializers.Serializer[Any]):
    route = serializers.IntegerField()
    number = serializers.IntegerField()
    name = serializers.CharField()
    is_fixed = serializers.BooleanField()
    steps_sheet = serializers.CharField(help_text="The address of its steps among the worksheets.")
    inputs_sheet = serializers.CharField(help_text="The address of what goes into its steps.")


class BalanceLineSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    charged_kg = serializers.FloatField()
    fresh_kg = serializers.FloatField()


class BalanceStepSerializer(serializers.Serializer[Any]):
    key = serializers.IntegerField()
    name = serializers.CharField()
    product_kg = serializers.FloatField()
    inputs = BalanceLineSerializer(many=True)
    waste_kg = serializers.FloatField()


class BalanceSerializer(serializers.Serializer[Any]):
    """Kilograms; charged is what goes into the vessels, fresh what is bought or made, without what is recycled."""

    target_kg = serializers.FloatField()
    algorithm = serializers.CharField()
    algorithm_version = serializers.CharField()
    steps = BalanceStepSerializer(many=True)
    bought = BalanceLineSerializer(many=True)
    waste_solvent_kg = serializers.FloatField()
    waste_water_kg = serializers.FloatField()
    waste_aqueous_kg = serializers.FloatField()
    waste_other_kg = serializers.FloatField()
    warnings = serializers.ListField(child=serializers.CharField())


class TargetSerializer(serializers.Serializer[Any]):
    target_kg = serializers.FloatField(min_value=1e-6, max_value=MOST_KG, default=1.0)


class RouteList(Tagged, APIView):
    """The routes of a project, each with the numbers of its newest version."""

    @extend_schema(operation_id="routes", responses=RouteSerializer(many=True))
    def get(self, request: ApiRequest, code: str) -> Response:
        project = internal_project(request, code)
        rows = RouteVersion.objects.visible_to(request.user).filter(route__project=project).select_related("route__project")
        versions = list(rows.order_by("route_id", "-number").distinct("route_id"))
        by_version = steps_of_many(versions)
        wanted = usually_wanted(project).kg
        figures = of_many(by_version, currency=CURRENCY, project=project, target_kg=float(wanted))
        data = [{**_route_data(version, by_version[version], figures[version]), "priced_for_kg": wanted} for version in versions]
        return Response(RouteSerializer(sorted(data, key=lambda each: each["number"]), many=True).data)


class RouteVersionDetail(Tagged, APIView):
    """One version. Its steps and their inputs are read and written as worksheets."""

    @extend_schema(operation_id="route_version", responses=RouteVersionSerializer)
    def get(self, request: ApiRequest, code: str, number: int, version: int) -> Response:
        found = _version(request, code, number, version)
        sheets = {name: bind_to(sheet, found, request.user).address for name, sheet in (("steps_sheet", STEPS), ("inputs_sheet", INPUTS))}
        data = {"route": number, "number": version, "name": found.route.name, "is_fixed": not found.is_draft, **sheets}
        return Response(RouteVersionSerializer(data).data)


class RouteBalance(Tagged, APIView):
    """Masses of every input for a target; 409 with the reasons where there is none."""

    @extend_schema(operation_id="route_balance", parameters=[TARGET], responses=BalanceSerializer)
    def get(self, request: ApiRequest, code: str, number: int, version: int) -> Response:
        found = _version(request, code, number, version)
        asked = TargetSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        steps = list(steps_of(found))
        balance = mass_balance(plain_route(steps), asked.validated_data["target_kg"])
        if balance.value is None:
            raise Refused(blockers_of(balance.faults, found, steps))
        waste = balance.value.waste
        data = {
            "target_kg": balance.value.target_kg,
            "algorithm": balance.algorithm,
            "algorithm_version": balance.version,
            "steps": [_balance_data(step) for step in balance.value.steps],
            "bought": [_line_data(row.substance.name, row) for row in balance.value.bought],
            **{f"waste_{name}_kg": getattr(waste, name) for name in ("solvent", "water", "aqueous", "other")},
            "warnings": [fault.words for fault in balance.warnings],
        }
        return Response(BalanceSerializer(data).data)


def _version(request: ApiRequest, code: str, number: int, version: int) -> RouteVersion:
    project = internal_project(request, code)
    rows = RouteVersion.objects.visible_to(request.user).select_related("route__project")
    return get_object_or_404(rows, route__project=project, route__number=number, number=version)


def _route_data(version: RouteVersion, steps: list[RouteStep], figures: Figures) -> dict[str, Any]:
    overall, green, cost = figures.overall.value, figures.green.value, figures.cost.value
    is_too_large = cost is not None and not can_be_rounded(cost.cost_per_kg)
    return {
        "number": version.route.number,
        "name": version.route.name,
        "origin": version.route.origin,
        "purpose": version.route.purpose,
        "version": version.number,
        "is_fixed": not version.is_draft,
        "steps": sum(not step.set_aside for step in steps),
        "overall_yield_fraction": overall.yield_fraction if overall else None,
        "yield_along": [step.name for step in overall.sequence] if overall else [],
        "pmi_net": green.net.pmi if green else None,
        "pmi_gross": green.gross.pmi if green else None,
        "material_cost_per_kg": half_up(cost.cost_per_kg, TO_FOUR) if cost and not is_too_large else None,
        "currency": figures.currency,
        "missing": [fault.words for fault in figures.faults or figures.unpriced] + [too_large()] * is_too_large,
    }


def _line_data(name: str, row: Line | Bought) -> dict[str, Any]:
    return {"name": name, "charged_kg": row.charged_kg, "fresh_kg": row.fresh_kg}


def _balance_data(step: StepBalance) -> dict[str, Any]:
    return {
        "key": int(step.step.key),
        "name": step.step.name,
        "product_kg": step.product_kg,
        "inputs": [_line_data(line.charge.substance.name, line) for line in step.lines],
        "waste_kg": step.waste.total,
    }
