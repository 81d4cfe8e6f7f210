"""Work in the background. Both tasks do the same: the doorbell at once, the sweep in case a doorbell was lost."""

from celery import shared_task

from audit import context, outbox


@shared_task
def doorbell() -> int:
    with context.acting(channel=context.Channel.WORKER):
        return outbox.consume_all()


@shared_task
def sweep_outbox() -> int:
    with context.acting(channel=context.Channel.WORKER):
        return outbox.consume_all()
