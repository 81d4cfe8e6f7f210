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
        self.within = bound.sheet.within[-1] if bound.sheet.within else self.name
        rows = list(bound.base().values_list("pk", self.name, self.within))
        self.numbers: dict[Any, int] = {key: number for key, number, _group in rows}
        self.groups: dict[Any, Any] = {key: group for key, _number, group in rows} if bound.sheet.within else {}
        self.keys = list(self.numbers)
        self.before_first = bound.sheet.first - 1
        self.next_number = max(self.numbers.values(), default=self.before_first) + 1
        self.last_added: dict[int, Any] = {}  # by `after`

    def put(self, key: Any, after: int | None) -> None:
        """Behind the row `after`, in the first place for 0; a new one without it at the end, and behind those that this request has added
        there already. Raises BadInput, and nothing has moved."""
        if after and (after not in self.numbers or after == key):
            raise BadInput({"": _t("The row behind which it goes is not there any more.")})
        behind = after
        if key in self.numbers:
            self._take_out(key)
        else:
            self.numbers[key] = self.next_number
            self.next_number += 1
            if after is not None:
                behind, self.last_added[after] = self.last_added.get(after, after), key
        place = len(self.keys) if behind is None else self.keys.index(behind) + 1 if behind else 0
        self.keys.insert(place, key)

    def _take_out(self, key: Any) -> None:
        self.keys.remove(key)
        self.last_added = {after: added for after, added in self.last_added.items() if added != key}

    def take(self, row: Any) -> None:
        """A row as it was just written: it may stand with others than before."""
        if self.bound.sheet.within:
            self.groups[row.pk] = getattr(row, self.within)

    def move(self, key: Any, after: int | None) -> bool:
        """Whether it stands elsewhere then. Raises BadInput, and nothing has moved."""
        keys, places = list(self.keys), self.places()
        self.put(key, after)
        if self.places() != places:
            return True
        moved, self.keys = self.keys != keys, keys
        if moved:
            raise BadInput({"": _t("It has no other place among the rows it stands with.")})
        return False

    def drop(self, key: Any) -> None:
        self._take_out(key)
        del self.numbers[key]

    def save(self) -> None:
        wanted = self.places()
        moved = [key for key in self.keys if self.numbers[key] != wanted[key]]
        write_together([self.model(**{"pk": key, self.name: wanted[key]}) for key in moved], [self.name])

    def places(self) -> dict[Any, int]:
        """From the sheet's first number on, for each of what the rows are listed within."""
        counted: dict[Any, int] = {}
        places = {}
        for key in self.keys:
            group = self.groups.get(key)
            places[key] = counted[group] = counted.get(group, self.before_first) + 1
        return places
