"""The order of the rows of a worksheet whose model keeps one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _t

from audit.refusals import BadInput

if TYPE_CHECKING:
    from worksheets.bound import Bound


class Order:
    """The keys of all rows in their order, and which number each has; what has another number afterwards is written by one statement."""

    def __init__(self, bound: Bound) -> None:
        self.bound, self.name = bound, bound.sheet.order
        self.numbers: dict[Any, int] = dict(bound.query().values_list("pk", self.name))
        self.keys = list(self.numbers)

    @property
    def next_number(self) -> int:
        return max(self.numbers.values(), default=0) + 1

    def put(self, key: Any, after: int | None) -> None:
        """Behind the row `after`, in the first place for 0; a new one without it at the end."""
        self.numbers.setdefault(key, self.next_number)
        if after == key:
            return
        self.keys = [each for each in self.keys if each != key]
        if after is None:
            self.keys.append(key)
        elif after == 0:
            self.keys.insert(0, key)
        elif after in self.keys:
            self.keys.insert(self.keys.index(after) + 1, key)
        else:
            raise BadInput({"": _t("The row behind which it goes is not there any more.")})

    def drop(self, key: Any) -> None:
        self.keys.remove(key)
        del self.numbers[key]

    def save(self) -> None:
        wanted = self._places()
        moved = [key for key in self.keys if self.numbers[key] != wanted[key]]
        if not moved:
            return
        model: Any = self.bound.sheet.model
        rows = list(model._default_manager.filter(pk__in=moved))
        for row in rows:
            setattr(row, self.name, wanted[row.pk])
        model._default_manager.bulk_update(rows, [self.name], batch_size=500)

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
