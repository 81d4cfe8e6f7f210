from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("worksheets", "0001_imports")]

    operations = [
        migrations.AddField(model_name="import", name="mapping", field=models.JSONField(default=dict)),
        migrations.AddField(model_name="import", name="unknown", field=models.JSONField(default=list)),
    ]
