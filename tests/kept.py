"""Data made once for all tests of a module."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction

from accounts.models import DEPARTMENT_NAMES, Department


@contextmanager
def kept_until_the_end(django_db_blocker: Any) -> Iterator[None]:
    """What is made inside is seen by every test of the module (each in a savepoint of its own) and rolled back after the last."""
    with django_db_blocker.unblock(), transaction.atomic():
        rows = [Department(key=key, name=str(name)) for key, name in DEPARTMENT_NAMES.items()]
        Department.objects.bulk_create(rows, ignore_conflicts=True)
        yield
        transaction.set_rollback(True)
