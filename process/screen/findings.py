"""The findings of a version, computed from its rows, each with what a person made of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Min

from catalogue.models import SupplierQuote
from process.routes.building import material_key
from process.routes.figures import materials_of
from process.routes.models import RouteStep, RouteVersion
from process.screen.models import Disposition
from process.screen.rules import Circumstances, Finding, Substance, screen

MG_PER_G = 1000


@dataclass(frozen=True)
class Judged:
    """changed: what the rule says now is not what was decided on."""

    finding: Finding
    disposition: Disposition | None

    @property
    def changed(self) -> bool:
        return self.disposition is not None and self.disposition.words != self.finding.words


def findings_of(version: RouteVersion, steps: Iterable[RouteStep]) -> list[Finding]:
    """Of the steps that count, read with their inputs; one more query, for lead times."""
    rows = [step for step in steps if not step.set_aside]
    quotes = SupplierQuote.objects.filter(material__in=materials_of(rows)).values("material").annotate(days=Min("lead_time_days"))
    days = dict(quotes.order_by().values_list("material", "days"))
    return screen(list(_substances(rows, days)), circumstances_of(version))


def judged(version: RouteVersion, findings: Iterable[Finding]) -> list[Judged]:
    rows = {(row.rule, row.subject): row for row in version.route.dispositions.select_related("decided_by")}
    return [Judged(finding, rows.get((finding.rule.key, finding.subject))) for finding in findings]


def circumstances_of(version: RouteVersion) -> Circumstances:
    project = version.route.project
    dose = project.rfp.maximum_daily_dose_mg
    return Circumstances(float(dose) / MG_PER_G if dose else None, project.site.highest_exposure_band if project.site else None)


def _substances(rows: list[RouteStep], days: dict[int, int | None]) -> Iterator[Substance]:
    for step in rows:
        for line in step.inputs.all():
            material = line.material
            if material is None:
                continue
            yield Substance(
                key=material_key(material.pk),
                name=str(material),
                step=step.name,
                step_key=str(step.key),
                role=line.role,
                cas=material.cas_number,
                smiles=material.compound.smiles if material.compound else "",
                exposure_band=material.exposure_band,
                controlled_as=material.controlled_as,
                lead_time_days=days.get(material.pk),
            )
        smiles = step.product_compound.smiles if step.product_compound else ""
        yield Substance(f"step {step.key}", step.product_name, step.name, str(step.key), smiles=smiles, is_bought=False)
