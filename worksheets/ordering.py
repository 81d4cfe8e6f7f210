"""The order of the rows of a worksheet whose model keeps one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _t

from audit.refusals import BadInput
from audit.rows import write_together

if TYPE_CHECKING:
    from worksheets.bound import Bound


class Order:
    """The keys of all rows in their order, and which number each has; what has another number afterwards is written by one statement."""

    def __init__(self, bound: Bound) -> None:
        self.bound, self.model, self.name = bound, bound.sheet.model, bound.sheet.order
        self.numbers: dict[Any, int] = dict(bound.base().values_list("pk", self.name))
        self.keys = list(self.numbers)
        self.next_number = max(self.numbers.values(), default=0) + 1

    def put(self, key: Any, after: int | None) -> None:
        """Behind the row `after`, in the first place for 0; a new one without it at the end. Raises BadInput, and nothing has moved."""
        if after and (after not in self.numbers or after == key):
            raise BadInput({"": _t("The row behind which it goes is not there any more.")})
        if key in self.numbers:
            self.keys.remove(key)
        else:
            self.numbers[key] = self.next_number
            self.next_number += 1
        place = len(self.keys) if after is None else self.keys.index(after) + 1 if after else 0
        self.keys.insert(place, key)

    def drop(self, key: Any) -> None:
        self.keys.remove(key)
        del self.numbers[key]

    def save(self) -> None:
        wanted = self._places()
        moved = [key for key in self.keys if self.numbers[key] != wanted[key]]
        write_together([self.model(**{"pk": key, self.name: wanted[key]}) for key in moved], [self.name])

    def _places(self) -> dict[Any, int]:
        """From one, for each of what the rows are listed within."""
        within = self.bound.sheet.within
        groups = dict(self.bound.base().values_list("pk", within[-1])) if within else {}
        counted: dict[Any, int] = {}
        places = {}
        for key in self.keys:
            group = groups.get(key)
            places[key] = counted[group] = counted.get(group, 0) + 1
        return places
