from projects.models.account import AccountAnswer, PublicationShare
from projects.models.change_order import (
    ChangeOrder,
    ChangeOrderAddition,
    ChangeOrderDrop,
    ChangeOrderEffect,
    ChangeOrderLine,
    ChangeOrderPayment,
)
from projects.models.commercial import Agreement, AgreementSignatory, Incoterm, Quotation, QuotationLine
from projects.models.conditions import GateCondition, GateWaiver
from projects.models.confidentiality import ConfidentialReader
from projects.models.default_plan import DefaultPlan
from projects.models.evidence import Deliverable, ReferencedEvidence
from projects.models.facts import KpiCase, Lateness, ProjectStanding
from projects.models.gate import EvidenceAssessment, GateCriterion, GateReview, GateSignature, ReadinessSummary
from projects.models.intake import Intake, RequestDraft
from projects.models.numbering import NumberSeries
from projects.models.occupancy import Occupancy
from projects.models.plan import Baseline, BaselineMilestone, Milestone, MilestoneLink, Publication, Relation
from projects.models.project import Charter, PhaseMove, Project, StatusChange, TeamMember
from projects.models.quotation_answers import QuotationOutcome, RevisionRemark, RevisionRequest
from projects.models.quotation_parts import QuotationBreak, QuotationInput, QuotationPayment, QuotationRate
from projects.models.rfp import Clarification, Rfp, RfpFile
from projects.models.risk import ProjectRisk
from projects.models.rounds import DeliverableRound, MilestoneRound, StepLoop
from projects.models.saved_view import SavedView, ViewChoice
from projects.models.scratch import Scratch
from projects.models.sharing import ApprovalAnswer, ApprovalRequest, VisibilityChange
from projects.models.stale_plan import StalePlan
from projects.models.states import PHASES, SHOWN_TO_CLIENT, Phase, ProjectStatus, Visibility
from projects.models.tailoring import Tailoring
from projects.models.task import Task
from projects.models.waiting import WaitingFor

__all__ = [
    "PHASES",
    "SHOWN_TO_CLIENT",
    "AccountAnswer",
    "Agreement",
    "AgreementSignatory",
    "ApprovalAnswer",
    "ApprovalRequest",
    "Baseline",
    "BaselineMilestone",
    "ChangeOrder",
    "ChangeOrderAddition",
    "ChangeOrderDrop",
    "ChangeOrderEffect",
    "ChangeOrderLine",
    "ChangeOrderPayment",
    "Charter",
    "Clarification",
    "ConfidentialReader",
    "DefaultPlan",
    "Deliverable",
    "DeliverableRound",
    "EvidenceAssessment",
    "GateCondition",
    "GateCriterion",
    "GateReview",
    "GateSignature",
    "GateWaiver",
    "Incoterm",
    "Intake",
    "KpiCase",
    "Lateness",
    "Milestone",
    "MilestoneLink",
    "MilestoneRound",
    "NumberSeries",
    "Occupancy",
    "Phase",
    "PhaseMove",
    "Project",
    "ProjectRisk",
    "ProjectStanding",
    "ProjectStatus",
    "Publication",
    "PublicationShare",
    "Quotation",
    "QuotationBreak",
    "QuotationInput",
    "QuotationLine",
    "QuotationOutcome",
    "QuotationPayment",
    "QuotationRate",
    "ReadinessSummary",
    "ReferencedEvidence",
    "Relation",
    "RequestDraft",
    "RevisionRemark",
    "RevisionRequest",
    "Rfp",
    "RfpFile",
    "SavedView",
    "Scratch",
    "StalePlan",
    "StatusChange",
    "StepLoop",
    "Tailoring",
    "Task",
    "TeamMember",
    "ViewChoice",
    "Visibility",
    "VisibilityChange",
    "WaitingFor",
]
