import accounts.models
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import pgtrigger.compiler
import uuid
from django.conf import settings
from django.db import migrations, models

from audit.history import install_triggers

from audit.operations import AllAtOnce


DEPARTMENTS = {
    "research": "Research and development",
    "analytical": "Analytical",
    "material_control": "Material control",
    "production": "Production",
    "ehs": "Environment, health and safety",
    "regulatory": "Regulatory affairs",
    "quality_assurance": "Quality assurance",
    "business_development": "Business development",
    "project_management": "Project management",
    "management": "Management",
}


def add_departments(apps, schema_editor):
    departments = apps.get_model("accounts", "Department").objects.using(schema_editor.connection.alias)
    for key, name in DEPARTMENTS.items():
        departments.get_or_create(key=key, defaults={"name": name})


class Migration(migrations.Migration):
    """All tables, drawn together from the migrations before the first release."""

    replaces = [('accounts', '0001_initial'), ('accounts', '0002_departments'), ('accounts', '0003_delegations'), ('accounts', '0004_answered_requests'), ('accounts', '0005_own_days'), ('accounts', '0006_names_for_clients'), ('accounts', '0007_region'), ('accounts', '0008_history_of_what_came_together')]

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        AllAtOnce(
            migrations.CreateModel(
                name='Client',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('subdivision', models.CharField(blank=True, editable=False, help_text='Of the country, as the holidays library names it: its public holidays count too.', max_length=16, verbose_name='region')),
                    ('own_days_json', models.JSONField(blank=True, default=list, editable=False, verbose_name='own days')),
                    ('code', models.CharField(max_length=16, unique=True, validators=[django.core.validators.RegexValidator('^[A-Z0-9]{2,16}$', 'Two to sixteen capital letters and digits.')], verbose_name='code')),
                    ('name', models.CharField(max_length=200, verbose_name='name')),
                    ('country', models.CharField(blank=True, max_length=2, validators=[django.core.validators.RegexValidator('^[A-Z]{2}$', 'Two capital letters (ISO 3166), for example CH.')], verbose_name='country')),
                    ('time_zone', models.CharField(default='UTC', max_length=64, validators=[accounts.models.validate_time_zone], verbose_name='time zone')),
                    ('language', models.CharField(choices=accounts.models.languages, default='en', max_length=8, verbose_name='language')),
                    ('sees_names', models.BooleanField(default=True, verbose_name='sees our people by name')),
                ],
                options={
                    'verbose_name': 'client',
                    'verbose_name_plural': 'clients',
                    'ordering': ['name'],
                    'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('name'), name='client_name_once'), models.CheckConstraint(condition=models.Q(('code__regex', '^[A-Z0-9]{2,16}$')), name='client_code_is_short'), models.CheckConstraint(condition=models.Q(('country', ''), ('country__regex', '^[A-Z]{2}$'), _connector='OR'), name='client_country_is_a_code')],
                    'triggers': [pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "accounts_clientevent" ("code", "country", "id", "language", "name", "own_days_json", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sees_names", "subdivision", "time_zone") SELECT new_values."code", new_values."country", new_values."id", new_values."language", new_values."name", new_values."own_days_json", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."sees_names", new_values."subdivision", new_values."time_zone" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='6920312ee03f6bfa0f5eb987a09bae1f712f3244', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_ee551', referencing='REFERENCING NEW TABLE AS new_values ', table='accounts_client', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "accounts_clientevent" ("code", "country", "id", "language", "name", "own_days_json", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sees_names", "subdivision", "time_zone") SELECT new_values."code", new_values."country", new_values."id", new_values."language", new_values."name", new_values."own_days_json", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."sees_names", new_values."subdivision", new_values."time_zone" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='4f8a210f50d6369426cbdc808cc5cf3d1b1ca9b6', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_674ab', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='accounts_client', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "accounts_clientevent" ("code", "country", "id", "language", "name", "own_days_json", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "sees_names", "subdivision", "time_zone") SELECT old_values."code", old_values."country", old_values."id", old_values."language", old_values."name", old_values."own_days_json", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."sees_names", old_values."subdivision", old_values."time_zone" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='a48a2a55dd8bc98b404bdadb9488b127c9568a7e', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_1d99f', referencing='REFERENCING OLD TABLE AS old_values ', table='accounts_client', when='AFTER'))],
                },
            ),
            migrations.CreateModel(
                name='Department',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('key', models.SlugField(max_length=32, unique=True, verbose_name='key')),
                    ('name', models.CharField(max_length=100, verbose_name='name')),
                ],
                options={
                    'verbose_name': 'department',
                    'verbose_name_plural': 'departments',
                    'ordering': ['name'],
                },
            ),
            migrations.CreateModel(
                name='ClientEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.BigIntegerField()),
                    ('subdivision', models.CharField(blank=True, editable=False, help_text='Of the country, as the holidays library names it: its public holidays count too.', max_length=16, verbose_name='region')),
                    ('own_days_json', models.JSONField(blank=True, default=list, editable=False, verbose_name='own days')),
                    ('code', models.CharField(max_length=16, validators=[django.core.validators.RegexValidator('^[A-Z0-9]{2,16}$', 'Two to sixteen capital letters and digits.')], verbose_name='code')),
                    ('name', models.CharField(max_length=200, verbose_name='name')),
                    ('country', models.CharField(blank=True, max_length=2, validators=[django.core.validators.RegexValidator('^[A-Z]{2}$', 'Two capital letters (ISO 3166), for example CH.')], verbose_name='country')),
                    ('time_zone', models.CharField(default='UTC', max_length=64, validators=[accounts.models.validate_time_zone], verbose_name='time zone')),
                    ('language', models.CharField(choices=accounts.models.languages, default='en', max_length=8, verbose_name='language')),
                    ('sees_names', models.BooleanField(default=True, verbose_name='sees our people by name')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='accounts.client')),
                ],
                options={
                    'abstract': False,
                    'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='b03a2afe451a72c88ce0ea307e2b773569050403', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_6fa82', table='accounts_clientevent', when='BEFORE'))],
                },
            ),
            migrations.CreateModel(
                name='Contact',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(max_length=200, verbose_name='name')),
                    ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                    ('phone', models.CharField(blank=True, max_length=50, verbose_name='telephone')),
                    ('position', models.CharField(blank=True, max_length=200, verbose_name='position')),
                    ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contacts', to='accounts.client', verbose_name='client')),
                ],
                options={
                    'verbose_name': 'contact',
                    'verbose_name_plural': 'contacts',
                    'ordering': ['name', 'id'],
                    'constraints': [models.UniqueConstraint(fields=('client', 'name', 'email'), name='contact_once')],
                    'triggers': [pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "accounts_contactevent" ("client_id", "email", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "position") SELECT new_values."client_id", new_values."email", new_values."id", new_values."name", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."phone", new_values."position" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='524e79deb6a79506ceffaef834e77d8aea892bc8', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_89558', referencing='REFERENCING NEW TABLE AS new_values ', table='accounts_contact', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "accounts_contactevent" ("client_id", "email", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "position") SELECT new_values."client_id", new_values."email", new_values."id", new_values."name", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."phone", new_values."position" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='7abe60216eb208bf134985f7051369eeb0d575f9', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_15daf', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='accounts_contact', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "accounts_contactevent" ("client_id", "email", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "position") SELECT old_values."client_id", old_values."email", old_values."id", old_values."name", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."phone", old_values."position" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='93e2c3f6377b83735a918d2dac0d99aa0e524f57', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_115a7', referencing='REFERENCING OLD TABLE AS old_values ', table='accounts_contact', when='AFTER'))],
                },
            ),
            migrations.CreateModel(
                name='User',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('password', models.CharField(max_length=128, verbose_name='password')),
                    ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                    ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                    ('email', models.EmailField(max_length=254, unique=True, verbose_name='e-mail')),
                    ('full_name', models.CharField(max_length=200, verbose_name='name')),
                    ('function', models.CharField(blank=True, max_length=200, verbose_name='function')),
                    ('kind', models.CharField(choices=[('internal', 'Internal'), ('client', 'Client'), ('integration', 'Integration account')], default='internal', max_length=12, verbose_name='kind')),
                    ('language', models.CharField(choices=accounts.models.languages, default='en', max_length=8, verbose_name='language')),
                    ('time_zone', models.CharField(default='UTC', max_length=64, validators=[accounts.models.validate_time_zone], verbose_name='time zone')),
                    ('is_active', models.BooleanField(default=True, verbose_name='active')),
                    ('is_staff', models.BooleanField(default=False, verbose_name='staff')),
                    ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='since')),
                    ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                    ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='integration_accounts', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                    ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
                    ('client', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='users', to='accounts.client', verbose_name='client')),
                    ('department', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='users', to='accounts.department', verbose_name='department')),
                ],
                options={
                    'verbose_name': 'person',
                    'verbose_name_plural': 'people',
                    'ordering': ['full_name', 'id'],
                    'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='user_email_once'), models.CheckConstraint(condition=models.Q(models.Q(('client__isnull', True), ('kind', 'internal')), models.Q(('kind__in', ['client', 'integration']), ('client__isnull', False)), _connector='OR'), name='user_client_by_kind'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'integration'), _negated=True), ('owner__isnull', False), _connector='OR'), name='user_integration_has_owner'), models.CheckConstraint(condition=models.Q(('kind', 'internal'), models.Q(('is_staff', False), ('is_superuser', False)), _connector='OR'), name='user_outside_is_no_staff')],
                    'triggers': [pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "accounts_userevent" ("client_id", "date_joined", "department_id", "email", "full_name", "function", "id", "is_active", "is_staff", "is_superuser", "kind", "language", "last_login", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "time_zone") SELECT new_values."client_id", new_values."date_joined", new_values."department_id", new_values."email", new_values."full_name", new_values."function", new_values."id", new_values."is_active", new_values."is_staff", new_values."is_superuser", new_values."kind", new_values."language", new_values."last_login", new_values."owner_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."time_zone" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='5f756e1c19c5fb3cbdfde51d1f1f155f081fe78f', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_3867c', referencing='REFERENCING NEW TABLE AS new_values ', table='accounts_user', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "accounts_userevent" ("client_id", "date_joined", "department_id", "email", "full_name", "function", "id", "is_active", "is_staff", "is_superuser", "kind", "language", "last_login", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "time_zone") SELECT new_values."client_id", new_values."date_joined", new_values."department_id", new_values."email", new_values."full_name", new_values."function", new_values."id", new_values."is_active", new_values."is_staff", new_values."is_superuser", new_values."kind", new_values."language", new_values."last_login", new_values."owner_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."time_zone" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."client_id" IS DISTINCT FROM (new_values."client_id") OR old_values."date_joined" IS DISTINCT FROM (new_values."date_joined") OR old_values."department_id" IS DISTINCT FROM (new_values."department_id") OR old_values."email" IS DISTINCT FROM (new_values."email") OR old_values."full_name" IS DISTINCT FROM (new_values."full_name") OR old_values."function" IS DISTINCT FROM (new_values."function") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."is_active" IS DISTINCT FROM (new_values."is_active") OR old_values."is_staff" IS DISTINCT FROM (new_values."is_staff") OR old_values."is_superuser" IS DISTINCT FROM (new_values."is_superuser") OR old_values."kind" IS DISTINCT FROM (new_values."kind") OR old_values."language" IS DISTINCT FROM (new_values."language") OR old_values."last_login" IS DISTINCT FROM (new_values."last_login") OR old_values."owner_id" IS DISTINCT FROM (new_values."owner_id") OR old_values."time_zone" IS DISTINCT FROM (new_values."time_zone")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='f0fd1692af631385982bf78890319e1bb393cb7e', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_0e890', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='accounts_user', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "accounts_userevent" ("client_id", "date_joined", "department_id", "email", "full_name", "function", "id", "is_active", "is_staff", "is_superuser", "kind", "language", "last_login", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "time_zone") SELECT old_values."client_id", old_values."date_joined", old_values."department_id", old_values."email", old_values."full_name", old_values."function", old_values."id", old_values."is_active", old_values."is_staff", old_values."is_superuser", old_values."kind", old_values."language", old_values."last_login", old_values."owner_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."time_zone" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='cc1879fa8db6f52f142eab0433c9f44a434a1d91', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_19f14', referencing='REFERENCING OLD TABLE AS old_values ', table='accounts_user', when='AFTER'))],
                },
            ),
            migrations.CreateModel(
                name='AnsweredRequest',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('key', models.CharField(max_length=200)),
                    ('digest', models.CharField(max_length=64)),
                    ('status', models.PositiveSmallIntegerField()),
                    ('body', models.JSONField(null=True)),
                    ('answered_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'indexes': [models.Index(fields=['answered_at'], name='accounts_an_answere_c38fb3_idx')],
                    'constraints': [models.UniqueConstraint(fields=('user', 'key'), name='answered_once')],
                },
            ),
            migrations.CreateModel(
                name='ContactEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.BigIntegerField()),
                    ('name', models.CharField(max_length=200, verbose_name='name')),
                    ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                    ('phone', models.CharField(blank=True, max_length=50, verbose_name='telephone')),
                    ('position', models.CharField(blank=True, max_length=200, verbose_name='position')),
                    ('client', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.client', verbose_name='client')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='accounts.contact')),
                ],
                options={
                    'abstract': False,
                    'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='4761faa3f41fbda31be1450523330c0c703a3b30', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_1a78b', table='accounts_contactevent', when='BEFORE'))],
                },
            ),
            migrations.CreateModel(
                name='Delegation',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('role', models.CharField(choices=[('business_development', 'Business development'), ('project_manager', 'Project manager'), ('research', 'Research'), ('analytical', 'Analytical'), ('material_control', 'Material control'), ('production', 'Production'), ('ehs', 'EHS'), ('regulatory', 'Regulatory'), ('quality_assurance', 'Quality assurance'), ('management', 'Management'), ('administrator', 'Administrator'), ('client_viewer', 'Client viewer'), ('client_approver', 'Client approver'), ('integration', 'Integration account')], max_length=32, verbose_name='role')),
                    ('starts_on', models.DateField(verbose_name='from')),
                    ('ends_on', models.DateField(verbose_name='to and including')),
                    ('reason', models.TextField(max_length=1000, verbose_name='reason')),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='created')),
                    ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended at')),
                    ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('giver', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='delegations_given', to=settings.AUTH_USER_MODEL, verbose_name='for')),
                    ('receiver', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='delegations_received', to=settings.AUTH_USER_MODEL, verbose_name='to')),
                ],
                options={
                    'verbose_name': 'delegation',
                    'verbose_name_plural': 'delegations',
                    'ordering': ['-starts_on', '-id'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('giver', models.F('receiver')), _negated=True), name='delegation_to_another'), models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='delegation_dates_in_order'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='delegation_has_reason')],
                    'triggers': [pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "accounts_delegationevent" ("created_at", "ended_at", "ended_by_id", "ends_on", "giver_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "receiver_id", "role", "starts_on") SELECT new_values."created_at", new_values."ended_at", new_values."ended_by_id", new_values."ends_on", new_values."giver_id", new_values."id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."reason", new_values."receiver_id", new_values."role", new_values."starts_on" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='8ee831488a57c0096cbee8d3aba084e5727d6dc3', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_31e89', referencing='REFERENCING NEW TABLE AS new_values ', table='accounts_delegation', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "accounts_delegationevent" ("created_at", "ended_at", "ended_by_id", "ends_on", "giver_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "receiver_id", "role", "starts_on") SELECT new_values."created_at", new_values."ended_at", new_values."ended_by_id", new_values."ends_on", new_values."giver_id", new_values."id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."reason", new_values."receiver_id", new_values."role", new_values."starts_on" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='d48addeeaae7d2ca159966f108002db623f06bcc', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_0bc20', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='accounts_delegation', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "accounts_delegationevent" ("created_at", "ended_at", "ended_by_id", "ends_on", "giver_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "receiver_id", "role", "starts_on") SELECT old_values."created_at", old_values."ended_at", old_values."ended_by_id", old_values."ends_on", old_values."giver_id", old_values."id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."reason", old_values."receiver_id", old_values."role", old_values."starts_on" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='fecc6df4d4134563301b5df08d024c0c337038c0', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_c7771', referencing='REFERENCING OLD TABLE AS old_values ', table='accounts_delegation', when='AFTER'))],
                },
            ),
            migrations.CreateModel(
                name='IntegrationToken',
                fields=[
                    ('digest', models.CharField(max_length=128, primary_key=True, serialize=False)),
                    ('token_key', models.CharField(db_index=True, max_length=25)),
                    ('created', models.DateTimeField(auto_now_add=True)),
                    ('expiry', models.DateTimeField(blank=True, null=True)),
                    ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('name', models.CharField(max_length=100, verbose_name='name')),
                    ('scope', models.CharField(choices=[('read', 'Read'), ('write', 'Read and write')], default='read', max_length=8, verbose_name='scope')),
                    ('last_used_at', models.DateTimeField(blank=True, null=True, verbose_name='last used')),
                    ('revoked_at', models.DateTimeField(blank=True, null=True, verbose_name='revoked at')),
                    ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                    ('revoked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='revoked by')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='auth_token_set', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'verbose_name': 'integration token',
                    'verbose_name_plural': 'integration tokens',
                    'ordering': ['-created', 'digest'],
                    'constraints': [models.CheckConstraint(condition=models.Q(('expiry__isnull', False)), name='integration_token_expires')],
                },
            ),
            migrations.CreateModel(
                name='RoleGrant',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('role', models.CharField(choices=[('business_development', 'Business development'), ('project_manager', 'Project manager'), ('research', 'Research'), ('analytical', 'Analytical'), ('material_control', 'Material control'), ('production', 'Production'), ('ehs', 'EHS'), ('regulatory', 'Regulatory'), ('quality_assurance', 'Quality assurance'), ('management', 'Management'), ('administrator', 'Administrator'), ('client_viewer', 'Client viewer'), ('client_approver', 'Client approver'), ('integration', 'Integration account')], max_length=32, verbose_name='role')),
                    ('granted_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='granted at')),
                    ('reason', models.TextField(blank=True, verbose_name='reason')),
                    ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended at')),
                    ('end_reason', models.TextField(blank=True, verbose_name='reason of the end')),
                    ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='ended by')),
                    ('granted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='granted by')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='grants', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ],
                options={
                    'verbose_name': 'granted role',
                    'verbose_name_plural': 'granted roles',
                    'ordering': ['user_id', 'role', 'granted_at'],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('user', 'role'), name='role_grant_once')],
                    'triggers': [pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "accounts_rolegrantevent" ("end_reason", "ended_at", "ended_by_id", "granted_at", "granted_by_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "role", "user_id") SELECT new_values."end_reason", new_values."ended_at", new_values."ended_by_id", new_values."granted_at", new_values."granted_by_id", new_values."id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."reason", new_values."role", new_values."user_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='f8c1bd76c51b84783c0f8dccf66f57924d32f9c8', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_77ca7', referencing='REFERENCING NEW TABLE AS new_values ', table='accounts_rolegrant', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "accounts_rolegrantevent" ("end_reason", "ended_at", "ended_by_id", "granted_at", "granted_by_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "role", "user_id") SELECT new_values."end_reason", new_values."ended_at", new_values."ended_by_id", new_values."granted_at", new_values."granted_by_id", new_values."id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."reason", new_values."role", new_values."user_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='4cb5b9d0b2b1bf3c690b0612e37da89236abe651', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_f0e9e', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='accounts_rolegrant', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "accounts_rolegrantevent" ("end_reason", "ended_at", "ended_by_id", "granted_at", "granted_by_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "role", "user_id") SELECT old_values."end_reason", old_values."ended_at", old_values."ended_by_id", old_values."granted_at", old_values."granted_by_id", old_values."id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."reason", old_values."role", old_values."user_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='f9b71f526f5f31ca7fe808300a6ff5132b9cd5dc', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_d0e1f', referencing='REFERENCING OLD TABLE AS old_values ', table='accounts_rolegrant', when='AFTER'))],
                },
            ),
            migrations.CreateModel(
                name='UserEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.BigIntegerField()),
                    ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                    ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                    ('email', models.EmailField(max_length=254, verbose_name='e-mail')),
                    ('full_name', models.CharField(max_length=200, verbose_name='name')),
                    ('function', models.CharField(blank=True, max_length=200, verbose_name='function')),
                    ('kind', models.CharField(choices=[('internal', 'Internal'), ('client', 'Client'), ('integration', 'Integration account')], default='internal', max_length=12, verbose_name='kind')),
                    ('language', models.CharField(choices=accounts.models.languages, default='en', max_length=8, verbose_name='language')),
                    ('time_zone', models.CharField(default='UTC', max_length=64, validators=[accounts.models.validate_time_zone], verbose_name='time zone')),
                    ('is_active', models.BooleanField(default=True, verbose_name='active')),
                    ('is_staff', models.BooleanField(default=False, verbose_name='staff')),
                    ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='since')),
                    ('client', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.client', verbose_name='client')),
                    ('department', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='accounts.department', verbose_name='department')),
                    ('owner', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'abstract': False,
                    'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='9e9498e73f6fbdf2642fb33fa14189f1ad2382c8', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_45b21', table='accounts_userevent', when='BEFORE'))],
                },
            ),
            migrations.CreateModel(
                name='DelegationEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.BigIntegerField()),
                    ('role', models.CharField(choices=[('business_development', 'Business development'), ('project_manager', 'Project manager'), ('research', 'Research'), ('analytical', 'Analytical'), ('material_control', 'Material control'), ('production', 'Production'), ('ehs', 'EHS'), ('regulatory', 'Regulatory'), ('quality_assurance', 'Quality assurance'), ('management', 'Management'), ('administrator', 'Administrator'), ('client_viewer', 'Client viewer'), ('client_approver', 'Client approver'), ('integration', 'Integration account')], max_length=32, verbose_name='role')),
                    ('starts_on', models.DateField(verbose_name='from')),
                    ('ends_on', models.DateField(verbose_name='to and including')),
                    ('reason', models.TextField(max_length=1000, verbose_name='reason')),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='created')),
                    ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended at')),
                    ('ended_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                    ('giver', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='for')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='accounts.delegation')),
                    ('receiver', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='to')),
                ],
                options={
                    'abstract': False,
                    'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='82c14c2c0d1fcb979c91ad026368c94dc03df7e7', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_48735', table='accounts_delegationevent', when='BEFORE'))],
                },
            ),
            migrations.CreateModel(
                name='RoleGrantEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.BigIntegerField()),
                    ('role', models.CharField(choices=[('business_development', 'Business development'), ('project_manager', 'Project manager'), ('research', 'Research'), ('analytical', 'Analytical'), ('material_control', 'Material control'), ('production', 'Production'), ('ehs', 'EHS'), ('regulatory', 'Regulatory'), ('quality_assurance', 'Quality assurance'), ('management', 'Management'), ('administrator', 'Administrator'), ('client_viewer', 'Client viewer'), ('client_approver', 'Client approver'), ('integration', 'Integration account')], max_length=32, verbose_name='role')),
                    ('granted_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='granted at')),
                    ('reason', models.TextField(blank=True, verbose_name='reason')),
                    ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended at')),
                    ('end_reason', models.TextField(blank=True, verbose_name='reason of the end')),
                    ('ended_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='ended by')),
                    ('granted_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='granted by')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='accounts.rolegrant')),
                    ('user', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ],
                options={
                    'abstract': False,
                    'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='9e90105cc081df41513a450b44da6f9c22d10503', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_0af7e', table='accounts_rolegrantevent', when='BEFORE'))],
                },
            ),
        ),
        migrations.RunPython(install_triggers('accounts'), migrations.RunPython.noop),
        migrations.RunPython(add_departments, migrations.RunPython.noop),
    ]
