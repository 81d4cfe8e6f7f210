"""A report of a phase is out of date once something on which it rests reads otherwise, and not because work went on after it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.context import acting
from documents.models import Document, DocumentVersion
from documents.services.freshness import is_out_of_date, refresh_out_of_date
from phases.reports import dating_of, inputs_of
from projects.models import Deliverable, Phase, Project
from tests.finished import finished
from tests.kept import kept_until_the_end
from tests.projects import factories as make
from tests.quick import lay_nothing_out

pytestmark = pytest.mark.django_db
REPORT, BEFORE, AFTER = "method_validation_report", "route_selection_report", "pre_production_plan"


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any) -> Iterator[int]:
    """A project in small scale with three reports in effect, the later ones resting on the route that was selected."""
    with kept_until_the_end(django_db_blocker), pytest.MonkeyPatch.context() as patch:
        lay_nothing_out(patch)
        project = make.a_project_in(Phase.SMALL_SCALE)
        make.done(project, BEFORE)
        for key in (REPORT, "sample_confirmation", "process_development_report"):
            finished(key, project, author=make.manager())
        yield project.pk


@pytest.fixture
def project(made: int, db: None) -> Project:
    return Project.objects.get(pk=made)


def outdated(project: Project) -> set[str]:
    """As the worker finds it after commit."""
    with acting(channel="worker"):
        refresh_out_of_date([project.pk])
    return set(Document.objects.filter(project=project).exclude(out_of_date_since=None).values_list("type_key", flat=True))


def test_the_reports_are_up_to_date_as_they_were_signed(project: Project) -> None:
    assert outdated(project) == set()


def test_other_evidence_behind_a_report_makes_it_out_of_date(project: Project) -> None:
    make.done(project, BEFORE)

    assert {REPORT, "process_development_report"} <= outdated(project)


def test_evidence_behind_it_that_is_owed_again_makes_it_out_of_date(project: Project) -> None:
    row = Deliverable.objects.get(project=project, key=BEFORE)
    row.clear_evidence()
    row.save()

    assert REPORT in outdated(project)


def test_what_is_done_after_it_dates_nothing(project: Project) -> None:
    make.done(project, AFTER)

    assert outdated(project) == set()


def test_two_reports_never_rest_on_each_other(project: Project) -> None:
    make.finish_phase(project)
    rows = {row.key: row.document_type for row in Deliverable.objects.filter(project=project, phase=Phase.SMALL_SCALE)}
    rests = {key: set(inputs_of(project, Phase.SMALL_SCALE, of_type)) for key, of_type in rows.items() if of_type}

    assert any(rests.values())
    assert not [(key, other) for key, others in rests.items() for other in others if key in rests.get(other, set())]


def test_a_waiver_at_its_own_gate_is_decided_on_the_report_and_leaves_it_true(project: Project) -> None:
    make.grant(make.a_waiver(project, "confirmation_runs"))

    assert outdated(project) == set()


def test_conditions_of_earlier_gates_date_a_report_and_those_of_its_own_gate_do_not(project: Project) -> None:
    make.finish_phase(project)

    make.decide_with_conditions(project)

    passed = Project.objects.get(pk=project.pk)
    assert dating_of(Phase.SMALL_SCALE, REPORT, passed)["asked"] == []
    ((label, words, _owner, _due),) = dating_of(Phase.PILOT, "hazop_report", passed)["asked"]
    assert (label, words) == ("G2.1/1", make.a_condition().words)


def test_a_version_of_an_earlier_release_is_judged_by_what_it_pinned(project: Project) -> None:
    make.done(project, BEFORE)
    version = DocumentVersion.objects.effective().select_related("document__project").get(document__type_key=REPORT)
    declared, data = version.document.type, version.snapshot["data"]
    assert declared is not None and is_out_of_date(version, declared)

    version.snapshot["data"] = {key: value for key, value in data.items() if key not in ("asked", "inputs")}

    assert not is_out_of_date(version, declared)


def test_as_many_queries_for_three_reports_as_for_one(project: Project) -> None:
    def cost() -> int:
        with acting(channel="worker"), CaptureQueriesContext(connection) as captured:
            refresh_out_of_date([project.pk])
        return len(captured)

    three = cost()
    Document.objects.filter(project=project, type_key__in=["sample_confirmation", "process_development_report"]).update(
        project=make.a_project()
    )

    assert cost() == three
