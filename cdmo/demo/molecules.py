"""The demo's molecules: active ingredients published long ago, under their international nonproprietary names (WHO INN lists).

CAS numbers, SMILES, formulas, average molar masses (g/mol) and InChIKeys are those of the public records of the named substances in
PubChem (by the CID) and ChEBI; a test derives formula, mass and InChIKey again from each SMILES. Each comes with a patent and
a paper that describe it. Nothing else that the demo says about a
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
    pubchem_cid: int
    references: str  # patents and papers, one a line


IMATINIB = Molecule(
    "Imatinib",
    "152459-95-5",
    "CC1=C(C=C(C=C1)NC(=O)C2=CC=C(C=C2)CN3CCN(CC3)C)NC4=NC=CC(=N4)C5=CN=CC=C5",
    "C29H31N7O",
    493.6,
    "KTUFNOKKBVMGRW-UHFFFAOYSA-N",
    5291,
    "US 5,521,184 (1996), Pyrimidine derivatives and processes for the preparation thereof\n"
    "Zimmermann et al., Bioorg. Med. Chem. Lett. 1997, 7, 187",
)
SITAGLIPTIN = Molecule(
    "Sitagliptin",
    "486460-32-6",
    "C1CN2C(=NN=C2C(F)(F)F)CN1C(=O)C[C@@H](CC3=CC(=C(C=C3F)F)F)N",
    "C16H15F6N5O",
    407.3,
    "MFFMDFFZMYYVKS-SECBINFHSA-N",
    4369359,
    "US 6,699,871 (2004), Beta-amino heterocyclic dipeptidyl peptidase inhibitors\n"
    "Savile et al., Science 2010, 329, 305 (transaminase route)",
)
APIXABAN = Molecule(
    "Apixaban",
    "503612-47-3",
    "COC1=CC=C(C=C1)N2C3=C(CCN(C3=O)C4=CC=C(C=C4)N5CCCCC5=O)C(=N2)C(=O)N",
    "C25H25N5O4",
    459.5,
    "QNZCBYKSOIHPEH-UHFFFAOYSA-N",
    10182969,
    "US 6,967,208 (2005), Lactam-containing compounds and derivatives thereof as factor Xa inhibitors\n"
    "Pinto et al., J. Med. Chem. 2007, 50, 5339",
)
TOFACITINIB = Molecule(
    "Tofacitinib",
    "477600-75-2",
    "C[C@@H]1CCN(C[C@@H]1N(C)C2=NC=NC3=C2C=CN3)C(=O)CC#N",
    "C16H20N6O",
    312.4,
    "UJLAWZDWDVHWOW-YPMHNXCESA-N",
    9926791,
    "US RE41,783 (2010), Pyrrolo[2,3-d]pyrimidine compounds\nFlanagan et al., J. Med. Chem. 2010, 53, 8468",
)
LINEZOLID = Molecule(
    "Linezolid",
    "165800-03-3",
    "CC(=O)NC[C@H]1CN(C(=O)O1)C2=CC(=C(C=C2)N3CCOCC3)F",
    "C16H20FN3O4",
    337.35,
    "TYZROVQLWOKYKF-ZDUSSCGKSA-N",
    441401,
    "US 5,688,792 (1997), Substituted oxazine and thiazine oxazolidinone antimicrobials\nBrickner et al., J. Med. Chem. 1996, 39, 673",
)
CELECOXIB = Molecule(
    "Celecoxib",
    "169590-42-5",
    "CC1=CC=C(C=C1)C2=CC(=NN2C3=CC=C(C=C3)S(=O)(=O)N)C(F)(F)F",
    "C17H14F3N3O2S",
    381.4,
    "RZEKVGVHFLEQIL-UHFFFAOYSA-N",
    2662,
    "US 5,466,823 (1995), Substituted pyrazolyl benzenesulfonamides\nPenning et al., J. Med. Chem. 1997, 40, 1347",
)
MOLECULES = (IMATINIB, SITAGLIPTIN, APIXABAN, TOFACITINIB, LINEZOLID, CELECOXIB)
