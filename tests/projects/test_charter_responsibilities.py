"""Who answers for what in a charter: what follows by itself, what is chosen, and who reads it."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import Role
from audit.models import Event
from audit.refusals import BadInput, Refused
from projects.models import Charter, Deliverable, Project
from projects.raci import usual, wrong_letters
from projects.services.charter import issue_charter
from projects.services.responsibilities import functions, letters_of, rows_of, set_responsibilities
from projects.worksheets import RESPONSIBILITIES
from tests.projects import factories as make
from tests.projects.test_charter_writing import KEY
from tests.projects.test_quotation_offers import as_person
from tests.worksheets.tables import csv_text
from worksheets.bound import bind
from worksheets.changing import ADD, CHANGE, REMOVE, Change, Result, change_rows
from worksheets.models import Import, ImportRow
from worksheets.services import press_import, take_import

pytestmark = pytest.mark.django_db


@pytest.fixture
def planned(db: None) -> Project:
    return make.a_planned_project()


def charter_of(project: Project) -> Charter:
    return Charter.objects.get(project=project)


def letters(project: Project, key: str = KEY) -> dict[str, str]:
    return letters_of(rows_of(charter_of(project), project))[key]


def address_of(project: Project) -> str:
    return f"responsibilities:{project.code}"


def row_of(project: Project) -> Deliverable:
    return Deliverable.objects.get(project=project, key=KEY)


def choose(project: Project, seen: dict[str, str] | None = None, **given: str) -> Result:
    change = Change(CHANGE, row_of(project).pk, given, seen)
    (result,) = change_rows(address_of(project), [change], actor=make.manager()).results
    return result


def test_what_nobody_chose_follows_from_whose_it_is(planned: Project) -> None:
    assert letters(planned) == {"business_development": "I", "project_management": "A", "quality_assurance": "C", "research": "R"}
    assert usual("project_management")["project_management"] == "RA"
    assert all(wrong_letters(given) == "" for given in letters_of(rows_of(None, planned)).values())


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"research": "R"}, "Exactly one function answers for it (A or RA); here it is 0."),
        ({"research": "RA", "production": "A"}, "here it is 2."),
        ({"production": "A"}, "Somebody has to do it"),
        ({"research": "X"}, "Choose R, A, RA, C or I."),
    ],
)
def test_one_answers_and_somebody_does_it(planned: Project, given: dict[str, str], words: str) -> None:
    with pytest.raises(BadInput) as refused:
        set_responsibilities(planned.code, {KEY: given}, actor=make.manager())

    assert list(refused.value.errors) == [KEY] and words in str(refused.value)


def test_what_is_chosen_is_kept_and_what_is_usual_again_is_not(planned: Project) -> None:
    set_responsibilities(planned.code, {KEY: {"research": "RA", "production": "C", "ehs": ""}}, actor=make.manager())
    chosen = letters(planned)
    set_responsibilities(planned.code, {KEY: usual("research")}, actor=make.manager())
    set_responsibilities(planned.code, {KEY: usual("research")}, actor=make.manager())

    assert chosen == {"research": "RA", "production": "C"}
    assert charter_of(planned).responsibilities == {}
    assert Event.objects.filter(kind="charter.responsibilities_set").count() == 2


def test_of_two_who_choose_at_once_the_second_reads_what_the_first_chose(planned: Project) -> None:
    choose(planned, research="RA", project_management="")

    result = choose(planned, seen={"research": "R"}, research="C", production="RA", project_management="")

    assert result.now == {"research": "RA"} and "It now says: “RA”" in result.errors["research"][0]


def test_an_issued_charter_stays(planned: Project) -> None:
    issue_charter(planned.deliverables.get(key="project_charter"), make.manager())

    with pytest.raises(Refused, match="issued"):
        set_responsibilities(planned.code, {KEY: {"research": "RA"}}, actor=make.manager())
    with pytest.raises(Refused, match="issued"):
        choose(planned, research="RA")


def test_a_row_is_right_only_as_a_whole(planned: Project) -> None:
    wrong = choose(planned, production="RA")
    right = choose(planned, production="RA", project_management="I")

    assert "here it is 2" in wrong.errors["production"][0]
    assert (right.errors, letters(planned)["production"]) == ({}, "RA")
    event = Event.objects.get(kind="charter.responsibilities_set")
    assert (event.data["count"], event.data["after"][KEY]["project_management"]) == (1, "I")
    assert not Event.objects.filter(kind__startswith="worksheet.").exists()


def test_what_is_chosen_in_one_request_is_kept_at_once_whatever_its_length(planned: Project, django_assert_max_num_queries: Any) -> None:
    rows = bind(address_of(planned), make.manager()).query()
    changes = [Change(CHANGE, row.pk, {"management": "C"}) for row in rows]

    with django_assert_max_num_queries(30 + 3 * len(changes)):  # a savepoint for each, and the charter
        outcome = change_rows(address_of(planned), changes, actor=make.manager())

    assert len(outcome.saved) == len(changes) > 20
    assert Event.objects.get(kind="charter.responsibilities_set").data["count"] == len(changes)


RIGHT, WRONG = {"production": "C"}, {"production": "RA"}


@pytest.mark.parametrize(("said", "kept"), [([RIGHT, WRONG, {"ehs": "C"}], {"production": "C", "ehs": "C"}), ([RIGHT, WRONG], RIGHT)])
def test_a_refused_change_takes_nothing_from_those_before_it(planned: Project, said: list[dict[str, str]], kept: dict[str, str]) -> None:
    changes = [Change(CHANGE, row_of(planned).pk, given) for given in said]
    changes.append(Change(CHANGE, planned.deliverables.get(key="project_charter").pk, {"management": "C"}))

    outcome = change_rows(address_of(planned), changes, actor=make.manager())

    assert [each.is_saved for each in outcome.results] == [given is not WRONG for given in [*said, {}]]
    assert letters(planned) == usual("research") | kept
    assert letters(planned, "project_charter")["management"] == "C"
    event = Event.objects.get(kind="charter.responsibilities_set")
    assert (event.data["count"], event.data["before"][KEY], event.data["after"][KEY]) == (2, usual("research"), usual("research") | kept)


def test_the_functions_of_the_table_are_the_departments(planned: Project) -> None:
    columns = [column.name for column in RESPONSIBILITIES.columns if column.kept_in]

    assert sorted(columns) == sorted(each.key for each in functions())


def test_no_row_comes_or_goes(planned: Project) -> None:
    changes = [Change(ADD, values={"title": "Another", "phase": "pilot"}), Change(REMOVE, row_of(planned).pk)]

    outcome = change_rows(address_of(planned), changes, actor=make.manager())

    assert [list(each.errors.values()) for each in outcome.results] == [
        [["Rows of this table neither come nor go; change those that are there."]]
    ] * 2
    browser = as_person(make.manager())
    assert browser.get(reverse("worksheet-row-new", args=[address_of(planned)])).status_code == 404
    assert b"Take the row away" not in browser.get(reverse("worksheet-row", args=[address_of(planned), row_of(planned).pk])).content


def test_a_deliverable_that_does_not_apply_is_no_row(planned: Project) -> None:
    Deliverable.objects.filter(pk=row_of(planned).pk).update(not_applicable="Made elsewhere.")

    assert choose(planned, production="C").errors == {"": ["Made elsewhere."]}
    assert not bind(address_of(planned), make.manager()).query().filter(key=KEY).exists()


def taken_in(planned: Project, head: list[str], *rows: list[str], name: str = "raci.csv") -> Import:
    content = io.BytesIO(csv_text(head, *rows).encode())
    return take_import("responsibilities", content, name, actor=make.manager(), scope=planned.code)


def page_of(shown: Import) -> str:
    return as_person(make.manager()).get(shown.get_absolute_url()).content.decode()


def problems_of(shown: Import) -> list[str]:
    """The first of each row, "" where it is right."""
    return ["".join(problem["words"] for problem in row.problems[:1]) for row in shown.rows.order_by("number")]


def test_a_file_changes_the_rows_that_it_names_in_the_columns_that_it_has(planned: Project) -> None:
    choose(planned, analytical="C")
    title, head = row_of(planned).title, ["Deliverable", "Phase", "Production", "Research and development"]

    shown = taken_in(planned, head, [title, "Small scale", "R", ""])
    page_before = page_of(shown)
    came = press_import(shown.pk, actor=make.manager())
    page_after = page_of(came)
    again = taken_in(planned, head, [title, "Small scale", "R", ""])

    assert (came.state, letters(planned)["analytical"], letters(planned)["production"]) == (Import.State.DONE, "C", "R")
    assert "research" not in letters(planned)
    assert [row.standing for row in again.rows.all()] == [ImportRow.Standing.THERE]
    assert (came.pk, again.state, again.done_at) == (again.pk, Import.State.CHECKED, None)
    assert ("</strong> to be changed" in page_before, "To be changed" in page_before, "Changed" in page_before) == (True, True, False)
    assert ("</strong> changed" in page_after, "Changed" in page_after, "o be changed" in page_after) == (True, True, False)


def test_a_file_that_names_no_row_or_breaks_the_rule_writes_nothing(planned: Project) -> None:
    head = ["Deliverable", "Phase", "Production"]

    shown = taken_in(planned, head, ["Moon dust report", "Pilot", "R"], [row_of(planned).title, "Small scale", "RA"])

    problems = problems_of(shown)
    assert problems[0] == "There is no “Moon dust report”." and "here it is 2" in problems[1]
    assert charter_of(planned).responsibilities == {}


def test_a_file_names_rows_by_title_and_what_else_of_them_it_has(planned: Project) -> None:
    title, said = row_of(planned).title, ["Deliverable", "Phase", "Production"]
    short = taken_in(planned, ["Deliverable", "Production"], [title.upper(), "C"])
    twin = planned.deliverables.get(key="project_charter")
    Deliverable.objects.filter(pk=twin.pk).update(title=title)

    told = taken_in(planned, said, [title.upper(), "Small scale", "C"], [title, twin.get_phase_display(), "C"], [title, "Pilot", "C"])
    several = taken_in(planned, ["Deliverable", "Production"], [title, "C"])

    assert [row.standing for row in short.rows.all()] == [ImportRow.Standing.NEW]
    assert problems_of(told) == ["", "", f"The record says “{twin.get_phase_display()}”, “Small scale” here."]
    assert problems_of(several) == [f"Several are called “{title}”."]


def test_a_row_refused_once_is_still_found_by_the_next_line_of_the_file(planned: Project) -> None:
    title = row_of(planned).title

    shown = taken_in(planned, ["Deliverable", "Phase", "Production"], [title, "Small scale", "RA"], [title, "Small scale", "C"])

    assert ["here it is 2" in words for words in problems_of(shown)] == [True, False]
    assert problems_of(shown)[1] == ""


def test_an_exported_table_comes_in_again_without_a_change(planned: Project) -> None:
    browser = as_person(make.manager())
    file = browser.get(f"/lists/responsibilities.csv?of={planned.code}")

    content = io.BytesIO(b"".join(file.streaming_content))
    shown = take_import("responsibilities", content, "raci.csv", actor=make.manager(), scope=planned.code)

    assert {row.standing for row in shown.rows.all()} == {ImportRow.Standing.THERE}


def test_whoever_may_not_choose_reads_the_matrix(planned: Project) -> None:
    page = as_person(make.person(Role.RESEARCH)).get(reverse("project-responsibilities", args=[planned.code])).content.decode()

    assert "chosen by a project manager" in page and row_of(planned).title in page
    assert "/imports/" not in page and reverse("worksheet-row", args=[address_of(planned), row_of(planned).pk]) not in page


def test_the_api_reads_and_chooses_responsibilities(planned: Project) -> None:
    browser, address = as_person(make.manager()), f"/api/v1/projects/{planned.code}/responsibilities/"
    read = browser.get(address)
    body = {"deliverables": {KEY: {"research": "RA"}}}

    blind = browser.put(address, body, content_type="application/json")
    done = browser.put(address, body, content_type="application/json", headers={"If-Match": read["ETag"]})

    assert (blind.status_code, done.status_code) == (428, 200)
    assert done.json()["deliverables"][KEY] == {"research": "RA"}


def test_the_matrix_is_not_the_clients_to_read(planned: Project) -> None:
    browser = Browser()
    browser.force_login(make.person(Role.CLIENT_APPROVER))

    assert browser.get(reverse("project-responsibilities", args=[planned.code])).status_code == 404
