"""Whoever mends a form or a row of evaluation reads all that is wrong in one answer: no fault waits behind another."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User
from audit.refusals import BadInput
from process.models import RouteVersion
from projects.models import Project
from projects.services.rfp import update_rfp
from tests.phases.sheets import OPERATION, sheet_of
from tests.process import factories as process
from tests.process.costs.story import LABOUR
from tests.process.purchasing.steps import in_days
from tests.projects import factories as make
from tests.projects.people import as_person, business, person
from tests.projects.vessels import a_vessel
from worksheets.changing import ADD, CHANGE, Change, change_rows

pytestmark = pytest.mark.django_db
Values = dict[str, Any]


@pytest.fixture
def project() -> Project:
    return make.a_project()


@pytest.fixture
def version(project: Project) -> RouteVersion:
    return process.draft_of(process.a_whole_route(project))


def wrong(address: str, values: Values, who: User, pk: int | None = None) -> set[str]:
    """At which cells a row is refused."""
    (result,) = change_rows(address, [Change(CHANGE if pk else ADD, pk, values)], actor=who).results
    assert not result.is_saved
    return set(result.errors)


def refused(name: str, project: Project, typed: Values, who: User, *more: Any, form: str = "form") -> set[str]:
    """At which fields a page is."""
    answer = as_person(who).post(reverse(name, args=[project.code, *more]), typed)
    assert answer.status_code == 400
    return set(answer.context[form].errors)


STEP = {"name": "Nitration; late", "product_name": "Product", "yield_pct": "120", "product_structure": "C1CC"}
COLD = {"temperature_min_c": "40", "temperature_max_c": "10"}


@pytest.mark.parametrize("unread", [{}, {"transformation": "no such class"}, {"purity_pct": "much"}, {"batch_output_kg": "0"}])
def test_a_step_says_its_structure_beside_all_else(version: RouteVersion, unread: Values) -> None:
    found = wrong(f"route-steps:{version.pk}", STEP | COLD | unread, process.chemist())

    assert found == {"name", "yield_pct", "product_structure", "temperature_max_c", *unread}


def test_a_yield_that_cannot_be_read_is_compared_with_nothing(version: RouteVersion) -> None:
    typed = STEP | {"name": "Nitration", "yield_low_pct": "50", "yield_pct": "most"}

    assert wrong(f"route-steps:{version.pk}", typed, process.chemist()) == {"yield_pct", "product_structure"}


def test_an_input_says_its_amounts_beside_what_it_is(version: RouteVersion) -> None:
    typed = {"step": "Acetylation", "role": "no such role", "basis": "equivalents", "amount": "2", "amount_low": "3", "reference": "Water"}
    taken = wrong(f"step-inputs:{version.pk}", typed, process.chemist())

    assert taken == {"role", "material", "amount_low"}
    limiting = {"step": "Nowhere", "material": "4-aminophenol", "role": "reactant", "basis": "equivalents", "amount": "2"}
    assert wrong(f"step-inputs:{version.pk}", limiting | {"amount_high": "1"}, process.chemist()) == {"step", "amount_high"}


def test_a_cost_line_says_quantity_and_price_at_once(project: Project) -> None:
    scenario = process.a_scenario(project)
    typed = LABOUR | {"category": "magic", "quantity_low": "50", "price_low": "130"}

    assert wrong(f"cost-lines:{scenario.pk}", typed, process.estimator()) == {"category", "quantity_low", "price_low"}


def test_a_material_says_its_price_and_what_comes_back_at_once(project: Project, version: RouteVersion) -> None:
    scenario = process.a_scenario(project, version)
    row = scenario.prices.first()
    assert row is not None
    typed = {"quote": "", "price_per_kg": "9", "price_low": "10", "recovered_per_kg": "2", "recovered_low": "3", "handling_loss_pct": "x"}
    none = {"quote": "", "price_per_kg": "", "price_low": "10", "price_high": "12", "recovered_low": "3"}

    address, seller = f"cost-materials:{scenario.pk}", process.estimator()
    assert wrong(address, typed, seller, row.pk) == {"price_low", "recovered_low", "handling_loss_pct"}
    assert wrong(address, none, seller, row.pk) == {"price_low", "price_high", "recovered_low"}


def test_rows_of_sheets_say_what_cells_have_against_one_another(project: Project) -> None:
    production, address = person(Role.PRODUCTION), f"sheet-assumptions:{sheet_of(project, Role.PRODUCTION).pk}"
    typed = {"text": "Yield", "source": "nobody", "figure": "82", "low": "90", "high": "70"}
    assert wrong(address, typed, production) == {"source", "unit", "low", "high"}

    far = OPERATION | {"vessel": a_vessel().tag, "hours": "9000", "wanted_from": "2099-01-01", "batch_kg": "heavy"}
    assert wrong(f"production-plan:{sheet_of(project, Role.PRODUCTION).pk}", far, production) == {"hours", "wanted_from", "batch_kg"}


def test_rows_of_a_quotation_say_days_and_shares_beside_what_is_not_read(project: Project) -> None:
    draft = make.a_quotation(project)
    typed = {"title": "Start", "percent": "120", "planned_on": "2020-01-01", "source": "never heard of"}

    assert wrong(f"quotation-payments:{draft.pk}", typed, business()) == {"percent", "planned_on", "source"}


def test_asking_suppliers_says_the_day_and_the_quantity(version: RouteVersion) -> None:
    route = version.route
    typed = {"inquiry-target_kg": "0", "inquiry-answer_by": in_days(-1).isoformat()}
    more = (route.number, version.number)

    assert refused("inquiry-prepare", route.project, typed, process.chemist(), *more, form="inquiry_form") == {"target_kg", "answer_by"}
    priced = typed | {"inquiry-target_kg": "5"}
    assert refused("inquiry-prepare", route.project, priced, process.chemist(), *more, form="inquiry_form") == {"answer_by", "with_priced"}


def test_a_sheet_says_its_costs_beside_its_weeks(project: Project) -> None:
    typed = {"feasibility_score": "4", "feasibility_reason": "x", "currency": "", "duration_weeks": "long"}
    costs = {"cost_low": "3", "cost_base": "2", "cost_high": ""}

    found = refused("sheet-detail", project, typed | costs, person(Role.RESEARCH), "research", form="sheet_form")

    assert found == {"duration_weeks", "cost_low", "cost_base", "currency"}


def test_a_recommendation_says_that_reasons_and_conditions_are_missing(project: Project) -> None:
    typed = {"recommendation": "bid_with_conditions", "reason": "", "conditions": "-"}

    assert refused("evaluation-recommend", project, typed, business(), form="recommend_form") == {"reason", "conditions"}


def test_a_scenario_says_its_sizes_beside_its_name(project: Project) -> None:
    typed = {
        "new-name": "",
        "new-pilot-batch_kg": "20",
        "new-pilot-batches": "",
        "new-validation-batch_kg": "x",
        "new-validation-batches": "3",
    }

    found = refused("project-costs", project, typed, business())

    assert {"name", "pilot-batches", "validation-batch_kg"} <= found
    assert "validation-batches" not in found


def test_a_quotation_says_its_terms_beside_its_day(project: Project) -> None:
    typed = {"currency": "EUR", "scope": "", "valid_until": "2020-01-31", "incoterm": "DAP", "adjustment_band_percent": "5"}

    found = refused("quotation-new", project, typed, business())

    assert found == {"scope", "valid_until", "delivery_place", "price_adjustment"}


def test_a_submitted_request_says_the_missing_reason_beside_what_cannot_be(project: Project) -> None:
    with pytest.raises(BadInput) as bad:
        update_rfp(project.rfp.number, changes={"pka": "99", "launch_planned_on": timezone.localdate() - timedelta(1)}, actor=business())

    assert set(bad.value.errors) == {"reason", "pka", "launch_planned_on"}


def test_a_route_says_its_name_beside_its_origin(project: Project) -> None:
    process.a_route(project, "Amide")
    typed = {"new-name": "amide", "new-origin": "nowhere"}

    assert refused("project-routes", project, typed, process.chemist()) == {"name", "origin"}


def test_another_client_says_that_its_contact_cannot_be_reached_beside_the_missing_reason() -> None:
    rfp, other = make.an_rfp(), make.a_client("DCB")
    typed = {"client": other.pk, "contact": "Ann Unknown", "contact_email": "", "contact_phone": "", "reason": ""}

    answer = as_person(business()).post(reverse("rfp-client", args=[rfp.number]), typed)

    assert set(answer.context["client_form"].errors) == {"contact_email", "reason"}
