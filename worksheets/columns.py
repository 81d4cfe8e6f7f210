"""A column of a template: what it is called, what it means, and how what stands in a cell is read."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.encoding import force_str
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.currency_names import NAMES, named_currency
from audit.refusals import Words

if TYPE_CHECKING:
    from collections.abc import Callable

FORMULA = _("A formula stands here. Copy the column and paste it as values.")
SPREADSHEET_ERROR = _("The spreadsheet shows an error here (%(typed)s).")
DATE_IN_TEXT = _("The spreadsheet took this for a date (%(typed)s). Format the cell as text and type it again.")
NOT_CHOSEN = _("“%(typed)s” is none of the possible values: %(possible)s.")
NEARLY_CHOSEN = _("“%(typed)s” is none of the possible values: %(possible)s. Did you mean “%(meant)s”?")
SHOWN_CHOICES = 12
OFFERED_NEAR = 5
DASHES = str.maketrans("‐‑–—", "----")
_SEPARATORS = re.compile(r"[;,\n、；，]")


@dataclass(frozen=True)
class Cell:
    """What stands at an address (B7): a text, number, yes or no, day; None where it is empty."""

    address: str
    value: Any = None
    is_formula: bool = False
    is_error: bool = False

    @property
    def is_empty(self) -> bool:
        return self.value is None and not self.is_formula

    @property
    def shown(self) -> str:
        """For the preview of a cell that could not be read."""
        return "" if self.value is None else in_words(self.value)


@dataclass(frozen=True)
class Column:
    """`heading` names the unit; `note` says what it means; `field` reads it, and knows whether it is needed.

    also: what the heading is in other languages, where it is put together and so no longer knows.
    """

    name: str
    heading: Words
    field: forms.Field
    note: Words = ""
    example: Words = ""
    also: tuple[str, ...] = ()

    @property
    def choices(self) -> list[str]:
        """The allowed values as words, for a list in the template; empty where anything may be typed."""
        return [str(label) for value, label in getattr(self.field, "choices", ()) if value not in ("", None)]

    @property
    def title(self) -> str:
        return f"{self.heading} *" if self.field.required else str(self.heading)

    def names(self) -> set[str]:
        """Every heading that is taken for it: in any language of the product, and the bare name."""
        return {plain(self.name), *(plain(words) for words in (*in_all(self.heading), *self.also))}

    def read(self, cell: Cell) -> Any:
        """What it means. Raises ValidationError."""
        if cell.is_formula:
            raise ValidationError(FORMULA, code="formula")
        if cell.is_error:
            raise ValidationError(SPREADSHEET_ERROR, code="error", params={"typed": cell.value})
        value = cell.value.strip() if isinstance(cell.value, str) else cell.value
        if isinstance(value, float):
            value = Decimal(f"{value:.15g}")  # a spreadsheet computes in binary: 0.1 + 0.2 is meant as 0.3
            value = int(value) if value == value.to_integral_value() else value
        return self.field.clean(value)


def plain(words: Any) -> str:
    """As headings and choices are compared: without capitals, the star of what is needed, and spaces; a dash is as good as a hyphen."""
    return re.sub(r"[\s*]+", " ", unicodedata.normalize("NFKC", str(words)).casefold().translate(DASHES)).strip()


def in_all(words: Any) -> list[str]:
    """In every language that the product speaks: a template travels, and comes back in the language of whoever filled it in."""
    if isinstance(words, str):
        return [words]
    found = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found.append(force_str(words))
    return found


def in_words(value: Any) -> str:
    """As the preview shows what was understood."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return "; ".join(map(in_words, value))
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    return value.isoformat() if isinstance(value, date) else str(value)


class TextField(forms.CharField):
    """A text; a number that a spreadsheet made of it is taken back, a date is not: nobody knows what was typed."""

    def to_python(self, value: Any) -> str:
        if isinstance(value, date):
            raise ValidationError(DATE_IN_TEXT, code="date", params={"typed": in_words(value)})
        return str(super().to_python(in_words(value) if isinstance(value, Decimal) else value))


def text(most: int, *validators: Callable[[Any], None]) -> TextField:
    """A column that may be empty."""
    return TextField(max_length=most, required=False, validators=validators)


class MailField(TextField, forms.EmailField):
    """An e-mail address."""


class NotChosen(ValidationError):
    """near: the choices that may have been meant, the closest first; all of a few."""

    def __init__(self, typed: str, labels: list[str]) -> None:
        close = _close(typed, labels)
        ordered = sorted(labels, key=lambda label: label not in close) if len(labels) > SHOWN_CHOICES else labels
        possible = ", ".join(ordered[:SHOWN_CHOICES]) + (", …" if len(labels) > SHOWN_CHOICES else "")
        self.near = close[:OFFERED_NEAR] or (labels if len(labels) <= SHOWN_CHOICES else [])
        told = {"typed": typed[:60], "possible": possible, "meant": close[0] if close else ""}
        super().__init__(NEARLY_CHOSEN if close else NOT_CHOSEN, code="invalid_choice", params=told)


def _close(typed: str, labels: list[str]) -> list[str]:
    """Those that say what was typed, then those that are written nearly so."""
    asked = plain(typed)
    by_words = {plain(label): label for label in labels}
    near = get_close_matches(asked, by_words, n=SHOWN_CHOICES)
    return [by_words[words] for words in dict.fromkeys([*(words for words in by_words if asked in words), *near])]


class ByWords:
    """Finds the key of a choice by its words in any language of the product, or by the key itself."""

    choices: Any

    @cached_property
    def keys(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, label in self.choices:
            if key not in ("", None):
                found |= dict.fromkeys((plain(key), *(plain(words) for words in self.names_of(key, label))), key)
        return found

    def names_of(self, key: Any, label: Any) -> list[str]:
        """What may be typed for a choice beside its key."""
        return in_all(label)

    def possible(self) -> list[str]:
        """As a refusal names them; what is meant most often stands first."""
        return [str(label) for key, label in self.choices if key not in ("", None)]

    def chosen(self, typed: Any) -> Any:
        """Raises ValidationError with what is possible."""
        if (key := self.keys.get(plain(typed))) is not None:
            return key
        raise NotChosen(str(typed).strip(), self.possible())


class ChoiceField(ByWords, forms.ChoiceField):
    """One of the choices."""

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return ""
        return self.chosen("yes" if value is True else "no" if value is False else value)

    def validate(self, value: Any) -> None:
        forms.Field.validate(self, value)


class CurrencyChoiceField(ChoiceField):
    """A code of a currency. Its name is taken for it; where several are called so, like the dollar, they are named."""

    def names_of(self, key: Any, label: Any) -> list[str]:
        return [*super().names_of(key, label), NAMES[key], named_currency(key)]

    def possible(self) -> list[str]:
        codes = {key for key, _label in self.choices}
        return [named_currency(code) for code in NAMES if code in codes]


class ChoicesField(ByWords, forms.MultipleChoiceField):
    """Several, with a semicolon or comma between them."""

    def to_python(self, value: Any) -> list[Any]:
        if value in self.empty_values:
            return []
        typed = [part for part in _SEPARATORS.split(str(value)) if part.strip()]
        return list(dict.fromkeys(self.chosen(part) for part in typed))

    def validate(self, value: Any) -> None:
        forms.Field.validate(self, value)


class YesNoField(ChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"choices": [("yes", _("yes")), ("no", _("no"))], "required": False, **kwargs})

    def clean(self, value: Any) -> bool:
        return bool(super().clean(value) == "yes")
