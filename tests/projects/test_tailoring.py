"""What does not apply to a project: chosen with the draft of the charter, approved with the issued one, passed without a waiver."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from io import BytesIO

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from audit.models import Event
from audit.refusals import BadInput, NotAllowed, Refused
from documents import services
from phases.evaluation.documents import charter as charter_data
from phases.minutes import gate_minutes
from projects.forms.gate import criteria_of
from projects.gates import renewable
from projects.models import Deliverable, GateCriterion, GateWaiver, Milestone, Phase, Project, Tailoring, WaitingFor
from projects.services import evidence, tailoring
from projects.services.gate import current_review, judge_review
from projects.services.plan import achieve_milestone
from projects.services.waivers import request_waiver
from tests.finished import drafted as rendered
from tests.finished import finished, text_of
from tests.projects import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unlaid")]
Check = Callable[[Callable[[], object], type[Exception]], Exception]
Events = Callable[[Callable[[], object]], list[str]]
METHODS = ("criterion", "methods")
APPROVERS = (Role.BUSINESS_DEVELOPMENT, Role.PROJECT_MANAGER, Role.MANAGEMENT)
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture
def drafted(db: None) -> Project:
    """With the draft of a charter."""
    return make.a_planned_project()


@pytest.fixture
def tailored(db: None) -> Project:
    """In small scale; the methods are taken out of it."""
    return make.a_project_in(Phase.SMALL_SCALE, without=[METHODS])


def judged(project: Project) -> dict[str, str]:
    review = current_review(project)
    assert review is not None
    return {item.key: item.standing for item in judge_review(review)}


def test_a_criterion_takes_out_the_deliverables_that_nothing_else_needs(drafted: Project, events_of: Events) -> None:
    assert events_of(lambda: make.tailor(drafted, *METHODS)) == ["tailoring.chosen"]

    rows = Tailoring.objects.filter(project=drafted)
    assert {(row.kind, row.key, row.with_criterion) for row in rows} == {
        ("criterion", "methods", ""),
        ("deliverable", "method_validation_report", "methods"),
    }
    assert set(rows.values_list("in_force_at", flat=True)) == {None}


def test_what_went_out_with_a_criterion_comes_back_with_it(drafted: Project, events_of: Events) -> None:
    row = make.tailor(drafted, *METHODS)
    make.tailor(drafted, "deliverable", "stability_protocol")

    assert events_of(lambda: tailoring.remove_tailoring(drafted.code, row.pk, actor=make.manager())) == ["tailoring.removed"]

    assert list(Tailoring.objects.values_list("key", flat=True)) == ["stability_protocol"]


@pytest.mark.parametrize(
    ("kind", "key", "justification", "field"),
    [
        ("criterion", "charter", "Short.", "item"),
        ("deliverable", "project_charter", "Short.", "item"),
        ("criterion", "sample", "No sample is shipped.", "item"),
        ("deliverable", "sample_confirmation", "No sample is shipped.", "item"),
        ("criterion", "nothing", "Short.", "item"),
        ("criterion", "methods", " ", "justification"),
        ("criterion", "route", "Twice.", "item"),
        ("deliverable", "confirmation_runs", "It is done.", "item"),
    ],
)
def test_what_cannot_be_taken_out(kind: str, key: str, justification: str, field: str, drafted: Project, nothing_written: Check) -> None:
    make.tailor(drafted, "criterion", "route")
    make.done(drafted, "confirmation_runs")

    refusal = nothing_written(lambda: make.tailor(drafted, kind, key, justification), BadInput)

    assert isinstance(refusal, BadInput) and list(refusal.errors) == [field]


def test_it_is_chosen_only_on_the_draft_of_a_charter(nothing_written: Check) -> None:
    project = make.a_project()

    refusal = nothing_written(lambda: make.tailor(project, *METHODS), Refused)

    assert isinstance(refusal, Refused) and [blocker.key for blocker in refusal.blockers] == ["tailoring.no_charter"]


def test_an_issued_charter_says_what_a_change_would_take(tailored: Project, nothing_written: Check) -> None:
    row = Tailoring.objects.filter(project=tailored).first()
    assert row is not None

    for change in (
        lambda: make.tailor(tailored, "criterion", "route"),
        lambda: tailoring.remove_tailoring(tailored.code, row.pk, actor=make.manager()),
    ):
        assert "only by a change order" in str(nothing_written(change, Refused))


def test_a_department_does_not_choose(drafted: Project, nothing_written: Check) -> None:
    choose = partial(tailoring.tailor, drafted.code, kind="criterion", key="methods", justification="Short.")

    nothing_written(lambda: choose(actor=make.person(Role.RESEARCH)), NotAllowed)


def test_a_narrower_scope_takes_its_choices_with_it(drafted: Project) -> None:
    make.tailor(drafted, *METHODS)
    make.tailor(drafted, "criterion", "stability")

    make.charter(drafted, last=Phase.PILOT)

    assert set(Tailoring.objects.values_list("phase", flat=True)) == {Phase.SMALL_SCALE}


def test_referenced_charter_needs_quality_assurance(drafted: Project, nothing_written: Check) -> None:
    make.tailor(drafted, *METHODS)
    reference = make.a_reference(drafted, "project_charter")
    confirm = partial(evidence.confirm_reference, drafted.code, "project_charter", reference.pk)

    refusal = nothing_written(lambda: confirm(actor=make.person(Role.MANAGEMENT)), Refused)
    assert "Quality assurance confirms it" in str(refusal)
    confirm(actor=make.person(Role.QUALITY_ASSURANCE))

    row = Tailoring.objects.get(project=drafted, kind="criterion")
    assert row.in_force_at is not None and row.approved_with.startswith("Document management system")
    assert Event.objects.filter(kind="tailoring.approved", project_id=drafted.pk).count() == 1


def test_without_choices_others_confirm_the_charter(drafted: Project) -> None:
    reference = make.a_reference(drafted, "project_charter")

    evidence.confirm_reference(drafted.code, "project_charter", reference.pk, actor=make.person(Role.MANAGEMENT))

    assert not Event.objects.filter(kind="tailoring.approved").exists()


def test_the_charter_prints_the_choices_instead_of_the_deliverables(drafted: Project) -> None:
    assert charter_data(drafted)["tailoring"] is None
    make.tailor(drafted, *METHODS)

    data = charter_data(drafted)

    assert [row[3] for row in data["tailoring"]["rows"]] == ["A non-GMP intermediate."] * 2
    printed = str(data["deliverables"])
    assert "Route Selection Report" in printed and "Method Validation" not in printed


def test_the_signed_charter_puts_it_in_force(drafted: Project) -> None:
    make.tailor(drafted, *METHODS)

    version = finished("project_charter", Project.objects.get(pk=drafted.pk), author=make.person(Role.BUSINESS_DEVELOPMENT))

    assert "A non-GMP intermediate." in text_of(version) and "it is no waiver" in text_of(version)
    approved = set(Tailoring.objects.values_list("approved_with", flat=True))
    assert approved == {f"{version.document.number} version 1"}
    assert Deliverable.objects.get(project=drafted, key="method_validation_report").not_applicable == "A non-GMP intermediate."


def test_what_was_chosen_after_the_review_is_not_signed_with_it(drafted: Project) -> None:
    version = rendered("project_charter", Project.objects.get(pk=drafted.pk), author=make.person(Role.BUSINESS_DEVELOPMENT))
    services.submit_for_review(version.document.number, version.number, actor=make.manager())
    make.tailor(drafted, *METHODS)

    with pytest.raises(Refused, match="data have changed"):
        for role, meaning in [(Role.QUALITY_ASSURANCE, "reviewed")] + [(role, "approved") for role in APPROVERS]:
            signer = make.person(role)
            proof = make.fake_authentication(signer)
            services.sign_version(version.document.number, version.number, actor=signer, meaning=meaning, authentication=proof)

    assert not Tailoring.objects.in_force().exists()


def test_an_uploaded_charter_carries_no_choices(drafted: Project) -> None:
    make.tailor(drafted, *METHODS)
    version = services.upload_version("project_charter", upload=BytesIO(PDF), name="charter.pdf", actor=make.manager(), project=drafted)

    assert [blocker.key for blocker in services.submission_blockers(version)] == ["charter.tailoring"]


def test_the_gate_passes_without_waiver_and_freezes_why(tailored: Project) -> None:
    row = Tailoring.objects.get(project=tailored, kind="criterion")
    make.done(tailored, *Deliverable.objects.open().filter(project=tailored, phase=Phase.SMALL_SCALE).values_list("key", flat=True))
    assert judged(tailored)["methods"] == "not_applicable"

    project = make.decide(tailored)

    assert project.phase == Phase.PILOT and not GateWaiver.objects.exists()
    frozen = GateCriterion.objects.get(review__project=project, key="methods")
    assert (frozen.met, frozen.tailoring, frozen.evidence[0]["hash"]) == (False, [row.pk], row.content_hash)
    methods = next(line for line in gate_minutes(project, "G2-1")["criteria"]["rows"] if line[0] == frozen.words)
    assert methods[1] == "Not applicable" and "A non-GMP intermediate." in methods[2]


def test_a_criterion_of_which_every_deliverable_is_out_does_not_apply() -> None:
    project = make.a_project_in(Phase.SMALL_SCALE, without=[("deliverable", "route_selection_report")])

    assert judged(project)["route"] == "not_applicable"


def test_a_criterion_is_judged_on_the_deliverables_that_are_left() -> None:
    project = make.a_project_in(Phase.VALIDATION, without=[("deliverable", "stability_time_zero")])
    assert judged(project)["stability"] == "unmet"

    make.done(project, "stability_protocol")

    assert judged(project)["stability"] == "met"


def test_nobody_is_waited_for_and_nothing_is_entered(tailored: Project, nothing_written: Check) -> None:
    row = Deliverable.objects.get(project=tailored, key="method_validation_report")

    assert row.not_applicable == "A non-GMP intermediate."
    assert not WaitingFor.objects.open().filter(key=f"deliverable:{row.pk}").exists()
    assert WaitingFor.objects.open().filter(project=tailored, key__startswith="deliverable:").exists()
    for entry in (
        lambda: make.a_reference(tailored, row.key),
        lambda: evidence.assign_deliverable(tailored.code, row.key, actor=make.manager(), owner=None, due_on=None),
    ):
        assert "does not apply to this project" in str(nothing_written(entry, Refused))


def test_no_waiver_and_no_renewal_of_what_does_not_apply(tailored: Project, nothing_written: Check) -> None:
    ask = partial(request_waiver, tailored.code, "methods", actor=make.manager(), justification="Later.")

    nothing_written(ask, Refused)

    offered = {key for _gate, criteria in renewable(tailored, [Phase.SMALL_SCALE]) for key in [each.key for each in criteria]}
    assert "methods" not in offered and "route" in offered
    assert "methods" not in str(list(criteria_of(tailored, [Phase.SMALL_SCALE])))


def test_a_milestone_that_nothing_feeds_any_more_is_entered_by_hand(tailored: Project) -> None:
    today = timezone.localdate()

    achieve_milestone(tailored.code, "methods_ready", on=today, actor=make.manager())

    assert Milestone.objects.get(project=tailored, key="methods_ready").actual_on == today


def test_the_database_keeps_what_was_approved(tailored: Project) -> None:
    rows = Tailoring.objects.filter(project=tailored)

    for change in (lambda: rows.update(justification="Another."), rows.delete):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_the_database_passes_no_gate_on_what_nobody_approved() -> None:
    project = make.a_finished_project(Phase.SMALL_SCALE)
    make.propose(project)
    GateCriterion.objects.filter(review__project=project, key="methods").update(met=False, tailoring=[4711])

    with pytest.raises(IntegrityError, match="not applicable"), transaction.atomic():
        make.sign(project)


def test_choosing_on_the_charter_page(client: Client, drafted: Project) -> None:
    client.force_login(make.manager())
    page = reverse("project-charter", args=[drafted.code])

    assert client.post(reverse("tailoring-add", args=[drafted.code]), {"item": "criterion:methods"}).status_code == 400
    client.post(reverse("tailoring-add", args=[drafted.code]), {"item": "criterion:methods", "justification": "Methods of the client."})
    shown = client.get(page).content.decode()
    row = Tailoring.objects.get(kind="criterion")
    client.post(reverse("tailoring-remove", args=[drafted.code, row.pk]))

    assert "Methods of the client." in shown and "<s>Analytical Method Validation Report</s>" in shown.replace("\n", "")
    assert "Methods of the client." not in client.get(page).content.decode()


def test_pages_and_api_say_not_applicable(client: Client, tailored: Project) -> None:
    client.force_login(make.manager())

    gate = client.get(reverse("project-gate", args=[tailored.code])).content.decode()
    detail = client.get(reverse("deliverable-detail", args=[tailored.code, "method_validation_report"])).content.decode()
    project = client.get(reverse("project-detail", args=[tailored.code])).content.decode()
    api = client.get(f"/api/v1/projects/{tailored.code}/gate/").json()

    assert all("Not applicable" in page and "A non-GMP intermediate." in page for page in (gate, detail, project))
    assert next(row for row in api["criteria"] if row["key"] == "methods")["standing"] == "not_applicable"
    rows = client.get("/api/v1/deliverables/", {"project": tailored.code}).json()["results"]
    assert {row["key"] for row in rows if row["not_applicable"]} == {"method_validation_report"}
