"""The first steps: every role has its own, each leads somewhere, is done when the record says so, and can be put away."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import CLIENT_ROLES, INTERNAL_ROLES, Role, User
from accounts.services import hide_guide, is_guide_hidden, show_guide
from audit.kinds import find_kind
from audit.models import Event
from desk.getting_started import GUIDES, ShownGuide, all_steps, first_steps
from projects.models import Phase
from tests.projects import factories as make

pytestmark = pytest.mark.django_db
PEOPLE = sorted(INTERNAL_ROLES | CLIENT_ROLES)
HIDE, SHOW = "getting-started-hide", "getting-started-show"


def a_person(role: str) -> User:
    return make.person(Role(role), client=make.a_client() if role in CLIENT_ROLES else None)


def a_browser(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


def guide_of(user: User) -> ShownGuide:
    found = first_steps(User.objects.get(pk=user.pk))
    assert found is not None
    return found


def done(user: User) -> set[str]:
    return {each.step.key for each in guide_of(user).steps if each.done}


def page(browser: Client) -> str:
    return browser.get("/", follow=True).content.decode()


@pytest.mark.parametrize("role", PEOPLE)
def test_every_role_is_shown_its_own_steps_and_each_link_opens(role: str) -> None:
    person = a_person(role)
    browser, guide = a_browser(person), guide_of(person)

    assert guide.guide.role == role
    assert 3 <= len(guide.steps) <= 6
    shown = page(browser)
    assert f'id="guide-{role}"' in shown
    assert all(f'href="{each.link}"' in shown for each in guide.steps)
    for link in {each.link for each in guide.steps}:
        assert browser.get(link).status_code == 200, link


def test_what_is_worth_a_look_is_shown_once_there_is_a_project() -> None:
    manager = make.manager()
    assert not guide_of(manager).sights

    make.a_project()

    for person in (manager, make.person(Role.QUALITY_ASSURANCE), make.person(Role.CLIENT_APPROVER)):
        links = [link for _words, link in guide_of(person).sights]
        assert links
        assert all(a_browser(person).get(link).status_code == 200 for link in links)


def test_steps_ask_for_events_that_exist() -> None:
    kinds = {kind for guide in GUIDES.by_role.values() for step in guide.steps for kind in step.kinds}

    assert not [kind for kind in kinds if find_kind(kind) is None]
    assert all(step.kinds or step.missing for guide in GUIDES.by_role.values() for step in guide.steps)


def test_a_step_is_done_by_the_person_who_did_it() -> None:
    business, manager, other = make.person(Role.BUSINESS_DEVELOPMENT), make.manager(), make.person(Role.BUSINESS_DEVELOPMENT, name="Other")
    assert not {"log", "submit", "charter"} & (done(business) | done(manager))

    make.a_project_in(Phase.SMALL_SCALE)

    assert {"log", "submit", "quote"} <= done(business)
    assert {"charter", "gate"} <= done(manager)
    assert "confirm" in done(make.person(Role.QUALITY_ASSURANCE))
    assert "sheet" in done(make.person(Role.RESEARCH))
    assert not done(other)


def test_a_client_does_its_own_steps_and_no_others() -> None:
    project = make.a_project_in(Phase.SMALL_SCALE)
    approver, foreign = (make.person(Role.CLIENT_APPROVER, client=client) for client in (project.client, make.a_client("DCB")))

    assert "answer" in done(approver)
    assert "answer" not in done(foreign)
    assert {guide.guide.role for guide in all_steps(approver)} == {Role.CLIENT_APPROVER, Role.INTEGRATION}
    assert project.code not in a_browser(foreign).get(reverse("getting-started")).content.decode()


def test_an_administrator_is_told_what_the_installation_lacks() -> None:
    administrator = make.person(Role.ADMINISTRATOR)
    before = {each.step.key: each for each in guide_of(administrator).steps}
    assert before["ready"].done
    assert not (before["sites"].done or before["clients"].done or before["mail"].done or before["people"].done)
    assert "Quality assurance" in before["people"].missing

    make.a_site()
    for role in INTERNAL_ROLES:
        make.person(Role(role))
    make.person(Role.CLIENT_APPROVER, client=make.a_client())

    assert {"ready", "sites", "people", "clients"} <= done(administrator)


def test_whoever_was_put_in_charge_of_a_system_sees_how_it_is_connected() -> None:
    steps = {guide.guide.role: guide for guide in all_steps(make.manager())}[Role.INTEGRATION].steps

    assert [each.done for each in steps] == [False, False, False]
    assert a_browser(make.manager()).get(steps[0].link).status_code == 200
    assert Role.INTEGRATION not in {guide.guide.role for guide in all_steps(make.person(Role.RESEARCH))}


@pytest.mark.parametrize("role", [Role.RESEARCH, Role.CLIENT_VIEWER])
def test_put_away_it_stays_away_and_comes_back_from_the_menu(role: Role) -> None:
    person, other = a_person(role), make.person(Role.EHS)
    browser = a_browser(person)
    assert reverse(HIDE) in page(browser)

    shown = browser.post(reverse(HIDE), follow=True).content.decode()
    browser.post(reverse(HIDE))

    assert "put away" in shown
    assert reverse(HIDE) not in page(browser)
    assert reverse(HIDE) not in page(a_browser(person)), "also after the next sign-in"
    assert reverse(HIDE) in page(a_browser(other))
    assert Event.objects.filter(kind="guide.hidden", actor=person).count() == 1

    again = browser.get(reverse("getting-started")).content.decode()
    assert reverse(SHOW) in again
    assert reverse(HIDE) in browser.post(reverse(SHOW), follow=True).content.decode()


def test_whoever_did_everything_is_told_so() -> None:
    person = make.person(Role.CLIENT_VIEWER, client=make.a_client())
    for kinds in (step.kinds for step in GUIDES.by_role[Role.CLIENT_VIEWER].steps):
        Event.objects.create(kind=kinds[0], actor=person, client_id=person.client_id, channel="web", data={})

    assert guide_of(person).is_finished
    assert "You have done all of it" in page(a_browser(person))


def test_no_role_no_steps() -> None:
    nobody = make.person()

    assert first_steps(nobody) is None
    assert "You hold no role yet" in a_browser(nobody).get(reverse("getting-started")).content.decode()


def test_the_steps_of_the_first_page_cost_one_query() -> None:
    manager = make.manager()
    assert manager.signing_roles  # remembered from here on

    with CaptureQueriesContext(connection) as captured:
        first_steps(manager)
    assert len(captured) == 1

    hide_guide(actor=manager)
    assert is_guide_hidden(manager)
    show_guide(actor=manager)
    assert not is_guide_hidden(manager)
