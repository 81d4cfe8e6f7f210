"""What a request says of the compound is screened as what stands in the route is."""

from __future__ import annotations

from typing import Any

import pytest

from process.screen.rules import Compound
from projects.models.rfp_choices import Route
from tests.process.test_screen import substance, words


@pytest.mark.parametrize(
    ("said", "site_band", "expected"),
    [
        ({"exposure_band": 4}, 3, ["Exposure band 4 is above what the site contains (3)."]),
        ({"exposure_band": 4}, None, ["Exposure band 4, and nobody has said what the site contains."]),
        ({"exposure_band": 3, "exposure_limit": 1.0}, 3, []),
        ({"exposure_limit": 0.5}, 3, ["Exposure limit 0.5 µg/m³, which is commonly band 4 or higher: have the band settled."]),
        ({"exposure_limit": 0.5}, 4, []),
        ({"exposure_limit": 100.0}, None, []),
    ],
)
def test_exposure_of_the_compound_as_the_client_says_it(said: dict[str, Any], site_band: int | None, expected: list[str]) -> None:
    assert words("exposure", site_band=site_band, compound=Compound("It", **said)) == expected


def test_what_the_client_says_of_energetic_groups_and_control() -> None:
    it = Compound("It", energetic_groups="an azide", dsc_known="yes", controlled_as="US schedule II")

    assert words("energetic", compound=it)[0].endswith("an azide. Its DSC is known: ask for it.")
    assert words("energetic", compound=Compound("It", energetic_groups="nitro"))[0].endswith("Calorimetry before scale-up.")
    assert words("supply", compound=it) == ["Controlled: US schedule II."]
    assert words("energetic", compound=Compound("It")) == words("supply", compound=Compound("It")) == []


def test_elemental_limits_are_those_of_the_way_the_drug_is_given() -> None:
    palladium = substance("Palladium acetate", smiles="CC(=O)[O-].CC(=O)[O-].[Pd+2]")

    by_mouth, injected, other = (
        words("q3d", palladium, given=given, dose_g_per_day=2.0)[0] for given in (Route.ORAL, Route.PARENTERAL, Route.OTHER)
    )
    (nobody_said,) = words("q3d", palladium)

    assert by_mouth.startswith("Palladium, class 2B: 100 µg/day (oral), which is 50 µg/g at the daily dose;")
    assert injected.startswith(
        "Palladium, class 2B: 10 µg/day (parenteral), which is 5 µg/g at the daily dose; control threshold 1.5 µg/g."
    )
    assert "100 µg/day (oral; for another way it has to be derived)" in other
    assert nobody_said.endswith("; 10 µg/g by option 1, for at most 10 g/day; the request does not say the daily dose.")
