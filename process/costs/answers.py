"""What every calculation gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
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


def plain(value: Any) -> Any:
    """What JSON can hold, for storing an answer with its inputs: fields by name, numbers of money as text, dates as ISO."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, date):
        return value.isoformat()
    return value if value is None or isinstance(value, bool | int | float) else str(value)


def exact(number: float) -> Decimal:
    """A physical number on its way into a sum of money, with the digits that it shows."""
    return Decimal(repr(float(number)))
