"""The models of all parts of the process; `process` is one app with one migration history."""

from process.actuals.models import ActualCost, PhaseOutcome, RunStep, StepRun
from process.assumptions.models import Assumption, ClarificationLetter
from process.costs.models import CostAssessment, CostLine, CostPhase, MaterialPrice, QuotedPrice, RiskItem, ScenarioQuote
from process.literature.models import Literature, StepSupport
from process.purchasing.awards import InquiryAward
from process.purchasing.mails import SupplierMail
from process.purchasing.models import InquiryAnswer, InquiryAsk, InquiryLine, InquirySupplier, PurchaseInquiry
from process.routes.models import Route, RouteStep, RouteVersion, StepInput
from process.screen.models import Disposition

__all__ = [
    "ActualCost",
    "Assumption",
    "ClarificationLetter",
    "CostAssessment",
    "CostLine",
    "CostPhase",
    "Disposition",
    "InquiryAnswer",
    "InquiryAsk",
    "InquiryAward",
    "InquiryLine",
    "InquirySupplier",
    "Literature",
    "MaterialPrice",
    "PhaseOutcome",
    "PurchaseInquiry",
    "QuotedPrice",
    "RiskItem",
    "Route",
    "RouteStep",
    "RouteVersion",
    "RunStep",
    "ScenarioQuote",
    "StepInput",
    "StepRun",
    "StepSupport",
    "SupplierMail",
]
