"""Conditions whose words are compiled once: the same for everybody, each time with the columns of the query and the person that asks."""

from __future__ import annotations

import pytest
from django.db.models import Exists, OuterRef

from accounts.models import Role
from projects.models import ConfidentialReader, Project, Rfp, TeamMember
from projects.models.compiled import WHO, Compiled
from projects.models.confidentiality import disclosed, is_named_for, named_for_project, named_for_request
from projects.models.project import sees_project
from tests.projects import factories
from tests.projects.confidential import a_kept_project, another_seller, disclose
from tests.projects.confidential import named as name_reader
from tests.projects.people import business, manager, person

pytestmark = pytest.mark.django_db


def test_who_asked_first_is_not_who_asks_next() -> None:
    project = a_kept_project()
    reader, other = person(Role.RESEARCH), person(Role.ANALYTICAL)
    name_reader(project, reader)

    asked = [Project.objects.filter(is_named_for(who, "rfp_id")).exists() for who in (reader, other, reader)]

    assert asked == [True, False, True]
    assert [Project.objects.filter(named_for_project(who)).exists() for who in (business(), another_seller())] == [True, False]


def test_it_holds_inside_of_other_queries_whatever_their_tables_are_called() -> None:
    project = a_kept_project()
    inside = Project.objects.filter(disclosed(), pk=OuterRef("pk"))
    twice = Project.objects.filter(Exists(inside), pk=OuterRef("project__pk"))
    assert not Rfp.objects.filter(Exists(twice)).exists()
    assert Project.objects.filter(~disclosed()).get() == project
    assert Project.objects.annotate(is_open=disclosed()).get().is_open is False

    disclose(project.client)

    assert Rfp.objects.filter(Exists(twice)).get() == project.rfp
    assert Project.objects.annotate(is_open=disclosed()).get().is_open is True
    assert not Project.objects.filter(~disclosed()).exists()


def test_a_request_without_a_project_is_asked_too() -> None:
    project = a_kept_project()
    bare = factories.an_rfp(project.client)

    assert set(Rfp.objects.filter(disclosed(project="project__"))) == set()
    assert bare in Rfp.objects.filter(named_for_request(business()))
    assert bare not in Rfp.objects.filter(named_for_request(manager()))


def test_the_stand_in_for_whoever_asks_is_nobody() -> None:
    condition = Compiled(("{person} = %s", (WHO,)), {"person": "person"}, manager().pk)

    assert WHO not in condition.params
    assert not ConfidentialReader.objects.filter(condition).exists()


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        (Role.PROJECT_MANAGER, "both"),
        (Role.BUSINESS_DEVELOPMENT, "both"),
        (Role.RESEARCH, "both"),
        (Role.ADMINISTRATOR, "kept"),
        (Role.CLIENT_VIEWER, "its own"),
    ],
)
def test_what_belongs_to_a_project_is_seen_by_who_sees_the_project(role: str, seen: str) -> None:
    """The kept one is theirs because they are named for it."""
    kept, client = a_kept_project(), factories.a_client("DCB")
    other = factories.a_project(client)
    who = person(role, client=client if role == Role.CLIENT_VIEWER else None)
    if who.is_internal:
        name_reader(kept, who)
    projects = {"both": {kept, other}, "kept": {kept}, "its own": {other}}[seen]

    for _again in range(2):
        assert set(Project.objects.visible_to(who)) == projects
        assert set(Project.objects.filter(sees_project(who, "pk"))) == projects
        assert {row.project for row in TeamMember.objects.filter(sees_project(who))} == projects
    who.is_active = False
    assert not Project.objects.filter(sees_project(who, "pk")).exists()
