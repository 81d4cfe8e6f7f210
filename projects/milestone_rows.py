"""Milestones as the API gives them: one query for any number of them, one representation for lists and for a single one.

The serializers say what there is. A field that is a column is selected by what the serializer names as its source; what needs working
days is counted here, by the rules of the pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
from django.db import connection
from django.utils import timezone

from accounts.api_rows import newest, sources
from accounts.models import User
from accounts.prepared import Prepared
from catalogue.models import Site
from projects.calendars import WorkingCalendar
from projects.forecasting import calendar_at, calendar_for_kind
from projects.milestone_state import MilestoneState, milestone_state
from projects.models import SHOWN_TO_CLIENT, Milestone
from projects.serializers import InternalMilestoneSerializer, MilestoneSerializer, PublicationSerializer, ShareSerializer

if TYPE_CHECKING:
    from django.db.models import QuerySet

TABLES = {"project": "p", "owner": "o"}
AGREED = "CASE WHEN {m}.published_on IS NOT NULL OR {m}.actual_on IS NOT NULL THEN {m}.baseline_on END"  # Milestone.agreed_on
NEWEST, BY_PLAN = "m.id DESC", 'm.project_id, m."order", m.id'
QUERY = """
SELECT {fields}, {facts}, l.id, {last}
FROM projects_milestone AS m JOIN projects_project AS p ON p.id = m.project_id JOIN accounts_client AS c ON c.id = p.client_id
LEFT JOIN catalogue_site AS s ON s.id = p.site_id LEFT JOIN accounts_user AS o ON o.id = m.owner_id
LEFT JOIN LATERAL (SELECT * FROM projects_publication WHERE milestone_id = m.id ORDER BY published_at DESC, id DESC LIMIT 1) AS l ON true
WHERE m.id = ANY(ARRAY({chosen})) ORDER BY {order}
"""
# Open milestones that this one waits for and that may be late: closed days only bring the day on which they are so nearer to it.
AHEAD = """
CASE WHEN m.actual_on IS NULL THEN (
  SELECT json_agg(json_build_array({baseline}, b.{expected}, b.tolerance_days))::text
  FROM projects_milestonelink AS k JOIN projects_milestone AS b ON b.id = k.predecessor_id
  WHERE k.successor_id = m.id AND b.dropped_by_id IS NULL AND b.actual_on IS NULL AND {seen}
    AND greatest(%s, b.{expected}) > {baseline} + b.tolerance_days) END
"""
SHARES = """
(SELECT json_agg(json_build_object({fields}) ORDER BY h.id)::text FROM projects_publicationshare AS h WHERE h.publication_id = l.id)
"""
Place = tuple[str, str, str]
Chosen = tuple[str, Sequence[Any]]  # a query for their keys, and its parameters


class Facts(NamedTuple):
    """What the rest is counted from. Without a site there is no country of it either."""

    pk: int
    project_id: int
    kind: str
    baseline: date | None
    expected: date | None
    published: date | None
    actual: date | None
    float_days: int | None
    tolerance_days: int
    site: tuple[str | None, str, str]
    client: Place
    ahead: str | None


def chosen(rows: QuerySet[Milestone]) -> Chosen:
    return rows.values("pk").query.sql_with_params()


def chosen_of_client(client_id: int, before: int | None, most: int) -> Chosen:
    """The newest that somebody of a client sees."""
    place = {"client_id": client_id} if before is None else {"client_id": client_id, "before": before}
    return _page(most, *place).with_values(**place)


@cache
def _page(most: int, *names: str) -> Prepared:
    return Prepared(
        lambda client_id, before=None: newest(Milestone.objects.visible_to(User.of_client(client_id)), before, most).values_list("pk"),
        *names,
    )


def milestone_rows(milestones: Chosen, order: str = NEWEST, *, internal: bool) -> list[tuple[Facts, dict[str, Any]]]:
    """What one of ours, or a client, gets of each of the milestones chosen, which are visible to the reader."""
    head, tail = _query(internal=internal, order=order)
    ids, params = milestones
    today = timezone.localdate()
    with connection.cursor() as cursor:
        cursor.execute(f"{head}{ids}{tail}", [today, *params])
        return [_row(found, internal=internal, today=today) for found in cursor.fetchall()]


def shape_of(*, internal: bool) -> type[MilestoneSerializer]:
    return InternalMilestoneSerializer if internal else MilestoneSerializer


@cache
def _columns(*, internal: bool) -> dict[str, str]:
    """Field → SQL, of the fields that are columns."""
    columns = {}
    for name, source in sources(shape_of(internal=internal)).items():
        if source == ("agreed_on",):
            columns[name] = AGREED.format(m="m")
        elif len(source) == 2:
            columns[name] = f"{TABLES[source[0]]}.{source[1]}"
        elif name not in COUNTED:
            columns[name] = f"m.{column_of(source[0])}"
    return columns


def column_of(name: str) -> str:
    field: Any = Milestone._meta.get_field(name)
    return str(field.column)


COUNTED = ("provisional", "variance_days", "state", "last_change")
LAST = tuple(name for name in PublicationSerializer.Meta.fields if name != "shares")


@cache
def _query(*, internal: bool, order: str) -> tuple[str, str]:
    """What stands before and after the query that chooses the milestones."""
    agreed, expected = ("{m}.baseline_on", "forecast_on") if internal else (AGREED, "published_on")
    shown = ", ".join(f"'{each.value}'" for each in SHOWN_TO_CLIENT)
    ahead = AHEAD.format(baseline=agreed.format(m="b"), expected=expected, seen="true" if internal else f"b.visibility IN ({shown})")
    facts = [
        *("m.id", "m.project_id", "m.kind", agreed.format(m="m"), f"m.{expected}", "m.published_on", "m.actual_on"),
        *("m.float_days" if internal else "NULL", "m.tolerance_days"),
        *("s.country", "s.subdivision", "s.own_days_json::text", "c.country", "c.subdivision", "c.own_days_json::text", ahead),
    ]
    shares = SHARES.format(fields=", ".join(f"'{name}', h.{name}" for name in ShareSerializer.Meta.fields))
    text = QUERY.format(
        fields=", ".join(_columns(internal=internal).values()),
        facts=", ".join(facts),
        last=", ".join([*(f"l.{name}" for name in LAST), shares]),
        chosen="\0",
        order=order,
    )
    head, tail = text.split("\0")
    return head, tail


def _row(found: tuple[Any, ...], *, internal: bool, today: date) -> tuple[Facts, dict[str, Any]]:
    columns = _columns(internal=internal)
    row: dict[str, Any] = dict.fromkeys(sources(shape_of(internal=internal)))  # in the order of the declaration
    row.update(zip(columns, found, strict=False))
    place = len(columns)
    facts = Facts._make([*found[place : place + 9], found[place + 9 : place + 12], found[place + 12 : place + 15], found[place + 15]])
    site, kept = _calendars(facts.kind, facts.site, facts.client)
    on = facts.actual or facts.expected
    row["provisional"] = facts.published is not None and facts.actual is None and kept.is_provisional(facts.published)
    row["variance_days"] = kept.working_days_between(facts.baseline, on) if facts.baseline and on else None
    row["state"] = _state(facts, site, today).value
    row["last_change"] = _last(found[place + 16 :])
    return facts, row


def _state(facts: Facts, calendar: WorkingCalendar, today: date) -> MilestoneState:
    ahead = [_standing(*each, calendar=calendar, today=today) for each in orjson.loads(facts.ahead)] if facts.ahead else []
    return milestone_state(
        actual=facts.actual,
        forecast=facts.expected,
        baseline=facts.baseline,
        today=today,
        float_days=facts.float_days,
        tolerance_days=facts.tolerance_days,
        late_predecessor=MilestoneState.LATE in ahead,
        calendar=calendar,
    )


def _standing(baseline: str, expected: str | None, tolerance_days: int, *, calendar: WorkingCalendar, today: date) -> MilestoneState:
    """Of an open milestone, for itself."""
    return milestone_state(
        actual=None,
        forecast=date.fromisoformat(expected) if expected else None,
        baseline=date.fromisoformat(baseline),
        today=today,
        float_days=None,
        tolerance_days=tolerance_days,
        late_predecessor=False,
        calendar=calendar,
    )


def _last(found: tuple[Any, ...]) -> dict[str, Any] | None:
    key, *values, shares = found
    return None if key is None else {**dict(zip(LAST, values, strict=True)), "shares": orjson.loads(shares) if shares else []}


@lru_cache(maxsize=4096)
def _calendars(kind: str, site: tuple[str | None, str, str], client: Place) -> tuple[WorkingCalendar, WorkingCalendar]:
    """Of the site, and of whoever has to be at work on a date of this kind."""
    here = _calendar(site[0], site[1], site[2]) if site[0] is not None else WorkingCalendar()
    return here, calendar_for_kind(kind, here, _calendar(*client))


@lru_cache(maxsize=1024)
def _calendar(country: str, subdivision: str, own_days: str) -> WorkingCalendar:
    return calendar_at(Site(country=country, subdivision=subdivision, own_days_json=orjson.loads(own_days)))
