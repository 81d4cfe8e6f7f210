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
RIVAROXABAN = Molecule(
    "Rivaroxaban",
    "366789-02-8",
    "C1COCC(=O)N1C2=CC=C(C=C2)N3C[C@@H](OC3=O)CNC(=O)C4=CC=C(S4)Cl",
    "C19H18ClN3O5S",
    435.9,
    "KGFYHTZWPPHNLQ-AWEZNQCLSA-N",
    9875401,
    "US 7,157,456 (2007), Substituted oxazolidinones and their use in the field of blood coagulation\n"
    "Roehrig et al., J. Med. Chem. 2005, 48, 5900",
)
TICAGRELOR = Molecule(
    "Ticagrelor",
    "274693-27-5",
    "CCCSC1=NC(=C2C(=N1)N(N=N2)[C@@H]3C[C@@H]([C@H]([C@H]3O)O)OCCO)N[C@@H]4C[C@H]4C5=CC(=C(C=C5)F)F",
    "C23H28F2N6O4S",
    522.6,
    "OEKWJQXRCDYSHL-FNOIDJSQSA-N",
    9871419,
    "US 6,525,060 (2003), Triazolo(4,5-d)pyrimidine compounds\nSpringthorpe et al., Bioorg. Med. Chem. Lett. 2007, 17, 6013",
)
DAPAGLIFLOZIN = Molecule(
    "Dapagliflozin",
    "461432-26-8",
    "CCOC1=CC=C(C=C1)CC2=C(C=CC(=C2)[C@H]3[C@@H]([C@H]([C@@H]([C@H](O3)CO)O)O)O)Cl",
    "C21H25ClO6",
    408.9,
    "JVHXJTBJCFBINQ-ADAARDCZSA-N",
    9887712,
    "US 6,515,117 (2003), C-aryl glucoside SGLT2 inhibitors and method\nMeng et al., J. Med. Chem. 2008, 51, 1145",
)
IBRUTINIB = Molecule(
    "Ibrutinib",
    "936563-96-1",
    "C=CC(=O)N1CCC[C@H](C1)N2C3=NC=NC(=C3C(=N2)C4=CC=C(C=C4)OC5=CC=CC=C5)N",
    "C25H24N6O2",
    440.5,
    "XYFPWWZEPKGCCK-GOSISDBHSA-N",
    24821094,
    "US 7,514,444 (2009), Inhibitors of Bruton's tyrosine kinase\nPan et al., ChemMedChem 2007, 2, 58",
)
ARIPIPRAZOLE = Molecule(
    "Aripiprazole",
    "129722-12-9",
    "C1CC(=O)NC2=C1C=CC(=C2)OCCCCN3CCN(CC3)C4=C(C(=CC=C4)Cl)Cl",
    "C23H27Cl2N3O2",
    448.4,
    "CEUORZQYGODEFX-UHFFFAOYSA-N",
    60795,
    "US 5,006,528 (1991), Carbostyril derivatives\nOshiro et al., J. Med. Chem. 1998, 41, 658",
)
LENALIDOMIDE = Molecule(
    "Lenalidomide",
    "191732-72-6",
    "C1CC(=O)NC(=O)C1N2CC3=C(C2=O)C=CC=C3N",
    "C13H13N3O3",
    259.26,
    "GOTYRUGSSMKFNF-UHFFFAOYSA-N",
    216326,
    "US 5,635,517 (1997), Method of reducing TNFα levels with amino substituted "
    "2-(2,6-dioxopiperidin-3-yl)-1-oxo- and 1,3-dioxoisoindolines\n"
    "Muller et al., Bioorg. Med. Chem. Lett. 1999, 9, 1625",
)
OSELTAMIVIR = Molecule(
    "Oseltamivir",
    "196618-13-0",
    "CCC(CC)O[C@@H]1C=C(C[C@@H]([C@H]1NC(=O)C)N)C(=O)OCC",
    "C16H28N2O4",
    312.4,
    "VSZGPKBBMSAYNT-RRFJBIMHSA-N",
    65028,
    "US 5,763,483 (1998), Carbocyclic compounds\nKim et al., J. Am. Chem. Soc. 1997, 119, 681",
)
PREGABALIN = Molecule(
    "Pregabalin",
    "148553-50-8",
    "CC(C)C[C@@H](CC(=O)O)CN",
    "C8H17NO2",
    159.23,
    "AYXYPKUFHZROOJ-ZETCQYMHSA-N",
    5486971,
    "US 6,197,819 (2001), Gamma amino butyric acid analogs and optical isomers\n"
    "Martinez et al., Org. Process Res. Dev. 2008, 12, 392 (chemoenzymatic process)",
)
LEVETIRACETAM = Molecule(
    "Levetiracetam",
    "102767-28-2",
    "CC[C@@H](C(=O)N)N1CCCC1=O",
    "C8H14N2O2",
    170.21,
    "HPHUVLMMVZITSG-LURJTMIESA-N",
    5284583,
    "US 4,943,639 (1990), (S)-alpha-ethyl-2-oxo-1-pyrrolidineacetamide\nGower et al., Eur. J. Pharmacol. 1992, 222, 193",
)
MOLECULES = (
    IMATINIB,
    SITAGLIPTIN,
    APIXABAN,
    TOFACITINIB,
    LINEZOLID,
    CELECOXIB,
    RIVAROXABAN,
    TICAGRELOR,
    DAPAGLIFLOZIN,
    IBRUTINIB,
    ARIPIPRAZOLE,
    LENALIDOMIDE,
    OSELTAMIVIR,
    PREGABALIN,
    LEVETIRACETAM,
)
