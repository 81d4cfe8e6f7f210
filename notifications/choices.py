"""What people can be told of, in groups, and how soon. The kinds of events themselves are declared by their own apps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from projects.models.confidentiality import SEEN

if TYPE_CHECKING:
    from accounts.models import User


class Choice(models.TextChoices):
    AT_ONCE = "at_once", _("At once")
    DIGEST = "digest", _("In the daily digest")
    INBOX = "inbox", _("In the inbox only")
    NOTHING = "nothing", _("Nothing")


SOONEST_FIRST = (Choice.AT_ONCE, Choice.DIGEST, Choice.INBOX, Choice.NOTHING)


class Group(models.TextChoices):
    ASKED = "asked", _("My signature or answer is asked for, or a document of mine could not be made")
    TASKS = "tasks", _("Work given to me or my department")
    ANSWERS = "answers", _("The client answered a quotation, a change order or a request for approval")
    WATCHED = "watched", _("A milestone that I watch moved")
    DATES = "dates", _("Milestones: published, achieved, moved, shared")
    PROJECT = "project", _("Phases, gates and status of a project")
    COMMERCIAL = "commercial", _("Requests, quotations, change orders, agreements, charter, payments")
    DOCUMENTS = "documents", _("Documents, deliverables and evidence")


CLIENT_GROUPS = (Group.ASKED, Group.WATCHED, Group.DATES, Group.PROJECT, Group.COMMERCIAL, Group.DOCUMENTS)

GROUP_OF_NOUN = {
    "milestone": Group.DATES,
    "plan": Group.DATES,
    "task": Group.PROJECT,
    "occupancy": Group.PROJECT,
    "project": Group.PROJECT,
    "gate": Group.PROJECT,
    "condition": Group.PROJECT,
    "waiver": Group.PROJECT,
    "tailoring": Group.PROJECT,
    "team": Group.PROJECT,
    "loop": Group.PROJECT,
    "risk": Group.PROJECT,
    "rfp": Group.COMMERCIAL,
    "intake": Group.COMMERCIAL,
    "request": Group.COMMERCIAL,
    "quotation": Group.COMMERCIAL,
    "agreement": Group.COMMERCIAL,
    "charter": Group.COMMERCIAL,
    "assessment": Group.COMMERCIAL,
    "change_order": Group.COMMERCIAL,
    "payment": Group.COMMERCIAL,
    "inquiry": Group.COMMERCIAL,
    "assumption": Group.COMMERCIAL,
    "letter": Group.COMMERCIAL,
    "wait": Group.PROJECT,
    "delegation": Group.ASKED,
    "account": Group.DATES,
    "sheet": Group.DOCUMENTS,
    "document": Group.DOCUMENTS,
    "deliverable": Group.DOCUMENTS,
    "evidence": Group.DOCUMENTS,
    "approval": Group.DOCUMENTS,
}
# Every keystroke and every turn of the machinery stands in the record, and nobody needs to be told of it.
UNTOLD = frozenset(
    {
        "rfp.changed",
        SEEN,
        "request.begun",
        "request.saved",
        "request.filed",
        "request.discarded",
        "request.sent",  # what comes of it, `rfp.logged` tells
        "sheet.saved",
        "document.narrative_saved",
        "document.rendered",
        "document.retried",
        "document.requested",
        "tailoring.chosen",
        "tailoring.removed",
        "plan.scratch_opened",
        "plan.scratch_changed",
        "plan.scratch_discarded",
        "project.viewed_as_client",
        "milestone.shared_at_launch",  # the first publication in the same act tells it
        "task.started",
        "task.reported",
        "task.unreported",
        "risk.reported",
        "risk.unreported",
        "inquiry.changed",
        "inquiry.sent_again",
        "inquiry.reopened",
        "assumption.settled",
        "letter.written",
    }
)
# Told only to who owes it: the phase itself, and the request that opened the sheets, is told to the team.
ASKING = frozenset({"deliverable.asked", "work.asked", "cost.offered", "sheet.opened", "sheet.opened_for", "sheet.followed_site"})
TO_CLIENTS = frozenset({"milestone.published", "wait.reminded"})  # ours are told of the same act by `plan.published`, `wait.unanswered`
REMINDING = frozenset({"wait.reminded"})  # it was asked at once before: a reminder comes with the other news
ANSWERS = frozenset(
    {
        "quotation.accepted",
        "quotation.declined",
        "quotation.changes_asked",
        "quotation.changes_withdrawn",
        "change_order.accepted",
        "change_order.declined",
        "approval.accepted",
        "approval.accepted_with_comment",
        "approval.rejected",
        "rfp.clarification_answered",
    }
)
SIGNING = frozenset(
    {
        "gate.proposed",
        "gate.decision_requested",
        "waiver.requested",
        "document.submitted",
        "document.signed",
        "document.failed",
        "quotation.sent",
        "quotation.release_signed",
        "change_order.sent",
        "change_order.release_signed",
        "approval.asked",
        "rfp.question_asked",
    }
)


def group_of(kind: str, *, asked: bool, internal: bool) -> Group | None:
    """The group of a kind of event for one reader; `asked` when the event waits for exactly this reader. None: nobody is told."""
    if kind in UNTOLD or (internal and kind in TO_CLIENTS):
        return None
    if internal and kind in ANSWERS:
        return Group.ANSWERS
    if asked and kind not in REMINDING:
        return Group.ASKED if kind in SIGNING else Group.TASKS
    if kind in ASKING:
        return None
    return GROUP_OF_NOUN.get(kind.partition(".")[0])


def is_told(kind: str) -> bool:
    """Whether anybody at all is told of events of this kind."""
    return kind in ASKING or any(group_of(kind, asked=False, internal=side) for side in (True, False))


def groups_for(user: User) -> tuple[Group, ...]:
    """The groups that this person can choose about."""
    return tuple(Group) if user.is_internal else CLIENT_GROUPS


def default_choice(user: User, group: str) -> Choice:
    """What holds until the person chooses: what needs an answer at once, what one answers for in the digest, the rest in the inbox."""
    if group in (Group.ASKED, Group.WATCHED):
        return Choice.AT_ONCE
    if not user.is_internal:
        return Choice.AT_ONCE if group == Group.DATES and user.has_role(Role.CLIENT_APPROVER) else Choice.DIGEST
    if group == Group.ANSWERS:
        return Choice.AT_ONCE if _sells_or_leads(user) else Choice.DIGEST
    if group == Group.COMMERCIAL:
        return Choice.DIGEST if _sells_or_leads(user) else Choice.INBOX
    return Choice.INBOX if group == Group.DOCUMENTS else Choice.DIGEST


def _sells_or_leads(user: User) -> bool:
    return bool({Role.BUSINESS_DEVELOPMENT, Role.PROJECT_MANAGER} & user.roles)
