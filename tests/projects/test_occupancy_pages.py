"""Booking a vessel in the browser: the form, the page of a booking, the plan of its project."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from catalogue.models import Vessel
from projects.models import ChangeOrder, Milestone, Occupancy, Project
from projects.services.lifecycle import hold_project
from projects.services.scope import drop_milestones
from tests.projects import factories as make
from tests.projects.vessels import book, in_days, project, vessel

pytestmark = pytest.mark.django_db
__all__ = ["project", "vessel"]


def browser_of(*roles: str) -> Client:
    browser = Client()
    browser.force_login(make.person(*(roles or (Role.PROJECT_MANAGER,))))
    return browser


def typed(vessel: Vessel, first: int, last: int, **values: str) -> dict[str, str]:
    return {
        "vessel": str(vessel.pk),
        "first_on": in_days(first).isoformat(),
        "last_on": in_days(last).isoformat(),
        "purpose": "batch",
        "label": "B-12",
        **values,
    }


def test_a_vessel_is_booked_from_the_plan_and_stands_there(project: Project, vessel: Vessel) -> None:
    browser, plan = browser_of(), reverse("project-plan", args=[project.code])
    address = f"{reverse('occupancy-book')}?project={project.code}"

    assert f'href="{address}"' in browser.get(plan).content.decode()
    assert "R-302 · Reactor" in browser.get(address).content.decode()
    answer = browser.post(address, typed(vessel, 10, 14, firm="firm", belongs_to="g2", remark="Two shifts"))

    booking = Occupancy.objects.get()
    assert answer.headers["Location"] == booking.get_absolute_url()
    assert (booking.firm, booking.project, booking.label) == (True, project, "B-12")
    page = browser.get(plan).content.decode()
    assert f'href="{booking.get_absolute_url()}"' in page and "Batch B-12" in page and "Two shifts" in page


def test_what_is_wrong_stands_at_its_field_and_what_was_typed_is_kept(project: Project, vessel: Vessel) -> None:
    address = f"{reverse('occupancy-book')}?project={project.code}"

    answer = browser_of().post(address, typed(vessel, 14, 10, remark="Typed here"))

    assert (answer.status_code, list(answer.context["form"].errors)) == (400, ["last_on"])
    assert b"Typed here" in answer.content


def test_a_taken_vessel_names_who_has_it_and_keeps_what_was_typed(project: Project, vessel: Vessel) -> None:
    book(vessel, 10, 14, project=project, firm=True, label="B-1")
    address = f"{reverse('occupancy-book')}?project={project.code}"

    answer = browser_of().post(address, typed(vessel, 12, 16, firm="firm", remark="Typed here"))

    assert answer.status_code == 409
    assert "R-302 is firmly booked" in answer.content.decode() and f"{project.code} · Batch B-1" in answer.content.decode()
    assert b"Typed here" in answer.content
    assert Occupancy.objects.count() == 1


def test_upkeep_is_booked_without_a_project(vessel: Vessel) -> None:
    browser = browser_of(Role.PRODUCTION)

    form = browser.get(reverse("occupancy-book"), {"vessel": vessel.pk, "from": in_days(3).isoformat()}).content.decode()
    browser.post(reverse("occupancy-book"), typed(vessel, 3, 4, purpose="maintenance", label="Yearly inspection"))

    assert f'<option value="{vessel.pk}" selected>' in form and f'value="{in_days(3).isoformat()}"' in form
    assert Occupancy.objects.get().title == "Maintenance: Yearly inspection"


def test_who_does_not_book_reads_who_does(project: Project, vessel: Vessel) -> None:
    booking = book(vessel, 10, 14, project=project)
    browser = browser_of(Role.RESEARCH)

    for address in (f"{reverse('occupancy-book')}?project={project.code}", booking.get_absolute_url()):
        page = browser.get(address).content.decode()
        assert "by a project manager or production" in page
        assert 'method="post" action="/occupancy/' not in page
    assert browser.post(f"{reverse('occupancy-book')}?project={project.code}", typed(vessel, 1, 2)).status_code == 403


def test_a_booking_is_confirmed_moved_and_released_on_its_page(project: Project, vessel: Vessel) -> None:
    booking, browser = book(vessel, 10, 14, project=project), browser_of()
    where = {name: reverse(f"occupancy-{name}", args=[booking.pk]) for name in ("confirm", "move", "release")}

    confirmed = browser.post(where["confirm"], follow=True).content.decode()
    unsaid = browser.post(where["move"], typed(vessel, 12, 16))
    moved = browser.post(where["move"], typed(vessel, 12, 16, reason="Two days later."), follow=True).content.decode()
    released = browser.post(where["release"], {"reason": "Not needed."}, follow=True)

    assert "nobody else can have the vessel firmly" in confirmed and where["confirm"] not in confirmed
    assert (unsaid.status_code, list(unsaid.context["move_form"].errors)) == (400, ["reason"])
    assert b'id="move" class="dialog dialog-wide" aria-labelledby="move-title" data-open' in unsaid.content
    assert "Two days later." in moved
    assert released.redirect_chain[-1][0] == f"/projects/{project.code}/plan/#vessels"
    assert not Occupancy.objects.exists()


def test_what_overlaps_is_told_on_the_page_and_blocks_the_button(project: Project, vessel: Vessel) -> None:
    other = book(vessel, 10, 14, project=project, firm=True, label="B-1")
    booking, browser = book(vessel, 12, 16, project=project), browser_of()

    page = browser.get(booking.get_absolute_url()).content.decode()
    answer = browser.post(reverse("occupancy-move", args=[other.pk]), typed(vessel, -5, -3, reason="Sooner."))

    assert "Overlaps another booking" in page and f'href="{other.get_absolute_url()}"' in page
    assert 'aria-describedby="blocked-confirm"' in page and "Batch B-1" in page
    assert list(answer.context["move_form"].errors) == ["last_on"]


def test_the_plan_says_how_far_what_is_booked_has_moved(project: Project, vessel: Vessel) -> None:
    book(vessel, 10, 14, project=project, belongs_to="g2")
    Milestone.objects.filter(project=project, key="g2").update(forecast_on=in_days(23))

    page = browser_of().get(reverse("project-plan", args=[project.code])).content.decode()

    assert "9 days after the booking ends" in page


def test_a_booking_stays_with_a_milestone_that_a_change_order_dropped_and_says_so(project: Project, vessel: Vessel) -> None:
    booking, browser = book(vessel, 10, 14, project=project, belongs_to="g2"), browser_of()
    milestone = Milestone.objects.get(project=project, key="g2")
    drop_milestones(Milestone.objects.filter(pk=milestone.pk), an_order(project), actor=make.manager())

    page = browser.get(booking.get_absolute_url()).content.decode()
    moved = browser.post(reverse("occupancy-move", args=[booking.pk]), typed(vessel, 12, 16, belongs_to="g2", reason="Later."))
    other = browser.post(f"{reverse('occupancy-book')}?project={project.code}", typed(vessel, 20, 24, belongs_to="g2"))

    assert f"“{milestone.title}” is no longer in the plan." in page
    assert f'<option value="g2" selected>{milestone.title} (no longer in the plan)</option>' in page
    assert reverse("milestone-detail", args=[project.code, "g2"]) not in page
    assert moved.status_code == 302
    assert Occupancy.objects.get().milestone == milestone
    assert list(other.context["form"].errors) == ["belongs_to"]


def an_order(project: Project) -> ChangeOrder:
    prepared = {"prepared_by": make.manager(), "prepared_at": timezone.now(), "valid_until": in_days(30)}
    return ChangeOrder.objects.create(project=project, sequence=1, number="CO-1", title="Less", **prepared)


def test_a_project_that_is_held_offers_no_booking(project: Project, vessel: Vessel) -> None:
    hold_project(project.code, actor=make.manager(), reason="The client asked.")

    page = browser_of().get(f"{reverse('occupancy-book')}?project={project.code}").content.decode()

    assert "The client asked." in page and 'method="post" action="/occupancy/' not in page


def test_what_one_may_not_see_is_missing(project: Project, vessel: Vessel) -> None:
    booking = book(vessel, 10, 14, project=project)

    for browser in (browser_of(Role.REGULATORY), browser_of(Role.CLIENT_APPROVER)):
        assert browser.get(booking.get_absolute_url()).status_code == 404
        assert browser.post(reverse("occupancy-release", args=[booking.pk]), {"reason": "Mine."}).status_code == 404
        assert browser.get(f"{reverse('occupancy-book')}?project={project.code}").status_code == 404
    assert Occupancy.objects.count() == 1


def test_the_plan_asks_no_more_for_more_bookings(project: Project, vessel: Vessel) -> None:
    browser, address = browser_of(), reverse("project-plan", args=[project.code])
    book(vessel, 1, 2, project=project, belongs_to="g2")
    browser.get(address)
    with CaptureQueriesContext(connection) as one:
        browser.get(address)
    for number in range(3):
        book(vessel, 10 + number, 11 + number, project=project, belongs_to="g2")

    with CaptureQueriesContext(connection) as four:
        browser.get(address)

    assert len(four) == len(one)
