"""What a form was shown: of two people who change the same thing at once, the second is told what the first one wrote.

A form carries the version of the values that it showed, in a hidden field; a service that is given it compares under its lock.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Model
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _t

from audit.hashes import hash_of
from audit.refusals import BadInput, Words

MARK_LENGTH = 16


class Overtaken(BadInput):
    """400: somebody else was first. Each field says what it reads now; with `version` the form may put its own values in their place."""

    def __init__(self, errors: Mapping[str, Words], version: str) -> None:
        self.version = version
        super().__init__(errors)


def version_of(values: Mapping[str, Any]) -> str:
    """A mark of each value, for the hidden field of the form that shows them."""
    return json.dumps({name: _mark(value) for name, value in values.items()}, separators=(",", ":"))


def version_with(posted: str, told: Mapping[str, Any]) -> str:
    """Of what was neither sent nor told, the reader still sees what the form showed."""
    return json.dumps(_read(posted) | {name: _mark(value) for name, value in told.items()}, separators=(",", ":"))


def _mark(value: Any) -> str:
    plain = value.pk if isinstance(value, Model) else value
    return hash_of({"value": plain})[:MARK_LENGTH]


def require_unchanged(version: str, *, now: Mapping[str, Any], wanted: Mapping[str, Any], words: Callable[[str], str]) -> None:
    """Raises Overtaken where a value that is about to be written is not the one that the form showed, and not the wanted one either.

    An empty version asks for nothing: what comes from a system or a command has its own way to say what it read.
    """
    if not version:
        return
    shown = _read(version)
    taken = [name for name in wanted if name in now and _mark(now[name]) not in (shown.get(name), _mark(wanted[name]))]
    if taken:
        said = _t("Somebody has changed this meanwhile. It now says: “%(value)s”. Save again to put yours in its place.")
        raise Overtaken({name: said % {"value": words(name)} for name in taken}, version_with(version, {name: now[name] for name in taken}))


def _read(version: str) -> dict[str, Any]:
    """A version that was not made here fits nothing."""
    try:
        read = json.loads(version)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def version_after(bad: BadInput, posted: str) -> str:
    """For the form that is shown again: a new version once its reader is told what changed, else the one that it came with."""
    return bad.version if isinstance(bad, Overtaken) else posted


def words_of(row: Model, name: str) -> str:
    """A field's value as people read it."""
    display = getattr(row, f"get_{name}_display", None)
    value = display() if display else getattr(row, name)
    if value in (None, "", []):
        return _t("nothing")
    if isinstance(value, date):
        return date_format(value)
    if isinstance(value, Decimal):
        return number_format(value, use_l10n=True, force_grouping=True)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
