"""What an unanswered question of a request does to the price: the line that becomes an assumption, and how much wider the band gets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from process.costs.band import price_band
from process.costs.case import Case, Line, Scale
from process.costs.demand import Demand, Intake, Step
from process.costs.figures import Figure
from process.costs.materials import ZERO, Category, Material
from process.routes.plain import Computed

ALGORITHM, VERSION = "cost.missing_answers", "1"
PRACTICE = _("Practice of our estimators, until our own projects tell better.")


class Target(StrEnum):
    """What of the case is uncertain without the answer."""

    QUANTITY = "quantity"  # of the cost lines of some categories
    PRICE = "price"  # of the materials
    USE = "use"  # of the materials by the route
    OUTPUT = "output"  # of a phase: how much is wanted
    YIELD = "yield"


@dataclass(frozen=True)
class Effect:
    """low, high: what the figure may be as a share of itself. phase: of an output. source: whose factors these are."""

    target: Target
    low: Decimal
    high: Decimal
    categories: tuple[Category, ...] = ()
    phase: str = ""
    source: str | Promise = PRACTICE


def _effect(target: Target, low: str, high: str, *categories: Category, phase: str = "") -> Effect:
    return Effect(target, Decimal(low), Decimal(high), categories, phase)


# By the field of the request; a field that is not here moves no line. projects/completeness.py has the questions.
EFFECTS: dict[str, tuple[Effect, ...]] = {
    "structure_text": (
        _effect(Target.USE, "0.6", "2"),
        _effect(Target.YIELD, "0.75", "1.1"),
        _effect(Target.QUANTITY, "0.7", "2", Category.LABOUR),
    ),
    "process_challenges": (_effect(Target.YIELD, "0.8", "1.05"), _effect(Target.QUANTITY, "0.9", "1.4", Category.OCCUPANCY)),
    "downstream_drug": (_effect(Target.QUANTITY, "0.9", "1.3", Category.CLEANING, Category.EHS),),
    "indication": (_effect(Target.QUANTITY, "0.9", "1.2", Category.CLEANING, Category.EHS),),
    "target_markets": (_effect(Target.QUANTITY, "0.8", "1.3", Category.DOSSIER),),
    "submission_requirements": (_effect(Target.QUANTITY, "0.5", "2", Category.DOSSIER),),
    "compound_role": (_effect(Target.QUANTITY, "0.7", "1.5", Category.DOSSIER, Category.QC),),
    "clinical_stage": (_effect(Target.QUANTITY, "0.8", "1.2", Category.QC, Category.DOSSIER),),
    # full GMP is assumed, which little exceeds
    "gmp_needed": (_effect(Target.QUANTITY, "0.6", "1.05", Category.QC, Category.CLEANING, Category.DOSSIER),),
    "number_of_steps": (_effect(Target.QUANTITY, "0.7", "1.6", Category.LABOUR, Category.OCCUPANCY),),
    "route_available": (_effect(Target.QUANTITY, "0.7", "1.2", Category.LABOUR),),
    "maximum_daily_dose_mg": (_effect(Target.QUANTITY, "0.9", "1.3", Category.QC, Category.CLEANING),),
    "treatment_duration": (_effect(Target.QUANTITY, "0.9", "1.1", Category.QC),),
    "target_timeline": (_effect(Target.QUANTITY, "0.9", "1.25", Category.LABOUR, Category.OUTSIDE),),
    "sample_quantity_g": (_effect(Target.OUTPUT, "0.5", "2", phase="small_scale"),),
    "pilot_quantity_kg": (_effect(Target.OUTPUT, "0.5", "2", phase="pilot"),),
    # two to five batches, where three are counted
    "validation_batches": (_effect(Target.OUTPUT, "0.66", "1.67", phase="validation"),),
    "validation_quantity_kg": (_effect(Target.OUTPUT, "0.5", "2", phase="validation"),),
    "commercial_quantity_kg_per_year": (_effect(Target.PRICE, "0.85", "1.15"), _effect(Target.OUTPUT, "0.5", "2", phase="commercial")),
    "batch_size_wanted_kg": (_effect(Target.QUANTITY, "0.8", "1.3", Category.OCCUPANCY, Category.CLEANING, Category.QC),),
    "exposure_band": (_effect(Target.QUANTITY, "0.9", "1.5", Category.CLEANING, Category.EHS),),
    "ctd_author": (_effect(Target.QUANTITY, "0.3", "1.1", Category.DOSSIER),),
}


@dataclass(frozen=True)
class Impact:
    """field: of the request. lines: what becomes an assumption, by label. wider_by: of the band, in the currency of the case."""

    field: str
    lines: tuple[str, ...]
    wider_by: Decimal
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Missing:
    """impacts: the widest first, those that move nothing too. together: how much wider the band is while all are missing."""

    impacts: tuple[Impact, ...]
    together: Decimal


def price_impact(case: Case, missing: Sequence[str]) -> Computed[Missing]:
    """missing: the unanswered fields. Each is taken alone, then all at once; answers do not simply add up."""
    before = price_band(case).known.width
    impacts = [_impact(case, name, before) for name in missing]
    every = [effect for name in missing for effect in EFFECTS.get(name, ())]
    value = Missing(tuple(sorted(impacts, key=lambda each: -each.wider_by)), _width(case, every) - before)
    return Computed(ALGORITHM, VERSION, value, case.currency, {"case": case, "missing": tuple(missing)})


def widened(case: Case, effects: Iterable[Effect]) -> Case:
    """The case whose figures reach as far as the effects say. A price or yield already less certain than that stays as it is."""
    for effect in effects:
        case = _WIDEN[effect.target](case, effect)
    return case


def touched(case: Case, effect: Effect) -> Iterator[str]:
    """The labels of the lines, materials or steps that become assumptions."""
    if effect.target == Target.QUANTITY:
        yield from (line.label for line in case.lines if _meant(line, effect))
    elif effect.target == Target.OUTPUT:
        yield from (_t("Output of %(phase)s") % {"phase": scale.label} for scale in case.scales if scale.phase == effect.phase)
    elif effect.target == Target.YIELD:
        yield from (_t("Yield of %(step)s") % {"step": step.label} for demand in _routes(case) for step in demand.steps)
    else:
        bought = {key for demand in _routes(case) for key in demand.bought}
        yield from (material.label for material in case.materials if material.key in bought)


def _impact(case: Case, name: str, before: Decimal) -> Impact:
    effects = EFFECTS.get(name, ())
    lines = dict.fromkeys(label for effect in effects for label in touched(case, effect))
    sources = dict.fromkeys(str(effect.source) for effect in effects)
    return Impact(name, tuple(lines), _width(case, effects) - before if lines else ZERO, tuple(sources))


def _width(case: Case, effects: Iterable[Effect]) -> Decimal:
    return price_band(widened(case, effects)).known.width


def _reaching(figure: Figure, effect: Effect, most: Decimal | None = None) -> Figure:
    low, high = min(figure.low, figure.base * effect.low), max(figure.high, figure.base * effect.high)
    return replace(figure, low=low, high=high if most is None else max(figure.high, min(high, most)))


def _meant(line: Line, effect: Effect) -> bool:
    return line.category in effect.categories


def _quantities(case: Case, effect: Effect) -> Case:
    lines = (replace(line, quantity=_reaching(line.quantity, effect)) if _meant(line, effect) else line for line in case.lines)
    return replace(case, lines=tuple(lines))


def _prices(case: Case, effect: Effect) -> Case:
    def wider(material: Material) -> Material:
        tiers = (replace(tier, price=_reaching(tier.price, effect)) for tier in material.tiers)
        return replace(material, price=_reaching(material.price, effect), tiers=tuple(tiers))

    return replace(case, materials=tuple(wider(material) for material in case.materials))


def _outputs(case: Case, effect: Effect) -> Case:
    def wider(scale: Scale) -> Scale:
        return replace(scale, low=min(scale.low, effect.low), high=max(scale.high, effect.high))

    return replace(case, scales=tuple(wider(scale) if scale.phase == effect.phase else scale for scale in case.scales))


def _uses(case: Case, effect: Effect) -> Case:
    """Of what is bought. What the steps make for one another may be more or less by their yields already."""

    def wider(demand: Demand, each: Intake) -> Intake:
        bought = each.of in demand.bought
        return replace(each, low=min(each.low, effect.low), high=max(each.high, effect.high)) if bought else each

    return _rerouted(case, lambda demand, step: replace(step, intakes=tuple(wider(demand, each) for each in step.intakes)))


def _yields(case: Case, effect: Effect) -> Case:
    return _rerouted(case, lambda _demand, step: replace(step, yield_fraction=_reaching(step.yield_fraction, effect, most=step.most)))


def _rerouted(case: Case, wider: Callable[[Demand, Step], Step]) -> Case:
    demands = (replace(demand, steps=tuple(wider(demand, step) for step in demand.steps)) for demand in case.demands)
    return replace(case, demands=tuple(demands))


def _routes(case: Case) -> list[Demand]:
    used = {scale.demand for scale in case.scales}
    return [demand for demand in case.demands if demand.key in used]


_WIDEN: dict[Target, Callable[[Case, Effect], Case]] = {
    Target.QUANTITY: _quantities,
    Target.PRICE: _prices,
    Target.USE: _uses,
    Target.OUTPUT: _outputs,
    Target.YIELD: _yields,
}
