"""The demo's routes: every step and input as a chemist would enter it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from accounts.models import Role, User
from audit.context import Channel, acting
from catalogue.models import Material
from cdmo.demo.early import QUOTED
from cdmo.demo.people import holding
from cdmo.demo.projects import COMMERCIAL, VALIDATION
from cdmo.demo.story import Story
from cdmo.demo.supplies import bought
from cdmo.demo.syntheses import APIXABAN_LAST, ARIPIPRAZOLE_LINEAR, IMATINIB_CONVERGENT, STUFF, Makes, Synthesis, Takes
from process.models import Route
from process.routes import services
from projects.models import Project
from worksheets.changing import ADD, Change, change_rows

READ = ("kind", "citation", "identifier", "year", "rights")


def write_routes(today: date) -> Iterator[date]:
    """Today. Once: what is there already stays as it is."""
    yield today
    if Route.objects.exists():
        return
    actor = holding(Role.RESEARCH)
    with acting(actor=actor, channel=Channel.COMMAND):
        materials = {each.code: bought(each) for each in STUFF}
        for story, synthesis in ((COMMERCIAL, IMATINIB_CONVERGENT), (QUOTED, ARIPIPRAZOLE_LINEAR), (VALIDATION, APIXABAN_LAST)):
            _write(project_of(story), synthesis, materials, actor)


def project_of(story: Story) -> Project:
    rows = Project.objects.select_related("compound")
    return rows.filter(client__code=story.client, compound__cas_number=story.molecule.cas_number).earliest("pk")


def _write(project: Project, synthesis: Synthesis, materials: dict[str, Material], actor: User) -> None:
    said = {"name": synthesis.name, "origin": Route.Origin.LITERATURE, "purpose": synthesis.purpose, "note": synthesis.note}
    route = services.open_route(project.code, said, actor=actor)
    version = route.versions.get()
    _enter(f"route-steps:{version.pk}", [_step(each, project) | _origin(each, synthesis) for each in synthesis.steps], actor)
    made = {each.name for each in synthesis.steps}
    inputs = [_input(each, synthesis, takes, made, materials) for each in synthesis.steps for takes in each.takes]
    _enter(f"step-inputs:{version.pk}", inputs, actor)
    rests = "; ".join(f"{synthesis.name}: {each.name}" for each in synthesis.steps)
    read = [dict(zip(READ, row, strict=True)) | {"relevance": "high", "steps": rests} for row in synthesis.references]
    _enter(f"literature:{project.code}", read, actor)
    if synthesis.fixed:
        services.fix_version(version.pk, reason=synthesis.fixed, actor=actor)


def _enter(address: str, rows: list[dict[str, Any]], actor: User) -> None:
    change_rows(address, [Change(ADD, values=row) for row in rows], actor=actor, all_or_none=True)


def _step(each: Makes, project: Project) -> dict[str, Any]:
    low, base, high = each.percent
    return {
        "name": each.name,
        "transformation": each.kind,
        "product_name": each.product,
        "product_structure": each.smiles or project.compound.smiles,
        "yield_low_pct": low,
        "yield_pct": base,
        "yield_high_pct": high,
        "cycle_time_h": each.hours,
        "temperature_min_c": each.celsius[0],
        "temperature_max_c": each.celsius[1],
        "conditions": each.conditions,
        "hazards": each.hazards,
    }


def _origin(each: Makes, synthesis: Synthesis) -> dict[str, Any]:
    """The yields were published; that of the last step is assumed, for no other run isolates just this form."""
    if not synthesis.references or each is synthesis.steps[-1]:
        return {"yield_confidence": "low"}
    return {"yield_source": "analogue", "yield_confidence": "medium", "yield_reference": synthesis.references[0][1][:120]}


def _origin_of_amount(each: Makes, synthesis: Synthesis) -> dict[str, Any]:
    return {name.replace("yield", "amount"): value for name, value in _origin(each, synthesis).items()}


def _input(each: Makes, synthesis: Synthesis, takes: Takes, made: set[str], materials: dict[str, Material]) -> dict[str, Any]:
    source = {"from_step": takes.what} if takes.what in made else {"material": materials[takes.what].code}
    return (
        source
        | _origin_of_amount(each, synthesis)
        | {
            "step": each.name,
            "role": takes.role,
            "amount": takes.amount,
            "basis": takes.basis,
            "is_limiting": takes.limiting,
            "assay_pct": takes.assay,
            "recycle_pct": takes.recycled,
            "stoichiometry": takes.stoichiometry,
        }
    )
