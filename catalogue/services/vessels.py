"""The vessels of a site: what is true of one, and how demo and tests enter it by the door of its table."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _t

from accounts.currencies import is_too_fine, too_fine_words
from audit.refusals import BadInput
from catalogue.models import Vessel
from worksheets.changing import CHANGE, Change, add_row, change_rows
from worksheets.rows import Rows

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class VesselFacts:
    """What is recorded of a vessel beside its site and tag. Working volumes in litres, both or none; a rate with currency and first day."""

    name: str
    kind: str
    material: str
    volume_min_litres: Decimal | None = None
    volume_max_litres: Decimal | None = None
    hourly_rate: Decimal | None = None
    rate_currency: str = ""
    rate_from: date | None = None


class VesselRows(Rows):
    def clean(self, row: Vessel, changed: Collection[str]) -> None:
        errors = self._wrong_service(row, changed)
        if wrong := _wrong_volume(row):
            errors["volume_max_litres"] = wrong
        errors |= _wrong_rate(row)
        if errors:
            raise BadInput(errors)

    def _wrong_service(self, row: Vessel, changed: Collection[str]) -> dict[str, str]:
        """Who takes it out of service is asked why anyway: that reason stands in the cell, unless it says another."""
        said = row.out_of_service_reason
        if row.in_service:
            row.out_of_service_reason = ""
            return {"out_of_service_reason": _t("It is in service.")} if said and "out_of_service_reason" in changed else {}
        row.out_of_service_reason = said or self.reason
        asked = row.pk is not None and "in_service" in changed
        return {} if row.out_of_service_reason or asked else {"out_of_service_reason": _t("Say why it is out of service.")}


def add_vessel(site_key: str, tag: str, facts: VesselFacts, *, actor: User) -> Vessel:
    """Enter a vessel at a site. Raises BadInput by column, NotAllowed."""
    pk = add_row(f"vessels:{site_key}", {"tag": tag, **asdict(facts)}, actor=actor)
    return Vessel.objects.select_related("site").get(pk=pk)


def take_out_of_service(site_key: str, tag: str, *, reason: str, actor: User) -> None:
    """Nothing can be booked in it from now on; what is booked stays, and says so. Raises BadInput, NotAllowed."""
    vessel = Vessel.objects.get(site__key=site_key, tag=tag)
    out = Change(CHANGE, vessel.pk, {"in_service": "no"})
    (result,) = change_rows(f"vessels:{site_key}", [out], actor=actor, reason=reason).results
    if not result.is_saved:
        raise BadInput(result.errors)


def _wrong_volume(vessel: Vessel) -> str:
    least, most = vessel.volume_min_litres, vessel.volume_max_litres
    if least is None and most is None:
        return ""
    if least is None or most is None:
        return _t("Give both working volumes, or none.")
    if least <= 0:
        return _t("A working volume is greater than nothing.")
    return _t("The greatest working volume is below the smallest.") if most < least else ""


def _wrong_rate(vessel: Vessel) -> dict[str, str]:
    if vessel.hourly_rate is None:
        return {name: _t("This belongs to a rate.") for name in ("rate_currency", "rate_from") if getattr(vessel, name)}
    missing = {"rate_currency": _t("A rate needs its currency."), "rate_from": _t("A rate needs the day from which it holds.")}
    errors = {name: words for name, words in missing.items() if not getattr(vessel, name)}
    if vessel.rate_currency and is_too_fine(vessel.hourly_rate, vessel.rate_currency):
        errors["hourly_rate"] = too_fine_words(vessel.rate_currency)
    return errors
