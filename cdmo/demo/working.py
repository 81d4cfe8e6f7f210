"""The work of a phase as a story tells it: what is owed on its day, what slips, what is paid, and the gate."""

from __future__ import annotations

from collections.abc import Generator
from datetime import date, timedelta
from decimal import Decimal

from accounts.models import Role, User
from cdmo.demo.evidence import reference_of
from cdmo.demo.invoices import settlements
from cdmo.demo.people import holding
from cdmo.demo.story import Slip
from cdmo.demo.voice import Days, Voice
from projects.models import SHOWN_TO_CLIENT, Deliverable, GateReview, Milestone, Phase, Project, Task
from projects.plans import phase_plan
from projects.services import evidence, gate, plan, publishing, tasks
from projects.services.lifecycle import pass_out_of_scope
from projects.services.payments import plan_payment
from projects.services.plan import calendar_of

WARNING_DAYS = 10


class Working(Voice):
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
            if self._planned_day(milestone) >= self.until:
                yield from self._do_tasks(phase, self.until)
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

    def _order(self, row: Deliverable, milestone: Milestone) -> tuple[date, bool, int]:
        """By date; what sets the milestone's date comes last of its day."""
        return self._planned_day(milestone), milestone.source == f"deliverable:{row.key}", row.order

    def _slip(self, milestone: Milestone) -> Generator[date, None, bool]:
        """The milestone's delay, if the story has one that was not told yet: foreseen some days before, then published."""
        slip: Slip | None = self.slips.pop(milestone.key, None)
        if slip is None:
            return False
        before = self._planned_day(milestone)
        yield min(before - timedelta(days=WARNING_DAYS), self.until)
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

    def _leave(self, phase: Phase) -> Days:
        """Through its gate; a phase that was not contracted is passed as such."""
        project = Project.objects.get(code=self.code)
        if project.in_scope(phase):
            yield from self._decide(phase)
            return
        yield self.clock.today
        reason = "Not contracted: the client's process arrives ready for the first contracted phase."
        self.signed_by(holding(Role.PROJECT_MANAGER), pass_out_of_scope, self.code, reason=reason)

    def _decide(self, phase: Phase) -> Days:
        """Propose and sign *go* on the planned day, or as soon as the evidence is there."""
        planned = Milestone.objects.filter(project__code=self.code, phase=phase, kind=Milestone.Kind.GATE).first()
        if planned is not None:
            yield min(self._planned_day(planned), self.until)
        self._settle()
        for service, payment, values in settlements(self.code):
            self.by(holding(Role.BUSINESS_DEVELOPMENT), service, self.code, payment, **values)
        review: GateReview = self.by(holding(Role.PROJECT_MANAGER), gate.propose_decision, self.code, decision="go")
        for role in review.signers:
            self.signed_by(holding(role), gate.sign_decision, self.code, role=role)
        self._settle()
