"""From the production plan to the occupancy calendar: the days, the tentative bookings, what they meet, and what keeps them off."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from audit.refusals import NotAllowed, Refused
from catalogue.models import Vessel
from catalogue.services import take_out_of_service
from phases.evaluation.booking import operations_of, show_on_calendar, windows_of
from projects.models import Occupancy, Project
from projects.services.occupancy import Booking, confirm_occupancy, move_occupancy
from tests.phases.sheets import OPERATION, add_row, changed, sheet_of
from tests.projects import factories as make
from tests.projects.vessels import a_vessel, book, producer
from worksheets.changing import REMOVE, Change, change_rows

pytestmark = pytest.mark.django_db
FAR = timezone.localdate() + timedelta(days=100)
MONDAY = FAR + timedelta(days=-FAR.weekday())
SATURDAY = MONDAY - timedelta(days=2)


@pytest.fixture
def vessel() -> Vessel:
    found = a_vessel()
    found.site.country = "ZZ"  # no public holidays: Monday to Friday
    found.site.save(update_fields=["country"])
    return found


@pytest.fixture
def project(vessel: Vessel) -> Project:
    return make.a_project()


def want(project: Project, first: date | None, **values: Any) -> int:
    """Six days of three shifts."""
    return add_row(project, "production", "production-plan", **OPERATION | {"vessel": "R-302", "wanted_from": first} | values)


def show(project: Project, role: str = Role.PRODUCTION) -> list[Any]:
    return show_on_calendar(project.code, "production", actor=make.person(role))


def booked() -> list[tuple[date, date, bool, str]]:
    return [(each.first_on, each.last_on, each.firm, each.label) for each in Occupancy.objects.order_by("pk")]


def test_the_plan_is_booked_as_tentative_in_working_days(project: Project) -> None:
    want(project, SATURDAY)
    want(project, None, operation="Some day")

    show(project)

    assert booked() == [(MONDAY, MONDAY + timedelta(days=7), False, "Step 1")]


def test_a_second_time_it_follows_the_plan_and_leaves_what_is_firm(project: Project) -> None:
    first = want(project, MONDAY)
    second = want(project, MONDAY + timedelta(days=28), operation="Step 2")
    show(project)
    with pytest.raises(Refused, match="shows the plan already"):
        show(project)
    confirm_occupancy(Occupancy.objects.get(label="Step 2").pk, actor=producer())

    address = f"production-plan:{sheet_of(project, 'production').pk}"
    for pk in (first, second):
        assert changed(address, pk, {"batches": "1"}, Role.PRODUCTION).is_saved
    show(project)

    assert [(first_on, last_on) for first_on, last_on, _firm, _label in booked()] == [
        (MONDAY, MONDAY + timedelta(days=1)),
        (MONDAY + timedelta(days=28), MONDAY + timedelta(days=35)),
    ]
    assert "the plan has changed since" in windows_of(operations_of(sheet_of(project, "production")), producer())[1].standing


def test_a_booking_that_moves_keeps_its_milestone_and_remark(vessel: Vessel) -> None:
    project = make.a_project()
    make.charter(project)
    pk = want(project, MONDAY)
    show(project)
    booking, milestone = Occupancy.objects.get(), project.milestones.order_by("pk")[0]
    kept = Booking(vessel.pk, booking.first_on, booking.last_on, "batch", "Step 1", belongs_to=milestone.key, remark="Ask for the filter.")
    move_occupancy(booking.pk, kept, reason="It belongs to a milestone.", actor=producer())
    assert changed(f"production-plan:{sheet_of(project, 'production').pk}", pk, {"batches": "1"}, Role.PRODUCTION).is_saved

    show(project)

    moved = Occupancy.objects.get()
    assert moved.last_on == MONDAY + timedelta(days=1)
    assert (moved.milestone, moved.remark) == (milestone, "Ask for the filter.")


def test_two_plans_lock_their_vessels_in_one_order(project: Project) -> None:
    a_vessel("R-303")
    for tag in ("R-303", "R-302"):  # the later vessel first
        want(project, MONDAY, vessel=tag)

    with CaptureQueriesContext(connection) as captured:
        show(project)

    locks = [query["sql"] for query in captured if "catalogue_vessel" in query["sql"] and "FOR UPDATE" in query["sql"]]
    assert [str(pk) in locks[0].partition(" IN ")[2] for pk in Vessel.objects.values_list("pk", flat=True)] == [True, True]
    assert "ORDER BY" in locks[0]


def test_what_it_meets_is_named(project: Project, vessel: Vessel) -> None:
    other = make.a_planned_project()
    book(vessel, (MONDAY - timezone.localdate()).days + 2, (MONDAY - timezone.localdate()).days + 3, project=other, label="V-01", firm=True)
    want(project, MONDAY)

    (window,) = show(project)

    assert window.clashes[0].startswith(f"{other.code} · Batch V-01, ")
    assert window.clashes[0].endswith("(firm)")


def test_what_is_another_project_s_is_not_told_to_who_may_not_know(project: Project, vessel: Vessel) -> None:
    other = make.a_planned_project()
    book(vessel, (MONDAY - timezone.localdate()).days, (MONDAY - timezone.localdate()).days, project=other)
    want(project, MONDAY)

    (window,) = windows_of(operations_of(sheet_of(project, "production")), make.person(Role.REGULATORY))

    assert window.clashes[0].startswith("another project")


@pytest.mark.parametrize("reason", ["nothing", "over", "out of service", "held", "long"])
def test_what_cannot_be_booked_says_why_and_books_nothing(project: Project, vessel: Vessel, reason: str) -> None:
    words = {
        "nothing": "says from when",
        "over": "are over",
        "out of service": "is out of service",
        "held": "on hold",
        "long": "longer than a year",
    }
    if reason != "nothing":
        hours = {"hours": "2392"} if reason == "long" else {}  # 300 working days are more than a year
        want(project, timezone.localdate() - timedelta(days=60) if reason == "over" else MONDAY, **hours)
    if reason == "out of service":
        take_out_of_service(vessel.site.key, vessel.tag, reason="The seal leaks.", actor=make.person(Role.MANAGEMENT))
    if reason == "held":
        make.hold(project)

    with pytest.raises(Refused, match=words[reason]):
        show(project)

    assert booked() == []


def test_who_does_not_book_vessels_does_not_book_these(project: Project) -> None:
    want(project, MONDAY)

    with pytest.raises(NotAllowed):
        show(project, Role.ANALYTICAL)


def test_a_booked_operation_stays_until_its_booking_is_released(project: Project) -> None:
    pk = want(project, MONDAY)
    show(project)

    address = f"production-plan:{sheet_of(project, 'production').pk}"
    (result,) = change_rows(address, [Change(REMOVE, pk)], actor=producer()).results

    assert "Release the booking first" in result.errors[""][0]


def test_the_page_shows_the_windows_and_its_button_books(project: Project, client: Client) -> None:
    client.force_login(producer())
    page = reverse("sheet-detail", args=[project.code, "production"])
    assert "No operation says from when" in client.get(page).content.decode()
    want(project, MONDAY)
    assert "not yet" in client.get(page).content.decode()

    answer = client.post(reverse("sheet-calendar", args=[project.code, "production"]), follow=True)

    assert "The vessels are booked as tentative." in answer.content.decode()
    assert "The calendar shows the plan already." in answer.content.decode()
    assert len(booked()) == 1


def test_the_api_reads_and_books_once(project: Project, client: Client) -> None:
    client.force_login(producer())
    want(project, MONDAY)
    address = f"/api/v1/projects/{project.code}/sheets/production/vessels/"
    assert [(each["operation"], each["booking"]) for each in client.get(address).json()] == [("Step 1", None)]

    first, again = (client.post(address, headers={"Idempotency-Key": "once"}) for _time in range(2))

    assert (first.status_code, again.json()) == (200, first.json())
    assert first.json()[0]["booking"] == Occupancy.objects.get().pk
    assert client.post(address).status_code == 409
    assert client.post(address.replace("production", "quality_assurance")).status_code == 404


def test_the_api_lists_the_sheets_with_their_tables(project: Project, client: Client) -> None:
    client.force_login(producer())
    found = {each["department"]: each for each in client.get(f"/api/v1/projects/{project.code}/sheets/").json()}

    pk = sheet_of(project, "production").pk
    keys = ("production-plan", "planned-utilities", "sheet-risks", "sheet-assumptions")
    assert found["production"]["tables"] == [f"{key}:{pk}" for key in keys]
    assert len(found) == 5
