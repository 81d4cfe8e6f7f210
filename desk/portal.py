"""What the pages of the portal show, gathered for a reader: a client's person, or the client in general when one of ours looks on."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import prefetch_related_objects
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.models import Role
from accounts.names import name_for_client
from accounts.permissions import allowed
from audit.signatures import content_hash, signatures_of
from desk.stepper import steps_of
from documents.models import Document, DocumentVersion
from notifications.models import MilestoneWatch
from projects.accounts_of_delay import accounts_of_delay
from projects.cost_of_waiting import with_costs
from projects.forecasting import calendar_of, is_provisional
from projects.meanings import signed_rows
from projects.milestones import states_of
from projects.models import (
    ApprovalAnswer,
    ApprovalRequest,
    ChangeOrder,
    Deliverable,
    GateCondition,
    Milestone,
    Project,
    Quotation,
    WaitingFor,
)
from projects.offered import asked_of, offer_context
from projects.price import payment_state
from projects.services import change_orders, quotation_answers
from projects.services.quotation_parts import RELATED
from projects.services.replies import remarks_answered_in
from projects.slippage import driving, side_labels
from projects.told import told_due
from projects.variance import told_variance

if TYPE_CHECKING:
    from datetime import date

    from accounts.models import User


def project_context(reader: User, code: str) -> dict[str, Any]:
    """Milestones with published dates and reasons, shared deliverables and documents, quotations, and the team."""
    rows = Project.objects.visible_to(reader).select_related("compound", "client", "site", "project_manager", "account_owner", "readiness")
    project, today = get_object_or_404(rows, code=code), timezone.localdate()
    told = (
        Milestone.everything.visible_to(reader)
        .filter(project=project)
        .select_related("dropped_by")
        .prefetch_related("publications__shares")
    )
    shared, dropped = [row for row in told if row.dropped_by is None], [row for row in told if row.dropped_by is not None]
    quotations = list(Quotation.objects.visible_to(reader).filter(project=project))
    accounts = accounts_of_delay([project], shared)[project.pk]
    documents = list(Document.objects.visible_to(reader).about(project))
    return {
        "project": project,
        "steps": [_told_step(step) for step in steps_of(project)],
        "milestones": _milestones(reader, project, shared, today),
        "dropped": dropped,
        "payments": [(row, payment_state(row)) for row in shared if row.kind == Milestone.Kind.PAYMENT],
        "currency": next((row.currency for row in quotations if row.state == Quotation.State.ACCEPTED), ""),
        "accounts": [account for account in accounts if account.moved],
        "driving": driving(accounts),
        "sides": side_labels(),
        "approvals": approvals_of(project, reader),
        "change_orders": list(ChangeOrder.objects.visible_to(reader).current().filter(project=project)),
        "deliverables": _deliverables(reader, project, shared, documents),
        "documents": documents,
        "quotations": quotations,
        **waits_of(reader, project, shared),
        "conditions": list(GateCondition.objects.told_to_client(today).filter(review__project=project).order_by("due_on", "pk")),
        "team": team_of(project),
        "today": today,
    }


def approvals_of(project: Project, user: User) -> list[ApprovalRequest]:
    """The last question about each item of a project, newest first; what is no longer asked is left out. One query."""
    rows = ApprovalRequest.objects.visible_to(user).filter(project=project).exclude(answer__kind=ApprovalAnswer.Kind.WITHDRAWN)
    last = {(row.kind, row.item_id): row for row in rows.select_related("answer").order_by("asked_at", "pk")}
    return sorted(last.values(), key=lambda row: (row.asked_at, row.pk), reverse=True)


def waits_of(reader: User, project: Project | None = None, milestones: Iterable[Milestone] | None = None) -> dict[str, Any]:
    """What waits for the organisation, dearest first; who does not answer for it reads it too. milestones: the project's, as shared."""
    rows = WaitingFor.objects.open().asking(reader.client_id)
    answers = reader.has_role(Role.CLIENT_APPROVER)
    return {
        "waits": with_costs(rows.filter(project=project) if project else rows, milestones),
        "waits_title": _t("Waiting for you") if answers else _t("Waiting for your organisation"),
    }


def _told_step(step: dict[str, Any]) -> dict[str, Any]:
    """How far our own gate is from open is not the client's to read."""
    return {key: value for key, value in step.items() if key not in ("met", "total", "link")}


def _milestones(reader: User, project: Project, rows: list[Milestone], today: date) -> list[tuple[Any, ...]]:
    """(milestone, state, last change, provisional, variance as told, days of the reader's watch) for each that the reader sees."""
    prefetch_related_objects([row for row in rows if row.round > 1], "rounds")
    states = states_of(rows, today=today, calendars={project.pk: calendar_of(project)}, for_client=True)
    watches = MilestoneWatch.objects.filter(user_id=reader.pk, milestone__in=rows).values_list("milestone_id", "days")
    watched = dict(watches) if reader.pk else {}
    return [
        (
            row,
            states[row.pk],
            next(reversed(row.publications.all()), None),
            is_provisional(row, project, row.published_on),
            told_variance(row, project),
            watched.get(row.pk),
        )
        for row in rows
    ]


def _deliverables(
    reader: User, project: Project, shared: list[Milestone], documents: Iterable[Document]
) -> list[tuple[Deliverable, Document | None, date | None]]:
    """Shared deliverables, each with the document that proves it where the reader may open that one, and the date it was told for."""
    pages = {document.get_absolute_url(): document for document in documents}
    rows = list(Deliverable.objects.visible_to(reader).filter(project=project))
    prefetch_related_objects([row for row in rows if row.round > 1], "rounds")
    due = told_due(rows, shared)
    return [(row, pages.get(row.evidence_link) if row.is_done else None, due.get(row.pk)) for row in rows]


def team_of(project: Project) -> list[tuple[str, str]]:
    """(what they do, name or nothing) of those who work on the project, as agreed with the client."""
    people = [(_t("Project manager"), project.project_manager), (_t("Business development"), project.account_owner)]
    members = project.team.select_related("department", "user").exclude(department__key__in=LED_ABOVE)
    people += [(str(member.department), member.user) for member in members]
    return [(function, name_for_client(project.client, person.full_name)) for function, person in people if person]


LED_ABOVE = ("project_management", "business_development")


def quotation_for(reader: User, code: str, revision: int) -> Quotation:
    rows = Quotation.objects.visible_to(reader).select_related("project__client", "project__compound", "answered_by")
    return get_object_or_404(rows.prefetch_related(*RELATED), project__code=code, revision=revision)


def quotation_context(reader: User, quotation: Quotation) -> dict[str, Any]:
    digest, blockers = content_hash(quotation), quotation_answers.answer_blockers(quotation)
    papers = DocumentVersion.objects.visible_to(reader).filter(document__project=quotation.project, snapshot__data__content_hash=digest)
    return {
        "quotation": quotation,
        "project": quotation.project,
        "hash": digest,
        "paper": papers.select_related("document").order_by("-number").first(),
        "blockers": blockers,
        **offer_context(quotation),
        "asked": asked_of(quotation),
        "answered": remarks_answered_in(quotation),
        "choosable": not blockers and allowed("projects.answer_quotation", reader, quotation),
        "may_ask": not quotation_answers.asking_blockers(quotation),
        "may_withdraw": quotation.is_asked,
        "withdraw_blockers": quotation_answers.withdrawing_blockers(quotation) if quotation.is_asked else [],
        "may_answer": allowed("projects.answer_quotation", reader, quotation),
        "signatures": [row for row in signed_rows(quotation) if row.signature.meaning == "accept_quotation"],
    }


def taken_of(quotation: Quotation, chosen: Collection[int]) -> dict[str, Any] | None:
    """What an acceptance with these options takes, as the dialog says it in which it is signed; nothing where there is no option."""
    lines = [(line, line.number in chosen) for line in quotation.options]
    total = quotation.price_with(line for line, is_taken in lines if is_taken)
    numbers = ",".join(str(line.number) for line, is_taken in lines if is_taken)
    return {"lines": lines, "numbers": numbers, "total": total, "currency": quotation.currency} if lines else None


def order_for(reader: User, code: str, sequence: int, revision: int) -> ChangeOrder:
    rows = ChangeOrder.objects.visible_to(reader).select_related("project__client", "project__site", "answered_by")
    return get_object_or_404(rows.prefetch_related(*change_orders.PARTS), project__code=code, sequence=sequence, revision=revision)


def order_context(reader: User, order: ChangeOrder) -> dict[str, Any]:
    return {
        "order": order,
        "project": order.project,
        "effects": change_orders.effects_of(order),
        "payments": change_orders.payments_of(order),
        "hash": content_hash(order),
        "blockers": change_orders.answer_blockers(order),
        "may_answer": allowed("projects.answer_change_order", reader, order),
        "signatures": [signature for signature in signatures_of(order) if signature.meaning == "accept_change_order"],
    }
