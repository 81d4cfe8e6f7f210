"""Another installation beside the one of the tests: its own database on the same server, its own store of files, its own process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg2
from django.conf import settings as django_settings
from django.db import connection

RESTORED = f"restored_by_a_test_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"  # the processes of a run share a server


def manage(address: str, store: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    told = {**os.environ, "DATABASE_URL": address, "CDMO_FILES_DIR": str(store), "CDMO_ENVIRONMENT": "test", **environment}
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=django_settings.BASE_DIR, env=told, capture_output=True, text=True, check=False)


def ask(database: str, query: str) -> list[tuple[Any, ...]]:
    own = psycopg2.connect(**{**connection.get_connection_params(), "dbname": database})
    try:
        with own.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchall()
    finally:
        own.close()
