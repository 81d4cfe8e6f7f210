"""Hazard statements of the GHS (UN, revision 9) and the additional ones of the EU (Regulation (EC) 1272/2008, annex III)."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _t

_PLAIN = {
    2: "00 01 02 03 04 05 06 07 08 09 10 11 20 21 22 23 24 25 26 27 28 29 30 31 32 40 41 42 50 51 52 60 61 70 71 72 80 81 82 83 84 90",
    3: "00 01 02 03 04 05 10 11 12 13 14 15 16 17 18 19 20 30 31 32 33 34 35 36 40 41 50 51 60 61 62 70 71 72 73",
    4: "00 01 02 10 11 12 13 20",
}
STATEMENTS = frozenset(f"H{group}{number}" for group, numbers in _PLAIN.items() for number in numbers.split())
STATEMENTS |= {"H350i", "H360F", "H360D", "H360FD", "H360Fd", "H360Df", "H361f", "H361d", "H361fd"}
_EUROPEAN = (
    "014 018 019 029 031 032 044 066 070 071 201 201A 202 203 204 205 206 207 208 209 209A 210 211 212 380 381 430 431 440 441 450 451"
)
STATEMENTS |= {f"EUH{number}" for number in _EUROPEAN.split()}
_SEPARATORS = re.compile(r"[\s,;]+")
_BY_CAPITALS = {statement.upper(): statement for statement in STATEMENTS if statement.upper() not in ("H360FD", "H361FD", "H360DF")}


class HazardError(ValueError):
    """The text is no list of hazard statements; the message says what is wrong with it."""


def hazard_statements(text: str) -> str:
    """The statements in the order they were given, each once, with a space between; combined ones keep their plus. Raises HazardError."""
    joined = re.sub(r"\s*\+\s*", "+", text.strip())
    found = ["+".join(_statement(part) for part in each.split("+")) for each in _SEPARATORS.split(joined) if each]
    return " ".join(dict.fromkeys(found))


def _statement(typed: str) -> str:
    known = typed if typed in STATEMENTS else _BY_CAPITALS.get(typed.upper(), "")
    if not known:
        raise HazardError(_t("“%(typed)s” is no hazard statement of the GHS; one looks like H225.") % {"typed": typed[:20]})
    return known
