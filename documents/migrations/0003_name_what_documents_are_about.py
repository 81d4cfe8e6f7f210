"""Say which round existing Gate Minutes are about and which order existing Change Orders are: that of their newest version.

What was signed stays in the document in which it was signed: earlier rounds remain there as its earlier versions. Batch records and
other documents that were made once for a project keep no name; their next version is made as before.
"""

from django.db import migrations


def name_them(apps, schema_editor):
    database = schema_editor.connection.alias
    Document = apps.get_model("documents", "Document")
    for document in Document.objects.using(database).filter(type_key__in=["gate_minutes", "change_order"]).order_by("pk"):
        newest = document.versions.using(database).order_by("-number").first()
        kind, reference, words = ABOUT[document.type_key](apps, database, document, newest) if newest else ("", "", "")
        if reference:
            Document.objects.using(database).filter(pk=document.pk).update(
                about_kind=kind, about_reference=reference, title=f"{document.title} · {words}"[:250]
            )


def _round(apps, database, document, newest):
    """The last round that was decided when the version pinned its data, which is what it said."""
    rows = apps.get_model("projects", "GateReview").objects.using(database).filter(project=document.project_id, state="decided")
    review = rows.exclude(proposed_decision="").filter(decided_at__lte=newest.requested_at).order_by("-decided_at", "-id").first()
    if review is None:
        return "", "", ""
    return "gate_round", f"{review.gate}-{review.round}", f"{review.gate} round {review.round}"


def _order(apps, database, document, newest):
    """The number stands in the first line of the pinned facts, before the revision; an uploaded file has none."""
    orders = apps.get_model("projects", "ChangeOrder").objects.using(database).filter(project=document.project_id)
    facts = newest.snapshot.get("data", {}).get("facts") or [{"value": ""}]
    number = facts[0]["value"].split(" rev. ")[0]
    if not orders.filter(number=number).exists():
        number = orders.exclude(state="draft").order_by("-sequence").values_list("number", flat=True).first() or ""
    return ("change_order", number, number) if number else ("", "", "")


ABOUT = {"gate_minutes": _round, "change_order": _order}


class Migration(migrations.Migration):
    dependencies = [("documents", "0002_about"), ("projects", "0004_risks")]

    operations = [migrations.RunPython(name_them, migrations.RunPython.noop)]
