"""Vessels: booked, moved, confirmed, released; firm bookings never overlap, and what moved away from its booking is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.models import INTERNAL_ROLES, Role
from audit.models import Event
from audit.refusals import BadInput, NotAllowed, Refused
from catalogue.models import Vessel
from catalogue.services import take_out_of_service
from projects.models import Milestone, Occupancy, Project, Task
from projects.occupancies import bookings_for, closures_of, slips_of, title_for, warnings_of
from projects.services import occupancy as services
from projects.services.lifecycle import cancel_project, hold_project
from tests.projects import factories as make
from tests.projects.vessels import a_vessel, book, draft, in_days, producer, project, vessel
from worksheets.changing import REMOVE, Change, change_rows

pytestmark = pytest.mark.django_db
__all__ = ["project", "vessel"]
Events = Callable[[Callable[[], object]], list[str]]


def refused(act: Callable[[], object]) -> str:
    before = list(Occupancy.objects.order_by("pk").values()), Event.objects.count()
    with pytest.raises(Refused) as caught:
        act()
    assert (list(Occupancy.objects.order_by("pk").values()), Event.objects.count()) == before
    return str(caught.value)


# Booking


def test_a_booking_is_kept_with_its_event_and_its_history(project: Project, vessel: Vessel, events_of: Events) -> None:
    kinds = events_of(lambda: book(vessel, 10, 14, project=project, label="B-12", belongs_to="g2", remark="Two shifts"))

    booking = Occupancy.objects.get()
    assert kinds == ["occupancy.booked"]
    assert (booking.title, booking.firm, booking.belongs_to) == (f"{project.code} · Batch B-12", False, booking.milestone)
    assert booking.milestone is not None and booking.milestone.key == "g2"
    event = Event.objects.latest("pk")
    assert (event.project_id, event.client_visible, event.link) == (project.pk, False, f"/projects/{project.code}/plan/#vessels")
    assert booking.events.count() == 1  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"last": 9}, "last_on"),
        ({"first": 0, "last": 366}, "last_on"),
        ({"first": -9, "last": -2}, "last_on"),
        ({"purpose": "party"}, "purpose"),
        ({"belongs_to": "nothing"}, "belongs_to"),
        ({"belongs_to": "task:999999"}, "belongs_to"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(project: Project, vessel: Vessel, values: dict[str, Any], field: str) -> None:
    days = {"first": 10, "last": 14, **values}

    with pytest.raises(BadInput) as caught:
        book(vessel, days.pop("first"), days.pop("last"), project=project, **days)

    assert list(caught.value.errors) == [field]
    assert not Occupancy.objects.exists()


def test_upkeep_has_no_project_and_says_what_is_done(vessel: Vessel) -> None:
    for wrong, field in (({"purpose": "batch"}, "purpose"), ({"label": " "}, "label")):
        with pytest.raises(BadInput) as caught:
            book(vessel, 1, 2, project=None, **wrong)
        assert list(caught.value.errors) == [field]

    assert book(vessel, 1, 2, project=None).title == "Maintenance: Yearly inspection"


def test_what_belongs_to_another_project_is_none_of_its_own(project: Project, vessel: Vessel) -> None:
    other = make.a_planned_project(make.a_client("DCB"))
    task = Task.objects.create(
        project=other, title="Run", milestone=other.milestones.get(key="g2"), owner=make.manager(), agreed_on=in_days(0)
    )

    with pytest.raises(BadInput):
        book(vessel, 1, 2, project=project, belongs_to=task.key)
    assert book(vessel, 1, 2, project=other, belongs_to=task.key).task == task


def test_only_an_active_project_books(project: Project, vessel: Vessel) -> None:
    booking = book(vessel, 1, 2, project=project)
    hold_project(project.code, actor=make.manager(), reason="The client asked.")

    words = refused(lambda: book(vessel, 5, 6, project=project))
    assert "On hold" in words or "on hold" in words
    refused(lambda: services.confirm_occupancy(booking.pk, actor=make.manager()))
    refused(lambda: services.move_occupancy(booking.pk, draft(vessel, 5, 6), reason="Later.", actor=make.manager()))
    services.release_occupancy(booking.pk, reason="On hold.", actor=make.manager())  # what is held need not block a vessel
    assert not Occupancy.objects.exists()


# Who may


@pytest.mark.parametrize("role", sorted(INTERNAL_ROLES))
def test_project_managers_and_production_book_for_projects_and_upkeep_is_not_theirs_alike(
    project: Project, vessel: Vessel, role: Role
) -> None:
    person = make.person(role)
    sees = Project.objects.visible_to(person).exists()
    expected: dict[str, type[Exception] | None] = {
        project.code: None if role in (Role.PROJECT_MANAGER, Role.PRODUCTION) else NotAllowed if sees else BadInput,
        "": None if role in (Role.PRODUCTION, Role.MANAGEMENT, Role.ADMINISTRATOR) else NotAllowed,
    }

    for code, refusal in expected.items():
        values = draft(vessel, 1, 2, purpose="cleaning", label="By hand")
        if refusal is None:
            assert services.book_vessel(values, project=code, actor=person).pk
        else:
            with pytest.raises(refusal):
                services.book_vessel(values, project=code, actor=person)


def test_a_client_has_no_bookings_and_finds_no_vessel(project: Project, vessel: Vessel) -> None:
    booking = book(vessel, 1, 2, project=project)
    client = make.person(Role.CLIENT_APPROVER)

    assert not Occupancy.objects.visible_to(client).exists()
    assert not Occupancy.objects.told_to(client).exists()
    assert not Vessel.objects.visible_to(client).exists()
    with pytest.raises(Occupancy.DoesNotExist):
        services.release_occupancy(booking.pk, reason="Mine.", actor=client)


# Overlaps


def test_firm_bookings_share_no_day_and_the_refusal_names_the_other(project: Project, vessel: Vessel) -> None:
    other = book(vessel, 10, 14, project=project, firm=True, label="B-1")

    words = refused(lambda: book(vessel, 14, 20, project=project, firm=True))

    assert words.startswith("R-302 is firmly booked, ")
    assert f"{project.code} · Batch B-1" in words
    assert book(vessel, 15, 20, project=project, firm=True).pk  # the day after
    assert book(vessel, 5, 9, project=project, firm=True).pk  # the day before
    assert book(a_vessel("R-303"), 10, 14, project=project, firm=True).pk
    services.release_occupancy(other.pk, reason="Not needed.", actor=make.manager())
    assert book(vessel, 10, 14, project=project, firm=True).pk


def test_the_refusal_does_not_name_a_project_that_the_actor_does_not_see(project: Project, vessel: Vessel) -> None:
    book(vessel, 10, 14, project=project, firm=True, label="Secret-1")
    administrator = make.person(Role.ADMINISTRATOR)

    with pytest.raises(Refused) as caught:
        services.book_vessel(draft(vessel, 12, 13, purpose="cleaning", label="By hand"), firm=True, actor=administrator)

    (blocker,) = caught.value.blockers
    assert "another project" in str(blocker.words)
    assert blocker.link == ""
    assert project.code not in str(blocker.words) and "Secret" not in str(blocker.words)


def test_tentative_ones_may_overlap_and_both_are_in_conflict(project: Project, vessel: Vessel) -> None:
    firm = book(vessel, 10, 14, project=project, firm=True)
    tentative = book(vessel, 14, 20, project=project)
    alone = book(vessel, 21, 22, project=project)

    found = {row.pk: row for row in bookings_for(make.manager())}

    assert [found[row.pk].conflicted for row in (firm, tentative, alone)] == [True, True, False]
    assert warnings_of(found[tentative.pk]) == ["Overlaps another booking of the vessel."]
    assert warnings_of(found[alone.pk]) == []


def test_the_database_refuses_what_a_service_would_have_refused(project: Project, vessel: Vessel) -> None:
    book(vessel, 10, 14, project=project, firm=True)
    same = {"vessel": vessel, "project": project, "purpose": "batch", "first_on": in_days(14), "last_on": in_days(15)}

    Occupancy.objects.create(**same, firm=False)
    with pytest.raises(IntegrityError, match="occupancy_firm_once"), transaction.atomic():
        Occupancy.objects.create(**same, firm=True)
    with pytest.raises(IntegrityError, match="occupancy_batch_has_a_project"), transaction.atomic():
        Occupancy.objects.create(**same | {"project": None})
    with pytest.raises(IntegrityError, match="occupancy_days_in_order"), transaction.atomic():
        Occupancy.objects.create(**same | {"last_on": in_days(13)})


@pytest.mark.integration
@pytest.mark.django_db(transaction=True)
def test_of_two_who_book_at_once_one_has_it_and_the_other_is_told(at_once: Callable[..., list[object]]) -> None:
    vessel, first, second = a_vessel(), make.a_planned_project(), make.a_planned_project(make.a_client("DCB"))

    outcomes = at_once(
        partial(book, vessel, 10, 14, project=first, firm=True),
        partial(book, vessel, 12, 16, project=second, firm=True),
    )

    assert sorted(type(each).__name__ for each in outcomes) == ["Occupancy", "Refused"]
    (won,), (lost,) = ([each for each in outcomes if isinstance(each, kind)] for kind in (Occupancy, Refused))
    assert won.title in str(lost)
    assert Occupancy.objects.get() == won
    assert Event.objects.filter(kind="occupancy.booked").count() == 1


def test_a_vessel_out_of_service_is_not_booked_confirmed_or_moved_to(project: Project, vessel: Vessel) -> None:
    spare = a_vessel("R-303")
    booked, other = book(vessel, 10, 14, project=project), book(spare, 10, 14, project=project)
    take_out_of_service(vessel.site.key, vessel.tag, reason="Lining damaged.", actor=make.person(Role.MANAGEMENT))

    for act in (
        lambda: book(vessel, 20, 21, project=project),
        lambda: services.confirm_occupancy(booked.pk, actor=make.manager()),
        lambda: services.move_occupancy(other.pk, draft(vessel, 10, 14), reason="Bigger.", actor=make.manager()),
    ):
        assert refused(act) == "R-302 is out of service: Lining damaged."
    assert warnings_of(bookings_for(make.manager()).get(pk=booked.pk)) == ["The vessel is out of service: Lining damaged."]
    moved = services.move_occupancy(booked.pk, draft(spare, 20, 24), reason="It is broken.", actor=make.manager())
    assert moved.vessel == spare


# Moving, confirming, releasing


def test_a_vessel_that_is_booked_stays_and_the_refusal_names_the_bookings(project: Project, vessel: Vessel) -> None:
    booked, keeper = book(vessel, 10, 14, project=project), make.person(Role.MANAGEMENT)
    gone = [Change(REMOVE, vessel.pk), Change(REMOVE, a_vessel("R-303").pk)]

    stays, goes = change_rows(f"vessels:{vessel.site.key}", gone, actor=keeper, reason="Scrapped.").results

    assert (str(booked) in stays.errors[""][0], goes.is_saved) == (True, True)
    assert list(Vessel.objects.values_list("tag", flat=True)) == ["R-302"]


def test_it_is_moved_with_a_reason_and_keeps_its_standing(project: Project, vessel: Vessel) -> None:
    booking = book(vessel, 10, 14, project=project, firm=True, label="B-1")

    moved = services.move_occupancy(booking.pk, draft(vessel, 12, 16, label="B-2"), reason="A day later.", actor=producer())

    assert (moved.first_on, moved.last_on, moved.label, moved.firm) == (in_days(12), in_days(16), "B-2", True)
    event = Event.objects.latest("pk")
    assert (event.kind, event.reason) == ("occupancy.moved", "A day later.")
    assert (event.data["before"]["first_on"], event.data["after"]["label"]) == (in_days(10).isoformat(), "B-2")
    with pytest.raises(BadInput) as caught:
        services.move_occupancy(booking.pk, draft(vessel, 16, 12), reason=" ", actor=producer())
    assert set(caught.value.errors) == {"reason", "last_on"}


def test_a_firm_one_is_not_moved_onto_another(project: Project, vessel: Vessel) -> None:
    book(vessel, 20, 24, project=project, firm=True, label="B-9")
    booking = book(vessel, 10, 14, project=project, firm=True)

    words = refused(lambda: services.move_occupancy(booking.pk, draft(vessel, 14, 20), reason="Later.", actor=make.manager()))

    assert "Batch B-9" in words


def test_it_becomes_firm_once_and_only_where_nobody_has_the_days(project: Project, vessel: Vessel) -> None:
    first, second = book(vessel, 10, 14, project=project), book(vessel, 12, 16, project=project)

    services.confirm_occupancy(first.pk, actor=make.manager())

    assert Occupancy.objects.firm().get() == first
    assert "firm already" in refused(lambda: services.confirm_occupancy(first.pk, actor=make.manager()))
    assert "firmly booked" in refused(lambda: services.confirm_occupancy(second.pk, actor=make.manager()))


def test_releasing_needs_a_reason_and_leaves_it_in_the_record(project: Project, vessel: Vessel) -> None:
    booking = book(vessel, 10, 14, project=project)

    with pytest.raises(BadInput):
        services.release_occupancy(booking.pk, reason=" ", actor=make.manager())
    services.release_occupancy(booking.pk, reason="Another route.", actor=make.manager())

    assert not Occupancy.objects.exists()
    event = Event.objects.latest("pk")
    assert (event.kind, event.reason, event.data["before"]["vessel"]) == ("occupancy.released", "Another route.", "R-302")


def test_what_is_over_stays(project: Project, vessel: Vessel) -> None:
    booking = book(vessel, 0, 0, project=project)
    Occupancy.objects.filter(pk=booking.pk).update(first_on=in_days(-9), last_on=in_days(-2))

    for act in (
        lambda: services.release_occupancy(booking.pk, reason="No.", actor=make.manager()),
        lambda: services.move_occupancy(booking.pk, draft(vessel, 1, 2), reason="No.", actor=make.manager()),
        lambda: services.confirm_occupancy(booking.pk, actor=make.manager()),
    ):
        assert "stays in the record" in refused(act)


# What a slip does


def booking_of(project: Project, vessel: Vessel, first: date, last: date, **values: Any) -> Occupancy:
    booking = Occupancy(project=project, vessel=vessel, first_on=first, last_on=last, purpose="batch", **values)
    booking.named, booking.conflicted = True, False
    return booking


def test_a_milestone_forecast_outside_its_booking_is_told_with_the_days(project: Project, vessel: Vessel) -> None:
    first, last = date(2027, 3, 1), date(2027, 3, 5)
    milestone = Milestone.objects.get(project=project, key="g2")

    def told(forecast: date | None, actual: date | None = None) -> list[str]:
        milestone.forecast_on, milestone.actual_on = forecast, actual
        return slips_of(booking_of(project, vessel, first, last, milestone=milestone))

    assert told(date(2027, 3, 14)) == [f"“{milestone.title}” is expected on 14 Mar 2027, 9 days after the booking ends."]
    assert told(date(2027, 2, 28)) == [f"“{milestone.title}” is expected on 28 Feb 2027, 1 day before the booking begins."]
    assert told(first) == told(last) == told(None) == told(date(2027, 3, 14), date(2027, 3, 14)) == []


def test_a_task_that_does_not_fit_its_booking_is_told_on_both_sides(project: Project, vessel: Vessel) -> None:
    milestone = Milestone.objects.get(project=project, key="g2")
    task = Task(project=project, title="Run the batch", milestone=milestone, starts_on=date(2027, 2, 26), forecast_on=date(2027, 3, 8))
    booking = booking_of(project, vessel, date(2027, 3, 1), date(2027, 3, 5), task=task)

    assert slips_of(booking) == [
        "“Run the batch” is expected on 8 Mar 2027, 3 days after the booking ends.",
        "“Run the batch” is expected on 26 Feb 2027, 3 days before the booking begins.",
    ]
    task.done_on = date(2027, 3, 8)
    assert slips_of(booking) == []


def test_the_booking_of_a_stopped_project_says_so(project: Project, vessel: Vessel) -> None:
    booking = book(vessel, 10, 14, project=project)
    cancel_project(project.code, actor=make.manager(), reason="Lost.", cancel_class="lost")

    assert warnings_of(bookings_for(make.manager()).get(pk=booking.pk)) == ["The project is cancelled."]


def test_who_does_not_see_the_project_reads_the_days_alone(project: Project, vessel: Vessel) -> None:
    booking = book(vessel, 10, 14, project=project, belongs_to="g2")
    Milestone.objects.filter(project=project).update(forecast_on=in_days(90))
    stranger = bookings_for(make.person(Role.ADMINISTRATOR)).get(pk=booking.pk)

    assert (stranger.named, title_for(stranger), warnings_of(stranger)) == (False, "another project", [])
    assert len(warnings_of(bookings_for(make.manager()).get(pk=booking.pk))) == 1


# When a site is closed


def test_a_site_is_closed_on_holidays_and_shut_downs_and_a_weekend_alone_is_neither(vessel: Vessel) -> None:
    site = vessel.site
    shut_down = {"first": "2026-12-28", "last": "2026-12-30", "worked": False, "words": "Annual shut-down"}
    site.own_days_json = [shut_down]

    closed = [(each.first, each.last, each.words) for each in closures_of(site, date(2026, 12, 14), date(2027, 1, 8))]

    assert closed[0] == (date(2026, 12, 25), date(2026, 12, 30), "Annual shut-down")  # Christmas, the weekend, the shut-down
    assert closed[1][0] == date(2027, 1, 1) and closed[1][2] == "Public holiday"
    assert closed[1][1] - closed[1][0] == timedelta(days=2)  # a Friday, with its weekend
