"""The form of one row, for readers without the grid: the same fields as its cells."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django import forms
from django.forms.widgets import Select
from django.utils.translation import gettext_lazy as _

from audit.refusals import missing_reason
from worksheets.bound import Bound
from worksheets.changing import ADD, Change, Result
from worksheets.typed import alike

if TYPE_CHECKING:
    from worksheets.sheets import SheetColumn

OFFERED = 500  # of a lookup, in the list of the field


class Offering(forms.TextInput):
    """A text field with the list of what can be named, without a script."""

    template_name = "worksheets/_offering.html"

    def __init__(self, offered: list[str]) -> None:
        super().__init__({"autocomplete": "off"})
        self.offered = offered

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        attrs = {**(attrs or {}), "list": f"{name}-offered"}
        return {**super().get_context(name, value, attrs), "offered": self.offered, "list_id": f"{name}-offered"}


class RowForm(forms.Form):
    """`seen`: what the cells told when the form was shown; of two people who change one row the second is told."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, bound: Bound, row: Any = None, copied: Any = None, **kwargs: Any) -> None:
        self.bound, self.row = bound, row
        shown = row if row is not None else copied
        values = bound.values(shown, [column.name for column in bound.sheet.typed]) if shown is not None else self._defaults()
        choices = {name: "yes" if value else "no" for name, value in values.items() if isinstance(value, bool)}
        super().__init__(*args, **{"initial": {**values, **choices, "seen": json.dumps(values if row is not None else {})}, **kwargs})
        for column in bound.sheet.typed:
            self.fields[column.name] = self._field(column)
            if column.lookup is not None and column.lookup.create is not None:
                label = _("%(heading)s: enter it, it is not there yet") % {"heading": bound.sheet.heading(column, bound.currency)}
                self.fields[f"create-{column.name}"] = forms.BooleanField(label=label, required=False)
        if bound.sheet.asks_reason and row is not None:
            regulated = ", ".join(bound.sheet.heading(column, bound.currency) for column in bound.sheet.columns if column.regulated)
            help_text = _("Needed where one of these changes: %(names)s.") % {"names": regulated}
            self.fields["reason"] = forms.CharField(label=_("Reason"), required=False, max_length=2000, help_text=help_text)

    def _defaults(self) -> dict[str, Any]:
        return self.bound.values(self.bound.sheet.model(), [c.name for c in self.bound.sheet.typed if c.lookup is None])

    def _field(self, column: SheetColumn) -> forms.Field:
        field = self.bound.sheet.reader(column)
        field.label, field.help_text = self.bound.sheet.heading(column, self.bound.currency), self.bound.sheet.note(column)
        if column.lookup is not None:
            field.widget = Offering([str(each) for each in column.lookup.rows(self.bound)[:OFFERED]])
        if isinstance(field.widget, Select):
            source = self.bound.sheet.source(column)
            has_default = source is not None and source.has_default()
            offered = source.choices if source is not None and not column.choices else None  # in the groups of the model's field
            blank = [] if has_default else [("", "")]
            field.widget.choices = [*blank, *(offered or [each for each in field.widget.choices if each[0] != ""])]
        field.disabled = column.fixed and self.row is not None
        return field

    def change(self, act: str, pk: int | None) -> Change:
        """Of a row that is there only what differs from what the form showed: the rest may be somebody else's by now, or closed to us.
        What a field cannot read goes as it was typed."""
        names = [column.name for column in self.bound.sheet.typed if not self.fields[column.name].disabled]
        read = self.bound.sheet.told_values({name: self.cleaned_data[name] for name in names if name in self.cleaned_data})
        typed = {name: read[name] if name in read else self[name].data for name in names}
        if act == ADD:
            return Change(act, values=typed, create=self._created)
        shown = self._seen
        values = {name: value for name, value in typed.items() if name not in shown or not alike(value, shown[name])}
        return Change(act, pk, values, {name: shown[name] for name in values if name in shown}, create=self._created)

    @property
    def _seen(self) -> dict[str, Any]:
        try:
            seen = json.loads(self.cleaned_data.get("seen", ""))
        except ValueError:
            seen = {}
        return seen if isinstance(seen, dict) else {}

    @property
    def _created(self) -> frozenset[str]:
        return frozenset(name.removeprefix("create-") for name in self.fields if name.startswith("create-") and self.cleaned_data.get(name))

    def take(self, result: Result, change: Change) -> None:
        """The errors at their fields, all of them at once, also that a reason will be needed; whoever is told what somebody else wrote may
        save again and put the own value in its place."""
        for name, messages in result.errors.items():
            said: Any = self.errors.get(name, [])
            for message in messages:
                if message not in said:
                    self.add_error(name if name in self.fields else None, message)
        if self.errors and self._needs_reason(change) and "reason" not in self.errors:
            for message in missing_reason(self.cleaned_data.get("reason", "")).get("reason", []):
                self.add_error("reason", message)
        if result.now:
            self.data = self.data.copy()  # type: ignore[attr-defined]
            self.data["seen"] = json.dumps(self._seen | result.now)  # type: ignore[index]

    def _needs_reason(self, change: Change) -> bool:
        """Whether something regulated stood where something else is typed now."""
        seen = change.seen or {}
        return any(
            column.regulated and seen.get(column.name) not in (None, "")
            for column in self.bound.sheet.typed
            if column.name in change.values
        )
