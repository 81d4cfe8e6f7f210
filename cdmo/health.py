"""Is the process alive, and can it do its work? Asked by machines, without signing in."""

from __future__ import annotations

from collections.abc import Callable

import redis
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from audit.models import Event
from audit.policies import missing_policies


@never_cache
@require_GET
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_GET
def readyz(request: HttpRequest) -> JsonResponse:
    """Database, broker, migrations, the rights on the record and the walls between clients; 503 names what is missing."""
    problems = {name: problem for name, problem in findings().items() if problem}
    body = {"status": "not ready" if problems else "ready", "problems": problems}
    return JsonResponse(body, status=503 if problems else 200)


def findings() -> dict[str, str]:
    """What is wrong with each of the five; empty where nothing is."""
    checks = {"database": database_problem, "broker": broker_problem, "migrations": migration_problem, "record": record_problem}
    checks["clients"] = client_problem
    return {name: _guarded(check) for name, check in checks.items()}


def _guarded(check: Callable[[], str]) -> str:
    try:
        return check()
    except Exception as error:  # whatever is wrong, the answer is "not ready" and its kind, never a page of ours
        return type(error).__name__


def database_problem() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ""


def broker_problem() -> str:
    client = redis_client()
    try:
        client.ping()
    finally:
        client.close()
    return ""


def redis_client() -> redis.Redis:
    """A short-lived client of the broker, by TCP or by socket."""
    url = settings.REDIS_URL.replace("redis+socket://", "unix://")
    return redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)


def migration_problem() -> str:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return f"{len(plan)} migrations are not applied" if plan else ""


def record_problem() -> str:
    """Where there are two database roles, the application must not run as the one that could change the record."""
    if not (settings.PRODUCTION or "owner" in settings.DATABASES):
        return ""
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege(current_user, %s, 'UPDATE, DELETE, TRUNCATE')", [Event._meta.db_table])
        may_change = cursor.fetchone()[0]
    return "DATABASE_URL names a role that may change the record; name the application's role" if may_change else ""


def client_problem() -> str:
    """A client's request needs its role and the policies; without them it is answered with an error, never with foreign rows."""
    role = settings.DATABASE_CLIENT_ROLE
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_has_role(current_user, oid, 'member') FROM pg_roles WHERE rolname = %s", [role])
        found = cursor.fetchone()
    if found is None:
        return f"the database has no role {role}; run apply_roles"
    if not found[0]:
        return f"DATABASE_URL names a role that may not take on {role}; run apply_roles"
    missing = missing_policies(connection)
    return f"{missing} tables are without the policies of {role}; run apply_roles" if missing else ""
