"""Start the log of what was shown from the history of the documents."""

from django.db import migrations


def begin(apps, schema_editor):
    database = schema_editor.connection.alias
    Change, Event = apps.get_model("projects", "VisibilityChange"), apps.get_model("documents", "DocumentEvent")
    Project = apps.get_model("projects", "Project")
    people = set(apps.get_model("accounts", "User").objects.using(database).values_list("pk", flat=True))
    project_of_rfp = dict(Project.objects.using(database).values_list("rfp_id", "pk"))
    before, rows = {}, []
    for event in Event.objects.using(database).select_related("pgh_context").order_by("pgh_created_at", "pgh_id").iterator(chunk_size=2000):
        if event.visibility == before.get(event.pgh_obj_id, "internal"):
            continue
        before[event.pgh_obj_id] = event.visibility
        metadata = (event.pgh_context.metadata if event.pgh_context else None) or {}
        user = event.shared_by_id or metadata.get("user")
        rows.append(
            Change(
                kind="document",
                item_id=event.pgh_obj_id,
                key=event.number,
                title=event.title,
                project_id=event.project_id or project_of_rfp.get(event.rfp_id),
                client_id=event.client_id,
                visibility=event.visibility,
                at=event.shared_at or event.pgh_created_at,
                by_id=user if user in people else None,
                reason=metadata.get("reason") or "",
            )
        )
    Change.objects.using(database).bulk_create(rows, batch_size=1000)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_own_days"),
        ("documents", "0004_shared_for_approval"),
        ("projects", "0014_what_was_shown"),
    ]

    operations = [migrations.RunPython(begin, migrations.RunPython.noop)]
