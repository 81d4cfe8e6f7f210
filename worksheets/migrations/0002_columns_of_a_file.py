from django.db import migrations, models

from audit.operations import AllAtOnce


class Migration(migrations.Migration):
    dependencies = [("worksheets", "0001_imports")]

    operations = [
        AllAtOnce(
            migrations.AddField(model_name="import", name="mapping", field=models.JSONField(default=dict)),
            migrations.AddField(model_name="import", name="unknown", field=models.JSONField(default=list)),
        ),
    ]
