"""Projects as their services make them: nothing here writes a row that a person could not have written.

`a_project()` is in evaluation, `a_project_ready_for_g1()` meets every criterion of its first gate, `a_project_in(phase)` has passed
the gates before. People are one per role, made when first asked for: `person(Role.RESEARCH)`.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.models import Client, Contact, Delegation, Role, User
from accounts.services import delegate
from catalogue.models import SHEET_DEPARTMENTS, Site
from documents.models import DocumentVersion, Rendition
from documents.services import request_document
from phases.evaluation.services import recommend, save_sheet, sign_off_sheet, submit_rfp
from projects.gates import gate_of
from projects.models import (
    PHASES,
    ChangeOrder,
    Deliverable,
    GateReview,
    GateWaiver,
    Phase,
    Project,
    ProjectRisk,
    Quotation,
    ReferencedEvidence,
    Rfp,
    Tailoring,
)
from projects.services import change_orders, commercial, evidence, gate, order_lines, quotation_answers, tailoring
from projects.services.charter import draft_charter
from projects.services.conditions import NewCondition
from projects.services.lifecycle import hold_project, pass_out_of_scope
from projects.services.rfp import save_rfp
from projects.services.waivers import grant_waiver, request_waiver
from tests.projects.agreed import client_agreement as client_agreement
from tests.projects.agreed import signed_agreement as signed_agreement
from tests.projects.agreed import signed_agreements
from tests.projects.people import CLIENT_SIDE as CLIENT_SIDE
from tests.projects.people import PASSWORD as PASSWORD
from tests.projects.people import a_client, fake_authentication, manager, person
from tests.projects.remembered import remembered
from worksheets.changing import add_row

PARACETAMOL = "CC(=O)Nc1ccc(O)cc1"
_numbers = itertools.count(1)

COMPLETE_REQUEST: dict[str, Any] = {
    "structure_text": PARACETAMOL,
    "cas_number": "103-90-2",
    "downstream_drug": "Tablets 500 mg",
    "indication": "Pain and fever",
    "target_markets": ["EU", "US"],
    "compound_role": "api",
    "process_challenges": "Colour of the crude product",
    "target_timeline": "Validation batches within two years",
    "submission_requirements": ["DMF"],
}


def an_rfp(client: Client | None = None, **details: Any) -> Rfp:
    """A draft request; `details` may complete it."""
    client = client or a_client()
    contact, _created = Contact.objects.get_or_create(client=client, name="Purchasing Manager", email="purchasing@example.com")
    actor = person(Role.BUSINESS_DEVELOPMENT)
    values = {"compound_name": "Paracetamol", "wanted": "Development and supply, 5 t a year", **details}
    return save_rfp(client=client, contact=contact, channel="telephone", actor=actor, **values)


@remembered
def a_project(client: Client | None = None) -> Project:
    """In evaluation, as submitting a request opens it."""
    rfp = an_rfp(client, **COMPLETE_REQUEST)
    return submit_rfp(rfp.number, actor=person(Role.BUSINESS_DEVELOPMENT))


def a_site() -> Site:
    """In the zone of the tests, so that its day is theirs at every hour."""
    return Site.objects.get_or_create(key="demo-site", defaults={"name": "Demo Site", "country": "CH", "time_zone": "UTC"})[0]


def charter(
    project: Project, *, first: str = Phase.EVALUATION, last: str = Phase.COMMERCIAL, start_on: date | None = None, **batches: Any
) -> None:
    """The charter's plan: team, deliverables, milestones."""
    draft_charter(
        project.code,
        objectives="Develop the process and supply the substance.",
        start_on=start_on or timezone.localdate(),
        first_phase=first,
        last_phase=last,
        site=a_site(),
        project_manager=manager(),
        actor=manager(),
        **batches,
    )


def tailor(project: Project, kind: str, key: str, justification: str = "A non-GMP intermediate.") -> Tailoring:
    """Chosen as not applicable while the charter is a draft."""
    return tailoring.tailor(project.code, kind=kind, key=key, justification=justification, actor=manager())


def sign_off_sheets(project: Project) -> None:
    for department in SHEET_DEPARTMENTS:
        actor = person(department)
        values = {
            "feasibility_score": 4,
            "feasibility_reason": "A known route.",
            "cost_base": Decimal("48000.00"),
            "currency": "EUR",
            "duration_weeks": Decimal(20),
        }
        save_sheet(project.code, department, changes=values, actor=actor)
        sign_off_sheet(project.code, department, actor=actor, authentication=fake_authentication(actor))


def a_quotation(project: Project) -> Quotation:
    """A draft revision with two lines, and somebody at the client who can answer it."""
    person(Role.CLIENT_APPROVER, client=project.client)
    lines = [
        commercial.Line(Phase.SMALL_SCALE, "Process development", Decimal("180000.00")),
        commercial.Line(Phase.PILOT, "Pilot batches", Decimal("240000.00")),
    ]
    return commercial.draft_quotation(
        project.code,
        currency="EUR",
        valid_until=timezone.localdate() + timedelta(days=60),
        scope="Development from laboratory to pilot scale.",
        lines=lines,
        actor=person(Role.BUSINESS_DEVELOPMENT),
    )


def release(quotation: Quotation) -> None:
    for role in (Role.BUSINESS_DEVELOPMENT, Role.MANAGEMENT):
        actor = person(role)
        commercial.release_quotation(quotation.project.code, quotation.revision, actor=actor, authentication=fake_authentication(actor))


def a_paper(quotation: Quotation) -> DocumentVersion:
    """The PDF of the released revision."""
    made_by, reason = person(Role.BUSINESS_DEVELOPMENT), f"For {quotation.label}."
    return drawn(request_document("quotation", actor=made_by, project=quotation.project, reason=reason))


def drawn(version: DocumentVersion) -> DocumentVersion:
    """As if a worker had drawn its PDF."""
    for step in (version.begin_rendering, version.finish_rendering):
        step()
        version.save(update_fields=["state"])
    values = {"name": "quotation.pdf", "media_type": "application/pdf", "sha256": "0" * 64, "size_bytes": 1, "pages": 1}
    Rendition.objects.create(version=version, kind=Rendition.Kind.REVIEW, content_hash=version.content_hash, **values)
    return version


def send(quotation: Quotation) -> Quotation:
    a_paper(quotation)
    person(Role.CLIENT_APPROVER, client=quotation.project.client)
    return commercial.send_quotation(quotation.project.code, quotation.revision, actor=person(Role.BUSINESS_DEVELOPMENT))


def accepted_quotation(project: Project) -> None:
    quotation = a_quotation(project)
    release(quotation)
    send(quotation)
    approver = person(Role.CLIENT_APPROVER, client=project.client)
    quotation_answers.accept_quotation(project.code, quotation.revision, actor=approver, authentication=fake_authentication(approver))


def a_change_order(project: Project, *, days: int = 10, key: str = "g2", sequence: int | None = None, **lines: Any) -> ChangeOrder:
    """A draft: one more study, paid, and a date that moves. lines: what else it does to scope, plan and payments."""
    draft = order_lines.Draft(
        title="A second crystallisation study",
        reason="The first polymorph is not stable.",
        scope="One more study with ten solvents.",
        valid_until=timezone.localdate() + timedelta(days=30),
        lines=[commercial.Line(Phase.SMALL_SCALE, "Second study", Decimal("24000.00"))],
        days={key: days},
        **lines,
    )
    return change_orders.draft_change_order(project.code, draft, actor=person(Role.BUSINESS_DEVELOPMENT), sequence=sequence)


def sent_change_order(project: Project, **values: Any) -> ChangeOrder:
    order = a_change_order(project, **values)
    for role in (Role.BUSINESS_DEVELOPMENT, Role.MANAGEMENT):
        actor = person(role)
        change_orders.release_change_order(
            project.code, order.sequence, order.revision, actor=actor, authentication=fake_authentication(actor)
        )
    return change_orders.send_change_order(project.code, order.sequence, order.revision, actor=person(Role.BUSINESS_DEVELOPMENT))


def accept_change_order(order: ChangeOrder) -> ChangeOrder:
    approver = person(Role.CLIENT_APPROVER, client=order.project.client)
    return change_orders.accept_change_order(
        order.project.code, order.sequence, order.revision, actor=approver, authentication=fake_authentication(approver)
    )


def a_reference(project: Project, key: str, *, actor: User | None = None, **values: Any) -> ReferencedEvidence:
    """Evidence in another system, waiting for a second person."""
    given = {
        "system": "Document management system",
        "number": f"DOC-{next(_numbers):05d}",
        "record_state": "Effective",
        "record_date": project.today,
        **values,
    }
    return evidence.enter_reference(project.code, key, actor=actor or manager(), **given)


def done(project: Project, *keys: str) -> None:
    """Make deliverables done by referenced evidence that quality assurance confirmed."""
    for key in keys:
        reference = a_reference(project, key)
        evidence.confirm_reference(project.code, key, reference.pk, actor=person(Role.QUALITY_ASSURANCE))


def finish_phase(project: Project) -> None:
    """Every open deliverable of the present phase is done."""
    phase = Project.objects.get(pk=project.pk).phase
    done(project, *Deliverable.objects.open().filter(project=project, phase=phase).values_list("key", flat=True))


@remembered
def a_project_ready_for_g1(
    client: Client | None = None,
    *,
    last: str = Phase.COMMERCIAL,
    first: str = Phase.EVALUATION,
    without: Sequence[tuple[str, str]] = (),
) -> Project:
    """Every criterion of G1 is met; nothing is proposed. `without`: what the charter takes out, as kind and key."""
    project = a_project(client)
    sign_off_sheets(project)
    recommend(project.code, recommendation="bid", reason="Feasible in our equipment.", actor=person(Role.BUSINESS_DEVELOPMENT))
    accepted_quotation(project)
    signed_agreements(project)
    charter(project, first=first, last=last)
    for kind, key in without:
        tailor(project, kind, key)
    finish_phase(project)
    return Project.objects.get(pk=project.pk)


def propose(project: Project, decision: str = "go", **values: Any) -> GateReview:
    reason = "" if decision == "go" else "As agreed in the gate meeting."
    return gate.propose_decision(project.code, decision=decision, actor=manager(), **{"reason": reason, **values})


def sign(project: Project, *roles: str) -> GateReview:
    """Sign in these roles, each by its own person; without roles, in every role that the gate asks for and nobody has given."""
    review = gate.current_review(Project.objects.get(pk=project.pk))
    assert review is not None
    given = {row.role for row in gate.signatures_of_proposal(review)}
    for role in roles or [role for role in review.signers if role not in given]:
        actor = person(role)
        review = gate.sign_decision(project.code, role=role, actor=actor, authentication=fake_authentication(actor))
    return review


def decide(project: Project, decision: str = "go", **values: Any) -> Project:
    propose(project, decision, **values)
    sign(project)
    return Project.objects.get(pk=project.pk)


def pass_gate(project: Project) -> Project:
    finish_phase(project)
    return decide(project)


@remembered
def a_project_in(
    phase: str, client: Client | None = None, *, last: str = Phase.COMMERCIAL, without: Sequence[tuple[str, str]] = ()
) -> Project:
    """Moved to `phase` through every gate before it."""
    if phase == Phase.EVALUATION:
        return a_project(client)
    before = PHASES[PHASES.index(Phase(phase)) - 1]
    if before == Phase.EVALUATION:
        return decide(a_project_ready_for_g1(client, last=last, without=without))
    return pass_gate(a_project_in(before, client, last=last, without=without))


@remembered
def a_planned_project(client: Client | None = None) -> Project:
    """In evaluation; the draft of its charter made its plan."""
    project = a_project(client)
    charter(project)
    return Project.objects.get(pk=project.pk)


@remembered
def a_project_with(phase: str, *keys: str) -> Project:
    """In `phase`, with these deliverables done."""
    project = a_project_in(phase)
    done(project, *keys)
    return project


@remembered
def a_finished_project(phase: str) -> Project:
    """In `phase`, with every deliverable of it done."""
    project = a_project_in(phase)
    finish_phase(project)
    return project


def signers_of(phase: str) -> tuple[str, ...]:
    return gate_of(phase).signers


def hold(project: Project) -> Project:
    return hold_project(project.code, actor=manager(), reason="The client asked for a pause.")


def out_of_scope(project: Project) -> Project:
    actor = manager()
    return pass_out_of_scope(project.code, actor=actor, authentication=fake_authentication(actor), reason="Not contracted.")


def a_condition(**values: Any) -> NewCondition:
    """Due in a month, owned by production, guarding the validation batches from number 2 on; stands for no criterion."""
    given: dict[str, Any] = {
        "words": "Qualify the second dryer.",
        "owner": person(Role.PRODUCTION),
        "due_on": timezone.localdate() + timedelta(days=30),
        "step": "validation_batch.start",
        "step_number": 2,
    }
    return NewCondition(**{**given, **values})


def decide_with_conditions(project: Project, *conditions: NewCondition) -> Project:
    return decide(project, "go_with_conditions", conditions=conditions or (a_condition(),))


@remembered
def a_conditional_project(phase: str = Phase.PILOT, *conditions: dict[str, Any]) -> Project:
    """Its gate of `phase` was just passed with conditions (what `a_condition` takes), all of its criteria met."""
    return decide_with_conditions(a_finished_project(phase), *(a_condition(**each) for each in conditions))


def a_waiver(project: Project, criterion: str, justification: str = "Shown on the pilot batch instead.") -> GateWaiver:
    """Asked for by the project manager, not decided."""
    return request_waiver(project.code, criterion, actor=manager(), justification=justification)


def grant(waiver: GateWaiver) -> GateWaiver:
    actor = person(Role.QUALITY_ASSURANCE)
    return grant_waiver(waiver.review.project.code, waiver.pk, actor=actor, authentication=fake_authentication(actor))


def a_risk(project: Project, **values: Any) -> ProjectRisk:
    """Written down by the project manager; ours alone."""
    given = {"text": "The enzyme is made by one supplier.", "likelihood": 2, "impact": 3, "mitigation": "Qualify a second one.", **values}
    cells = {**given, "owner": given.get("owner", manager()).email}
    return ProjectRisk.objects.get(pk=add_row(f"project-risks:{project.code}", cells, actor=manager()))


def a_delegation(giver: User, receiver: User, role: str, *, days: int = 5, start: int = 0) -> Delegation:
    """Handed over from today, or from `start` days later."""
    first = timezone.localdate() + timedelta(days=start)
    return delegate(role=role, receiver=receiver, starts_on=first, ends_on=first + timedelta(days=days), reason="Leave.", actor=giver)
