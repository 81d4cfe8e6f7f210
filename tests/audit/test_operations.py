from __future__ import annotations

import pytest
from django.db import connection, models
from django.db.migrations import AddConstraint, AddField, CreateModel
from django.db.migrations.state import ProjectState

from audit.operations import AllAtOnce

pytestmark = pytest.mark.django_db

KEY = ("id", models.BigAutoField(primary_key=True))
TABLES = AllAtOnce(
    CreateModel("Shelf", [KEY]),
    CreateModel("Book", [KEY, ("shelf", models.ForeignKey("audit.Shelf", models.CASCADE))]),
)
COLUMNS = AllAtOnce(
    AddField("book", "title", models.TextField(default="")),
    AddConstraint("book", models.UniqueConstraint(fields=["shelf", "title"], name="book_once")),
)


def tables() -> set[str]:
    return {name for name in connection.introspection.table_names() if name in ("audit_shelf", "audit_book")}


def columns_and_constraints() -> tuple[set[str], bool]:
    with connection.cursor() as cursor:
        columns = {column.name for column in connection.introspection.get_table_description(cursor, "audit_book")}
        return columns, "book_once" in connection.introspection.get_constraints(cursor, "audit_book")


def test_everything_is_made_and_taken_away_again() -> None:
    states = [ProjectState()]
    for operation in (TABLES, COLUMNS):
        states.append(states[-1].clone())
        operation.state_forwards("audit", states[-1])

    with connection.schema_editor() as editor:
        TABLES.database_forwards("audit", editor, states[0], states[1])
        COLUMNS.database_forwards("audit", editor, states[1], states[2])
    assert tables() == {"audit_shelf", "audit_book"}
    assert columns_and_constraints() == ({"id", "shelf_id", "title"}, True)

    with connection.schema_editor() as editor:
        COLUMNS.database_backwards("audit", editor, states[2], states[1])
    assert columns_and_constraints() == ({"id", "shelf_id"}, False)

    with connection.schema_editor() as editor:
        TABLES.database_backwards("audit", editor, states[1], states[0])
    assert tables() == set()


def test_models_are_built_once_for_all_operations() -> None:
    state = ProjectState()
    assert state.apps

    TABLES.state_forwards("audit", state)

    assert "apps" not in state.__dict__
