"""The demo: real molecules, invented projects, loaded once, never in production."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.context import acting
from audit.events import record
from audit.models import Event, Signature
from catalogue.chemistry import cas_check_digit_ok, parse_structure
from catalogue.models import Compound
from cdmo.demo import clock
from cdmo.demo.briefs import BRIEFS
from cdmo.demo.inbox import leave_unread
from cdmo.demo.molecules import MOLECULES, Molecule
from cdmo.demo.people import PASSWORD, everybody
from cdmo.demo.scale import Scale
from cdmo.demo.stories import STORIES
from cdmo.demo.story import Held, Lost, Returned, Story
from documents.models import DocumentVersion, Rendition
from documents.rendering import RenderedPdf, render_pdf
from notifications.models import LastVisit, Notification, Webhook
from phases.evaluation.models import DepartmentAssessment
from process.actuals.history import seen_before
from process.models import ActualCost, InquiryAnswer, RouteStep
from projects.limits import limits
from projects.models import (
    AccountAnswer,
    Agreement,
    ChangeOrder,
    KpiCase,
    Milestone,
    Occupancy,
    Phase,
    PhaseMove,
    Project,
    ProjectRisk,
    ProjectStanding,
    Publication,
    Quotation,
    QuotationLine,
    QuotationOutcome,
    RevisionRequest,
    Rfp,
    StatusChange,
    WaitingFor,
)
from projects.services.facts import refresh_facts
from tests.kept import sequences_kept
from tests.projects import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("molecule", MOLECULES, ids=lambda molecule: molecule.name)
def test_molecule_is_the_published_one(molecule: Molecule) -> None:
    found = parse_structure(molecule.smiles)

    assert (found.formula, found.inchikey) == (molecule.formula, molecule.inchikey)
    assert found.molar_mass_g_per_mol == pytest.approx(molecule.molar_mass_g_per_mol, abs=0.06)
    assert cas_check_digit_ok(molecule.cas_number)


@pytest.mark.parametrize("name", BRIEFS)
def test_what_a_request_says_of_a_molecule_can_be_meant(name: str) -> None:
    said = BRIEFS[name]

    assert limits(said, received_on=timezone.localdate()) == {}
    Rfp(**said).clean_fields(exclude=[field.name for field in Rfp._meta.fields if field.name not in said])


def test_refuses_production(settings: Any) -> None:
    settings.PRODUCTION = True

    with pytest.raises(CommandError, match="never loaded in production"):
        call_command("load_demo")

    assert not User.objects.exists()


def test_loads_people_without_projects() -> None:
    printed = StringIO()

    call_command("load_demo", "--people-only")
    call_command("demo_sign_ins", stdout=printed)

    assert not Project.objects.exists()
    assert all(person.email in printed.getvalue() for person in everybody())
    assert User.objects.count() == len(everybody())
    assert all(user.check_password(PASSWORD) for user in User.objects.all())


@pytest.fixture
def one_drawing(monkeypatch: pytest.MonkeyPatch) -> list[RenderedPdf]:
    """The first PDF, which stands for all others: `tests/phases/test_documents.py` and its neighbours look at each kind on paper."""
    drawn: list[RenderedPdf] = []

    def first_of(html: str, **arguments: Any) -> RenderedPdf:
        if not drawn:
            drawn.append(render_pdf(html, **arguments))
        return replace(drawn[0], content=drawn[0].content + b"%" + hashlib.sha256(html.encode()).hexdigest().encode())

    monkeypatch.setattr("documents.rendering.render_pdf", first_of)
    return drawn


def test_loads_once_and_tells_each_story_to_its_phase(one_drawing: list[RenderedPdf]) -> None:
    call_command("load_demo", verbosity=0)
    counts = (User.objects.count(), Rfp.objects.count(), Event.objects.count())
    call_command("load_demo", verbosity=0)

    assert counts == (User.objects.count(), Rfp.objects.count(), Event.objects.count())
    assert len(one_drawing) == 1
    told = {cas: (phase, status) for cas, phase, status in Project.objects.values_list("compound__cas_number", "phase", "status")}
    assert told == {story.molecule.cas_number: (story.phase_today, _status(story)) for story in STORIES}
    _every_phase_and_every_way_out()
    _every_page_has_something_to_show()
    assert PhaseMove.objects.filter(kind="gate", moved_at__gt=timezone.now()).count() == 0
    assert Milestone.objects.filter(actual_on__gt=timezone.localdate()).count() == 0
    assert Milestone.objects.filter(kind="payment", actual_on__isnull=False, invoiced_on=None).exists(), "something can be invoiced"
    assert Milestone.objects.filter(kind="payment", paid_on__isnull=False).exists(), "what was ready a phase ago is paid"
    assert ChangeOrder.objects.filter(state="sent").exists(), "a client is asked"
    assert {row.conflicted for row in Occupancy.objects.with_conflicts()} == {True, False}, "two want one vessel"
    assert Milestone.objects.open().filter(baseline_on__lt=timezone.localdate()).exists(), "something is late"
    cited = Compound.objects.exclude(pubchem_cid=None).values_list("cas_number", "pubchem_cid")
    assert set(cited) == {(story.molecule.cas_number, story.molecule.pubchem_cid) for story in STORIES}
    _record_carries_the_time_of_the_stories()
    _all_of_it_can_be_copied_for_measuring()


def _all_of_it_can_be_copied_for_measuring() -> None:
    """Whatever a story comes to tell, `load_scale` copies it."""
    told = Project.objects.count()

    with sequences_kept():
        list(Scale().fill(2 * told))

    assert Project.objects.count() == 2 * told
    assert InquiryAnswer.objects.exclude(quote=None).count() < InquiryAnswer.objects.count()


def _status(story: Story) -> str:
    return {Held: "on_hold", Lost: "cancelled"}.get(type(story.turn), "active")


def _every_phase_and_every_way_out() -> None:
    running = [story for story in STORIES if story.turn is None]
    assert len(running) >= 10
    assert {story.phase for story in running} == set(Phase)
    assert {type(story.turn) for story in STORIES} == {type(None), Held, Lost, Returned}
    assert Quotation.objects.filter(state="declined").exclude(answer_reason="").count() == 1
    assert StatusChange.objects.filter(cancel_class="lost").count() == QuotationOutcome.objects.filter(why="time").count() == 1
    assert all(hasattr(won, "outcome") for won in Quotation.objects.filter(state="accepted")), (
        "of each offer won it is known what decided it"
    )
    assert {line.chosen for line in QuotationLine.objects.filter(standing="optional")} == {True, False}
    assert RevisionRequest.objects.filter(answered_in__state="sent").exists(), "a client reads what became of its remarks"
    assert Milestone.objects.filter(quoted_payment__isnull=False, actual_on__isnull=False).exists(), "a quoted payment fell due"
    assert PhaseMove.objects.filter(kind="return").count() == 1
    assert PhaseMove.objects.filter(kind="out_of_scope").exists(), "some development was done elsewhere"


def _every_page_has_something_to_show() -> None:
    """Key figures of six quarters, all four sides, every answer to a change order, documents in their states."""
    refresh_facts(Project.objects.values_list("pk", flat=True))
    quarters = {(on.year, (on.month - 1) // 3) for on in KpiCase.objects.filter(overall=True).values_list("on", flat=True)}
    assert len(quarters) >= 6
    assert set(Publication.objects.exclude(reason_class="initial").values_list("side", flat=True)) == set(Publication.Side)
    assert set(ChangeOrder.objects.values_list("state", flat=True)) == {"sent", "accepted", "declined"}
    assert set(ProjectStanding.objects.values_list("lateness", flat=True)) >= {"late", "on_track"}
    assert {risk.is_open for risk in ProjectRisk.objects.all()} == {True, False}
    assert not DepartmentAssessment.objects.filter(owner=None).exists(), "every sheet opened with who answers for it at the site"
    assert Agreement.objects.signed().of_whole_client().exists(), "a client has a master agreement"
    assert ActualCost.objects.values("project").distinct().count() == 3
    step = RouteStep.objects.filter(name="Ammonolysis").select_related("version__route__project", "product_compound").get()
    (seen,) = seen_before([step], step.version.route.project, User.objects.get(email="pm@demo.example"))
    assert "Seen in 1 project: yield" in seen.yields, "an earlier estimate of an amidation was off"
    payments = Milestone.objects.filter(kind="payment")
    assert payments.filter(actual_on=None).exists(), "something is still to become due"
    assert payments.filter(invoiced_on__isnull=False, paid_on=None).exists(), "an invoice waits to be paid"
    assert set(DocumentVersion.objects.values_list("state", flat=True)) >= {"draft", "in_review", "effective"}
    assert Webhook.objects.filter(client__code="DEMOA").count() == 2  # what they are told waits for the commit, which no test makes
    assert LastVisit.objects.count() == 4
    assert set(AccountAnswer.objects.values_list("kind", flat=True)) == {"objected", "replied"}
    waits = {(timezone.now() - row.since).days // 7 for row in WaitingFor.objects.open()}
    assert len(waits) > 3, "some wait for days, some for weeks"


def _record_carries_the_time_of_the_stories() -> None:
    today, begun = timezone.localdate(), {project.pk: project.rfp.received_at.date() for project in Project.objects.select_related("rfp")}
    ages = sorted((today - day).days for day in begun.values())
    assert ages == sorted(story.days_ago for story in STORIES)
    times = list(Event.objects.order_by("pk").values_list("at", flat=True))
    assert times == sorted(times), "told in the order of time, all projects together"
    for code, years in Project.objects.values_list("code", "rfp__submitted_at__year"):
        assert code.startswith(f"API-{years}-")
    for pk, day in begun.items():
        assert Event.objects.filter(project_id=pk).earliest("at").at.date() - day < timedelta(days=9)
    drawn = [row.created_at - row.version.requested_at for row in Rendition.objects.filter(version__document__type_key="quotation")]
    contracts = [story.contract for story in STORIES if story.contract is not None]
    assert len(drawn) == 2 * sum(1 + bool(contract.offer.asked) for contract in contracts)
    assert all(later < timedelta(hours=1) for later in drawn), "the worker drew it then"
    assert (today - User.objects.exclude(kind=User.Kind.INTEGRATION).latest("date_joined").date_joined.date()).days > 800
    signed = {(signature.object_label, signature.signed_at.date()) for signature in Signature.objects.filter(meaning="accept_quotation")}
    assert signed == {(row.label, row.answered_at.date()) for row in Quotation.objects.accepted()}
    for booked in Event.objects.filter(kind="occupancy.booked"):
        begins = date.fromisoformat(booked.data["after"]["first_on"])
        kept = Occupancy.pgh_event_models["insert"].objects.get(pgh_obj_id=booked.object_id)  # type: ignore[attr-defined]
        assert booked.at.date() == kept.pgh_created_at.date() == min(today, begins - timedelta(days=1))
    first = Milestone.pgh_event_models["insert"].objects.earliest("pgh_id")  # type: ignore[attr-defined]
    assert (today - first.pgh_created_at.date()).days > 700
    assert (today - first.pgh_context.created_at.date()).days > 700
    with acting(channel="system"), transaction.atomic():
        told = record("rfp.logged", None, actor=None, channel="email")
    told.refresh_from_db()
    assert timezone.now() - told.at < timedelta(minutes=5), "afterwards the database stamps the present again"


def test_an_inbox_begins_with_the_newest_lines() -> None:
    reader, project = factories.manager(), factories.a_project()
    events = Event.objects.filter(project_id=project.pk).order_by("-pk")
    assert len(events) > 3
    Notification.objects.bulk_create(Notification(user=reader, event=event, group="project", delivery="inbox") for event in events)

    leave_unread(3)

    assert [note.event for note in Notification.objects.unread().order_by("-event_id")] == list(events[:3])


def test_clock_goes_back_and_never_past_the_present() -> None:
    before = timezone.now()

    told: list[datetime] = []
    with clock.starting_on(before.date() - timedelta(days=9), told.append) as moved:
        past = timezone.localdate()
        moved.go_to(before.date() + timedelta(days=400))
        present = timezone.now()

    assert past == before.date() - timedelta(days=9)
    assert before <= present <= timezone.now()
    assert [moment.date() for moment in told] == [past, present.date()]
