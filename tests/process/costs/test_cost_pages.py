"""The pages of cost scenarios in the browser's hands."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User
from audit.models import Event
from notifications.models import Notification
from process.assumptions.models import Assumption
from process.costs import building, results, services
from process.costs.band import price_band
from process.costs.counting import what_counts
from process.costs.disposing import WASTE
from process.costs.estimate import estimate
from process.costs.models import CostLine
from process.costs.plan_words import PLANS
from process.costs.quoting import quote_scenario
from process.costs.sizes import scale_values
from process.costs.tornado import tornado
from process.models import CostAssessment, MaterialPrice
from process.routes.services import fix_version
from projects.models import Project
from tests.phases.sheets import OPERATION, add_row
from tests.process import factories as make
from tests.process.costs.story import LABOUR, enter
from tests.projects import factories as projects
from tests.projects.people import business
from tests.projects.vessels import a_vessel
from worksheets.bound import Bound
from worksheets.changing import ADD, Change, change_rows

pytestmark = pytest.mark.django_db
MOST_QUERIES = 15
MOST_OF_A_BUSY_PAGE = 18


@pytest.fixture
def seller(client: Client) -> Client:
    client.force_login(make.estimator())
    return client


@pytest.fixture
def scenario(scenario: CostAssessment) -> CostAssessment:
    """With one cost line that reaches from 40 to 60 hours a batch."""
    labour = {"label": "Operators", "phase": "pilot", "category": "labour", "basis": "batch", "unit": "h"}
    line = labour | {"quantity": "40", "quantity_high": "60", "price": "120", "source": "Price book"}
    change_rows(f"cost-lines:{scenario.pk}", [Change(ADD, values=line)], actor=make.estimator())
    return scenario


def shown(browser: Client, address: str, **more: Any) -> str:
    answer = browser.get(address, **more)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def test_the_page_says_the_price_its_band_and_what_it_rests_on(seller: Client, scenario: CostAssessment) -> None:
    page = shown(seller, scenario.get_absolute_url())

    for words in (
        "18,352.13 EUR",
        "30 % of the price, that is a markup of 42.9 % on the cost",
        "Quantity of Operators: at 40 h the price is 18,352.13, at 60 h it is 26,646.53",
        "10,000 draws of 1 figures with the seed 1",
        "Price book",
    ):
        assert words in page, words


def test_what_comes_next_stands_before_all_that_the_scenario_says(seller: Client, scenario: CostAssessment) -> None:
    page = shown(seller, scenario.get_absolute_url())

    title, fix, quote = (page.index(words) for words in ('id="next-title"', 'id="cost-fix"', "Put this price into the quotation"))
    assert title < fix < quote < page.index('id="cost-trial"') < page.index('id="sheet-cost-lines"')
    assert page.count('id="cost-fix"') == page.count('id="blocked-quote"') == 1


def test_the_path_of_a_row_begins_with_the_project(seller: Client, scenario: CostAssessment) -> None:
    project, version = scenario.project, scenario.route_version
    assert version is not None
    rows = {
        f"cost-lines:{scenario.pk}": (scenario.lines.all()[0].pk, scenario),
        f"route-steps:{version.pk}": (version.steps.all()[0].pk, version),
    }
    for address, (pk, parent) in rows.items():
        page = shown(seller, reverse("worksheet-row", args=[address, pk]))

        path = page[page.index('class="breadcrumb"') : page.index("</nav>", page.index('class="breadcrumb"'))]
        first, second = (path.index(f'href="{each.get_absolute_url()}"') for each in (project, parent))
        assert first < second


def test_a_size_that_is_no_number_is_said_above_the_price_of_what_is_saved(seller: Client, scenario: CostAssessment) -> None:
    part = shown(seller, f"{scenario.get_absolute_url()}?pilot-batch_kg=abc", headers={"HX-Request": "true"})

    assert "These figures cannot be priced" in part and "Below stands the price of what is saved." in part
    assert "18,352.13 EUR" in part and "Keep what is tried" not in part


def test_a_typed_batch_number_prices_anew_and_htmx_is_answered_with_that_part(seller: Client, scenario: CostAssessment) -> None:
    address = f"{scenario.get_absolute_url()}?pilot-batches=4&yield_pct=100"

    page = shown(seller, address)
    part = shown(seller, address, headers={"HX-Request": "true"})

    assert "Price as tried; nothing of it is saved" in page
    takes = (reverse("assumptions-take", args=[scenario.project.code, 1]), reverse("letter-of-scenario", args=[scenario.project.code, 1]))
    for tried in (page, part):
        assert "It follows from what is saved: keep what is tried as the next scenario first." in tried
        assert not any(each in tried for each in takes)
    assert part.startswith((' <div id="cost-result"', '<div id="cost-result"'))
    price = re.search(r"[\d,.]+ EUR</strong>", part)
    assert price is not None
    assert price.group() in page
    assert "18,352.13 EUR</strong>" not in page
    assert scale_values(scenario)["pilot-batches"] == 2


def test_the_button_that_fixes_opens_once_nothing_is_missing(seller: Client, scenario: CostAssessment) -> None:
    address, asked = f"{scenario.get_absolute_url()}?blocked=1", {"HX-Request": "true"}
    assert scenario.route_version is not None

    blocked = shown(seller, address, headers=asked)
    fix_version(scenario.route_version.pk, reason="Quoted.", actor=make.chemist())
    opened = shown(seller, address, headers=asked)

    assert 'id="cost-fix" hx-swap-oob="true"' in blocked and "fix that version first" in blocked
    assert 'name="fix-reason"' in opened
    assert "cost-fix" not in shown(seller, scenario.get_absolute_url(), headers=asked)


def test_a_wrong_figure_and_an_impossible_yield_are_said(seller: Client, scenario: CostAssessment) -> None:
    address = scenario.get_absolute_url()

    assert "Pilot, batches: " in shown(seller, f"{address}?pilot-batches=two")
    assert "belong together" in shown(seller, f"{address}?pilot-batches=0")
    tried = shown(seller, f"{address}?yield_pct=150")
    assert ("more than the equation gives" in tried, 'href="#id_yield_pct"' in tried) == (True, True)


def test_a_figure_that_cannot_be_priced_leads_to_where_it_is_mended(seller: Client, scenario: CostAssessment) -> None:
    address = scenario.get_absolute_url()
    line = scenario.lines.all()[0]
    CostAssessment.objects.update(yield_pct=Decimal(150))
    assert f'href="{address}#id_change-yield_pct"' in shown(seller, address)
    CostAssessment.objects.update(yield_pct=Decimal(100))

    CostLine.objects.filter(pk=line.pk).update(price=0, price_low=None, price_high=None, note="")

    page = shown(seller, address)
    assert f"{line.label}: A price of zero needs a note" in page
    assert f'href="{reverse("worksheet-row", args=[f"cost-lines:{scenario.pk}", line.pk])}"' in page


def test_a_missing_price_leads_to_its_table(seller: Client, scenario: CostAssessment) -> None:
    scenario.prices.filter(material__name="Water").update(quote=None)

    page = shown(seller, scenario.get_absolute_url())

    assert "Acetylation: Water has no price in this scenario." in page
    assert 'href="#sheet-cost-materials"' in page


def test_an_open_question_says_how_much_it_widens_the_band(seller: Client, scenario: CostAssessment) -> None:
    rfp = scenario.project.rfp
    rfp.commercial_quantity_kg_per_year, rfp.target_timeline = None, ""
    rfp.save()

    page = shown(seller, scenario.get_absolute_url())

    assert "How many kilograms a year commercially?" in page
    assert "4-Aminophenol, Acetic anhydride, Water" in page
    assert "What is the target timeline?" in page


def test_a_scenario_is_opened_changed_copied_and_fixed(seller: Client, project: Project) -> None:
    form = seller.get(reverse("project-costs", args=[project.code])).context["form"]
    typed = {form[name].html_name: "" if form[name].value() is None else form[name].value() for name in form.fields}
    typed |= {"new-name": "First", "new-currency": "EUR", "new-priced_on": timezone.localdate(), "new-margin_pct": "33,33"}
    wrong = seller.post(reverse("project-costs", args=[project.code]), typed | {"new-margin_pct": "100"})
    seller.post(reverse("project-costs", args=[project.code]), typed)
    first = CostAssessment.objects.get()
    line = {"label": "Dossier", "phase": "pilot", "category": "dossier", "quantity": "1", "unit": "file", "price": "1000"}
    change_rows(f"cost-lines:{first.pk}", [Change(ADD, values=line)], actor=make.estimator())
    named = [project.code, 1]

    changed = {name.replace("new-", "change-"): value for name, value in typed.items()} | {"change-margin_pct": "20"}
    seller.post(reverse("cost-change", args=named), changed)
    seller.post(reverse("cost-copy", args=named), {"copy-name": "Second", "pilot-batch_kg": "7", "pilot-batches": "3"})
    seller.post(reverse("cost-fix", args=named), {"fix-reason": "For the quotation."})

    assert wrong.status_code == 400
    first, second = CostAssessment.objects.order_by("number")
    assert (first.state, first.margin_pct, first.fixed_price) == ("fixed", Decimal(20), Decimal("1250"))
    assert (second.name, scale_values(second)["pilot-batch_kg"]) == ("Second", Decimal(7))
    assert "is fixed and stays as it is" in shown(seller, first.get_absolute_url())


def test_who_may_not_price_reads_and_is_told_who_does(client: Client, scenario: CostAssessment) -> None:
    client.force_login(projects.person(Role.QUALITY_ASSURANCE))

    page = shown(client, scenario.get_absolute_url())

    assert "Costs are kept by research" in page
    assert 'name="copy-name"' not in page


def test_three_scenarios_cost_the_list_what_one_does(seller: Client, scenario: CostAssessment, django_assert_num_queries: Any) -> None:
    address = reverse("project-costs", args=[scenario.project.code])
    seller.get(address)
    with CaptureQueriesContext(connection) as one:
        page = shown(seller, address)
    assert "Quantity of Operators" in page
    assert "from Chemical Works" in page
    for name in ("Second", "Third"):
        services.copy_scenario(scenario.pk, name, actor=make.estimator())

    with django_assert_num_queries(len(one)):
        seller.get(address)


def told(reader: User, number: int) -> None:
    """Of so many events, none of which was read."""
    events = Event.objects.order_by("-pk")[:number]
    Notification.objects.bulk_create(Notification(user=reader, event=event, group="project", delivery="inbox") for event in events)


@pytest.mark.parametrize("state", ["draft", "planned", "fixed", "quoted"])
def test_the_page_of_a_scenario_costs_few_queries(client: Client, scenario: CostAssessment, state: str) -> None:
    """With unread messages. planned: with lines of every plan and of the waste."""
    client.force_login(business())
    if state == "planned":
        vessel = a_vessel(volume_min_litres=Decimal(450), volume_max_litres=Decimal(3000))
        add_row(scenario.project, "production", "production-plan", **OPERATION | {"vessel": vessel.tag})
        for place, origin in enumerate((*(words.department for words in PLANS), WASTE)):
            CostLine.objects.create(
                assessment=scenario,
                phase="pilot",
                category="waste",
                label=origin,
                quantity=1,
                unit="lot",
                currency="EUR",
                price=1,
                dated=timezone.localdate(),
                planned_by=origin,
                position=50 + place,
            )
    elif state != "draft":
        assert scenario.route_version is not None
        fix_version(scenario.route_version.pk, reason="Quoted.", actor=make.chemist())
        services.fix_scenario(scenario.pk, reason="Quoted.", actor=make.estimator())
    if state == "quoted":
        projects.sign_off_sheets(scenario.project)
        projects.recommend(scenario.project.code, recommendation="bid", reason="Feasible.", actor=make.estimator())
        projects.a_quotation(scenario.project)
        quote_scenario(scenario.pk, actor=business())
    told(business(), 3)
    for part in ({}, {"HX-Request": "true"}):
        client.get(scenario.get_absolute_url(), headers=part)

        with CaptureQueriesContext(connection) as asked:
            shown(client, scenario.get_absolute_url(), headers=part)

        runs = state == "quoted"  # the ledger assumes the yields of what is quoted, and the page asks what they turned out to be
        assert len(asked) <= MOST_QUERIES + runs


@pytest.fixture
def busy(scenario: CostAssessment, assumed: MaterialPrice) -> CostAssessment:
    """A draft beside a fixed scenario, whose page says all that there can be: what has come in of the ledger, by runs and by offers, and
    what suppliers offer anew.
    """
    project = scenario.project
    assert scenario.route_version is not None
    fix_version(scenario.route_version.pk, reason="Quoted.", actor=make.chemist())
    draft = services.copy_scenario(scenario.pk, "Second", actor=make.estimator())
    services.fix_scenario(scenario.pk, reason="Quoted.", actor=make.estimator())
    projects.sign_off_sheets(project)
    projects.recommend(project.code, recommendation="bid", reason="Feasible.", actor=make.estimator())
    projects.a_quotation(project)
    line = {"project": project, "scenario": scenario, "owner": business(), "figure": Decimal("9.5")}
    Assumption.objects.create(**line, words="Acetylation yields 82 %", unit="%")
    for currency in ("EUR", "CHF"):
        Assumption.objects.create(
            **line, words=f"Price in {currency}", about=f"price {currency}", material=assumed.material, currency=currency
        )
        make.a_price(assumed.material, "7.25", currency, supplier=f"Sells in {currency}")
    return draft


@pytest.mark.parametrize("reader", [business, make.estimator])
def test_a_page_that_says_all_there_can_be_costs_the_queries_of_one_row(
    client: Client, busy: CostAssessment, reader: Callable[[], User], django_assert_max_num_queries: Any
) -> None:
    client.force_login(reader())
    told(reader(), 3)
    page = shown(client, busy.get_absolute_url())

    with django_assert_max_num_queries(MOST_OF_A_BUSY_PAGE):
        shown(client, busy.get_absolute_url())

    said = ("Sells in CHF: 7.25 CHF/kg", "Suppliers offer what is only assumed here", 'aria-label="Inbox, 3 unread"')
    assert [words for words in said if words not in page] == []


def test_the_page_of_a_scenario_computes_its_price_once(seller: Client, scenario: CostAssessment, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(building, "estimate", lambda case: asked.append("estimate") or estimate(case))
    monkeypatch.setattr(results, "price_band", lambda case: asked.append("band") or price_band(case))
    monkeypatch.setattr(results, "tornado", lambda case: asked.append("tornado") or tornado(case))
    assert scenario.route_version is not None
    fix_version(scenario.route_version.pk, reason="Quoted.", actor=make.chemist())

    shown(seller, scenario.get_absolute_url())
    page, asked[:] = list(asked), []
    shown(seller, f"{scenario.get_absolute_url()}?blocked=1", headers={"HX-Request": "true"})
    part, asked[:] = list(asked), []
    assert what_counts(scenario.project)

    assert [page, part, asked] == [["estimate", "band", "tornado"], ["estimate", "band", "tornado"], ["estimate"]]


@pytest.mark.parametrize(("name", "status"), [("worksheet-row", 400), ("worksheet-row-remove", 400), ("worksheet-row-move", 404)])
def test_a_row_that_somebody_takes_away_at_the_same_moment_is_said_to_be_gone(
    seller: Client, scenario: CostAssessment, monkeypatch: pytest.MonkeyPatch, name: str, status: int
) -> None:
    enter(scenario, LABOUR | {"label": "Analysts"})
    line = enter(scenario, LABOUR)
    found = Bound.row

    def overtaken(bound: Bound, pk: int) -> Any:
        row = found(bound, pk)
        CostLine.objects.filter(pk=pk).delete()
        return row

    monkeypatch.setattr(Bound, "row", overtaken)

    answer = seller.post(reverse(name, args=[f"cost-lines:{scenario.pk}", line.pk]), LABOUR | {"reason": "Outdated.", "to": "down"})

    assert answer.status_code == status
    assert status == 404 or "Somebody has taken this row away meanwhile." in answer.content.decode()


def test_a_percentage_typed_as_a_fraction_is_asked_about_at_its_field(seller: Client, scenario: CostAssessment) -> None:
    address = scenario.get_absolute_url()
    typed = {f"change-{name}": value for name, value in services.scenario_values(scenario).items() if value is not None}
    typed["change-route_version"] = scenario.route_version_id

    answer = seller.post(f"{address}change/", typed | {"change-margin_pct": "0.3"})

    assert answer.status_code == 400
    assert answer.context["form"].errors == {"margin_pct": ["Is 30 % meant? Then type 30. If it is 0.3 %, type it with its sign."]}
    assert 'value="0.3"' in answer.content.decode()
