"""The documents of the phases: what they say, when they can be made, and that their signatures do what they promise."""

from __future__ import annotations

import json
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Role
from audit.refusals import NotAllowed, Refused
from documents import registry, services
from documents.content import cell
from documents.models import DocumentVersion
from documents.services.queue import page_of
from documents.templatetags.paper import in_thousands
from phases.evaluation.models import DepartmentAssessment
from phases.evaluation.services import recommend
from phases.reports import TEMPLATE
from projects.models import Charter, Deliverable, Phase, Project, QuotationLine, WaitingFor
from projects.plans import phase_plan
from projects.services.charter import draft_charter
from projects.services.commercial import send_quotation
from tests.finished import WORDS, drafted, finished, reader_of, render, text_of
from tests.process.factories import a_material, a_price, a_reference, a_scenario, a_whole_route, an_input, draft_of
from tests.projects import factories
from tests.quick import words_alone

pytestmark = pytest.mark.django_db
WRITTEN = sorted(each.key for each in registry.document_types() if each.template == TEMPLATE)


def test_quotation_waits_for_its_release() -> None:
    project = factories.a_project()
    factories.a_quotation(project)

    with pytest.raises(Refused) as refused:
        services.request_document("quotation", actor=factories.person(Role.BUSINESS_DEVELOPMENT), project=project)

    assert refused.value.blockers[0].key == "quotation.released"


def test_quotation_prints_the_released_revision() -> None:
    project = factories.a_project()
    quotation = factories.a_quotation(project)
    factories.release(quotation)

    author = factories.person(Role.BUSINESS_DEVELOPMENT)
    version = drafted("quotation", project, author=author)
    services.save_narrative(version.document.number, 1, "letter", WORDS.format(title="Letter"), actor=author)
    with words_alone():
        assert render(version)
    send_quotation(project.code, 1, actor=author)
    assert render(version)
    version = DocumentVersion.objects.get(pk=version.pk)

    assert version.signed_pdf is not None
    said = text_of(version)
    for words in (quotation.label, "420,000.00", "Pilot batches", "was released by the electronic signatures of", "Management", "收率"):
        assert words in said
    history, last = (" ".join(reader_of(version).pages[place].extract_text().split()) for place in (1, -1))
    assert "takes effect without a signature of its own" in history and "Accepted for the client by" in last, "no page for signatures"


def test_charter_waits_for_its_draft() -> None:
    with pytest.raises(Refused) as refused:
        services.request_document("project_charter", actor=factories.manager(), project=factories.a_project())

    assert refused.value.blockers[0].key == "charter.drafted"


def test_signing_the_charter_document_issues_the_charter_and_its_deliverable() -> None:
    project = factories.a_planned_project()

    version = finished("project_charter", project, author=factories.manager())

    said = text_of(version)
    for words in ("Develop the process and supply the substance.", "Process Development Report", "G2 Release to pilot", "Demo Site"):
        assert words in said
    assert Charter.objects.get(project=project).state == "issued"
    assert Deliverable.objects.get(project=project, key="project_charter").evidence_hash == version.content_hash


@pytest.mark.usefixtures("unlaid")
def test_a_later_version_of_the_charter_document_leaves_it_issued() -> None:
    project = factories.a_planned_project()
    finished("project_charter", project, author=factories.manager())

    again = services.request_document("project_charter", actor=factories.manager(), project=project, reason="Reprinted for the archive.")

    render(again)
    services.submit_for_review(again.document.number, 2, actor=factories.manager())
    for slot in registry.document_type("project_charter").slots:
        signer = factories.person(slot.role)
        proof = factories.fake_authentication(signer)
        services.sign_version(again.document.number, 2, actor=signer, meaning=slot.meaning, authentication=proof)
    assert Charter.objects.get(project=project).state == "issued"


@pytest.mark.usefixtures("unlaid")
def test_a_charter_that_changed_since_is_not_signed() -> None:
    project = factories.a_planned_project()
    version = drafted("project_charter", project, author=factories.manager())
    services.submit_for_review(version.document.number, 1, actor=factories.manager())
    signers = [factories.person(slot.role) for slot in registry.document_type("project_charter").slots]
    slots = registry.document_type("project_charter").slots
    for slot, signer in list(zip(slots, signers, strict=True))[:-1]:
        proof = factories.fake_authentication(signer)
        services.sign_version(version.document.number, 1, actor=signer, meaning=slot.meaning, authentication=proof)

    redraft(project, "Something else altogether.")

    with pytest.raises(Refused) as refused:
        proof = factories.fake_authentication(signers[-1])
        services.sign_version(version.document.number, 1, actor=signers[-1], meaning=slots[-1].meaning, authentication=proof)
    assert refused.value.blockers[0].key == "document.data"
    assert Charter.objects.get(project=project).state == "draft"


def redraft(project: Project, objectives: str) -> None:
    row = Charter.objects.get(project=project)
    draft_charter(
        project.code,
        objectives=objectives,
        start_on=row.start_on,
        first_phase=Phase.EVALUATION,
        last_phase=Phase.COMMERCIAL,
        site=factories.a_site(),
        project_manager=factories.manager(),
        actor=factories.manager(),
    )


def test_process_development_report_tells_science_and_evidence() -> None:
    project = factories.a_project_with("small_scale", "route_selection_report")
    author = factories.person(Role.RESEARCH)

    version = finished("process_development_report", project, author=author)

    said = text_of(version)
    for words in (
        "Process description: three steps",
        "Impurities: three steps",
        "Route Selection Report",
        "DOC-",
        "收率",
        "Approved · Research",
    ):
        assert words in said
    assert Deliverable.objects.get(project=project, key="process_development_report").is_done
    attached = reader_of(version).attachments
    data = json.loads(attached[f"{version.document.number}-v1.json"][0])
    assert data["content_hash"] == version.content_hash


@pytest.mark.usefixtures("unlaid")
def test_process_development_report_is_not_reviewed_with_empty_sections() -> None:
    project = factories.a_project_in("small_scale")
    author = factories.person(Role.RESEARCH)
    version = drafted("process_development_report", project, author=author)

    with pytest.raises(Refused) as refused:
        services.submit_for_review(version.document.number, 1, actor=author)

    open_sections = {blocker.key for blocker in refused.value.blockers}
    assert "document.section.process_description" in open_sections
    assert "document.section.solid_state" not in open_sections


def test_only_the_named_roles_make_a_type() -> None:
    project = factories.a_project_in("small_scale")

    with pytest.raises(NotAllowed):
        services.request_document("process_development_report", actor=factories.person(Role.QUALITY_ASSURANCE), project=project)


@pytest.fixture
def planned(db: None) -> Project:
    """A project whose charter is drafted: every phase has its deliverables and milestones."""
    return factories.a_planned_project()


LIFECYCLE = {
    "RFP Record": "", "Inquiry Assessment Report": "", "Detailed Cost Assessment Form": "", "Quotation": "", "Project Charter": "",
    "Route Selection Report": "", "Analytical Method Validation Report": "", "Certificate of Analysis of the sample": "batch",
    "Sample Confirmation": "", "Process Development Report": "",
    "Reaction-hazard Sheet": "",
    "HAZOP Report": "", "FMEA Report": "", "Critical Process Parameter Register": "", "Pilot Scale-up Report": "",
    "Pre-production Plan": "", "Technology Transfer Report": "", "Master Batch Record": "", "Batch Production Record": "batch",
    "Process Validation Protocol": "", "Process Validation Report": "", "Stability Protocol": "", "Stability Report": "",
    "Trial Production Summary Report": "", "Process Procedure": "",
    "Continued Process Verification Report": "period", "Supply and Safety Stock Report": "", "Change Control Record": "change",
    "Investigation Report": "event", "Product Quality Review": "period", "Certificate of Analysis of a shipped batch": "batch",
    "Gate Minutes": "gate_round", "Change Order": "change_order", "Project Status Report": "", "Project Status Report, internal": "",
    "Purchase Inquiry": "inquiry", "Clarification Letter": "letter",
}  # fmt: skip


def test_every_document_of_the_lifecycle_is_declared_once_or_about_each() -> None:
    declared = {str(each.title): str(each.about.kind) if each.about else "" for each in registry.document_types()}

    assert declared == LIFECYCLE
    assert all(each.is_generated for each in registry.document_types())
    unwritten = {str(each.title) for each in registry.document_types() if not each.narrative}
    assert unwritten == {"Project Charter", "RFP Record", "Gate Minutes", "Purchase Inquiry", "Clarification Letter"}


@pytest.mark.parametrize("key", WRITTEN)
def test_a_written_report_prints_its_sections_and_what_the_record_knows_and_waits_for_their_texts(key: str, planned: Project) -> None:
    declared = registry.document_type(key)

    version = drafted(key, planned, author=factories.manager(), about="1" if declared.about else "")

    said = " ".join(text_of(version).split())
    for words in (declared.title, *(section.title for section in declared.narrative), planned.code, "103-90-2", "Records of the phase"):
        assert str(words) in said

    with pytest.raises(Refused) as refused:
        services.submit_for_review(version.document.number, 1, actor=factories.manager())

    needed = {f"document.section.{section.key}" for section in declared.narrative if section.required}
    assert needed
    assert {blocker.key for blocker in refused.value.blockers if not blocker.key.startswith("start.")} == needed


@pytest.mark.parametrize("key", WRITTEN)
def test_whoever_of_the_approvers_writes_a_report_another_approves_beside_them(key: str) -> None:
    approvers = [slot for slot in registry.document_type(key).signers if slot.meaning == registry.Meaning.APPROVED]

    assert len(approvers) >= 2


@pytest.mark.usefixtures("unlaid")
def test_a_report_prints_waivers_and_conditions() -> None:
    project = factories.a_conditional_project(Phase.PILOT)

    version = drafted("process_validation_protocol", project, author=factories.manager())

    assert "Qualify the second dryer." in text_of(version)


@pytest.mark.usefixtures("unlaid")
def test_inquiry_assessment_tells_sheets_and_recommendation() -> None:
    project = factories.a_project()
    factories.sign_off_sheets(project)
    actor = factories.person(Role.BUSINESS_DEVELOPMENT)
    recommend(project.code, recommendation="bid", reason="Feasible in our equipment.", actor=actor)

    version = finished("inquiry_assessment_report", project, author=factories.manager())

    said = " ".join(text_of(version).split())
    for words in ("Feasible in our equipment.", "All departments", "Sheets behind this report", "Approved · Management"):
        assert words in said
    assert "How long this assessment took" in said and "The enquiry as a whole" in said


def test_inquiry_assessment_prints_what_is_recorded_of_route_screen_rights_offers_and_price() -> None:
    project = factories.a_project()
    factories.sign_off_sheets(project)
    recommend(project.code, recommendation="bid", reason="Feasible.", actor=factories.person(Role.BUSINESS_DEVELOPMENT))
    with words_alone():
        bare = text_of(drafted("inquiry_assessment_report", project, author=factories.manager()))
    version = draft_of(a_whole_route(project))
    chloroform = a_material("Chloroform", cas_number="67-66-3", density_kg_per_l=1.49)
    a_price(chloroform, "3.10", lead_time_days=77)
    an_input(version.steps.get(), chloroform, role="solvent", amount="2", basis="l_per_kg")
    a_reference(project, citation="A patent on the acetylation", rights="blocking")
    a_scenario(project, version)

    again = drafted("inquiry_assessment_report", project, author=factories.manager(), reason="The route is drawn.")

    said, page = text_of(again), page_of(again, "review")
    headings = ("Proposed route", "Mass balance", "Early screen of the route", "Offers that hold", "Price by the scenario")
    assert not [words for words in headings if words in bare] and [words for words in headings if words in said] == list(headings)
    for words in (
        "Process mass intensity, net",
        "E-factor, complete",
        "Residual solvents",
        "rights stand in the way",
        "77",
        "Likely between",
    ):
        assert words in said
    assert "No remarks." not in said + bare and "No supplier was asked for prices for this project." in said
    assert "Acetylation: 4-Aminophenol, Acetic anhydride, Water, Chloroform give Paracetamol, yield 90" in unescape(page)  # of the scheme
    assert again.document.type is not None and again.document.type.for_us  # suppliers' prices are no client's


@pytest.mark.parametrize("key", ["inquiry_assessment_report", "detailed_cost_assessment"])
def test_assessments_wait_for_the_signed_sheets(key: str) -> None:
    project = factories.a_project()

    with pytest.raises(Refused) as refused:
        services.request_document(key, actor=factories.manager(), project=project)

    assert {"sheet.research", "sheet.production"} <= {blocker.key for blocker in refused.value.blockers}


def test_cost_assessment_sets_price_against_cost() -> None:
    project = factories.a_project()
    factories.sign_off_sheets(project)
    quotation = factories.a_quotation(project)
    beside = {"quotation": quotation, "phase": Phase.VALIDATION}
    QuotationLine.objects.create(description="Stability study", amount=Decimal("9000"), standing="optional", order=2, **beside)
    QuotationLine.objects.create(description="Filing of the DMF", amount=Decimal(0), standing="excluded", order=3, **beside)
    a_scenario(project, draft_of(a_whole_route(project)))
    sheets = list(DepartmentAssessment.objects.filter(project=project))

    version = finished("detailed_cost_assessment", project, author=factories.manager())

    said = " ".join(text_of(version).split())
    for words in (
        quotation.label,
        "Price against cost",
        "EUR 180,000.00 (42.9 %)",
        "Cost in detail",
        "4-Aminophenol",
        "Stability study Optional 9,000.00",
        "Filing of the DMF Excluded –",
        *(in_thousands(cell(row.cost_base)) for row in sheets),
    ):
        assert " ".join(str(words).split()) in said
    assert version.document.type is not None and version.document.type.for_us  # margins are no client's


@pytest.mark.usefixtures("unlaid")
def test_a_report_that_is_in_effect_before_the_charter_is_its_record_once_it_is_planned() -> None:
    """Its natural order: the price is judged, quoted and accepted before there is a plan."""
    project = factories.a_project()
    factories.sign_off_sheets(project)
    version = finished("detailed_cost_assessment", project, author=factories.manager())
    browser = Client()
    browser.force_login(factories.manager())
    page = browser.get(reverse("project-gate", args=[project.code])).content.decode()
    assert "Detailed Cost Assessment Form is not planned yet: drafting the charter plans it." in page

    factories.charter(project)

    row = Deliverable.objects.get(project=project, key="detailed_cost_assessment")
    assert (row.is_done, row.evidence_hash, row.done_at) == (True, version.content_hash, version.effective_at)
    assert DocumentVersion.objects.get(pk=version.pk).document.deliverable_id == row.pk
    waiting = WaitingFor.objects.open().filter(key__startswith="deliverable:").values_list("key", flat=True)
    assert f"deliverable:{row.pk}" not in waiting
    open_report = Deliverable.objects.get(project=project, key="inquiry_assessment_report")
    assert not open_report.is_done and f"deliverable:{open_report.pk}" in waiting


@pytest.mark.parametrize("phase", list(Phase))
def test_every_document_that_a_phase_owes_is_a_known_type(phase: Phase) -> None:
    known = {each.key for each in registry.document_types()}

    owed = {item.document_type for item in phase_plan(phase).deliverables if item.document_type}

    assert owed <= known


def test_one_type_proves_one_deliverable() -> None:
    """A document makes its deliverable done by its type, so no two deliverables of a project may name the same one."""
    named = [item.document_type for phase in Phase for item in phase_plan(phase).deliverables if item.document_type]

    assert len(named) == len(set(named))


def test_the_page_of_a_deliverable_leads_to_the_document_that_was_begun(client: Client) -> None:
    project = factories.a_project_in("small_scale")
    client.force_login(factories.person(Role.RESEARCH))
    address = f"/projects/{project.code}/deliverables/process_development_report/"
    assert "type=process_development_report" in client.get(address).content.decode()

    version = services.request_document("process_development_report", actor=factories.person(Role.RESEARCH), project=project)

    page = client.get(address).content.decode()
    assert version.document.get_absolute_url() in page
    assert "type=process_development_report" not in page
