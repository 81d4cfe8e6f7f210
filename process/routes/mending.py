"""Where a fault of a route is mended: its row while the version can be changed, or the materials of the catalogue that it lacks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.urls import reverse

from audit.refusals import Blocker
from catalogue.models import Material
from process.routes.models import RouteStep, RouteVersion, StepInput
from process.routes.plain import Fault

OF_MATERIALS = frozenset({"input.molar_mass", "input.density"})  # what the catalogue says of a material, and not the route


def blockers_of(faults: Iterable[Fault], version: RouteVersion, steps: Iterable[RouteStep]) -> list[Blocker]:
    """Each with its place; the version comes with its route and project."""
    rows = list(steps)
    return [Blocker(fault.kind, fault.words, link=place_of(fault, version, rows)) for fault in faults]


def place_of(fault: Fault, version: RouteVersion, steps: Sequence[RouteStep]) -> str:
    line = _line(fault, steps)
    if fault.kind in OF_MATERIALS and line is not None and line.material_id is not None:
        return f"{materials_at(version)}#material-{line.material_id}"
    step = next((each.pk for each in steps if str(each.key) == fault.step), None)
    if step is None or not version.is_draft:
        return version.get_absolute_url()
    table, row = ("step-inputs", line.pk) if line is not None else ("route-steps", step)
    return reverse("worksheet-row", args=[f"{table}:{version.pk}", row])


def materials_at(version: RouteVersion) -> str:
    route = version.route
    return reverse("route-materials", args=[route.project.code, route.number, version.number])


def lacking(faults: Iterable[Fault], steps: Sequence[RouteStep]) -> list[Material]:
    """The materials of which the catalogue does not say what the balance needs, each once, in the order of the route."""
    lines = (_line(fault, steps) for fault in faults if fault.kind in OF_MATERIALS)
    found = {line.material_id: line.material for line in lines if line is not None and line.material is not None}
    return [material for material in found.values() if material is not None]


def _line(fault: Fault, steps: Sequence[RouteStep]) -> StepInput | None:
    if not fault.charge:
        return None
    return next((line for step in steps for line in step.inputs.all() if str(line.pk) == fault.charge), None)
