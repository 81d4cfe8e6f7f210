"""Watching a milestone: told of a move beyond the days one named, once, and only of what one may see."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Role, User
from audit.models import Event
from notifications.models import MilestoneWatch, Notification
from notifications.reading import items_of
from notifications.services.inbox import tell
from notifications.services.wishes import (
    end_watch,
    watch_milestone,
)
from projects.models import Milestone, Project
from projects.services.sharing import set_visibility
from tests.notifications.conftest import events_of, told
from tests.notifications.test_wishes import KEY, browser_of, customer, forecast, move, owner, publish, watched
from tests.projects import factories

pytestmark = pytest.mark.django_db

__all__ = ["customer", "owner"]


def test_internal_watch_tells_of_a_move_beyond_its_days(project: Project, owner: User) -> None:
    known = forecast(project)
    watch_milestone(project.code, KEY, days=10, actor=owner)

    notifications = watched(told(lambda: move(project, 30)), owner)

    (notification,) = notifications
    assert (notification.delivery, notification.moves[0]["from"]) == ("at_once", known.isoformat())
    (item,) = items_of(notifications, owner)
    assert item.words.startswith(f"{Milestone.objects.get(project=project, key=KEY).title} moved by {notification.moves[0]['days']} days")
    assert MilestoneWatch.objects.get().reference_on == forecast(project)


def test_small_moves_are_silent_until_they_add_up(project: Project, owner: User) -> None:
    watch_milestone(project.code, KEY, days=20, actor=owner)

    heard = [len(watched(told(lambda: move(project, 9)), owner)) for _step in range(3)]

    assert heard == [0, 0, 1]


def test_client_watch_hears_of_published_dates_only(project: Project, customer: User, owner: User) -> None:
    watch_milestone(project.code, KEY, days=5, actor=customer)
    watch_milestone(project.code, KEY, days=5, actor=owner)

    moved = told(lambda: move(project, 60))
    published = told(lambda: publish(project))

    assert watched(moved, customer) == []
    assert [each.event.kind for each in watched(published, customer)] == ["milestone.published"]
    assert watched(published, owner) == []


def test_watch_wins_over_the_ordinary_message_and_is_one_row(project: Project, customer: User) -> None:
    watch_milestone(project.code, KEY, days=5, actor=customer)
    move(project, 60)

    theirs = [each for each in told(lambda: publish(project)) if each.user_id == customer.pk]

    assert [(each.group, each.delivery) for each in theirs] == [("watched", "at_once")]


def test_who_moves_the_date_is_not_told(project: Project) -> None:
    manager = factories.manager()
    watch_milestone(project.code, KEY, days=0, actor=manager)

    assert watched(told(lambda: move(project, 60)), manager) == []


def test_watching_costs_the_same_for_one_and_for_thirty(project: Project) -> None:
    def cost() -> int:
        events = events_of(lambda: move(project, 60))
        with CaptureQueriesContext(connection) as captured:
            tell(events)
        return len(captured)

    watch_milestone(project.code, KEY, days=5, actor=factories.person(Role.MANAGEMENT, name="Watcher"))
    one = cost()
    for number in range(30):
        watch_milestone(project.code, KEY, days=5, actor=factories.person(Role.MANAGEMENT, name=f"Watcher {number}"))

    assert cost() == one
    assert Notification.objects.filter(group="watched").count() == 32


def test_watch_is_set_from_the_page_of_the_milestone(project: Project, owner: User) -> None:
    browser, page = browser_of(owner), f"/projects/{project.code}/plan/{KEY}/"
    assert 'data-dialog="watch"' in browser.get(page).content.decode()

    assert browser.post(f"{page}watch/", {"days": 7})["Location"] == page

    assert "Watched: moves over 7 days" in browser.get(page).content.decode()
    assert Event.objects.filter(kind="watch.set").exists()


def test_client_watches_from_the_page_of_choices_what_is_shared(project: Project, customer: User) -> None:
    browser = browser_of(customer)
    hidden = Milestone.objects.filter(project=project, visibility="internal").first()
    shown = Milestone.objects.get(project=project, key=KEY)
    assert hidden is not None

    assert browser.post("/profile/notifications/watches/new/", {"milestone": hidden.pk, "days": 5}).status_code == 400
    assert browser.post("/profile/notifications/watches/new/", {"milestone": shown.pk, "days": 5}).status_code == 302

    watch = MilestoneWatch.objects.get()
    assert (watch.milestone, watch.reference_on) == (shown, shown.published_on)
    page = browser.get("/profile/notifications/").content.decode()
    assert shown.title in page
    assert hidden.title not in page


def test_unshared_milestone_leaves_the_client_s_watches(project: Project, customer: User) -> None:
    watch_milestone(project.code, KEY, days=5, actor=customer)
    set_visibility(project.code, "milestone", KEY, visibility="internal", actor=factories.manager())

    assert browser_of(customer).get("/profile/notifications/").context["watches"] == []


@pytest.mark.parametrize("days", ["-1", "366", "x", ""])
def test_days_outside_are_refused(project: Project, owner: User, days: str) -> None:
    browser_of(owner).post(f"/projects/{project.code}/plan/{KEY}/watch/", {"days": days})

    assert not MilestoneWatch.objects.exists()


def test_a_watch_ends(project: Project, owner: User, customer: User) -> None:
    watch = watch_milestone(project.code, KEY, days=5, actor=owner)
    with pytest.raises(MilestoneWatch.DoesNotExist):
        end_watch(watch.pk, actor=customer)

    browser_of(owner).post(f"/profile/notifications/watches/{watch.pk}/end/")

    assert not MilestoneWatch.objects.exists()
    assert Event.objects.filter(kind="watch.ended").exists()


def test_foreign_client_cannot_watch(project: Project) -> None:
    foreign = browser_of(factories.person(Role.CLIENT_APPROVER, client=factories.a_client("DCB")))

    assert foreign.post(f"/projects/{project.code}/plan/{KEY}/watch/", {"days": 5}).status_code == 404
    assert timezone.localdate() and not MilestoneWatch.objects.exists()


def test_achieving_tells_both_sides(project: Project, owner: User, customer: User, settings: Any) -> None:
    milestone = Milestone.objects.get(project=project, key=KEY)
    for person in (owner, customer):
        watch_milestone(project.code, KEY, days=5, actor=person)

    notifications = told(lambda: factories.done(project, milestone.source.partition(":")[2]))

    assert {each.user_id for each in notifications if each.group == "watched"} == {owner.pk, customer.pk}
