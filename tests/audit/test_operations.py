from __future__ import annotations

import pytest
from django.db import connection, models
from django.db.migrations import AddConstraint, AddField, CreateModel
from django.db.migrations.state import ProjectState

from audit.operations import AllAtOnce, around

pytestmark = pytest.mark.django_db

SHELF = ("audit", "shelf")
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


def test_models_are_built_when_they_are_asked_for() -> None:
    state = ProjectState()
    before = state.apps

    TABLES.state_forwards("audit", state)

    assert state.apps is not before
    assert [each.__name__ for each in before.get_models()] == []
    assert [each.__name__ for each in state.apps.get_models()] == ["Shelf", "Book"]


def test_of_what_is_referred_to_only_its_table_is_built() -> None:
    """And the other way round only where a key changes, which changes with it what refers to it."""
    state = ProjectState()
    TABLES.state_forwards("audit", state)
    reference = ("of", models.OneToOneField("audit.Book", models.CASCADE, primary_key=True))
    note = CreateModel("Note", [reference, ("shelf", models.ForeignKey("audit.Shelf", models.CASCADE))])
    AllAtOnce(note, CreateModel("Mark", [KEY, ("note", models.ForeignKey("audit.Note", models.CASCADE))])).state_forwards("audit", state)

    marks, keys = (around({("audit", name)}, {("audit", name)} & keys, state) for name, keys in (("mark", set()), ("shelf", {SHELF})))

    assert {key[1]: set(model.fields) for key, model in marks.models.items()} == {"mark": {"id", "note"}, "note": {"of"}, "book": {"id"}}
    assert {key[1]: set(model.fields) for key, model in keys.models.items()} == {
        "shelf": {"id"},
        "book": {"id", "shelf"},
        "note": {"of", "shelf"},
    }
    assert {each.__name__ for each in marks.apps.get_models()} == {"Mark", "Note", "Book"}


def test_no_models_are_built_where_none_were() -> None:
    state = ProjectState()

    TABLES.state_forwards("audit", state)

    assert "apps" not in state.__dict__


def test_a_state_that_was_copied_before_a_change_does_not_see_it() -> None:
    state = ProjectState()
    assert state.apps
    TABLES.state_forwards("audit", state)
    before = state.clone()

    COLUMNS.state_forwards("audit", state)
    AddField("shelf", "place", models.TextField(default="")).state_forwards("audit", state)

    assert columns_of(before) == {"book": {"id", "shelf"}, "shelf": {"id", "book"}}
    assert columns_of(state) == {"book": {"id", "shelf", "title"}, "shelf": {"id", "book", "place"}}
    assert columns_of(state.clone()) == columns_of(state)


def columns_of(state: ProjectState) -> dict[str, set[str]]:
    return {each._meta.model_name: {field.name for field in each._meta.get_fields()} for each in state.apps.get_models()}
