"""With whom the sheets of a project open: who answers for them at its site, as long as they work there and may see it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, RoleGrant, User
from audit.models import Event
from catalogue.models import Site
from catalogue.services import name_sheet_owners
from charts.look import written
from phases.evaluation.models import DepartmentAssessment
from phases.evaluation.services import assign_sheet, save_sheet, submit_rfp
from projects.models import Phase, Project, WaitingFor
from projects.services.charter import draft_charter
from projects.services.confidentiality import name_reader
from projects.services.siting import choose_site
from tests.notifications.conftest import told
from tests.phases.sheets import ANSWERS, sheet_of, sign_off
from tests.projects import factories as make
from tests.projects.confidential import keep
from tests.projects.people import as_person, business, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> User:
    return person(Role.RESEARCH, name="Ann")


@pytest.fixture
def site(ann: User) -> Site:
    """Ann answers for the sheets of research there; nobody is named for the other departments."""
    site = make.a_site()
    name_sheet_owners(site.key, {"research": ann}, actor=person(Role.MANAGEMENT))
    return site


def submitted(site: str) -> Project:
    rfp = make.an_rfp(**make.COMPLETE_REQUEST)
    return submit_rfp(rfp.number, site=site, actor=business())


def owners(project: Project) -> dict[str, User | None]:
    return {row.department.key: row.owner for row in DepartmentAssessment.objects.filter(project=project)}


def wait_of(project: Project, department: str = "research") -> WaitingFor:
    return WaitingFor.objects.open().get(key=f"sheet:{sheet_of(project, department).pk}")


def test_a_sheet_opens_with_who_answers_for_it_at_the_site(site: Site, ann: User) -> None:
    project = submitted(site.key)

    assert owners(project) == {"research": ann, "material_control": None, "analytical": None, "production": None, "ehs": None}
    assert (wait_of(project).user, wait_of(project).role) == (ann, "")
    assert (wait_of(project, "ehs").user, wait_of(project, "ehs").role) == (None, "ehs")
    due = written(sheet_of(project, "research").due_on)
    opened = Event.objects.get(kind="sheet.opened_for")
    assert (opened.words, opened.object) == (
        f"opened the sheet of Research and development for Ann, due {due}",
        sheet_of(project, "research"),
    )
    assert Event.objects.filter(kind="sheet.opened").count() == 4


def test_where_the_site_is_chosen_later_sheets_of_nobody_go_to_who_answers_for_them_there(site: Site, ann: User) -> None:
    project = submitted("")
    assert set(owners(project).values()) == {None}

    choose_site(project.code, site=site, actor=business())

    assert owners(project) == {"research": ann, "material_control": None, "analytical": None, "production": None, "ehs": None}
    assert (wait_of(project).user, wait_of(project).role) == (ann, "")
    assert Event.objects.get(kind="sheet.followed_site").words == (
        "gave the sheet of Research and development to Ann, for the site Demo Site"
    )


@pytest.fixture
def elsewhere() -> Site:
    """Where Otto answers for the sheets of research, and Ella for those of EHS."""
    site = Site.objects.create(key="elsewhere", name="Elsewhere", country="CH", time_zone="UTC")
    there = {"research": person(Role.RESEARCH, name="Otto"), "ehs": person(Role.EHS, name="Ella")}
    name_sheet_owners(site.key, there, actor=person(Role.MANAGEMENT))
    return site


def names(project: Project) -> dict[str, str]:
    return {department: owner.full_name for department, owner in owners(project).items() if owner}


def given(project: Project, owner: User | None) -> None:
    """By hand, as who works there."""
    sheet = sheet_of(project, "research")
    assign_sheet(project.code, "research", owner=owner, due_on=sheet.due_on, actor=person(Role.RESEARCH))


def charter_at(project: Project, site: Site) -> None:
    draft_charter(
        project.code,
        objectives="Supply 50 kg.",
        start_on=timezone.localdate(),
        first_phase=Phase.EVALUATION,
        last_phase=Phase.PILOT,
        site=site,
        project_manager=make.manager(),
        actor=make.manager(),
    )


def chosen_at(project: Project, site: Site) -> None:
    choose_site(project.code, site=site, actor=business())


WAYS = pytest.mark.parametrize("go", [chosen_at, charter_at])  # in which a project comes to another site


@WAYS
def test_at_another_site_sheets_go_to_who_answers_for_them_there_and_back(
    site: Site, elsewhere: Site, go: Callable[[Project, Site], None]
) -> None:
    project = submitted(site.key)

    go(project, elsewhere)
    assert names(project) == {"research": "Otto", "ehs": "Ella"}
    assert (wait_of(project).user, wait_of(project, "ehs").user) == (owners(project)["research"], owners(project)["ehs"])

    go(project, site)
    assert names(project) == {"research": "Ann"}
    assert (wait_of(project, "ehs").user, wait_of(project, "ehs").role) == (None, "ehs")
    back = Event.objects.filter(kind="sheet.followed_site", object_id=str(sheet_of(project, "ehs").pk)).latest("pk")
    assert (back.data["before"]["owner"], back.data["after"]["owner"], back.data["owner"]) == ("Ella", "", back.data["department"])


@WAYS
def test_a_sheet_that_somebody_was_given_by_hand_stays_theirs_at_another_site(
    site: Site, elsewhere: Site, go: Callable[[Project, Site], None]
) -> None:
    project = submitted(site.key)
    given(project, person(Role.RESEARCH, name="Hanna"))

    go(project, elsewhere)

    assert names(project) == {"research": "Hanna", "ehs": "Ella"}


def test_a_sheet_with_another_day_still_follows_the_site(site: Site, elsewhere: Site, ann: User) -> None:
    """Who moves its day alone has given it to nobody."""
    project = submitted(site.key)
    due_on = sheet_of(project, "research").due_on + timedelta(days=2)
    assign_sheet(project.code, "research", owner=ann, due_on=due_on, actor=person(Role.RESEARCH))

    chosen_at(project, elsewhere)

    assert names(project)["research"] == "Otto"
    assert sheet_of(project, "research").due_on == due_on
    moved = Event.objects.get(kind="sheet.moved")
    assert moved.words == f"set the day of the sheet of {moved.data['department']} to {due_on:%-d %b %Y}"


def test_who_was_named_and_given_it_by_hand_keeps_it_at_another_site(site: Site, elsewhere: Site, ann: User) -> None:
    project = submitted(site.key)
    given(project, None)
    given(project, ann)

    chosen_at(project, elsewhere)

    assert owners(project)["research"] == ann


def test_a_sheet_given_back_to_its_department_goes_to_who_answers_for_it_there(site: Site, elsewhere: Site) -> None:
    project = submitted(site.key)
    given(project, None)

    chosen_at(project, elsewhere)

    assert names(project)["research"] == "Otto"


def test_who_answers_for_a_sheet_at_both_sites_is_not_given_it_again(site: Site, elsewhere: Site, ann: User) -> None:
    name_sheet_owners(elsewhere.key, {"research": ann, "ehs": None}, actor=person(Role.MANAGEMENT))
    project = submitted(site.key)

    chosen_at(project, elsewhere)

    assert names(project) == {"research": "Ann"}
    assert not Event.objects.filter(kind="sheet.followed_site").exists()


def test_a_signed_sheet_stays_as_it_is_at_another_site(site: Site, elsewhere: Site, ann: User) -> None:
    project = submitted(site.key)
    save_sheet(project.code, "research", changes=ANSWERS, actor=ann)
    sign_off(project, "research", actor=ann)

    chosen_at(project, elsewhere)

    assert names(project) == {"research": "Ann", "ehs": "Ella"}


def test_a_charter_that_keeps_the_site_gives_nobody_anything(site: Site, ann: User) -> None:
    project = submitted(site.key)
    name_sheet_owners(site.key, {"research": None}, actor=person(Role.MANAGEMENT))

    charter_at(project, site)

    assert owners(project)["research"] == ann


@pytest.mark.parametrize("asked", ["", "abroad"])
def test_elsewhere_it_opens_with_the_department(site: Site, asked: str) -> None:
    Site.objects.create(key="abroad", name="Abroad", country="CH", time_zone="UTC")

    assert set(owners(submitted(asked)).values()) == {None}


def leaves(who: User) -> None:
    User.objects.filter(pk=who.pk).update(is_active=False)


def moves(who: User) -> None:
    RoleGrant.objects.filter(user=who, role=Role.RESEARCH).update(ended_at=timezone.now())
    RoleGrant.objects.create(user=who, role=Role.PRODUCTION)


def is_kept_out(who: User) -> None:
    keep(make.a_client())


@pytest.mark.parametrize("happens", [leaves, moves, is_kept_out])
def test_who_left_or_moved_or_may_not_see_it_is_passed_over(site: Site, ann: User, happens: Callable[[User], None]) -> None:
    happens(ann)

    project = submitted(site.key)

    assert owners(project)["research"] is None
    assert (wait_of(project).user, wait_of(project).role) == (None, "research")


@pytest.mark.parametrize("happens", [leaves, moves, is_kept_out, None])
def test_whoever_submits_reads_who_was_passed_over(site: Site, ann: User, happens: Callable[[User], None] | None) -> None:
    rfp = make.an_rfp(**make.COMPLETE_REQUEST)
    if happens:
        happens(ann)

    page = as_person(business()).post(reverse("rfp-submit", args=[rfp.number]), {"site": site.key}, follow=True).content.decode()

    said = "no longer works there or may not see the project: Research and development: Ann." in page
    assert said is (happens is not None)


def test_who_is_named_to_see_it_owns_it_though_it_is_kept(site: Site, ann: User) -> None:
    keep(make.a_client())
    rfp = make.an_rfp(**make.COMPLETE_REQUEST)
    name_reader(rfp.number, person=ann, reason="Judges the route.", actor=business())

    project = submit_rfp(rfp.number, site=site.key, actor=business())

    assert owners(project)["research"] == ann


def test_the_owner_is_asked_and_no_colleague(site: Site, ann: User) -> None:
    colleague, worker = person(Role.RESEARCH), person(Role.PRODUCTION)

    lines = [each for each in told(lambda: submitted(site.key)) if each.asked]

    assert {(each.user, each.event.kind) for each in lines} == {(ann, "sheet.opened_for"), (worker, "sheet.opened")}
    project = Project.objects.get()
    assert wait_of(project) in WaitingFor.objects.open().of(ann)
    assert wait_of(project) not in WaitingFor.objects.open().of(colleague)


def test_a_colleague_finds_it_and_may_take_it_over(site: Site, ann: User) -> None:
    colleague, project = person(Role.RESEARCH), submitted(site.key)
    browser, sheet = as_person(colleague), sheet_of(project, "research")

    assert project.code in browser.get("/projects/").content.decode()
    evaluation = browser.get(f"/projects/{project.code}/evaluation/").content.decode()
    assert f'href="{sheet.get_absolute_url()}"' in evaluation
    assert '<td data-label="Owner">Ann</td>' in evaluation

    assign_sheet(project.code, "research", owner=colleague, due_on=sheet.due_on + timedelta(days=1), actor=colleague)

    assert wait_of(project).user == colleague


def test_who_is_away_owns_it_all_the_same_and_whoever_stands_in_fills_it_in(site: Site, ann: User) -> None:
    stand_in = person(Role.EHS)
    make.a_delegation(ann, stand_in, Role.RESEARCH)

    project = submitted(site.key)
    save_sheet(project.code, "research", changes=ANSWERS, actor=person(Role.EHS))

    assert owners(project)["research"] == ann


def test_what_is_named_later_leaves_open_sheets_as_they_are(site: Site, ann: User) -> None:
    project = submitted(site.key)

    name_sheet_owners(site.key, {"research": None}, actor=person(Role.MANAGEMENT))

    assert owners(project)["research"] == ann
