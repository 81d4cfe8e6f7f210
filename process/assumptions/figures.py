"""What a cost scenario only assumes stands in the ledger of the project: prices of materials and what is recovered of them, yields,
consumption, cost lines and what risks cost.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import chain, count
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _t

from accounts.permissions import require_permission
from audit.acts import act
from audit.events import record
from audit.models import Event
from audit.outbox import register_consumer
from audit.refusals import require_none
from process.assumptions.ledger import USUAL_DAYS
from process.assumptions.models import BEYOND, Assumption
from process.assumptions.settling import prompt
from process.costs.band import widened_by
from process.costs.building import assessed
from process.costs.case import Basis, Case, Inclusion, Line
from process.costs.demand import Demand
from process.costs.figures import Figure, Source
from process.costs.keys import batch_key, quantity_key, recovered_key, risk_key, use_key, yield_key
from process.costs.materials import recovered_words
from process.costs.models import CostAssessment
from process.costs.quoting import take_figures_by
from process.costs.results import Priced, priced
from process.costs.variables import variables
from process.routes.building import material_pk
from projects.forecasting import working_day_in
from projects.models import Phase, Project
from projects.money import CENT, half_up
from projects.services.locking import locked, not_active

if TYPE_CHECKING:
    from accounts.models import User

FIXED = "cost.fixed"
READ = ("site", "rfp__account_owner", "client")
PLACES = Decimal("0.0001")  # of the ledger's figures
PER = {Basis.ONCE: "", Basis.BATCH: "batch", Basis.KG: "kg"}
PERCENT = Decimal(100)
LINE = "line "
Ends = tuple[Decimal, Decimal, Decimal]


@dataclass(frozen=True)
class AssumedFigure:
    """about: its name through all scenarios. ends: base, low, high. keys: of its variables. for_client: yields and batch sizes are
    agreed with the client, what we buy and pay is not. confidence: as the scenario says it, "" where it does not.
    """

    about: str
    words: str
    ends: Ends
    unit: str
    keys: tuple[str, ...]
    material: int | None = None
    for_client: bool = False
    confidence: str = ""

    @property
    def is_line(self) -> bool:
        return self.about.startswith(LINE)


@act
def take_figures(code: str, scenario_number: int, *, actor: User) -> list[Assumption]:
    """A row for each figure that the scenario assumes, and how much it widens the price, the widest first; those that are new or changed.

    An open row of the same figure says from then on what this scenario counts with; one of a figure that it does not assume is ours
    alone and widens nothing. What was settled is not assumed again with the same number. Raises Refused where the scenario has no price.
    """
    project = locked(code, actor)
    require_permission("process.keep_assumptions", actor, project)
    require_none(not_active(project))
    mine = CostAssessment.objects.visible_to(actor).filter(project=project).select_for_update(of=("self",))
    scenario = mine.select_related("project__site", "created_by").get(number=scenario_number)
    found = priced(assessed(scenario))
    require_none(found.refusals)
    return _taken(project, scenario, found, actor)


def assumed_in(case: Case) -> Iterator[AssumedFigure]:
    """Of the phases that are priced and the routes by which they are made; what counts nothing is not assumed either, nor a risk of which
    nobody says that it may cost less or more.
    """
    making = [scale for scale in case.scales if scale.output_kg]
    demands = [demand for demand in case.demands if demand.key in {scale.demand for scale in making}]
    bought = {key for demand in demands for key in demand.bought}
    for material in (each for each in case.materials if each.key in bought and each.price.source == Source.ASSUMPTION):
        words, unit = _t("Price of %(material)s") % {"material": material.label}, f"{material.price.currency}/kg"
        keys, pk = (f"price/{material.key}",), material_pk(material.key)
        yield AssumedFigure(f"price {pk}", words, _ends(material.price), unit, keys, material=pk, confidence=material.price.confidence)
    yield from _recovered(case, bought)
    for demand in demands:
        for step in (each for each in demand.steps if each.yield_fraction.source == Source.ASSUMPTION):
            words, keys = _t("Yield of %(step)s") % {"step": step.label}, (yield_key(demand.key, step.key),)
            ends, sure = _ends(step.yield_fraction, PERCENT / step.most), step.yield_fraction.confidence
            yield AssumedFigure(f"yield {step.label}", words, ends, "%", keys, for_client=True, confidence=sure)
        yield from _uses(demand, case)
    moving = {each.key for each in variables(case)}
    for scale in (each for each in making if batch_key(each.phase) in moving):
        words, size = _t("Batch size of %(phase)s") % {"phase": scale.label}, scale.batch_kg
        ends = (size, size * scale.batch_low, size * scale.batch_high)
        yield AssumedFigure(f"batch {scale.phase}", words, ends, "kg", (batch_key(scale.phase),), for_client=True)
    phases = {scale.phase for scale in making}
    counted = (line for line in case.lines if line.basis == Basis.ONCE or line.phase in phases)
    for line in (each for each in counted if each.inclusion != Inclusion.EXCLUDED):
        if Source.ASSUMPTION in (line.price.source, line.quantity.source):
            yield _of_line(line)
    for place, risk in enumerate(case.risks):
        if risk.source == Source.ASSUMPTION and (key := risk_key(place)) in moving:
            words, ends = _t("Cost of the risk: %(risk)s") % {"risk": risk.label}, (risk.impact, *risk.ends)
            yield AssumedFigure(f"risk {risk.phase} {risk.label}", words, ends, risk.currency, (key,), confidence=risk.confidence)


def _recovered(case: Case, bought: Collection[str]) -> Iterator[AssumedFigure]:
    """No price of the material: what a supplier asks for it does not settle what comes back."""
    for material in (each for each in case.materials if each.key in bought):
        back = material.recovered
        if back is not None and back.source == Source.ASSUMPTION:
            words, unit = recovered_words(material.label), f"{back.currency}/kg"
            about, keys = f"recovered {material_pk(material.key)}", (recovered_key(material.key),)
            yield AssumedFigure(about, words, _ends(back), unit, keys, confidence=back.confidence)


def _uses(demand: Demand, case: Case) -> Iterator[AssumedFigure]:
    """What a step takes in, where it may be less or more and nobody has run it so."""
    names = {material.key: material.label for material in case.materials} | {step.key: step.label for step in demand.steps}
    for step in demand.steps:
        for place, each in enumerate(step.intakes):
            if each.source == Source.ASSUMPTION and each.low < each.high:
                told = {"material": names.get(each.of, each.of), "step": step.label}
                amount, unit = (each.amount, each.unit) if each.unit else (each.kg_per_kg, "kg/kg")
                ends, keys = (amount, amount * each.low, amount * each.high), (use_key(demand.key, step.key, place),)
                about, words = "use {material} {step}".format(**told), _t("Use of %(material)s in %(step)s") % told
                yield AssumedFigure(about, words, ends, unit, keys, confidence=each.confidence)


def _of_line(line: Line) -> AssumedFigure:
    words = _t("%(line)s in %(phase)s") % {"line": line.label, "phase": Phase(line.phase).label}
    amount, price = line.quantity, line.price
    ends = (amount.base * price.base, amount.low * price.low, amount.high * price.high)
    unit = "/".join(filter(None, (line.price.currency, PER[line.basis])))
    about, keys = f"{LINE}{line.phase} {line.label}", (quantity_key(line.key), line.rate_key)
    return AssumedFigure(about, words, ends, unit, keys, confidence=price.confidence)


def _ends(figure: Figure, times: Decimal = Decimal(1)) -> Ends:
    return figure.base * times, figure.low * times, figure.high * times


def _taken(project: Project, scenario: CostAssessment, found: Priced, actor: User | None) -> list[Assumption]:
    """The rows that are new or say something else now; of what is known already whoever confirms it is asked.

    The caller holds project and scenario, and has asked whether it is priced.
    """
    assert found.assessed.case is not None  # noqa: S101 - it is priced
    ledger = Assumption.objects.select_for_update(of=("self",)).filter(project=project).exclude(about="")
    opened = {row.about: row for row in ledger if row.is_open}
    settled = {(row.about, figure) for row in ledger if not row.is_open for figure in (row.figure, row.real_figure)}
    told = (each for each in _apart(assumed_in(found.assessed.case)) if _is_told(each))
    every = {each.about: each for each in told if (each.about, _kept(each.ends[0])) not in settled}
    wider = {about: half_up(widened_by(found.tornado, each.keys), CENT) for about, each in every.items()}
    last = Assumption.objects.filter(project=project).last_position()
    before = {row.about: _told(row) for row in opened.values()}
    rows = [row for about, row in opened.items() if about not in every and _set_aside(row)]
    for about, each in sorted(every.items(), key=lambda item: -wider[item[0]]):
        values = {**_values(each), "scenario": scenario, "wider_by": wider[about], "currency": scenario.currency}
        row = opened.get(about) or Assumption(project=project, position=last + len(rows) + 1, **_begun(each, scenario))
        if row.wider_by is None:  # new, or set aside until now
            row.for_client = each.for_client or bool(row.question)
        if row.pk is None or any(getattr(row, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(row, name, value)
            row.save()
            rows.append(row)
    if rows:
        was = {row.about: before[row.about] for row in rows if row.about in before}
        said = {"code": project.code, "scenario": str(scenario), "link": rows[0].get_absolute_url()}
        record("assumptions.figures_taken", project, actor=actor, before=was, after={row.about: _told(row) for row in rows}, **said)
    prompt(project)
    return rows


def _set_aside(row: Assumption) -> bool:
    """Of a route or a line that is counted no more: it stays ours to settle. Whether that is new."""
    if row.wider_by is None:
        return False
    row.wider_by, row.for_client = None, bool(row.question)
    row.save(update_fields=["wider_by", "for_client"])
    return True


def _apart(found: Iterable[AssumedFigure]) -> Iterator[AssumedFigure]:
    """Two lines of one name are two figures."""
    seen: set[str] = set()
    for each in found:
        names = chain([each.about], (f"{each.about} ({number})" for number in count(2)))
        about = next(name for name in names if name not in seen)
        seen.add(about)
        yield replace(each, about=about)


def _is_told(each: AssumedFigure) -> bool:
    return all(abs(end) < BEYOND for end in each.ends)


def _kept(number: Decimal) -> Decimal:
    return half_up(number, PLACES)


def _values(each: AssumedFigure) -> dict[str, Any]:
    """What follows the scenario; where low and high are as the base there are none. Where it says not how sure a figure is, people may."""
    figure, low, high = map(_kept, each.ends)
    ends = {"low": None, "high": None} if low == high else {"low": low, "high": high}
    sure = {"confidence": each.confidence} if each.confidence else {}
    return {"figure": figure, **ends, "unit": each.unit[:20], **sure}


def _begun(each: AssumedFigure, scenario: CostAssessment) -> dict[str, Any]:
    """What people may write otherwise afterwards."""
    return {
        "about": each.about,
        "why": Assumption.Why.FIGURE,
        "words": each.words,
        "lines": each.words if each.is_line else "",
        "material_id": each.material,
        "owner": scenario.created_by if scenario.created_by.is_active else None,
        "due_on": working_day_in(scenario.project, USUAL_DAYS) if each.material else None,
    }


def _told(row: Assumption) -> str:
    return f"{row.words}: {row.figure} {row.unit}".rstrip()


def take_quoted(scenario: CostAssessment, actor: User) -> None:
    """What a price assumes goes into the quotation with it: the worker, which takes over what was fixed, may come only afterwards."""
    found = priced(assessed(scenario))
    if not found.refusals:
        _taken(scenario.project, scenario, found, actor)


def take_after(events: Sequence[Event]) -> None:
    """What is fixed is quoted by: what it assumes is in the ledger from then on, and whoever confirms it hears what is known of it."""
    fixed = [int(event.object_id) for event in events if event.kind == FIXED]
    if not fixed:
        return
    wanted = CostAssessment.objects.filter(pk__in=fixed)
    held = Project.objects.select_for_update(of=("self",)).select_related(*READ).filter(pk__in=wanted.values("project"))
    projects = {project.pk: project for project in held.order_by("pk")}
    for scenario in wanted.select_for_update(of=("self",)).select_related("fixed_by", "created_by").order_by("fixed_at", "pk"):
        project = scenario.project = projects[scenario.project_id]
        found = priced(assessed(scenario))
        if not found.refusals and not not_active(project):
            _taken(project, scenario, found, scenario.fixed_by)


def register() -> None:
    register_consumer("process.figures", take_after)
    take_figures_by(take_quoted)
