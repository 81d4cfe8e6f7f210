"""What people choose to be told, and milestones that they watch."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from accounts.models import Role, User
from audit.models import Event
from audit.refusals import BadInput
from notifications.choices import Group, default_choice, group_of, groups_for
from notifications.contents import kinds_in
from notifications.models import MailMessage, Notification, Preference, ProjectPreference
from notifications.receivers import receivers_of
from notifications.services.inbox import tell
from notifications.services.wishes import (
    choices_of,
    choose_for_project,
    kind_choices_of,
    save_preferences,
    watch_milestone,
)
from projects.models import Milestone, Project
from projects.services.lifecycle import hold_project, resume_project
from projects.services.plan import reschedule_milestone
from projects.services.publishing import pending_moves, publish_milestone
from tests.notifications.conftest import events_of, told
from tests.projects import factories

pytestmark = pytest.mark.django_db
KEY = "route_selected"


@pytest.fixture
def owner(project: Project) -> User:
    owner = factories.person(Role.BUSINESS_DEVELOPMENT, name="Account Owner")
    project.account_owner = owner
    project.save(update_fields=["account_owner"])
    return owner


@pytest.fixture
def customer(project: Project) -> User:
    return factories.person(Role.CLIENT_VIEWER, client=project.client)


def browser_of(person: User) -> Browser:
    browser = Browser()
    browser.force_login(person)
    return browser


def forecast(project: Project) -> date:
    on = Milestone.objects.get(project=project, key=KEY).forecast_on
    assert on is not None
    return on


def move(project: Project, days: int) -> None:
    """The internal forecast moves by so many calendar days at least; it lands on a working day."""
    to = forecast(project) + timedelta(days=days)
    reschedule_milestone(project.code, KEY, not_before=to, actor=factories.manager(), reason="Internal words.")


def publish(project: Project) -> None:
    publish_milestone(project.code, KEY, reason_class="technical", side="cdmo", reason="A step failed.", actor=factories.manager())


def watched(notifications: list[Notification], person: User) -> list[Notification]:
    return [each for each in notifications if each.user_id == person.pk and each.group == Group.WATCHED]


# preferences

DEFAULTS = [
    ("quotation.accepted", Role.BUSINESS_DEVELOPMENT, False, "at_once"),
    ("quotation.declined", Role.PROJECT_MANAGER, False, "at_once"),
    ("quotation.accepted", Role.QUALITY_ASSURANCE, False, "digest"),
    ("gate.proposed", Role.QUALITY_ASSURANCE, True, "at_once"),
    ("gate.proposed", Role.RESEARCH, False, "digest"),
    ("document.submitted", Role.QUALITY_ASSURANCE, True, "at_once"),
    ("document.failed", Role.PROJECT_MANAGER, True, "at_once"),
    ("document.effective", Role.RESEARCH, False, "inbox"),
    ("sheet.opened", Role.RESEARCH, True, "digest"),
    ("milestone.published", Role.CLIENT_APPROVER, False, "at_once"),
    ("milestone.published", Role.CLIENT_VIEWER, False, "digest"),
    ("plan.published", Role.RESEARCH, False, "digest"),
    ("change_order.accepted", Role.BUSINESS_DEVELOPMENT, False, "at_once"),
    ("change_order.sent", Role.CLIENT_APPROVER, True, "at_once"),
    ("payment.ready_to_invoice", Role.BUSINESS_DEVELOPMENT, True, "digest"),
    ("quotation.sent", Role.CLIENT_APPROVER, True, "at_once"),
]


@pytest.mark.parametrize(("kind", "role", "asked", "choice"), DEFAULTS)
def test_how_soon_by_default(kind: str, role: str, asked: bool, choice: str) -> None:
    person = factories.person(role)
    group = group_of(kind, asked=asked, internal=person.is_internal)

    assert group is not None
    assert default_choice(person, group) == choice


@pytest.mark.parametrize(
    "kind", ["document.rendered", "sheet.saved", "rfp.changed", "person.signed_in", "webhook.created", "watch.set", "milestone.published"]
)
def test_the_turns_of_the_machinery_are_told_to_nobody(kind: str) -> None:
    assert group_of(kind, asked=False, internal=True) is None


@pytest.mark.parametrize(("choice", "rows", "mails"), [("at_once", 1, 1), ("digest", 1, 0), ("inbox", 1, 0), ("nothing", 0, 0)])
def test_a_choice_holds(project: Project, owner: User, choice: str, rows: int, mails: int) -> None:
    save_preferences({"project": choice}, actor=owner)

    told(lambda: hold_project(project.code, actor=factories.manager(), reason="A pause."))

    assert Notification.objects.filter(user=owner).count() == rows
    assert MailMessage.objects.filter(user=owner).count() == mails


def test_choices_are_saved_from_the_page_and_recorded(owner: User) -> None:
    browser = browser_of(owner)
    assert browser.get("/profile/notifications/").status_code == 200
    changed = {**choices_of(owner), "documents": "at_once"}

    assert browser.post("/profile/notifications/", changed).status_code == 302

    assert choices_of(owner) == changed
    assert list(Preference.objects.filter(user=owner).values_list("group", "choice")) == [("documents", "at_once")]
    event = Event.objects.get(kind="preferences.changed")
    assert (event.data["before"], event.data["after"]) == ({"documents": "inbox"}, {"documents": "at_once"})


def test_unknown_choice_or_a_group_of_others_is_refused(customer: User) -> None:
    foreign: tuple[dict[str, str], ...] = ({"tasks": "digest"}, {"dates:plan.published": "digest"}, {"dates:quotation.sent": "digest"})
    for wrong in ({"dates": "tomorrow"}, {"dates": ""}, {"dates:milestone.achieved": "tomorrow"}, {"nonsense": "digest"}, *foreign):
        with pytest.raises(BadInput):
            save_preferences(wrong, actor=customer)
    assert browser_of(customer).post("/profile/notifications/", {"dates": "tomorrow"}).status_code == 400
    assert not Preference.objects.exists()


def test_a_client_chooses_about_its_own_groups(customer: User) -> None:
    page = browser_of(customer).get("/profile/notifications/")

    fields = set(page.context["form"].fields)
    assert {name for name in fields if ":" not in name} == {"asked", "watched", "dates", "project", "commercial", "documents"}
    assert {"dates:milestone.achieved", "asked:approval.asked", "project:wait.reminded"} <= fields
    assert not {"dates:milestone.rescheduled", "dates:plan.published", "project:gate.proposed"} & fields


def test_a_choice_about_one_kind_goes_before_that_of_its_group(project: Project, owner: User) -> None:
    save_preferences({"project": "nothing", "project:project.held": "at_once"}, actor=owner)

    held = told(lambda: hold_project(project.code, actor=factories.manager(), reason="A pause."))
    resumed = told(lambda: resume_project(project.code, actor=factories.manager(), reason="It goes on."))

    assert [each.delivery for each in held if each.user_id == owner.pk] == ["at_once"]
    assert [each for each in resumed if each.user_id == owner.pk] == []
    save_preferences({"project": "digest", "project:project.held": ""}, actor=owner)
    assert Preference.objects.filter(user=owner).values_list("group", "kind").get() == ("project", "")


def test_the_page_that_publishes_knows_what_was_chosen_about_a_publication(project: Project, customer: User) -> None:
    save_preferences({"dates": "nothing", "dates:milestone.published": "inbox"}, actor=customer)

    told_to = {receiver.name: receiver.told for receiver in receivers_of(project, pending_moves(project))}
    move(project, 60)
    moves = pending_moves(project)

    assert told_to[customer.full_name] == "nothing"
    assert {receiver.told for receiver in receivers_of(project, moves) if receiver.name == customer.full_name} == {"inbox"}


def test_kinds_are_chosen_about_on_the_page_folded_under_their_group(owner: User) -> None:
    browser, address = browser_of(owner), "/profile/notifications/"

    saved = browser.post(address, {**choices_of(owner), "dates:milestone.achieved": "at_once"})
    page = " ".join(browser.get(address).content.decode().split())
    wrong = browser.post(address, {**choices_of(owner), "dates:milestone.achieved": "tomorrow", "dates:milestone.shared": "inbox"})

    assert (saved.status_code, wrong.status_code) == (302, 400)
    assert kind_choices_of(owner)["dates:milestone.achieved"] == "at_once"
    assert "1 told otherwise" in page
    dates = next(group for group in wrong.context["form"].by_group() if group["field"].name == "dates")
    assert (dates["open"], dates["otherwise"]) == (True, 2)
    event = Event.objects.get(kind="preferences.changed")
    assert (event.data["before"], event.data["after"]) == ({"dates:milestone.achieved": ""}, {"dates:milestone.achieved": "at_once"})


def test_choices_by_kind_cost_no_query_more(project: Project, owner: User) -> None:
    def cost(act: Callable[[], object]) -> int:
        events = events_of(act)
        with CaptureQueriesContext(connection) as captured:
            tell(events)
        return len(captured)

    before = cost(lambda: hold_project(project.code, actor=factories.manager(), reason="A pause."))
    save_preferences(dict.fromkeys(kind_choices_of(owner), "inbox"), actor=owner)
    resume_project(project.code, actor=factories.manager(), reason="It goes on.")

    assert cost(lambda: hold_project(project.code, actor=factories.manager(), reason="A pause.")) == before


@pytest.mark.parametrize(("choice", "delivery"), [("", "digest"), ("at_once", "at_once"), ("quiet", None)])
def test_one_project_is_told_otherwise(project: Project, owner: User, choice: str, delivery: str | None) -> None:
    choose_for_project(project.code, choice, actor=owner)

    notifications = told(lambda: hold_project(project.code, actor=factories.manager(), reason="A pause."))

    assert [each.delivery for each in notifications if each.user_id == owner.pk] == ([delivery] if delivery else [])


def test_a_quiet_project_still_asks_and_tells_of_watched_dates(project: Project) -> None:
    chemist = factories.person(Role.RESEARCH)
    choose_for_project(project.code, "quiet", actor=chemist)
    watch_milestone(project.code, KEY, days=5, actor=chemist)
    factories.finish_phase(project)

    asked = told(lambda: factories.propose(project))

    assert [(each.asked, each.delivery) for each in asked if each.user_id == chemist.pk] == [(True, "at_once")]


def test_a_quiet_project_tells_of_watched_dates(project: Project, owner: User) -> None:
    choose_for_project(project.code, "quiet", actor=owner)
    watch_milestone(project.code, KEY, days=5, actor=owner)

    notifications = told(lambda: move(project, 60))

    assert {each.group for each in notifications if each.user_id == owner.pk} == {Group.WATCHED}


def test_a_project_is_chosen_about_on_the_page_and_recorded(project: Project, customer: User) -> None:
    browser, address = browser_of(customer), "/profile/notifications/projects/"

    wrong = browser.post(address, {"project": project.code, "choice": "sometimes"})
    browser.post(address, {"project": project.code, "choice": "at_once"})
    page = browser.get("/profile/notifications/").content.decode()
    browser.post(address, {"project": project.code, "choice": "at_once"})
    browser.post(address, {"project": project.code})

    assert wrong.status_code == 400
    assert "Everything at once" in page
    assert not ProjectPreference.objects.exists()
    changes = Event.objects.filter(kind="preferences.changed").order_by("pk").values_list("data__after", flat=True)
    assert list(changes) == [{project.code: "at_once"}, {project.code: ""}]


def test_the_boxes_list_some_and_take_every_project(project: Project, owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    other = factories.a_project()
    browser, address = browser_of(owner), "/profile/notifications/"
    assert "Any other: from its own page." not in browser.get(address).content.decode()
    monkeypatch.setattr("projects.boxes.MOST_OFFERED", 1)

    assert "Any other: from its own page." in browser.get(address).content.decode()
    assert option(other) not in browser.get(address).content.decode()
    assert browser.get(f"{address}?project={other.code}").content.decode().count(option(other)) == 2
    answer = browser.post("/profile/notifications/projects/", {"project": other.code, "choice": ProjectPreference.Choice.QUIET})

    assert answer.status_code == 302
    assert ProjectPreference.objects.get(user=owner).project == other


def option(project: Project) -> str:
    return f'<option value="{project.code}"'


def test_nobody_chooses_about_a_project_that_they_do_not_see(project: Project) -> None:
    stranger = factories.person(Role.CLIENT_VIEWER, client=factories.a_client("DCB"))

    with pytest.raises(Project.DoesNotExist):
        choose_for_project(project.code, "quiet", actor=stranger)
    assert browser_of(stranger).post("/profile/notifications/projects/", {"project": project.code}).status_code == 400
    assert not ProjectPreference.objects.exists()


def test_the_page_says_what_each_group_holds(owner: User, customer: User) -> None:
    ours, theirs = (" ".join(browser_of(each).get("/profile/notifications/").content.decode().split()) for each in (owner, customer))

    assert "proposed “…” for …" in ours
    assert "sent quotation …" in theirs
    assert "proposed “…” for …" not in theirs
    for person in (owner, customer):
        assert all(kinds_in(group, person) for group in groups_for(person) if group != Group.WATCHED)


# watches
