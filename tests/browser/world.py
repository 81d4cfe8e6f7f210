"""What the pages are looked at with: written by the services inside the running product, in one run of `manage.py shell`.

A project in small scale on which everything that a page or a dialog can show stands open; another that passed its gate with a condition
and whose next decision waits for signatures; a third that is evaluated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

from allauth.mfa.models import Authenticator
from django.test import override_settings
from django.utils import timezone

from accounts.models import Client, Role, User
from accounts.services import create_integration_account
from accounts.services.people import open_account
from accounts.signing import Authentication
from audit.context import Channel, acting
from catalogue.models import Material, Site, Supplier, Vessel
from catalogue.services import VesselFacts, add_vessel, create_or_find_compound
from cdmo.demo.costing import estimate_for
from cdmo.demo.evidence import reference_of
from cdmo.demo.molecules import LENALIDOMIDE
from cdmo.demo.people import holding
from cdmo.demo.projects import EVALUATION, SMALL_SCALE
from cdmo.demo.sheets import enter_price_book, own_rows
from cdmo.demo.telling import is_told, tell
from documents.models import Document
from documents.services import request_document, upload_version
from documents.services.review import submit_for_review
from notifications.services.webhooks import create_webhook
from phases.evaluation import services as evaluation
from process.purchasing.models import InquiryLine
from process.purchasing.services import prepare_inquiry
from process.routes import services as routes
from projects import steps
from projects.attachments import take_upload
from projects.models import Agreement, ApprovalRequest, Deliverable, GateReview, Milestone, MilestoneLink, Occupancy, Project
from projects.services import (
    account,
    agreements,
    charter,
    clarifications,
    commercial,
    evidence,
    gate,
    invoicing,
    milestones,
    payments,
    plan,
    rfp,
)
from projects.services.calendars import add_own_days
from projects.services.change_orders import draft_change_order
from projects.services.conditions import NewCondition, answer_condition
from projects.services.confidentiality import name_reader
from projects.services.intake import take_intake
from projects.services.occupancy import Booking, book_vessel
from projects.services.order_lines import Draft
from projects.services.publishing import explanation_blockers
from projects.services.request_drafts import attach_to_draft, begin_draft, send_draft
from projects.services.saved_views import save_view
from projects.services.scratch import change_scratch, open_scratch
from projects.services.tasks import TaskDraft, add_task
from projects.services.waivers import request_waiver
from projects.what_if import Changes
from tests.projects.mails import a_mail
from worksheets.changing import ADD, Change, add_row, change_rows
from worksheets.services import take_import

PDF = b"%PDF-1.7\n% a report made elsewhere\n%%EOF\n"
TABLE = b"Client,Code,Country,Contact,E-mail,Telephone\nFine Chemicals,,Switzerland,Ann Muster,ann@fine.example,\n,,Nowhere,,,\n"


def make_world() -> dict[str, Any]:
    """Where its records are, by the names that the addresses use."""
    for story in (SMALL_SCALE, EVALUATION):
        if not is_told(story):
            tell([story])
    (other,) = tell([replace(SMALL_SCALE, molecule=LENALIDOMIDE, slips=(), asks=(), changes=())])
    project = Project.objects.filter(title=SMALL_SCALE.molecule.name).earliest("pk")
    with acting(channel=Channel.COMMAND):
        return {
            **_told_of(project),
            "client_agreement": _agreed_with(project.client).pk,
            **_vessels(project),
            **_plan(project),
            **_money(project),
            **_papers(project),
            **_systems(),
            **_chemistry(project),
            **_requests(project.client),
            **_passed_with_a_condition(Project.objects.get(code=other)),
            **_evaluated(Project.objects.filter(title=EVALUATION.molecule.name).earliest("pk")),
        }


def _pm() -> User:
    return holding(Role.PROJECT_MANAGER)


def _bd() -> User:
    return holding(Role.BUSINESS_DEVELOPMENT)


def _signed(service: Callable[..., Any], *args: Any, actor: User, **values: Any) -> Any:
    proof = Authentication(user_id=actor.pk, method="test", at=timezone.now())
    return service(*args, actor=actor, authentication=proof, **values)


def _told_of(project: Project) -> dict[str, Any]:
    """What the story left behind."""
    return {
        "code": project.code,
        "rfp": project.rfp.number,
        "contact": project.rfp.contact_id,
        "quotation": project.quotations.get().revision,
        "agreement": project.agreements.first().pk,
        "document": Document.objects.get(project=project, type_key="project_status_report").number,
        "shown": Document.objects.get(project=project, type_key="quotation").number,
        "approval": ApprovalRequest.objects.open().get(project=project).pk,
        "order": project.change_orders.get().sequence,
        "person": User.objects.get(email="pm@demo.example").pk,
    }


def _agreed_with(client: Client) -> Agreement:
    """For all its projects, signed by us: it changes nothing that is read elsewhere."""
    found = Agreement.objects.of_whole_client().filter(client=client).first()
    if found is not None:
        return found
    paper = {"kind": "quality", "number": "QAA-2026-01", "effective_on": timezone.localdate()}
    agreement = agreements.record_client_agreement(client.code, actor=_bd(), stored=take_upload(BytesIO(PDF), "quality.pdf"), **paper)
    signed = {"name": "A. Director", "function": "Director", "signed_on": timezone.localdate()}
    agreements.record_signatory(None, agreement.pk, side="cdmo", actor=_bd(), **signed)
    return agreement


def _vessels(project: Project) -> dict[str, Any]:
    named = Vessel.objects.filter(tag="R-302", site__key="shanghai")
    if not named.exists():
        add_vessel("shanghai", "R-302", VesselFacts("Reactor of line 3", "reactor", "glass_lined"), actor=holding(Role.MANAGEMENT))
    vessel, today = named.get(), timezone.localdate()
    for first, label in ((3, "P-01"), (9, "P-02")):
        days = {"first_on": today + timedelta(days=first), "last_on": today + timedelta(days=first + 9)}
        draft = Booking(vessel=vessel.pk, purpose="batch", label=label, belongs_to="pilot_batches_done", **days)
        book_vessel(draft, project=project.code, actor=_pm())
    return {"booking": Occupancy.objects.filter(project=project).earliest("pk").pk}


def _plan(project: Project) -> dict[str, Any]:
    """Something of each kind that a person moves, gives out, tries or answers for."""
    code, manager, today = project.code, _pm(), timezone.localdate()
    scratch = open_scratch(code, name="Two weeks later", actor=manager)
    change_scratch(code, scratch.pk, Changes(earliest={"g2": today + timedelta(days=300)}), actor=manager)
    own = milestones.MilestoneDraft("Supplier audited", Milestone.Kind.INTERNAL)
    ours = milestones.add_milestone(code, own, phase="small_scale", reason="The enzyme has one maker.", actor=manager)
    plan.achieve_milestone(code, ours.key, on=project.today, actor=manager)
    work = milestones.MilestoneDraft("Enzyme screened", Milestone.Kind.INTERNAL)
    begun = milestones.add_milestone(code, work, phase="small_scale", duration_days=20, reason="It takes a month.", actor=manager)
    day_off = today + timedelta(days=700)
    add_own_days("site", "basel", first=day_off, last=day_off, worked=False, words="Inventory", actor=manager)
    draft = TaskDraft("Order the enzyme", milestone="process_report", department="material_control")
    risk = {"text": "The enzyme is made by one supplier.", "likelihood": 2, "impact": 3, "mitigation": "Qualify a second one."}
    risk_key = add_row(f"project-risks:{code}", risk | {"owner": manager.email}, actor=manager)
    account.object_to_account(code, words="The deeper vessel was ours to wait for.", actor=holding(Role.CLIENT_APPROVER, "DEMOA"))
    return {
        "scratch": scratch.pk,
        "task": add_task(code, draft, actor=manager).pk,
        "risk": project.risks.get(pk=risk_key).number,
        "link": MilestoneLink.objects.filter(successor__project=project, successor__key="g2").earliest("pk").pk,
        "achieved": ours.key,
        "begun_work": begun.key,
        "repeated": Deliverable.objects.filter(project=project, phase="small_scale", done_at__isnull=False)[0].key,
        "day_off": day_off,
        "view": save_view("projects", name="Small scale", query="phase=small_scale", shared=False, actor=manager).pk,
    }


def _money(project: Project) -> dict[str, Any]:
    """A payment that waits for its day, one to invoice, one to be paid; an order that is a draft."""
    code, actor = project.code, _bd()
    later, ready, invoiced = (
        payments.plan_payment(code, title=title, source=source, amount=Decimal(1000), actor=actor)
        for title, source in (("Later", "gate:G2"), ("Ready", "gate:G1"), ("Invoiced", "gate:G1"))
    )
    invoicing.record_invoice(code, invoiced.key, number="INV-7", on=project.today, actor=actor)
    lines = [commercial.Line("small_scale", "One more solvent", Decimal(1500))]
    draft = Draft("One more solvent", "It is greener.", "One solvent.", timezone.localdate() + timedelta(days=30), lines, {"g2": 5})
    return {
        "later": later.key,
        "ready": ready.key,
        "invoiced": invoiced.key,
        "drafted": draft_change_order(code, draft, actor=actor).sequence,
    }


def _papers(project: Project) -> dict[str, Any]:
    """A record that nobody confirmed, one that changed after the decision, a document in review, one begun, a request with a file."""
    actor = _bd()
    first = Deliverable.objects.open().filter(project=project).select_related("department").order_by("order")[0]
    _entered(first)
    _proved(Deliverable.objects.filter(project=project, key="inquiry_assessment_report").select_related("department"))
    reviewed = upload_version("hazop_report", upload=BytesIO(PDF), name="hazop.pdf", project=project, actor=holding(Role.EHS))
    submit_for_review(reviewed.document.number, 1, actor=holding(Role.EHS))
    begun = request_document("certificate_of_analysis", project=project, about="B-1", actor=_pm())
    client = project.client
    logged = rfp.save_rfp(client=client, contact=client.contacts.first(), channel="email", compound_name="QX-7", wanted="5 kg", actor=actor)
    name_reader(project.rfp.number, person=holding(Role.MANAGEMENT), reason="She leads the bid.", actor=actor)
    attached = rfp.attach_rfp_file(logged.number, stored=take_upload(BytesIO(PDF), "letter.pdf"), actor=actor)
    return {
        "unconfirmed": first.key,
        "reviewed": reviewed.document.number,
        "begun": begun.document.number,
        "logged": logged.number,
        "attached": attached.pk,
    }


def _systems() -> dict[str, Any]:
    client = Client.objects.get(code="DEMOA")
    with override_settings(WEBHOOK_LOOPBACK=True):
        webhook, _secret = create_webhook(client.pk, url="http://127.0.0.1/hook", actor=holding(Role.CLIENT_APPROVER, "DEMOA"))
    protected = open_account(email="protected@demo.example", full_name="Protected Person", kind=User.Kind.INTERNAL)
    Authenticator.objects.create(user=protected, type=Authenticator.Type.TOTP, data={"secret": "x"})
    return {
        "protected": protected.pk,
        "webhook": webhook.pk,
        "account": create_integration_account(client.pk, name="ERP", actor=_bd()).pk,
        "import": take_import("clients", BytesIO(TABLE), "clients.csv", actor=_bd()).pk,
    }


def _chemistry(project: Project) -> dict[str, Any]:
    """A route of one step that is still a draft, what it takes in, who sells that, and what was read about it."""
    chemist, buyer = holding(Role.RESEARCH), holding(Role.MATERIAL_CONTROL)
    toluene = {"code": "TOL-99", "name": "Toluene", "kind": "solvent", "cas_number": "108-88-3", "molar_mass_g_per_mol": "92.14"}
    enzyme = {"code": "ENZ-1", "name": "Transaminase", "kind": "reagent", "molar_mass_g_per_mol": "50000"}
    wanted = (toluene | {"density_kg_per_l": "0.867"}, enzyme)  # the whole demo has one of them
    _entered_rows("materials", *(row for row in wanted if not Material.objects.filter(code=row["code"]).exists()), actor=buyer)
    by_mail = {"name": "Demo Solvents", "country": "Switzerland", "email": "sales@solvents.example"}
    _entered_rows("suppliers", by_mail, {"name": "Demo Works", "country": "Switzerland"}, actor=buyer)
    today = timezone.localdate().isoformat()
    price = {"supplier": "Demo Solvents", "quantity_from_kg": "0", "price_per_kg": "1.62", "currency": "EUR", "quoted_on": today}
    _entered_rows("material-prices:TOL-99", price, actor=buyer)
    solvent = Material.objects.get(code="TOL-99")
    route = routes.open_route(project.code, {"name": "Enzymatic route", "origin": "literature"}, actor=chemist)
    version = route.versions.get()
    made = {"name": "Amination", "product_name": "The amine", "product_molar_mass_g_per_mol": "407.3", "yield_pct": "88"}
    _entered_rows(f"route-steps:{version.pk}", made, actor=chemist)
    limiting = {"step": "Amination", "material": "ENZ-1", "role": "reactant", "amount": "1", "basis": "equivalents", "is_limiting": "yes"}
    diluted = {"step": "Amination", "material": "TOL-99", "role": "solvent", "amount": "8", "basis": "l_per_kg"}
    _entered_rows(f"step-inputs:{version.pk}", limiting, diluted, actor=chemist)
    _entered_rows("exchange-rates", {"currency": "EUR", "into": "USD", "rate": "1.08", "on": today, "source": "ECB"}, actor=_bd())
    estimate_for(project, timezone.localdate(), _bd())
    _entered_rows("material-prices:ENZ-1", price | {"supplier": "Demo Works", "price_per_kg": "30"}, actor=buyer)  # it is only assumed
    by = timezone.localdate() + timedelta(days=14)
    prepare_inquiry(version.pk, target_kg=Decimal(10), answer_by=by, with_priced=True, actor=chemist)
    _entered_rows(f"assumptions:{project.code}", {"words": "The enzyme lasts ten batches", "figure": "10"}, actor=chemist)
    reading = {"kind": "paper", "citation": "An enzyme for the amine", "relevance": "high", "steps": "Enzymatic route: Amination"}
    _entered_rows(f"literature:{project.code}", reading, actor=chemist)
    return {
        "supplier": Supplier.objects.get(name="Demo Solvents").pk,
        "stuff": solvent.pk,
        "compound": create_or_find_compound(name="Phenol", cas_number="108-95-2", structure_text="Oc1ccccc1", actor=chemist).pk,
        "route": route.number,
        "asked": InquiryLine.objects.get(inquiry__project=project, material=solvent).pk,
    }


def stock_a_route() -> None:
    """An amine and what is made of it, which nobody has a price for, and two suppliers that can be asked."""
    buyer = holding(Role.MATERIAL_CONTROL)
    if Material.objects.filter(code="AN-7").exists():
        return
    amine = {"code": "AN-7", "name": "Aniline", "kind": "starting_material", "molar_mass_g_per_mol": "93.13"}
    chloride = {"code": "AC-7", "name": "Acetyl chloride", "kind": "reagent", "molar_mass_g_per_mol": "78.5"}
    with acting(channel=Channel.COMMAND):
        _entered_rows("materials", amine, chloride, actor=buyer)
        _entered_rows("suppliers", *({"name": name, "country": "Switzerland"} for name in ("Amine Works", "Bulk Chemicals")), actor=buyer)


def a_route_of(code: str) -> str:
    """Of one step that can be computed; the address of its version."""
    stock_a_route()
    chemist = holding(Role.RESEARCH)
    with acting(channel=Channel.COMMAND):
        version = routes.open_route(code, {"name": "Acylation", "origin": "ours"}, actor=chemist).versions.get()
        made = {"name": "Acylation", "product_name": "Anilide", "product_structure": "CC(=O)Nc1ccccc1", "yield_pct": "92"}
        _entered_rows(f"route-steps:{version.pk}", made, actor=chemist)
        taken = {"step": "Acylation", "role": "reactant", "amount": "1", "basis": "equivalents"}
        rows = (taken | {"material": "AN-7", "is_limiting": "yes"}, taken | {"material": "AC-7"})
        _entered_rows(f"step-inputs:{version.pk}", *rows, actor=chemist)
    return version.get_absolute_url()


def _requests(client: Client) -> dict[str, Any]:
    """A message of a stranger; of what the client writes in the portal one request that is a draft, and one that was sent."""
    approver, business = holding(Role.CLIENT_APPROVER, client.code), _bd()
    sent = begin_draft(actor=approver)
    attach_to_draft(sent.pk, stored=take_upload(BytesIO(PDF), "sds.pdf"), actor=approver)
    request = send_draft(sent.pk, values={"contact_name": "Ann", "compound_name": "DC-417", "wanted": "50 g"}, actor=approver)
    clarifications.ask_clarification(request.number, question="Which salt?", actor=business)
    return {
        "intake": take_intake(BytesIO(a_mail(sender="ann@stranger.example")), "mail.eml", actor=business)[0].pk,
        "written": begin_draft(actor=approver).pk,
        "sent": request.number,
    }


def _entered_rows(address: str, *rows: dict[str, str], actor: User) -> None:
    change_rows(address, [Change(ADD, values=row) for row in rows], actor=actor, all_or_none=True)


def _entered(row: Deliverable) -> int:
    found = reference_of(row, row.project.code)
    values = {"system": found.system, "number": found.number, "record_state": found.state, "record_date": timezone.localdate()}
    return int(evidence.enter_reference(row.project.code, row.key, actor=holding(found.role), **values).pk)


def _proved(rows: Iterable[Deliverable]) -> None:
    for row in rows:
        second = Role.MANAGEMENT if reference_of(row, row.project.code).role == Role.QUALITY_ASSURANCE else Role.QUALITY_ASSURANCE
        evidence.confirm_reference(row.project.code, row.key, _entered(row), actor=holding(second))


def prove_everything(code: str) -> None:
    """Whatever the project owes in its present phase."""
    project = Project.objects.get(code=code)
    with acting(channel=Channel.COMMAND):
        _proved(Deliverable.objects.open().filter(project=project, phase=project.phase).select_related("department", "project"))


def sign_what_is_proposed(code: str, *, but: str) -> None:
    """Everybody who is asked, but one role."""
    review = gate.current_review(Project.objects.get(code=code))
    assert review is not None
    with acting(channel=Channel.COMMAND):
        for role in sorted(set(review.signers) - {but}):
            _signed(gate.sign_decision, code, role=role, actor=holding(role))


def _passed_with_a_condition(project: Project) -> dict[str, Any]:
    """Its gate was passed with a condition that is answered; the next one's decision and a waiver wait for signatures."""
    code, manager = project.code, _pm()
    prove_everything(code)
    due: date = timezone.localdate() + timedelta(days=20)
    asked = NewCondition("Qualify the second dryer.", holding(Role.PRODUCTION), due, steps.VALIDATION_BATCH, 2)
    second = replace(asked, words="Name a second maker of the enzyme.", owner=manager, step=steps.PILOT_BATCH)
    reason = "The dryer is installed; its qualification runs beside batch 1."
    review = gate.propose_decision(code, decision="go_with_conditions", reason=reason, conditions=[asked, second], actor=manager)
    for role in review.signers:
        _signed(gate.sign_decision, code, role=role, actor=holding(role))
    answered, open_one = GateReview.objects.get(pk=review.pk).conditions.order_by("number")
    answer_condition(code, answered.pk, words="Report QR-118 is effective.", actor=holding(Role.PRODUCTION))
    following = gate.current_review(Project.objects.get(pk=project.pk))
    assert following is not None
    unmet = next(item for item in gate.judge_review(following) if item.waivable and not item.passes)
    request_waiver(code, unmet.key, justification="Shown on the validation batch instead.", actor=manager)
    gate.propose_decision(code, decision="hold", reason="The client thinks about it.", actor=manager)
    came = Milestone.objects.filter(project=project).exclude(actual_on=None)
    unexplained = next(row.key for row in came if not explanation_blockers(row))
    return {"unexplained": unexplained, "passed": code, "answered": answered.pk, "condition": open_one.pk}


def _evaluated(project: Project) -> dict[str, Any]:
    """One sheet signed, one filled in; the second revision of the quotation and the charter are drafts."""
    code, business, manager, today = project.code, _bd(), _pm(), timezone.localdate()
    _signed(evaluation.sign_off_sheet, code, "research", actor=holding(Role.RESEARCH))
    facts = {"feasibility_score": 4, "feasibility_reason": "A line is free.", "currency": "USD", "cost_base": 300_000, "duration_weeks": 20}
    made = evaluation.save_sheet(code, "production", changes=facts, actor=holding(Role.PRODUCTION))
    vessel = {"vessel": "R-302", "batch_kg": "120", "litres_per_kg": "12", "batches": "3", "hours": "36", "vessel_rate": "410"}
    plan_rows = [vessel | {"operation": f"Step {number}", "wanted_from": today + timedelta(days=5 * number)} for number in (1, 2)]
    _entered_rows(f"production-plan:{made.pk}", *plan_rows, actor=holding(Role.PRODUCTION))
    list(enter_price_book(today))
    for department in ("analytical", "ehs"):
        own = own_rows(department, "shanghai", today)
        assert own is not None
        address = f"{own[0]}:{project.assessments.get(department__key=department).pk}"
        change_rows(address, own[1], actor=holding(department), all_or_none=True)
    evaluation.recommend(code, recommendation="bid", reason="Known chemistry.", actor=business)
    words: dict[str, Any] = {"currency": "USD", "valid_until": today + timedelta(days=30), "scope": "Development.", "actor": business}
    for amount in (380, 410):
        commercial.draft_quotation(code, lines=[commercial.Line("small_scale", "Development", Decimal(1000 * amount))], **words)
    planned = {"first_phase": "evaluation", "last_phase": "commercial", "site": Site.objects.get(key="shanghai"), "start_on": today}
    charter.draft_charter(code, objectives="A second source.", project_manager=manager, actor=manager, **planned)
    return {"evaluated": code}
