"""What the early screen looks into, each with its source; the tables of solvents and elements stand in modules of their own."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from audit.refusals import Words
from projects.models.rfp_choices import TreatmentDuration

Q3A = "ICH Q3A(R2), attachment 1"
Q3C = "ICH Q3C(R9), tables 1 to 4"
Q3D = "ICH Q3D(R2), tables A.2.1 and A.5.1"
M7 = "ICH M7(R2), tables 2 and 3 and note on the cohort of concern"
PRACTICE = _("practice")
EMA = _("practice; EMA/409815/2020")


# By duration of treatment: micrograms a day of one mutagenic impurity, and of three or more together (7.3 and 7.4). Compared on
# 30 November 2026 with public text that repeats both tables.
MUTAGENIC_UG_PER_DAY: dict[TreatmentDuration, float] = {
    TreatmentDuration.MONTH: 120.0,
    TreatmentDuration.YEAR: 20.0,
    TreatmentDuration.TEN_YEARS: 10.0,
    TreatmentDuration.LIFETIME: 1.5,
}
MUTAGENIC_TOGETHER_UG_PER_DAY: dict[TreatmentDuration, float] = {
    TreatmentDuration.MONTH: 120.0,
    TreatmentDuration.YEAR: 60.0,
    TreatmentDuration.TEN_YEARS: 30.0,
    TreatmentDuration.LIFETIME: 5.0,
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
    (
        _("hydroxylamine"),  # with what it carries on nitrogen and oxygen, and hydroxamic acids
        "[$([NX3;H1,H2][OX2H]),$([NX3;!$(N[C,S,P]=[O,S,N]);!$(N=*);!$(NN=O)][OX2]),$([NX4+;!H0][OX2])]",
    ),
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
