"""Row history: every insert, update and delete of a regulated row is kept by the database itself."""

from collections.abc import Callable
from typing import Any, TypeVar

import pghistory
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from pghistory.models import Context

Model = TypeVar("Model", bound=models.Model)

SECRETS = frozenset({"password", "digest", "token_key"})  # must not outlive their change in rows that nobody can delete


def tracked(model: type[Model]) -> type[Model]:
    """Class decorator for regulated models: `@tracked class Batch(models.Model)`. Adds the event model and its triggers.

    Deleting is tracked too (pghistory leaves it out by default), secrets are not; the history rows themselves can never be changed.
    A reason given to `audit.events.record` stands in the event; to have it beside the row as well, write inside `audit.context.because`.
    """
    secrets = [field.name for field in model._meta.fields if field.name in SECRETS]
    trackers = (pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
    with_history: type[Model] = pghistory.track(*trackers, exclude=secrets or None)(model)
    return with_history


def install_triggers(app_label: str) -> Callable[[Any, Any], None]:
    """For the first migration of an app: every trigger that its models declare, at once.

    One operation a trigger, as `makemigrations` writes them later, renders the neighbours of each model anew: that took a minute.
    """

    def install(apps: Any, schema_editor: Any) -> None:
        for model in apps.get_app_config(app_label).get_models():
            for trigger in getattr(model._meta, "triggers", ()):
                schema_editor.execute(trigger.install_sql, params=None)

    return install


def write_contexts_once(connection: BaseDatabaseWrapper) -> None:
    """Replace pghistory's upsert of contexts by an insert, so that nobody needs UPDATE on the table that says who changed a row.

    `audit.context` opens a new context whenever actor or reason changes; anything else that tries to rewrite one is refused.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ATTACH_CONTEXT.format(table=connection.ops.quote_name(Context._meta.db_table)))


_ATTACH_CONTEXT = """
CREATE OR REPLACE FUNCTION _pgh_attach_context() RETURNS {table}.id%TYPE AS $$
DECLARE
    context_id UUID := NULLIF(CURRENT_SETTING('pghistory.context_id', true), '')::uuid;
    context_metadata JSONB := NULLIF(CURRENT_SETTING('pghistory.context_metadata', true), '')::jsonb;
BEGIN
    IF context_id IS NULL OR context_metadata IS NULL THEN
        RETURN NULL;
    END IF;
    INSERT INTO {table} (id, metadata, created_at, updated_at)
        VALUES (context_id, context_metadata, NOW(), NOW()) ON CONFLICT (id) DO NOTHING;
    IF NOT FOUND AND NOT EXISTS (SELECT 1 FROM {table} WHERE id = context_id AND metadata = context_metadata) THEN
        RAISE EXCEPTION 'History context % is written once; open another with audit.context.acting or because.', context_id;
    END IF;
    RETURN context_id;
END;
$$ LANGUAGE plpgsql;
"""
