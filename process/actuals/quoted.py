"""What was quoted of a phase and of a step: by the fixed scenario behind the accepted quotation, else by its lines and the route."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _t

from process.costs.building import terms_of
from process.costs.offers import options_of
from process.costs.quoted import Key, key_of, lines_of, phases_of, quoted_in, scenarios_of
from process.routes.models import RouteStep
from projects.money import half_up, rounded
from projects.price import accepted_quotation

if TYPE_CHECKING:
    from process.actuals.models import RunStep
    from process.costs.models import CostAssessment
    from projects.models import Project

HUNDRED, THOUSANDTH = Decimal(100), Decimal("0.001")


@dataclass(frozen=True)
class QuotedCost:
    """words: what the amount is, and where it stands. with_margin: a price, which tells nothing of how right the cost was."""

    amount: Decimal
    currency: str
    words: str
    link: str
    with_margin: bool = False


def quoted_costs(project: Project) -> dict[str, QuotedCost]:
    """By phase. Three queries."""
    quotation = accepted_quotation(project)
    if quotation is None:
        return {}
    quotes, priced = quoted_in(quotation), [line for line in quotation.lines.all() if line.is_priced]
    scenarios = scenarios_of(quotation, quotes)
    chosen = {key_of(quotes[key_of(line)]) for line in priced if line.chosen and key_of(line) in quotes}
    found: dict[str, QuotedCost] = {}
    for phase in dict.fromkeys(line.phase for line in priced):
        found[phase] = _of_scenario(scenarios.get(phase), phase, chosen) or QuotedCost(
            sum((line.amount for line in priced if line.phase == phase), Decimal(0)),
            quotation.currency,
            _t("Price of %(label)s, with its margin") % {"label": quotation.label},
            quotation.get_absolute_url(),
            with_margin=True,
        )
    return found


def _of_scenario(scenario: CostAssessment | None, phase: str, chosen: Collection[Key]) -> QuotedCost | None:
    """What the phase was estimated to cost: its price without the margin, with what is passed on and the options that were chosen."""
    built = None if scenario is None else next((each.built for each in phases_of(scenario) if each.phase == phase), None)
    if scenario is None or built is None:
        return None
    options = options_of(lines_of(scenario), phase, replace(terms_of(scenario), margin_fraction=Decimal(0)))
    added = sum((amount for label, amount in options.items() if (phase, label) in chosen), Decimal(0))
    words = _t("Cost before the margin, scenario %(number)s, %(name)s") % {"number": scenario.number, "name": scenario.name}
    return QuotedCost(built.price - built.margin + rounded(added, scenario.currency), scenario.currency, words, scenario.get_absolute_url())


@dataclass(frozen=True)
class Promise:
    yield_pct: Decimal
    cycle_time_h: Decimal | None


class Promises:
    """Of the steps of a project: quotation, scenarios and the steps that they counted with are read once."""

    def __init__(self, project: Project) -> None:
        quotation = accepted_quotation(project)
        self._scenarios = scenarios_of(quotation, quoted_in(quotation)) if quotation is not None else {}
        versions = {scenario.route_version_id for scenario in self._scenarios.values() if scenario.route_version_id}
        steps = RouteStep.objects.filter(version__in=versions, set_aside=False) if versions else ()
        self._steps = {(step.version_id, step.key): step for step in steps}

    def of(self, step: RunStep, phase: str) -> Promise:
        """As the scenario of the phase, else of another phase, took it from the same route; else as the version that was run says."""
        for _phase, scenario in sorted(self._scenarios.items(), key=lambda found: found[0] != phase):
            version = scenario.route_version
            quoted = self._steps.get((version.pk, step.key)) if version is not None and version.route_id == step.version.route_id else None
            if quoted is not None:
                return Promise(half_up(quoted.yield_pct * scenario.yield_pct / HUNDRED, THOUSANDTH), quoted.cycle_time_h)
        return Promise(step.yield_pct, step.cycle_time_h)
