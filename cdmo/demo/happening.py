"""What happens beside the planned work of a story: risks, change orders, questions to the client, papers, an objection."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from io import BytesIO

from accounts.models import Role
from cdmo.demo.papers import a_report
from cdmo.demo.people import holding
from cdmo.demo.story import Ask, Change, Objection, Paper, Risk
from cdmo.demo.voice import Days, Voice
from documents.models import DocumentVersion
from documents.services import upload_version
from documents.services.review import refuse_version, sign_version, submit_for_review
from documents.services.signing import slot_for, slots_of
from projects.models import ApprovalRequest, Project, ProjectRisk
from projects.services import account, change_orders, commercial, order_lines, risks
from projects.services.approvals import answer_approval
from projects.services.sharing import ask_for_approval
from worksheets.changing import add_row


class Happening(Voice):
    def happen(self) -> Days:
        """Each on its day, those of today after the day's work."""
        story = self.story
        acts: list[tuple[int, Callable[[], None]]] = [
            *((row.days_ago, lambda row=row: self._risk(row)) for row in story.risks),
            *((row.days_ago, lambda row=row: self._paper(row)) for row in story.papers),
            *((row.days_ago, lambda row=row: self._change(row)) for row in story.changes),
            *((row.days_ago, lambda row=row: self._ask(row)) for row in story.asks),
            *((row.days_ago, lambda row=row: self._object(row)) for row in [story.objection] if row),
        ]
        for days_ago, act in sorted(acts, key=lambda each: -each[0]):
            yield self.real_today - timedelta(days=days_ago)
            act()

    def _risk(self, risk: Risk) -> None:
        manager = holding(Role.PROJECT_MANAGER)
        said = {"text": risk.text, "likelihood": risk.likelihood, "impact": risk.impact, "mitigation": risk.mitigation}
        cells = {**said, "owner": holding(risk.owner).email, "in_client_report": risk.shown}
        added = ProjectRisk.objects.get(pk=self.by(manager, add_row, f"project-risks:{self.code}", cells))
        if risk.closed:
            self.by(manager, risks.close_risk, self.code, added.number, reason=risk.closed)

    def _change(self, change: Change) -> None:
        """Drafted, released by two people and sent; then the client's answer, where there is one."""
        business, approver = holding(Role.BUSINESS_DEVELOPMENT), holding(Role.CLIENT_APPROVER, self.story.client)
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
        if change.accepted:
            self.signed_by(approver, change_orders.accept_change_order, self.code, order.sequence, order.revision)
        elif change.declined:
            self.by(approver, change_orders.decline_change_order, self.code, order.sequence, order.revision, reason=change.declined)

    def _ask(self, ask: Ask) -> None:
        """What the client is asked to approve, and what it answered."""
        manager = holding(Role.PROJECT_MANAGER)
        self.by(manager, ask_for_approval, self.code, ask.kind, ask.key, words=ask.words, due_on=self.clock.today + timedelta(days=10))
        asked = ApprovalRequest.objects.filter(project__code=self.code, kind=ask.kind, key=ask.key).latest("round")
        if ask.answer:
            approver = holding(Role.CLIENT_APPROVER, self.story.client)
            self.signed_by(approver, answer_approval, asked.pk, kind=ask.answer, words=ask.reply)

    def _paper(self, paper: Paper) -> None:
        """A report that was made elsewhere, and how far its review came."""
        author, project = holding(paper.author), Project.objects.get(code=self.code)
        file = BytesIO(a_report(f"{project.code} {paper.type_key}"))
        version = self.by(author, upload_version, paper.type_key, upload=file, name=f"{paper.type_key}.pdf", project=project)
        number, which = version.document.number, version.number
        if paper.submitted:
            self.by(author, submit_for_review, number, which)
        for role in paper.signed_by:
            signer = holding(role)
            slot = slot_for(slots_of(DocumentVersion.objects.get(pk=version.pk)), signer)
            assert slot is not None  # noqa: S101 - the story names who signs
            self.signed_by(signer, sign_version, number, which, meaning=slot.declared.meaning)
        if paper.returned:
            self.by(holding(Role.QUALITY_ASSURANCE), refuse_version, number, which, reason=paper.returned)

    def _object(self, objection: Objection) -> None:
        approver = holding(Role.CLIENT_APPROVER, self.story.client)
        self.by(approver, account.object_to_account, self.code, words=objection.words)
        if objection.reply:
            self.by(holding(Role.PROJECT_MANAGER), account.reply_to_objection, self.code, words=objection.reply)
