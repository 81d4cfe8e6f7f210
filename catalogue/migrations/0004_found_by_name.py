import django.contrib.postgres.indexes
import django.db.models.functions.text
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0003_vessels"),
    ]

    operations = [
        TrigramExtension(),  # finds parts of names, and names that are nearly so, by an index
        migrations.AddIndex(
            model_name="compound",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Upper("name"), name="gin_trgm_ops"),
                name="compound_name_trigrams",
            ),
        ),
    ]
