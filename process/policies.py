"""Whose the rows of this app are (audit/policies.py): ours alone, whatever project they lead to."""

from __future__ import annotations

from audit.policies import declare

COSTS = ("CostAssessment", "CostPhase", "CostLine", "MaterialPrice", "RiskItem")


def register_policies() -> None:
    for label in ("Route", "RouteVersion", "RouteStep", "StepInput", "Literature", "StepSupport", "Disposition", *COSTS):
        declare(f"process.{label}", "false")
