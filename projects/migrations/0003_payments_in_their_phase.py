"""Payments that were planned before they had a place of their own stand at the end of the plan: each goes behind the milestones of its phase."""

from django.db import migrations
from django.db.models import Max

PHASES = ("evaluation", "small_scale", "pilot", "validation", "commercial")
PHASE_OF_GATE = {"G1": "evaluation", "G2": "small_scale", "G3": "pilot", "G4": "validation", "G5": "commercial"}


def put_in_their_phase(apps, schema_editor):
    alias = schema_editor.connection.alias
    milestones = apps.get_model("projects", "Milestone").objects.using(alias)
    deliverables = apps.get_model("projects", "Deliverable").objects.using(alias)
    for payment in milestones.filter(kind="payment").order_by("pk"):
        kind, _colon, name = payment.source.partition(":")
        phase = PHASE_OF_GATE.get(name) if kind == "gate" else None
        if kind == "deliverable":
            phase = deliverables.filter(project_id=payment.project_id, key=name).values_list("phase", flat=True).first()
        phase = phase or payment.phase
        others = milestones.filter(project_id=payment.project_id, phase__in=PHASES[: PHASES.index(phase) + 1]).exclude(kind="payment")
        order = others.aggregate(last=Max("order"))["last"] or 0
        if (payment.phase, payment.order) != (phase, order):
            payment.phase, payment.order = phase, order
            payment.save(update_fields=["phase", "order"])


class Migration(migrations.Migration):
    dependencies = [("projects", "0002_payments_and_order_lines")]

    operations = [migrations.RunPython(put_in_their_phase, migrations.RunPython.noop)]
