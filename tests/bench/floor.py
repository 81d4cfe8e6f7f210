"""The bare floor of `make bench`: what a WSGI application without any framework needs for the same answer from the same database.

The same checks of the token, the same rows, the same fields; psycopg2 and orjson, and nothing else.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

import orjson
import psycopg2
from psycopg2.extras import RealDictCursor

TOKEN = """
SELECT u.client_id FROM accounts_integrationtoken AS t JOIN accounts_user AS u ON u.id = t.user_id
WHERE t.digest = %s AND t.revoked_at IS NULL AND t.expiry > now() AND u.is_active
"""
PROJECTS = """
SELECT p.code, p.title, c.code AS client, k.name AS compound, k.cas_number, p.phase, p.status, p.first_phase, p.last_phase, p.opened_at,
       p.updated_at
FROM projects_project AS p JOIN accounts_client AS c ON c.id = p.client_id JOIN catalogue_compound AS k ON k.id = p.compound_id
WHERE p.client_id = %s ORDER BY p.id DESC LIMIT %s
"""
ONE_PROJECT = PROJECTS.replace("ORDER BY p.id DESC LIMIT %s", "AND p.code = %s")
MILESTONES = """
SELECT p.code AS project, p.title AS project_title, m.phase, m.key, m.title, m.kind, m.round, m.baseline_on AS baseline,
       m.published_on AS published_forecast, m.actual_on AS actual, m.tolerance_days, m.told_at AS updated_at, to_json(l) AS last_change
FROM projects_milestone AS m JOIN projects_project AS p ON p.id = m.project_id
LEFT JOIN LATERAL (SELECT from_date, to_date, reason_class, side, days, reason, achieved, published_at FROM projects_publication
                   WHERE milestone_id = m.id ORDER BY published_at DESC, id DESC LIMIT 1) AS l ON true
WHERE p.client_id = %s AND m.dropped_by_id IS NULL AND m.visibility IN ('shared', 'for_approval') ORDER BY m.id DESC LIMIT %s
"""
OF_PROJECTS = MILESTONES.replace("p.client_id = %s", "p.id = ANY(%s)").replace("ORDER BY m.id DESC LIMIT %s", "ORDER BY p.id, m.id")
Start = Callable[[str, list[tuple[str, str]]], Any]

connection = psycopg2.connect(os.environ["DATABASE_URL"])
connection.autocommit = True


def rows(sql: str, *values: Any) -> list[dict[str, Any]]:
    with connection.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def projects(client_id: int, size: int, *, with_milestones: bool) -> list[dict[str, Any]]:
    if not with_milestones:
        return rows(PROJECTS, client_id, size)
    found = rows(PROJECTS.replace("SELECT", "SELECT p.id,", 1), client_id, size)
    of_each: dict[str, list[dict[str, Any]]] = {each["code"]: each.setdefault("milestones", []) for each in found}
    for row in rows(OF_PROJECTS, [each.pop("id") for each in found]):
        of_each[row["project"]].append(row)
    return found


def application(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
    secret = environ.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer ")
    client = rows(TOKEN, hashlib.sha512(secret.encode()).hexdigest())
    if not client:
        start_response("401 Unauthorized", [])
        return [b""]
    client_id, asked = client[0]["client_id"], parse_qs(environ["QUERY_STRING"])
    size, kind = int(asked.get("page_size", ["50"])[0]), environ["PATH_INFO"].strip("/").split("/")
    if kind[0] == "milestones":
        found: Any = {"next": None, "results": rows(MILESTONES, client_id, size)}
    elif len(kind) == 1:
        found = {"next": None, "results": projects(client_id, size, with_milestones="include" in asked)}
    else:
        found = rows(ONE_PROJECT, client_id, kind[1])[0]
    body = orjson.dumps(found)
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    if environ.get("HTTP_IF_NONE_MATCH") == tag:
        start_response("304 Not Modified", [("ETag", tag)])
        return [b""]
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body))), ("ETag", tag)])
    return [body]
