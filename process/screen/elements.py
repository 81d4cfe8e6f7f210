"""ICH Q3D(R2), tables A.2.1 and A.5.1: classes and limits of elemental impurities by the way that the drug is given, and which elements
a name or a formula speaks of. Pure.

Each value was compared on 30 November 2026 with public text that repeats the guideline: tables after Q3D and Q3D(R1) of two laboratories
and a maker of standards, three tables in public code after Q3D(R2), and the notices of R2 (gold, silver by injection, nickel by
inhalation, and nothing else in this table). On the skin: one of those tables, and that the values are ten times those by injection, but
for arsenic and thallium (A.5, 4.2). A row that nobody has compared is not `checked`, and its finding says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from rdkit import Chem

from projects.models.rfp_choices import Route

CONTROL_THRESHOLD = 0.3  # of the permitted daily exposure
G_PER_DAY = 10  # the dose of option 1


@dataclass(frozen=True)
class Element:
    """The permitted daily exposures are in µg/day. pattern: of `re`, for small letters. skin_ug_per_g: a limit beside that of the day."""

    symbol: str
    name: str
    klass: str
    oral: int
    parenteral: int
    inhalation: int
    cutaneous: int
    pattern: str
    skin_ug_per_g: int | None = None
    checked: bool = False

    def pde_ug_per_day(self, given: Route | None) -> int:
        """By mouth where nobody has said the way, or it is one that has no table."""
        by_way = {Route.PARENTERAL: self.parenteral, Route.INHALATION: self.inhalation, Route.CUTANEOUS: self.cutaneous}
        return by_way.get(given, self.oral) if given else self.oral


def named_in(text: str) -> list[Element]:
    """By the words of a name, by a symbol that stands alone, or in a formula such as CuI and Pd(OAc)2."""
    symbols = {symbol for word in re.findall(r"[A-Za-z0-9]+", _COMPANY.sub(" ", text)) for symbol in _symbols_of(word)}
    small = text.casefold()
    return [element for element in ELEMENTS if element.symbol in symbols or re.search(element.pattern, small)]


_COMPANY = re.compile(r"\bCo(?=[-.])|(?<=& )Co\b")  # a co-solvent, Merck & Co.


def _symbols_of(word: str) -> list[str]:
    """Of two letters each: V and U stand in too many words that are no formula. Empty for what is none, and for the word As."""
    parts = re.findall(r"[A-Z][a-z]?|\d+|.", word)
    letters = [part for part in parts if not part.isdigit()]
    is_formula = word != "As" and set(letters) <= _all_symbols()
    return [part for part in letters if len(part) == 2] if is_formula else []


@cache
def _all_symbols() -> frozenset[str]:
    table = Chem.GetPeriodicTable()
    return frozenset(table.GetElementSymbol(number) for number in range(1, 119))


ELEMENTS: tuple[Element, ...] = (
    Element("Cd", "cadmium", "1", 5, 2, 3, 20, r"cadmium", checked=True),
    Element("Pb", "lead", "1", 5, 5, 5, 50, r"\blead\b|\bplumb", checked=True),
    Element("As", "arsenic", "1", 15, 15, 2, 30, r"\barsen", checked=True),
    Element("Hg", "mercury", "1", 30, 3, 1, 30, r"mercur", checked=True),
    Element("Co", "cobalt", "2A", 50, 5, 3, 50, r"cobalt", skin_ug_per_g=35, checked=True),
    Element("V", "vanadium", "2A", 100, 10, 1, 100, r"vanad", checked=True),
    Element("Ni", "nickel", "2A", 200, 20, 6, 200, r"nickel", skin_ug_per_g=35, checked=True),
    Element("Tl", "thallium", "2B", 8, 8, 8, 8, r"\bthall", checked=True),
    Element("Au", "gold", "2B", 300, 300, 3, 3000, r"\bgold\b|(?<![lt])aur(ic|ous|ate)\b", checked=True),
    Element("Pd", "palladium", "2B", 100, 10, 1, 100, r"pallad", checked=True),
    Element("Ir", "iridium", "2B", 100, 10, 1, 100, r"iridium", checked=True),
    Element("Os", "osmium", "2B", 100, 10, 1, 100, r"osmium|osmate\b", checked=True),
    Element("Rh", "rhodium", "2B", 100, 10, 1, 100, r"rhodium", checked=True),
    Element("Ru", "ruthenium", "2B", 100, 10, 1, 100, r"ruthen", checked=True),
    Element("Se", "selenium", "2B", 150, 80, 130, 800, r"selen", checked=True),
    Element("Ag", "silver", "2B", 150, 15, 7, 150, r"\bsilver\b|\bargent", checked=True),
    Element("Pt", "platinum", "2B", 100, 10, 1, 100, r"platin", checked=True),
    Element("Li", "lithium", "3", 550, 250, 25, 2500, r"lithi|buli\b|\blihmds\b|\blda\b", checked=True),
    Element("Sb", "antimony", "3", 1200, 90, 20, 900, r"antimon|\bstib", checked=True),
    Element("Ba", "barium", "3", 1400, 700, 300, 7000, r"barium", checked=True),
    Element("Mo", "molybdenum", "3", 3000, 1500, 10, 15000, r"molybd", checked=True),
    Element("Cu", "copper", "3", 3000, 300, 30, 3000, r"copper|\bcupr", checked=True),
    Element("Sn", "tin", "3", 6000, 600, 60, 6000, r"\btin\b|yltin\b|stann", checked=True),
    Element("Cr", "chromium", "3", 11000, 1100, 3, 11000, r"chromium|chromate\b|\bchrom(ic|yl)\b", checked=True),
)
