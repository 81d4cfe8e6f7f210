"""What the demo's client was invoiced and has paid of what was ready before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from django.utils import timezone

from projects.models import Milestone
from projects.services.invoicing import record_invoice, record_payment

INVOICED_AFTER, PAID_AFTER = timedelta(days=5), timedelta(days=38)


Settlement = tuple[Callable[..., Milestone], str, dict[str, Any]]


def unpaid_invoices(code: str) -> Iterator[Settlement]:
    """What became ready some days ago is invoiced, and not paid yet."""
    ready = Milestone.objects.filter(project__code=code, kind=Milestone.Kind.PAYMENT, invoiced_on=None).exclude(amount=None)
    for payment in ready.filter(actual_on__lte=timezone.localdate() - INVOICED_AFTER):
        assert payment.actual_on is not None  # noqa: S101 - the query asks for it
        yield record_invoice, payment.key, {"number": f"{code}-{payment.key}".upper(), "on": payment.actual_on + INVOICED_AFTER}


def settlements(code: str) -> Iterator[Settlement]:
    """Service, payment and values. Called at the end of a phase: what the phase before made ready was paid meanwhile."""
    ready = Milestone.objects.filter(project__code=code, kind=Milestone.Kind.PAYMENT, invoiced_on=None).exclude(amount=None)
    for payment in ready.exclude(actual_on=None):
        assert payment.actual_on is not None  # noqa: S101 - the query asks for it
        if payment.actual_on + PAID_AFTER <= timezone.localdate():
            yield record_invoice, payment.key, {"number": f"{code}-{payment.key}".upper(), "on": payment.actual_on + INVOICED_AFTER}
            yield record_payment, payment.key, {"on": payment.actual_on + PAID_AFTER}
