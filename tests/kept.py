"""Data made once for all tests of a module."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction

from accounts.models import DEPARTMENT_NAMES, Department


def departments_again() -> None:
    """A test with real transactions empties this table too. They keep their ids: remembered stories name them."""
    rows = [Department(pk=pk, key=key, name=str(name)) for pk, (key, name) in enumerate(DEPARTMENT_NAMES.items(), 1)]
    Department.objects.bulk_create(rows, ignore_conflicts=True)


@contextmanager
def kept_until_the_end(django_db_blocker: Any) -> Iterator[None]:
    """What is made inside is seen by every test of the module (each in a savepoint of its own) and rolled back after the last."""
    with django_db_blocker.unblock(), transaction.atomic():
        departments_again()
        yield
        transaction.set_rollback(True)
