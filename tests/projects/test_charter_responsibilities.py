"""Who answers for what in a charter: what follows by itself, what is chosen, and who reads it."""

from __future__ import annotations

import pytest
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import Role
from audit.models import Event
from audit.refusals import BadInput, Refused
from audit.seen import version_of
from projects.models import Charter, Project
from projects.raci import usual, wrong_letters
from projects.services.charter import issue_charter
from projects.services.responsibilities import letters_of, rows_of, set_responsibilities
from tests.projects import factories as make
from tests.projects.test_charter_writing import KEY
from tests.projects.test_quotation_offers import as_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def planned(db: None) -> Project:
    project = make.a_project()
    make.charter(project)
    return project


def charter_of(project: Project) -> Charter:
    return Charter.objects.get(project=project)


def letters(project: Project, key: str = KEY) -> dict[str, str]:
    return letters_of(rows_of(charter_of(project), project))[key]


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
    seen = version_of(letters_of(rows_of(charter_of(planned), planned)))
    set_responsibilities(planned.code, {KEY: {"research": "RA"}}, actor=make.manager())

    with pytest.raises(BadInput, match="research RA"):
        set_responsibilities(planned.code, {KEY: {"production": "RA"}}, actor=make.manager(), version=seen)


def test_an_issued_charter_stays(planned: Project) -> None:
    issue_charter(planned.deliverables.get(key="project_charter"), make.manager())

    with pytest.raises(Refused, match="issued"):
        set_responsibilities(planned.code, {KEY: {"research": "RA"}}, actor=make.manager())


def test_the_page_keeps_what_was_typed_and_saves(planned: Project) -> None:
    browser = as_person(make.manager())
    address = f"{reverse('project-responsibilities', args=[planned.code])}?phase=small_scale"
    context = browser.get(address).context
    data = {f"{row.key}-{each.key}": letter for row, cells, _wrong in context["rows"] for each, letter in cells}

    wrong = browser.post(address, data | {"version": context["version"], f"{KEY}-research": ""})
    right = browser.post(address, data | {"version": context["version"], f"{KEY}-production": "C"})

    shown = {row.key: {each.key: letter for each, letter in cells} for row, cells, _wrong in wrong.context["rows"]}
    assert (wrong.status_code, shown[KEY]["research"], right.status_code) == (400, "", 302)
    assert "Somebody has to do it" in wrong.content.decode()
    assert letters(planned)["production"] == "C"


def test_whoever_may_not_choose_reads_the_matrix(planned: Project) -> None:
    page = as_person(make.person(Role.RESEARCH)).get(f"{reverse('project-responsibilities', args=[planned.code])}?phase=small_scale")

    assert "chosen by a project manager" in page.content.decode() and b"<select" not in page.content


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
