"""A supplier's qualification is reviewed before it lapses, and a certificate renewed before it ends: quality assurance is asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.models import Role
from audit.models import Event
from catalogue.models import Supplier, SupplierQualification
from catalogue.qualification import certificates_of, newest
from projects.models import WaitingFor
from projects.services.waiting import close_waits, open_wait

KEY = "supplier.review"
CERTIFICATE = "supplier.certificate"
KEY_LENGTH = 200  # of a wait
ASKED_DAYS = 60  # before it is due: an audit has to be arranged
WRITTEN_IN = "supplier-qualifications"  # the table


@transaction.atomic
def ask_for_supplier_reviews(on: date | None = None) -> int:
    """Every night and after each decision: how many reviews and certificates are asked for. Nobody is asked any more for what stands anew
    in the record."""
    last = (on or timezone.localdate()) + timedelta(days=ASKED_DAYS)
    rows = SupplierQualification.objects.select_related("supplier", "material")
    counting = [row for row in newest(rows) if row.is_positive]
    due = {each.key: each for row in counting for each in (_review(row), *_certificates(row)) if each.due_on <= last}
    asked = WaitingFor.objects.open().filter(Q(key__startswith=f"{KEY}:") | Q(key__startswith=f"{CERTIFICATE}:"))
    for key in set(asked.values_list("key", flat=True)) - due.keys():
        close_waits(key)
    for key, each in due.items():
        open_wait(key, role=Role.QUALITY_ASSURANCE, words=each.words, link=each.supplier.get_absolute_url(), due_on=each.due_on)
    return len(due)


@dataclass(frozen=True)
class Due:
    key: str
    supplier: Supplier
    words: str
    due_on: date


def _review(row: SupplierQualification) -> Due:
    words = _t("%(supplier)s: review the qualification for %(subject)s") % {"supplier": row.supplier, "subject": row.subject}
    return Due(f"{KEY}:{row.pk}", row.supplier, words, row.last_day)


def _certificates(row: SupplierQualification) -> Iterable[Due]:
    """One and the same certificate is asked for once, for however many materials the supplier was qualified by it."""
    for each in certificates_of(row):
        words = {
            "gmp": _t("%(supplier)s: GMP certificate %(certificate)s ends; ask for its successor"),
            "iso": _t("%(supplier)s: ISO certificate %(certificate)s ends; ask for its successor"),
        }.get(each.kind, _t("%(supplier)s: certificate %(certificate)s ends; ask for its successor"))
        key = f"{CERTIFICATE}:{row.supplier_id}:{each.until}:{each.kind}:{each.name}"[:KEY_LENGTH]
        yield Due(key, row.supplier, words % {"supplier": row.supplier, "certificate": each.name or _t("without a name")}, each.until)


def ask_after(events: Sequence[Event]) -> None:
    if any(event.kind.startswith("worksheet.") and event.data.get("key") == WRITTEN_IN for event in events):
        ask_for_supplier_reviews()
