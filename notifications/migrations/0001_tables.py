import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from audit.operations import AllAtOnce


class Migration(migrations.Migration):
    """All tables, drawn together from the migrations before the first release."""

    replaces = [('notifications', '0001_initial'), ('notifications', '0002_groups_of_events'), ('notifications', '0003_last_visits'), ('notifications', '0004_project_preference')]

    initial = True

    dependencies = [
        ('accounts', '0001_tables'),
        ('audit', '0001_tables'),
        ('projects', '0001_tables'),
    ]

    operations = [
        AllAtOnce(
            migrations.CreateModel(
                name='CalendarFeed',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('digest', models.CharField(max_length=64, unique=True)),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='created')),
                    ('last_used_at', models.DateTimeField(blank=True, null=True, verbose_name='last read')),
                    ('revoked_at', models.DateTimeField(blank=True, null=True, verbose_name='revoked')),
                    ('project', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='projects.project')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='calendar_feeds', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['-created_at', '-id'],
                },
            ),
            migrations.CreateModel(
                name='LastVisit',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('transaction_id', models.BigIntegerField(default=0)),
                    ('event_id', models.BigIntegerField(default=0)),
                    ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='looked at')),
                    ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='last_visit', to=settings.AUTH_USER_MODEL)),
                ],
            ),
            migrations.CreateModel(
                name='MailMessage',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                    ('next_attempt_at', models.DateTimeField(blank=True, default=django.utils.timezone.now, null=True, verbose_name='next attempt')),
                    ('lease_until', models.DateTimeField(blank=True, null=True, verbose_name='held by a worker until')),
                    ('error', models.TextField(blank=True, verbose_name='error')),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='made')),
                    ('kind', models.CharField(choices=[('digest', 'Daily digest'), ('urgent', 'At once')], max_length=8, verbose_name='kind')),
                    ('day', models.DateField(verbose_name='day of the receiver')),
                    ('state', models.CharField(choices=[('queued', 'Waiting'), ('sending', 'Being sent'), ('sent', 'Sent'), ('unknown', 'Perhaps sent'), ('dropped', 'Not needed any more'), ('failed', 'Failed')], default='queued', max_length=50, verbose_name='state')),
                    ('handed_over_at', models.DateTimeField(blank=True, null=True, verbose_name='handed over')),
                    ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='sent')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='mail_messages', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['id'],
                    'indexes': [models.Index(fields=['state', 'next_attempt_at'], name='mail_queue')],
                    'constraints': [models.UniqueConstraint(condition=models.Q(('kind', 'digest')), fields=('user', 'day'), name='mail_one_digest_a_day')],
                },
            ),
            migrations.CreateModel(
                name='MilestoneWatch',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('days', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(365)], verbose_name='days')),
                    ('reference_on', models.DateField(blank=True, null=True, verbose_name='known date')),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='set')),
                    ('milestone', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='watches', to='projects.milestone')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='milestone_watches', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['milestone_id', 'id'],
                    'constraints': [models.UniqueConstraint(fields=('user', 'milestone'), name='milestone_watch_once')],
                },
            ),
            migrations.CreateModel(
                name='Preference',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('group', models.CharField(choices=[('asked', 'My signature or answer is asked for, or a document of mine could not be made'), ('tasks', 'Work given to me or my department'), ('answers', 'The client accepted or declined a quotation or change order'), ('watched', 'A milestone that I watch moved'), ('dates', 'Milestones: published, achieved, moved, shared'), ('project', 'Phases, gates and status of a project'), ('commercial', 'Requests, quotations, change orders, agreements, charter, payments'), ('documents', 'Documents, deliverables and evidence')], max_length=12, verbose_name='about')),
                    ('choice', models.CharField(choices=[('at_once', 'At once'), ('digest', 'In the daily digest'), ('inbox', 'In the inbox only'), ('nothing', 'Nothing')], max_length=8, verbose_name='told')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notification_preferences', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['user_id', 'group'],
                    'constraints': [models.UniqueConstraint(fields=('user', 'group'), name='preference_once')],
                },
            ),
            migrations.CreateModel(
                name='ProjectPreference',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('choice', models.CharField(choices=[('quiet', 'Nothing, unless I am asked'), ('at_once', 'Everything at once')], max_length=8, verbose_name='told')),
                    ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='projects.project')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['user_id', 'project_id'],
                    'constraints': [models.UniqueConstraint(fields=('user', 'project'), name='project_preference_once')],
                },
            ),
            migrations.CreateModel(
                name='Webhook',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('url', models.URLField(max_length=500, verbose_name='address')),
                    ('description', models.CharField(blank=True, max_length=200, verbose_name='what it is for')),
                    ('secret', models.TextField(editable=False)),
                    ('previous_secret', models.TextField(blank=True, editable=False)),
                    ('previous_until', models.DateTimeField(blank=True, null=True, verbose_name='the old secret signs until')),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='created')),
                    ('disabled_at', models.DateTimeField(blank=True, null=True, verbose_name='switched off')),
                    ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='webhooks', to='accounts.client', verbose_name='client')),
                    ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ],
                options={
                    'verbose_name': 'webhook',
                    'verbose_name_plural': 'webhooks',
                    'ordering': ['client__name', 'id'],
                    'constraints': [models.UniqueConstraint(fields=('client', 'url'), name='webhook_once')],
                },
            ),
            migrations.CreateModel(
                name='Notification',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('group', models.CharField(choices=[('asked', 'My signature or answer is asked for, or a document of mine could not be made'), ('tasks', 'Work given to me or my department'), ('answers', 'The client accepted or declined a quotation or change order'), ('watched', 'A milestone that I watch moved'), ('dates', 'Milestones: published, achieved, moved, shared'), ('project', 'Phases, gates and status of a project'), ('commercial', 'Requests, quotations, change orders, agreements, charter, payments'), ('documents', 'Documents, deliverables and evidence')], max_length=12, verbose_name='about')),
                    ('delivery', models.CharField(choices=[('at_once', 'At once'), ('digest', 'In the daily digest'), ('inbox', 'In the inbox only'), ('nothing', 'Nothing')], max_length=8, verbose_name='told')),
                    ('asked', models.BooleanField(default=False, verbose_name='asks for something')),
                    ('link', models.CharField(blank=True, max_length=300)),
                    ('moves', models.JSONField(blank=True, default=list)),
                    ('read_at', models.DateTimeField(blank=True, null=True, verbose_name='read')),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='made')),
                    ('event', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='audit.event')),
                    ('mail', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='notifications', to='notifications.mailmessage')),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notifications', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['-event_id'],
                    'indexes': [models.Index(fields=['user', 'read_at', '-event'], name='notification_inbox'), models.Index(condition=models.Q(('delivery', 'digest'), ('mail', None), ('read_at', None)), fields=['created_at'], name='notification_digest')],
                    'constraints': [models.UniqueConstraint(fields=('user', 'event'), name='notification_once')],
                },
            ),
            migrations.CreateModel(
                name='WebhookDelivery',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                    ('next_attempt_at', models.DateTimeField(blank=True, default=django.utils.timezone.now, null=True, verbose_name='next attempt')),
                    ('lease_until', models.DateTimeField(blank=True, null=True, verbose_name='held by a worker until')),
                    ('error', models.TextField(blank=True, verbose_name='error')),
                    ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='made')),
                    ('state', models.CharField(choices=[('pending', 'Waiting'), ('delivered', 'Delivered'), ('failed', 'Failed')], default='pending', max_length=50, verbose_name='state')),
                    ('response_status', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='answer')),
                    ('delivered_at', models.DateTimeField(blank=True, null=True, verbose_name='delivered')),
                    ('event', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='audit.event')),
                    ('webhook', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='notifications.webhook')),
                ],
                options={
                    'ordering': ['-id'],
                    'indexes': [models.Index(fields=['state', 'next_attempt_at'], name='webhook_queue')],
                    'constraints': [models.UniqueConstraint(fields=('webhook', 'event'), name='webhook_delivery_once')],
                },
            ),
        ),
    ]
