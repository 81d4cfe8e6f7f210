"""The tables that the early screen looks into, each with its source. Values that `checked` is not set for were entered from memory of the
guideline; quality assurance looks at them once before a limit is printed.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from audit.refusals import Words
from projects.models.rfp_choices import TreatmentDuration

Q3A = "ICH Q3A(R2), attachment 1"
Q3C = "ICH Q3C(R9), tables 1 to 3"
Q3D = "ICH Q3D(R2), table A.2.1 (oral)"
M7 = "ICH M7(R2), table 2 and note on the cohort of concern"
PRACTICE = _("practice")
EMA = _("practice; EMA/409815/2020")


@dataclass(frozen=True)
class Solvent:
    """pde_mg_per_day: permitted daily exposure; at 10 g/day it is option 1 of class 2, and the limit of class 1. Names beside the first
    are synonyms."""

    cas: str
    names: tuple[str, ...]
    klass: int
    pde_mg_per_day: float
    checked: bool = False


def _class_3(*rows: tuple[str, ...]) -> list[Solvent]:
    return [Solvent(cas, names, 3, 50.0, checked=True) for cas, *rest in rows for names in [tuple(rest)]]


SOLVENTS: tuple[Solvent, ...] = (
    Solvent("71-43-2", ("benzene",), 1, 0.02, checked=True),
    Solvent("56-23-5", ("carbon tetrachloride",), 1, 0.04, checked=True),
    Solvent("107-06-2", ("1,2-dichloroethane",), 1, 0.05, checked=True),
    Solvent("75-35-4", ("1,1-dichloroethene",), 1, 0.08, checked=True),
    Solvent("71-55-6", ("1,1,1-trichloroethane",), 1, 15.0, checked=True),
    Solvent("75-05-8", ("acetonitrile",), 2, 4.1, checked=True),
    Solvent("108-90-7", ("chlorobenzene",), 2, 3.6),
    Solvent("67-66-3", ("chloroform",), 2, 0.6, checked=True),
    Solvent("98-82-8", ("cumene",), 2, 0.7),
    Solvent("110-82-7", ("cyclohexane",), 2, 38.8),
    Solvent("5614-37-9", ("cyclopentyl methyl ether",), 2, 15.0),
    Solvent("540-59-0", ("1,2-dichloroethene",), 2, 18.7),
    Solvent("75-09-2", ("dichloromethane", "methylene chloride"), 2, 6.0, checked=True),
    Solvent("110-71-4", ("1,2-dimethoxyethane",), 2, 1.0),
    Solvent("127-19-5", ("n,n-dimethylacetamide",), 2, 10.9),
    Solvent("68-12-2", ("n,n-dimethylformamide", "dimethylformamide"), 2, 8.8, checked=True),
    Solvent("123-91-1", ("1,4-dioxane",), 2, 3.8),
    Solvent("110-80-5", ("2-ethoxyethanol",), 2, 1.6),
    Solvent("107-21-1", ("ethylene glycol",), 2, 6.2),
    Solvent("75-12-7", ("formamide",), 2, 2.2),
    Solvent("110-54-3", ("hexane", "n-hexane"), 2, 2.9, checked=True),
    Solvent("67-56-1", ("methanol",), 2, 30.0, checked=True),
    Solvent("109-86-4", ("2-methoxyethanol",), 2, 0.5),
    Solvent("591-78-6", ("methyl butyl ketone",), 2, 0.5),
    Solvent("108-87-2", ("methylcyclohexane",), 2, 11.8),
    Solvent("108-10-1", ("methyl isobutyl ketone",), 2, 45.0),
    Solvent("872-50-4", ("n-methylpyrrolidone",), 2, 5.3),
    Solvent("75-52-5", ("nitromethane",), 2, 0.5),
    Solvent("110-86-1", ("pyridine",), 2, 2.0),
    Solvent("126-33-0", ("sulfolane",), 2, 1.6),
    Solvent("75-65-0", ("tert-butanol",), 2, 35.0),
    Solvent("109-99-9", ("tetrahydrofuran",), 2, 7.2, checked=True),
    Solvent("119-64-2", ("tetralin",), 2, 1.0),
    Solvent("108-88-3", ("toluene",), 2, 8.9, checked=True),
    Solvent("79-01-6", ("1,1,2-trichloroethene", "trichloroethylene"), 2, 0.8),
    Solvent("1330-20-7", ("xylene",), 2, 21.7),
    *_class_3(
        ("64-19-7", "acetic acid"),
        ("67-64-1", "acetone"),
        ("100-66-3", "anisole"),
        ("71-36-3", "1-butanol"),
        ("78-92-2", "2-butanol"),
        ("123-86-4", "butyl acetate"),
        ("1634-04-4", "tert-butyl methyl ether"),
        ("67-68-5", "dimethyl sulfoxide"),
        ("64-17-5", "ethanol"),
        ("141-78-6", "ethyl acetate"),
        ("60-29-7", "diethyl ether"),
        ("109-94-4", "ethyl formate"),
        ("64-18-6", "formic acid"),
        ("142-82-5", "heptane", "n-heptane"),
        ("110-19-0", "isobutyl acetate"),
        ("108-21-4", "isopropyl acetate"),
        ("79-20-9", "methyl acetate"),
        ("123-51-3", "3-methyl-1-butanol"),
        ("78-93-3", "methyl ethyl ketone", "2-butanone"),
        ("78-83-1", "2-methyl-1-propanol"),
        ("96-47-9", "2-methyltetrahydrofuran"),
        ("109-66-0", "pentane"),
        ("71-41-0", "1-pentanol"),
        ("71-23-8", "1-propanol"),
        ("67-63-0", "2-propanol", "isopropanol"),
        ("109-60-4", "propyl acetate"),
        ("121-44-8", "triethylamine"),
    ),
)


@dataclass(frozen=True)
class Element:
    symbol: str
    name: str
    klass: str
    pde_ug_per_day: float
    checked: bool = False


ELEMENTS: tuple[Element, ...] = (
    Element("Cd", "cadmium", "1", 5, checked=True),
    Element("Pb", "lead", "1", 5, checked=True),
    Element("As", "arsenic", "1", 15, checked=True),
    Element("Hg", "mercury", "1", 30, checked=True),
    Element("Co", "cobalt", "2A", 50, checked=True),
    Element("V", "vanadium", "2A", 100, checked=True),
    Element("Ni", "nickel", "2A", 220, checked=True),
    Element("Tl", "thallium", "2B", 8),
    Element("Au", "gold", "2B", 300),
    Element("Pd", "palladium", "2B", 100, checked=True),
    Element("Ir", "iridium", "2B", 100),
    Element("Os", "osmium", "2B", 100),
    Element("Rh", "rhodium", "2B", 100),
    Element("Ru", "ruthenium", "2B", 100),
    Element("Se", "selenium", "2B", 150),
    Element("Ag", "silver", "2B", 150),
    Element("Pt", "platinum", "2B", 100),
    Element("Li", "lithium", "3", 550),
    Element("Sb", "antimony", "3", 1200),
    Element("Ba", "barium", "3", 1400),
    Element("Mo", "molybdenum", "3", 3000),
    Element("Cu", "copper", "3", 3000),
    Element("Sn", "tin", "3", 6000),
    Element("Cr", "chromium", "3", 11000),
)
CONTROL_THRESHOLD = 0.3  # of the permitted daily exposure

# By duration of treatment: micrograms a day of one mutagenic impurity.
MUTAGENIC_UG_PER_DAY: dict[TreatmentDuration, float] = {
    TreatmentDuration.MONTH: 120.0,
    TreatmentDuration.YEAR: 20.0,
    TreatmentDuration.TEN_YEARS: 10.0,
    TreatmentDuration.LIFETIME: 1.5,
}

# Functional groups that decompose with much heat or gas. Source: practice.
ENERGETIC: tuple[tuple[Words, str], ...] = (
    (_("azide"), "[$(N=[N+]=[N-]),$([N-][N+]#N)]"),  # on carbon, silicon, phosphorus, sulfur or nothing
    (_("diazonium"), "[#6][N+]#N"),
    (_("diazo"), "[#6]=[N+]=[N-]"),
    (_("azo"), "[#6]N=N[#6]"),
    (_("nitro"), "[$([NX3](=O)=O),$([NX3+](=O)[O-])][#6]"),
    (_("nitrate ester"), "[#6][OX2][N+](=O)[O-]"),
    (_("nitrite ester"), "[#6][OX2][NX2]=O"),
    (_("nitrate ion"), "[OX1-][N+](=O)[O-]"),
    (_("nitrate of a base"), "[OX2H][N+](=O)[O-].[#7;!$([#7+]=O)]"),  # the salt drawn as acid and base
    (_("nitramine"), "[NX3][N+](=O)[O-]"),
    (_("nitroso"), "[#6,#7][NX2]=O"),
    (_("peroxide"), "[OX2][OX2]"),
    (_("peroxide ion"), "[OX2,OX1-][OX1-]"),
    (_("tetrazole"), "c1nnnn1"),
    (_("triazole"), "c1nncn1"),
    (_("1,2,3-triazole"), "c1cnnn1"),
    (_("hydrazine"), "[$([NX3;!$(NC=O);!$(N=O)]),NX4+][$([NX3;!$(NC=O);!$(N=O)]),NX4+]"),
    (_("hydroxylamine"), "[$([NX3;H1,H2]),$([NX4+;H2,H3])][OX2H]"),
    (_("N-oxide"), "[$([N+;!$([N+]=O)]([#6])[#6]),n+][OX1-]"),
    (_("perchlorate"), "[Cl+3]([O-])([O-])[O-]"),  # so RDKit writes Cl(=O)(=O)=O
    (_("N-halogen"), "[N][Cl,Br,I]"),
    (_("terminal alkyne"), "[CX2H1]#C"),
    (_("epoxide or aziridine"), "[#6]1[O,N][#6]1"),
)
# The same of what has no structure, by its name; patterns of `re`, small letters.
ENERGETIC_NAMES: tuple[tuple[Words, str], ...] = (
    (_("azide"), r"(?<![br])azid(e|o)|hydrazoic"),  # neither hydrazide nor carbazide
    (_("diazonium"), r"diazonium"),
    (_("diazo"), r"diazo(?!nium|l)"),
    (_("azo"), r"\bazobis|azodicarb"),
    (_("nitro"), r"nitro(?!gen|s|us)"),
    (_("nitroso"), r"nitroso"),
    (_("nitrate"), r"nitrate\b"),
    (_("nitrite ester"), r"(yl|alkyl) nitrite"),
    (_("peroxide"), r"peroxide|peroxy|peracetic|perbenzoic"),
    (_("tetrazole"), r"tetrazol"),
    (_("triazole"), r"triazol"),
    (_("hydrazine"), r"hydrazin"),
    (_("hydroxylamine"), r"hydroxylam"),
    (_("N-oxide"), r"n-oxide"),
    (_("perchlorate"), r"perchlor(ate|ic)"),
    (_("N-halogen"), r"\bn-(chloro|bromo|iodo)(succinimide|phthalimide|saccharin)"),
    (_("terminal alkyne"), r"acetylene|propargyl|ethynyl"),
    (_("epoxide or aziridine"), r"epoxide|oxirane|aziridine"),
)

# What can nitrosate, and what is nitrosated. Source: practice, after the EMA questions and answers on N-nitrosamines.
NITROSATING = ("[OX1-][NX2]=O", "[OX2H][NX2]=O", "[#6][OX2][NX2]=O", "[Cl,Br][NX2]=O")
NITROSATING_NAMES = ("nitrite", "nitrous acid", "nitrosyl")
SECONDARY_AMINE = "[NX3;H1;!$(N[C,S]=[O,S,N]);!$(N[#7,#8])]([#6])[#6]"
TERTIARY_AMINE = "[NX3;H0;!$(N[C,S]=[O,S,N]);!$(N[#7,#8]);!$(N-a)]([CX4])([CX4])[CX4]"
DIALKYL_AMIDE = "[CX3](=O)[NX3;H0]([CX4])[CX4]"  # gives the amine back: DMF, DMA, NMP

LONG_LEAD_DAYS = 56  # eight weeks
HIGH_BAND = 4  # from here on an unknown capability is a finding
HIGH_LIMIT_UG_PER_M3 = 10  # below it makers commonly count a substance as band 4 or 5
