"""Calling a worker once a transaction has committed. A call that is lost delays and loses nothing: the rows are the queue."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from functools import partial

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError as BrokerError

logger = logging.getLogger(__name__)

SEND_MAIL = "notifications.tasks.send_mail_message"
DELIVER = "notifications.tasks.deliver_webhook"


def ring(task: str, ids: Iterable[int]) -> None:
    transaction.on_commit(partial(call, task, tuple(ids)))


def call(task: str, ids: Iterable[int]) -> None:
    try:
        for pk in ids:
            current_app.signature(task, args=(pk,)).delay()
    except (BrokerError, OSError) as failure:
        logger.warning("The worker could not be called (%s); the sweep will do it.", failure)
