import catalogue.models
import django.core.validators
import django.db.models.deletion
import pgtrigger.compiler
from django.db import migrations, models

from audit.history import install_triggers

from audit.operations import AllAtOnce


class Migration(migrations.Migration):
    """All tables, drawn together from the migrations before the first release."""

    replaces = [('catalogue', '0001_initial'), ('catalogue', '0002_own_days'), ('catalogue', '0003_region')]

    initial = True

    dependencies = [
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        AllAtOnce(
            migrations.CreateModel(
                name='Compound',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('name', models.CharField(max_length=200, verbose_name='name')),
                    ('code', models.CharField(blank=True, max_length=60, verbose_name='code')),
                    ('cas_number', models.CharField(blank=True, max_length=12, validators=[django.core.validators.RegexValidator('^[1-9][0-9]{1,6}-[0-9]{2}-[0-9]$', 'A CAS number looks like 50-78-2.')], verbose_name='CAS number')),
                    ('molfile', models.TextField(blank=True, max_length=100000, verbose_name='molfile')),
                    ('smiles', models.TextField(blank=True, editable=False, verbose_name='SMILES')),
                    ('inchikey', models.CharField(blank=True, editable=False, max_length=27, verbose_name='InChIKey')),
                    ('formula', models.CharField(blank=True, editable=False, max_length=200, verbose_name='molecular formula')),
                    ('molar_mass_g_per_mol', models.FloatField(blank=True, editable=False, null=True, verbose_name='molar mass (g/mol)')),
                    ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                    ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                ],
                options={
                    'verbose_name': 'compound',
                    'verbose_name_plural': 'compounds',
                    'ordering': ['name', 'id'],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('cas_number', ''), _negated=True), fields=('cas_number',), name='compound_cas_number_once'), models.UniqueConstraint(condition=models.Q(('inchikey', ''), _negated=True), fields=('inchikey',), name='compound_inchikey_once'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='compound_has_a_name'), models.CheckConstraint(condition=models.Q(models.Q(('formula', ''), ('inchikey', ''), ('molar_mass_g_per_mol', None), ('molfile', ''), ('smiles', '')), models.Q(models.Q(('smiles', ''), _negated=True), models.Q(('inchikey', ''), _negated=True), models.Q(('formula', ''), _negated=True), ('molar_mass_g_per_mol__gt', 0)), _connector='OR'), name='compound_structure_is_whole')],
                    'triggers': [pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "catalogue_compoundevent" ("cas_number", "code", "created_at", "formula", "id", "inchikey", "molar_mass_g_per_mol", "molfile", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "smiles", "updated_at") SELECT new_values."cas_number", new_values."code", new_values."created_at", new_values."formula", new_values."id", new_values."inchikey", new_values."molar_mass_g_per_mol", new_values."molfile", new_values."name", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."smiles", new_values."updated_at" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='df45dc52bb9fa8d89aff14286d81fd168ea2d595', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_6ec94', referencing='REFERENCING NEW TABLE AS new_values ', table='catalogue_compound', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "catalogue_compoundevent" ("cas_number", "code", "created_at", "formula", "id", "inchikey", "molar_mass_g_per_mol", "molfile", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "smiles", "updated_at") SELECT new_values."cas_number", new_values."code", new_values."created_at", new_values."formula", new_values."id", new_values."inchikey", new_values."molar_mass_g_per_mol", new_values."molfile", new_values."name", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."smiles", new_values."updated_at" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='6292b81eb59773da042ab167f9fe28c88bfdad84', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_8b631', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='catalogue_compound', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "catalogue_compoundevent" ("cas_number", "code", "created_at", "formula", "id", "inchikey", "molar_mass_g_per_mol", "molfile", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "smiles", "updated_at") SELECT old_values."cas_number", old_values."code", old_values."created_at", old_values."formula", old_values."id", old_values."inchikey", old_values."molar_mass_g_per_mol", old_values."molfile", old_values."name", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."smiles", old_values."updated_at" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='ab0510a42f577105535fe7c9d7d6a495b528a3d8', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_f64cc', referencing='REFERENCING OLD TABLE AS old_values ', table='catalogue_compound', when='AFTER'))],
                },
            ),
            migrations.CreateModel(
                name='Site',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('subdivision', models.CharField(blank=True, editable=False, help_text='Of the country, as the holidays library names it: its public holidays count too.', max_length=16, verbose_name='region')),
                    ('own_days_json', models.JSONField(blank=True, default=list, editable=False, verbose_name='own days')),
                    ('key', models.SlugField(max_length=32, unique=True, verbose_name='key')),
                    ('name', models.CharField(max_length=120, verbose_name='name')),
                    ('country', models.CharField(max_length=2, validators=[django.core.validators.RegexValidator('^[A-Z]{2}$', 'Two capital letters (ISO 3166), for example CN.')], verbose_name='country')),
                    ('time_zone', models.CharField(max_length=64, validators=[catalogue.models.validate_time_zone], verbose_name='time zone')),
                ],
                options={
                    'verbose_name': 'site',
                    'verbose_name_plural': 'sites',
                    'ordering': ['name', 'id'],
                    'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('name', ''), _negated=True), models.Q(('time_zone', ''), _negated=True)), name='site_is_named'), models.CheckConstraint(condition=models.Q(('country__regex', '^[A-Z]{2}$')), name='site_country_is_a_code')],
                    'triggers': [pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "catalogue_siteevent" ("country", "id", "key", "name", "own_days_json", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "subdivision", "time_zone") SELECT new_values."country", new_values."id", new_values."key", new_values."name", new_values."own_days_json", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."subdivision", new_values."time_zone" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='06baa2775c0d7e00b5d1577551c49070f41b5a3c', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_ffdaf', referencing='REFERENCING NEW TABLE AS new_values ', table='catalogue_site', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "catalogue_siteevent" ("country", "id", "key", "name", "own_days_json", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "subdivision", "time_zone") SELECT new_values."country", new_values."id", new_values."key", new_values."name", new_values."own_days_json", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."subdivision", new_values."time_zone" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='b575ca6f7b9e4c6a607a97427cb3812f14a6a0de', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_91076', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='catalogue_site', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "catalogue_siteevent" ("country", "id", "key", "name", "own_days_json", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "subdivision", "time_zone") SELECT old_values."country", old_values."id", old_values."key", old_values."name", old_values."own_days_json", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."subdivision", old_values."time_zone" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='883ff308aca3e6d28c09f53fb5033235f753d0b4', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_b7161', referencing='REFERENCING OLD TABLE AS old_values ', table='catalogue_site', when='AFTER'))],
                },
            ),
            migrations.CreateModel(
                name='CompoundEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.BigIntegerField()),
                    ('name', models.CharField(max_length=200, verbose_name='name')),
                    ('code', models.CharField(blank=True, max_length=60, verbose_name='code')),
                    ('cas_number', models.CharField(blank=True, max_length=12, validators=[django.core.validators.RegexValidator('^[1-9][0-9]{1,6}-[0-9]{2}-[0-9]$', 'A CAS number looks like 50-78-2.')], verbose_name='CAS number')),
                    ('molfile', models.TextField(blank=True, max_length=100000, verbose_name='molfile')),
                    ('smiles', models.TextField(blank=True, editable=False, verbose_name='SMILES')),
                    ('inchikey', models.CharField(blank=True, editable=False, max_length=27, verbose_name='InChIKey')),
                    ('formula', models.CharField(blank=True, editable=False, max_length=200, verbose_name='molecular formula')),
                    ('molar_mass_g_per_mol', models.FloatField(blank=True, editable=False, null=True, verbose_name='molar mass (g/mol)')),
                    ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created at')),
                    ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated at')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='catalogue.compound')),
                ],
                options={
                    'abstract': False,
                    'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='b14018d4dcbe1355c7cc7434e6906637f1725497', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_64f8a', table='catalogue_compoundevent', when='BEFORE'))],
                },
            ),
            migrations.CreateModel(
                name='SiteEvent',
                fields=[
                    ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                    ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                    ('pgh_label', models.TextField(help_text='The event label.')),
                    ('id', models.BigIntegerField()),
                    ('subdivision', models.CharField(blank=True, editable=False, help_text='Of the country, as the holidays library names it: its public holidays count too.', max_length=16, verbose_name='region')),
                    ('own_days_json', models.JSONField(blank=True, default=list, editable=False, verbose_name='own days')),
                    ('key', models.SlugField(db_index=False, max_length=32, verbose_name='key')),
                    ('name', models.CharField(max_length=120, verbose_name='name')),
                    ('country', models.CharField(max_length=2, validators=[django.core.validators.RegexValidator('^[A-Z]{2}$', 'Two capital letters (ISO 3166), for example CN.')], verbose_name='country')),
                    ('time_zone', models.CharField(max_length=64, validators=[catalogue.models.validate_time_zone], verbose_name='time zone')),
                    ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                    ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='catalogue.site')),
                ],
                options={
                    'abstract': False,
                    'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='a529cfbe41c3525a6af8c4530d2e42ffe9c2e927', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_42d9f', table='catalogue_siteevent', when='BEFORE'))],
                },
            ),
        ),
        migrations.RunPython(install_triggers('catalogue'), migrations.RunPython.noop),
    ]
