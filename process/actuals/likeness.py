"""By what two steps count as similar, so that what became of the one says something of the other. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

UNCLASSED = ("", "other")


class Likeness(IntEnum):
    """The closest has the largest number."""

    NONE = 0
    CLASS = 1
    SAME = 2


@dataclass(frozen=True)
class Kind:
    """What of a step decides what it is like: its name, the name of its product, the skeleton of that product's parent (empty without a
    structure), its class of reaction."""

    name: str
    product: str
    skeleton: str = ""
    reaction: str = ""

    @property
    def has_class(self) -> bool:
        """“Other” is no likeness."""
        return self.reaction not in UNCLASSED


def likeness(one: Kind, other: Kind) -> Likeness:
    """The same step makes the same product or has the same name; else the class of reaction speaks.

    Salts, solvates and stereoisomers of a product count as the product. Two classes that differ are never alike: to make a salt is not to
    make its base. Reagents, solvents and yields are not compared: whoever estimates chooses them anew.
    """
    if one.has_class and other.has_class and one.reaction != other.reaction:
        return Likeness.NONE
    if _is_same_product(one, other) or _is_same(one.name, other.name):
        return Likeness.SAME
    return Likeness.CLASS if one.has_class and other.has_class else Likeness.NONE


def _is_same_product(one: Kind, other: Kind) -> bool:
    """By name where one of them has no structure."""
    return one.skeleton == other.skeleton if one.skeleton and other.skeleton else _is_same(one.product, other.product)


def _is_same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()
