"""Days on which a place differs from the public calendar of its country: shut-downs, and weekends that are worked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class OwnDays:
    """From `first` to `last`, both included: off, or worked although they would be off. `words` say why."""

    first: date
    last: date
    worked: bool
    words: str

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> OwnDays:
        return cls(date.fromisoformat(row["first"]), date.fromisoformat(row["last"]), row["worked"], row["words"])

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"first": self.first.isoformat(), "last": self.last.isoformat()}

    def days(self) -> Iterator[date]:
        return (self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1))

    def meets(self, other: OwnDays) -> bool:
        return self.first <= other.last and other.first <= self.last


class HasOwnDays(models.Model):
    """A place with a calendar of its own.

    The days lie in the place's row, so that whoever has read the place can count its working days without another query.
    """

    subdivision = models.CharField(
        _("region"),
        max_length=16,
        blank=True,
        editable=False,
        help_text=_("Of the country, as the holidays library names it: its public holidays count too."),
    )
    own_days_json = models.JSONField(_("own days"), default=list, blank=True, editable=False)

    class Meta:
        abstract = True

    @property
    def own_days(self) -> list[OwnDays]:
        return [OwnDays.from_json(row) for row in self.own_days_json]

    @cached_property
    def closures(self) -> frozenset[date]:
        return frozenset(day for entry in self.own_days if not entry.worked for day in entry.days())

    @cached_property
    def worked_days(self) -> frozenset[date]:
        return frozenset(day for entry in self.own_days if entry.worked for day in entry.days())
