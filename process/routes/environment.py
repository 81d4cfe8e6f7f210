"""What a route asks of the environment, on paper: its intensity by class of what goes in, and its waste by class."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t

from documents.content import Column, data_table, key_values
from process.routes.figures import balance_of
from process.routes.green import GreenMetrics, green_metrics
from process.routes.mass_balance import Waste
from process.routes.models import RouteVersion
from process.routes.paper import four_figures


def environment_on_paper(version: RouteVersion) -> dict[str, Any]:
    """missing: why there are no figures; empty where there are."""
    whole = balance_of(version)
    green, balance = green_metrics(whole.route, faults=whole.faults).value, whole.balance.value
    if green is None or balance is None:
        return {"missing": [fault.words for fault in whole.balance.faults]}
    return {"facts": _facts(version, green), "tables": [_intensity(green), _waste(balance.waste, balance.target_kg)], "missing": []}


def _facts(version: RouteVersion, green: GreenMetrics) -> list[dict[str, str]]:
    economy, net = green.atom_economy, green.net
    return key_values(
        (_t("Route"), version),
        (_t("E-factor, complete (kg/kg)"), four_figures(net.e_complete)),
        (_t("E-factor, without water and solvents (kg/kg)"), four_figures(net.e_simple)),
        (_t("Atom economy (%)"), four_figures(100 * economy) if economy is not None else None),
        (_t("Solvents in what is bought (%)"), four_figures(100 * net.solvents / net.pmi)),
    )


def _intensity(green: GreenMetrics) -> dict[str, Any]:
    columns = [
        Column(_t("Process mass intensity (kg/kg)"), 32),
        Column(_t("Reactants and reagents"), 20, "right"),
        Column(_t("Solvents"), 16, "right"),
        Column(_t("Water"), 16, "right"),
        Column(_t("Together"), 16, "right"),
    ]
    named = ((_t("Net: what is bought"), green.net), (_t("Gross: what is charged"), green.gross))
    rows = [(words, *map(four_figures, (each.reactants, each.solvents, each.water, each.pmi))) for words, each in named]
    return data_table(columns, rows)


def _waste(waste: Waste, target_kg: float) -> dict[str, Any]:
    columns = [Column(_t("Waste for 1 kg of product"), 70), Column(_t("kg"), 30, "right")]
    named = (
        (_t("Solvent"), waste.solvent),
        (_t("Water"), waste.water),
        (_t("Residues in water"), waste.aqueous),
        (_t("Other"), waste.other),
        (_t("Together"), waste.total),
    )
    return data_table(columns, [(words, four_figures(kg / target_kg)) for words, kg in named])
