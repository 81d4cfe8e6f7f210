"""What the API's lists read past the model's instances says what the rules say of the instances: each field, state and reader."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator

from accounts.models import Client, User
from catalogue.models import Site
from cdmo import api_root
from projects.forecasting import calendar_of, is_provisional
from projects.milestone_rows import shape_of
from projects.milestones import states_of
from projects.models import Milestone, MilestoneLink, Project, Publication, PublicationShare
from projects.serializers import PublicationSerializer
from projects.variance import told_variance, variance_of
from tests.clients_systems import System, internal, made, own_cache, project
from tests.projects import factories

pytestmark = pytest.mark.django_db
__all__ = ["made", "own_cache", "project"]
STATES = {"achieved", "late", "at_risk", "on_track", "planned"}


@pytest.fixture
def varied(project: Project) -> Project:
    """Milestones in every state for either side, written as no service would in one day."""
    today = timezone.localdate()
    site, client = Site.objects.get(pk=project.site_id or Site.objects.first().pk), project.client  # type: ignore[union-attr]
    shut = {"first": str(today + timedelta(days=20)), "last": str(today + timedelta(days=40)), "worked": False, "words": "Shut-down"}
    Site.objects.filter(pk=site.pk).update(country="CN", own_days_json=[shut])
    Client.objects.filter(pk=client.pk).update(country="DE", subdivision="HE")
    Project.objects.filter(pk=project.pk).update(site=site)
    rows = list(Milestone.objects.filter(project=project, actual_on=None).order_by("pk"))
    for number, row in enumerate(rows):
        base = today + timedelta(days=(-60, -6, 0, 30, 200, 900)[number % 6])
        row.visibility = "shared" if number % 5 else "internal"
        row.baseline_on = None if number % 7 == 3 else base
        row.forecast_on = base + timedelta(days=(0, 5, 8, 60)[number % 4])
        row.published_on = None if number % 11 == 5 else base + timedelta(days=(0, 7, 9)[number % 3])
        row.float_days, row.tolerance_days = (None, 3, 40)[number % 3], (5, 0, 9)[number % 3]
        row.owner = factories.manager() if number % 2 else None
        row.told_at = None if number % 4 == 1 else timezone.now().replace(microsecond=0 if number % 2 else 120)
    Milestone.objects.bulk_update(
        rows,
        ["visibility", "baseline_on", "forecast_on", "published_on", "float_days", "tolerance_days", "owner", "told_at"],
    )
    Milestone.objects.filter(pk=rows[0].pk).update(actual_on=today - timedelta(days=2), forecast_on=today)
    for ahead, behind in pairwise(rows[1:]):
        MilestoneLink.objects.get_or_create(predecessor=ahead, successor=behind, kind="FS")
    for days in (3, 9):
        told = Publication.objects.create(
            milestone=rows[4], from_date=today, to_date=today + timedelta(days=days), reason_class="scope", side="cdmo", days=days,
            reason="Words – «more»", published_by=factories.manager(), published_at=timezone.now(),
        )  # fmt: skip
    for side, share in (("client", 4), ("cdmo", 5)):
        PublicationShare.objects.create(publication=told, side=side, days=share)
    return Project.objects.select_related("client", "compound", "site").get(pk=project.pk)


def by_the_rules(user: User, project: Project) -> dict[int, dict[str, Any]]:
    """Each milestone as the pages' own functions and plain attributes have it."""
    inside = user.is_internal
    rows = list(Milestone.objects.visible_to(user).filter(project=project).select_related("project__client", "project__site", "owner"))
    today, calendars = timezone.localdate(), {project.pk: calendar_of(project)}
    states = states_of(rows, today=today, calendars=calendars, for_client=not inside)
    found = {}
    for row in rows:
        last = row.publications.last()
        values: dict[str, Any] = {
            "provisional": is_provisional(row, row.project, row.published_on),
            "variance_days": variance_of(row, row.project, promised=row.baseline_on) if inside else told_variance(row, row.project),
            "state": states[row.pk].value,
            "last_change": PublicationSerializer(last).data if last else None,
        }
        fields: Any = shape_of(internal=inside)().fields
        for name, field in fields.items():
            if name not in values:
                value: Any = row
                for part in field.source_attrs:
                    value = getattr(value, part) if value is not None else None
                values[name] = str(value) if isinstance(value, date) and not hasattr(value, "hour") else value
        found[row.pk] = {name: values[name] for name in fields}
    return found


def written(value: Any) -> Any:
    """As the JSON has it."""
    if hasattr(value, "isoformat"):
        return value.isoformat().replace("+00:00", "Z")
    return value


def reader_of(side: str, project: Project) -> tuple[System, User]:
    if side == "client":
        system = System(project.client)
        assert system.token is not None
        return system, system.token.user
    person = factories.manager()
    system = System()
    system.browser.force_login(person)
    return system, person


@pytest.mark.parametrize("side", ["client", "internal"])
def test_every_milestone_reads_alike_wherever_it_is_read(varied: Project, side: str) -> None:
    system, user = reader_of(side, varied)
    expected = {row["key"]: {name: written(value) for name, value in row.items()} for row in by_the_rules(user, varied).values()}

    listed = {row["key"]: row for row in system.get("milestones/", page_size="200", project=varied.code).json()["results"]}
    [with_project] = [row for row in system.get("projects/", include="milestones").json()["results"] if row["code"] == varied.code]
    alone = system.get(f"projects/{varied.code}/", include="milestones").json()

    assert listed == expected
    assert {row["key"]: row for row in with_project["milestones"]} == listed
    assert alone == with_project
    some = list(listed)[::6]
    assert {key: system.get(f"projects/{varied.code}/milestones/{key}/").json()["milestone"] for key in some} == {
        key: listed[key] for key in some
    }
    assert {row["state"] for row in listed.values()} == STATES


@pytest.mark.parametrize("side", ["client", "internal"])
def test_a_state_is_found_exactly_also_over_pages(varied: Project, side: str) -> None:
    system, _user = reader_of(side, varied)
    everything = system.get("milestones/", page_size="200").json()["results"]

    for state in STATES:
        found, address = [], f"/api/v1/milestones/?state={state}&page_size=2"
        while address:
            page = system.browser.get(address).json()
            found += page["results"]
            address = page["next"]
        assert found == [row for row in everything if row["state"] == state]


@pytest.mark.parametrize("side", ["client", "internal"])
def test_a_project_reads_alike_in_list_and_alone(varied: Project, side: str) -> None:
    system, _user = reader_of(side, varied)

    alone = system.get(f"projects/{varied.code}/").json()

    assert alone == {
        "code": varied.code, "title": varied.title, "client": varied.client.code, "compound": varied.compound.name,
        "cas_number": varied.compound.cas_number, "phase": varied.phase, "status": varied.status, "first_phase": varied.first_phase,
        "last_phase": varied.last_phase, "opened_at": written(varied.opened_at), "updated_at": written(varied.updated_at),
    }  # fmt: skip
    assert alone in system.get("projects/").json()["results"]
    assert alone in system.get("projects/", phase=varied.phase).json()["results"]


CHANGES: dict[str, Callable[[Project], Any]] = {
    "title": lambda p: Project.objects.filter(pk=p.pk).update(title="Other"),
    "client": lambda p: Client.objects.filter(pk=p.client_id).update(code="OTHER"),
    "compound": lambda p: type(p.compound).objects.filter(pk=p.compound_id).update(name="Other"),
    "milestone": lambda p: p.milestones.filter(visibility="shared").update(title="Other"),
    "shares": lambda p: [
        PublicationShare.objects.create(publication=Publication.objects.latest("pk"), side=side, days=days)
        for side, days in (("third_party", 1), ("force_majeure", -1))
    ],
    "calendar": lambda p: Site.objects.filter(pk=p.site_id).update(country="US", own_days_json=[]),
    "unshared": lambda p: p.milestones.filter(visibility="shared").update(visibility="internal"),
}


@pytest.mark.parametrize("path", ["projects/", "projects/{}/"])
def test_nothing_that_shows_changes_behind_an_etag(varied: Project, path: str) -> None:
    """Without a reader's having to fear an old answer: 304 as long as nothing is different, and then never."""
    system, address = System(varied.client), f"/api/v1/{path.format(varied.code)}?include=milestones"
    for name, change in CHANGES.items():
        tag = system.browser.get(address)["ETag"]
        again = system.browser.get(address, headers={"if-none-match": tag})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
        change(varied)
        assert system.browser.get(address, headers={"if-none-match": tag}).status_code == 200, name


def test_what_a_client_s_system_asks_costs_two_queries(project: Project) -> None:
    """Its token and the answer; a third for milestones. What was prepared for one client is not given to another.

    Inside the transaction of the test four more take the client's role on and off, where a request of its own needs one.
    """
    system, other = System(project.client), System(factories.a_client("DCB"))
    tag = system.get(f"projects/{project.code}/")["ETag"]
    for path, cost in (("projects/", 2), (f"projects/{project.code}/", 2), ("projects/?include=milestones", 3), ("milestones/", 2)):
        with CaptureQueriesContext(connection) as captured:
            answer = system.browser.get(f"/api/v1/{path}", headers={"if-none-match": tag})
        assert (len(captured) - 4, answer.status_code) == (cost, 304 if answer.content == b"" else 200), path
        assert project.code not in other.browser.get(f"/api/v1/{path}").content.decode()


def test_a_project_with_something_else_than_milestones_is_400(project: Project) -> None:
    for path in ("projects/", f"projects/{project.code}/"):
        assert System(project.client).get(path, include="documents").status_code == 400


def test_the_description_is_made_once_for_each_side(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_root, "_described", {})
    made: list[Any] = []
    monkeypatch.setattr(SchemaGenerator, "get_schema", lambda self, request, public: made.append(request.user) or {"openapi": len(made)})

    answers = [reader.get("schema/").content for reader in (System(project.client), System(project.client), internal(), internal())]

    assert [user.is_internal for user in made] == [False, True]
    assert answers[0] == answers[1] != answers[2] == answers[3]
