"""The findings of a version, computed from its rows, each with what a person made of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Min

from catalogue.models import Material
from process.routes.building import holding_quotes, material_key, role_of
from process.routes.figures import materials_of
from process.routes.models import RouteStep, RouteVersion
from process.screen.models import Disposition
from process.screen.rules import Circumstances, Compound, Finding, Substance, screen
from projects.models import Rfp
from projects.models.rfp_choices import Route, TreatmentDuration

MG_PER_G = 1000


@dataclass(frozen=True)
class Judged:
    """changed: what the rule says now is not what was decided on."""

    finding: Finding
    disposition: Disposition | None

    @property
    def changed(self) -> bool:
        return self.disposition is not None and self.disposition.words != self.finding.words


def findings_of(version: RouteVersion, steps: Iterable[RouteStep], on: date | None = None) -> list[Finding]:
    """Of the steps that count, read with their inputs; one more query, for the lead times of prices that hold on that day (today)."""
    rows = [step for step in steps if not step.set_aside]
    quotes = holding_quotes(materials_of(rows), on or version.route.project.today).values("material").annotate(days=Min("lead_time_days"))
    days = dict(quotes.order_by().values_list("material", "days"))
    return screen(list(_substances(rows, days)), circumstances_of(version))


def judged(version: RouteVersion, findings: Iterable[Finding]) -> list[Judged]:
    rows = {(row.rule, row.subject): row for row in version.route.dispositions.select_related("decided_by")}
    return [Judged(finding, rows.get((finding.rule.key, finding.subject))) for finding in findings]


def circumstances_of(version: RouteVersion) -> Circumstances:
    project = version.route.project
    dose, treatment, given = project.rfp.maximum_daily_dose_mg, project.rfp.treatment_duration, project.rfp.administration_route
    return Circumstances(
        dose_g_per_day=float(dose) / MG_PER_G if dose else None,
        site_band=project.site.highest_exposure_band if project.site else None,
        treatment=TreatmentDuration(treatment) if treatment else None,
        compound=_compound(project.rfp),
        given=Route(given) if given else None,
    )


def _compound(rfp: Rfp) -> Compound:
    return Compound(
        name=rfp.compound_name,
        exposure_band=rfp.exposure_band,
        exposure_limit=float(rfp.exposure_limit_ug_per_m3) if rfp.exposure_limit_ug_per_m3 else None,
        energetic_groups=rfp.energetic_groups,
        dsc_known=rfp.dsc_known,
        controlled_as=rfp.controlled_as,
    )


def _substances(rows: list[RouteStep], days: dict[int, int | None]) -> Iterator[Substance]:
    """Each where it goes in and, what is made, where it is made: an intermediate is in two steps or more."""
    by_id = {step.pk: step for step in rows}
    for step in rows:
        for line in step.inputs.all():
            if line.material is not None:
                yield _bought(line.material, role_of(line), step, days.get(line.material.pk))
            elif (made := by_id.get(line.from_step_id or 0)) is not None:
                yield _made(made, step)
        yield _made(step, step)


def _bought(material: Material, role: str, step: RouteStep, lead_time_days: int | None) -> Substance:
    return Substance(
        key=material_key(material.pk),
        name=str(material),
        step=step.name,
        step_key=str(step.key),
        role=role,
        cas=material.cas_number,
        smiles=material.compound.smiles if material.compound else "",
        exposure_band=material.exposure_band,
        controlled_as=material.controlled_as,
        lead_time_days=lead_time_days,
    )


def _made(made: RouteStep, step: RouteStep) -> Substance:
    """The product of one step in another, or in its own."""
    smiles = made.product_compound.smiles if made.product_compound else ""
    return Substance(f"step {made.key}", made.product_name, step.name, str(step.key), smiles=smiles, is_bought=False)
