"""Whose the rows of this app are, where their columns do not say it (audit/policies.py)."""

from __future__ import annotations

from audit.policies import declare, declare_signed, leave_open

PROJECT_RANK = 1
OWN_PROJECTS = "ANY (ARRAY(SELECT project.id FROM projects_project AS project WHERE project.client_id = {client}))"


def register_policies() -> None:
    declare("projects.Project", "client_id = {client}", through="{column} = " + OWN_PROJECTS, rank=PROJECT_RANK)
    # What waits for our people without a project (a new request) is no client's row.
    declare("projects.WaitingFor", f"project_id = {OWN_PROJECTS} OR (project_id IS NULL AND client_id = {{client}})")
    declare("projects.Occupancy", f"project_id = {OWN_PROJECTS}")  # no client reads a vessel, by which its columns would go
    declare("projects.QuotationOutcome", "false")  # how we read a client's answer is not the client's to read
    declare("projects.Intake", "false")  # messages as our people took them in
    declare("projects.ConfidentialReader", "false")  # who of ours may look is no client's to read
    leave_open("projects.DefaultPlan", "what every project begins with")
    leave_open("projects.NumberSeries", "the last number given out in a year")
    declare_signed(
        "projects.Quotation",
        "projects.ChangeOrder",
        "projects.ReferencedEvidence",
        "projects.Project",
        "projects.GateReview",
        "projects.GateWaiver",
        "projects.ApprovalRequest",
        "projects.Milestone",
        "projects.Deliverable",
    )
