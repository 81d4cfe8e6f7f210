"""Start the log of what was shown from what the record knows: the history of milestones, the events of deliverables."""

from django.db import migrations
from django.utils import timezone

SHOWN = ("shared", "for_approval")


def changes_of(history):
    """(row of history, visibility) for each change of one item; what was internal from the beginning was never shown."""
    now = "internal"
    for row in history:
        then = "internal" if row.pgh_label == "delete" else row.visibility
        if then != now:
            now = then
            yield row, then


def by_whom(people, metadata):
    user = (metadata or {}).get("user")
    return user if user in people else None


def begin(apps, schema_editor):
    database = schema_editor.connection.alias
    milestones(apps, database)
    deliverables(apps, database)


def milestones(apps, database):
    Change, Event = apps.get_model("projects", "VisibilityChange"), apps.get_model("projects", "MilestoneEvent")
    Milestone, Project = apps.get_model("projects", "Milestone"), apps.get_model("projects", "Project")
    people = set(apps.get_model("accounts", "User").objects.using(database).values_list("pk", flat=True))
    clients = dict(Project.objects.using(database).values_list("pk", "client_id"))
    by_item, last, rows = {}, {}, []
    for event in Event.objects.using(database).select_related("pgh_context").order_by("pgh_created_at", "pgh_id").iterator(chunk_size=2000):
        if event.project_id in clients:
            by_item.setdefault(event.pgh_obj_id, []).append(event)
    for pk, history in by_item.items():
        for event, visibility in changes_of(history):
            metadata = event.pgh_context.metadata if event.pgh_context else None
            last[pk] = visibility
            rows.append(
                Change(
                    kind="milestone",
                    item_id=pk,
                    key=event.key,
                    title=event.title,
                    project_id=event.project_id,
                    client_id=clients[event.project_id],
                    visibility=visibility,
                    at=event.pgh_created_at,
                    by_id=by_whom(people, metadata),
                    reason=(metadata or {}).get("reason", ""),
                )
            )
    rows += unexplained(Change, "milestone", Milestone, last, database)
    Change.objects.using(database).bulk_create(rows, batch_size=1000)


def deliverables(apps, database):
    Change, Event = apps.get_model("projects", "VisibilityChange"), apps.get_model("audit", "Event")
    Deliverable = apps.get_model("projects", "Deliverable")
    known = {str(row.pk): row for row in Deliverable.objects.using(database).select_related("project")}
    last, rows = {}, []
    for event in Event.objects.using(database).filter(kind__in=["deliverable.shared", "deliverable.unshared"]).order_by("pk"):
        row = known.get(event.object_id)
        if row is not None:
            last[row.pk] = "shared" if event.kind == "deliverable.shared" else "internal"
            rows.append(
                Change(
                    kind="deliverable",
                    item_id=row.pk,
                    key=row.key,
                    title=row.title,
                    project_id=row.project_id,
                    client_id=row.project.client_id,
                    visibility=last[row.pk],
                    at=event.at,
                    by_id=event.actor_id,
                    reason=event.reason,
                )
            )
    rows += unexplained(Change, "deliverable", Deliverable, last, database)
    Change.objects.using(database).bulk_create(rows, batch_size=1000)


def unexplained(Change, kind, model, last, database):
    """Shown now, and the record does not say since when: it is known from today on, and nobody is named."""
    shown = model.objects.using(database).filter(visibility__in=SHOWN).select_related("project")
    return [
        Change(
            kind=kind,
            item_id=row.pk,
            key=row.key,
            title=row.title,
            project_id=row.project_id,
            client_id=row.project.client_id,
            visibility=row.visibility,
            at=timezone.now(),
        )
        for row in shown
        if last.get(row.pk) != row.visibility
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_own_days"),
        ("audit", "0002_history_context_written_once"),
        ("projects", "0013_sharing_and_approvals"),
    ]

    operations = [migrations.RunPython(begin, migrations.RunPython.noop)]
