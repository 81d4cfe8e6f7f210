"""What the qualifications of a supplier say on a day: of each subject the newest decision counts. Pure, on rows that were read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from catalogue.models import Supplier, SupplierQualification

BEST_FIRST = (Supplier.Status.APPROVED, Supplier.Status.CONDITIONAL, Supplier.Status.SUSPENDED, Supplier.Status.DISQUALIFIED)


def newest(rows: Iterable[SupplierQualification]) -> list[SupplierQualification]:
    """The decision that counts of each material and service of each supplier, in their order of time."""
    found: dict[tuple[int, int | None, str], SupplierQualification] = {}
    for row in sorted(rows, key=lambda each: (each.decided_on, each.pk)):
        found[(row.supplier_id, row.material_id, row.service.casefold())] = row
    return sorted(found.values(), key=lambda each: (each.decided_on, each.pk))


def newest_counted(rows: Iterable[SupplierQualification]) -> list[SupplierQualification]:
    """Of each subject the newest record that counts its deliveries: one that suspends need not count them again."""
    return newest(row for row in rows if row.deliveries is not None)


def status_by(rows: Iterable[SupplierQualification], on: date) -> Supplier.Status:
    """The best that holds on one of the subjects: the supplier is bought from for that one. Nothing holds: a candidate."""
    decided = {row.decision for row in newest(rows) if not row.is_positive or row.holds_on(on)}
    return next((status for status in BEST_FIRST if status in decided), Supplier.Status.CANDIDATE)


def may_be(status: str, rows: Iterable[SupplierQualification], on: date) -> bool:
    """Whether a person may give a supplier this status: one that is qualified rests on a decision that holds."""
    if status not in Supplier.QUALIFIED:
        return True
    holding = {row.decision for row in newest(rows) if row.is_positive and row.holds_on(on)}
    return Supplier.Status.APPROVED in holding or status in holding


def standing(row: SupplierQualification, rows: Iterable[SupplierQualification], on: date) -> str:
    """Of one decision among those of its supplier."""
    if row not in newest(rows):
        return _t("superseded")
    return lapsed_words(row, on) or row.get_decision_display().lower()


def lapsed_words(row: SupplierQualification, on: date) -> str:
    """Empty where it has not."""
    if not (row.is_positive and row.has_expired(on)):
        return ""
    return _t("qualification lapsed on %(day)s") % {"day": date_format(row.last_day, "j M Y")}


@dataclass(frozen=True)
class Certificate:
    """One that ends on a day. kind: gmp, iso or other."""

    kind: str
    name: str
    until: date

    @property
    def lapsed_words(self) -> str:
        words = {
            "gmp": _t("GMP certificate %(certificate)s lapsed on %(day)s"),
            "iso": _t("ISO certificate %(certificate)s lapsed on %(day)s"),
        }.get(self.kind, _t("certificate %(certificate)s lapsed on %(day)s"))
        return words % {"certificate": self.name or _t("without a name"), "day": date_format(self.until, "j M Y")}


def certificates_of(row: SupplierQualification) -> list[Certificate]:
    found = (
        ("gmp", row.gmp_certificate, row.gmp_until),
        ("iso", row.iso_certificate, row.iso_until),
        ("other", row.certificates, row.certificates_until),
    )
    return [Certificate(kind, name, until) for kind, name, until in found if until is not None]


def lapsed_certificates(row: SupplierQualification, on: date) -> list[str]:
    """In words, while the decision itself holds."""
    if not (row.is_positive and row.holds_on(on)):
        return []
    return [each.lapsed_words for each in certificates_of(row) if each.until < on]


def said_of(rows: Iterable[SupplierQualification], on: date) -> str:
    """Of a supplier in one cell: what has lapsed, else to what day the next review is due."""
    positive = [row for row in newest(rows) if row.is_positive]
    if not positive:
        return _t("none")
    first = min(positive, key=lambda row: row.last_day)
    return lapsed_words(first, on) or _t("to %(day)s") % {"day": date_format(first.last_day, "j M Y")}


@dataclass(frozen=True)
class Word:
    """key: of the status or decision, else `lapsed` or `not_qualified`. tone: good, warn or bad. delivered: how, where that was counted."""

    key: str
    words: str
    tone: str
    delivered: str = ""

    @property
    def is_qualified(self) -> bool:
        """By a decision on this material that holds."""
        return self.key in Supplier.QUALIFIED


def word_of(supplier: Supplier, material: int, on: date) -> Word:
    """How a supplier stands with a material, where offers are compared: whether it is barred, what `note_on` says, else the decision."""
    rows = [row for row in supplier.qualifications.all() if row.material_id == material]  # type: ignore[attr-defined]
    row = next(iter(newest(rows)), None)
    note, delivered = note_on(rows, material, on), "".join(map(delivered_words, newest_counted(rows)))
    if supplier.status in Supplier.NOT_ASKED:
        return Word(supplier.status, str(Supplier.Status(supplier.status).label).lower(), "bad", delivered)
    if row is None:
        return Word("not_qualified", note, "warn", delivered)
    if note:
        key, tone = ("lapsed", "warn") if row.is_positive else (row.decision, "bad")
        return Word(key, note, tone, delivered)
    return Word(row.decision, row.get_decision_display().lower(), "good" if row.decision == Supplier.Status.APPROVED else "warn", delivered)


def delivered_words(row: SupplierQualification) -> str:
    """95.8 % on time, 100.0 % accepted of 24 deliveries to 30 Jun 2026; empty where nobody has counted."""
    if row.deliveries is None or row.deliveries_until is None:
        return ""
    said = {
        "on_time": row.on_time_pct,
        "accepted": row.accepted_pct,
        "all": row.deliveries,
        "day": date_format(row.deliveries_until, "j M Y"),
    }
    one = "%(on_time)s %% on time, %(accepted)s %% accepted of %(all)d delivery to %(day)s"
    return ngettext(one, "%(on_time)s %% on time, %(accepted)s %% accepted of %(all)d deliveries to %(day)s", row.deliveries) % said


def sources(rows: Iterable[SupplierQualification], on: date) -> list[str]:
    """Of the decisions on one material: the names of the suppliers from whom it can be bought, by the newest decision on each."""
    return sorted((row.supplier.name for row in _holding(rows, on)), key=str.casefold)


def is_single_source(rows: Iterable[SupplierQualification], on: date) -> bool:
    """Of the same decisions: all is made by one. Two traders of one manufacturer are one source."""
    return len({_plain(row.manufacturer) or _plain(row.supplier.name) for row in _holding(rows, on)}) == 1


def _holding(rows: Iterable[SupplierQualification], on: date) -> list[SupplierQualification]:
    holding = (row for row in newest(rows) if row.is_positive and row.holds_on(on))
    return [row for row in holding if row.supplier.status not in Supplier.NOT_ASKED]


def _plain(name: str) -> str:
    return name.strip().casefold()


def sources_words(rows: Iterable[SupplierQualification], on: date) -> str:
    """Whether there is a second source, in one cell."""
    rows = list(rows)
    found = ", ".join(sources(rows, on))
    if is_single_source(rows, on):
        return _t("single source: %(supplier)s") % {"supplier": found}
    return found or _t("none")


def note_on(rows: Iterable[SupplierQualification], material: int, on: date) -> str:
    """What stands against buying this material from the supplier of these rows; empty where nothing does. It is said and blocks nothing;
    who gives the supplier a line of an inquiry says why.
    """
    row = next((each for each in newest(rows) if each.material_id == material), None)
    if row is None:
        return _t("not qualified for this material")
    if row.is_positive:
        return lapsed_words(row, on)
    return _t("%(decision)s for this material") % {"decision": row.get_decision_display().lower()}
