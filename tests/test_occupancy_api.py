"""Vessels and their bookings through the API: the same services and reasons, for internal accounts only."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import Role
from catalogue.models import Vessel
from projects.models import Occupancy, Project
from tests.clients_systems import System
from tests.projects import factories as make
from tests.projects.vessels import a_vessel, book, in_days, project, vessel

pytestmark = pytest.mark.django_db
__all__ = ["project", "vessel"]
BOOKINGS = "/api/v1/occupancies/"


def as_(*roles: str) -> APIClient:
    client = APIClient()
    client.force_authenticate(make.person(*(roles or (Role.PROJECT_MANAGER,))))
    return client


def body(vessel: Vessel, first: int, last: int, **values: Any) -> dict[str, Any]:
    return {"vessel": vessel.pk, "first_on": in_days(first), "last_on": in_days(last), "purpose": "batch", **values}


def test_booked_read_moved_confirmed_and_released(project: Project, vessel: Vessel) -> None:
    ours = as_()
    draft = body(vessel, 10, 14, project=project.code, label="B-12", belongs_to="g2")
    move = body(vessel, 12, 16, label="B-13", reason="Two days later.")

    booked = ours.post(BOOKINGS, draft, format="json", headers={"Idempotency-Key": "one"})
    again = ours.post(BOOKINGS, draft, format="json", headers={"Idempotency-Key": "one"})
    one = f"{BOOKINGS}{booked.json()['id']}/"
    read = ours.get(one)
    blind = ours.put(one, move, format="json")
    stale = ours.put(one, move, format="json", headers={"If-Match": '"other"'})
    moved = ours.put(one, move, format="json", headers={"If-Match": read["ETag"]})
    confirmed = ours.post(f"{one}confirm/", format="json")
    twice = ours.post(f"{one}confirm/", format="json")
    unsaid = ours.post(f"{one}release/", {}, format="json")
    outdated = ours.post(f"{one}release/", {"reason": "No."}, format="json", headers={"If-Match": read["ETag"]})
    released = ours.post(f"{one}release/", {"reason": "No."}, format="json", headers={"Idempotency-Key": "two"})
    repeated = ours.post(f"{one}release/", {"reason": "No."}, format="json", headers={"Idempotency-Key": "two"})

    answers = (booked, again, read, blind, stale, moved, confirmed, twice, unsaid, outdated, released, repeated)
    assert [answer.status_code for answer in answers] == [201, 201, 200, 428, 412, 200, 200, 409, 400, 412, 204, 204]
    assert booked.json() == again.json() == read.json()
    assert (read.json()["project"], read.json()["belongs_to"], read.json()["hidden"]) == (project.code, "g2", False)
    assert (moved.json()["label"], moved.json()["belongs_to"], confirmed.json()["firm"]) == ("B-13", None, True)
    assert not Occupancy.objects.exists()


def test_refused_with_the_field_the_right_and_who_has_it(project: Project, vessel: Vessel) -> None:
    book(vessel, 10, 14, project=project, firm=True, label="B-1")

    wrong = as_().post(BOOKINGS, body(vessel, 14, 10, project=project.code), format="json")
    foreign = as_().post(BOOKINGS, body(vessel, 1, 2, project="API-1999-0001"), format="json")
    unknown = as_().post(BOOKINGS, body(vessel, 1, 2, project=project.code) | {"vessel": 999_999}, format="json")
    taken = as_().post(BOOKINGS, body(vessel, 12, 16, project=project.code, firm=True), format="json")
    forbidden = as_(Role.RESEARCH).post(BOOKINGS, body(vessel, 1, 2, project=project.code), format="json")

    assert (wrong.status_code, set(wrong.json()["errors"])) == (400, {"last_on"})
    assert (foreign.status_code, set(foreign.json()["errors"])) == (400, {"project"})
    assert (unknown.status_code, set(unknown.json()["errors"])) == (400, {"vessel"})
    assert taken.status_code == 409 and f"{project.code} · Batch B-1" in taken.json()["blockers"][0]["words"]
    assert forbidden.status_code == 403
    assert Occupancy.objects.count() == 1


def test_lists_are_filtered_and_hide_whose_booking_it_is(project: Project, vessel: Vessel) -> None:
    spare = a_vessel("R-303", kind="mill")
    book(vessel, 10, 14, project=project, label="Secret")
    book(spare, 20, 24, project=None)

    def tags(role: str = Role.PROJECT_MANAGER, **asked: Any) -> list[str]:
        return [row["tag"] for row in as_(role).get(BOOKINGS, asked).json()["results"]]

    assert tags() == ["R-303", "R-302"]
    assert tags(project=project.code) == ["R-302"] and tags(Role.REGULATORY, project=project.code) == []
    assert tags(since=in_days(14), until=in_days(19)) == ["R-302"]
    assert tags(vessel=spare.pk) == ["R-303"] and tags(site="nowhere") == [] and tags(firm=True) == []
    stranger = as_(Role.REGULATORY).get(BOOKINGS)
    hidden = stranger.json()["results"][1]
    assert (hidden["hidden"], hidden["tag"], hidden["project"], hidden["label"], hidden["purpose"]) == (True, "R-302", None, None, None)
    assert b"Secret" not in stranger.content and project.code.encode() not in stranger.content


def test_vessels_are_read(vessel: Vessel) -> None:
    a_vessel("M-11", kind="mill")

    mills = as_().get("/api/v1/vessels/", {"kind": "mill", "site": "demo-site", "in_service": True}).json()["results"]
    one = as_().get(f"/api/v1/vessels/{vessel.pk}/")

    assert [row["tag"] for row in mills] == ["M-11"]
    assert (one.json()["site"], one.json()["tag"], one.json()["in_service"]) == ("demo-site", "R-302", True) and one["ETag"]


def test_a_client_finds_none(project: Project, vessel: Vessel) -> None:
    booking = book(vessel, 10, 14, project=project)
    system = System(project.client)

    for address in ("vessels/", f"vessels/{vessel.pk}/", "occupancies/", f"occupancies/{booking.pk}/"):
        assert system.get(address).status_code == 404
    assert as_(Role.REGULATORY).get(f"{BOOKINGS}{booking.pk}/").status_code == 404
