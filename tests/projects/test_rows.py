"""Changed rows written in one statement."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import DataError, connection
from django.test.utils import CaptureQueriesContext

from audit.rows import write_together
from projects.models import Milestone, Phase
from tests.projects import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def milestones() -> list[Milestone]:
    return list(Milestone.objects.filter(project=make.a_project_in(Phase.SMALL_SCALE)).order_by("pk"))[:4]


def again(rows: list[Milestone]) -> list[Milestone]:
    return list(Milestone.objects.filter(pk__in=[row.pk for row in rows]).order_by("pk"))


def test_each_row_gets_its_own_values_in_one_statement(milestones: list[Milestone]) -> None:
    owner = make.manager()
    for number, row in enumerate(milestones):
        row.forecast_on, row.float_days, row.owner = (date(2027, 3, 1 + number), -number, owner) if number else (None, None, None)
        row.title = "not asked for"

    with CaptureQueriesContext(connection) as asked:
        write_together(milestones, ["forecast_on", "float_days", "owner"])

    assert len(asked) == 1
    written = again(milestones)
    assert [(row.forecast_on, row.float_days, row.owner_id) for row in written] == [
        (row.forecast_on, row.float_days, row.owner_id) for row in milestones
    ]
    assert "not asked for" not in {row.title for row in written}


def test_the_history_holds_every_row(milestones: list[Milestone]) -> None:
    for row in milestones:
        row.title = f"{row.title} again"

    write_together(milestones, ["title"])

    told = [row.events.filter(pgh_label="update").latest("pgh_id").title for row in milestones]  # type: ignore[attr-defined]
    assert told == [row.title for row in milestones]


def test_what_is_too_long_is_refused_and_not_cut_off(milestones: list[Milestone]) -> None:
    milestones[0].title = "x" * 1000

    with pytest.raises(DataError):
        write_together(milestones, ["title"])


def test_nothing_asks_nothing() -> None:
    with CaptureQueriesContext(connection) as asked:
        write_together([], ["title"])

    assert len(asked) == 0
