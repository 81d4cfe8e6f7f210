"""Names of what stands beside a parent in a salt or solvate, by canonical isomeric SMILES of the neutral molecule or the bare cation.

Common pharmaceutical salt formers and solvents, by the names in use (Stahl and Wermuth, Handbook of Pharmaceutical Salts). What is
drawn does not say whether an acid gave its proton away, so acids are named as in a salt.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from audit.refusals import Words

WATER = "O"

ACIDS: dict[str, Words] = {
    "Cl": _("hydrochloride"),
    "Br": _("hydrobromide"),
    "I": _("hydroiodide"),
    "O=S(=O)(O)O": _("sulfate"),
    "O=P(O)(O)O": _("phosphate"),
    "O=[N+]([O-])O": _("nitrate"),
    "O=C(O)O": _("carbonate"),
    "CS(=O)(=O)O": _("mesylate"),
    "CCS(=O)(=O)O": _("esylate"),
    "O=S(=O)(O)CCS(=O)(=O)O": _("edisylate"),
    "O=S(=O)(O)CCO": _("isethionate"),
    "O=S(=O)(O)c1ccccc1": _("besylate"),
    "Cc1ccc(S(=O)(=O)O)cc1": _("tosylate"),
    "O=S(=O)(O)c1ccc2ccccc2c1": _("napsylate"),
    "O=S(=O)(O)C(F)(F)F": _("triflate"),
    "F[P-](F)(F)(F)(F)F": _("hexafluorophosphate"),
    "F[B-](F)(F)F": _("tetrafluoroborate"),
    "CC(=O)O": _("acetate"),
    "O=CO": _("formate"),
    "O=C(O)C(F)(F)F": _("trifluoroacetate"),
    "CC(O)C(=O)O": _("lactate"),
    "O=C(O)CO": _("glycolate"),
    "O=C(O)C(=O)O": _("oxalate"),
    "O=C(O)CC(=O)O": _("malonate"),
    "O=C(O)CCC(=O)O": _("succinate"),
    "O=C(O)CCCCC(=O)O": _("adipate"),
    "O=C(O)/C=C\\C(=O)O": _("maleate"),
    "O=C(O)/C=C/C(=O)O": _("fumarate"),
    "O=C(O)CC(O)C(=O)O": _("malate"),
    "O=C(O)C(O)C(O)C(=O)O": _("tartrate"),
    "O=C(O)CC(O)(CC(=O)O)C(=O)O": _("citrate"),
    "O=C(O)c1ccccc1": _("benzoate"),
    "O=C(O)c1ccccc1O": _("salicylate"),
    "O=C(O)c1cc2ccccc2c(Cc2c(O)c(C(=O)O)cc3ccccc23)c1O": _("pamoate"),
    "O=C(O)c1ccc2ccccc2c1O": _("xinafoate"),
    "O=C(O)C(O)c1ccccc1": _("mandelate"),
    "O=C(O)CNC(=O)c1ccccc1": _("hippurate"),
    "O=C(O)C(O)C(O)C(O)C(O)CO": _("gluconate"),
    "NC(CC(=O)O)C(=O)O": _("aspartate"),
    "NC(CCC(=O)O)C(=O)O": _("glutamate"),
    "CCCCCCCCCCCCCCCCCC(=O)O": _("stearate"),
}
WITH_CATION: dict[str, Words] = {"Cl": _("chloride"), "Br": _("bromide"), "I": _("iodide")}  # where nothing can take the proton
BASES: dict[str, Words] = {
    "[Li+]": _("lithium"),
    "[Na+]": _("sodium"),
    "[K+]": _("potassium"),
    "[Mg+2]": _("magnesium"),
    "[Ca+2]": _("calcium"),
    "[Sr+2]": _("strontium"),
    "[Ba+2]": _("barium"),
    "[Zn+2]": _("zinc"),
    "[Al+3]": _("aluminium"),
    "[Bi+3]": _("bismuth"),
    "N": _("ammonium"),
    "CCNCC": _("diethylamine"),
    "CCN(CC)CC": _("triethylamine"),
    "CC(C)(C)N": _("erbumine (tert-butylamine)"),
    "NCCO": _("olamine (ethanolamine)"),
    "OCCNCCO": _("diolamine (diethanolamine)"),
    "NCCN": _("ethylenediamine"),
    "C1CNCCN1": _("piperazine"),
    "NC(CO)(CO)CO": _("tromethamine"),
    "CNCC(O)C(O)C(O)C(O)CO": _("meglumine"),
    "C[N+](C)(C)CCO": _("choline"),
    "NCCCCC(N)C(=O)O": _("lysine"),
    "N=C(N)NCCCC(N)C(=O)O": _("arginine"),
    "c1ccc(CNCCNCc2ccccc2)cc1": _("benzathine"),
}
SOLVENTS: dict[str, Words] = {
    WATER: _("water"),
    "CO": _("methanol"),
    "CCO": _("ethanol"),
    "CCCO": _("1-propanol"),
    "CC(C)O": _("2-propanol"),
    "CCCCO": _("1-butanol"),
    "CC(O)CO": _("propylene glycol"),
    "CC(C)=O": _("acetone"),
    "CCC(C)=O": _("2-butanone"),
    "CC#N": _("acetonitrile"),
    "CCOC(C)=O": _("ethyl acetate"),
    "CC(=O)OC(C)C": _("isopropyl acetate"),
    "CCOCC": _("diethyl ether"),
    "COC(C)(C)C": _("tert-butyl methyl ether"),
    "C1CCOC1": _("tetrahydrofuran"),
    "C1COCCO1": _("1,4-dioxane"),
    "ClCCl": _("dichloromethane"),
    "ClC(Cl)Cl": _("chloroform"),
    "CS(C)=O": _("dimethyl sulfoxide"),
    "CN(C)C=O": _("dimethylformamide"),
    "CN1CCCC1=O": _("N-methylpyrrolidone"),
    "Cc1ccccc1": _("toluene"),
    "CCCCCC": _("hexane"),
    "CCCCCCC": _("heptane"),
    "c1ccncc1": _("pyridine"),
}
HYDRATES: dict[int, Words] = {
    1: _("monohydrate"), 2: _("dihydrate"), 3: _("trihydrate"), 4: _("tetrahydrate"), 5: _("pentahydrate"),
    6: _("hexahydrate"), 7: _("heptahydrate"), 8: _("octahydrate"), 9: _("nonahydrate"), 10: _("decahydrate"),
}  # fmt: skip
