"""Before the confidentiality agreement is in force: who sees a request, who is named, and the record of who looked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import Model
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts.models import Client, Contact, Role, User
from accounts.services import choose_confidentiality
from audit.events import events_of, record
from audit.models import Event
from audit.refusals import BadInput, NotAllowed, Refused
from notifications.audience import readers_of
from phases.evaluation.models import DepartmentAssessment
from phases.evaluation.services import assign_sheet
from projects.models import (
    Agreement,
    ConfidentialReader,
    Deliverable,
    Milestone,
    Phase,
    Project,
    ProjectRisk,
    Rfp,
    Task,
    TeamMember,
    WaitingFor,
)
from projects.models.confidentiality import SEEN
from projects.services.agreements import withdraw_agreement
from projects.services.charter_writing import write_charter
from projects.services.confidentiality import name_reader, take_reader_off
from projects.services.evidence import assign_deliverable
from projects.services.milestones import MilestoneDraft, add_milestone
from projects.services.tasks import TaskDraft, add_task
from projects.services.team import name_team_member
from tests.projects import factories
from tests.projects.confidential import a_kept_project, agreed, another_seller, disclose, keep, named, secrets
from tests.projects.people import as_person, business, manager, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return a_kept_project()


@pytest.fixture
def unnamed() -> User:
    return person(Role.MANAGEMENT)


def sees(user: User, project: Project) -> bool:
    """All of it or nothing: request, project, client, contact."""
    found = {
        Rfp.objects.visible_to(user).filter(pk=project.rfp_id).exists(),
        Project.objects.visible_to(user).filter(pk=project.pk).exists(),
        Client.objects.visible_to(user).filter(pk=project.client_id).exists(),
        Contact.objects.visible_to(user).filter(client=project.client_id).exists(),
    }
    assert len(found) == 1, found
    return found.pop()


def test_only_who_has_a_part_in_it_sees_it(project: Project, unnamed: User) -> None:
    assert sees(business(), project)
    assert not sees(unnamed, project)
    assert not sees(another_seller(), project)
    assert not Rfp.objects.visible_to(person(Role.RESEARCH)).exists()
    assert not Client.objects.visible_to(person(Role.ADMINISTRATOR)).filter(pk=project.client_id).exists()


def test_the_project_manager_sees_it(project: Project) -> None:
    assert not sees(manager(), project)

    Project.objects.filter(pk=project.pk).update(project_manager=manager())

    assert sees(manager(), project)


def test_the_client_s_own_people_always_see_theirs(project: Project) -> None:
    assert Project.objects.visible_to(person(Role.CLIENT_VIEWER)).filter(pk=project.pk).exists()


def test_an_agreement_in_force_discloses_it(project: Project, unnamed: User) -> None:
    agreement = agreed(project)

    assert sees(unnamed, project)

    withdraw_agreement(project.code, agreement.pk, reason="Signed by the wrong company.", actor=business())

    assert not sees(unnamed, project)


@pytest.mark.parametrize(("days", "sides"), [(0, ("cdmo",)), (0, ("client",)), (0, ()), (1, ("cdmo", "client"))])
def test_what_is_not_signed_or_not_begun_discloses_nothing(project: Project, unnamed: User, days: int, sides: tuple[str, ...]) -> None:
    agreed(project, days=days, sides=sides)

    assert not sees(unnamed, project)


def test_other_kinds_of_agreement_disclose_nothing(project: Project, unnamed: User) -> None:
    agreement = agreed(project)
    Agreement.objects.filter(pk=agreement.pk).update(kind="cooperation")

    assert not sees(unnamed, project)


def test_an_agreement_covers_the_next_requests_of_its_client_until_it_runs_out(project: Project, unnamed: User) -> None:
    agreement = agreed(project, days=-2, until=1)
    draft = factories.an_rfp(project.client)
    assert Rfp.objects.visible_to(unnamed).filter(pk=draft.pk).exists()

    Agreement.objects.filter(pk=agreement.pk).update(expires_on=timezone.localdate() - timedelta(days=1))

    assert not Rfp.objects.visible_to(unnamed).filter(pk=draft.pk).exists()
    assert sees(unnamed, project), "its own project goes on: before the agreement is not after it"


def test_another_client_s_agreement_discloses_nothing(project: Project, unnamed: User) -> None:
    other = factories.a_project(factories.a_client("DCB"))
    agreed(other)

    assert not sees(unnamed, project)


def test_a_client_may_ask_for_none(project: Project, unnamed: User) -> None:
    disclose(project.client)

    assert sees(unnamed, project)
    assert events_of(project.client).filter(kind="client.confidentiality_waived", reason="They said so.").exists()


def test_that_wish_needs_a_reason_and_somebody_who_keeps_clients(project: Project) -> None:
    with pytest.raises(BadInput):
        choose_confidentiality(project.client.code, asks_confidentiality=False, reason=" ", actor=business())
    with pytest.raises(Client.DoesNotExist):
        choose_confidentiality(project.client.code, asks_confidentiality=False, reason="x", actor=person(Role.MANAGEMENT))

    assert Client.objects.get(pk=project.client_id).asks_confidentiality


def test_a_named_person_sees_it_until_taken_off(project: Project) -> None:
    chemist = person(Role.RESEARCH)
    reader = named(project, chemist)
    assert sees(chemist, project)

    take_reader_off(project.rfp.number, reader.pk, reason="Moved on.", actor=business())

    assert not sees(chemist, project)
    kinds = events_of(project.rfp).values_list("kind", "actor", "reason")
    assert ("rfp.reader_named", business().pk, "Judges the route.") in kinds
    assert ("rfp.reader_taken_off", business().pk, "Moved on.") in kinds


def test_management_names_people_for_what_it_does_not_see(project: Project, unnamed: User) -> None:
    named(project, manager(), actor=unnamed)

    assert sees(manager(), project)
    assert not sees(unnamed, project)


def test_who_may_not_see_it_names_nobody(project: Project) -> None:
    chemist, stranger = person(Role.RESEARCH), another_seller()
    with pytest.raises(Rfp.DoesNotExist):
        named(project, chemist, actor=stranger)
    named(project, chemist)
    with pytest.raises(NotAllowed):
        named(project, stranger, actor=chemist)

    assert ConfidentialReader.objects.count() == 1


def test_nobody_is_named_twice_nor_without_reason_nor_of_the_client(project: Project) -> None:
    chemist = person(Role.RESEARCH)
    named(project, chemist)

    for who, reason in ((chemist, "Again."), (person(Role.EHS), " "), (person(Role.CLIENT_VIEWER), "Curious.")):
        with pytest.raises((BadInput, Refused)):
            name_reader(project.rfp.number, person=who, reason=reason, actor=business())

    assert ConfidentialReader.objects.count() == 1


def test_what_came_by_the_portal_is_seen_by_business_development_until_taken_up(project: Project) -> None:
    rfp = project.rfp
    Project.objects.filter(pk=project.pk).update(account_owner=None)
    Rfp.objects.filter(pk=rfp.pk).update(created_by=person(Role.CLIENT_APPROVER), account_owner=None)
    another = another_seller()
    assert sees(another, project)
    assert not sees(manager(), project)

    Rfp.objects.filter(pk=rfp.pk).update(account_owner=business())

    assert not sees(another, project)
    assert sees(business(), project)


def test_who_does_not_see_it_is_not_told_of_it(project: Project, unnamed: User) -> None:
    told = {business().pk, unnamed.pk}
    with transaction.atomic():
        record("wait.escalated", project, actor=business(), who="Ann", words="A sheet", wait=1, link="/", concerns=sorted(told))
    event = events_of(project).filter(kind="wait.escalated").latest("pk")
    event.actor_id = None

    assert {reader.user.pk for reader in readers_of([event])} & told == {business().pk}


def test_the_words_of_a_wait_name_nobody_while_it_is_kept(project: Project) -> None:
    draft = factories.an_rfp(project.client)

    assert not secrets(project, WaitingFor.objects.get(key=f"rfp.complete:{draft.pk}").words)


def a_sheet(project: Project, who: User) -> DepartmentAssessment:
    return assign_sheet(project.code, "research", owner=who, due_on=timezone.localdate(), actor=business())


def a_place_on_the_team(project: Project, who: User) -> TeamMember:
    return name_team_member(project.code, "research", user=who, actor=manager())


def a_deliverable(project: Project, who: User) -> Deliverable:
    return assign_deliverable(project.code, "route_selection_report", owner=who, due_on=None, actor=manager())


def a_milestone(project: Project, who: User) -> Milestone:
    draft = MilestoneDraft("Polymorph chosen", Milestone.Kind.INTERNAL, owner=who)
    return add_milestone(project.code, draft, phase=Phase.SMALL_SCALE, reason="Wanted.", actor=manager())


def a_task(project: Project, who: User) -> Task:
    return add_task(project.code, TaskDraft("Buy the catalyst", "route_selected", owner=who), actor=manager())


def a_risk(project: Project, who: User) -> ProjectRisk:
    return factories.a_risk(project, owner=who)


GIVEN = [(a_sheet, "owner"), (a_place_on_the_team, "user"), (a_deliverable, "owner"), (a_milestone, "owner")]
GIVEN += [(a_task, "owner"), (a_risk, "owner")]


@pytest.mark.parametrize(("give", "field"), GIVEN)
def test_work_is_given_to_who_may_see_it(give: Callable[[Project, User], Model], field: str) -> None:
    project, chemist = a_kept_project(factories.a_planned_project), person(Role.RESEARCH)
    events = Event.objects.count()

    with pytest.raises(BadInput) as bad:
        give(project, chemist)

    assert bad.value.errors.keys() == {field}
    assert f"{chemist.full_name} may not see this project" in str(bad.value) and "name them first" in str(bad.value)
    assert Event.objects.count() == events
    named(project, chemist)
    assert getattr(give(project, chemist), field) == chemist


def test_the_charter_that_is_written_names_on_the_team_who_may_see_it() -> None:
    project = factories.a_project()
    factories.sign_off_sheets(project)
    factories.accepted_quotation(project)
    keep(project.client)
    for who in (manager(), person(Role.PRODUCTION)):
        named(project, who)

    write_charter(project.code, site=factories.a_site(), project_manager=manager(), start_on=timezone.localdate(), actor=manager())

    assert {member.user for member in project.team.exclude(user=None)} == {business(), manager(), person(Role.PRODUCTION)}


def test_who_is_named_is_told(project: Project) -> None:
    reader = named(project, person(Role.RESEARCH))
    event = events_of(project.rfp).get(kind="rfp.reader_named")

    assert reader.person in [each.user for each in readers_of([event])]


def looks(project: Project) -> list[str]:
    return list(events_of(project.rfp).filter(kind=SEEN).values_list("actor_name", flat=True))


def test_the_record_shows_who_looked_once_a_day(project: Project) -> None:
    browser = as_person(business())
    for address in (project.get_absolute_url(), project.rfp.get_absolute_url(), f"/api/v1/projects/{project.code}/"):
        assert browser.get(address).status_code == 200
    browser.get("/projects/")

    assert looks(project) == [business().full_name]
    assert business().full_name in browser.get(reverse("rfp-confidentiality", args=[project.rfp.number])).content.decode()


def test_a_picture_alone_is_a_look(project: Project) -> None:
    as_person(business()).get(reverse("rfp-structure", args=[project.rfp.number]))

    assert looks(project) == [business().full_name]


def test_nobody_looked_who_saw_nothing_or_looked_after_the_agreement(project: Project, unnamed: User, client: Browser) -> None:
    as_person(unnamed).get(project.get_absolute_url())
    as_person(person(Role.CLIENT_VIEWER)).get(reverse("portal-project", args=[project.code]))
    as_person(business()).get(reverse("rfp-list"))
    agreed(project)
    as_person(business()).get(project.get_absolute_url())

    assert looks(project) == []
