"""Doorbells: the row of the import is the queue."""

from celery import shared_task


@shared_task
def run_import(pk: int) -> None:
    from worksheets import services

    services.run(pk)


@shared_task
def sweep_imports() -> int:
    from worksheets import services

    return services.sweep()
