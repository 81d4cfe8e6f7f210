"""From the rows of a version to plain data, and the prices that are known for it. Percent become fractions here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.db.models import Prefetch, QuerySet

from catalogue.models import ExchangeRate, Material, Supplier, SupplierQuote
from catalogue.models.supply import ListOfPrices, list_of
from process.packs import Break, Purchase, breaks_of, cheapest, purchases, smallest
from process.routes.models import RouteStep, RouteVersion, StepInput
from process.routes.plain import Basis, Charge, Price, Role, Route, Step, Substance
from process.routes.unit_cost import exact

HUNDRED = Decimal(100)
WORTH_SAYING = Decimal("0.001")  # kg


class Level:
    """Which of the three yields is taken; a step without a low or high one has its base."""

    LOW, BASE, HIGH = "low", "base", "high"


def steps_of(version: RouteVersion) -> QuerySet[RouteStep]:
    """With all that is read of them, in two queries."""
    return _whole(RouteStep.objects.filter(version=version))


def steps_of_many(versions: Iterable[RouteVersion]) -> dict[RouteVersion, list[RouteStep]]:
    """The same for several versions, in two queries too."""
    found: dict[int, list[RouteStep]] = {version.pk: [] for version in versions}
    for step in _whole(RouteStep.objects.filter(version__in=list(found))):
        found[step.version_id].append(step)
    return {version: found[version.pk] for version in versions}


def _whole(steps: QuerySet[RouteStep]) -> QuerySet[RouteStep]:
    lines = Prefetch("inputs", queryset=StepInput.objects.select_related("material__compound", "from_step"))
    return steps.select_related("product_compound").prefetch_related(lines)


def plain_route(steps: Iterable[RouteStep], level: str = Level.BASE) -> Route:
    """The steps that count; a charge's key is the id of its row, a step's its key."""
    rows = list(steps)
    by_id = {row.pk: row for row in rows}
    return Route(tuple(_step(row, by_id, level) for row in rows if not row.set_aside))


def _step(row: RouteStep, by_id: dict[int, RouteStep], level: str) -> Step:
    wanted = {Level.LOW: row.yield_low_pct, Level.HIGH: row.yield_high_pct}.get(level)
    per_limiting = float(row.product_per_limiting)
    return Step(
        key=str(row.key),
        name=row.name,
        product=product_of(row),
        yield_fraction=float((row.yield_pct if wanted is None else wanted) / HUNDRED) * per_limiting,
        charges=tuple(_charge(line, by_id) for line in row.inputs.all()),
        product_per_limiting=per_limiting,
    )


def product_of(row: RouteStep) -> Substance:
    """Two steps with one compound, or one name where no compound is given, are ways to the same product."""
    key = f"compound {row.product_compound_id}" if row.product_compound_id else f"product {row.product_name.casefold()}"
    return Substance(key, row.product_name, row.molar_mass_g_per_mol)


def substance_of(material: Material) -> Substance:
    mass = material.molar_mass_g_per_mol
    if mass is None and material.compound is not None:
        mass = material.compound.molar_mass_g_per_mol
    return Substance(material_key(material.pk), str(material), mass, material.density_kg_per_l)


def material_key(pk: int) -> str:
    return f"material {pk}"


def material_pk(key: str) -> int:
    return int(key.split()[-1])


def role_of(line: StepInput) -> Role:
    """Water that is charged as a solvent or an auxiliary is water: neither mass intensity nor waste counts it as an organic solvent."""
    is_water = line.material is not None and line.material.kind == Material.Kind.WATER
    return Role.WATER if is_water and line.role in (Role.SOLVENT, Role.AUXILIARY) else Role(line.role)


def _charge(line: StepInput, by_id: dict[int, RouteStep]) -> Charge:
    made = by_id[line.from_step_id] if line.from_step_id else None
    return Charge(
        key=str(line.pk),
        substance=product_of(made) if made is not None else substance_of(line.material),  # type: ignore[arg-type]
        role=role_of(line),
        amount=float(line.amount),
        basis=Basis(line.basis),
        assay_fraction=float(line.assay_pct / HUNDRED),
        recycle_fraction=float(line.recycle_pct / HUNDRED),
        is_limiting=line.is_limiting,
        from_step=str(made.key) if made is not None else "",
        reference=str(line.reference_id or ""),
        stoichiometry=None if line.stoichiometry is None else float(line.stoichiometry),
    )


@dataclass(frozen=True)
class Priced:
    """A price that was found, with where it comes from, and what is sold at it. is_reached: so little as is needed is sold at all.
    needed_kg: 0 where none is said. is_awarded: the material goes to this supplier, so that nobody else's price was compared. instead: the
    smaller order that would do and costs more in all, where one goes up to a break.
    """

    price: Price
    quote: SupplierQuote
    sold: Break
    is_reached: bool
    needed_kg: Decimal = Decimal(0)
    is_awarded: bool = False
    instead: Priced | None = None

    @property
    def least_kg(self) -> Decimal:
        return self.sold.least_kg

    @property
    def bought_kg(self) -> Decimal:
        """Whole packs, at least the smallest order; nothing where no quantity is said."""
        return self.sold.to_buy(self.needed_kg)

    @property
    def total(self) -> Decimal:
        return self.price.amount_per_kg * self.bought_kg

    @property
    def counted(self) -> Price:
        """What a kilogram has in the cost of a route."""
        return replace(self.price, amount_per_kg=self.cost)

    @property
    def cost(self) -> Decimal:
        """Of a kilogram that is needed, all that has to be bought for it counted; as it is quoted where no quantity is said. Of the
        cheapest of several (`rank`) less that is needed never costs more in all.
        """
        is_exact = self.bought_kg == self.needed_kg
        return self.price.amount_per_kg if is_exact else self.total / self.needed_kg

    @property
    def is_left_over(self) -> bool:
        """More has to be bought than is needed, so that a kilogram costs more than it is quoted at."""
        return self.bought_kg - self.needed_kg >= WORTH_SAYING

    @property
    def rank(self) -> tuple[bool, Decimal, Decimal]:
        """The cheapest first of what would have to be bought. Where no quantity is said, what is sold in any quantity first, and of the
        others what has to be ordered least of.
        """
        is_any = bool(self.needed_kg) or self.is_reached
        return not is_any, Decimal(0) if is_any else self.least_kg, self.cost


@dataclass(frozen=True)
class Prices:
    """By material, in `currency`. unrated: of what is quoted only in currencies without a known rate, those currencies."""

    currency: str
    on: date
    found: Mapping[int, Priced]
    unrated: Mapping[int, Sequence[str]]


def holding_quotes(materials: Iterable[int], on: date) -> QuerySet[SupplierQuote]:
    """Prices that somebody may order by on that day."""
    quotes: QuerySet[SupplierQuote] = SupplierQuote.objects.valid(on).filter(material__in=materials)
    return quotes.exclude(supplier__status__in=Supplier.NOT_ASKED)


def read_quotes(materials: Iterable[int], on: date) -> list[SupplierQuote]:
    """What `known_prices` chooses from."""
    return list(holding_quotes(materials, on).select_related("supplier").order_by("quoted_on", "quantity_from_kg", "id"))


def known_prices(materials: Iterable[int], *, currency: str, on: date, needed_kg: Mapping[int, float] | None = None) -> Prices:
    """`prices_among` those that are read for it."""
    return prices_among(read_quotes(materials, on), currency=currency, on=on, needed_kg=needed_kg)


def prices_among(
    quotes: Iterable[SupplierQuote],
    *,
    currency: str,
    on: date,
    needed_kg: Mapping[int, float] | None = None,
    rates: Mapping[str, ExchangeRate] | None = None,
    awarded: Mapping[int, ListOfPrices] | None = None,
) -> Prices:
    """By material: the cheapest price that holds on that day for what is needed, whole packs counted. One query, for the rates,
    where they are not known: by currency, into that one.

    Of one supplier the newest price list counts, and of it the highest break that is reached by what has to be bought, or one above it
    where going up to it costs less in all; the smallest quantity where none is said. Where no supplier sells so little, the smallest break
    stands in.

    awarded: by material the one price list that counts, whatever others ask.
    """
    known = ExchangeRate.objects.into(currency, on) if rates is None else rates
    factors = {currency: Decimal(1)} | {other: row.rate for other, row in known.items()}
    lists: dict[tuple[int, int], list[SupplierQuote]] = {}
    unrated: dict[int, set[str]] = {}
    given = awarded or {}
    for quote in quotes:
        if given.get(quote.material_id, list_of(quote)) != list_of(quote):
            continue
        if quote.currency in factors:
            rows = lists.setdefault((quote.material_id, quote.supplier_id), [])
            rows[:] = [row for row in rows if row.quoted_on == quote.quoted_on] + [quote]
        else:
            unrated.setdefault(quote.material_id, set()).add(quote.currency)
    found: dict[int, Priced] = {}
    for (material, _supplier), rows in lists.items():
        needed = exact((needed_kg or {}).get(material, 0.0))
        for one in _lists_in(rows):
            priced = _ordered(one, needed, currency, factors[one[0].currency], is_awarded=material in given)
            if material not in found or priced.rank < found[material].rank:
                found[material] = priced
    return Prices(currency, on, found, {material: sorted(each) for material, each in unrated.items() if material not in found})


def _lists_in(quotes: Iterable[SupplierQuote]) -> Iterable[list[SupplierQuote]]:
    """What a supplier quoted on one day under two references, or in two currencies, is two lists."""
    found: dict[ListOfPrices, list[SupplierQuote]] = {}
    for quote in quotes:
        found.setdefault(list_of(quote), []).append(quote)
    return found.values()


def _ordered(rows: Sequence[SupplierQuote], needed_kg: Decimal, currency: str, factor: Decimal, *, is_awarded: bool) -> Priced:
    """By which break of a list somebody orders. rows: the whole list, the smallest break first."""
    breaks, prices = breaks_of(rows), [row.price_per_kg * factor for row in rows]
    is_reached = any(each.least_kg <= needed_kg for each in breaks)

    def priced(way: Purchase) -> Priced:
        quote = rows[way.place]
        price = Price(material_key(quote.material_id), way.price, currency, quote.note)
        return Priced(price, quote, breaks[way.place], is_reached, needed_kg, is_awarded)

    ways = purchases(needed_kg, breaks, prices)
    usual, best = smallest(ways), cheapest(ways)
    return replace(priced(best), instead=priced(usual)) if best.kg > usual.kg else priced(best)
