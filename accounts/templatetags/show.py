"""Days and moments as every page writes them, and asking a permission by its name."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django import template
from django.db.models import Model
from django.forms import BaseForm, Field
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from accounts.names import person_for
from accounts.permissions import allowed
from audit.gathering import Line, lines_of
from audit.models import Event
from audit.moments import written

if TYPE_CHECKING:
    from accounts.models import User

register = template.Library()


@register.filter
def day(value: date | datetime | str | None) -> str:
    """12 Mar 2026; a moment in time gives its day in the reader's time zone. Events keep their dates as ISO text."""
    if isinstance(value, str):
        value = date.fromisoformat(value) if value else None
    return date_format(_local(value)) if value else ""


@register.filter
def gathered(events: Iterable[Event]) -> list[Line]:
    """Each with those that belong to it."""
    return lines_of(events)


@register.filter
def weekday(value: date | datetime) -> str:
    """Thu 12 Mar 2026"""
    return date_format(_local(value), "D j M Y")


@register.filter
def moment(value: datetime | None) -> str:
    """12 Mar 2026 14:05 UTC+1, in the reader's time zone."""
    return written(value) if value else ""


@register.simple_tag
def this_moment() -> str:
    """Now, for what is printed."""
    return written(timezone.now())


@register.filter
def chosen(form: BaseForm) -> list[str]:
    """What a form of filters was asked, in words: for paper, on which its fields do not stand."""
    values = form.cleaned_data if form.is_bound and form.is_valid() else {}
    return [f"{form.fields[name].label}: {_said(form.fields[name], value)}" for name, value in values.items() if value not in (None, "")]


def _said(field: Field, value: Any) -> str:
    if isinstance(value, date):
        return date_format(value, "j M Y")
    return str(dict(getattr(field, "choices", ())).get(value, value)) if not isinstance(value, Model) else str(value)


@register.filter
def relative_days(value: date | datetime | None) -> str:
    """today, in 3 days, 2 days ago: whole days in the reader's time zone."""
    if not value:
        return ""
    local = _local(value)
    days = ((local.date() if isinstance(local, datetime) else local) - timezone.localdate()).days
    if days == 0:
        return _t("today")
    if days > 0:
        return ngettext("in %(days)d day", "in %(days)d days", days) % {"days": days}
    return ngettext("%(days)d day ago", "%(days)d days ago", -days) % {"days": -days}


@register.filter
def ids_under(form: BaseForm, name: str) -> BaseForm:
    """Forms that share a page keep their fields' ids apart, or a label names the field of another form."""
    form.auto_id = f"{name}-%s"
    return form


@register.filter
def named_to(person: User, reader: User) -> str:
    """`{{ token.created_by|named_to:user }}`"""
    return person_for(reader, person)


@register.simple_tag(takes_context=True)
def can(context: dict[str, Any], name: str, obj: Any = None, user: User | None = None) -> bool:
    """`{% can "projects.plan" project as may_plan %}`; inside an include with `only`, hand over `user=user`."""
    person = user or context.get("user")
    return bool(person and person.is_authenticated and allowed(name, person, obj))


def _local(value: date | datetime) -> date | datetime:
    return timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value
