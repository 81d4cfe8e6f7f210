"""The product behind PgBouncer in transaction mode: more threads than connections, and nothing of one reaches another."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection

from audit.models import Event
from tests.cdmo import pgbouncer
from tests.projects import factories as make

POOL, THREADS, ROUNDS = 2, 6, 8
WORK = f"""
import threading
import django
django.setup()
from django.db import connection, transaction
from accounts.models import Client
from audit.client_role import client_rows
from audit.context import Channel, acting
from audit.events import record
backends, failures = set(), []

def work(number):
    try:
        for step in range({ROUNDS}):
            name = f"{{number}}-{{step}}"
            with acting(channel=Channel.SYSTEM, request_id=name), transaction.atomic():
                client = Client.objects.select_for_update().get(code=f"P{{number}}")
                client.name = name
                client.save(update_fields=["name"])
                record("client.created", client, actor=None)
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_backend_pid()")
                    backends.add(cursor.fetchone()[0])
            with client_rows(client.pk):
                assert [each.pk for each in Client.objects.all()] == [client.pk]
            assert len(list(Client.objects.order_by("pk").iterator(chunk_size=2))) == {THREADS}
            with acting(channel=Channel.SYSTEM, request_id="outside"):
                Client.objects.filter(code=f"P{{number}}").update(country="CN")
    except Exception as failure:
        failures.append(repr(failure))
    finally:
        connection.close()

threads = [threading.Thread(target=work, args=(number,)) for number in range({THREADS})]
[thread.start() for thread in threads]
[thread.join(60) for thread in threads]
print(len(backends), failures)
"""


@pytest.fixture
def pooled() -> Iterator[str]:
    """The address of the test's database through PgBouncer."""
    values = connection.settings_dict
    with tempfile.TemporaryDirectory(prefix="pgb-") as folder:
        child = pgbouncer.start(Path(folder), str(values["HOST"]), str(values["USER"]), pool=POOL)
        try:
            yield f"postgres://{values['USER']}@{quote(folder, safe='')}:{pgbouncer.PORT}/{values['NAME']}"
        finally:
            child.stop()


@pytest.mark.integration
@pytest.mark.django_db(transaction=True)
def test_contexts_cursors_and_locks_hold_in_transaction_mode(pooled: str) -> None:
    for number in range(THREADS):
        make.a_client(f"P{number}")
    told = {**os.environ, "DATABASE_URL": pooled, "CDMO_ENVIRONMENT": "test", "DJANGO_SETTINGS_MODULE": "cdmo.settings"}

    done = subprocess.run([sys.executable, "-c", WORK], cwd=settings.BASE_DIR, env=told, capture_output=True, text=True, check=False)

    count, failures = done.stdout.strip().split(" ", 1) if done.stdout else ("", done.stderr)
    assert failures == "[]"
    assert 1 <= int(count) <= POOL  # six threads took turns on two connections
    names = {f"{number}-{step}" for number in range(THREADS) for step in range(ROUNDS)}
    assert set(Event.objects.values_list("request_id", flat=True)) == names
    changes = apps.get_model("accounts.ClientEvent").objects.filter(pgh_label="update")
    history = changes.values_list("name", "country", "pgh_context__metadata__request_id")
    renamed = {(name, request) for name, country, request in history if request != "outside"}
    assert renamed == {(name, name) for name in names}
    assert {request for _name, _country, request in history} == names | {"outside"}
