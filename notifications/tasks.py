"""Doorbells: the rows of mails and deliveries are the queue."""

from celery import shared_task

from audit.context import acting


@shared_task(name="notifications.tasks.send_mail_message")
def send_mail_message(message_id: int) -> None:
    from notifications.services import mail

    with acting(channel="worker"):
        mail.send_message(message_id)


@shared_task(name="notifications.tasks.deliver_webhook")
def deliver_webhook(delivery_id: int) -> None:
    from notifications.services import deliveries

    with acting(channel="worker"):
        deliveries.deliver(delivery_id)


@shared_task(name="notifications.tasks.sweep_notifications")
def sweep_notifications() -> None:
    """Write the digests that are due, and call workers for everything that waits and that no living worker holds."""
    from notifications.services import deliveries, mail

    with acting(channel="worker"):
        mail.plan_digests()
        mail.sweep()
        deliveries.sweep()
