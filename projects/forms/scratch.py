"""Forms of a scratch plan."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.numbers import WholeNumberField, WholeNumberText
from projects.forms.gate import REASON
from projects.limits import MOST_WORKING_DAYS

if TYPE_CHECKING:
    from datetime import date

    from projects.forecasting import Changes, LagKey
    from projects.models import Milestone, MilestoneLink


class ScratchNameForm(forms.Form):
    name = forms.CharField(label=_("What is tried"), max_length=100, help_text=_("For example: the campaign moves by three weeks."))


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        widget=forms.Textarea(attrs=REASON),
        help_text=_("It stays in the record; the client does not see it."),
    )


class ScratchForm(forms.Form):
    """One field per open milestone ("not before") and one per dependency into it (lag)."""

    def __init__(
        self, *args: Any, milestones: Iterable[Milestone], links: Iterable[MilestoneLink], changes: Changes, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.milestones = [row for row in milestones if row.actual_on is None]
        open_ids = {row.pk for row in self.milestones}
        self.links = [link for link in links if link.successor_id in open_ids]
        for row in self.milestones:
            self.fields[f"earliest-{row.key}"] = _earliest_field(row, changes.earliest.get(row.key, row.earliest_on))
        for link in self.links:
            self.fields[f"lag-{link.pk}"] = _lag_field(link, changes.lags.get(link.names, link.lag_days))

    @property
    def earliest(self) -> dict[str, Any]:
        return {row.key: self.cleaned_data[f"earliest-{row.key}"] for row in self.milestones}

    @property
    def lags(self) -> dict[LagKey, int]:
        return {link.names: self.cleaned_data[f"lag-{link.pk}"] for link in self.links}


def _earliest_field(row: Milestone, initial: date | None) -> forms.Field:
    words = _t("%(title)s: not before") % {"title": row.title}
    widget = forms.DateInput(attrs={"type": "date", "class": "form-control", "aria-label": words}, format="%Y-%m-%d")
    return forms.DateField(label=words, required=False, initial=initial, widget=widget)


def _lag_field(link: MilestoneLink, initial: int) -> forms.Field:
    names = {"title": link.successor.title, "other": link.predecessor.title, "relation": link.get_kind_display()}
    words = _t("%(title)s after %(other)s, %(relation)s: lag") % names
    widget = WholeNumberText(attrs={"class": "form-control number", "aria-label": words})
    return WholeNumberField(label=words, initial=initial, widget=widget, min_value=-MOST_WORKING_DAYS, max_value=MOST_WORKING_DAYS)
