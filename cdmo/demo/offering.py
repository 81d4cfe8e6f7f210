"""From the call to the contract as a story tells it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from accounts.models import Client, Role, User
from catalogue.models import Site
from catalogue.services import cite_compound
from cdmo.demo.briefs import BRIEFS
from cdmo.demo.people import holding
from cdmo.demo.sheet_costs import cost_rows
from cdmo.demo.sheets import USUAL, assumptions_of, own_rows, risks_of
from cdmo.demo.story import Contract, Lost, Sheet
from cdmo.demo.voice import Days
from cdmo.demo.working import Working
from phases.evaluation import services as evaluation
from phases.evaluation.models import DepartmentAssessment
from projects.models import Deliverable, Phase, RevisionRemark, Rfp
from projects.services import agreements, charter, clarifications, commercial, quotation_answers, rfp, tailoring, team
from projects.services.lifecycle import cancel_project
from projects.services.replies import Reply
from worksheets.changing import change_rows

ASKED_SITE = "shanghai"
SUBMITTED_AFTER, SHEETS_AFTER, QUOTED_AFTER, ASKED_AFTER, ANSWERED_AFTER, ACCEPTED_AFTER, AGREED_AFTER = 4, 9, 11, 13, 15, 18, 21

WON_BY = (
    ("science", "field"),
    ("price", "lowest"),
    ("quality", "highest"),
    ("science", "unknown"),
    ("relation", "field"),
    ("capacity", "field"),
)


class Offering(Working):
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
        self.by(business, rfp.update_rfp, logged.number, changes={**identity, **BRIEFS.get(story.molecule.name, {}), **story.details})
        self._clarify(logged, business)
        yield self.after(SUBMITTED_AFTER)
        project = self.by(business, evaluation.submit_rfp, logged.number, site=self._site)
        self.code, molecule = project.code, story.molecule
        self.by(business, cite_compound, project.compound_id, pubchem_cid=molecule.pubchem_cid, references=molecule.references)

    def _clarify(self, logged: Rfp, business: User) -> None:
        for question, answer in self.story.questions:
            asked = self.by(business, clarifications.ask_clarification, logged.number, question=question)
            if answer:
                self.by(business, clarifications.answer_clarification, logged.number, asked.pk, answer=answer)

    def _sheets(self) -> Days:
        """Filled in; signed off only where the evaluation went on."""
        yield self.after(SHEETS_AFTER)
        for department, sheet in {**USUAL, **self.story.sheets}.items():
            head = holding(department)
            low, base, high = (value * 1000 for value in sheet.costs)
            changes = {
                "feasibility_score": sheet.score,
                "feasibility_reason": sheet.reason,
                "currency": "USD",
                "cost_low": low,
                "cost_base": base,
                "cost_high": high,
                "duration_weeks": sheet.weeks,
            }
            self.by(head, evaluation.save_sheet, self.code, department, changes=changes)
            self._tables(head, department, sheet)
            if self.story.contract is not None:
                self.signed_by(head, evaluation.sign_off_sheet, self.code, department)

        if "production" not in self.story.sheets:  # it has begun its plan, and not answered yet
            self._tables(holding(Role.PRODUCTION), "production", None)

    def _tables(self, head: User, department: str, sheet: Sheet | None) -> None:
        """Risks and assumptions of an answer; the plans as far as vessels and prices were there already."""
        today = self.clock.today
        pk = DepartmentAssessment.objects.get(project__code=self.code, department__key=department).pk
        tables = [("sheet-risks", risks_of(department, sheet)), ("sheet-assumptions", assumptions_of(sheet, today))] if sheet else []
        if own := own_rows(department, self._site, today):
            tables.append(own)
        operations = [str(row.values["operation"]) for row in own[1]] if own and department == "production" else []
        tables += cost_rows(department, operations)
        for key, rows in tables:
            self.by(head, change_rows, f"{key}:{pk}", rows, all_or_none=True)

    @property
    def _site(self) -> str:
        """The one that is asked."""
        return self.story.contract.site if self.story.contract else ASKED_SITE

    def _agree(self, contract: Contract) -> Days:
        business = holding(Role.BUSINESS_DEVELOPMENT)
        yield self.after(QUOTED_AFTER)
        self.by(business, evaluation.recommend, self.code, recommendation="bid", reason=contract.recommendation)
        self._offer(contract, 1)
        approver = holding(Role.CLIENT_APPROVER, self.story.client)
        if contract.offer.asked:
            yield self.after(ASKED_AFTER)
            remarks = {number: words for number, words, _outcome, _reply in contract.offer.asked}
            self.by(approver, quotation_answers.ask_for_changes, self.code, 1, remarks=remarks)
            yield self.after(ANSWERED_AFTER)
            self._offer(contract, 2)
        if contract.waits:
            return
        yield self.after(ACCEPTED_AFTER)
        if isinstance(self.story.turn, Lost):
            yield from self._lose(self.story.turn, approver)
            return
        self.signed_by(approver, quotation_answers.accept_quotation, self.code, 1, options=contract.offer.taken)
        why, position = WON_BY[int(self.code[-4:]) % len(WON_BY)]
        self.by(business, quotation_answers.record_outcome, self.code, 1, why=why, position=position)
        self._charter(contract)
        self._settle()
        yield from self._agreements()

    def _offer(self, contract: Contract, revision: int) -> None:
        """Drafted with what became of the client's remarks, released by both roles, sent with its PDF."""
        business, offer = holding(Role.BUSINESS_DEVELOPMENT), contract.offer
        lowered = offer.lowered if revision > 1 else {}
        priced = [(phase, words, contract.price(amount) * (100 - lowered.get(phase, 0)) / 100) for phase, words, amount in contract.lines]
        lines = [commercial.Line(*each) for each in priced]
        lines += [commercial.Line(phase, words, contract.price(amount), "optional", given) for phase, words, given, amount in offer.options]
        lines += [commercial.Line(phase, words, Decimal("0.00"), "excluded") for phase, words in offer.excluded]
        remarks = RevisionRemark.objects.filter(request__quotation__project__code=self.code)
        said = {words: Reply(outcome, reply) for _number, words, outcome, reply in offer.asked}
        self.by(
            business,
            commercial.draft_quotation,
            self.code,
            currency=contract.currency,
            valid_until=self.clock.today + timedelta(days=60),
            scope=contract.scope,
            assumptions=contract.assumptions,
            payment_terms=contract.terms,
            lines=lines,
            parts=offer.parts_on(self.clock.today),
            replies={row.pk: said[row.words] for row in remarks},
            **offer.terms,
        )
        for person in (business, holding(Role.MANAGEMENT)):
            self.signed_by(person, commercial.release_quotation, self.code, revision)
        paper = self._document(business, "quotation", "Answers what the client asked." if revision > 1 else "")
        self._draw(paper)
        self.by(business, commercial.send_quotation, self.code, revision)
        self._draw(paper)
        self._settle()

    def _lose(self, lost: Lost, approver: User) -> Days:
        """Declined with a reason, and read and closed some days later by business development."""
        business = holding(Role.BUSINESS_DEVELOPMENT)
        self.by(approver, quotation_answers.decline_quotation, self.code, 1, reason=lost.reply)
        yield self.after(AGREED_AFTER)
        self.by(business, quotation_answers.record_outcome, self.code, 1, why="time", position="field", note=lost.lesson)
        self.by(business, cancel_project, self.code, reason=lost.lesson, cancel_class="lost")

    def _charter(self, contract: Contract) -> None:
        manager = holding(Role.PROJECT_MANAGER)
        self.by(
            manager,
            charter.draft_charter,
            self.code,
            objectives=contract.objectives,
            start_on=self.clock.today,
            first_phase=contract.first_phase,
            last_phase=Phase.COMMERCIAL,
            site=Site.objects.get(key=contract.site),
            project_manager=manager,
            **contract.charter,
        )
        for role in (Role.RESEARCH, Role.ANALYTICAL, Role.PRODUCTION, Role.EHS, Role.QUALITY_ASSURANCE):
            self.by(manager, team.name_team_member, self.code, role.value, user=holding(role))
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
