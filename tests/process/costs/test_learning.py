"""What a missing answer does to the price."""

from dataclasses import replace
from decimal import Decimal

import pytest

from process.costs.band import price_band
from process.costs.case import Case, Scale
from process.costs.completeness import EFFECTS, Target, price_impact, widened
from process.costs.figures import fraction
from process.costs.materials import Tier
from projects.completeness import QUESTIONS
from tests.process.costs.cases import TODAY, chf, small

D = Decimal
MOVE_NOTHING = {"cas_number", "quotation_needed_on"}


def test_every_question_of_a_request_moves_a_line_or_is_known_not_to() -> None:
    assert {question.field for question in QUESTIONS} == set(EFFECTS) | MOVE_NOTHING


def test_each_missing_answer_names_its_lines_and_widens_the_band() -> None:
    found = price_impact(small(), ["submission_requirements", "structure_text", "cas_number", "pilot_quantity_kg"]).known
    by_field = {each.field: each for each in found.impacts}

    assert found.impacts[0].field == "structure_text" and found.impacts[0].wider_by > 0
    assert by_field["submission_requirements"].lines == ("Dossier",)
    assert by_field["pilot_quantity_kg"].lines == ("Output of Pilot",)
    assert {"Starting material", "Yield of Step one", "Labour"} <= set(by_field["structure_text"].lines)
    assert by_field["structure_text"].sources[0].startswith("Practice")
    assert (by_field["cas_number"].wider_by, by_field["cas_number"].lines) == (0, ())


def test_all_missing_answers_together_widen_no_less_than_the_worst_alone() -> None:
    found = price_impact(small(), list(EFFECTS)).known

    assert found.together >= max(each.wider_by for each in found.impacts) and min(each.wider_by for each in found.impacts) >= 0


def test_the_widening_is_the_band_of_the_case_with_its_figures_widened() -> None:
    case, effects = small(), EFFECTS["submission_requirements"]
    dossier = widened(case, effects).lines[-1].quantity

    (impact,) = price_impact(case, ["submission_requirements"]).known.impacts

    assert (dossier.low, dossier.base, dossier.high) == (D("0.5"), 1, 2)
    assert impact.wider_by == price_band(widened(case, effects)).known.width - price_band(case).known.width


def test_a_figure_less_certain_already_keeps_its_range_and_a_yield_stays_a_yield() -> None:
    case = small()
    wide = tuple(replace(each, quantity=replace(each.quantity, low=D(0), high=D(9999))) for each in case.lines)

    assert widened(replace(case, lines=wide), EFFECTS["submission_requirements"]).lines == wide
    steps = widened(case, EFFECTS["structure_text"]).demands[0].steps
    assert [step.yield_fraction.high for step in steps] == [D("0.88"), D("0.99")]
    certain = replace(case.demands[0], steps=tuple(replace(step, yield_fraction=fraction("0.95")) for step in steps))
    assert widened(replace(case, demands=(certain,)), EFFECTS["structure_text"]).demands[0].steps[0].yield_fraction.high == 1


def test_a_price_from_a_quantity_on_is_as_uncertain_as_the_first() -> None:
    case = small()
    tiered = replace(case.materials[0], price=chf("120"), tiers=(Tier(D(10), chf("120")),))
    case = replace(case, materials=(tiered, *case.materials[1:]))

    found = widened(case, EFFECTS["commercial_quantity_kg_per_year"]).materials[0]

    assert found.tiers[0].price == found.price != tiered.price


@pytest.mark.parametrize("missing", [[], ["cas_number"], ["sample_quantity_g"]])
def test_a_case_without_such_a_line_gets_no_wider(missing: list[str]) -> None:
    case = Case("CHF", TODAY, (Scale("pilot", "Pilot"),))

    assert price_impact(case, missing).known.together == 0


def test_every_effect_reaches_below_and_above() -> None:
    assert all(
        effect.low < 1 < effect.high and (effect.categories or effect.target != Target.QUANTITY)
        for each in EFFECTS.values()
        for effect in each
    )
