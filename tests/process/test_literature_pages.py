"""The page of what was published: references, and the steps that rest on them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.models import Event
from audit.refusals import BadInput
from process.models import Literature
from process.routes.services import fix_version, start_version
from projects.models import Project
from tests.process import factories as make
from worksheets.bound import bind
from worksheets.changing import CHANGE
from worksheets.printing import printed_table

pytestmark = pytest.mark.django_db


def test_a_reference_is_kept_changed_and_tied_to_a_step(chemist: Client, project: Project) -> None:
    version = make.draft_of(make.a_whole_route(project))
    given = {"kind": "patent", "citation": "Acetylation process", "identifier": "US 1234567", "relevance": "high", "rights": "blocking"}

    kept = make.a_reference(project, **given, steps="Acetylation: acetylation")
    with pytest.raises(BadInput) as twice:
        make.a_reference(project, **given)
    with pytest.raises(BadInput) as unknown:
        make.a_reference(project, citation="Another", steps="Acetylation: Nitration")

    assert (list(twice.value.errors), list(unknown.value.errors)) == (["identifier"], ["steps"])
    page = chemist.get(reverse("project-literature", args=[project.code])).content.decode()
    assert "Acetylation: Acetylation" in page
    assert "rights stand in the way" in page
    assert "1. Acetylation process" in chemist.get(version.get_absolute_url()).content.decode()
    make.one(f"literature:{project.code}", CHANGE, kept.pk, values={"steps": "", "year": "1998"})
    assert (Literature.objects.get().year, Literature.objects.get().steps) == (1998, "")


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"identifier": "notadoi"}, ["identifier"]),
        ({"identifier": "10.1021"}, ["identifier"]),
        ({"kind": "patent", "identifier": "none"}, ["identifier"]),
        ({"year": str(timezone.localdate().year + 2)}, ["year"]),
        ({"rights_expire_on": "2199-01-01"}, ["rights_expire_on"]),
        ({"identifier": "notadoi", "year": "2090", "relevance": "very"}, ["relevance", "identifier", "year"]),
    ],
)
def test_a_reference_that_cannot_be_is_refused_at_its_fields(project: Project, said: dict[str, str], wrong: list[str]) -> None:
    with pytest.raises(BadInput) as refused:
        make.a_reference(project, **said)

    assert set(refused.value.errors) == set(wrong)
    assert not Literature.objects.exists()


@pytest.mark.parametrize("copied", ["10.1021/jm940608g", "https://doi.org/10.1021/jm940608g", "doi: 10.1021/jm940608g"])
def test_a_doi_is_kept_alone_however_it_was_copied(project: Project, copied: str) -> None:
    assert make.a_reference(project, identifier=copied, year=str(timezone.localdate().year + 1)).identifier == "10.1021/jm940608g"


def test_of_an_older_reference_only_what_is_touched_is_judged(project: Project) -> None:
    old = {"identifier": "https://doi.org/10.1021/jm940608g", "year": 2090, "rights_expire_on": date(2199, 1, 1)}
    kept, table = make.a_reference(project), f"literature:{project.code}"
    Literature.objects.update(**old)

    make.one(table, CHANGE, kept.pk, values={"note": "Read again."})

    assert Literature.objects.values(*old).get() == old
    Literature.objects.update(identifier="notadoi")
    make.one(table, CHANGE, kept.pk, values={"note": "Read once more."})
    make.one(table, CHANGE, kept.pk, values={"kind": "patent", "identifier": "WO 2019/123456"})
    with pytest.raises(BadInput) as refused:
        make.one(table, CHANGE, kept.pk, values={"kind": "paper"})
    assert list(refused.value.errors) == ["identifier"]


def test_a_year_is_read_as_one_on_page_and_paper(chemist: Client, project: Project) -> None:
    make.a_reference(project, year="2020")

    page = chemist.get(reverse("project-literature", args=[project.code])).content.decode()
    printed = printed_table(bind(f"literature:{project.code}", make.chemist()), names=("citation", "year"))

    assert ">2020</td>" in page and "2,020" not in page
    assert printed["rows"] == [["A paper about the acetylation", "2020"]]


def test_a_step_keeps_its_references_under_a_new_name(project: Project) -> None:
    version = make.draft_of(make.a_whole_route(project))
    kept = make.a_reference(project, steps="Acetylation: Acetylation")

    make.change_step(version.steps.get(), name="Acylation")
    make.one(f"literature:{project.code}", CHANGE, kept.pk, values={"steps": "Acetylation: Acylation", "note": "Read."})

    assert Literature.objects.get().steps == "Acetylation: Acylation"


def test_a_name_means_the_step_that_has_it_in_the_newest_version(project: Project) -> None:
    """A step was called so before another one was."""
    route = make.a_whole_route(project)
    fix_version(make.draft_of(route).pk, reason="For the quotation.", actor=make.chemist())
    start_version(route.pk, reason="In two steps.", actor=make.chemist())
    make.change_step(make.draft_of(route).steps.get(), name="Acylation")
    second = make.a_step(make.draft_of(route), "Acetylation")

    kept = make.a_reference(project, steps="Acetylation: Acetylation")

    assert kept.supports.get().step_key == second.key


def test_the_steps_of_a_reference_are_read_once_and_anew_after_a_change(project: Project) -> None:
    make.a_whole_route(project)
    row = make.a_reference(project, steps="Acetylation: Acetylation")

    with CaptureQueriesContext(connection) as asked:
        assert [row.steps, row.steps] == ["Acetylation: Acetylation"] * 2
    make.one(f"literature:{project.code}", CHANGE, row.pk, values={"steps": ""})

    assert len(asked) == 1
    said = Event.objects.get(kind="worksheet.row_changed").data
    assert (said["before"]["steps"], said["after"]["steps"], Literature.objects.get().steps) == ("Acetylation: Acetylation", "", "")


def test_the_references_cost_the_same_for_one_and_three(chemist: Client, project: Project, django_assert_num_queries: Any) -> None:
    make.a_whole_route(project)
    address = reverse("project-literature", args=[project.code])
    make.a_reference(project, steps="Acetylation: Acetylation")
    chemist.get(address)
    with CaptureQueriesContext(connection) as one:
        chemist.get(address)
    for citation in ("Second", "Third"):
        make.a_reference(project, citation=citation, steps="Acetylation: Acetylation")

    with django_assert_num_queries(len(one)):
        chemist.get(address)
