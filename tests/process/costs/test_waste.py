"""The waste of a route in the price: kilograms by class at the site's prices of disposal, as cost lines that follow size and route."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given

from accounts.models import Role
from audit.models import Event
from audit.refusals import NotAllowed, Refused
from catalogue.models import DisposalPrice, Material
from process.costs.disposing import take_waste, waste_of
from process.costs.services import change_scenario
from process.costs.trial import Trial
from process.costs.waste import Disposed, Tariff, balance_at_yields, disposed, unpriced
from process.models import CostAssessment
from process.routes.mass_balance import Waste, mass_balance
from process.routes.plain import Route
from process.routes.unit_cost import exact
from projects.models import Project
from tests.process import factories as make
from tests.process.costs.story import change, price_of, read
from tests.process.routes import routes
from tests.projects import factories as projects
from worksheets.changing import ADD, Change, Result, change_rows

D = Decimal
TARIFFS = {
    name: Tariff(D(price), "EUR") for name, price in (("solvent", "0.42"), ("water", "0.06"), ("aqueous", "0.18"), ("other", "1.10"))
}


@given(routes())
def test_twice_as_much_product_costs_twice_as_much_and_the_classes_make_up_the_sum(route: Route) -> None:
    once, twice = (mass_balance(route, kg).known.waste for kg in (40.0, 80.0))
    flat = dict.fromkeys(TARIFFS, Tariff(D("0.5"), "EUR"))

    assert float(cost(twice)) == pytest.approx(2 * float(cost(once)))
    assert float(cost(once, flat)) == pytest.approx(once.total * 0.5)


def cost(waste: Waste, tariffs: dict[str, Tariff] = TARIFFS) -> Decimal:
    return sum((each.cost for each in disposed(waste, tariffs) if each.tariff), D(0))


@given(routes())
def test_what_a_lower_yield_loses_is_disposed_of(route: Route) -> None:
    base, lower = (balance_at_yields(route, factor).known.waste for factor in (1.0, 0.5))

    assert lower.total > base.total
    assert exact(base.total) == exact(mass_balance(route, 1.0).known.waste.total)


def test_a_class_without_a_price_is_named_and_one_of_which_there_is_none_is_left_out() -> None:
    found = disposed(Waste(solvent=3.0, aqueous=2.0), {"solvent": TARIFFS["solvent"]})

    assert [(each.waste, each.kg) for each in found] == [("solvent", D(3)), ("aqueous", D(2))]
    assert (unpriced(found), found[0].cost) == (("aqueous",), D("1.26"))
    with pytest.raises(ValueError, match="aqueous"):
        _ = found[1].cost


def priced(waste: str, price: str = "0.18", **values: Any) -> Result:
    values = {"waste": waste, "price_per_kg": price, "currency": "EUR", "valid_from": "2026-01-01", "source": "Contract"} | values
    changes = [Change(ADD, values=values)]
    (result,) = change_rows("disposal-prices:demo-site", changes, actor=projects.person(Role.EHS)).results
    return result


@pytest.fixture
def project(db: None) -> Project:
    project = projects.a_project()
    project.site = projects.a_site()
    project.save()
    return project


@pytest.fixture
def scenario(project: Project) -> CostAssessment:
    """20 kg by one step at 80 %: 4-aminophenol, anhydride, and water to carry away what is left of them."""
    return make.a_scenario(project, make.draft_of(make.a_whole_route(project)))


def take(scenario: CostAssessment, phase: str = "pilot") -> None:
    take_waste(scenario.pk, phase, actor=make.estimator())


def test_the_lines_are_those_of_the_price_list_and_move_with_the_batch_size(scenario: CostAssessment) -> None:
    for waste in ("water", "aqueous"):
        assert priced(waste).is_saved
    before = price_of(scenario)

    take(scenario)

    lines = list(scenario.lines.all())
    assert [(line.label, line.basis, line.source, line.reference) for line in lines] == [
        ("Disposal: Water as charged", "kg", "price_book", "Contract"),
        ("Disposal: Residues in water", "kg", "price_book", "Contract"),
    ]
    assert {line.category for line in lines} == {"waste"}
    found = waste_of(read(scenario)).found
    assert float(sum(line.quantity * line.price for line in lines)) == pytest.approx(float(sum(each.cost for each in found)), abs=1e-4)
    of_one, size = price_of(scenario) - before, {"pilot": (D(40), 1), "validation": (D(0), 0)}
    of_two = price_of(scenario, Trial(size)) - of_nothing(scenario, Trial(size))
    assert float(of_two / of_one) == pytest.approx(2, rel=1e-3)


def of_nothing(scenario: CostAssessment, trial: Trial) -> Decimal:
    """The same without its waste."""
    lines = list(scenario.lines.all())
    scenario.lines.all().delete()
    price = price_of(scenario, trial)
    scenario.lines.bulk_create(lines)
    return price


def test_what_rounds_to_nothing_is_no_line_and_a_route_without_waste_says_so(scenario: CostAssessment, monkeypatch: Any) -> None:
    monkeypatch.setattr("process.costs.disposing.disposed", lambda *_said: ())
    with pytest.raises(Refused, match="The route makes no waste"):
        take(scenario)

    tariff = Tariff(D("0.5"), "EUR")
    some = (Disposed("water", D(2), tariff), Disposed("solvent", D("0.00004"), tariff))
    monkeypatch.setattr("process.costs.disposing.disposed", lambda *_said: some)
    take(scenario)
    assert [line.label for line in scenario.lines.all()] == ["Disposal: Water as charged"]


def a_rearrangement(project: Project) -> CostAssessment:
    """All of the reactant becomes the product; the solvent alone is left."""
    route = make.draft_of(make.a_route(project, "Rearrangement"))
    step = make.a_step(route, "Rearrangement", product_molar_mass_g_per_mol="109.128", yield_pct="100")
    start = make.a_material("4-Aminophenol", molar_mass_g_per_mol=109.128)
    solvent = make.a_material("Tetrahydrofuran", kind=Material.Kind.SOLVENT, density_kg_per_l=0.889)
    for material, price in ((start, "6.20"), (solvent, "1.40")):
        make.a_price(material, price)
    make.an_input(step, start, is_limiting="yes")
    make.an_input(step, solvent, role="solvent", amount="5", basis="l_per_kg")
    return make.a_scenario(project, route)


def sell(scenario: CostAssessment, name: str = "Tetrahydrofuran") -> None:
    assert not change(scenario, scenario.prices.get(material__name=name), {"recovered_per_kg": "0.40"}).errors


def test_where_all_is_sold_nothing_is_taken_and_what_was_taken_before_can_go(client: Client, project: Project) -> None:
    scenario = a_rearrangement(project)
    priced("solvent")
    take(scenario)
    sell(scenario)
    client.force_login(make.estimator())

    page = client.get(scenario.get_absolute_url()).content.decode()
    client.post(reverse("cost-waste", args=[project.code, scenario.number]), {"waste-phase": "pilot"})

    assert "the prices of disposal or what is sold of it have changed" in page
    assert "Nothing is left to dispose of: taken again, the 1 line that came from it goes." in page
    assert not scenario.lines.exists()
    event = Event.objects.filter(kind="cost.waste_taken").latest("pk")
    assert (list(event.data["before"]), event.data["after"]) == (["Pilot: Disposal: Organic solvents"], {})
    with pytest.raises(Refused, match="All that leaves the route is sold"):
        take(scenario)


def test_lines_of_a_waste_that_costs_nothing_any_more_can_go(scenario: CostAssessment) -> None:
    for waste in ("water", "aqueous"):
        priced(waste)
    take(scenario)
    DisposalPrice.objects.update(price_per_kg=0, note="The works takes it.")

    take(scenario)

    assert not scenario.lines.exists()
    with pytest.raises(Refused, match="costs nothing"):
        take(scenario)


def test_what_has_no_price_is_named_and_nothing_is_taken(scenario: CostAssessment, project: Project) -> None:
    priced("water")
    with pytest.raises(Refused, match="has no price for the disposal of: Residues in water"):
        take(scenario)
    Project.objects.update(site=None)
    with pytest.raises(Refused, match="No site is chosen"):
        take(scenario)
    with pytest.raises(NotAllowed):
        take_waste(scenario.pk, "pilot", actor=projects.person(Role.QUALITY_ASSURANCE))
    assert not scenario.lines.exists()


def test_another_yield_or_price_is_said_and_taken_again_in_place_of_the_lines(scenario: CostAssessment) -> None:
    for waste in ("water", "aqueous"):
        priced(waste)
    take(scenario)
    assert not waste_of(read(scenario)).changed
    one = scenario.lines.first()

    change_scenario(scenario.pk, {"yield_pct": D(50)}, actor=make.estimator())

    assert waste_of(read(scenario)).changed
    take(scenario, "validation")
    assert {line.phase for line in scenario.lines.all()} == {"validation"}
    assert (scenario.lines.count(), waste_of(read(scenario)).changed) == (2, False)
    assert one is not None
    assert scenario.lines.first().quantity == pytest.approx(2 * one.quantity, rel=D("0.001"))
    DisposalPrice.objects.update(price_per_kg=D("0.20"))
    assert waste_of(read(scenario)).changed
    assert Event.objects.filter(kind="cost.waste_taken").count() == 2


def test_a_class_has_one_price_on_any_day_and_one_of_nothing_says_why(project: Project) -> None:
    assert priced("water").is_saved

    assert "give that one its last day first" in priced("water", valid_from="2026-06-01").errors["valid_from"][0]
    assert "Say why" in priced("other", "0").errors["note"][0]
    assert "before the first day" in priced("other", valid_until="2025-12-31").errors["valid_until"][0]
    DisposalPrice.objects.update(valid_until=timezone.localdate() - timedelta(days=1))
    assert priced("water", valid_from=timezone.localdate().isoformat()).is_saved
    with pytest.raises(NotAllowed):
        change_rows("disposal-prices:demo-site", [], actor=projects.person(Role.RESEARCH))


def test_the_page_takes_the_waste_and_says_when_it_is_another_one(client: Client, scenario: CostAssessment) -> None:
    for waste in ("water", "aqueous"):
        priced(waste)
    client.force_login(make.estimator())
    address = reverse("cost-waste", args=[scenario.project.code, scenario.number])

    page = client.post(address, {"waste-phase": "pilot"}, follow=True).content.decode()

    assert "The cost lines follow the waste of the route." in page
    assert "Take the waste again" in page
    assert "is another one since" not in page
    DisposalPrice.objects.update(price_per_kg=D("0.20"))
    assert "The waste that was taken into the cost lines is another one since" in client.get(scenario.get_absolute_url()).content.decode()
    assert client.post(address, {"waste-phase": "moon"}).status_code == 400
