"""Work in the background of sign-in and API."""

from celery import shared_task

from accounts.api_writes import forget_answers
from audit.context import Channel, acting


@shared_task
def forget_old_answers() -> int:
    with acting(channel=Channel.WORKER):
        return forget_answers()
