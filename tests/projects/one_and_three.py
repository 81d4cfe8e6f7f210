"""What a list costs for one project and for three. Each begins with an empty database, so the stories of both are put back, not told."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.db import transaction

from projects.models import Project

Counted = TypeVar("Counted")


def one_and_three(story: Callable[[], Project], count: Callable[[list[Project]], Counted]) -> tuple[Counted, Counted]:
    """What is counted of one project, of which nothing is left afterwards, and of three."""
    with transaction.atomic():
        one = count([story()])
        transaction.set_rollback(True)
    return one, count([story() for _number in range(3)])
