"""How it is to be made and what that costs, on paper: what is recorded of a project when a report on its enquiry is made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from process.costs.control import control_on_paper
from process.costs.counting import counting, counts_with
from process.costs.paper import pictures_on_paper, price_on_paper
from process.costs.results import Priced, priced
from process.literature.paper import literature_on_paper
from process.purchasing.paper import awards_on_paper, inquiries_on_paper
from process.routes.drawing import scheme_from
from process.routes.environment import environment_on_paper
from process.routes.models import RouteVersion
from process.routes.paper import newest_version, offers_on_paper, route_on_paper
from process.screen.paper import findings_on_paper
from projects.models import Project

DATED_BY = ("route", "counted")


def recorded_on_paper(project: Project) -> dict[str, Any]:
    """Each part None where nothing of it is recorded."""
    chosen = counting(project)
    version, found = _proposed(project, chosen), priced(chosen.assessed) if chosen else None
    return {**_dating(version, chosen), "priced": price_on_paper(found) if found else None, "parts": _parts(project, version, found)}


def _parts(project: Project, version: RouteVersion | None, found: Priced | None) -> dict[str, Any]:
    """What answers one section of a report each."""
    return {
        "findings": findings_on_paper(version) if version else {},
        "literature": literature_on_paper(project, project.today, version),
        "inquiries": inquiries_on_paper(project),
        "awards": awards_on_paper(project),
        "offers": offers_on_paper(version, project.today) if version else None,
        "environment": environment_on_paper(version) if version else None,
        "control": control_on_paper(found) if found else None,
    }


def recorded_dating(project: Project) -> dict[str, Any]:
    """What makes a report out of date: another route or price. What is read, offered and decided later belongs to the work after it."""
    chosen = counting(project)
    return _dating(_proposed(project, chosen), chosen)


def drawn_on_paper(data: Mapping[str, Any]) -> dict[str, str]:
    """Drawn in the worker, from the snapshot alone."""
    route = data.get("route")
    scheme = {"scheme": scheme_from(route["scheme"])} if route else {}
    return scheme | pictures_on_paper(data.get("priced"))


def _dating(version: RouteVersion | None, chosen: Priced | None) -> dict[str, Any]:
    return {"route": route_on_paper(version) if version else None, "counted": counts_with(chosen)}


def _proposed(project: Project, chosen: Priced | None) -> RouteVersion | None:
    """The version that the price is of, else the newest."""
    version = chosen.assessed.assessment.route_version if chosen else None
    version = version or newest_version(project)
    if version is not None:
        version.route.project = project  # read already, with its site and request
    return version
