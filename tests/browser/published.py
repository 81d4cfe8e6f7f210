"""A published synthesis with named compounds, as tables that are imported or pasted.

Richard Y. Liu and Stephen L. Buchwald, Copper-Catalyzed Enantioselective Hydroamination of Alkenes, Org. Synth. 2018, 95, 80-96,
doi 10.15227/orgsyn.095.0080, procedures A and B; open to read there and, as the authors' manuscript, at hdl.handle.net/1721.1/126027.
Read in the text of the procedures and in the record that the Open Reaction Database has of them, which gives the structures.

Of the source are names, structures, masses, volumes, equivalents, yields, temperatures and hours. (Of triphenylphosphine it prints 61 mg
and 0.46 mmol, which is twice as much; mass and equivalents agree and are taken. The record leaves out the hydrogen of the silane, with
which its grams and moles agree.) Not counted is what is used up in washing with salts and in chromatography. Ours are: codes and prices,
densities and CAS numbers (as in any handbook), hours of a cycle, which inputs stand in the equation, and everything that the request says.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

CITED = "Org. Synth. 2018, 95, 80"
ROUTE = "Hydroamination as published"
ALKENE, ESTER, AMINE = "trans-β-Methylstyrene", "N,N-Dibenzyl-O-pivaloylhydroxylamine", "(R)-N,N-Dibenzyl-1-phenylpropan-1-amine"
ESTER_SMILES = "O=C(C(C)(C)C)ON(CC1=CC=CC=C1)CC2=CC=CC=C2"
AMINE_SMILES = "CC[C@@H](N(CC1=CC=CC=C1)CC2=CC=CC=C2)C3=CC=CC=C3"
LIGAND_SMILES = (
    "CC(C)(C)C1=CC(=CC(=C1OC)C(C)(C)C)P(C2=C(C3=C(C=C2)OCO3)C4=C(C=CC5=C4OCO5)P(C6=CC(=C(C(=C6)C(C)(C)C)OC)C(C)(C)C)"
    "C7=CC(=C(C(=C7)C(C)(C)C)OC)C(C)(C)C)C8=CC(=C(C(=C8)C(C)(C)C)OC)C(C)(C)C"
)


@dataclass(frozen=True)
class Bought:
    """kg_per_l: of solvents. price: US dollars a kilogram."""

    code: str
    name: str
    kind: str
    cas: str
    smiles: str
    price: str
    kg_per_l: str = ""


HYDROXYLAMINE = Bought("OS-DBHA", "N,N-Dibenzylhydroxylamine", "Starting material", "621-07-8", "C1=CC=C(C=C1)CN(CC2=CC=CC=C2)O", "260")
DMAP = Bought("OS-DMAP", "4-Dimethylaminopyridine", "Reagent", "1122-58-3", "n1ccc(N(C)C)cc1", "45")
PIVALOYL = Bought("OS-PIVCL", "Pivaloyl chloride", "Reagent", "3282-30-2", "CC(C)(C)C(=O)Cl", "9")
DCM = Bought("OS-DCM", "Dichloromethane", "Solvent", "75-09-2", "C(Cl)Cl", "1.2", "1.326")
WATER = Bought("OS-WATER", "Deionised water", "Water", "7732-18-5", "O", "0.1", "0.998")
STYRENE = Bought("OS-BMS", ALKENE, "Starting material", "873-66-5", "C/C=C/C1=CC=CC=C1", "140")
SILANE = Bought("OS-DMMS", "Dimethoxy(methyl)silane", "Reagent", "16881-77-9", "CO[SiH](C)OC", "180")
COPPER = Bought("OS-CUOAC", "Copper(II) acetate", "Catalyst", "142-71-2", "CC(=O)[O-].CC(=O)[O-].[Cu+2]", "60")
LIGAND = Bought("OS-SEGPHOS", "(S)-DTBM-SEGPHOS", "Catalyst", "210169-40-7", LIGAND_SMILES, "8000")
PHOSPHINE = Bought("OS-PPH3", "Triphenylphosphine", "Catalyst", "603-35-0", "c3c(P(c1ccccc1)c2ccccc2)cccc3", "30")
THF = Bought("OS-THF", "Tetrahydrofuran", "Solvent", "109-99-9", "C1CCOC1", "2.4", "0.889")
ACETATE = Bought("OS-ETOAC", "Ethyl acetate", "Solvent", "141-78-6", "CCOC(C)=O", "1.5", "0.902")
MATERIALS = (HYDROXYLAMINE, DMAP, PIVALOYL, DCM, WATER, STYRENE, SILANE, COPPER, LIGAND, PHOSPHINE, THF, ACETATE)


@dataclass(frozen=True)
class Step:
    """limiting: grams of it, on which volumes are counted. takes: what, as what, how much: equivalents, or millilitres of a solvent."""

    name: str
    product: str
    smiles: str
    percent: tuple[str, str, str]  # low, as counted, high
    celsius: tuple[str, str]
    conditions: str
    limiting: tuple[Bought, str]
    takes: tuple[tuple[Bought | str, str, str], ...]


STEPS = (
    Step(
        "Acylation",
        ESTER,
        ESTER_SMILES,
        ("93", "93.5", "94"),  # 27.5 to 28.0 g
        ("0", "23"),
        "Added in 5 min at 0 °C, 6 h at 23 °C",
        (HYDROXYLAMINE, "21.3"),
        ((PIVALOYL, "Reactant", "1.05"), (DMAP, "Reagent", "1.05"), (DCM, "Solvent", "450"), (WATER, "Water", "200")),  # 250 + 4 × 50 mL
    ),
    Step(
        "Hydroamination",
        AMINE,
        AMINE_SMILES,
        ("", "86", ""),  # 5.72 g, of 98 % ee
        ("23", "23"),
        "Nitrogen; added in 10 min, 12 h",
        (STYRENE, "2.50"),
        (
            (ESTER, "Reactant", "1.2"),
            (SILANE, "Reactant", "2"),
            (COPPER, "Catalyst", "0.010"),
            (LIGAND, "Catalyst", "0.011"),
            (PHOSPHINE, "Catalyst", "0.011"),
            (THF, "Solvent", "21"),
            (ACETATE, "Solvent", "150"),  # 3 × 50 mL
        ),
    ),
)
PASTED = (THF, ACETATE)  # the rest comes with the spreadsheet
CYCLE_H = "26"  # of each step


# What follows, by hand, with molar masses (g/mol) of 213.280 and 120.579 (hydroxylamine and acid chloride), 297.398 (their ester), 118.179
# (alkene), 106.197 (silane) and 315.460 (amine). The equations: R₂NOH + PivCl → R₂NOPiv + HCl, and alkene + R₂NOPiv + HSiMe(OMe)₂ → amine
# + PivOSiMe(OMe)₂.
MOLAR_MASSES = {HYDROXYLAMINE: "213.28", PIVALOYL: "120.579", STYRENE: "118.179", SILANE: "106.197", COPPER: "181.634"}
ATOM_ECONOMY = {
    "Acylation": "89.1 %",  # 297.398 / (213.280 + 120.579)
    "Hydroamination": "60.5 %",  # 315.460 / (118.179 + 297.398 + 106.197)
    "Whole route": "56.5 %",  # 315.460 / (118.179 + 106.197 + 213.280 + 120.579)
}
# In moles for a kilogram: 1000 / 315.460 / 0.86 = 3.68602 of the alkene, 1.2 / 0.935 times as many (4.73072) of the hydroxylamine.
FRESH_KG = {
    STYRENE: "0.4356",  # 3.68602 · 118.179
    SILANE: "0.7829",  # 2 · 3.68602 · 106.197
    HYDROXYLAMINE: "1.009",  # 4.73072 · 213.280
    PIVALOYL: "0.5989",  # 1.05 · 4.73072 · 120.579
    DMAP: "0.6069",  # 1.05 · 4.73072 · 122.171
    DCM: "28.27",  # 1.00897 · 450 / 21.3 · 1.326
    THF: "3.253",  # 0.43561 · 21 / 2.50 · 0.889
    ACETATE: "23.58",  # 0.43561 · 150 / 2.50 · 0.902
}
PMI = "68.0 kg/kg"  # with 9.455 of water, 0.0067, 0.0478 and 0.0106 of copper, ligand and phosphine
OVERALL = "80.4 %"  # 0.935 · 0.86
AT_THE_ARROWS = (
    "Pivaloyl chloride (1.05 eq)",
    "(21.13 L/kg)",
    "+ 2 (1.2 eq)",
    "(S)-DTBM-SEGPHOS (0.011 eq)",
    "Triphenylphosphine",
)
CLASSES = {DCM: "Class 2: 600 ppm", THF: "Class 2: 720 ppm", ACETATE: "Class 3"}  # ICH Q3C


def compound_rows() -> Iterator[tuple[str, ...]]:
    """For the table of compounds: name, CAS number, structure."""
    return ((each.name, each.cas, each.smiles) for each in MATERIALS)


def material_rows() -> str:
    """A block as the table of materials takes it, without molar masses: those follow from the structures."""
    return "\n".join("\t".join((each.code, each.name, "", each.kind, each.cas, "", each.kg_per_l)) for each in MATERIALS)


ROUTE_HEAD = (
    "Route",
    "Step",
    "Product",
    "Structure of the product (SMILES)",
    "Yield, low (%)",
    "Yield (%)",
    "Yield, high (%)",
    "Yield, source",
    "Yield, reference",
    "Cycle time (h)",
    "Temperature from (°C)",
    "Temperature to (°C)",
    "Conditions",
    "Input",
    "Role",
    "Amount",
    "Counted in",
    "Limiting",
    "Amount, source",
    "Amount, reference",
)


def route_rows() -> Iterator[tuple[str, ...]]:
    """Each input as a row of the spreadsheet but for those that are pasted; the first row of a step says what is true of it."""
    for step in STEPS:
        said = (step.product, step.smiles, *step.percent, "Analogue", CITED, CYCLE_H, *step.celsius, step.conditions)
        material, _grams = step.limiting
        yield ROUTE, step.name, *said, material.code, "Reactant", "1", "equivalents", "yes", "Analogue", CITED
        for what, role, amount, basis in _inputs(step):
            if what not in PASTED:
                yield ROUTE, step.name, *[""] * len(said), _named(what), role, amount, basis, "", "Analogue", CITED


def pasted_rows() -> str:
    """As the table of inputs takes them."""
    rows = (
        (step.name, _named(what), "", role, amount, basis, "no")
        for step in STEPS
        for what, role, amount, basis in _inputs(step)
        if what in PASTED
    )
    return "\n".join("\t".join(row) for row in rows)


def _inputs(step: Step) -> Iterator[tuple[Bought | str, str, str, str]]:
    """Besides the limiting one, with what the amount is counted in."""
    grams = Decimal(step.limiting[1])
    for what, role, amount in step.takes:
        if role in ("Solvent", "Water"):
            yield what, role, f"{Decimal(amount) / grams:.6f}", "L/kg"
        else:
            yield what, role, amount, "equivalents"


def _named(what: Bought | str) -> str:
    return what if isinstance(what, str) else what.code


SUPPLIERS = ("Elements & Sons", "Second Source Ltd")


def answer_rows() -> str:
    """What both suppliers ask of all but water: our prices, and a tenth more."""
    asked = (
        (each.code, supplier, Decimal(each.price) * times)
        for supplier, times in zip(SUPPLIERS, (1, Decimal("1.1")), strict=True)
        for each in MATERIALS
        if each is not WATER
    )
    return "\n".join(f"{code}\t{supplier}\t\t{price:f}\tUSD\t\t\t28" for code, supplier, price in asked)
