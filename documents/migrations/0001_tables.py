import django.db.models.deletion
import django.utils.timezone
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

from audit.history import install_triggers
from documents.guards import INSTALL, REMOVE

from audit.operations import AllAtOnce


class Migration(migrations.Migration):
    """All tables, drawn together from the migrations before the first release.

    The database refuses what the services never do: `documents/guards.py` says what.
    """

    replaces = [('documents', '0001_initial'), ('documents', '0002_guards'), ('documents', '0003_out_of_date'), ('documents', '0004_shared_for_approval'), ('documents', '0005_what_was_shown')]

    initial = True

    dependencies = [
        ('accounts', '0001_tables'),
        ('audit', '0001_tables'),
        ('pghistory', '0007_auto_20250421_0444'),
        ('projects', '0001_tables'),
    ]

    operations = [
        AllAtOnce(
            migrations.CreateModel(
                name='Document',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('type_key', models.CharField(max_length=64, verbose_name='type')),
                    ('number', models.CharField(max_length=48, unique=True, verbose_name='number')),
                    ('title', models.CharField(max_length=250, verbose_name='title')),
                    ('visibility', models.CharField(choices=[('internal', 'Internal'), ('for_approval', 'Shared for approval'), ('shared', 'Shared with the client')], default='internal', max_length=16, verbose_name='visibility')),
                    ('shared_at', models.DateTimeField(blank=True, null=True, verbose_name='shared')),
                    ('out_of_date_since', models.DateTimeField(blank=True, null=True, verbose_name='out of date since')),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('updated_at', models.DateTimeField(auto_now=True)),
                    ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='accounts.client', verbose_name='client')),
                    ('deliverable', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='documents', to='projects.deliverable', verbose_name='deliverable')),
                    ('project', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='projects.project', verbose_name='project')),
                    ('rfp', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='projects.rfp', verbose_name='RFP')),
                    ('shared_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'document',
                    'verbose_name_plural': 'documents',
                    'ordering': ['-updated_at', '-id'],
                    'indexes': [models.Index(fields=['project', 'type_key'], name='documents_d_project_f3b2ae_idx'), models.Index(fields=['rfp', 'type_key'], name='documents_d_rfp_id_72f751_idx'), models.Index(fields=['client', 'visibility'], name='documents_d_client__bcbe77_idx'), models.Index(fields=['-updated_at', '-id'], name='documents_d_updated_d3fd30_idx')],
                    'constraints': [models.CheckConstraint(condition=models.Q(('project__isnull', True), ('rfp__isnull', True), _connector='XOR'), name='document_one_subject'), models.CheckConstraint(condition=models.Q(('visibility', 'internal'), models.Q(('shared_at__isnull', False), ('shared_by__isnull', False)), _connector='OR'), name='document_shared_by_somebody')],
                    'triggers': [pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "documents_documentevent" ("client_id", "created_at", "deliverable_id", "id", "number", "out_of_date_since", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "project_id", "rfp_id", "shared_at", "shared_by_id", "title", "type_key", "updated_at", "visibility") SELECT new_values."client_id", new_values."created_at", new_values."deliverable_id", new_values."id", new_values."number", new_values."out_of_date_since", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."project_id", new_values."rfp_id", new_values."shared_at", new_values."shared_by_id", new_values."title", new_values."type_key", new_values."updated_at", new_values."visibility" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='891f89081f2690b8c791745c772e287295b8385d', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_be524', referencing='REFERENCING NEW TABLE AS new_values ', table='documents_document', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "documents_documentevent" ("client_id", "created_at", "deliverable_id", "id", "number", "out_of_date_since", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "project_id", "rfp_id", "shared_at", "shared_by_id", "title", "type_key", "updated_at", "visibility") SELECT new_values."client_id", new_values."created_at", new_values."deliverable_id", new_values."id", new_values."number", new_values."out_of_date_since", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."project_id", new_values."rfp_id", new_values."shared_at", new_values."shared_by_id", new_values."title", new_values."type_key", new_values."updated_at", new_values."visibility" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='29e79665db31edb022868c1e1ccf9deea9a500aa', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_a3ed6', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='documents_document', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "documents_documentevent" ("client_id", "created_at", "deliverable_id", "id", "number", "out_of_date_since", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "project_id", "rfp_id", "shared_at", "shared_by_id", "title", "type_key", "updated_at", "visibility") SELECT old_values."client_id", old_values."created_at", old_values."deliverable_id", old_values."id", old_values."number", old_values."out_of_date_since", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."project_id", old_values."rfp_id", old_values."shared_at", old_values."shared_by_id", old_values."title", old_values."type_key", old_values."updated_at", old_values."visibility" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='f8e7c798001ae599794f6cd87c67dfce51ccc111', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_0c008', referencing='REFERENCING OLD TABLE AS old_values ', table='documents_document', when='AFTER'))],
                },
            ),
            migrations.CreateModel(
                name='DocumentEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.BigIntegerField()),
                    ('type_key', models.CharField(max_length=64, verbose_name='type')),
                    ('number', models.CharField(max_length=48, verbose_name='number')),
                    ('title', models.CharField(max_length=250, verbose_name='title')),
                    ('visibility', models.CharField(choices=[('internal', 'Internal'), ('for_approval', 'Shared for approval'), ('shared', 'Shared with the client')], default='internal', max_length=16, verbose_name='visibility')),
                    ('shared_at', models.DateTimeField(blank=True, null=True, verbose_name='shared')),
                    ('out_of_date_since', models.DateTimeField(blank=True, null=True, verbose_name='out of date since')),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('updated_at', models.DateTimeField(auto_now=True)),
                    ('client', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.client', verbose_name='client')),
                    ('deliverable', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='projects.deliverable', verbose_name='deliverable')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='documents.document')),
                    ('project', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='projects.project', verbose_name='project')),
                    ('rfp', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='projects.rfp', verbose_name='RFP')),
                    ('shared_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'abstract': False,
                    'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='401291d04b3fa5f3d2b51241f67950bd6896846e', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_9e7ed', table='documents_documentevent', when='BEFORE'))],
                },
            ),
            migrations.CreateModel(
                name='DocumentVersion',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('number', models.PositiveSmallIntegerField(verbose_name='version')),
                    ('state', models.CharField(choices=[('queued', 'Queued'), ('rendering', 'Being made'), ('draft', 'Draft'), ('in_review', 'In review'), ('effective', 'Effective'), ('superseded', 'Superseded'), ('failed', 'Failed')], default='queued', max_length=50, verbose_name='state')),
                    ('source', models.CharField(choices=[('generated', 'Made from the data'), ('uploaded', 'Uploaded')], default='generated', max_length=10, verbose_name='source')),
                    ('language', models.CharField(default='en', max_length=12, verbose_name='language')),
                    ('reason', models.CharField(max_length=500, verbose_name='reason for the version')),
                    ('snapshot', models.JSONField(default=dict, verbose_name='data')),
                    ('narrative', models.JSONField(blank=True, default=dict, verbose_name='text')),
                    ('template_version', models.CharField(blank=True, max_length=40, verbose_name='template version')),
                    ('content_hash', models.CharField(blank=True, max_length=64, verbose_name='content hash')),
                    ('missing_characters', models.CharField(blank=True, max_length=500, verbose_name='characters that cannot be printed')),
                    ('requested_at', models.DateTimeField(verbose_name='prepared')),
                    ('review_round', models.PositiveSmallIntegerField(default=0)),
                    ('effective_at', models.DateTimeField(blank=True, null=True, verbose_name='effective')),
                    ('attempts', models.PositiveSmallIntegerField(default=0)),
                    ('lease_until', models.DateTimeField(blank=True, null=True)),
                    ('started_at', models.DateTimeField(blank=True, null=True)),
                    ('progress_step', models.CharField(blank=True, choices=[('', 'Waiting for its turn'), ('data', 'Reading the data'), ('styling', 'Setting the text'), ('layout', 'Laying out pages'), ('drawing', 'Writing the file'), ('storing', 'Storing the file')], max_length=10)),
                    ('progress_page', models.PositiveIntegerField(default=0)),
                    ('progress_pct', models.PositiveSmallIntegerField(default=0)),
                    ('failed_at', models.DateTimeField(blank=True, null=True)),
                    ('error', models.TextField(blank=True, verbose_name='error')),
                    ('authors', models.ManyToManyField(related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='authors')),
                    ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='documents.document', verbose_name='document')),
                    ('requested_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='prepared by')),
                ],
                options={
                    'verbose_name': 'document version',
                    'verbose_name_plural': 'document versions',
                    'ordering': ['document_id', '-number'],
                    'indexes': [models.Index(condition=models.Q(('state__in', ['queued', 'rendering'])), fields=['requested_at'], name='document_version_queue')],
                    'constraints': [models.UniqueConstraint(fields=('document', 'number'), name='document_version_once'), models.UniqueConstraint(condition=models.Q(('state', 'effective')), fields=('document',), name='document_one_effective'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='document_version_has_reason'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'effective'), _negated=True), ('effective_at__isnull', False), _connector='OR'), name='document_version_effective_since')],
                    'triggers': [pgtrigger.compiler.Trigger(name='never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='ad4c538db911084772ceff8fc74d5821a77298e0', operation='DELETE', pgid='pgtrigger_never_deleted_26e95', table='documents_documentversion', when='BEFORE')), pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "documents_documentversionevent" ("content_hash", "document_id", "effective_at", "error", "failed_at", "id", "language", "missing_characters", "narrative", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "requested_at", "requested_by_id", "review_round", "snapshot", "source", "state", "template_version") SELECT new_values."content_hash", new_values."document_id", new_values."effective_at", new_values."error", new_values."failed_at", new_values."id", new_values."language", new_values."missing_characters", new_values."narrative", new_values."number", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."reason", new_values."requested_at", new_values."requested_by_id", new_values."review_round", new_values."snapshot", new_values."source", new_values."state", new_values."template_version" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='c4191e4404db212e8aa041e614a56928d88e22cb', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_6369a', referencing='REFERENCING NEW TABLE AS new_values ', table='documents_documentversion', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "documents_documentversionevent" ("content_hash", "document_id", "effective_at", "error", "failed_at", "id", "language", "missing_characters", "narrative", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "requested_at", "requested_by_id", "review_round", "snapshot", "source", "state", "template_version") SELECT new_values."content_hash", new_values."document_id", new_values."effective_at", new_values."error", new_values."failed_at", new_values."id", new_values."language", new_values."missing_characters", new_values."narrative", new_values."number", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."reason", new_values."requested_at", new_values."requested_by_id", new_values."review_round", new_values."snapshot", new_values."source", new_values."state", new_values."template_version" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."content_hash" IS DISTINCT FROM (new_values."content_hash") OR old_values."document_id" IS DISTINCT FROM (new_values."document_id") OR old_values."effective_at" IS DISTINCT FROM (new_values."effective_at") OR old_values."error" IS DISTINCT FROM (new_values."error") OR old_values."failed_at" IS DISTINCT FROM (new_values."failed_at") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."language" IS DISTINCT FROM (new_values."language") OR old_values."missing_characters" IS DISTINCT FROM (new_values."missing_characters") OR old_values."narrative" IS DISTINCT FROM (new_values."narrative") OR old_values."number" IS DISTINCT FROM (new_values."number") OR old_values."reason" IS DISTINCT FROM (new_values."reason") OR old_values."requested_at" IS DISTINCT FROM (new_values."requested_at") OR old_values."requested_by_id" IS DISTINCT FROM (new_values."requested_by_id") OR old_values."review_round" IS DISTINCT FROM (new_values."review_round") OR old_values."snapshot" IS DISTINCT FROM (new_values."snapshot") OR old_values."source" IS DISTINCT FROM (new_values."source") OR old_values."state" IS DISTINCT FROM (new_values."state") OR old_values."template_version" IS DISTINCT FROM (new_values."template_version")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='66a34e01e803904ef33eec6bde9b350d5884c4d8', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_07354', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='documents_documentversion', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "documents_documentversionevent" ("content_hash", "document_id", "effective_at", "error", "failed_at", "id", "language", "missing_characters", "narrative", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "requested_at", "requested_by_id", "review_round", "snapshot", "source", "state", "template_version") SELECT old_values."content_hash", old_values."document_id", old_values."effective_at", old_values."error", old_values."failed_at", old_values."id", old_values."language", old_values."missing_characters", old_values."narrative", old_values."number", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."reason", old_values."requested_at", old_values."requested_by_id", old_values."review_round", old_values."snapshot", old_values."source", old_values."state", old_values."template_version" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='9a4c00fb06c4be3b9564461c6559dd65427797ef', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_3cd2b', referencing='REFERENCING OLD TABLE AS old_values ', table='documents_documentversion', when='AFTER'))],
                },
            ),
            migrations.CreateModel(
                name='DocumentVersionEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.BigIntegerField()),
                    ('number', models.PositiveSmallIntegerField(verbose_name='version')),
                    ('state', models.CharField(choices=[('queued', 'Queued'), ('rendering', 'Being made'), ('draft', 'Draft'), ('in_review', 'In review'), ('effective', 'Effective'), ('superseded', 'Superseded'), ('failed', 'Failed')], default='queued', max_length=50, verbose_name='state')),
                    ('source', models.CharField(choices=[('generated', 'Made from the data'), ('uploaded', 'Uploaded')], default='generated', max_length=10, verbose_name='source')),
                    ('language', models.CharField(default='en', max_length=12, verbose_name='language')),
                    ('reason', models.CharField(max_length=500, verbose_name='reason for the version')),
                    ('snapshot', models.JSONField(default=dict, verbose_name='data')),
                    ('narrative', models.JSONField(blank=True, default=dict, verbose_name='text')),
                    ('template_version', models.CharField(blank=True, max_length=40, verbose_name='template version')),
                    ('content_hash', models.CharField(blank=True, max_length=64, verbose_name='content hash')),
                    ('missing_characters', models.CharField(blank=True, max_length=500, verbose_name='characters that cannot be printed')),
                    ('requested_at', models.DateTimeField(verbose_name='prepared')),
                    ('review_round', models.PositiveSmallIntegerField(default=0)),
                    ('effective_at', models.DateTimeField(blank=True, null=True, verbose_name='effective')),
                    ('failed_at', models.DateTimeField(blank=True, null=True)),
                    ('error', models.TextField(blank=True, verbose_name='error')),
                    ('document', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='documents.document', verbose_name='document')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='documents.documentversion')),
                    ('requested_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='prepared by')),
                ],
                options={
                    'abstract': False,
                    'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='41e6c8942b56921a3eff088721d968f8b397e862', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_501db', table='documents_documentversionevent', when='BEFORE'))],
                },
            ),
            migrations.CreateModel(
                name='Rendition',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(choices=[('review', 'For review'), ('effective', 'Signed'), ('uploaded', 'As uploaded')], max_length=10, verbose_name='kind')),
                    ('content_hash', models.CharField(max_length=64, verbose_name='content hash')),
                    ('name', models.CharField(max_length=255, verbose_name='file name')),
                    ('media_type', models.CharField(max_length=100)),
                    ('sha256', models.CharField(max_length=64, verbose_name='SHA-256 of the file')),
                    ('size_bytes', models.PositiveBigIntegerField(verbose_name='size')),
                    ('pages', models.PositiveIntegerField(default=0, verbose_name='pages')),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='made')),
                    ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='renditions', to='documents.documentversion')),
                ],
                options={
                    'verbose_name': 'file of a document',
                    'verbose_name_plural': 'files of documents',
                    'ordering': ['created_at', 'id'],
                    'abstract': False,
                    'constraints': [models.UniqueConstraint(fields=('version', 'kind', 'content_hash'), name='rendition_once')],
                    'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='d6ffceb68c05165f42670bd805023c0e84a90c8c', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_59b14', table='documents_rendition', when='BEFORE'))],
                },
            ),
            migrations.CreateModel(
                name='SlotSignature',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('review_round', models.PositiveSmallIntegerField()),
                    ('slot', models.CharField(max_length=80)),
                    ('signature', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='audit.signature')),
                    ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='slot_signatures', to='documents.documentversion')),
                ],
                options={
                    'ordering': ['id'],
                    'abstract': False,
                    'constraints': [models.UniqueConstraint(fields=('version', 'review_round', 'slot'), name='slot_signed_once')],
                    'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='ef9c5b7abfc9fcabc58f4ac6770151f5b49b113c', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_e9706', table='documents_slotsignature', when='BEFORE'))],
                },
            ),
        ),
        migrations.RunPython(install_triggers('documents'), migrations.RunPython.noop),
        migrations.RunSQL(INSTALL, REMOVE),
    ]
