"""A migration operation that makes a new installation's tables in a fraction of the time."""

from __future__ import annotations

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import AlterField, RemoveConstraint, RemoveField, RemoveIndex
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState, StateApps
from django.db.migrations.utils import resolve_relation
from django.utils.functional import cached_property
from pgtrigger.migrations import RemoveTrigger

_LOOK_BACK = (AlterField, RemoveConstraint, RemoveField, RemoveIndex, RemoveTrigger)  # they look at the state before as well
_TABLE_OPTIONS = ("db_table", "managed", "proxy", "swappable")
Key = tuple[str, str]  # application and model, as Django's states name them


class _Later:
    """The models of a state, built when somebody asks for one: Django builds all of them before each migration, and few need them."""

    def __init__(self, models: dict[Key, ModelState], real_apps: set[str]) -> None:
        self._models, self._real_apps = models, real_apps

    @cached_property
    def _built(self) -> StateApps:
        return StateApps(list(self._real_apps), self._models)

    def clone(self) -> StateApps | _Later:
        """Of a state that is about to change."""
        if "_built" in self.__dict__:
            return self._built.clone()
        return _Later({key: model.clone() for key, model in self._models.items()}, self._real_apps)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._built, name)


class AllAtOnce(Operation):
    """Several operations that see one state after them, so that Django builds models once and not after each; and of the whole product
    only those that they are about, with what these refer to.

    For operations that do not build on one another: tables beside tables, or fields, triggers and constraints of tables that are there.
    A table and what is added to it later need one of these each, for the table would be made with it.
    """

    reduces_to_sql = False

    def __init__(self, *operations: Operation) -> None:
        self.operations = operations

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        built = state.__dict__.pop("apps", None)  # Django's own cache: with it every operation would build the related models again
        for operation in self.operations:
            operation.state_forwards(app_label, state)
        if built is not None:  # where no models are built, as for what is migrated already, none are built now
            state.__dict__["apps"] = _Later(state.models, state.real_apps)

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        named = {(app_label, _model_of(operation)) for operation in self.operations}
        keys = {(app_label, _model_of(each)) for each in self.operations if isinstance(each, AlterField) and each.field.unique}
        before, after = around(named, keys, from_state), around(named, keys, to_state)
        for operation in self.operations:
            operation.database_forwards(app_label, schema_editor, before if isinstance(operation, _LOOK_BACK) else after, after)

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


def _model_of(operation: Operation) -> str:
    """The one that it makes or changes."""
    found: str = operation.model_name if hasattr(operation, "model_name") else operation.name  # type: ignore[attr-defined]
    return found.lower()


def around(named: set[Key], keys: set[Key], state: ProjectState) -> ProjectState:
    """These models; of those that they refer to, what a reference needs. Who refers to a changed key is changed with it."""
    referring = {key for key, model in state.models.items() if keys and keys & _targets(key, model)}
    whole = {key: state.models[key] for key in (named | referring) & state.models.keys()}
    bare: dict[Key, ModelState] = {}
    asked = [target for key, model in whole.items() for target in _targets(key, model)]
    while asked:
        key = asked.pop()
        if key in state.models and key not in whole and key not in bare:
            bare[key] = _bare(state.models[key])
            asked += _targets(key, bare[key])
    return ProjectState(whole | bare, state.real_apps)


def _targets(key: Key, model: ModelState) -> set[Key]:
    """What it is built on and refers to."""
    relations = [field.remote_field for field in model.fields.values() if field.remote_field]
    named = [each for relation in relations for each in (relation.model, getattr(relation, "through", None)) if each]
    return {resolve_relation(each, *key) for each in [*named, *(base for base in model.bases if isinstance(base, str))]}


def _bare(model: ModelState) -> ModelState:
    """Its table and its own columns, without what these refer to in turn; a key that is itself a reference stays."""
    fields = {name: field for name, field in model.fields.items() if not field.is_relation or field.primary_key}
    options = {name: value for name, value in model.options.items() if name in _TABLE_OPTIONS}
    return ModelState(model.app_label, model.name, fields, options, model.bases)
