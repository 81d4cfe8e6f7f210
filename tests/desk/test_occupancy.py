"""The calendar of vessels over all sites and projects: picture, table, filters, files; who reads whose booking."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import Role
from catalogue.models import Site, Vessel
from catalogue.services import VesselFacts, add_vessel, take_out_of_service
from desk.occupancy import planned_vessels
from projects.forms.occupancy import BookingForm
from projects.models import Milestone, Project
from tests.projects import factories as make
from tests.projects.vessels import a_vessel, book, in_days, project, vessel

pytestmark = pytest.mark.django_db
TOKEN = re.compile(r"[A-Za-z0-9]{40,}")  # drawn by lot, with any two letters somewhere in it
__all__ = ["project", "vessel"]
STARTS = {"svg": b"<svg", "png": b"\x89PNG", "pdf": b"%PDF-"}
PAGE = "occupancy"


def browser_of(role: str = Role.PROJECT_MANAGER) -> Client:
    browser = Client()
    browser.force_login(make.person(role))
    return browser


def page_of(role: str = Role.PROJECT_MANAGER, **asked: str) -> str:
    return browser_of(role).get(reverse(PAGE), asked).content.decode()


def elsewhere(tag: str = "R-900") -> Vessel:
    site = Site.objects.get_or_create(key="suzhou", defaults={"name": "Suzhou", "country": "CN", "time_zone": "Asia/Shanghai"})[0]
    return add_vessel(site.key, tag, VesselFacts("Tank", "tank", "stainless_steel"), actor=make.person(Role.MANAGEMENT))


def test_a_free_vessel_is_booked_from_the_days_that_are_shown(vessel: Vessel) -> None:
    monday = in_days(14 - in_days(0).weekday())

    page = page_of(**{"from": monday.isoformat()})

    assert f'href="{reverse("occupancy-book")}?vessel={vessel.pk}&amp;from={monday.isoformat()}"' in page


def test_vessels_of_all_sites_stand_with_their_bookings_in_picture_and_table(project: Project, vessel: Vessel) -> None:
    elsewhere()
    booking = book(vessel, 3, 9, project=project, label="B-12", belongs_to="g2")

    page = page_of()

    assert 'aria-details="occupancy-table"' in page and 'id="occupancy-table"' in page
    assert f"{project.code} \\u00b7 Batch B-12" in page  # in the picture
    assert f'href="{booking.get_absolute_url()}"' in page and f'"link": "{booking.get_absolute_url()}"' in page
    assert "R-900" in page and "Free on these days." in page


def test_a_vessel_out_of_service_is_not_called_free_and_cannot_be_chosen(vessel: Vessel) -> None:
    Vessel.objects.filter(pk=vessel.pk).update(in_service=False, out_of_service_reason="The shaft seal leaks.")
    Vessel.objects.exclude(pk=vessel.pk).delete()
    form = BookingForm(project=None)

    assert "Out of service, cannot be booked: The shaft seal leaks." in page_of() and "Free on these days." not in page_of()
    assert f'<option value="{vessel.pk}" disabled>' in str(form["vessel"])


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ({}, {"R-302", "M-11", "R-900"}),
        ({"kind": "mill"}, {"M-11"}),
        ({"site": "suzhou"}, {"R-900"}),
        ({"project": "its"}, {"R-302"}),
        ({"project": "its", "from": "2020-01-06"}, set()),
    ],
)
def test_the_address_chooses_the_vessels(project: Project, vessel: Vessel, asked: dict[str, str], shown: set[str]) -> None:
    elsewhere()
    a_vessel("M-11", kind="mill")
    book(vessel, 3, 9, project=project)
    real = {"project": project.code, "site": str(Site.objects.get(key="suzhou").pk)}

    page = page_of(**{name: real[name] if value in ("its", "suzhou") else value for name, value in asked.items()})

    assert {tag for tag in ("R-302", "M-11", "R-900") if f'<span class="code">{tag}</span>' in page} == shown


def test_the_days_follow_the_address(project: Project, vessel: Vessel) -> None:
    book(vessel, 3, 9, project=project)
    later = (timezone.localdate() + timedelta(days=10)).isoformat()

    assert f">{project.code}</a>" in page_of(weeks="4")
    assert f">{project.code}</a>" not in page_of(**{"from": later})
    assert f">{project.code}</a>" in page_of(**{"from": in_days(9).isoformat(), "weeks": "4"})  # its last day is the first one shown
    assert browser_of().get(reverse(PAGE), {"from": "nonsense"}).status_code == 400
    assert browser_of().get(reverse("occupancy-csv"), {"weeks": "0"}).status_code == 400


@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31", "2100-01-02", "9999-12-31"])
def test_a_day_that_no_calendar_reaches_is_refused(day: str, vessel: Vessel) -> None:
    assert browser_of().get(reverse(PAGE), {"from": day, "weeks": "52"}).status_code == 400
    assert browser_of().get(reverse(PAGE), {"from": "2100-01-01", "weeks": "52"}).status_code == 200


def test_conflicts_moved_plans_and_broken_vessels_are_flagged(project: Project, vessel: Vessel) -> None:
    spare, broken, fine = a_vessel("R-303"), a_vessel("R-304"), a_vessel("R-305")
    book(vessel, 3, 9, project=project)
    book(vessel, 9, 12, project=None)
    book(spare, 3, 9, project=project, belongs_to="g2")
    book(broken, 3, 9, project=project)
    book(fine, 3, 9, project=project, firm=True)
    book(fine, 20, 22, project=None)
    Milestone.objects.filter(project=project, key="g2").update(forecast_on=in_days(30))
    take_out_of_service(broken.site.key, broken.tag, reason="Lining damaged.", actor=make.person(Role.MANAGEMENT))

    rows = planned_vessels(Vessel.objects.select_related("site"), reader=make.manager(), first=timezone.localdate(), last=in_days(60))
    states = {row.vessel.tag: [shown.state for shown in row.bookings] for row in rows}
    page = page_of()

    assert states == {"R-302": ["conflict"] * 2, "R-303": ["moved"], "R-304": ["conflict"], "R-305": ["firm", "upkeep"]}
    for words in ("3 bookings in conflict", "1 whose plan has moved", "21 days after the booking ends", "out of service: Lining damaged."):
        assert words in page


def test_closed_days_of_the_site_are_told(vessel: Vessel) -> None:
    day = timezone.localdate() + timedelta(days=-timezone.localdate().weekday() + 9)  # a Wednesday
    Site.objects.update(own_days_json=[{"first": day.isoformat(), "last": day.isoformat(), "worked": False, "words": "Stock-taking"}])

    assert "Stock-taking" in page_of()


def test_a_reader_who_does_not_see_the_project_sees_that_the_vessel_is_taken(project: Project, vessel: Vessel) -> None:
    booking = book(vessel, 3, 9, project=project, label="Secret-1", remark="Secret-2", belongs_to="g2")

    page = page_of(Role.REGULATORY)
    lines = b"".join(browser_of(Role.REGULATORY).get(reverse("occupancy-csv"))).decode()  # type: ignore[arg-type]

    assert "another project" in page and "another project" in lines
    for hidden in (project.code, "Secret", booking.get_absolute_url(), "G2"):
        assert hidden not in TOKEN.sub("", page) + lines
    assert project.code not in page_of(Role.REGULATORY, project=project.code)


def test_a_client_finds_nothing(project: Project, vessel: Vessel) -> None:
    for name in ("occupancy", "occupancy-csv", "occupancy-svg"):
        assert browser_of(Role.CLIENT_APPROVER).get(reverse(name)).status_code == 404
    assert reverse("occupancy") not in browser_of(Role.CLIENT_APPROVER).get(reverse("portal")).content.decode()
    assert f'href="{reverse("occupancy")}"' in browser_of().get("/").content.decode()


@pytest.mark.parametrize("form", STARTS)
def test_the_picture_is_one_click_away_as_a_file(project: Project, vessel: Vessel, form: str) -> None:
    book(vessel, 3, 40, project=project)

    answer = browser_of().get(reverse(f"occupancy-{form}"), {"weeks": "8"})

    assert answer.content.startswith(STARTS[form])
    assert f'.{form}"' in answer["Content-Disposition"]
    if form == "svg":
        assert project.code.encode() in answer.content and b"/occupancy/" not in answer.content


def test_the_table_is_exported_with_days_as_days(project: Project, vessel: Vessel) -> None:
    elsewhere()
    book(vessel, 3, 9, project=project, label="=B-12")

    answer = browser_of().get(reverse("occupancy-xlsx"))
    rows = list(load_workbook(BytesIO(b"".join(answer))).active.values)  # type: ignore[arg-type, union-attr]

    assert [row[1] for row in rows] == ["Vessel", "R-302", "R-900"]
    assert rows[1][4].date() == in_days(3) and rows[1][6] == f"{project.code} · Batch =B-12"
    assert rows[2][6] == "free"


def test_many_vessels_come_page_by_page_and_whole_in_a_file(vessel: Vessel, monkeypatch: pytest.MonkeyPatch) -> None:
    a_vessel("R-303")
    monkeypatch.setattr("desk.views.occupancy.PAGE", 1)

    assert "R-303" not in page_of() and "R-303" in page_of(page="2")
    assert b"R-303" in b"".join(browser_of().get(reverse("occupancy-csv")))  # type: ignore[arg-type]


def test_the_page_asks_no_more_for_more_vessels_sites_and_bookings(project: Project, vessel: Vessel) -> None:
    browser = browser_of()
    book(vessel, 3, 4, project=project, belongs_to="g2")
    browser.get(reverse(PAGE))
    with CaptureQueriesContext(connection) as one:
        browser.get(reverse(PAGE))
    other = make.a_planned_project(make.a_client("DCB"))
    for number, row in enumerate((vessel, a_vessel("R-303"), elsewhere())):
        book(row, 5 + number, 6 + number, project=other, belongs_to="g2")

    with CaptureQueriesContext(connection) as more:
        browser.get(reverse(PAGE))

    assert len(more) == len(one)
