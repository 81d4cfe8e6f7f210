"""The fields of a request's form in their groups: what is asked first stands open, the rest is folded and counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext as _t

from projects.limits import EMPTY
from projects.rfp_fields import GROUPS, Group

if TYPE_CHECKING:
    from django.forms import BaseForm, BoundField

    from audit.refusals import Words


@dataclass(frozen=True)
class Shown:
    """One field. is_wide: it takes the whole line. is_several: a set of boxes, which has no one element to lead to."""

    bound: BoundField

    @property
    def is_wide(self) -> bool:
        return isinstance(self.bound.field.widget, forms.Textarea | forms.CheckboxSelectMultiple)

    @property
    def is_several(self) -> bool:
        return isinstance(self.bound.field.widget, forms.CheckboxSelectMultiple)

    @property
    def is_filled(self) -> bool:
        return self.bound.value() not in EMPTY


@dataclass(frozen=True)
class FormGroup:
    key: str
    title: Words
    asked: tuple[Shown, ...]
    more: tuple[Shown, ...]

    @property
    def filled(self) -> int:
        return sum(each.is_filled for each in self.more)

    @property
    def count_words(self) -> str:
        return _t("%(filled)d of %(all)d filled in") % {"filled": self.filled, "all": len(self.more)}

    @property
    def is_open(self) -> bool:
        """Something in it is wrong or could not be read: it must not hide."""
        return any(each.bound.errors or "rfp-unread" in str(each.bound.help_text) for each in self.more)


def groups_of(form: BaseForm, groups: Iterable[Group] = GROUPS) -> list[FormGroup]:
    """Of the fields that the form has; a group without any is left out."""
    return [group for group in _groups(form, groups) if group.asked or group.more]


def _groups(form: BaseForm, groups: Iterable[Group]) -> Iterator[FormGroup]:
    for group in groups:
        asked, more = (tuple(Shown(form[name]) for name in names if name in form.fields) for names in (group.asked, group.more))
        yield FormGroup(group.key, group.title, asked, more)
