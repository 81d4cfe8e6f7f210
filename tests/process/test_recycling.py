"""What is recycled of a charge that is used several times: the published number, how it is typed, and what must hold for each."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from audit.refusals import BadInput
from process.models import StepInput
from process.routes.amounts import per_kg
from process.routes.plain import Basis, Role
from process.routes.recycling import recycled_fraction
from process.routes.worksheets import recycled
from projects.models import Project
from tests.process import factories as make
from tests.process.routes import charge, step

D = Decimal
USES = st.integers(1, 1000)
TOP_UPS = st.decimals(0, 1, places=3)


def test_ten_uses_with_a_tenth_topped_up_are_as_published() -> None:
    """CO-02."""
    assert recycled_fraction(10, D("0.1")) == D("0.81")


@pytest.mark.parametrize(("uses", "top_up"), [(1, "0"), (1, "0.5"), (10, "1")])
def test_what_is_used_once_or_replaced_each_time_recycles_nothing(uses: int, top_up: str) -> None:
    assert recycled_fraction(uses, D(top_up)) == 0


@pytest.mark.parametrize(("uses", "top_up"), [(0, "0.1"), (-1, "0.1"), (10, "10"), (10, "-0.1")])
def test_no_use_and_percent_in_place_of_a_fraction_are_refused(uses: int, top_up: str) -> None:
    with pytest.raises(ValueError, match=r"fraction|once"):
        recycled_fraction(uses, D(top_up))


@given(USES, TOP_UPS)
def test_what_is_fresh_of_all_uses_is_one_charge_and_its_top_ups(uses: int, top_up: Decimal) -> None:
    """What the mass balance counts as fresh, in every use, is what was bought for all of them together."""
    fraction = recycled_fraction(uses, top_up)
    solvent = charge("s", "DCM", None, 10.0, role=Role.SOLVENT, basis=Basis.L_PER_KG, density=1.325, recycle_fraction=float(fraction))

    line = per_kg(step("1", charge("l", "start", is_limiting=True), solvent))[1]

    assert 0 <= fraction < 1
    assert uses * line.fresh == pytest.approx(line.charged * float(1 + (uses - 1) * top_up), rel=1e-9)


@given(USES, TOP_UPS)
def test_one_more_use_never_recycles_less_and_never_more_than_is_not_topped_up(uses: int, top_up: Decimal) -> None:
    one, more = (recycled_fraction(number, top_up) for number in (uses, uses + 1))

    assert one <= more + D("1e-24")
    assert more <= 1 - top_up


@pytest.mark.parametrize(
    ("typed", "percent"),
    [
        ("10 × 10 %", "81"),
        ("10x10%", "81"),
        ("10 X 10", "81"),
        ("7 × 10 %", "77.143"),
        ("3 × 0,5 %", "66.333"),
        ("1 × 0", "0"),
        ("75", "75"),
    ],
)
def test_uses_are_typed_in_place_of_the_percentage(typed: str, percent: str) -> None:
    assert recycled().clean(typed) == D(percent)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("0 × 10 %", "used once at least"),
        ("10 × 110 %", "topped up by 0 to 100 %"),
        ("10 × 0.1", "Is 10 % meant?"),
        ("10 × ", "Enter a number"),
        ("10 × a tenth", "Enter a number"),
    ],
)
def test_uses_that_say_nothing_are_asked_about(typed: str, words: str) -> None:
    with pytest.raises(ValidationError) as refused:
        recycled().clean(typed)

    assert words in " ".join(refused.value.messages)


@pytest.mark.django_db
def test_a_cell_of_a_route_takes_uses_and_keeps_the_percentage(project: Project) -> None:
    made = make.a_step(make.draft_of(make.a_route(project)))

    line = make.an_input(made, make.a_material("Toluene", density_kg_per_l=0.87), role="solvent", basis="l_per_kg", recycle_pct="10 × 10 %")

    assert StepInput.objects.get(pk=line.pk).recycle_pct == 81
    with pytest.raises(BadInput, match="used once at least"):
        make.change_input(line, recycle_pct="0 × 10 %")
