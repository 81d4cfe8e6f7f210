"""A supplier's qualification is reviewed before it lapses: quality assurance is asked in time, until a newer decision is in the record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.models import Role
from audit.models import Event
from catalogue.models import SupplierQualification
from catalogue.qualification import newest
from projects.models import WaitingFor
from projects.services.waiting import close_waits, open_wait

KEY = "supplier.review"
ASKED_DAYS = 60  # before it is due: an audit has to be arranged
WRITTEN_IN = "supplier-qualifications"  # the table


@transaction.atomic
def ask_for_supplier_reviews(on: date | None = None) -> int:
    """Every night and after each decision: how many reviews are asked for. Nobody is asked any more for what was decided anew."""
    last = (on or timezone.localdate()) + timedelta(days=ASKED_DAYS)
    rows = SupplierQualification.objects.select_related("supplier", "material")
    due = {f"{KEY}:{row.pk}": row for row in newest(rows) if row.is_positive and row.last_day <= last}
    for key in set(WaitingFor.objects.open().filter(key__startswith=f"{KEY}:").values_list("key", flat=True)) - due.keys():
        close_waits(key)
    for key, row in due.items():
        words = _t("%(supplier)s: review the qualification for %(subject)s") % {"supplier": row.supplier, "subject": row.subject}
        link = row.supplier.get_absolute_url()
        open_wait(key, role=Role.QUALITY_ASSURANCE, words=words, link=link, due_on=row.last_day)
    return len(due)


def ask_after(events: Sequence[Event]) -> None:
    if any(event.kind.startswith("worksheet.") and event.data.get("key") == WRITTEN_IN for event in events):
        ask_for_supplier_reviews()
