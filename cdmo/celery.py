"""The Celery application; tasks are doorbells that live in each app's `tasks.py`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cdmo.settings")

app = Celery("cdmo")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
