from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection

from tests.cdmo.installations import RESTORED, ask
from tests.documents.test_killed_worker import database_url

LEFT_BY_PREPARE = """CREATE EXTENSION btree_gist; CREATE TABLE accounts_user (id int);
CREATE FUNCTION refuse() RETURNS int LANGUAGE sql RETURN 1; COMMIT; SELECT 1"""


@pytest.fixture
def empty(transactional_db: None) -> Iterator[str]:
    """The address of another database of this server, with what `prepare` leaves in one: tables, functions, the extension."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {RESTORED} WITH (FORCE)")  # of a run that was killed
        cursor.execute(f"CREATE DATABASE {RESTORED}")
    ask(RESTORED, LEFT_BY_PREPARE)
    yield database_url().rpartition("/")[0] + f"/{RESTORED}"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {RESTORED} WITH (FORCE)")
