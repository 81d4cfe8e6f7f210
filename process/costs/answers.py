"""What every calculation gives back."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Generic, TypeVar

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, kw_only=True)
class Answer(Generic[T_co]):
    """A value with its unit, the inputs it was computed from, and by what; `reason` says why there is no value.

    algorithm: name and version, as "estimate/1". A stored answer keeps the version that made it.
    """

    value: T_co | None
    unit: str
    inputs: Any
    algorithm: str
    warnings: tuple[str, ...] = ()
    reason: str = ""

    @property
    def known(self) -> T_co:
        """The value where it must exist; raises ValueError with the reason where it does not."""
        if self.value is None:
            raise ValueError(self.reason)
        return self.value


def exact(number: float) -> Decimal:
    """A physical number on its way into a sum of money, with the digits that it shows."""
    return Decimal(repr(float(number)))
