"""The tables of the early screen against the guidelines' own, written down here as their public copies print them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from process.screen import limits, rules
from process.screen.elements import ELEMENTS, named_in
from process.screen.solvents import SOLVENTS, solvent_of
from process.screen.tables import MUTAGENIC_TOGETHER_UG_PER_DAY, MUTAGENIC_UG_PER_DAY
from projects.models.rfp_choices import Route
from tests.process.test_screen import substance, words

CLASS_1 = """
Benzene 2
Carbon tetrachloride 4
1,2-Dichloroethane 5
1,1-Dichloroethene 8
1,1,1-Trichloroethane 1500
"""  # ICH Q3C(R9), table 1: ppm

CLASS_2 = """
Acetonitrile 4.1 410
Chlorobenzene 3.6 360
Chloroform 0.6 60
Cumene 0.7 70
Cyclohexane 38.8 3880
Cyclopentyl methyl ether 15.0 1500
1,2-Dichloroethene 18.7 1870
Dichloromethane 6.0 600
1,2-Dimethoxyethane 1.0 100
N,N-Dimethylacetamide 10.9 1090
N,N-Dimethylformamide 8.8 880
1,4-Dioxane 3.8 380
2-Ethoxyethanol 1.6 160
Ethyleneglycol 6.2 620
Formamide 2.2 220
Hexane 2.9 290
Methanol 30.0 3000
2-Methoxyethanol 0.5 50
Methylbutyl ketone 0.5 50
Methylcyclohexane 11.8 1180
Methylisobutylketone 45 4500
N-Methylpyrrolidone 5.3 530
Nitromethane 0.5 50
Pyridine 2.0 200
Sulfolane 1.6 160
Tertiary-butyl alcohol 35 3500
Tetrahydrofuran 7.2 720
Tetralin 1.0 100
Toluene 8.9 890
1,1,2-Trichloroethene 0.8 80
Xylene 21.7 2170
"""  # ICH Q3C(R9), table 2: mg/day and ppm

CLASS_3 = """
Acetic acid, Acetone, Anisole, 1-Butanol, 2-Butanol, Butyl acetate, tert-Butylmethyl ether, Dimethyl sulfoxide, Ethanol, Ethyl acetate,
Ethyl ether, Ethyl formate, Formic acid, Heptane, Isobutyl acetate, Isopropyl acetate, Methyl acetate, 3-Methyl-1-butanol,
Methylethyl ketone, 2-Methyl-1-propanol, 2-Methyltetrahydrofuran, Pentane, 1-Pentanol, 1-Propanol, 2-Propanol, Propyl acetate,
Triethylamine
"""  # ICH Q3C(R9), table 3

TABLE_4 = """
1,1-Diethoxypropane, 1,1-Dimethoxymethane, 2,2-Dimethoxypropane, Isooctane, Isopropyl ether, Methylisopropyl ketone, Petroleum ether,
Trichloroacetic acid, Trifluoroacetic acid
"""  # ICH Q3C(R9), table 4


def listed(text: str) -> list[str]:
    return text.strip().replace("\n", " ").split(", ")


def test_class_1_is_as_published() -> None:
    rows = dict(line.rsplit(" ", 1) for line in CLASS_1.strip().splitlines())

    assert {name: f"{solvent.ppm}" for name in rows if (solvent := solvent_of(name)) and solvent.klass == 1} == rows
    assert sum(row.klass == 1 for row in SOLVENTS) == len(rows) == 5


def test_class_2_is_as_published_in_both_columns() -> None:
    rows = [line.rsplit(" ", 2) for line in CLASS_2.strip().splitlines()]
    found = [(name, solvent_of(name)) for name, _pde, _ppm in rows]

    assert [(name, row.klass, row.mg_per_day, row.ppm) for name, row in found if row] == [
        (name, 2, pytest.approx(float(pde)), int(ppm)) for name, pde, ppm in rows
    ]
    assert sum(row.klass == 2 for row in SOLVENTS) == len(rows) == 31


@pytest.mark.parametrize(("text", "klass", "number"), [(CLASS_3, 3, 27), (TABLE_4, None, 9)])
def test_the_lists_are_as_published(text: str, klass: int | None, number: int) -> None:
    names = listed(text)

    found = [solvent_of(name) for name in names]

    assert [row.klass for row in found if row] == [klass] * number
    assert sum(row.klass == klass for row in SOLVENTS) == number
    assert {row.mg_per_day for row in found if row} == {50 if klass else None}


def test_cas_numbers_have_their_check_digit_and_no_name_or_number_stands_twice() -> None:
    numbers = [cas for row in SOLVENTS for cas in row.cas_numbers]
    names = [name for row in SOLVENTS for name in row.names]

    for cas in numbers:
        *digits, check = (int(digit) for digit in cas if digit != "-")
        assert sum(place * digit for place, digit in enumerate(reversed(digits), 1)) % 10 == check, cas
    assert (len(set(numbers)), len(set(names))) == (len(numbers), len(names))
    assert all(name == name.casefold() for name in names)


@pytest.mark.parametrize(
    ("name", "cas", "expected"),
    [
        ("MTBE", "", "tert-butyl methyl ether"),
        ("Methyl tert-butyl ether", "", "tert-butyl methyl ether"),
        ("2-Methyltetrahydrofuran (2-MeTHF)", "", "2-methyltetrahydrofuran"),
        ("Solvent X (DMF)", "", "n,n-dimethylformamide"),
        ("o-Xylene", "", "xylene"),
        ("Whatever it is called", "106-42-3", "xylene"),
        ("cis-Dichloroethylene", "156-59-2", "1,2-dichloroethene"),
    ],
)
def test_a_solvent_is_found_by_its_other_names_and_its_isomers(name: str, cas: str, expected: str) -> None:
    found = solvent_of(name, cas)

    assert found is not None
    assert found.names[0] == expected


def test_a_solvent_without_data_is_said_to_be_one() -> None:
    (found,) = words("q3c", substance("Trifluoroacetic acid", role="reagent"), dose_g_per_day=1.0)

    assert found == "Table 4: no adequate toxicological data were found; what remains of it has to be justified."


def test_above_ten_grams_a_day_only_the_dose_counts() -> None:
    """ICH Q3C, 3.3: option 1 is for at most 10 g/day."""
    toluene, ethanol = (words("q3c", substance(name, role="solvent"), dose_g_per_day=20.0) for name in ("Toluene", "Ethanol"))

    assert toluene == ["Class 2: 445 ppm by option 2 at 20 g/day; option 1 is for at most 10 g/day."]
    assert ethanol == ["Class 3: up to 50 mg/day (2500 ppm at 20 g/day) needs no justification."]


def test_a_limit_is_never_written_with_an_exponent() -> None:
    assert [limits.plain(number) for number in (999.6, 1000.4, 0.00002, 13666.7)] == ["1000", "1000", "0.00002", "13667"]
    assert [limits.at_most(number) for number in (999.6, 1000.4, 0.00002)] == ["999", "1000", "0.00002"]


def test_a_limit_is_never_written_above_itself() -> None:
    assert [limits.at_most(number) for number in (1.5 / 0.8, 4100 / 0.3, 0.3 * 200, 7200 / 0.8, 0.1 + 0.2)] == [
        *("1.87", "13666", "60", "9000", "0.3")
    ]


Q3D = """
Cd 1 5 2 3 20
Pb 1 5 5 5 50
As 1 15 15 2 30
Hg 1 30 3 1 30
Co 2A 50 5 3 50
V 2A 100 10 1 100
Ni 2A 200 20 6 200
Tl 2B 8 8 8 8
Au 2B 300 300 3 3000
Pd 2B 100 10 1 100
Ir 2B 100 10 1 100
Os 2B 100 10 1 100
Rh 2B 100 10 1 100
Ru 2B 100 10 1 100
Se 2B 150 80 130 800
Ag 2B 150 15 7 150
Pt 2B 100 10 1 100
Li 3 550 250 25 2500
Sb 3 1200 90 20 900
Ba 3 1400 700 300 7000
Mo 3 3000 1500 10 15000
Cu 3 3000 300 30 3000
Sn 3 6000 600 60 6000
Cr 3 11000 1100 3 11000
"""  # ICH Q3D(R2), tables A.2.1 and A.5.1: class, then µg/day oral, parenteral, inhalation, cutaneous
WAYS = (Route.ORAL, Route.PARENTERAL, Route.INHALATION, Route.CUTANEOUS)


def test_elements_are_as_published_for_each_way() -> None:
    rows = [f"{row.symbol} {row.klass} {' '.join(str(row.pde_ug_per_day(way)) for way in WAYS)}" for row in ELEMENTS]

    assert rows == Q3D.strip().splitlines()


def test_cutaneous_limits_are_ten_times_those_by_injection() -> None:
    """ICH Q3D(R2), A.5, 4.2: arsenic and thallium have values of their own."""
    assert {row.symbol for row in ELEMENTS if row.cutaneous != 10 * row.parenteral} == {"As", "Tl"}


def test_nickel_and_cobalt_have_a_limit_of_concentration_on_the_skin() -> None:
    """ICH Q3D(R2), A.5, 5: 35 µg/g."""
    assert {row.symbol: row.skin_ug_per_g for row in ELEMENTS if row.skin_ug_per_g} == {"Co": 35, "Ni": 35}
    (found,) = words("q3d", substance("Raney nickel", role="catalyst"), dose_g_per_day=1.0, given=Route.CUTANEOUS)

    assert found.startswith("Nickel, class 2A: 200 µg/day (cutaneous or transdermal), which is 200 µg/g at the daily dose;")
    assert found.endswith("On the skin also at most 35 µg/g, whatever the dose.")


def test_mutagenic_thresholds_are_as_published() -> None:
    """ICH M7(R2), tables 2 and 3."""
    assert list(MUTAGENIC_UG_PER_DAY.values()) == [120, 20, 10, 1.5]
    assert list(MUTAGENIC_TOGETHER_UG_PER_DAY.values()) == [120, 60, 30, 5]
    assert list(MUTAGENIC_UG_PER_DAY) == list(MUTAGENIC_TOGETHER_UG_PER_DAY) == ["month", "year", "ten_years", "lifetime"]
    assert "Three or more of classes 2 and 3 in the specification: 5 µg/day together." in words("m7", substance("Anything"))[0]


@pytest.mark.parametrize(
    ("name", "symbols"),
    [
        ("n-Butyllithium 2.5 M in hexanes", "Li"),
        ("n-BuLi", "Li"),
        ("Lithium aluminium hydride", "Li"),
        ("CuI", "Cu"),
        ("Cupric sulfate", "Cu"),
        ("Pd(OAc)2", "Pd"),
        ("PdCl2(dppf)", "Pd"),
        ("Pd/C 5 %", "Pd"),
        ("Stannous chloride", "Sn"),
        ("Tributyltin hydride", "Sn"),
        ("Potassium dichromate", "Cr"),
        ("Pyridinium chlorochromate", "Cr"),
        ("Osmium tetroxide", "Os"),
        ("Silver carbonate on Celite", "Ag"),
        ("Lead(II) acetate", "Pb"),
    ],
)
def test_elements_are_found_by_name_and_formula(name: str, symbols: str) -> None:
    assert [element.symbol for element in named_in(name)] == symbols.split()


@pytest.mark.parametrize(
    "name",
    [
        "Pyridinium tribromide",
        "Titanium(IV) chloride",
        "As supplied by the client",
        "Gelatin",
        "HATU",
        "UV absorber",
        "Lauric acid",
        "Sodium taurate",
        "Co-solvent mixture",
    ],
)
def test_names_that_only_sound_like_an_element(name: str) -> None:
    assert named_in(name) == []


def test_what_nobody_has_compared_with_the_guideline_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    assert all(row.checked for row in (*SOLVENTS, *ELEMENTS))
    from_memory = replace(SOLVENTS[0], checked=False)
    monkeypatch.setattr(rules.solvents, "solvent_of", lambda name, cas: from_memory)

    (found,) = (each for each in rules.screen([substance("Benzene")], rules.Circumstances()) if each.rule.key == "q3c")

    assert found.unchecked
