"""The models of all slices; `phases` is one app with one migration history."""

from phases.evaluation.cost_tables import PlannedUtility, SheetCost
from phases.evaluation.models import DepartmentAssessment, InquiryAssessment
from phases.evaluation.tables import PlannedOperation, PlannedTest, SheetAssumption, SheetHazard, SheetRisk, SiteVessel

__all__ = [
    "DepartmentAssessment",
    "InquiryAssessment",
    "PlannedOperation",
    "PlannedTest",
    "PlannedUtility",
    "SheetAssumption",
    "SheetCost",
    "SheetHazard",
    "SheetRisk",
    "SiteVessel",
]
