"""Whose the rows of this app are (audit/policies.py): ours alone, whatever project they lead to."""

from __future__ import annotations

from audit.policies import declare

PURCHASING = ("PurchaseInquiry", "InquiryLine", "InquirySupplier", "InquiryAsk", "InquiryAnswer", "InquiryAward", "SupplierMail")
ASSUMED = ("Assumption", "ClarificationLetter")
ACTUALS = ("ActualCost", "StepRun", "PhaseOutcome")
COSTS = ("CostAssessment", "CostPhase", "CostLine", "MaterialPrice", "RiskItem", "ScenarioQuote")


def register_policies() -> None:
    routes = ("Route", "RouteVersion", "RouteStep", "StepInput", "Literature", "StepSupport", "Disposition")
    for label in (*routes, *COSTS, *ACTUALS, *PURCHASING, *ASSUMED):
        declare(f"process.{label}", "false")
