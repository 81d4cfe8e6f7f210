"""The demo's molecules: active ingredients published long ago, under their international nonproprietary names (WHO INN lists).

CAS numbers, SMILES, formulas, average molar masses (g/mol) and InChIKeys are those of the public records of the named substances in
PubChem and ChEBI; a test derives formula, mass and InChIKey again from each SMILES. Nothing else that the demo says about a
project with them (clients, batches, dates, prices) is true.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Molecule:
    name: str
    cas_number: str
    smiles: str
    formula: str
    molar_mass_g_per_mol: float
    inchikey: str


IMATINIB = Molecule(
    "Imatinib",
    "152459-95-5",
    "CC1=C(C=C(C=C1)NC(=O)C2=CC=C(C=C2)CN3CCN(CC3)C)NC4=NC=CC(=N4)C5=CN=CC=C5",
    "C29H31N7O",
    493.6,
    "KTUFNOKKBVMGRW-UHFFFAOYSA-N",
)
SITAGLIPTIN = Molecule(
    "Sitagliptin",
    "486460-32-6",
    "C1CN2C(=NN=C2C(F)(F)F)CN1C(=O)C[C@@H](CC3=CC(=C(C=C3F)F)F)N",
    "C16H15F6N5O",
    407.3,
    "MFFMDFFZMYYVKS-SECBINFHSA-N",
)
APIXABAN = Molecule(
    "Apixaban",
    "503612-47-3",
    "COC1=CC=C(C=C1)N2C3=C(CCN(C3=O)C4=CC=C(C=C4)N5CCCCC5=O)C(=N2)C(=O)N",
    "C25H25N5O4",
    459.5,
    "QNZCBYKSOIHPEH-UHFFFAOYSA-N",
)
TOFACITINIB = Molecule(
    "Tofacitinib",
    "477600-75-2",
    "C[C@@H]1CCN(C[C@@H]1N(C)C2=NC=NC3=C2C=CN3)C(=O)CC#N",
    "C16H20N6O",
    312.4,
    "UJLAWZDWDVHWOW-YPMHNXCESA-N",
)
LINEZOLID = Molecule(
    "Linezolid",
    "165800-03-3",
    "CC(=O)NC[C@H]1CN(C(=O)O1)C2=CC(=C(C=C2)N3CCOCC3)F",
    "C16H20FN3O4",
    337.35,
    "TYZROVQLWOKYKF-ZDUSSCGKSA-N",
)
CELECOXIB = Molecule(
    "Celecoxib",
    "169590-42-5",
    "CC1=CC=C(C=C1)C2=CC(=NN2C3=CC=C(C=C3)S(=O)(=O)N)C(F)(F)F",
    "C17H14F3N3O2S",
    381.4,
    "RZEKVGVHFLEQIL-UHFFFAOYSA-N",
)
MOLECULES = (IMATINIB, SITAGLIPTIN, APIXABAN, TOFACITINIB, LINEZOLID, CELECOXIB)
