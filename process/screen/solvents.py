"""ICH Q3C(R9), tables 1 to 4: classes and limits of residual solvents, each found by a CAS number or a name of it. Pure.

Each value was compared on 30 November 2026 with public text that repeats the guideline. Class 1: a laboratory's list after Q3C. Class 2:
a print of USP <467>, table 2; cumene in a comparison of ICH and USP limits (J Cannabis Res 2022, table 1); ethylene glycol in the EMA's
page on the guideline; methyl isobutyl ketone in the notices of Q3C(R6); cyclopentyl methyl ether and tert-butanol in those of Q3C(R8).
Class 3 and table 4: the lists in Wypych, Handbook of Solvents, 16.2, as the notices of R2 to R8 have changed them. A row that nobody has
compared is not `checked`, and its finding says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

G_PER_DAY = 10  # the dose of option 1; above it only option 2 holds (3.3)


@dataclass(frozen=True)
class Solvent:
    """klass: None in table 4. ppm: the limit of class 1, else what option 1 allows. The first name is that of the table."""

    cas_numbers: tuple[str, ...]
    names: tuple[str, ...]
    klass: int | None
    ppm: int | None
    checked: bool = False

    @property
    def mg_per_day(self) -> float | None:
        """The permitted daily exposure; class 1 has none in its table."""
        return None if self.ppm is None or self.klass == 1 else self.ppm * G_PER_DAY / 1000


def solvent_of(name: str, cas: str = "") -> Solvent | None:
    """By its number, else by its name, with what stands in brackets after it or without."""
    if cas in BY_CAS:
        return BY_CAS[cas]
    outside, _bracket, inside = _GRADE.sub("", name.casefold()).rstrip(") ").partition("(")
    return BY_NAME.get(outside.strip()) or BY_NAME.get(inside.strip()) or BY_NAME.get(name.strip().casefold())


_GRADE = re.compile(r",\s*(anhydrous|dry|absolute|extra dry|hplc grade)\b")


def _compared(klass: int | None, rows: Iterable[tuple[str, str, int | None]]) -> Iterator[Solvent]:
    for cas, names, ppm in rows:
        yield Solvent(tuple(cas.split()), tuple(re.split(r"\s*;\s*", names)), klass, ppm, checked=True)


_CLASS_1: tuple[tuple[str, str, int], ...] = (
    ("71-43-2", "benzene", 2),
    ("56-23-5", "carbon tetrachloride; tetrachloromethane", 4),
    ("107-06-2", "1,2-dichloroethane; ethylene dichloride", 5),
    ("75-35-4", "1,1-dichloroethene; 1,1-dichloroethylene; vinylidene chloride", 8),
    ("71-55-6", "1,1,1-trichloroethane; methyl chloroform", 1500),
)

_CLASS_2: tuple[tuple[str, str, int], ...] = (
    ("75-05-8", "acetonitrile; mecn; acn", 410),
    ("108-90-7", "chlorobenzene", 360),
    ("67-66-3", "chloroform; trichloromethane", 60),
    ("98-82-8", "cumene; isopropylbenzene", 70),
    ("110-82-7", "cyclohexane", 3880),
    ("5614-37-9", "cyclopentyl methyl ether; cpme", 1500),
    ("540-59-0 156-59-2 156-60-5", "1,2-dichloroethene; 1,2-dichloroethylene; cis-1,2-dichloroethene; trans-1,2-dichloroethene", 1870),
    ("75-09-2", "dichloromethane; methylene chloride; dcm", 600),
    ("110-71-4", "1,2-dimethoxyethane; glyme; monoglyme", 100),
    ("127-19-5", "n,n-dimethylacetamide; dimethylacetamide; dmac", 1090),
    ("68-12-2", "n,n-dimethylformamide; dimethylformamide; dmf", 880),
    ("123-91-1", "1,4-dioxane; dioxane", 380),
    ("110-80-5", "2-ethoxyethanol; ethyl cellosolve", 160),
    ("107-21-1", "ethylene glycol; ethyleneglycol; 1,2-ethanediol", 620),
    ("75-12-7", "formamide", 220),
    ("110-54-3", "hexane; hexanes; n-hexane", 290),
    ("67-56-1", "methanol; meoh", 3000),
    ("109-86-4", "2-methoxyethanol; methyl cellosolve", 50),
    ("591-78-6", "methyl butyl ketone; methylbutyl ketone; 2-hexanone", 50),
    ("108-87-2", "methylcyclohexane", 1180),
    ("108-10-1", "methyl isobutyl ketone; methylisobutylketone; 4-methyl-2-pentanone; mibk", 4500),
    ("872-50-4", "n-methylpyrrolidone; n-methyl-2-pyrrolidone; 1-methyl-2-pyrrolidone; nmp", 530),
    ("75-52-5", "nitromethane", 50),
    ("110-86-1", "pyridine", 200),
    ("126-33-0", "sulfolane; tetramethylene sulfone", 160),
    ("75-65-0", "tert-butanol; t-butanol; tert-butyl alcohol; tertiary-butyl alcohol; 2-methyl-2-propanol", 3500),
    ("109-99-9", "tetrahydrofuran; thf", 720),
    ("119-64-2", "tetralin; 1,2,3,4-tetrahydronaphthalene", 100),
    ("108-88-3", "toluene", 890),
    ("79-01-6", "1,1,2-trichloroethene; trichloroethene; trichloroethylene", 80),
    ("1330-20-7 95-47-6 108-38-3 106-42-3", "xylene; xylenes; o-xylene; m-xylene; p-xylene", 2170),
)

_CLASS_3: tuple[tuple[str, str], ...] = (
    ("64-19-7", "acetic acid; glacial acetic acid"),
    ("67-64-1", "acetone"),
    ("100-66-3", "anisole; methoxybenzene"),
    ("71-36-3", "1-butanol; butanol; n-butanol; n-butyl alcohol"),
    ("78-92-2", "2-butanol; sec-butanol"),
    ("123-86-4", "butyl acetate; n-butyl acetate"),
    ("1634-04-4", "tert-butyl methyl ether; tert-butylmethyl ether; methyl tert-butyl ether; mtbe; tbme"),
    ("67-68-5", "dimethyl sulfoxide; dmso"),
    ("64-17-5", "ethanol; etoh"),
    ("141-78-6", "ethyl acetate; etoac"),
    ("60-29-7", "ethyl ether; diethyl ether"),
    ("109-94-4", "ethyl formate"),
    ("64-18-6", "formic acid"),
    ("142-82-5", "heptane; heptanes; n-heptane"),
    ("110-19-0", "isobutyl acetate"),
    ("108-21-4", "isopropyl acetate; ipac"),
    ("79-20-9", "methyl acetate"),
    ("123-51-3", "3-methyl-1-butanol; isoamyl alcohol"),
    ("78-93-3", "methyl ethyl ketone; methylethyl ketone; 2-butanone; mek"),
    ("78-83-1", "2-methyl-1-propanol; isobutanol; isobutyl alcohol"),
    ("96-47-9", "2-methyltetrahydrofuran; 2-methf; methyltetrahydrofuran"),
    ("109-66-0", "pentane; pentanes; n-pentane"),
    ("71-41-0", "1-pentanol; n-pentanol"),
    ("71-23-8", "1-propanol; n-propanol"),
    ("67-63-0", "2-propanol; isopropanol; isopropyl alcohol; ipa"),
    ("109-60-4", "propyl acetate; n-propyl acetate"),
    ("121-44-8", "triethylamine"),
)

_TABLE_4: tuple[tuple[str, str], ...] = (
    ("4744-08-5", "1,1-diethoxypropane"),
    ("109-87-5", "1,1-dimethoxymethane; dimethoxymethane; methylal"),
    ("77-76-9", "2,2-dimethoxypropane"),
    ("540-84-1", "isooctane; 2,2,4-trimethylpentane"),
    ("108-20-3", "isopropyl ether; diisopropyl ether"),
    ("563-80-4", "methyl isopropyl ketone; methylisopropyl ketone; 3-methyl-2-butanone"),
    ("8032-32-4", "petroleum ether"),
    ("76-03-9", "trichloroacetic acid"),
    ("76-05-1", "trifluoroacetic acid; tfa"),
)

SOLVENTS: tuple[Solvent, ...] = (
    *_compared(1, _CLASS_1),
    *_compared(2, _CLASS_2),
    *_compared(3, ((cas, names, 5000) for cas, names in _CLASS_3)),
    *_compared(None, ((cas, names, None) for cas, names in _TABLE_4)),
)
BY_CAS = {cas: row for row in SOLVENTS for cas in row.cas_numbers}
BY_NAME = {name: row for row in SOLVENTS for name in row.names}
