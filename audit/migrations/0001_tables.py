import audit.models
import django.contrib.postgres.fields
import django.core.serializers.json
import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

from pghistory.models import Context

from audit.history import install_triggers, write_contexts_once

from audit.operations import AllAtOnce


def forwards(apps, schema_editor):
    write_contexts_once(schema_editor.connection)


def backwards(apps, schema_editor):
    Context.install_pgh_attach_context_func(using=schema_editor.connection.alias)


class Migration(migrations.Migration):
    """All tables, drawn together from the migrations before the first release. The context of a history row is written once."""

    replaces = [('audit', '0001_initial'), ('audit', '0002_history_context_written_once'), ('audit', '0003_signed_for')]

    initial = True

    dependencies = [
        ('accounts', '0001_tables'),
        ('contenttypes', '0002_remove_content_type_name'),
    ]

    operations = [
        AllAtOnce(
            migrations.CreateModel(
                name='Event',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('object_id', models.CharField(blank=True, max_length=128, verbose_name='object id')),
                    ('object_label', models.CharField(blank=True, max_length=250, verbose_name='object')),
                    ('transaction_id', models.BigIntegerField(db_default=audit.models.CurrentTransaction(), editable=False, verbose_name='transaction')),
                    ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='at')),
                    ('kind', models.CharField(max_length=80, verbose_name='kind')),
                    ('actor_name', models.CharField(blank=True, max_length=200, verbose_name="actor's name")),
                    ('actor_roles', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), blank=True, default=list, size=None, verbose_name="actor's roles")),
                    ('on_behalf_of_name', models.CharField(blank=True, max_length=200, verbose_name='on behalf of')),
                    ('client_id', models.BigIntegerField(null=True, verbose_name='client')),
                    ('project_id', models.BigIntegerField(null=True, verbose_name='project')),
                    ('reason', models.TextField(blank=True, verbose_name='reason')),
                    ('data', models.JSONField(blank=True, default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder, verbose_name='data')),
                    ('request_id', models.CharField(blank=True, max_length=64, verbose_name='request')),
                    ('channel', models.CharField(choices=[('page', 'Page'), ('api', 'API'), ('worker', 'Background work'), ('command', 'Command line'), ('system', 'System'), ('shell', 'Shell')], max_length=10, verbose_name='channel')),
                    ('client_visible', models.BooleanField(default=False, verbose_name='visible to the client')),
                    ('client_data', models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder, null=True, verbose_name='data for the client')),
                    ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='actor')),
                    ('object_type', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contenttypes.contenttype', verbose_name='kind of object')),
                ],
                options={
                    'verbose_name': 'event',
                    'verbose_name_plural': 'events',
                    'ordering': ['transaction_id', 'id'],
                    'abstract': False,
                    'indexes': [models.Index(fields=['transaction_id', 'id'], name='event_feed'), models.Index(fields=['project_id', '-id'], name='event_project'), models.Index(fields=['client_id', 'client_visible'], name='event_client'), models.Index(fields=['object_type', 'object_id'], name='event_object')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('actor__isnull', False), ('channel__in', ['worker', 'system']), _connector='OR'), name='event_has_an_actor', violation_error_message='Only the system acts without a person.')],
                    'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='e1de01de2c9f0df2033cadb85ebc9cff5820c148', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_7d947', table='audit_event', when='BEFORE'))],
                },
            ),
            migrations.CreateModel(
                name='OutboxCursor',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('consumer', models.CharField(max_length=80, unique=True, verbose_name='consumer')),
                    ('transaction_id', models.BigIntegerField(default=0, verbose_name='transaction')),
                    ('event_id', models.BigIntegerField(default=0, verbose_name='event')),
                    ('moved_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='moved at')),
                ],
                options={
                    'verbose_name': 'outbox cursor',
                    'verbose_name_plural': 'outbox cursors',
                },
            ),
            migrations.CreateModel(
                name='Signature',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('object_id', models.CharField(blank=True, max_length=128, verbose_name='object id')),
                    ('object_label', models.CharField(blank=True, max_length=250, verbose_name='object')),
                    ('sequence', models.PositiveIntegerField(help_text='First, second, … signature on this object', verbose_name='number')),
                    ('meaning', models.CharField(max_length=120, verbose_name='meaning')),
                    ('signer_name', models.CharField(max_length=200, verbose_name="signer's name")),
                    ('signer_function', models.CharField(blank=True, max_length=200, verbose_name="signer's function")),
                    ('signed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, verbose_name='signed at')),
                    ('content', models.JSONField(verbose_name='signed content')),
                    ('content_hash', models.CharField(max_length=64, verbose_name='content hash')),
                    ('content_given', models.BooleanField(default=False, verbose_name='content given by the caller')),
                    ('reason', models.TextField(blank=True, verbose_name='reason')),
                    ('authentication', models.CharField(max_length=60, verbose_name='authentication')),
                    ('on_behalf_of_name', models.CharField(blank=True, max_length=200, verbose_name='on behalf of')),
                    ('request_id', models.CharField(blank=True, max_length=64, verbose_name='request')),
                    ('object_type', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contenttypes.contenttype', verbose_name='kind of object')),
                    ('on_behalf_of', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='on behalf of')),
                    ('signer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='signer')),
                ],
                options={
                    'verbose_name': 'signature',
                    'verbose_name_plural': 'signatures',
                    'ordering': ['object_type', 'object_id', 'sequence'],
                    'abstract': False,
                    'constraints': [models.UniqueConstraint(fields=('object_type', 'object_id', 'sequence'), name='signature_sequence')],
                    'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='8123e32cb40765f8c12631ba2b0a19e7a2d45648', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_e0ccc', table='audit_signature', when='BEFORE'))],
                },
            ),
        ),
        migrations.RunPython(install_triggers('audit'), migrations.RunPython.noop),
        migrations.RunPython(forwards, backwards),
    ]
