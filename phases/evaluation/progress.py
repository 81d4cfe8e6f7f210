"""How far evaluation has come: its steps in the order of the lifecycle, and the one that is next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _t

from accounts.models import Role
from audit.refusals import Words
from phases.evaluation.models import DepartmentAssessment, InquiryAssessment
from projects.models import Agreement, Charter, Deliverable, Project, Quotation
from projects.permissions import RELEASERS

if TYPE_CHECKING:
    from datetime import date

    from accounts.models import User
    from phases.evaluation.price_basis import PriceBasis

State = Quotation.State
NEEDED_AGREEMENTS = (Agreement.Kind.CONFIDENTIALITY, Agreement.Kind.COOPERATION)


@dataclass(frozen=True)
class Step:
    """One step: done or not, its state in short, and what somebody does next, who and where."""

    title: Words
    done: bool
    words: Words
    next: Words = ""
    who: Words = ""
    link: str = ""
    link_words: Words = ""


@dataclass(frozen=True)
class Asked:
    """Somebody of ours whom evaluation waits for at a step that has no record of its own yet: the person, or else the role."""

    step: str
    role: Role
    user: User | None
    words: Words
    link: str


@dataclass(frozen=True)
class Records:
    """Everything evaluation keeps of one project, read once."""

    project: Project
    sheets: Sequence[DepartmentAssessment]
    assessment: InquiryAssessment | None
    quotations: Sequence[Quotation]
    agreements: Sequence[Agreement]  # of the project, and of its client for all projects
    charter: Charter | None
    deliverables: Sequence[Deliverable] = field(default=())
    unsigned_release: bool = True  # nobody has signed the release of the current revision, so nobody else is asked for the second signature

    @property
    def quotation(self) -> Quotation | None:
        """The current revision."""
        return next((row for row in self.quotations if row.state != State.SUPERSEDED), None)


def steps_of(records: Records, basis: PriceBasis) -> list[Step]:
    return [
        _sheets(records),
        _route(records, basis),
        _scenario(records, basis),
        _recommendation(records),
        _quotation(records),
        _agreements(records),
        _charter(records),
    ]


def next_step(steps: Sequence[Step], project: Project, unmanned: Sequence[str] = ()) -> Step:
    """The first step that is not done, after the last one the gate. unmanned: for who may name people, before all, roles that are waited
    for in vain."""
    if unmanned:
        return _naming(project, unmanned)
    gate = Step(
        _t("Gate G1"),
        False,
        "",
        next=_t("Everything is recorded. Propose the decision at the gate."),
        who=str(project.project_manager or Role.PROJECT_MANAGER.label),
        link=reverse("project-gate", args=[project.code]),
        link_words=_t("Open the gate"),
    )
    return next((step for step in steps if not step.done), gate)


def _naming(project: Project, unmanned: Sequence[str]) -> Step:
    """unmanned: roles that a kept project waits for though nobody of them may see it."""
    words = _t("Name people: nobody of %(roles)s may see it before the confidentiality agreement is in force, and it waits for them.")
    return Step(
        _t("People who may see it"),
        False,
        "",
        next=words % {"roles": ", ".join(unmanned)},
        who=str(project.account_owner or Role.BUSINESS_DEVELOPMENT.label),
        link=reverse("rfp-confidentiality", args=[project.rfp.number]) + "#name-title",
        link_words=_t("Name somebody"),
    )


def as_stepper(steps: Sequence[Step]) -> list[dict[str, object]]:
    """For `_stepper.html`: the first step that is not done is the current one."""
    current = next((step for step in steps if not step.done), None)
    return [
        {
            "title": step.title,
            "words": step.words,
            "link": step.link,
            "state": "done" if step.done else "current" if step is current else "ahead",
        }
        for step in steps
    ]


def _sheets(records: Records) -> Step:
    left = [sheet for sheet in records.sheets if sheet.state == DepartmentAssessment.State.OPEN]
    total = len(records.sheets)
    first = left[0] if left else None
    return Step(
        _t("Department sheets"),
        bool(total) and not left,
        _t("%(done)d of %(total)d signed off") % {"done": total - len(left), "total": total},
        next=_t("Fill in and sign off: %(names)s.") % {"names": ", ".join(str(sheet.department) for sheet in left)},
        who=", ".join(str(sheet.owner or sheet.department) for sheet in left),
        link=first.get_absolute_url() if first else "#sheets",
        link_words=_t("Open the sheet"),
    )


def _is_priced(records: Records) -> bool:
    """A price was released, so that what it rests on is asked for no more, wherever it is kept."""
    return any(row.released_at is not None for row in records.quotations)


def _route(records: Records, basis: PriceBasis) -> Step:
    """A route, and an inquiry from its materials unless a price was fixed without one."""
    code, has_route = records.project.code, basis.first_route is not None
    asked_suppliers = bool(basis.inquiries or basis.fixed_scenarios)
    words = _t("No purchase inquiry yet. Prepare one from the materials of the route.")
    return Step(
        _t("Route and inquiries"),
        _is_priced(records) or (has_route and asked_suppliers),
        _t("priced without") if _is_priced(records) and not (has_route and asked_suppliers) else _inquired(basis),
        next=words if has_route else _t("No route yet. Open one, or import its steps and inputs; suppliers are asked from it."),
        who=str(Role.MATERIAL_CONTROL.label if has_route else Role.RESEARCH.label),
        link=reverse("route-detail", args=[code, basis.first_route]) if has_route else reverse("project-routes", args=[code]),
        link_words=_t("Open the route") if has_route else _t("Go to the routes"),
    )


def _inquired(basis: PriceBasis) -> str:
    if basis.first_route is None:
        return _t("no route yet")
    if not basis.inquiries:
        return _t("no inquiry yet")
    return _t("%(done)d of %(total)d answered") % {"done": basis.inquiries - basis.unanswered, "total": basis.inquiries}


def _scenario(records: Records, basis: PriceBasis) -> Step:
    """A fixed one, for the quotation takes its prices from no other."""
    counted = _t("%(done)d of %(total)d fixed") % {"done": basis.fixed_scenarios, "total": basis.scenarios}
    none, open_ones = _t("No cost scenario yet. Open one; the quotation takes its prices."), _t("Fix the scenario that is to be quoted.")
    left_out = _is_priced(records) and not basis.fixed_scenarios
    return Step(
        _t("Cost scenario"),
        _is_priced(records) or bool(basis.fixed_scenarios),
        _t("priced without") if left_out else counted if basis.scenarios else _t("none yet"),
        next=open_ones if basis.scenarios else none,
        who=str(Role.BUSINESS_DEVELOPMENT.label),
        link=reverse("project-costs", args=[records.project.code]),
        link_words=_t("Go to the costs"),
    )


def _recommendation(records: Records) -> Step:
    row = records.assessment
    declined = row is not None and row.recommendation == InquiryAssessment.Recommendation.NO_BID
    words = _t("The recommendation is no bid. Cancel the project, or record another recommendation.")
    return Step(
        _t("Recommendation"),
        row is not None and not declined,
        row.get_recommendation_display() if row else _t("not recorded"),
        next=words if declined else _t("Record the recommendation from the sheets."),
        who=str(Role.BUSINESS_DEVELOPMENT.label),
        link="#recommendation",
        link_words=_t("Record the recommendation"),
    )


def _quotation(records: Records) -> Step:
    code, row = records.project.code, records.quotation
    if row is None:
        return Step(
            _t("Quotation"),
            False,
            _t("none yet"),
            next=_t("Draft the quotation."),
            who=str(Role.BUSINESS_DEVELOPMENT.label),
            link=reverse("quotation-new", args=[code]),
            link_words=_t("Draft the quotation"),
        )
    next_words, who = _quotation_next(row)
    return Step(
        _t("Quotation"),
        row.state == State.ACCEPTED,
        row.get_state_display(),
        next=next_words,
        who=who,
        link=row.get_absolute_url(),
        link_words=row.label,
    )


def _quotation_next(row: Quotation) -> tuple[str, str]:
    """What comes next for a revision, and who does it."""
    ours = str(Role.BUSINESS_DEVELOPMENT.label)
    both = " / ".join(str(Role(role).label) for role in RELEASERS)
    if _is_lost(row):
        return _t("It is recorded as lost. Draft the next revision, or cancel the project."), ours
    if row.is_asked:
        return _t("The client asks for changes; draft the next revision."), ours
    if row.is_expired:
        return _t("It expired without an answer; draft the next revision, or record it as lost."), ours
    answers = {
        State.DRAFT: (_t("Release the price; both roles sign."), both),
        State.RELEASED: (_t("Send it to the client."), ours),
        State.SENT: (_t("The client answers in the portal."), str(row.project.client)),
        State.DECLINED: (_t("The client declined; draft the next revision, or cancel the project."), ours),
    }
    return answers.get(State(row.state), ("", ""))


def _is_lost(row: Quotation) -> bool:
    """It expired without an answer, and somebody has said why."""
    return row.is_expired and hasattr(row, "outcome")


def next_act(row: Quotation) -> str:
    """What comes next for a revision, in a line of the list."""
    return _quotation_next(row)[0]


def missing_agreements(agreements: Iterable[Agreement], on: date) -> list[str]:
    """The kinds that G1 asks for and of which none is in force on this day of the project."""
    in_force = {row.kind for row in agreements if row.standing_on(on) == Agreement.Standing.IN_FORCE}
    return [str(kind.label) for kind in NEEDED_AGREEMENTS if kind not in in_force]


def _agreements(records: Records) -> Step:
    missing = missing_agreements(records.agreements, records.project.today)
    total = len(NEEDED_AGREEMENTS)
    return Step(
        _t("Agreements"),
        not missing,
        _t("%(done)d of %(total)d in force") % {"done": total - len(missing), "total": total},
        next=_t("Not in force: %(names)s.") % {"names": ", ".join(missing)},
        who=str(Role.BUSINESS_DEVELOPMENT.label),
        link="#agreements",
        link_words=_t("Go to the agreements"),
    )


def _charter(records: Records) -> Step:
    """Drafted, then the reports that it planned, then issued as a signed document."""
    charter, title = records.charter, _t("Charter and reports")
    if charter is None:
        return Step(
            title,
            False,
            _t("not drafted"),
            next=_t("Draft the charter; it makes the plan."),
            who=_manager(records),
            link=reverse("project-charter", args=[records.project.code]),
            link_words=_t("Draft the charter"),
        )
    left = [row for row in records.deliverables if not row.is_done]
    total = len(records.deliverables)
    first = left[0] if left else None
    return Step(
        title,
        not left,
        _t("%(done)d of %(total)d done") % {"done": total - len(left), "total": total},
        next=_t("Not effective yet: %(names)s.") % {"names": ", ".join(row.title for row in left)},
        who=", ".join(sorted({str(row.owner or row.department) for row in left})),
        link=first.get_absolute_url() if first else reverse("project-charter", args=[records.project.code]),
        link_words=first.title if first else "",
    )


ASKED_STEPS = ("recommendation", "quotation", "agreements", "charter")


def asked_for_names(records: Records, unmanned: Sequence[str]) -> Asked | None:
    """Who names people for roles that are waited for in vain."""
    if not unmanned:
        return None
    step = _naming(records.project, unmanned)
    return _ask_business(records, "naming", step.next, step.link)


def asked(records: Records) -> list[Asked]:
    """Whom the phase waits for now, in the order of the lifecycle; sheets, second release and answer have waits of their own."""
    if not _sheets(records).done:
        return []
    recommended = _recommendation(records)
    if not recommended.done:
        return [_ask_business(records, "recommendation", recommended.next, recommended.link)]
    row = records.quotation
    if row is None or row.state != State.ACCEPTED:
        words = _wanted_of_quotation(records, row)
        return [_ask_business(records, "quotation", words, _quotation(records).link)] if words else []
    waiting = [_ask_business(records, "agreements", _agreements(records).next, _agreements(records).link)]
    return [*(waiting if not _agreements(records).done else []), *_ask_for_charter(records)]


def _wanted_of_quotation(records: Records, row: Quotation | None) -> str:
    """What business development does next about the price; empty while others are waited for."""
    if row is None:
        return _t("Draft the quotation.")
    if _is_lost(row) or (row.state == State.SENT and not row.is_expired) or (row.state == State.DRAFT and not records.unsigned_release):
        return ""
    return f"{row.label}: {next_act(row)}"


def _ask_business(records: Records, step: str, words: Words, link: str) -> Asked:
    return Asked(step, Role.BUSINESS_DEVELOPMENT, records.project.account_owner, words, _whole(records, link))


def _ask_for_charter(records: Records) -> list[Asked]:
    if records.charter is not None:
        return []
    step = _charter(records)
    return [Asked("charter", Role.PROJECT_MANAGER, records.project.project_manager, step.next, step.link)]


def _whole(records: Records, link: str) -> str:
    """A place on the page of the phase as an address that leads there from elsewhere."""
    return reverse("project-evaluation", args=[records.project.code]) + link if link.startswith("#") else link


def _manager(records: Records) -> str:
    return str(records.project.project_manager or Role.PROJECT_MANAGER.label)
