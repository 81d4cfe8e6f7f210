"""What each role may do, asked of the registered rules themselves: a page that shows them cannot say other than the product does.

Only the words stand here. A test refuses a rule without words, and words without a rule.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import rules
from django.utils.translation import gettext_lazy as _

from accounts.models import CLIENT_ROLES, DEPARTMENT_NAMES, DEPARTMENT_ROLES, Department, Role, User
from audit.refusals import Words
from documents.registry import document_types
from phases.evaluation.models import DepartmentAssessment
from projects.gates import all_gates
from projects.models import PHASES, Phase, Project, SavedView, Task

Probe = Callable[[User], Sequence[Any]]


@dataclass(frozen=True)
class Right:
    """A rule in words. `probe` gives the objects for which it is asked, where without one it would answer for nobody or everybody."""

    name: str
    subject: Words
    words: Words
    probe: Probe = lambda _user: (None,)

    def held_by(self, role: str) -> bool:
        person = somebody_with(role)
        return any(rules.has_perm(self.name, person, obj) for obj in self.probe(person))


@dataclass(frozen=True)
class Signing:
    """Something that people sign in a role: what, as what, and in which roles."""

    what: str
    words: str
    roles: tuple[str, ...]


def somebody_with(role: str) -> User:
    """A person who is in no table and holds just this role."""
    kind = User.Kind.CLIENT if role in CLIENT_ROLES else User.Kind.INTEGRATION if role == Role.INTEGRATION else User.Kind.INTERNAL
    person = User(kind=kind, is_active=True)
    person.__dict__.update(roles=frozenset({str(role)}), stands_in_for={})
    return person


def _own_task(user: User) -> Sequence[Task | None]:
    return [None, *(Task(department=Department(key=role)) for role in user.roles if role in DEPARTMENT_NAMES)]


def _own_view(user: User) -> Sequence[SavedView]:
    return [SavedView(owner=user)]


def _own_sheet(user: User) -> Sequence[DepartmentAssessment]:
    return [DepartmentAssessment(department=Department(key=key)) for key in sorted(DEPARTMENT_ROLES)]


def _project_or_upkeep(user: User) -> Sequence[Project | None]:
    return [None, Project()]


PEOPLE, CLIENTS, SITES = _("People and administration"), _("Clients and their systems"), _("Sites and compounds")
SUPPLY = _("Materials and prices")
PROCESS = _("Routes and costs")
REQUESTS, EVALUATION, OFFERS = _("Requests"), _("Evaluation"), _("Quotations and change orders")
PLAN, GATES, EVIDENCE = _("Plan and tasks"), _("Gates and the life of a project"), _("Evidence")
TELLING, MONEY, PAPERS = _("What the client sees"), _("Payments and earnings"), _("Documents")
LISTS, MESSAGES = _("Lists"), _("Messages")

RIGHTS = (
    Right("accounts.manage_people", PEOPLE, _("Open and close accounts, give and end roles")),
    Right("accounts.read_administration", PEOPLE, _("Read the pages of the administration")),
    Right("accounts.review_access", PEOPLE, _("Review who holds which role")),
    Right("accounts.create_client", CLIENTS, _("Enter a client")),
    Right("accounts.edit_client", CLIENTS, _("Correct a client")),
    Right("accounts.create_contact", CLIENTS, _("Enter a contact (a client’s people and systems: of their own organisation)")),
    Right("accounts.manage_tokens", CLIENTS, _("Open accounts and tokens of clients’ systems (a client: its own)")),
    Right("notifications.manage_webhooks", CLIENTS, _("Keep webhooks (a client: its own)")),
    Right("catalogue.manage_sites", SITES, _("Keep sites and their vessels")),
    Right("catalogue.manage_compounds", SITES, _("Keep compounds")),
    Right("catalogue.cite_compound", SITES, _("Write down where a compound is published")),
    Right("catalogue.manage_materials", SUPPLY, _("Keep materials")),
    Right("catalogue.manage_suppliers", SUPPLY, _("Keep suppliers")),
    Right("catalogue.qualify_suppliers", SUPPLY, _("Qualify suppliers")),
    Right("catalogue.manage_quotes", SUPPLY, _("Keep suppliers' prices")),
    Right("catalogue.manage_rates", SUPPLY, _("Keep exchange rates")),
    Right("catalogue.manage_analytical_prices", SUPPLY, _("Keep the prices of tests")),
    Right("catalogue.manage_disposal_prices", SUPPLY, _("Keep the prices of disposal")),
    Right("process.edit_route", PROCESS, _("Write routes and fix their versions")),
    Right("process.decide_finding", PROCESS, _("Decide on findings of the early screen")),
    Right("process.keep_literature", PROCESS, _("Keep papers and patents")),
    Right("process.edit_costs", PROCESS, _("Estimate costs")),
    Right("process.record_actuals", PROCESS, _("Record what was really spent, and what steps gave and took")),
    Right("process.read_actual_costs", PROCESS, _("Read what was really spent")),
    Right("process.prepare_inquiry", PROCESS, _("Prepare purchase inquiries")),
    Right("process.send_inquiry", PROCESS, _("Send and close purchase inquiries")),
    Right("process.keep_assumptions", PROCESS, _("Keep the ledger of assumptions")),
    Right("process.write_letter", PROCESS, _("Write and send clarification letters")),
    Right("projects.edit_calendars", SITES, _("Change the working days of sites and clients")),
    Right("projects.log_rfp", REQUESTS, _("Log a request")),
    Right("projects.attach_to_rfp", REQUESTS, _("Attach a file to a request (a client’s side: to its own drafts)")),
    Right("projects.name_reader", REQUESTS, _("Name who sees a request before its confidentiality agreement is in force")),
    Right("projects.edit_rfp", REQUESTS, _("Change a request")),
    Right("projects.submit_rfp", REQUESTS, _("Submit a request, which opens its project")),
    Right("projects.choose_site", EVALUATION, _("Choose the site of a project in evaluation")),
    Right("phases.edit_sheet", EVALUATION, _("Fill in and sign off the sheet of the own department"), _own_sheet),
    Right("phases.reopen_sheet", EVALUATION, _("Open a sheet again"), _own_sheet),
    Right("phases.assign_sheet", EVALUATION, _("Say who fills in a sheet"), _own_sheet),
    Right("phases.recommend", EVALUATION, _("Recommend to bid, or not to")),
    Right("projects.quote", OFFERS, _("Write a quotation")),
    Right("projects.release_quotation", OFFERS, _("Release a quotation")),
    Right("projects.answer_quotation", OFFERS, _("Accept or decline a quotation")),
    Right("projects.order_change", OFFERS, _("Write a change order")),
    Right("projects.release_change_order", OFFERS, _("Release a change order")),
    Right("projects.answer_change_order", OFFERS, _("Accept or decline a change order")),
    Right("projects.record_agreement", OFFERS, _("Record an agreement")),
    Right("projects.draft_charter", PLAN, _("Draft the charter")),
    Right("projects.plan", PLAN, _("Plan milestones, dependencies, tasks and the team")),
    Right("projects.change_defaults", PLAN, _("Change the default plan that new projects begin with")),
    Right("projects.work_on_task", PLAN, _("Start and finish a task (departments: their own)"), _own_task),
    Right("projects.book_vessel", PLAN, _("Book a vessel, for a project or for upkeep"), _project_or_upkeep),
    Right("projects.open_loop", PLAN, _("Open another round of a step")),
    Right("projects.propose_gate", GATES, _("Propose the decision of a gate")),
    Right("projects.request_decision", GATES, _("Ask for a decision")),
    Right("projects.request_waiver", GATES, _("Ask for a waiver")),
    Right("projects.decide_waiver", GATES, _("Grant or refuse a waiver")),
    Right("projects.confirm_condition", GATES, _("Confirm that a condition is met")),
    Right("projects.move", GATES, _("Put a project on hold, take it up again, return it to an earlier phase")),
    Right("projects.cancel", GATES, _("Cancel a project")),
    Right("projects.pass_out_of_scope", GATES, _("Pass a phase that is out of scope")),
    Right("projects.enter_evidence", EVIDENCE, _("Enter referenced evidence")),
    Right("projects.confirm_evidence", EVIDENCE, _("Confirm evidence that another person entered")),
    Right("projects.assess_change", EVIDENCE, _("Judge evidence that changed after a decision")),
    Right("projects.publish", TELLING, _("Publish dates to the client")),
    Right("projects.share", TELLING, _("Share milestones and deliverables with the client")),
    Right("documents.share", TELLING, _("Share documents with the client")),
    Right("projects.answer_approval", TELLING, _("Answer what is shared for approval")),
    Right("projects.answer_account", TELLING, _("Answer the account of the delay")),
    Right("projects.reply_to_account", TELLING, _("Reply to the client about the account of the delay")),
    Right("projects.plan_payment", MONEY, _("Plan payments")),
    Right("projects.invoice", MONEY, _("Invoice a payment, record that it was paid")),
    Right("projects.read_revenue", MONEY, _("Read what a project earns (project managers: of the projects in hand)")),
    Right("documents.request", PAPERS, _("Make a document from the data (types that name their makers: only those)")),
    Right("documents.upload", PAPERS, _("Upload a document made elsewhere")),
    Right("documents.edit", PAPERS, _("Write the text of a draft")),
    Right("documents.submit", PAPERS, _("Submit a draft for review")),
    Right("documents.withdraw", PAPERS, _("Withdraw a draft")),
    Right("documents.retry", PAPERS, _("Have a failed file made again")),
    Right("documents.change_wording", PAPERS, _("Change guidance and fixed texts of document types")),
    Right("documents.sign", PAPERS, _("Sign the types that name the role"), lambda _user: document_types()),
    Right("documents.refuse", PAPERS, _("Refuse to sign the types that name the role"), lambda _user: document_types()),
    Right("projects.read_portfolio", LISTS, _("Read the portfolio over all projects")),
    Right("projects.save_view", LISTS, _("Save a view of a list")),
    Right("projects.change_view", LISTS, _("Change an own saved view"), _own_view),
    Right("notifications.watch", MESSAGES, _("Watch a milestone")),
    Right("notifications.keep_feeds", MESSAGES, _("Open a calendar feed")),
    Right("notifications.choose", MESSAGES, _("Choose which messages arrive")),
)


def matrix() -> list[tuple[Words, list[tuple[Right, dict[str, bool]]]]]:
    """By subject: each right, and for each role whether it has it."""
    found: dict[str, list[tuple[Right, dict[str, bool]]]] = {}
    for right in RIGHTS:
        found.setdefault(str(right.subject), []).append((right, {role.value: right.held_by(role) for role in Role}))
    return list(found.items())


def rights_of(role: str) -> list[tuple[Words, list[Right]]]:
    """By subject: the rights that the role has."""
    rows = [(subject, [right for right, roles in rights if roles[role]]) for subject, rights in matrix()]
    return [(subject, rights) for subject, rights in rows if rights]


def signings() -> list[Signing]:
    """Every gate and type of document that is signed, as the product asks for the signatures."""
    names = {phase.value: str(phase.label) for phase in PHASES}
    gates = [
        Signing(f"{gate.key} {gate.title}", f"{names[Phase(gate.phase)]}: {_('decision of the gate')}", tuple(gate.signers))
        for gate in all_gates()
    ]
    return gates + [Signing(str(each.title), str(slot.meaning.label), (slot.role,)) for each in document_types() for slot in each.slots]


def signed_by(role: str) -> list[Signing]:
    return [each for each in signings() if role in each.roles]
