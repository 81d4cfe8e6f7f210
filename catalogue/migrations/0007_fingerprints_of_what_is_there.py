from django.db import migrations

from catalogue.parents import fingerprint

AT_ONCE = 500


def compute(apps, schema_editor):
    alias = schema_editor.connection.alias
    compounds = apps.get_model("catalogue", "Compound").objects.using(alias).exclude(smiles="").values_list("pk", "smiles")
    fingerprints = apps.get_model("catalogue", "CompoundFingerprint")
    made = (fingerprints(compound_id=pk, bits=fingerprint(smiles)) for pk, smiles in compounds.iterator(chunk_size=AT_ONCE))
    fingerprints.objects.using(alias).bulk_create(made, batch_size=AT_ONCE)


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '0006_fingerprints'),
    ]

    operations = [
        migrations.RunPython(compute, migrations.RunPython.noop, elidable=True),
    ]
