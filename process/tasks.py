"""Doorbells of the process; the work is in its parts."""

from celery import shared_task


@shared_task(name="process.tasks.send_supplier_mail")
def send_supplier_mail(mail_id: int) -> None:
    from audit.context import acting
    from process.purchasing import posting

    with acting(channel="worker"):
        posting.send_mail(mail_id)


@shared_task
def sweep_supplier_mails() -> None:
    """Call workers for every mail to a supplier that waits and that no living worker holds."""
    from audit.context import acting
    from process.purchasing import posting

    with acting(channel="worker"):
        posting.sweep()


@shared_task
def look_at_offers_again() -> int:
    """Whoever is asked about an offer that has ended is asked no more; of one that begins whoever waits for it hears."""
    from audit.context import acting
    from process.assumptions import prompting, settling

    with acting(channel="worker"):
        settling.look_again()
        return prompting.look_again()
