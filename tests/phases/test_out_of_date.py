"""A document is out of date when the records behind it changed, and true again with a new version."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Role
from audit.context import acting
from audit.models import Event
from documents.models import Document, DocumentVersion
from documents.services.freshness import is_out_of_date, refresh_out_of_date
from documents.services.versions import as_json
from phases.evaluation.rfp_document_2 import parts_of_version_2
from phases.evaluation.services import recommend
from process.costs.services import change_scenario, copy_scenario, fix_scenario
from process.routes.services import fix_version
from projects.models import Project
from projects.models.rfp_choices import CompoundRole
from projects.services.clarifications import ask_clarification
from projects.services.gate import current_review, judge_review
from projects.services.plan import reschedule_milestone
from tests.finished import finished
from tests.process.factories import a_scenario, a_whole_route, chemist, draft_of, estimator
from tests.projects import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unlaid")]


def refresh(project: Project) -> int:
    """As the worker does after commit."""
    with acting(channel="worker"):
        return refresh_out_of_date([project.pk])


def an_effective_assessment() -> tuple[Project, DocumentVersion]:
    project = factories.a_planned_project()
    factories.sign_off_sheets(project)
    recommend(project.code, recommendation="bid", reason="Feasible.", actor=factories.person(Role.BUSINESS_DEVELOPMENT))
    version = finished("inquiry_assessment_report", project, author=factories.manager())
    refresh(project)
    return project, version


def test_a_document_is_out_of_date_when_the_records_behind_it_changed(client: Client) -> None:
    project, version = an_effective_assessment()
    criterion = "inquiry_assessment_report"
    assert standing(project, criterion) == "met"

    ask_clarification(project.rfp.number, question="Which polymorph?", actor=factories.person(Role.BUSINESS_DEVELOPMENT))
    assert refresh(project) == 1
    assert refresh(project) == 0

    client.force_login(factories.manager())
    assert "the records behind it have changed" in client.get(version.document.get_absolute_url()).content.decode()
    assert "Out of date" in client.get("/documents/").content.decode()
    assert client.get(f"/api/v1/documents/{version.document.number}/").json()["out_of_date_since"]
    assert standing(project, criterion) == "unmet"
    assert Event.objects.filter(kind="document.out_of_date", project_id=project.pk).count() == 1


def test_a_new_version_from_the_data_is_true_again() -> None:
    project, _version = an_effective_assessment()
    ask_clarification(project.rfp.number, question="Which polymorph?", actor=factories.person(Role.BUSINESS_DEVELOPMENT))
    refresh(project)

    finished("inquiry_assessment_report", project, author=factories.manager(), reason="A question was asked.")
    refresh(project)

    assert standing(project, "inquiry_assessment_report") == "met"
    assert Document.objects.get(type_key="inquiry_assessment_report").out_of_date_since is None


def test_a_charter_is_not_out_of_date_because_dates_move() -> None:
    project = factories.a_planned_project()
    finished("project_charter", project, author=factories.manager())
    later = timezone.localdate() + timedelta(days=300)

    reschedule_milestone(project.code, "route_selected", not_before=later, actor=factories.manager(), reason="Capacity.")

    assert refresh(project) == 0


def test_a_cost_form_is_dated_by_the_scenario_that_it_prints_and_by_no_other() -> None:
    project, actor = factories.a_planned_project(), estimator()
    factories.sign_off_sheets(project)
    scenario = a_scenario(project, draft_of(a_whole_route(project)))
    assert scenario.route_version is not None
    fix_version(scenario.route_version.pk, reason="Quoted.", actor=chemist())
    fix_scenario(scenario.pk, reason="For the quotation.", actor=actor)
    version = finished("detailed_cost_assessment", project, author=factories.manager())
    declared, table = version.document.type, version.snapshot["data"]["costs"]
    assert declared is not None
    table["columns"][0]["width"] += 5
    assert not is_out_of_date(version, declared), "how wide a column is printed says nothing"
    table["columns"][0]["label"] += "!"
    assert is_out_of_date(version, declared)

    copy = copy_scenario(scenario.pk, "Second", actor=actor)
    change_scenario(copy.pk, {"margin_pct": Decimal(40)}, actor=actor)
    assert refresh(project) == 0
    assert Event.objects.filter(kind="cost.changed", project_id=project.pk).exists()
    fix_scenario(copy.pk, reason="Quoted again.", actor=actor)

    assert refresh(project) == 1


def standing(project: Project, key: str) -> str:
    review = current_review(Project.objects.get(pk=project.pk))
    assert review is not None
    return next(item.standing for item in judge_review(review) if item.key == key)


def test_a_record_of_an_earlier_release_is_not_out_of_date_for_what_we_say_or_ask_beyond_it() -> None:
    version = finished("rfp_record", factories.a_project(), author=factories.person(Role.BUSINESS_DEVELOPMENT))
    declared, data = version.document.type, version.snapshot["data"]
    assert declared is not None and not is_out_of_date(version, declared)

    data["missing"].pop()
    for added_since in ("composition", "groups"):
        del data[added_since]
    assert not is_out_of_date(version, declared)

    data["missing"].append("What is the dose?")
    assert is_out_of_date(version, declared)


def test_a_record_of_version_2_is_out_of_date_when_what_it_said_reads_otherwise() -> None:
    version = finished("rfp_record", factories.a_project(), author=factories.person(Role.BUSINESS_DEVELOPMENT))
    declared, data, rfp = version.document.type, version.snapshot["data"], version.document.rfp
    assert declared is not None and rfp is not None
    del data["groups"]
    data |= as_json(parts_of_version_2(rfp))
    assert not is_out_of_date(version, declared)

    rfp.compound_role = CompoundRole.REGISTRATION_INTERMEDIATE

    assert is_out_of_date(version, declared)
