"""The models of all parts of the process; `process` is one app with one migration history."""

from process.costs.models import CostAssessment, CostLine, CostPhase, MaterialPrice, QuotedPrice, RiskItem
from process.literature.models import Literature, StepSupport
from process.routes.models import Route, RouteStep, RouteVersion, StepInput
from process.screen.models import Disposition

__all__ = [
    "CostAssessment",
    "CostLine",
    "CostPhase",
    "Disposition",
    "Literature",
    "MaterialPrice",
    "QuotedPrice",
    "RiskItem",
    "Route",
    "RouteStep",
    "RouteVersion",
    "StepInput",
    "StepSupport",
]
