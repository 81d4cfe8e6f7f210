"""Tells a story through the services, day by day, each act by the person whose act it is."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from heapq import heapify, heappop, heappush
from typing import Any, TypeAlias, TypeVar

from django.utils import timezone

from accounts.models import Client, Role, User
from accounts.signing import Authentication
from audit.context import Channel, acting
from catalogue.models import Site
from catalogue.services import cite_compound
from cdmo.demo.clock import Clock, as_it_happened
from cdmo.demo.evidence import reference_of
from cdmo.demo.invoices import settlements
from cdmo.demo.people import holding
from cdmo.demo.story import Contract, Slip, Story
from documents.models import DocumentVersion
from documents.services import request_document
from documents.services.freshness import refresh_out_of_date
from documents.services.queue import render_version
from phases.evaluation import services as evaluation
from phases.evaluation.asking import ask_next
from projects.models import PHASES, SHOWN_TO_CLIENT, ApprovalRequest, Deliverable, GateReview, Milestone, Phase, Project, Rfp, Task
from projects.plans import phase_plan
from projects.services import (
    agreements,
    change_orders,
    charter,
    commercial,
    evidence,
    gate,
    order_lines,
    plan,
    publishing,
    rfp,
    tailoring,
    tasks,
)
from projects.services.approvals import answer_approval
from projects.services.payments import plan_payment
from projects.services.plan import calendar_of
from projects.services.readiness import refresh_readiness
from projects.services.sharing import ask_for_approval

Result = TypeVar("Result")
Days: TypeAlias = Iterator[date]
WARNING_DAYS = 10
SUBMITTED_AFTER, SHEETS_AFTER, QUOTED_AFTER, ACCEPTED_AFTER, AGREED_AFTER = 4, 9, 11, 18, 21


def is_told(story: Story) -> bool:
    return Project.objects.filter(client__code=story.client, compound__cas_number=story.molecule.cas_number).exists()


def tell(stories: Sequence[Story], besides: Sequence[Days] = ()) -> list[str]:
    """All of them together, day by day, in one transaction; gives the projects' codes. What is told goes by the order of time.

    besides: what happens around the projects; each gives the days on which it goes on.
    """
    today = timezone.localdate()
    tellers = [Teller(story, today - timedelta(days=story.days_ago)) for story in stories]
    acts = [*(teller.tell() for teller in tellers), *besides]
    waiting = [(next(each), place, each) for place, each in enumerate(acts)]
    heapify(waiting)
    with as_it_happened(waiting[0][0]) as clock:
        for teller in tellers:
            teller.clock = clock
        _in_turn(waiting, clock)
    return [teller.code for teller in tellers]


def _in_turn(waiting: list[tuple[date, int, Days]], clock: Clock) -> None:
    """Each says on which day it goes on; the earliest has its turn."""
    while waiting:
        day, place, act = heappop(waiting)
        clock.go_to(day)
        following = next(act, None)
        if following is not None:
            heappush(waiting, (following, place, act))


class Teller:
    """One story and its people. Whatever takes time gives the days on which it goes on."""

    clock: Clock

    def __init__(self, story: Story, began: date) -> None:
        self.story, self.began = story, began
        self.real_today = began + timedelta(days=story.days_ago)
        self.slips = {slip.milestone: slip for slip in story.slips}
        self.code = ""

    def tell(self) -> Days:
        yield self.began
        yield from self._request()
        yield from self._sheets()
        if self.story.contract is not None:
            yield from self._agree(self.story.contract)
            yield from self._decide(Phase.EVALUATION)
            self._payments()
            for phase in PHASES[1 : PHASES.index(self.story.phase) + 1]:
                done = yield from self._work(phase)
                if done and phase != self.story.phase:
                    yield from self._decide(phase)
        yield self.real_today
        if self.story.contract is not None:
            self._change()
            self._approvals()
            self._draw(self._document(holding(Role.PROJECT_MANAGER), "project_status_report"))
        self._settle()

    def by(self, person: User, service: Callable[..., Result], *args: Any, **values: Any) -> Result:
        """One act of one person."""
        self.clock.tick()
        return self._act(person, service, *args, **values)

    def signed_by(self, person: User, service: Callable[..., Result], *args: Any, **values: Any) -> Result:
        """The demo's loader stands in for the password that a person would enter."""
        self.clock.tick()
        proof = Authentication(user_id=person.pk, method="demo", at=timezone.now())
        return self._act(person, service, *args, authentication=proof, **values)

    def _act(self, person: User, service: Callable[..., Result], *args: Any, **values: Any) -> Result:
        with acting(actor=person, channel=Channel.COMMAND):
            return service(*args, actor=person, **values)

    def _settle(self) -> None:
        """What the worker does after commit, at the time of the story: who is waited for, how ready the gate is, what is out of date."""
        project = Project.objects.get(code=self.code)
        with acting(channel=Channel.SYSTEM):
            ask_next(project.pk)
            refresh_readiness([project.pk])
            refresh_out_of_date([project.pk])

    def after(self, days: int) -> date:
        return self.began + timedelta(days=days)

    def _request(self) -> Days:
        story, business = self.story, holding(Role.BUSINESS_DEVELOPMENT)
        client = Client.objects.get(code=story.client)
        logged = self.by(
            business,
            rfp.save_rfp,
            client=client,
            contact=client.contacts.order_by("pk")[0],
            channel=story.channel,
            compound_name=story.molecule.name,
            wanted=story.wanted,
        )
        yield self.after(1)
        identity = {"cas_number": story.molecule.cas_number, "structure_text": story.molecule.smiles}
        self.by(business, rfp.update_rfp, logged.number, changes={**identity, **story.details})
        self._clarify(logged, business)
        yield self.after(SUBMITTED_AFTER)
        project = self.by(business, evaluation.submit_rfp, logged.number)
        self.code, molecule = project.code, story.molecule
        self.by(business, cite_compound, project.compound_id, pubchem_cid=molecule.pubchem_cid, references=molecule.references)

    def _clarify(self, logged: Rfp, business: User) -> None:
        for question, answer in self.story.questions:
            asked = self.by(business, rfp.ask_clarification, logged.number, question=question)
            if answer:
                self.by(business, rfp.answer_clarification, logged.number, asked.pk, answer=answer)

    def _sheets(self) -> Days:
        """Filled in; signed off only where the evaluation went on."""
        yield self.after(SHEETS_AFTER)
        for department, sheet in self.story.sheets.items():
            head = holding(department)
            low, base, high = (value * 1000 for value in sheet.costs)
            changes = {
                "feasibility_score": sheet.score,
                "feasibility_reason": sheet.reason,
                "assumptions": sheet.assumptions,
                "risks": sheet.risks,
                "currency": "USD",
                "cost_low": low,
                "cost_base": base,
                "cost_high": high,
                "duration_weeks": sheet.weeks,
            }
            self.by(head, evaluation.save_sheet, self.code, department, changes=changes)
            if self.story.contract is not None:
                self.signed_by(head, evaluation.sign_off_sheet, self.code, department)

    def _agree(self, contract: Contract) -> Days:
        business, management = holding(Role.BUSINESS_DEVELOPMENT), holding(Role.MANAGEMENT)
        yield self.after(QUOTED_AFTER)
        self.by(business, evaluation.recommend, self.code, recommendation="bid", reason=contract.recommendation)
        self.by(
            business,
            commercial.draft_quotation,
            self.code,
            currency=contract.currency,
            valid_until=self.clock.today + timedelta(days=60),
            scope=contract.scope,
            assumptions=contract.assumptions,
            payment_terms=contract.terms,
            lines=[commercial.Line(phase, words, contract.price(amount)) for phase, words, amount in contract.lines],
        )
        for person in (business, management):
            self.signed_by(person, commercial.release_quotation, self.code, 1)
        paper = self._document(business, "quotation")
        self._draw(paper)
        self.by(business, commercial.send_quotation, self.code, 1)
        self._draw(paper)
        self._settle()
        yield self.after(ACCEPTED_AFTER)
        self.signed_by(holding(Role.CLIENT_APPROVER, self.story.client), commercial.accept_quotation, self.code, 1)
        self._charter(contract)
        self._settle()
        yield from self._agreements()

    def _charter(self, contract: Contract) -> None:
        manager = holding(Role.PROJECT_MANAGER)
        self.by(
            manager,
            charter.draft_charter,
            self.code,
            objectives=contract.objectives,
            start_on=self.clock.today,
            first_phase=Phase.EVALUATION,
            last_phase=Phase.COMMERCIAL,
            site=Site.objects.get(key=contract.site),
            project_manager=manager,
            **contract.charter,
        )
        for role in (Role.RESEARCH, Role.ANALYTICAL, Role.PRODUCTION, Role.EHS, Role.QUALITY_ASSURANCE):
            self.by(manager, charter.name_team_member, self.code, role.value, user=holding(role))
        for kind, key, words in contract.without:
            self.by(manager, tailoring.tailor, self.code, kind=kind, key=key, justification=words)

    def _agreements(self) -> Days:
        yield self.after(AGREED_AFTER)
        business, (name, number) = holding(Role.BUSINESS_DEVELOPMENT), (self.story.client, self.code.removeprefix("API-"))
        client = Client.objects.get(code=name)
        for kind, prefix in (("confidentiality", "CDA"), ("cooperation", "MSA"), ("quality", "QAA")):
            agreement = self.by(
                business, agreements.record_agreement, self.code, kind=kind, number=f"{prefix}-{number}", effective_on=self.clock.today
            )
            for side, signer in (("cdmo", "Managing Director"), ("client", f"{client.name} Sourcing Director")):
                self.by(
                    business,
                    agreements.record_signatory,
                    self.code,
                    agreement.pk,
                    side=side,
                    name=signer,
                    function=signer,
                    signed_on=self.clock.today,
                )
        yield self.after(AGREED_AFTER + 2)
        for deliverable in Deliverable.objects.filter(project__code=self.code, phase=Phase.EVALUATION):
            self._prove(deliverable)

    def _work(self, phase: Phase) -> Generator[date, None, bool]:
        """What the phase owes, each on its planned day; False when the present came first."""
        feeds = {item.key: item.milestone for item in phase_plan(phase).deliverables}
        while True:
            owed = list(Deliverable.objects.open().filter(project__code=self.code, phase=phase).select_related("department"))
            if not owed:
                return True
            planned = {row.key: row for row in Milestone.objects.filter(project__code=self.code).select_related("project__site")}
            following = min(owed, key=lambda row: self._order(row, planned[feeds[row.key]]))
            milestone = planned[feeds[following.key]]
            slipped = yield from self._slip(milestone)
            if slipped:
                continue
            if self._planned_day(milestone) >= self.real_today:
                yield from self._do_tasks(phase, self.real_today)
                return False
            yield from self._do_tasks(phase, self._planned_day(milestone))
            yield self._planned_day(milestone)
            self._prove(following)

    def _do_tasks(self, phase: Phase, until: date) -> Days:
        """What is due before, each on its day by whoever owns it."""
        rows = Task.objects.open().filter(project__code=self.code, milestone__phase=phase, due_on__lt=until)
        for task in rows.select_related("owner", "department").order_by("due_on"):
            assert task.due_on is not None  # noqa: S101 - the query asks for it
            yield task.due_on
            owner = task.owner or holding(Role(task.department.key))  # type: ignore[union-attr]  # one of the two is there
            self.by(owner, tasks.finish_task, self.code, task.pk, on=self.clock.today)

    def _planned_day(self, milestone: Milestone) -> date:
        day = milestone.actual_on or milestone.forecast_on
        assert day is not None  # noqa: S101 - the charter planned it
        return day

    def _order(self, row: Deliverable, milestone: Milestone) -> tuple[date, bool, int]:
        """By date; what sets the milestone's date comes last of its day."""
        return self._planned_day(milestone), milestone.source == f"deliverable:{row.key}", row.order

    def _slip(self, milestone: Milestone) -> Generator[date, None, bool]:
        """The milestone's delay, if the story has one that was not told yet: foreseen some days before, then published."""
        slip: Slip | None = self.slips.pop(milestone.key, None)
        if slip is None:
            return False
        before = self._planned_day(milestone)
        yield min(before - timedelta(days=WARNING_DAYS), self.real_today)
        manager = holding(Role.PROJECT_MANAGER)
        later = calendar_of(milestone.project).add_working_days(before, slip.days)
        self.by(manager, plan.reschedule_milestone, self.code, milestone.key, not_before=later, reason=slip.reason)
        if slip.told:
            self._publish(slip, manager)
        self._settle()
        return True

    def _publish(self, slip: Slip, manager: User) -> None:
        """The client is told about every shared date that moved with it."""
        shared = Milestone.objects.open().filter(project__code=self.code, visibility__in=SHOWN_TO_CLIENT).exclude(published_on=None)
        keys = [moved.key for moved in shared if moved.unpublished]
        if keys:
            values = {"reason_class": slip.reason_class, "side": slip.side, "reason": slip.told}
            self.by(manager, publishing.publish_plan, self.code, keys=keys, **values)

    def _payments(self) -> None:
        lines = self.story.contract.lines if self.story.contract else ()
        for title, source, phase, percent in self.story.payments:
            price = 1000 * sum(thousands for of_phase, _words, thousands in lines if of_phase == phase)
            amount = (Decimal(price * percent) / 100).quantize(Decimal("0.01")) or None
            self.by(holding(Role.BUSINESS_DEVELOPMENT), plan_payment, self.code, title=title, source=source, amount=amount)

    def _change(self) -> None:
        """Drafted, released by two people and sent; the client has not answered."""
        change, business = self.story.change, holding(Role.BUSINESS_DEVELOPMENT)
        if change is None:
            return
        phase, words, thousands = change.line
        draft = order_lines.Draft(
            title=change.title,
            reason=change.reason,
            scope=change.scope,
            valid_until=self.clock.today + timedelta(days=30),
            lines=[commercial.Line(phase, words, Decimal(thousands * 1000).quantize(Decimal("0.01")))],
            days=change.days,
        )
        order = self.by(business, change_orders.draft_change_order, self.code, draft)
        for person in (business, holding(Role.MANAGEMENT)):
            self.signed_by(person, change_orders.release_change_order, self.code, order.sequence, order.revision)
        self.by(business, change_orders.send_change_order, self.code, order.sequence, order.revision)

    def _approvals(self) -> None:
        """What the client is asked to approve today, and what it answered."""
        manager = holding(Role.PROJECT_MANAGER)
        for ask in self.story.asks:
            self.by(manager, ask_for_approval, self.code, ask.kind, ask.key, words=ask.words, due_on=self.clock.today + timedelta(days=10))
            asked = ApprovalRequest.objects.filter(project__code=self.code, kind=ask.kind, key=ask.key).latest("round")
            if ask.answer:
                approver = holding(Role.CLIENT_APPROVER, self.story.client)
                self.signed_by(approver, answer_approval, asked.pk, kind=ask.answer, words=ask.reply)

    def _document(self, person: User, type_key: str) -> DocumentVersion:
        """Made from the data as they are on that day."""
        return self.by(person, request_document, type_key, project=Project.objects.get(code=self.code))

    def _draw(self, version: DocumentVersion) -> None:
        """As the worker would have done then."""
        self.clock.tick()
        with acting(channel=Channel.WORKER):
            render_version(version.pk)

    def _prove(self, deliverable: Deliverable) -> None:
        """Its record in another system, entered by its department and confirmed by a second person."""
        reference = reference_of(deliverable, self.code)
        entering = holding(reference.role)
        confirming = holding(Role.MANAGEMENT if reference.role == Role.QUALITY_ASSURANCE else Role.QUALITY_ASSURANCE)
        entered = self.by(
            entering,
            evidence.enter_reference,
            self.code,
            deliverable.key,
            system=reference.system,
            number=reference.number,
            record_state=reference.state,
            record_date=self.clock.today,
        )
        self.by(confirming, evidence.confirm_reference, self.code, deliverable.key, entered.pk)

    def _decide(self, phase: Phase) -> Days:
        """Propose and sign *go* on the planned day, or as soon as the evidence is there."""
        planned = Milestone.objects.filter(project__code=self.code, phase=phase, kind=Milestone.Kind.GATE).first()
        if planned is not None:
            yield min(self._planned_day(planned), self.real_today)
        self._settle()
        for service, payment, values in settlements(self.code):
            self.by(holding(Role.BUSINESS_DEVELOPMENT), service, self.code, payment, **values)
        review: GateReview = self.by(holding(Role.PROJECT_MANAGER), gate.propose_decision, self.code, decision="go")
        for role in review.signers:
            self.signed_by(holding(role), gate.sign_decision, self.code, role=role)
        self._settle()
