"""The Celery application; tasks are doorbells that live in each app's `tasks.py`."""

import gc
import os
from typing import Any

from celery import Celery, Task
from celery.signals import worker_init
from kombu.transport import redis

from cdmo.room import with_room

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cdmo.settings")


class RoomyTask(Task):
    __call__ = with_room(Task.__call__)


app = Celery("cdmo", task_cls=RoomyTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
worker_init.connect(lambda **_told: gc.freeze(), weak=False)  # what is imported by now stays; the processes that work are forked from it


class QoS(redis.QoS):
    """Messages that a worker holds. When the connection is lost, Celery 5.7 has them given back through the connection that it has just
    taken apart, and the worker ends. What is not given back comes again after `visibility_timeout`, and the sweeps find its work before.
    """

    def restore_unacked(self, client: Any = None) -> None:
        if self.channel.connection.client is not None:
            super().restore_unacked(client)
        elif self._delivered is not None:
            self._delivered.clear()


redis.Channel.QoS = QoS
