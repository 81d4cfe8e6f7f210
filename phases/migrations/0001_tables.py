import django.core.validators
import django.db.models.deletion
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models

from audit.history import install_triggers

from audit.operations import AllAtOnce


class Migration(migrations.Migration):
    """All tables, drawn together from the migrations before the first release."""

    replaces = [('phases', '0001_initial')]

    initial = True

    dependencies = [
        ('accounts', '0001_tables'),
        ('pghistory', '0007_auto_20250421_0444'),
        ('projects', '0001_tables'),
    ]

    operations = [
        AllAtOnce(
            migrations.CreateModel(
                name='DepartmentAssessment',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('state', models.CharField(choices=[('open', 'Open'), ('signed_off', 'Signed off')], default='open', max_length=50, verbose_name='state')),
                    ('due_on', models.DateField(verbose_name='due')),
                    ('feasibility_score', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(5)], verbose_name='feasibility')),
                    ('feasibility_reason', models.TextField(blank=True, max_length=8000, verbose_name='reasons')),
                    ('assumptions', models.TextField(blank=True, max_length=8000, verbose_name='assumptions')),
                    ('risks', models.TextField(blank=True, max_length=8000, verbose_name='risks')),
                    ('currency', models.CharField(blank=True, choices=[('CNY', 'CNY'), ('EUR', 'EUR'), ('JPY', 'JPY'), ('USD', 'USD')], max_length=3, verbose_name='currency')),
                    ('cost_low', models.DecimalField(blank=True, decimal_places=2, max_digits=16, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='low cost')),
                    ('cost_base', models.DecimalField(blank=True, decimal_places=2, max_digits=16, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='base cost')),
                    ('cost_high', models.DecimalField(blank=True, decimal_places=2, max_digits=16, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='high cost')),
                    ('duration_weeks', models.DecimalField(blank=True, decimal_places=1, max_digits=6, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='duration (weeks)')),
                    ('signed_off_at', models.DateTimeField(blank=True, null=True)),
                    ('updated_at', models.DateTimeField(auto_now=True)),
                    ('department', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.department')),
                    ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                    ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assessments', to='projects.project')),
                    ('signed_off_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['project_id', 'department_id'],
                    'constraints': [models.UniqueConstraint(fields=('project', 'department'), name='assessment_department_once'), models.CheckConstraint(condition=models.Q(models.Q(('cost_low', None), ('cost_base', None), ('cost_low__lte', models.F('cost_base')), _connector='OR'), models.Q(('cost_base', None), ('cost_high', None), ('cost_base__lte', models.F('cost_high')), _connector='OR')), name='assessment_cost_in_order')],
                    'triggers': [pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "phases_departmentassessmentevent" ("assumptions", "cost_base", "cost_high", "cost_low", "currency", "department_id", "due_on", "duration_weeks", "feasibility_reason", "feasibility_score", "id", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "project_id", "risks", "signed_off_at", "signed_off_by_id", "state", "updated_at") SELECT new_values."assumptions", new_values."cost_base", new_values."cost_high", new_values."cost_low", new_values."currency", new_values."department_id", new_values."due_on", new_values."duration_weeks", new_values."feasibility_reason", new_values."feasibility_score", new_values."id", new_values."owner_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."project_id", new_values."risks", new_values."signed_off_at", new_values."signed_off_by_id", new_values."state", new_values."updated_at" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='2be459f33eb63429d8aa3b1dacd577ec4e215c40', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_cfbb6', referencing='REFERENCING NEW TABLE AS new_values ', table='phases_departmentassessment', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "phases_departmentassessmentevent" ("assumptions", "cost_base", "cost_high", "cost_low", "currency", "department_id", "due_on", "duration_weeks", "feasibility_reason", "feasibility_score", "id", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "project_id", "risks", "signed_off_at", "signed_off_by_id", "state", "updated_at") SELECT new_values."assumptions", new_values."cost_base", new_values."cost_high", new_values."cost_low", new_values."currency", new_values."department_id", new_values."due_on", new_values."duration_weeks", new_values."feasibility_reason", new_values."feasibility_score", new_values."id", new_values."owner_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."project_id", new_values."risks", new_values."signed_off_at", new_values."signed_off_by_id", new_values."state", new_values."updated_at" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='ef42e2005754e65232d1cd17f60bc6041be30494', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_7dcce', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='phases_departmentassessment', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "phases_departmentassessmentevent" ("assumptions", "cost_base", "cost_high", "cost_low", "currency", "department_id", "due_on", "duration_weeks", "feasibility_reason", "feasibility_score", "id", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "project_id", "risks", "signed_off_at", "signed_off_by_id", "state", "updated_at") SELECT old_values."assumptions", old_values."cost_base", old_values."cost_high", old_values."cost_low", old_values."currency", old_values."department_id", old_values."due_on", old_values."duration_weeks", old_values."feasibility_reason", old_values."feasibility_score", old_values."id", old_values."owner_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."project_id", old_values."risks", old_values."signed_off_at", old_values."signed_off_by_id", old_values."state", old_values."updated_at" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='4950fc2d87a8702c71dd4755372888f6b998990b', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_3b9ef', referencing='REFERENCING OLD TABLE AS old_values ', table='phases_departmentassessment', when='AFTER'))],
                },
            ),
            migrations.CreateModel(
                name='InquiryAssessment',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('recommendation', models.CharField(choices=[('bid', 'Bid'), ('bid_with_conditions', 'Bid with conditions'), ('no_bid', 'No bid')], max_length=24, verbose_name='recommendation')),
                    ('reason', models.TextField(max_length=8000, verbose_name='reasons')),
                    ('conditions', models.TextField(blank=True, max_length=8000, verbose_name='conditions')),
                    ('recommended_at', models.DateTimeField()),
                    ('project', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='inquiry_assessment', to='projects.project')),
                    ('recommended_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('recommendation', 'bid_with_conditions'), _negated=True), models.Q(('conditions', ''), _negated=True), _connector='OR'), name='assessment_conditions_named')],
                    'triggers': [pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "phases_inquiryassessmentevent" ("conditions", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "project_id", "reason", "recommendation", "recommended_at", "recommended_by_id") SELECT new_values."conditions", new_values."id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."project_id", new_values."reason", new_values."recommendation", new_values."recommended_at", new_values."recommended_by_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='7500cb528c867f498e585672e05bc5a374b66a44', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_f2351', referencing='REFERENCING NEW TABLE AS new_values ', table='phases_inquiryassessment', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "phases_inquiryassessmentevent" ("conditions", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "project_id", "reason", "recommendation", "recommended_at", "recommended_by_id") SELECT new_values."conditions", new_values."id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."project_id", new_values."reason", new_values."recommendation", new_values."recommended_at", new_values."recommended_by_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='decfbbdea17aa8f3df2448cd9b5f5c894fc6a0fb', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_5a9ce', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='phases_inquiryassessment', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "phases_inquiryassessmentevent" ("conditions", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "project_id", "reason", "recommendation", "recommended_at", "recommended_by_id") SELECT old_values."conditions", old_values."id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."project_id", old_values."reason", old_values."recommendation", old_values."recommended_at", old_values."recommended_by_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='51712822d6ff8357501d33e21163742ad517988d', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_710a4', referencing='REFERENCING OLD TABLE AS old_values ', table='phases_inquiryassessment', when='AFTER'))],
                },
            ),
            migrations.CreateModel(
                name='DepartmentAssessmentEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.BigIntegerField()),
                    ('state', models.CharField(choices=[('open', 'Open'), ('signed_off', 'Signed off')], default='open', max_length=50, verbose_name='state')),
                    ('due_on', models.DateField(verbose_name='due')),
                    ('feasibility_score', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(5)], verbose_name='feasibility')),
                    ('feasibility_reason', models.TextField(blank=True, max_length=8000, verbose_name='reasons')),
                    ('assumptions', models.TextField(blank=True, max_length=8000, verbose_name='assumptions')),
                    ('risks', models.TextField(blank=True, max_length=8000, verbose_name='risks')),
                    ('currency', models.CharField(blank=True, choices=[('CNY', 'CNY'), ('EUR', 'EUR'), ('JPY', 'JPY'), ('USD', 'USD')], max_length=3, verbose_name='currency')),
                    ('cost_low', models.DecimalField(blank=True, decimal_places=2, max_digits=16, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='low cost')),
                    ('cost_base', models.DecimalField(blank=True, decimal_places=2, max_digits=16, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='base cost')),
                    ('cost_high', models.DecimalField(blank=True, decimal_places=2, max_digits=16, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='high cost')),
                    ('duration_weeks', models.DecimalField(blank=True, decimal_places=1, max_digits=6, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='duration (weeks)')),
                    ('signed_off_at', models.DateTimeField(blank=True, null=True)),
                    ('updated_at', models.DateTimeField(auto_now=True)),
                    ('department', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.department')),
                    ('owner', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='phases.departmentassessment')),
                    ('project', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='projects.project')),
                    ('signed_off_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'abstract': False,
                    'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='9f97f50dcd1bd5acb43f7d8f8da70d5aba5a6f49', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_7cdb0', table='phases_departmentassessmentevent', when='BEFORE'))],
                },
            ),
            migrations.CreateModel(
                name='InquiryAssessmentEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.BigIntegerField()),
                    ('recommendation', models.CharField(choices=[('bid', 'Bid'), ('bid_with_conditions', 'Bid with conditions'), ('no_bid', 'No bid')], max_length=24, verbose_name='recommendation')),
                    ('reason', models.TextField(max_length=8000, verbose_name='reasons')),
                    ('conditions', models.TextField(blank=True, max_length=8000, verbose_name='conditions')),
                    ('recommended_at', models.DateTimeField()),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='phases.inquiryassessment')),
                    ('project', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='projects.project')),
                    ('recommended_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'abstract': False,
                    'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='8daec8741ef6456b89b9912184af70d8f896fe35', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_964cb', table='phases_inquiryassessmentevent', when='BEFORE'))],
                },
            ),
        ),
        migrations.RunPython(install_triggers('phases'), migrations.RunPython.noop),
    ]
