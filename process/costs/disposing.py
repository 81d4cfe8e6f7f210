"""The waste of the route taken over into a draft scenario: for each kilogram of API so many kilograms of each class, at the prices of the
project's site. The lines are replaced when it is taken again. What a recovered value is counted of is sold, and no waste of ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, Max, OuterRef, QuerySet
from django.db.models.functions import Cast, JSONObject
from django.urls import reverse
from django.utils.translation import gettext as _t

from audit.acts import act
from audit.events import record
from audit.hashes import hash_of
from audit.refusals import BadInput, Blocker, require_none
from catalogue.models import DisposalPrice
from process.costs.case import Basis
from process.costs.figures import Source
from process.costs.materials import Category
from process.costs.models import PHASE_CHOICES, CostAssessment, CostLine
from process.costs.plans import FOUR_PLACES
from process.costs.services import editing_blockers, locked_draft
from process.costs.taking import told_of
from process.costs.waste import Disposed, Tariff, balance_at_yields, disposed, taken_off, unpriced, without_sold
from process.routes.building import material_key, plain_route, steps_of
from process.words import plain_number
from projects.money import half_up
from projects.services.siting import no_site

if TYPE_CHECKING:
    from accounts.models import User
    from process.routes.models import RouteStep

WASTE = "waste"  # the mark of the lines that came from here
HUNDRED, NAMED = Decimal(100), 3  # of what is sold
TOLD = ("waste", "currency", "source", "valid_from", "valid_until")
CLASSES = dict(DisposalPrice.Waste.choices)


@dataclass(frozen=True)
class RouteWaste:
    """found: of one kilogram of API, by class; empty where there is no balance. phase, number: of the lines that were taken, "" and 0
    where none were. changed: route, yields, prices or what is sold are others since. left_out: in words what it is without.
    """

    found: tuple[Disposed, ...] = ()
    phase: str = ""
    number: int = 0
    changed: bool = False
    blockers: tuple[Blocker, ...] = ()
    left_out: str = ""

    @property
    def rows(self) -> list[tuple[str, str, str]]:
        """Class, kilograms for one of API, and its price."""
        return [(str(CLASSES[each.waste]), plain_number(_kg(each)), _price_words(each)) for each in self.found]


def waste_of(scenario: CostAssessment, steps: Sequence[RouteStep] | None = None) -> RouteWaste:
    """steps: of its route, where they were read already. One query for the prices; none of a fixed scenario."""
    taken = [line for line in scenario.lines.all() if line.planned_by == WASTE]
    phase = taken[0].phase if taken else ""
    if not scenario.is_draft:
        return RouteWaste(phase=phase, number=len(taken), blockers=tuple(editing_blockers(scenario)))
    standing = _standing(scenario, steps, again=bool(taken))
    changed = bool(taken) and taken[0].plan_fingerprint != _fingerprint(standing.found)
    blockers = (*editing_blockers(scenario), *standing.blockers)
    return replace(standing, phase=phase, number=len(taken), changed=changed, blockers=blockers)


def _standing(scenario: CostAssessment, steps: Sequence[RouteStep] | None, *, again: bool) -> RouteWaste:
    """again: of a scenario from whose route lines were taken before."""
    version = scenario.route_version
    if version is None:
        words, link = _t("The scenario counts with no route yet."), f"{scenario.get_absolute_url()}#id_change-route_version"
        return RouteWaste(blockers=(Blocker("cost.no_route", words, link),))
    route = plain_route(list(steps_of(version)) if steps is None else steps)
    answer = balance_at_yields(route, float(scenario.yield_pct / HUNDRED))
    if answer.value is None:
        return RouteWaste(blockers=tuple(Blocker("cost.route", fault.words, link=version.get_absolute_url()) for fault in answer.faults))
    sold = _sold(scenario)
    found, off = disposed(without_sold(answer.value, sold), _tariffs(scenario)), taken_off(answer.value, sold)
    return RouteWaste(found, blockers=tuple(_missing(scenario, found, off, again=again)), left_out=_left_out(off))


def _sold(scenario: CostAssessment) -> set[str]:
    """The keys of the materials of which a recovered value is counted."""
    return {material_key(row.material_id) for row in scenario.prices.all() if row.recovered_per_kg is not None}


def _left_out(off: Sequence[str]) -> str:
    """What the waste of the scenario is without; "" where it is whole."""
    names = ", ".join(off[:NAMED]) + (" …" if len(off) > NAMED else "")
    return _t("Without what is sold, as a recovered value is counted of it: %(names)s.") % {"names": names} if off else ""


def with_tariffs(scenarios: QuerySet[CostAssessment]) -> QuerySet[CostAssessment]:
    """`tariffs`: the prices of the site that hold on the day of the scenario, read with it; a page asks enough besides."""
    rows = DisposalPrice.objects.valid(OuterRef("priced_on")).filter(site=OuterRef("project__site"))  # type: ignore[arg-type]
    told = JSONObject(price_per_kg=Cast("price_per_kg", CharField()), **{name: name for name in TOLD})
    return scenarios.annotate(tariffs=ArraySubquery(rows.values(told=told)))


def _tariffs(scenario: CostAssessment) -> dict[str, Tariff]:
    if "tariffs" not in scenario.__dict__:
        scenario = with_tariffs(CostAssessment.objects.all()).get(pk=scenario.pk)
    return {row["waste"]: _tariff(row) for row in scenario.tariffs}  # type: ignore[attr-defined]


def _tariff(row: dict[str, Any]) -> Tariff:
    first, last = (date.fromisoformat(day) if day else None for day in (row["valid_from"], row["valid_until"]))
    return Tariff(Decimal(row["price_per_kg"]), row["currency"], row["source"], first, last)


def _missing(scenario: CostAssessment, found: Sequence[Disposed], off: Sequence[str], *, again: bool) -> Iterator[Blocker]:
    """again: lines were taken before; where nothing is left of them, or it costs nothing, they can go."""
    if again and not found:
        return
    site = scenario.project.site
    if site is None:
        yield from no_site(scenario.project, _t("No site is chosen for the project, whose prices of disposal would count."))
        return
    link = reverse("site-disposal", args=[site.key])
    for name in unpriced(found):
        words = _t("%(site)s has no price for the disposal of: %(waste)s.") % {"site": site.name, "waste": CLASSES[name]}
        yield Blocker("cost.no_disposal", words, link=link)
    if not found:
        words = _t("All that leaves the route is sold.") if off else _t("The route makes no waste.")
        yield Blocker("cost.no_waste", words, link=link)
    elif not again and not unpriced(found) and not any(each.cost and _kg(each) for each in found):
        yield Blocker("cost.free_disposal", _t("The disposal of this waste costs nothing."), link=link)


def _fingerprint(found: Sequence[Disposed]) -> str:
    said = [[each.waste, half_up(each.kg, FOUR_PLACES), *(_said(each.tariff) if each.tariff else ())] for each in found]
    return hash_of({"waste": said})


def _said(tariff: Tariff) -> list[Any]:
    return [tariff.price_per_kg, tariff.currency, tariff.source, tariff.valid_until.isoformat() if tariff.valid_until else ""]


@act
def take_waste(pk: int, phase: str, *, actor: User) -> CostAssessment:
    """In place of the lines that were taken before, in whatever phase; what people typed and what plans brought stays.

    Where the route leaves nothing to pay for any more, only they go.
    """
    row = locked_draft(pk, actor)
    if phase not in dict(PHASE_CHOICES):
        raise BadInput({"phase": _t("Choose a phase.")})
    standing = waste_of(row)
    require_none(standing.blockers)
    own = row.lines.filter(planned_by=WASTE)
    before = told_of(own)
    own.delete()
    lines = _lines(row, phase, standing)
    CostLine.objects.bulk_create(lines)
    record("cost.waste_taken", row, actor=actor, before=before, after=told_of(lines), link=row.get_absolute_url())
    return row


def _lines(row: CostAssessment, phase: str, standing: RouteWaste) -> list[CostLine]:
    """Below all others, without what costs nothing."""
    last = row.lines.aggregate(last=Max("position"))["last"] or 0
    words = _t("By the mass balance of %(route)s, yields at %(percent)s %%.")
    told = words % {"route": row.route_version, "percent": plain_number(row.yield_pct)}
    common = {
        "assessment": row,
        "phase": phase,
        "category": Category.WASTE.value,
        "basis": Basis.KG.value,
        "unit": "kg",
        "source": Source.PRICE_BOOK.value,
        "note": f"{told} {standing.left_out}".rstrip(),
        "planned_by": WASTE,
        "plan_fingerprint": _fingerprint(standing.found),
    }
    priced = [(each, each.tariff) for each in standing.found if each.tariff is not None and each.cost and _kg(each)]
    return [
        CostLine(
            position=last + place,
            label=_t("Disposal: %(waste)s") % {"waste": CLASSES[each.waste]},
            quantity=_kg(each),
            price=tariff.price_per_kg,
            currency=tariff.currency,
            reference=tariff.source,
            dated=tariff.valid_from or row.priced_on,
            valid_until=tariff.valid_until,
            **common,
        )
        for place, (each, tariff) in enumerate(priced, start=1)
    ]


def _kg(each: Disposed) -> Decimal:
    return half_up(each.kg, FOUR_PLACES)


def _price_words(each: Disposed) -> str:
    if each.tariff is None:
        return _t("no price")
    return f"{plain_number(each.tariff.price_per_kg)} {each.tariff.currency}/kg"
