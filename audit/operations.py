"""A migration operation that makes a new installation's tables in a third of the time."""

from __future__ import annotations

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import AlterField, RemoveConstraint, RemoveField, RemoveIndex
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from pgtrigger.migrations import RemoveTrigger

_LOOK_BACK = (AlterField, RemoveConstraint, RemoveField, RemoveIndex, RemoveTrigger)  # they look at the state before as well


class AllAtOnce(Operation):
    """Several operations that see one state after them, so that Django builds its models once and not after each.

    For operations that do not build on one another: tables beside tables, or fields, triggers and constraints of tables that are there.
    A table and what is added to it later need one of these each, for the table would be made with it.
    """

    reduces_to_sql = False

    def __init__(self, *operations: Operation) -> None:
        self.operations = operations

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        state.__dict__.pop("apps", None)  # Django's own cache: with it every operation would build the related models again
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for operation in self.operations:
            before = from_state if isinstance(operation, _LOOK_BACK) else to_state
            operation.database_forwards(app_label, schema_editor, before, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """One after the other, each between the states that it was written for."""
        states = [to_state]
        for operation in self.operations:
            state = states[-1].clone()
            operation.state_forwards(app_label, state)
            states.append(state)
        for place in reversed(range(len(self.operations))):
            self.operations[place].database_backwards(app_label, schema_editor, states[place + 1], states[place])

    def describe(self) -> str:
        return "; ".join(operation.describe() for operation in self.operations)
