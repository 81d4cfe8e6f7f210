"""What was quoted of a phase and of a step: by the fixed scenario behind the accepted quotation, else by its lines and the route."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _t

from process.costs.estimate import PhaseCost
from process.costs.quoting import quoted_in
from process.costs.stored import restored
from process.routes.models import RouteStep
from projects.money import half_up
from projects.price import accepted_quotation

if TYPE_CHECKING:
    from process.actuals.models import RunStep
    from process.costs.models import CostAssessment
    from projects.models import Project, Quotation

HUNDRED, THOUSANDTH = Decimal(100), Decimal("0.001")


@dataclass(frozen=True)
class QuotedCost:
    """words: what the amount is, and where it stands."""

    amount: Decimal
    currency: str
    words: str
    link: str


def quoted_costs(project: Project) -> dict[str, QuotedCost]:
    """By phase. Three queries."""
    quotation = accepted_quotation(project)
    if quotation is None:
        return {}
    scenarios, priced = _scenarios(quotation), [line for line in quotation.lines.all() if line.is_priced]
    found: dict[str, QuotedCost] = {}
    for phase in dict.fromkeys(line.phase for line in priced):
        found[phase] = _of_scenario(scenarios.get(phase), phase) or QuotedCost(
            sum((line.amount for line in priced if line.phase == phase), Decimal(0)),
            quotation.currency,
            _t("Price of %(label)s, with its margin") % {"label": quotation.label},
            quotation.get_absolute_url(),
        )
    return found


def _scenarios(quotation: Quotation) -> dict[str, CostAssessment]:
    """By phase: the scenario that a line of the quotation rests on."""
    quotes = quoted_in(quotation)
    found = ((line.phase, quotes.get((line.phase, line.description))) for line in quotation.lines.all())
    return {phase: quote.assessment for phase, quote in found if quote is not None}


def _of_scenario(scenario: CostAssessment | None, phase: str) -> QuotedCost | None:
    """What the phase was estimated to cost: its price without the margin, with what is passed on."""
    if scenario is None or scenario.result is None:
        return None
    phases: tuple[PhaseCost, ...] = restored(tuple[PhaseCost, ...], scenario.result["value"]["phases"])
    built = next((each.built for each in phases if each.phase == phase), None)
    if built is None:
        return None
    words = _t("Cost before the margin, scenario %(number)s, %(name)s") % {"number": scenario.number, "name": scenario.name}
    return QuotedCost(built.price - built.margin, scenario.currency, words, scenario.get_absolute_url())


@dataclass(frozen=True)
class Promise:
    yield_pct: Decimal
    cycle_time_h: Decimal | None


class Promises:
    """Of the steps of a project; the quotation is read once."""

    def __init__(self, project: Project) -> None:
        quotation = accepted_quotation(project)
        self._scenarios = _scenarios(quotation) if quotation is not None else {}

    def of(self, step: RunStep, phase: str) -> Promise:
        """As the scenario of the phase, else of another phase, took it from the same route; else as the version that was run says."""
        scenarios = [each for name, each in sorted(self._scenarios.items(), key=lambda found: found[0] != phase)]
        for scenario in scenarios:
            version = scenario.route_version
            if version is not None and version.route_id == step.version.route_id:
                quoted = RouteStep.objects.filter(version=version, key=step.key, set_aside=False).first()
                if quoted is not None:
                    return Promise(half_up(quoted.yield_pct * scenario.yield_pct / HUNDRED, THOUSANDTH), quoted.cycle_time_h)
        return Promise(step.yield_pct, step.cycle_time_h)
