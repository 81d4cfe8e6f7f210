"""The early screen: rules over a route."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rdkit import Chem

from catalogue.models import Site, Supplier
from catalogue.services import create_or_find_compound
from process.models import RouteVersion
from process.routes.building import steps_of
from process.screen.findings import circumstances_of, findings_of
from process.screen.rules import Circumstances, Substance, screen
from process.screen.solvents import SOLVENTS
from process.screen.tables import ENERGETIC
from projects.models import Project, Rfp
from projects.models.rfp_choices import Route, TreatmentDuration
from tests.process import factories as make


def substance(name: str, **values: Any) -> Substance:
    return Substance(**{"key": name, "name": name, "step": "One", "step_key": "1", **values})


def words(rule: str, *substances: Substance, **now: Any) -> list[str]:
    return [found.words for found in screen(substances, Circumstances(**now)) if found.rule.key == rule]


def test_dichloromethane_has_its_limit_by_both_options() -> None:
    found = words("q3c", substance("Dichloromethane (DCM)", role="solvent"), dose_g_per_day=2.0)

    assert found == ["Class 2: 600 ppm by option 1, 3000 ppm by option 2 at 2 g/day."]


def test_at_ten_grams_a_day_both_options_are_one_table() -> None:
    """Science: option 2 at 10 g/day gives the table of option 1."""
    for row in SOLVENTS:
        if row.klass == 2:
            (found,) = words("q3c", substance(row.names[0], cas=row.cas_numbers[0], role="solvent"), dose_g_per_day=10.0)
            one, two = (part.split(" ppm")[0].split()[-1] for part in found.split(",", 1))
            assert one == two


def test_the_second_option_is_for_class_2_alone() -> None:
    """ICH Q3C, 3.3 and 3.4."""
    benzene, ethanol = (words("q3c", substance(name, role="solvent"), dose_g_per_day=1.0) for name in ("Benzene", "Ethanol"))

    assert benzene == ["Class 1, to be avoided; where it cannot be, 2 ppm at most."]
    assert ethanol == ["Class 3: up to 50 mg/day (5000 ppm) needs no justification."]


def test_a_bought_base_that_is_a_listed_solvent_has_its_limit() -> None:
    assert words("q3c", substance("Triethylamine", role="reagent"))[0].startswith("Class 3")
    assert words("q3c", substance("Pyridine", role="reactant"))[0].startswith("Class 2: 200 ppm")
    assert words("q3c", substance("Potassium carbonate", role="reagent")) == []
    assert words("q3c", substance("Pyridine", is_bought=False)) == []


def test_an_unlisted_solvent_and_an_unknown_dose_are_said() -> None:
    assert words("q3c", substance("Limonene", role="solvent")) == [
        "It is in none of the guideline's tables by this name or number; its limit has to be justified."
    ]
    assert "daily dose" in words("q3c", substance("Toluene", role="solvent"))[0]


@pytest.mark.parametrize("values", [{"name": "Palladium on carbon"}, {"name": "A salt", "smiles": "Cl[Pd]Cl"}, {"name": "Pd/C 5 %"}])
def test_palladium_is_found_by_name_and_structure(values: dict[str, str]) -> None:
    (found,) = words("q3d", substance(**values, role="catalyst"), dose_g_per_day=0.5)

    assert found == (
        "Palladium, class 2B: 100 µg/day (oral; the request does not say how it is given), which is 200 µg/g at the daily dose; "
        "control threshold 60 µg/g."
    )


@pytest.mark.parametrize(
    ("duration", "micrograms", "ppm"),
    [("month", "120", "1200"), ("year", "20", "200"), ("ten_years", "10", "100"), ("lifetime", "1.5", "15")],
)
def test_mutagenic_limits_by_duration(duration: str, micrograms: str, ppm: str) -> None:
    """ICH M7(R2), table 2."""
    treatment = TreatmentDuration(duration)

    (found,) = words("m7", substance("Anything"), dose_g_per_day=0.1, treatment=treatment)

    assert f"treatment {treatment.label}: {micrograms} µg/day, which is {ppm} ppm at 0.1 g/day." in found


def test_an_unknown_duration_is_said_and_taken_for_the_longest() -> None:
    (found,) = words("m7", substance("Anything"))

    assert "the request does not say how long, so the lowest threshold is taken): 1.5 µg/day" in found
    assert "the limit in ppm needs the daily dose, which the request does not say" in found


@pytest.mark.parametrize(
    ("smiles", "group"),
    [
        ("[N-]=[N+]=[N-].[Na+]", "azide"),
        ("c1ccccc1CN=[N+]=[N-]", "azide"),
        ("C[Si](C)(C)N=[N+]=[N-]", "azide"),
        ("[H]N=[N+]=[N-]", "azide"),
        ("[O-]Cl(=O)(=O)=O.[Na+]", "perchlorate"),
        ("OCl(=O)(=O)=O", "perchlorate"),
        ("[Cl+3]([O-])([O-])([O-])[O-].[Na+]", "perchlorate"),
        ("[NH3+]O.[Cl-]", "hydroxylamine"),
        ("[NH3+][NH3+].[O-]S(=O)(=O)[O-]", "hydrazine"),
        ("[O-][n+]1ccccc1", "N-oxide"),
        ("CC(C)(C)ON=O", "nitrite ester"),
        ("[NH4+].[O-][N+](=O)[O-]", "nitrate ion"),
        ("NC(N)=N.O[N+](=O)[O-]", "nitrate of a base"),
        ("O=[N+]([O-])c1ccccc1", "nitro"),
        ("CC(=O)OO", "peroxide"),
        ("NN", "hydrazine"),
        ("NO", "hydroxylamine"),
        ("ON(Cc1ccccc1)Cc1ccccc1", "hydroxylamine"),
        ("CC(C)(C)C(=O)ON(Cc1ccccc1)Cc1ccccc1", "hydroxylamine"),
        ("C[NH2+]OC.[Cl-]", "hydroxylamine"),
        ("CC(=O)NO", "hydroxylamine"),
        ("c1nnn[nH]1", "tetrazole"),
        ("C#CCBr", "terminal alkyne"),
    ],
)
def test_energetic_groups(smiles: str, group: str) -> None:
    (found,) = words("energetic", substance("It", smiles=smiles))

    assert found.startswith(f"It has a group that can decompose with much heat or gas: {group}.")


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("Sodium azide", "azide"),
        ("Trimethylsilyl azide (97 %)", "azide"),
        ("Magnesium perchlorate", "perchlorate"),
        ("tert-Butyl nitrite", "nitrite ester"),
        ("Ammonium nitrate", "nitrate"),
        ("3-Nitroaniline", "nitro"),
        ("Hydrogen peroxide 30 %", "peroxide"),
        ("Hydroxylamine hydrochloride", "hydroxylamine"),
    ],
)
def test_energetic_groups_by_name_where_there_is_no_structure(name: str, group: str) -> None:
    (found,) = words("energetic", substance(name))

    assert found.startswith(f"It has a group that can decompose with much heat or gas: {group}.")


@pytest.mark.parametrize("name", ["Nitrogen", "Nitrous acid", "Acetohydrazide", "Imidazole", "Thiadiazole", "Sodium nitrite"])
def test_names_that_only_sound_energetic(name: str) -> None:
    assert words("energetic", substance(name)) == []


@pytest.mark.parametrize("smiles", ["CON(C)C(C)=O", "CC(C)=NO", "O=C1CCC(=O)N1O", "c1ccno1", "C1COCCN1"])
def test_groups_that_only_look_energetic(smiles: str) -> None:
    """A Weinreb amide, an oxime, an imide, an isoxazole, morpholine."""
    assert words("energetic", substance("It", smiles=smiles)) == []


def test_a_structure_counts_before_the_name() -> None:
    assert words("energetic", substance("Nitrogen-free replacement of sodium azide", smiles="CCO")) == []


@pytest.mark.parametrize("smiles", ["CC(=O)Nc1ccc(O)cc1", "CCO", "CC(=O)OC(C)=O", "c1ccncc1", "O[N+](=O)[O-]"])
def test_nothing_energetic(smiles: str) -> None:
    assert words("energetic", substance("It", smiles=smiles)) == []


def test_every_pattern_can_be_read() -> None:
    assert all(Chem.MolFromSmarts(pattern) is not None for _name, pattern in ENERGETIC)


def test_exposure_against_the_site() -> None:
    it = substance("Potent", exposure_band=4)

    assert words("exposure", it, site_band=4) == []
    assert "above what the site contains (3)" in words("exposure", it, site_band=3)[0]
    assert "nobody has said" in words("exposure", it)[0]


def test_controlled_and_long_lead() -> None:
    found = words("supply", substance("It", controlled_as="CN precursor list", lead_time_days=90))

    assert found == ["Controlled: CN precursor list.", "The shortest lead time quoted is 90 days."]


NITRITE = substance("Sodium nitrite", smiles="O=N[O-].[Na+]", step="Two", step_key="2")


@pytest.mark.parametrize(("smiles", "kind"), [("CNC", "secondary amine"), ("CCN(CC)CC", "tertiary amine"), ("CN(C)C=O", "dialkyl amide")])
def test_nitrosamine_forming_pairs(smiles: str, kind: str) -> None:
    (found,) = words("nitrosamine", NITRITE, substance("Amine", smiles=smiles))

    assert found == f"Sodium nitrite and a {kind}, in Two and One: an N-nitrosamine can form."


def test_an_amine_meets_the_agent_where_it_is_taken_in() -> None:
    made, taken_in = (substance("Amine", smiles="CNC", step=step, step_key=key) for step, key in (("One", "1"), ("Two", "2")))

    (found,) = words("nitrosamine", made, NITRITE, taken_in)

    assert found == "Sodium nitrite and a secondary amine, in the same step (Two): an N-nitrosamine can form."


@pytest.mark.parametrize("smiles", ["CC(=O)Nc1ccc(O)cc1", "c1ccccc1N", "CN(C)S(C)(=O)=O"])
def test_no_nitrosamine_from_these(smiles: str) -> None:
    assert words("nitrosamine", NITRITE, substance("It", smiles=smiles)) == []


def test_a_nitro_aromatic_nitrosates_nothing() -> None:
    assert words("nitrosamine", substance("Nitrobenzene", smiles="O=[N+]([O-])c1ccccc1"), substance("Amine", smiles="CNC")) == []


@pytest.fixture
def version(project: Project) -> RouteVersion:
    """With toluene, a nitrite and a potent product."""
    draft = make.draft_of(project.routes.get())
    step = draft.steps.get()
    make.an_input(step, make.a_material("Toluene", cas_number="108-88-3", density_kg_per_l=0.87), role="solvent", basis="l_per_kg")
    nitrite = create_or_find_compound(name="Sodium nitrite", structure_text="O=N[O-].[Na+]", actor=make.chemist())
    make.an_input(step, make.a_material("Sodium nitrite", compound=nitrite, exposure_band=4), role="reagent")
    return draft


@pytest.mark.django_db
def test_findings_follow_the_rows_and_the_site(version: RouteVersion) -> None:
    found = findings_of(version, steps_of(version))

    assert [each.rule.key for each in found] == ["q3a", "q3c", "m7", "exposure"]
    assert Site.objects.filter(highest_exposure_band=None).exists() or version.route.project.site is None


@pytest.mark.django_db
def test_dose_and_duration_come_from_the_request(version: RouteVersion) -> None:
    Rfp.objects.filter(project=version.route.project).update(maximum_daily_dose_mg=500, treatment_duration="year")
    version = RouteVersion.objects.get(pk=version.pk)

    (found,) = (each for each in findings_of(version, steps_of(version)) if each.rule.key == "m7")

    assert "treatment over 1 to 12 months: 20 µg/day, which is 40 ppm at 0.5 g/day." in found.words


@pytest.mark.django_db
def test_what_the_request_says_of_the_compound_is_screened(version: RouteVersion) -> None:
    said = {"exposure_band": 5, "energetic_groups": "an azide", "controlled_as": "CN precursor", "administration_route": "parenteral"}
    Rfp.objects.filter(project=version.route.project).update(**said)
    version = RouteVersion.objects.get(pk=version.pk)

    found = {each.rule.key: each.about for each in findings_of(version, steps_of(version)) if each.subject.startswith("compound")}

    assert found == dict.fromkeys(("energetic", "exposure", "supply"), "Paracetamol, as the client describes it")
    assert circumstances_of(version).given == Route.PARENTERAL


@pytest.mark.django_db
def test_an_intermediate_is_screened_where_it_goes_in_too(version: RouteVersion) -> None:
    """The amine made in the first step meets the nitrite of the second."""
    made = make.a_step(version, "Amination", product_name="Amine", product_structure="CNC")
    second = make.a_step(version, "Nitrosation")
    make.an_input(second, made, is_limiting=True)
    make.an_input(second, make.a_material("Sodium nitrite"), role="reagent")

    (found,) = (each for each in findings_of(version, steps_of(version)) if each.rule.key == "nitrosamine")

    assert "in the same step (Nitrosation)" in found.words


@pytest.mark.django_db
def test_only_quotes_that_hold_today_have_a_lead_time(version: RouteVersion) -> None:
    material, today = make.a_material("Toluene"), timezone.localdate()
    make.a_price(material, "1.00", lead_time_days=10, valid_until=today - timedelta(days=1))
    make.a_price(material, "1.20", lead_time_days=20, supplier="Barred")
    Supplier.objects.filter(name="Barred").update(status=Supplier.Status.SUSPENDED)
    make.a_price(material, "2.00", lead_time_days=90, supplier="Slow")

    found = {each.rule.key: each.words for each in findings_of(version, steps_of(version))}

    assert found["supply"] == "The shortest lead time quoted is 90 days."
