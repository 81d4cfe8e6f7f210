"""The team of a project has names, and whoever is named takes over the open work of the department."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import Role
from audit.models import Event
from audit.refusals import BadInput, NotAllowed
from projects.models import Deliverable, Milestone, Phase, Project, TeamMember, WaitingFor
from projects.services import team as services
from tests.projects import factories as make
from tests.projects.people import as_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make.a_project()


def test_naming_members_in_one_form_leaves_what_was_not_chosen(project: Project) -> None:
    chemist, analyst, ehs = (make.person(role) for role in (Role.RESEARCH, Role.ANALYTICAL, Role.EHS))
    services.name_team_member(project.code, "ehs", user=ehs, actor=make.manager())
    before = Event.objects.filter(kind="team.named").count()
    data = {
        "research-user": chemist.pk,
        "analytical-user": analyst.pk,
        "ehs-user": "",
        "initial-ehs-user": "",
    }  # shown before EHS was named

    assert as_person(make.manager()).post(reverse("project-team", args=[project.code]), data).status_code == 302
    named = dict(TeamMember.objects.filter(project=project, user__isnull=False).values_list("department__key", "user__pk"))
    assert named.items() >= {"research": chemist.pk, "analytical": analyst.pk, "ehs": ehs.pk}.items()
    assert Event.objects.filter(kind="team.named").count() == before + 2


def test_a_choice_of_somebody_else_names_nobody(project: Project) -> None:
    chemist, outsider = make.person(Role.RESEARCH), make.person(Role.CLIENT_APPROVER)
    data = {"research-user": chemist.pk, "analytical-user": outsider.pk}

    assert as_person(make.manager()).post(reverse("project-team", args=[project.code]), data).status_code == 400
    assert not TeamMember.objects.filter(project=project, department__key="research", user=chemist).exists()


def test_naming_takes_a_project_manager(project: Project) -> None:
    with pytest.raises(NotAllowed):
        services.name_team_member(project.code, "research", user=None, actor=make.person(Role.RESEARCH))


def test_a_client_is_not_on_the_team(project: Project) -> None:
    with pytest.raises(BadInput):
        services.name_team_member(project.code, "research", user=make.person(Role.CLIENT_APPROVER), actor=make.manager())


def test_whoever_has_left_is_not_put_on_the_team(project: Project) -> None:
    chemist = make.person(Role.RESEARCH)
    chemist.is_active = False

    with pytest.raises(BadInput):
        services.name_team_member(project.code, "research", user=chemist, actor=make.manager())


def test_naming_a_member_hands_over_what_nobody_has(project: Project) -> None:
    make.charter(project)
    chemist, other = make.person(Role.BUSINESS_DEVELOPMENT, name="Seller"), make.person(Role.BUSINESS_DEVELOPMENT, name="Another")
    mine = Deliverable.objects.filter(project=project, department__key="business_development")
    mine.update(owner=None)
    kept = mine.latest("pk")
    Deliverable.objects.filter(pk=kept.pk).update(owner=other)
    milestones = Milestone.objects.open().filter(project=project, department__key="business_development")

    services.name_team_member(project.code, "business_development", user=chemist, actor=make.manager())

    assert set(mine.exclude(pk=kept.pk).values_list("owner", flat=True)) == {chemist.pk}
    assert Deliverable.objects.get(pk=kept.pk).owner == other
    assert set(milestones.values_list("owner", flat=True)) == {chemist.pk}
    waits = WaitingFor.objects.open().filter(key__in=[f"deliverable:{row.pk}" for row in mine.exclude(pk=kept.pk)])
    assert {wait.user for wait in waits} == {chemist}
    assert Event.objects.filter(kind="team.named").latest("pk").data["after"]["given"] == mine.count() - 1 + milestones.count()


def test_what_has_not_begun_is_handed_over_and_asked_for_later(project: Project) -> None:
    make.charter(project)
    chemist = make.person(Role.RESEARCH)

    services.name_team_member(project.code, "research", user=chemist, actor=make.manager())

    later = Deliverable.objects.filter(project=project, department__key="research", phase=Phase.SMALL_SCALE)
    assert set(later.values_list("owner", flat=True)) == {chemist.pk}
    assert not WaitingFor.objects.open().filter(key__in=[f"deliverable:{row.pk}" for row in later]).exists()
