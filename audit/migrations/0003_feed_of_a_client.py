"""The feed of one client is found at any cursor without reading what happened to others."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_feed_after_restore")]
    operations = [
        migrations.AddIndex(
            "event",
            models.Index(fields=["client_id", "transaction_id", "id"], condition=models.Q(client_visible=True), name="event_client_feed"),
        ),
    ]
