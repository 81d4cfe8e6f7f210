from typing import Any

from django.db import migrations
from pghistory.models import Context

from audit.history import write_contexts_once


def forwards(apps: Any, schema_editor: Any) -> None:
    write_contexts_once(schema_editor.connection)


def backwards(apps: Any, schema_editor: Any) -> None:
    Context.install_pgh_attach_context_func(using=schema_editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_initial"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [migrations.RunPython(forwards, backwards)]
