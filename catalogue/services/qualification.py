"""What is true of a supplier's qualification, and the status that follows from it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from accounts.telephones import undiallable
from audit.events import record
from audit.refusals import BadInput
from catalogue.models import Supplier, SupplierQualification
from catalogue.models.qualification import CERTIFICATES, FINDINGS, FULLY_TESTED_LOTS, OF_DELIVERIES
from catalogue.qualification import may_be, newest, status_by
from worksheets.rows import Rows

OF_THE_DECISION = {"decision", "decided_on", "material", "service", "valid_until", "conditions", "reduced_testing"}


class SupplierRows(Rows):
    def weigh(self, row: Supplier, changed: Collection[str], wrong: Collection[str]) -> dict[str, list[str]]:
        words = undiallable(row.phone) if "phone" in changed else []
        return {"phone": words} if words else {}

    def clean(self, row: Supplier, changed: Collection[str]) -> None:
        """Everybody who keeps suppliers may bar one; that one is qualified was decided by the quality unit."""
        if "status" not in changed or row.status not in Supplier.QUALIFIED:
            return
        if not may_be(row.status, row.qualifications.all() if row.pk else (), timezone.localdate()):
            words = _t("No qualification that holds says so; quality assurance records it on the supplier's page.")
            raise BadInput({"status": words})


@dataclass(frozen=True)
class Said:
    """What the decisions on a supplier say. stands_by_itself: its status is older than they are, and something that it sells is undecided;
    then a refusal for one material bars no other."""

    status: Supplier.Status
    stands_by_itself: bool


class QualificationRows(Rows):
    """Who writes a decision has made it. The supplier's status follows the newest decisions."""

    before: Said | None = None

    def new(self) -> SupplierQualification:
        return SupplierQualification(supplier=self.parent, decided_by=self.actor)

    def clean(self, row: SupplierQualification, changed: Collection[str]) -> None:
        theirs = row.basis == SupplierQualification.Basis.QUESTIONNAIRE
        if not row.examined_on and (seen := row.questionnaire_on if theirs else row.audited_on):
            row.examined_on = seen
        errors = dict(_wrong(row))
        if errors:
            raise BadInput(errors)

    def add(self, row: SupplierQualification) -> SupplierQualification:
        self._remember()
        super().add(row)
        return row

    def change(self, row: SupplierQualification, changed: Collection[str]) -> SupplierQualification:
        if OF_THE_DECISION & set(changed):
            self._remember()
            row.decided_by = self.actor
        super().change(row, changed)
        return row

    def remove(self, row: SupplierQualification) -> None:
        self._remember()
        super().remove(row)

    def done(self) -> None:
        """Only where the decisions now say something else: a corrected address or day lifts no suspension."""
        if self.before is None:
            return
        now = _said_of(self.parent)
        if now != self.before and not (now.stands_by_itself and self.before.stands_by_itself):
            follow_decisions(self.parent, now.status, self)

    def _remember(self) -> None:
        """What the decisions said before the first of these writes."""
        if self.before is None:
            self.before = _said_of(self.parent)


def _said_of(supplier: Supplier) -> Said:
    rows = list(supplier.qualifications.all())
    counting = newest(rows)
    stands = supplier.status in Supplier.QUALIFIED and not any(row.is_positive for row in counting)
    decided = [row.material_id for row in counting if row.material_id]
    return Said(status_by(rows, timezone.localdate()), stands and supplier.quotes.exclude(material__in=decided).exists())


def follow_decisions(supplier: Supplier, status: Supplier.Status, rows: QualificationRows) -> None:
    before = supplier.status
    if before == status:
        return
    supplier.status = status
    supplier.save(update_fields=["status", "updated_at"])
    said = {"status": str(status.label), "link": supplier.get_absolute_url()}
    record("supplier.status_followed", supplier, actor=rows.actor, reason=rows.reason, before=before, after=status.value, **said)


def _wrong(row: SupplierQualification) -> Iterator[tuple[str, str]]:
    if (row.material is None) == (not row.service):
        yield "service", _t("Say for which material or for which service, one of the two.")
    if row.examined_on is None:
        yield "examined_on", _t("Say when it was examined.")
    for name in ("examined_on", "questionnaire_on", "audited_on"):
        if (day := getattr(row, name)) and row.decided_on and day > row.decided_on:
            yield name, _t("This is after the decision.")
    if row.decided_on and row.decided_on > timezone.localdate():
        yield "decided_on", _t("This day has not come yet.")
    if row.decision and row.decision != SupplierQualification.Decision.APPROVED and not row.conditions:
        yield "conditions", _t("Say the conditions, or why it was decided so.")
    if row.is_positive and row.valid_until is None:
        yield "valid_until", _t("Say when the next review is due.")
    elif row.valid_until and row.decided_on and row.valid_until <= row.decided_on:
        yield "valid_until", _t("The review comes after the decision.")
    yield from _wrong_findings(row)
    for name, until in CERTIFICATES:
        if getattr(row, until) and not getattr(row, name):
            yield name, _t("Say which certificate holds until then.")
    yield from _wrong_deliveries(row)
    if row.reduced_testing and row.lots_tested is not None and row.lots_tested < FULLY_TESTED_LOTS:
        yield (
            "reduced_testing",
            _t("Test %(lots)d lots fully before you rely on the certificate (ICH Q7 7.31).") % {"lots": FULLY_TESTED_LOTS},
        )


def _wrong_findings(row: SupplierQualification) -> Iterator[tuple[str, str]]:
    """Counted are those of each class, or none."""
    missing = [name for name in FINDINGS if getattr(row, name) is None]
    if len(missing) < len(FINDINGS):
        for name in missing:
            yield name, _t("Say how many there were of each class; 0 where there was none.")
    if row.capa_closed_on and row.audited_on and row.capa_closed_on < row.audited_on:
        yield "capa_closed_on", _t("This is before the audit.")
    if row.capa_closed_on and row.capa_closed_on > timezone.localdate():
        yield "capa_closed_on", _t("This day has not come yet.")


def _wrong_deliveries(row: SupplierQualification) -> Iterator[tuple[str, str]]:
    """Counted are all of a period that is over, or none."""
    missing = [name for name in OF_DELIVERIES if getattr(row, name) is None]
    if len(missing) == len(OF_DELIVERIES):
        return
    for name in missing:
        yield name, _t("Say how many deliveries there were in which period, how many on time and how many accepted.")
    for name in ("deliveries_on_time", "deliveries_accepted"):
        if (part := getattr(row, name)) is not None and row.deliveries is not None and part > row.deliveries:
            words = ngettext("There was %(all)d delivery.", "There were %(all)d deliveries.", row.deliveries)
            yield name, words % {"all": row.deliveries}
    if row.deliveries_from and row.deliveries_until and row.deliveries_from > row.deliveries_until:
        yield "deliveries_until", _t("This is before the first day.")
    if row.deliveries_until and row.deliveries_until > timezone.localdate():
        yield "deliveries_until", _t("This day has not come yet.")
