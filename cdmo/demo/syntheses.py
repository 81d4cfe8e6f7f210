"""Published syntheses of the demo's molecules, one convergent, one linear, and one last step.

Structures, CAS numbers and the order of the steps are those of the sources named. Yields, equivalents and conditions were written down
from memory of those sources and rounded, and have not been compared with them; prices, lead times and batch sizes are invented, as
everything of the demo's projects is. One figure was looked up since: of the coupling of aripiprazole with sodium iodide
EP 1 480 953 B2 (paragraph 3) says that it gives no more than about 80 %, so its yield ends there; within that it is ours.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Stuff:
    """A bought material. price: EUR per kg; density in kg/L; days: of lead time."""

    code: str
    name: str
    kind: str
    cas: str
    smiles: str
    price: str
    density: float | None = None
    band: int = 2
    days: int = 21
    hazards: str = ""


@dataclass(frozen=True)
class Takes:
    """What a step takes in: the code of a material, or the name of a step further up."""

    what: str
    role: str
    amount: str
    basis: str = "equivalents"
    limiting: bool = False
    assay: str = "100"
    recycled: str = "0"
    stoichiometry: str = ""


@dataclass(frozen=True)
class Makes:
    """A step. smiles of the product; empty for the molecule of the project."""

    name: str
    kind: str
    product: str
    smiles: str
    percent: tuple[str, str, str]  # low, base, high
    hours: str
    celsius: tuple[str, str]
    conditions: str
    takes: tuple[Takes, ...]
    hazards: str = ""


@dataclass(frozen=True)
class Synthesis:
    name: str
    purpose: str
    note: str
    steps: tuple[Makes, ...]
    references: tuple[tuple[str, str, str, int, str], ...] = field(default=())  # kind, citation, identifier, year, rights
    fixed: str = ""


STUFF = (
    Stuff("S-ETOH", "Ethanol", "solvent", "64-17-5", "CCO", "1.10", 0.789, 1, 14, "H225 H319"),
    Stuff("S-IPA", "2-Propanol", "solvent", "67-63-0", "CC(C)O", "1.25", 0.785, 1, 14, "H225 H319 H336"),
    Stuff("S-THF", "Tetrahydrofuran", "solvent", "109-99-9", "C1CCOC1", "2.40", 0.889, 2, 14, "H225 H302 H319 H335 H351"),
    Stuff("S-PYR", "Pyridine", "solvent", "110-86-1", "c1ccncc1", "5.80", 0.982, 2, 28, "H225 H302 H312 H332"),
    Stuff("S-DMF", "N,N-Dimethylformamide", "solvent", "68-12-2", "CN(C)C=O", "1.60", 0.944, 3, 14, "H226 H312 H319 H332 H360D"),
    Stuff("S-ACN", "Acetonitrile", "solvent", "75-05-8", "CC#N", "2.90", 0.786, 2, 21, "H225 H302 H312 H319 H332"),
    Stuff("S-WATER", "Purified water", "water", "7732-18-5", "O", "0.03", 0.998, 1, 0),
    Stuff(
        "M-MNA",
        "2-Methyl-5-nitroaniline",
        "starting_material",
        "99-55-8",
        "Cc1ccc(cc1N)[N+](=O)[O-]",
        "9.50",
        None,
        3,
        35,
        "H301 H311 H331",
    ),
    Stuff("M-CYAN", "Cyanamide", "reagent", "420-04-2", "NC#N", "6.20", None, 3, 28, "H301 H311 H314 H317"),
    Stuff("M-HNO3", "Nitric acid 65 %", "reagent", "7697-37-2", "O[N+](=O)[O-]", "0.55", None, 2, 14, "H272 H290 H314 H331"),
    Stuff("M-ACPY", "3-Acetylpyridine", "starting_material", "350-03-8", "CC(=O)c1cccnc1", "28.00", None, 2, 42, "H301 H310"),
    Stuff("M-DMFDMA", "N,N-Dimethylformamide dimethyl acetal", "reagent", "4637-24-5", "COC(OC)N(C)C", "18.00", None, 2, 35, "H225 H319"),
    Stuff("M-HCL", "Hydrochloric acid 37 %", "reagent", "7647-01-0", "Cl", "0.35", None, 2, 7, "H290 H314 H335"),
    Stuff("M-NAOH", "Sodium hydroxide", "reagent", "1310-73-2", "[OH-].[Na+]", "0.60", None, 2, 7, "H290 H314"),
    Stuff("M-H2", "Hydrogen", "gas", "1333-74-0", "[H][H]", "12.00", None, 1, 7, "H220 H280"),
    Stuff("M-PDC", "Palladium on carbon 5 %", "catalyst", "", "", "2400.00", None, 3, 70, "H319"),
    Stuff(
        "M-CMBA", "4-(Chloromethyl)benzoic acid", "starting_material", "1642-81-5", "OC(=O)c1ccc(CCl)cc1", "24.00", None, 2, 49, "H315 H319"
    ),
    Stuff("M-NMP", "1-Methylpiperazine", "reagent", "109-01-3", "CN1CCNCC1", "7.80", None, 2, 28, "H226 H302 H312 H314 H332"),
    Stuff("M-SOCL2", "Thionyl chloride", "reagent", "7719-09-7", "O=S(Cl)Cl", "1.40", None, 2, 21, "H302 H314 H331"),
    Stuff(
        "M-HQO",
        "7-Hydroxy-3,4-dihydro-2(1H)-quinolinone",
        "starting_material",
        "22246-18-0",
        "O=C1CCc2ccc(O)cc2N1",
        "62.00",
        None,
        3,
        56,
        "H302",
    ),
    Stuff("M-DBB", "1,4-Dibromobutane", "reagent", "110-52-1", "BrCCCCBr", "11.50", None, 3, 42, "H301 H315 H319 H411"),
    Stuff("M-K2CO3", "Potassium carbonate", "reagent", "584-08-7", "[K+].[K+].[O-]C([O-])=O", "1.30", None, 1, 14, "H315 H319 H335"),
    Stuff(
        "M-DCPP",
        "1-(2,3-Dichlorophenyl)piperazine hydrochloride",
        "starting_material",
        "119532-26-2",
        "Clc1cccc(N2CCNCC2)c1Cl.Cl",
        "75.00",
        None,
        3,
        63,
        "H302",
    ),
    Stuff("M-NAI", "Sodium iodide", "reagent", "7681-82-5", "[Na+].[I-]", "34.00", None, 1, 28, "H315 H319 H400"),
    Stuff(
        "M-APXE",
        "Apixaban ethyl ester",
        "starting_material",
        "503614-91-3",
        "CCOC(=O)c1nn(-c2ccc(OC)cc2)c2c1CCN(C2=O)c1ccc(cc1)N1CCCCC1=O",
        "1450.00",
        None,
        4,
        84,
    ),
    Stuff("M-FMD", "Formamide", "reagent", "75-12-7", "NC=O", "1.80", None, 2, 14, "H351 H360FD H373"),
    Stuff("M-NAOME", "Sodium methoxide", "reagent", "124-41-4", "C[O-].[Na+]", "3.10", None, 2, 21, "H251 H302 H314"),
    Stuff("M-TEA", "Triethylamine", "reagent", "121-44-8", "CCN(CC)CC", "2.60", None, 2, 14, "H225 H302 H311 H314 H331"),
)

IMATINIB_CONVERGENT = Synthesis(
    "Amide route, convergent",
    "Registered route",
    "Pyrimidine amine and benzoic acid are made side by side and joined last. Yields from memory of the patent's examples, rounded.",
    (
        Makes(
            "Guanidine",
            "other",
            "(2-Methyl-5-nitrophenyl)guanidine nitrate",
            "Cc1ccc(cc1NC(N)=N)[N+](=O)[O-].O[N+](=O)[O-]",
            ("55", "64", "70"),
            "34",
            ("70", "80"),
            "Reflux overnight, crystallised cold",
            (
                Takes("M-MNA", "reactant", "1", limiting=True),
                Takes("M-CYAN", "reactant", "1.5"),
                Takes("M-HNO3", "reactant", "1.1", assay="65"),
                Takes("S-ETOH", "solvent", "5", "l_per_kg", recycled="60"),
            ),
            "Nitro compound and nitrate: calorimetry before scale-up.",
        ),
        Makes(
            "Enaminone",
            "enamine_formation",
            "3-(Dimethylamino)-1-(3-pyridyl)-2-propen-1-one",
            "CN(C)/C=C/C(=O)c1cccnc1",
            ("82", "86", "90"),
            "22",
            ("95", "105"),
            "Methanol distilled off",
            (Takes("M-ACPY", "reactant", "1", limiting=True), Takes("M-DMFDMA", "reactant", "1.2")),
        ),
        Makes(
            "Pyrimidine",
            "cyclocondensation",
            "N-(2-Methyl-5-nitrophenyl)-4-(3-pyridyl)pyrimidin-2-amine",
            "Cc1ccc(cc1Nc1nccc(n1)-c1cccnc1)[N+](=O)[O-]",
            ("82", "87", "90"),
            "30",
            ("78", "82"),
            "Reflux 12 h, filtered, washed with water",
            (
                Takes("Guanidine", "reactant", "1", limiting=True),
                Takes("Enaminone", "reactant", "1.05"),
                Takes("M-NAOH", "reactant", "1.1"),
                Takes("S-IPA", "solvent", "8", "l_per_kg", recycled="70"),
                Takes("S-WATER", "water", "4", "l_per_kg"),
            ),
        ),
        Makes(
            "Amine",
            "nitro_reduction",
            "N-(5-Amino-2-methylphenyl)-4-(3-pyridyl)pyrimidin-2-amine",
            "Cc1ccc(N)cc1Nc1nccc(n1)-c1cccnc1",
            ("80", "83", "92"),
            "26",
            ("20", "30"),
            "3 bar hydrogen, catalyst filtered off",
            (
                Takes("Pyrimidine", "reactant", "1", limiting=True),
                Takes("M-H2", "reactant", "3.3", stoichiometry="3"),
                Takes("M-PDC", "catalyst", "0.05", "kg_per_kg"),
                Takes("S-THF", "solvent", "10", "l_per_kg", recycled="75"),
            ),
            "Hydrogenation of a nitro compound: feed controlled by uptake.",
        ),
        Makes(
            "Benzoic acid",
            "other_alkylation",
            "4-[(4-Methylpiperazin-1-yl)methyl]benzoic acid dihydrochloride",
            "CN1CCN(Cc2ccc(cc2)C(O)=O)CC1.Cl.Cl",
            ("74", "79", "84"),
            "24",
            ("60", "78"),
            "Reflux 8 h, dihydrochloride precipitated",
            (
                Takes("M-CMBA", "reactant", "1", limiting=True),
                Takes("M-NMP", "reactant", "2.4", stoichiometry="1"),
                Takes("M-HCL", "reactant", "2.5", assay="37", stoichiometry="2"),
                Takes("S-ETOH", "solvent", "7", "l_per_kg", recycled="60"),
            ),
        ),
        Makes(
            "Amide",
            "amidation",
            "Imatinib",
            "",
            ("74", "80", "86"),
            "38",
            ("0", "40"),
            "Acid chloride formed first, amine added below 10 °C",
            (
                Takes("Amine", "reactant", "1", limiting=True),
                Takes("Benzoic acid", "reactant", "1.2", stoichiometry="1"),
                Takes("M-SOCL2", "reagent", "1.5"),
                Takes("S-PYR", "solvent", "8", "l_per_kg", recycled="50"),
                Takes("S-WATER", "water", "12", "l_per_kg"),
            ),
        ),
    ),
    (
        ("patent", "Pyrimidine derivatives and processes for the preparation thereof", "US 5,521,184", 1996, "free"),
        ("paper", "Zimmermann et al., Bioorg. Med. Chem. Lett. 1997, 7, 187", "10.1016/S0960-894X(96)00601-4", 1997, "free"),
    ),
    fixed="As registered.",
)

ARIPIPRAZOLE_LINEAR = Synthesis(
    "Bromobutoxy route",
    "For the quotation",
    "Alkylation twice, then recrystallised. Yields from memory of the paper, rounded; the coupling ends at the 80 % of the patent.",
    (
        Makes(
            "Etherification",
            "etherification",
            "7-(4-Bromobutoxy)-3,4-dihydro-2(1H)-quinolinone",
            "O=C1CCc2ccc(OCCCCBr)cc2N1",
            ("70", "76", "80"),
            "28",
            ("55", "65"),
            "4 h, quenched into water",
            (
                Takes("M-HQO", "reactant", "1", limiting=True),
                Takes("M-DBB", "reactant", "3", stoichiometry="1"),
                Takes("M-K2CO3", "reactant", "1", stoichiometry="0.5"),
                Takes("S-DMF", "solvent", "5", "l_per_kg", recycled="40"),
                Takes("S-WATER", "water", "15", "l_per_kg"),
            ),
        ),
        Makes(
            "Coupling",
            "other_alkylation",
            "Aripiprazole, crude",
            "",
            ("72", "77", "80"),
            "30",
            ("75", "82"),
            "Reflux 6 h",
            (
                Takes("Etherification", "reactant", "1", limiting=True),
                Takes("M-DCPP", "reactant", "1.1", stoichiometry="1"),
                Takes("M-NAI", "reagent", "1.2"),
                Takes("M-TEA", "reactant", "2.2", stoichiometry="2"),
                Takes("S-ACN", "solvent", "10", "l_per_kg", recycled="65"),
                Takes("S-WATER", "water", "5", "l_per_kg"),
            ),
        ),
        Makes(
            "Recrystallisation",
            "recrystallisation",
            "Aripiprazole",
            "",
            ("88", "92", "95"),
            "26",
            ("0", "78"),
            "From ethanol, 5 K/h",
            (Takes("Coupling", "reactant", "1", limiting=True), Takes("S-ETOH", "solvent", "20", "l_per_kg", recycled="80")),
        ),
    ),
    (
        ("paper", "Oshiro et al., J. Med. Chem. 1998, 41, 658", "10.1021/jm940608g", 1998, "unknown"),
        ("patent", "Process for preparing aripiprazole", "EP 1 480 953 B2", 2010, "unknown"),
    ),
)

APIXABAN_LAST = Synthesis(
    "Ammonolysis of the ester",
    "For validation",
    "The ester is bought; its amide is the molecule. Yields from memory of the paper, rounded.",
    (
        Makes(
            "Ammonolysis",
            "amidation",
            "Apixaban",
            "",
            ("82", "88", "92"),
            "22",
            ("15", "25"),
            "Formamide and methoxide below 25 °C, then water",
            (
                Takes("M-APXE", "reactant", "1", limiting=True),
                Takes("M-FMD", "reagent", "12", stoichiometry="1"),
                Takes("M-NAOME", "reagent", "3"),
                Takes("S-DMF", "solvent", "6", "l_per_kg"),
                Takes("S-WATER", "water", "10", "l_per_kg"),
            ),
        ),
    ),
    (("paper", "Pinto et al., J. Med. Chem. 2007, 50, 5339", "10.1021/jm070245n", 2007, "unknown"),),
    fixed="As validated.",
)
