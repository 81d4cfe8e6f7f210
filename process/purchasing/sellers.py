"""Who is asked for a material: whoever has quoted it or is qualified for it, and where these are too few, who is likeliest to sell it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Case, F, Max, Value, When
from django.utils.formats import date_format
from django.utils.translation import gettext as _t

from catalogue.models import Material, Supplier, SupplierQualification, SupplierQuote
from catalogue.qualification import newest

LEAST_SUPPLIERS = 2
Thing = int | str  # a material by its key, or a kind of materials


@dataclass(frozen=True)
class Seller:
    """because: in words, why this supplier is proposed."""

    supplier: Supplier
    because: str


@dataclass
class Dealing:
    """What we know of a supplier and a material or a kind: when it last quoted it, and the newest decision that it may be bought there."""

    quoted_on: date | None = None
    qualified: SupplierQualification | None = None

    @property
    def heard_on(self) -> date:
        return max(self.quoted_on or date.min, self.qualified.decided_on if self.qualified else date.min)

    def words(self, kind: str = "") -> str:
        """kind: in words, where it was another material of it."""
        said = []
        if self.quoted_on:
            words = _t("quoted another %(kind)s on %(day)s") if kind else _t("quoted on %(day)s")
            said.append(words % {"kind": kind, "day": date_format(self.quoted_on, "j M Y")})
        if self.qualified:
            words = _t("qualified for another %(kind)s until %(day)s") if kind else _t("qualified until %(day)s")
            said.append(words % {"kind": kind, "day": date_format(self.qualified.last_day, "j M Y")})
        return ", ".join(said)


@dataclass(frozen=True)
class Market:
    """What the catalogue says of some materials and of all others of their kinds.

    suppliers: without those that are suspended or disqualified. barred: which supplier the newest decision shuts out for which material.
    others: some with whom we have not dealt in such materials, by name.
    """

    suppliers: Mapping[int, Supplier]
    dealings: Mapping[Thing, Mapping[int, Dealing]]
    barred: Collection[tuple[int, int]]
    others: Sequence[Supplier] = ()

    def known(self, material: Material) -> list[Seller]:
        """Who has quoted it or is qualified for it: approved ones first, then of whom we have heard last."""
        return self._sellers(material, material.pk)

    def of_kind(self, material: Material, preferred: Collection[Supplier] = ()) -> list[Seller]:
        """Who sells materials of its kind, in the same order; of equal status those first who get a letter anyway."""
        return self._sellers(material, material.kind, material.get_kind_display().lower(), preferred)

    def may_sell(self, supplier: Supplier, material: Material) -> bool:
        return (supplier.pk, material.pk) not in self.barred

    def _sellers(self, material: Material, thing: Thing, kind: str = "", preferred: Collection[Supplier] = ()) -> list[Seller]:
        dealings = {self.suppliers[pk]: each for pk, each in self.dealings.get(thing, {}).items() if pk in self.suppliers}
        may = [supplier for supplier in dealings if self.may_sell(supplier, material)]
        may.sort(key=lambda each: (not _is_approved(each), each not in preferred, -dealings[each].heard_on.toordinal(), each.name, each.pk))
        return [Seller(supplier, dealings[supplier].words(kind)) for supplier in may]


def sellers_of(materials: Sequence[Material], on: date) -> dict[int, list[Seller]]:
    """By material: everybody who is known for it. Where these are fewer than two, as many more as make two: first who sells others of its
    kind, then who is asked for most of the other lines. Each says why.
    """
    market = market_of(materials, on)
    found = {each.pk: market.known(each) for each in materials}
    known = _asked(found)
    for each in materials:
        _fill_up(found[each.pk], market.of_kind(each, known))
    asked = sorted(_asked(found).items(), key=lambda each: (not _is_approved(each[0]), -each[1], each[0].name, each[0].pk))
    for each in materials:
        _fill_up(found[each.pk], [Seller(other, _t("asked for other lines")) for other, _n in asked if market.may_sell(other, each)])
    return found


def market_of(materials: Iterable[Material], on: date, *, others: int = 0) -> Market:
    """In three queries. others: how many more suppliers are wanted."""
    rows = list(materials)
    kinds = {each.kind for each in rows}
    dealings: dict[Thing, dict[int, Dealing]] = {}
    mine = Case(When(material__in=rows, then=F("material")))  # of all others of a kind together only when
    quotes = SupplierQuote.objects.filter(material__kind__in=kinds).annotate(mine=mine).order_by()
    for kind, material, supplier, day in quotes.values_list("material__kind", "mine", "supplier").annotate(last=Max("quoted_on")):
        for thing in (kind, *([material] if material else [])):
            dealing = dealings.setdefault(thing, {}).setdefault(supplier, Dealing(day))
            dealing.quoted_on = max(dealing.quoted_on or day, day)
    decisions = newest(SupplierQualification.objects.filter(material__kind__in=kinds).select_related("material"))
    for each in decisions:
        if each.material is not None and each.is_positive and each.holds_on(on):
            for thing in (each.material.pk, each.material.kind):
                dealings.setdefault(thing, {}).setdefault(each.supplier_id, Dealing()).qualified = each
    known = {pk for each in dealings.values() for pk in each}
    place = Case(When(pk__in=known, then=Value(0)), default=Value(1))
    suppliers = list(Supplier.objects.may_be_asked().order_by(place, "name", "pk")[: len(known) + others])
    barred = {(each.supplier_id, each.material_id) for each in decisions if each.material_id and not each.is_positive}
    found = {each.pk: each for each in suppliers if each.pk in known}
    return Market(found, dealings, barred, [each for each in suppliers if each.pk not in known][:others])


def _fill_up(sellers: list[Seller], others: Iterable[Seller]) -> None:
    """To two, with others than are there."""
    there = {each.supplier for each in sellers}
    new = [each for each in others if each.supplier not in there]
    sellers.extend(new[: max(LEAST_SUPPLIERS - len(sellers), 0)])


def _asked(found: Mapping[int, Iterable[Seller]]) -> Counter[Supplier]:
    """For how many materials each is asked."""
    return Counter(seller.supplier for sellers in found.values() for seller in sellers)


def _is_approved(supplier: Supplier) -> bool:
    return supplier.status == Supplier.Status.APPROVED
