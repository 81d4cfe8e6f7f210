"""Further acts that ask somebody: what is prepared, and then the act itself. `test_asking.py` plays them all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

from django.utils import timezone

from accounts.models import Role
from audit.context import acting
from documents.services import refuse_version, submit_for_review, upload_version
from projects.models import Agreement, ApprovalRequest, Milestone, Project, Rfp, Task
from projects.services import account, change_orders, loops, meeting, plan, publishing, tasks
from projects.services.agreement_reminders import remind_of_expiring_agreements
from projects.services.approvals import answer_approval
from projects.services.clarifications import ask_clarification
from projects.services.readiness import refresh_readiness
from projects.services.rfp import log_rfp_from_system
from projects.services.sharing import ask_for_approval
from tests.projects import factories as make
from tests.projects.people import business

Act = Callable[[], object]
Scene = Callable[[Project], Act]


def a_draft_order(project: Project) -> Act:
    make.person(Role.BUSINESS_DEVELOPMENT, name="Second Seller")  # nobody is told of an act of their own
    return lambda: make.a_change_order(project)


def a_released_order(project: Project) -> Act:
    order, seller, director = make.a_change_order(project), business(), make.person(Role.MANAGEMENT)
    place = (project.code, order.sequence, order.revision)
    change_orders.release_change_order(*place, actor=seller, authentication=make.fake_authentication(seller))
    return lambda: change_orders.release_change_order(*place, actor=director, authentication=make.fake_authentication(director))


def a_declined_order(project: Project) -> Act:
    order, approver = make.sent_change_order(project), make.person(Role.CLIENT_APPROVER, client=project.client)
    place = (project.code, order.sequence, order.revision)
    return lambda: change_orders.decline_change_order(*place, actor=approver, reason="Too late for us.")


def a_question_of_approval(project: Project) -> Act:
    make.person(Role.CLIENT_APPROVER, client=project.client)
    return lambda: ask_for_approval(project.code, "milestone", "g2", actor=make.manager(), words="Is the date right?")


def a_rejected_question(project: Project) -> Act:
    a_question_of_approval(project)()
    asked, approver = ApprovalRequest.objects.latest("pk"), make.person(Role.CLIENT_APPROVER, client=project.client)
    proof = make.fake_authentication(approver)
    return lambda: answer_approval(asked.pk, kind="rejected", words="Too late for us.", actor=approver, authentication=proof)


def a_request_of_a_client(project: Project) -> Act:
    business()
    approver = make.person(Role.CLIENT_APPROVER, client=project.client)
    words = {"compound_name": "Ibuprofen", "wanted": "Five tonnes a year"}
    return lambda: log_rfp_from_system(
        client=project.client, contact_name="Purchasing Manager", contact_email="purchasing@example.com", actor=approver, **words
    )


def a_question_to_a_client(project: Project) -> Act:
    seller = business()
    rfp = a_request_of_a_client(project)()
    assert isinstance(rfp, Rfp)
    return lambda: ask_clarification(rfp.number, question="12.5 kg?", actor=seller)


def a_refused_memo(project: Project) -> Act:
    upload = upload_version("signed_memo", upload=BytesIO(b"%PDF-1.7\n%%EOF\n"), name="memo.pdf", actor=make.manager(), project=project)
    submit_for_review(upload.document.number, 1, actor=make.manager())
    director = make.person(Role.MANAGEMENT)
    return lambda: refuse_version(upload.document.number, 1, actor=director, reason="Table 2 lacks units.")


def a_wish_for_a_decision(project: Project) -> Act:
    chemist = make.person(Role.RESEARCH)
    return lambda: meeting.request_decision(project.code, reason="The sample is confirmed.", actor=chemist)


def changed_evidence(project: Project) -> Act:
    """The record on which G1 was decided is another one now."""
    make.done(project, "project_charter")

    def refreshed() -> None:
        with acting(channel="worker"):
            refresh_readiness([project.pk])

    return refreshed


def _draft(**values: object) -> tasks.TaskDraft:
    return tasks.TaskDraft(**{"title": "Order the starting material", "milestone": "g2", "department": "research", **values})  # type: ignore[arg-type]


def a_task(project: Project) -> Act:
    make.person(Role.RESEARCH)
    return lambda: tasks.add_task(project.code, _draft(), actor=make.manager())


def a_changed_task(project: Project) -> Act:
    a_task(project)()
    row = Task.objects.filter(project=project).latest("pk")
    return lambda: tasks.change_task(project.code, row.pk, _draft(duration_days=9), reason="More work.", actor=make.manager())


def a_task_again(project: Project) -> Act:
    a_task(project)()
    row = Task.objects.filter(project=project).latest("pk")
    tasks.finish_task(project.code, row.pk, on=timezone.localdate(), actor=make.person(Role.RESEARCH))
    return lambda: tasks.reopen_task(project.code, row.pk, reason="The wrong grade.", actor=make.manager())


def a_date_missed(project: Project) -> Act:
    """A shared milestone that a person dates comes long before the day that the client was told."""
    row = Milestone.objects.open().filter(project=project, visibility="shared", published_on__isnull=False).latest("published_on")
    Milestone.objects.filter(pk=row.pk).update(source="")
    other = make.person(Role.PROJECT_MANAGER, name="Second Manager")
    return lambda: plan.achieve_milestone(project.code, row.key, on=timezone.localdate(), actor=other)


def an_objection(project: Project) -> Act:
    plan.reschedule_milestone(
        project.code, "g2", not_before=timezone.localdate() + timedelta(days=500), reason="Late material.", actor=make.manager()
    )
    words = {"reason_class": "material", "side": "client", "reason": "Your material came late."}
    publishing.publish_milestone(project.code, "g2", actor=make.manager(), **words)
    approver = make.person(Role.CLIENT_APPROVER, client=project.client)
    return lambda: account.object_to_account(project.code, words="The material was on time.", actor=approver)


def a_loop(project: Project) -> Act:
    make.done(project, "sample_certificate")
    make.person(Role.ANALYTICAL)
    return lambda: loops.open_loop(project.code, "sample_certificate", actor=make.manager(), reason="Rejected.", side="client")


def an_expiring_agreement(project: Project) -> Act:
    """Signed by both sides; it ends in a month."""
    business()
    last = timezone.localdate() + timedelta(days=30)
    Agreement.objects.filter(project=project, kind=Agreement.Kind.COOPERATION).update(expires_on=last)

    def reminded() -> None:
        with acting(channel="worker"):
            remind_of_expiring_agreements()

    return reminded


MORE_IN_SMALL_SCALE: dict[str, Scene] = {
    "change_order.drafted": a_draft_order,
    "change_order.released": a_released_order,
    "change_order.declined": a_declined_order,
    "approval.asked": a_question_of_approval,
    "approval.rejected": a_rejected_question,
    "agreement.expiring": an_expiring_agreement,
    "rfp.logged": a_request_of_a_client,
    "rfp.question_asked": a_question_to_a_client,
    "document.refused": a_refused_memo,
    "gate.decision_requested": a_wish_for_a_decision,
    "gate.evidence_changed": changed_evidence,
    "task.added": a_task,
    "task.changed": a_changed_task,
    "task.reopened": a_task_again,
    "milestone.achieved": a_date_missed,
    "account.objected": an_objection,
    "deliverable.reopened": a_loop,
}
