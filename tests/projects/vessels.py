"""Vessels and their bookings, as the services make them, and the fixtures of those who test them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Role, User
from catalogue.models import Vessel
from catalogue.services import VesselFacts, add_vessel
from projects.models import Occupancy, Project
from projects.services import occupancy as services
from tests.projects import factories as make


def a_vessel(tag: str = "R-302", **facts: Any) -> Vessel:
    site = make.a_site()
    found = Vessel.objects.filter(site=site, tag=tag).select_related("site").first()
    given = VesselFacts(**{"name": "Reactor", "kind": "reactor", "material": "glass_lined", **facts})
    return found or add_vessel(site.key, tag, given, actor=make.person(Role.MANAGEMENT))


@pytest.fixture
def vessel(db: None) -> Vessel:
    return a_vessel()


@pytest.fixture
def project(db: None) -> Project:
    return make.a_planned_project()


def producer() -> User:
    return make.person(Role.PRODUCTION)


def in_days(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def draft(vessel: Vessel, first: int, last: int, **values: Any) -> services.Booking:
    """From so many days from now to so many, both included."""
    return services.Booking(**{"vessel": vessel.pk, "first_on": in_days(first), "last_on": in_days(last), "purpose": "batch", **values})


def book(vessel: Vessel, first: int, last: int, *, project: Project | None, firm: bool = False, **values: Any) -> Occupancy:
    if project is None:
        values = {"purpose": "maintenance", "label": "Yearly inspection", **values}
    return services.book_vessel(
        draft(vessel, first, last, **values),
        project=project.code if project else "",
        firm=firm,
        actor=producer() if project is None else make.manager(),
    )
