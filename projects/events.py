"""The kinds of events of this app: words, link, and what the client may see of them."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audit.events import CLIENT, EventKind, register
from audit.gathering import saves_itself
from audit.models import Event
from audit.signatures import register_content
from projects.models import (
    SHOWN_TO_CLIENT,
    AccountAnswer,
    ApprovalRequest,
    ChangeOrder,
    Deliverable,
    Milestone,
    Project,
    Quotation,
    Rfp,
)
from projects.signed_contents import change_order_content, quotation_content, reference_content


def link_rfp(event: Event) -> str:
    return reverse("rfp-detail", args=[event.object_label.split(" ")[0]])


def link_intake(event: Event) -> str:
    return reverse("rfp-intake-detail", args=[event.object_id])


def link_by_id(event: Event) -> str:
    """Objects below the project: their event knows the project's id, the address resolves it."""
    return reverse("project-by-id", args=[event.project_id]) if event.project_id else ""


def link_agreement(event: Event) -> str:
    """One for all projects of its client has only its own page."""
    return link_by_id(event) or reverse("client-agreement-detail", args=[event.object_id])


def link_gate(event: Event) -> str:
    return reverse("project-gate-by-id", args=[event.project_id]) if event.project_id else ""


def link_named(event: Event) -> str:
    """The page that the event names itself: where what is asked for is done."""
    return str(event.data.get("link") or link_by_id(event))


def link_default_plan(event: Event) -> str:
    return reverse("default-plan-history")


def link_calendars(event: Event) -> str:
    return reverse("calendars")


def link_approval(event: Event) -> str:
    """A document of a request without a project has only its own page."""
    code = event.data.get("project")
    return f"{reverse('project-sharing', args=[code])}#approvals" if code else reverse("document-detail", args=[event.data["item"]])


def _project_for_client(project: Project, data: dict[str, Any]) -> dict[str, Any]:
    return {"project": project.code, "phase": project.phase, "status": project.status}


def _shared_milestone(milestone: Milestone, data: dict[str, Any]) -> dict[str, Any] | None:
    """Published dates only, and only of what is shared."""
    if not milestone.is_shared:
        return None
    return {
        "project": milestone.project.code,
        "milestone": milestone.key,
        "title": milestone.title,
        "published_on": milestone.published_on and milestone.published_on.isoformat(),
        "actual_on": milestone.actual_on and milestone.actual_on.isoformat(),
        "reason_class": data.get("reason_class", ""),
        "side": data.get("side", ""),
        "shares": data.get("shares", {}),
    }


def _milestone_again(milestone: Milestone, data: dict[str, Any]) -> dict[str, Any] | None:
    """Which round, and why in the words that were chosen for the client; our own reason stays with us."""
    shared = _shared_milestone(milestone, data)
    return shared and {**shared, "round": milestone.round, "achieved_before_on": data["achieved_on"], "reason": data["told"]}


def _loop_for_client(deliverable: Deliverable, data: dict[str, Any]) -> dict[str, Any] | None:
    if deliverable.visibility not in SHOWN_TO_CLIENT:
        return None
    return {**_shared_item(deliverable, data), "round": data["round"], "side": data["side"], "reason": data["told"]}


def _account_for_client(answer: AccountAnswer, data: dict[str, Any]) -> dict[str, Any]:
    """Both sides read what each says to the account."""
    return {"project": answer.project.code, "answer": answer.kind, "words": answer.words}


def _shared_item(item: Any, data: dict[str, Any]) -> dict[str, Any]:
    return {"project": item.project.code, "item": item.key, "title": item.title}


def _quotation_for_client(quotation: Quotation, data: dict[str, Any]) -> dict[str, Any]:
    return {"project": quotation.project.code, "quotation": quotation.label, "state": quotation.state}


def _overdue_for_client(project: Project, data: dict[str, Any]) -> dict[str, Any]:
    """In the words that were signed for the client; the event holds no others, because feeds and mails print them."""
    return {"project": project.code, "words": data["words"], "due_on": data["due_on"]}


def _approval_for_client(asked: ApprovalRequest, data: dict[str, Any]) -> dict[str, Any]:
    """The question with its words and its day; of a withdrawal our own reason stays ours."""
    told: dict[str, Any] = {name: data[name] for name in ("due_on", "words") if name in data}
    return {"project": data["project"], "approval": asked.pk, "kind": asked.kind, "item": asked.key, "title": asked.title, **told}


def _reminder_for_client(asked: Any, data: dict[str, Any]) -> dict[str, Any]:
    """The words in which the client was asked; where our side stands with it stays ours."""
    return {name: data[name] for name in ("project", "words", "due_on")}


def _question_for_client(rfp: Rfp, data: dict[str, Any]) -> dict[str, Any]:
    return {"rfp": rfp.number, "question": data["question"]}


def _change_order_for_client(order: ChangeOrder, data: dict[str, Any]) -> dict[str, Any]:
    return {"project": order.project.code, "change_order": order.label, "title": order.title, "state": order.state}


INTERNAL_KINDS = {
    link_rfp: {
        "rfp.logged": _("logged the request (%(channel)s)"),
        "rfp.changed": _("changed the request: %(fields)s"),
        "rfp.client_changed": _("corrected the client to %(name)s"),
        "rfp.declined": _("declined the request"),
        "rfp.reader_named": _("named %(person)s to see %(object_code)s before the confidentiality agreement is in force"),
        "rfp.reader_taken_off": _(
            "took %(person)s off those named to see %(object_code)s before the confidentiality agreement is in force"
        ),
        "rfp.seen_confidentially": _("looked at it before the confidentiality agreement was in force"),
        "rfp.file_attached": _("attached the file %(file)s"),
        "rfp.file_kind_said": _("said what the file %(file)s is: %(said)s"),
        "rfp.file_removed": _("took the file %(file)s away"),
        "rfp.clarification_asked": _("asked: %(question)s"),
        "rfp.clarification_answered": _("recorded the answer to: %(question)s"),
    },
    link_intake: {
        "intake.taken": _("took in %(file)s"),
        "intake.made": _("made the request %(number)s of %(file)s"),
        "intake.set_aside": _("set %(file)s aside"),
    },
    link_by_id: {
        "deliverable.done": _("completed %(title)s: %(evidence)s"),
        "deliverable.assigned": _("assigned %(title)s"),
        "deliverable.reopened": _("opened round %(round)s of %(title)s"),
        "deliverable.renewed": _("asks for %(title)s again for the next year"),
        "evidence.entered": _("entered evidence for %(deliverable)s: %(system)s %(number)s"),
        "evidence.confirmed": _("confirmed evidence for %(deliverable)s: %(system)s %(number)s"),
        "evidence.rejected": _("rejected evidence for %(deliverable)s"),
        "plan.forecasts_moved": _("the forecast of %(count)s milestones moved, first %(first)s to %(to_date)s"),
        "milestone.rescheduled": _("rescheduled %(title)s"),
        "milestone.added": _("added the milestone %(title)s"),
        "milestone.changed": _("changed the milestone %(title)s"),
        "milestone.removed": _("removed the milestone %(title)s"),
        "milestone.started": _("began the work that ends with %(title)s, on %(on)s"),
        "milestone.corrected": _("corrected the actual date of %(title)s, which was %(was)s"),
        "task.added": _("gave out the task %(title)s, for %(milestone)s"),
        "task.changed": _("changed the task %(title)s"),
        "task.started": _("started the task %(title)s on %(on)s"),
        "task.done": _("did the task %(title)s on %(on)s"),
        "task.reopened": _("took back that the task %(title)s was done"),
        "task.removed": _("removed the task %(title)s"),
        "task.reported": _("chose that the client's status report names the task %(title)s"),
        "task.unreported": _("chose that the client's status report no longer names the task %(title)s"),
        "plan.baseline_taken": _("took the baseline “%(name)s” of %(milestones)s milestones"),
        "plan.published": _("told the client %(count)s dates: %(subject)s"),
        "plan.scratch_opened": _("opened the scratch plan “%(name)s”"),
        "plan.scratch_changed": _("changed the scratch plan “%(name)s”"),
        "plan.scratch_applied": _("applied the scratch plan “%(name)s”"),
        "plan.scratch_discarded": _("discarded the scratch plan “%(name)s”"),
        "dependency.added": _("let %(title)s wait for %(predecessor)s (%(kind)s, lag %(lag_days)s working days)"),
        "dependency.changed": _("changed what %(title)s waits for: %(predecessor)s (%(kind)s, lag %(lag_days)s working days)"),
        "dependency.removed": _("%(title)s no longer waits for %(predecessor)s"),
        "payment.planned": _("planned the payment %(title)s"),
        "payment.ready_to_invoice": _("%(title)s is ready to invoice"),
        "payment.corrected": _("corrected the amount of the payment %(title)s"),
        "payment.invoiced": _("invoiced %(title)s with %(number)s"),
        "payment.paid": _("recorded that %(title)s was paid on %(on)s"),
        "change_order.drafted": _("drafted change order %(label)s: %(title)s"),
        "change_order.changed": _("changed change order %(label)s"),
        "change_order.superseded": _("superseded change order %(label)s"),
        "change_order.release_signed": _("signed the release of %(label)s for %(role)s"),
        "change_order.released": _("released %(label)s"),
        "project.site_chosen": _("chose the site %(site)s"),
        "charter.drafted": _("drafted the charter (%(first_phase)s to %(last_phase)s)"),
        "charter.written": _("wrote the charter from quotation %(label)s"),
        "charter.responsibilities_set": _("chose who does and answers for %(count)s deliverables"),
        "charter.issued": _("issued the charter"),
        "tailoring.chosen": _("chose that it does not apply: %(title)s"),
        "tailoring.removed": _("chose that it applies after all: %(title)s"),
        "tailoring.approved": _("put in force with %(charter)s what does not apply (%(count)s)"),
        "team.named": _("named the person of %(department)s"),
        "project.viewed_as_client": _("looked at “%(page)s” as %(client)s sees it"),
        "quotation.drafted": _("drafted quotation %(label)s: %(currency)s %(total)s"),
        "quotation.changed": _("changed quotation %(label)s"),
        "quotation.superseded": _("superseded quotation %(label)s"),
        "quotation.release_signed": _("signed the release of %(label)s for %(role)s"),
        "quotation.released": _("released %(label)s"),
        "quotation.outcome_recorded": _("recorded how the answer to %(label)s is read: %(why)s; our price: %(position)s"),
    },
    link_named: {
        "deliverable.asked": _("asked %(department)s for %(title)s"),
        "work.asked": _("asked %(who)s for the work of %(phase)s: %(work)s"),
        "risk.added": _("wrote down the risk: %(title)s"),
        "risk.changed": _("changed the risk: %(title)s"),
        "risk.closed": _("closed the risk: %(title)s"),
        "risk.reopened": _("opened the risk again: %(title)s"),
        "risk.reported": _("chose that the client's status report names the risk: %(title)s"),
        "risk.unreported": _("chose that the client's status report no longer names the risk: %(title)s"),
        "condition.overdue": _("condition %(label)s is overdue: %(words)s. Locked: %(step)s"),
        "occupancy.booked": _("booked %(vessel)s from %(first)s to %(last)s"),
        "occupancy.moved": _("moved the booking of %(vessel)s: %(first)s to %(last)s"),
        "occupancy.confirmed": _("made the booking of %(vessel)s firm: %(first)s to %(last)s"),
        "occupancy.released": _("released %(vessel)s, which was booked from %(first)s to %(last)s"),
        "wait.escalated": _("told management that %(who)s is waited for too long: %(words)s"),
        "wait.unanswered": _("asks %(who)s to follow up, because the client has not answered since %(day)s: %(words)s"),
    },
    link_agreement: {
        "agreement.recorded": _("recorded the %(kind)s %(number)s"),
        "agreement.signed": _("recorded a signature on %(number)s: %(name)s (%(side)s)"),
        "agreement.changed": _("changed the %(kind)s %(number)s before it was signed by both sides: %(fields)s"),
        "agreement.corrected": _("corrected the %(kind)s %(number)s: %(fields)s"),
        "agreement.signatory_corrected": _("corrected who signed %(number)s (%(side)s): %(fields)s"),
        "agreement.file_kept": _("kept the signed copy of %(number)s: %(file)s"),
        "agreement.file_replaced": _("replaced the signed copy of %(number)s by %(file)s"),
        "agreement.expiring": _("the %(kind)s %(number)s expires on %(on)s and has no successor"),
        "agreement.withdrawn": _("withdrew the %(kind)s %(number)s"),
    },
    link_default_plan: {"default_plan.changed": _("made version %(number)s of the default plan: %(change)s")},
    link_calendars: {
        "calendar.days_added": _("entered days of %(place)s: %(first)s to %(last)s, %(words)s"),
        "calendar.region_set": _("set the region of %(place)s to %(region)s"),
        "calendar.days_removed": _("removed days of %(place)s: %(first)s to %(last)s, %(words)s"),
    },
    link_gate: {
        "gate.opened": _("opened %(gate)s, round %(round)s"),
        "gate.meeting_called": _("called the meeting on %(gate)s, round %(round)s, for %(meeting_on)s"),
        "gate.minutes_written": _("wrote the minutes of %(gate)s, round %(round)s"),
        "gate.proposed": _("proposed “%(decision)s” for %(gate)s"),
        "gate.signed": _("signed %(gate)s as %(role)s"),
        "gate.refused": _("refused to sign %(gate)s as %(role)s"),
        "gate.withdrawn": _("withdrew the proposal for %(gate)s"),
        "gate.decided": _("decided %(gate)s: %(decision_label)s"),
        "waiver.requested": _("asked for a waiver of “%(criterion)s” at %(gate)s"),
        "waiver.granted": _("signed the waiver of “%(criterion)s” at %(gate)s"),
        "waiver.refused": _("refused the waiver of “%(criterion)s” at %(gate)s"),
        "waiver.withdrawn": _("withdrew the request to waive “%(criterion)s” at %(gate)s"),
        "gate.decision_requested": _("asked for the decision on %(gate)s"),
        "gate.evidence_changed": _("the evidence of %(gate)s, round %(round)s, changed after its decision: %(criteria)s"),
        "gate.evidence_assessed": _("judged the changed evidence of “%(criterion)s” at %(gate)s, round %(round)s: %(verdict)s"),
        "gate.left": _("left %(gate)s, round %(round)s, without a decision"),
    },
}


CONDITION_KINDS = {
    "condition.set": _("set condition %(label)s for %(owner)s, due %(due_on)s"),
    "condition.answered": _("gave evidence for condition %(label)s: %(evidence)s"),
    "condition.rejected": _("rejected the evidence for condition %(label)s"),
    "condition.met": _("confirmed that condition %(label)s is met"),
    "condition.replaced": _("replaced condition %(label)s by the decision of %(gate)s, round %(round)s"),
}

REQUEST_KINDS = {  # what a client is writing is not ours to read before it is sent: of it there is no page, and no word in the record
    "request.begun": _("began a request in the portal"),
    "request.saved": _("went on writing a request in the portal"),
    "request.filed": _("changed the files of a request in the portal"),
    "request.discarded": _("discarded a request that was not sent"),
    "request.sent": _("sent the request %(number)s from the portal"),
}

VIEW_KINDS = {  # a list that somebody keeps has no page of its own
    "view.saved": _("saved the view “%(name)s” of %(page)s"),
    "view.changed": _("changed the view “%(name)s”"),
    "view.deleted": _("deleted the view “%(name)s” of %(page)s"),
    "view.used": _("put the view “%(name)s” to use, or away"),
}


TO_CLIENT = {
    "milestone.published": _("told you the date of %(title)s"),
    "approval.asked": _("asked you to approve %(title)s"),
    "approval.withdrawn": _("no longer asks you to approve %(title)s"),
}


def register_all() -> None:
    saves_itself("rfp.changed", "request.saved")
    register(*(EventKind(key, words) for key, words in (VIEW_KINDS | REQUEST_KINDS).items()))
    for link, kinds in INTERNAL_KINDS.items():
        register(*(EventKind(key, words, link=link) for key, words in kinds.items()))
    register(*(EventKind(key, words, link=link_gate) for key, words in CONDITION_KINDS.items()))
    told = _("a condition of the last decision is overdue: %(words)s")
    register(EventKind("condition.told", told, link=link_by_id, audience=CLIENT, client_projection=_overdue_for_client))
    for key, words in {
        "project.opened": _("opened the project from %(rfp)s"),
        "project.phase_entered": _("entered %(phase)s"),
        "project.returned": _("returned the project to %(phase)s"),
        "project.held": _("put the project on hold"),
        "project.resumed": _("resumed the project"),
        "project.cancelled": _("cancelled the project"),
        "project.completed": _("completed the project"),
        "project.scope_changed": _("changed the contracted scope: %(first_phase)s to %(last_phase)s"),
    }.items():
        register(EventKind(key, words, link=link_by_id, audience=CLIENT, client_projection=_project_for_client))
    for key, words in {
        "milestone.published": _("published %(title)s (%(days)s working days)"),
        "milestone.explained": _("said why %(title)s came on another day than was told (%(days)s working days)"),
        "milestone.achieved": _("achieved %(title)s on %(actual_on)s"),
        "milestone.shared": _("shared the milestone %(title)s"),
        "milestone.dropped": _("dropped the milestone %(title)s with %(order)s"),
        "milestone.shared_at_launch": _("shared the milestone %(title)s with the approval of the contract"),
    }.items():
        register(
            EventKind(key, words, link=link_by_id, audience=CLIENT, client_projection=_shared_milestone, client_words=TO_CLIENT.get(key))
        )
    again = _("opened round %(round)s of %(title)s, achieved before on %(achieved_on)s")
    register(EventKind("milestone.reopened", again, link=link_by_id, audience=CLIENT, client_projection=_milestone_again))
    looped = _("began %(title)s again: round %(round)s")
    register(EventKind("loop.opened", looped, link=link_by_id, audience=CLIENT, client_projection=_loop_for_client))
    register(EventKind("milestone.unshared", _("stopped sharing the milestone %(title)s"), link=link_by_id))
    register(EventKind("deliverable.shared", _("shared %(title)s"), link=link_by_id, audience=CLIENT, client_projection=_shared_item))
    register(EventKind("deliverable.unshared", _("stopped sharing %(title)s"), link=link_by_id))
    for key, words in {
        "quotation.sent": _("sent quotation %(label)s"),
        "quotation.accepted": _("accepted quotation %(label)s: %(currency)s %(total)s"),
        "quotation.declined": _("declined quotation %(label)s"),
        "quotation.changes_asked": _("asked for changes of quotation %(label)s"),
        "quotation.changes_withdrawn": _("took back what was asked of quotation %(label)s"),
    }.items():
        register(EventKind(key, words, link=link_by_id, audience=CLIENT, client_projection=_quotation_for_client))
    for key, words in {
        "change_order.sent": _("sent change order %(label)s: %(title)s"),
        "change_order.accepted": _("accepted change order %(label)s: %(title)s"),
        "change_order.declined": _("declined change order %(label)s"),
    }.items():
        register(EventKind(key, words, link=link_by_id, audience=CLIENT, client_projection=_change_order_for_client))
    for key, words in {
        "approval.asked": _("asked the client to approve %(title)s"),
        "approval.accepted": _("approved %(title)s"),
        "approval.accepted_with_comment": _("approved %(title)s with a comment"),
        "approval.rejected": _("rejected %(title)s"),
        "approval.withdrawn": _("no longer asks the client to approve %(title)s"),
    }.items():
        register(
            EventKind(
                key, words, link=link_approval, audience=CLIENT, client_projection=_approval_for_client, client_words=TO_CLIENT.get(key)
            )
        )
    asked, to_client = _("asked the client: %(question)s"), _("asked you: %(question)s")
    register(
        EventKind(
            "rfp.question_asked", asked, link=link_rfp, audience=CLIENT, client_projection=_question_for_client, client_words=to_client
        )
    )
    reminded = _("reminded the client that its answer is awaited: %(words)s")
    to_client = _("reminds you that your answer is awaited: %(words)s")
    register(
        EventKind(
            "wait.reminded", reminded, link=link_named, audience=CLIENT, client_projection=_reminder_for_client, client_words=to_client
        )
    )
    for key, words in {
        "account.acknowledged": _("acknowledged the account of the delay"),
        "account.objected": _("objected to the account of the delay"),
        "account.replied": _("replied to the objection to the account of the delay"),
    }.items():
        register(EventKind(key, words, link=link_by_id, audience=CLIENT, client_projection=_account_for_client))
    register_content("projects.Quotation", quotation_content)
    register_content("projects.ChangeOrder", change_order_content)
    register_content("projects.ReferencedEvidence", reference_content)
