"""The demo's routes: every step and input as a chemist would enter it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from accounts.models import Role, User
from audit.context import Channel, acting
from catalogue.models import Material
from cdmo.demo.early import QUOTED
from cdmo.demo.people import holding
from cdmo.demo.projects import COMMERCIAL
from cdmo.demo.story import Story
from cdmo.demo.supplies import bought
from cdmo.demo.syntheses import ARIPIPRAZOLE_LINEAR, IMATINIB_CONVERGENT, STUFF, Makes, Synthesis, Takes
from process.literature.services import Reading, add_literature, link_step
from process.models import Route, RouteStep
from process.routes import services
from projects.models import Project


def write_routes(today: date) -> Iterator[date]:
    """Today. Once: what is there already stays as it is."""
    yield today
    if Route.objects.exists():
        return
    actor = holding(Role.RESEARCH)
    with acting(actor=actor, channel=Channel.COMMAND):
        materials = {each.code: bought(each) for each in STUFF}
        for story, synthesis in ((COMMERCIAL, IMATINIB_CONVERGENT), (QUOTED, ARIPIPRAZOLE_LINEAR)):
            _write(project_of(story), synthesis, materials, actor)


def project_of(story: Story) -> Project:
    rows = Project.objects.select_related("compound")
    return rows.filter(client__code=story.client, compound__cas_number=story.molecule.cas_number).earliest("pk")


def _write(project: Project, synthesis: Synthesis, materials: dict[str, Material], actor: User) -> None:
    said = {"name": synthesis.name, "origin": Route.Origin.LITERATURE, "purpose": synthesis.purpose, "note": synthesis.note}
    route = services.open_route(project.code, said, actor=actor)
    version = route.versions.get()
    steps: dict[str, RouteStep] = {}
    for each in synthesis.steps:
        steps[each.name] = services.add_step(version.pk, _values(each, project), actor=actor)
        for takes in each.takes:
            services.add_input(steps[each.name].pk, _input(takes, steps, materials), actor=actor)
    for kind, citation, identifier, year, rights in synthesis.references:
        reading = Reading(kind=kind, citation=citation, identifier=identifier, year=year, rights=rights, relevance="high")
        row = add_literature(project.code, reading, actor=actor)
        for step in steps.values():
            link_step(project.code, row.number, route=route.number, step_key=step.key, actor=actor)
    if synthesis.fixed:
        services.fix_version(version.pk, reason=synthesis.fixed, actor=actor)


def _values(each: Makes, project: Project) -> dict[str, Any]:
    low, base, high = (Decimal(percent) for percent in each.percent)
    return {
        "name": each.name,
        "transformation": each.kind,
        "product_name": each.product,
        "product_structure": each.smiles or project.compound.smiles,
        "yield_low_pct": low,
        "yield_pct": base,
        "yield_high_pct": high,
        "cycle_time_h": Decimal(each.hours),
        "temperature_min_c": Decimal(each.celsius[0]),
        "temperature_max_c": Decimal(each.celsius[1]),
        "conditions": each.conditions,
        "hazards": each.hazards,
    }


def _input(takes: Takes, steps: dict[str, RouteStep], materials: dict[str, Material]) -> dict[str, Any]:
    source = {"from_step": steps[takes.what]} if takes.what in steps else {"material": materials[takes.what]}
    return source | {
        "role": takes.role,
        "amount": Decimal(takes.amount),
        "basis": takes.basis,
        "is_limiting": takes.limiting,
        "assay_pct": Decimal(takes.assay),
        "recycle_pct": Decimal(takes.recycled),
        "stoichiometry": Decimal(takes.stoichiometry) if takes.stoichiometry else None,
    }
