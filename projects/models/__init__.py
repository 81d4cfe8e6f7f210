from projects.models.commercial import Agreement, AgreementSignatory, Quotation, QuotationLine
from projects.models.conditions import GateCondition, GateWaiver
from projects.models.evidence import Deliverable, ReferencedEvidence
from projects.models.gate import GateCriterion, GateReview, GateSignature, ReadinessSummary
from projects.models.numbering import NumberSeries
from projects.models.plan import Baseline, BaselineMilestone, Milestone, MilestoneLink, Publication
from projects.models.project import Charter, PhaseMove, Project, StatusChange, TeamMember
from projects.models.rfp import Clarification, Rfp, RfpFile
from projects.models.states import PHASES, Phase, ProjectStatus, Visibility
from projects.models.waiting import WaitingFor

__all__ = [
    "PHASES",
    "Agreement",
    "AgreementSignatory",
    "Baseline",
    "BaselineMilestone",
    "Charter",
    "Clarification",
    "Deliverable",
    "GateCondition",
    "GateCriterion",
    "GateReview",
    "GateSignature",
    "GateWaiver",
    "Milestone",
    "MilestoneLink",
    "NumberSeries",
    "Phase",
    "PhaseMove",
    "Project",
    "ProjectStatus",
    "Publication",
    "Quotation",
    "QuotationLine",
    "ReadinessSummary",
    "ReferencedEvidence",
    "Rfp",
    "RfpFile",
    "StatusChange",
    "TeamMember",
    "Visibility",
    "WaitingFor",
]
