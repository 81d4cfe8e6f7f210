"""Forms of a scratch plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.numbers import WholeNumberField, WholeNumberText
from projects.forms.evidence import select_input
from projects.forms.gate import REASON
from projects.limits import MOST_WORKING_DAYS
from projects.models import Relation
from projects.network import Link
from projects.services.scratch import work_field
from projects.what_if import Changes

if TYPE_CHECKING:
    from datetime import date

    from projects.models import Milestone
    from projects.trials import Plan


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
    """What is tried on each open milestone, each dependency into it and each open task, and what is added; on top of it one empty row."""

    def __init__(self, *args: Any, plan: Plan, changes: Changes, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.plan = plan
        self.milestones = [row for row in plan.rows if row.actual_on is None]
        self.tasks = [task for task in plan.tasks if task.done_on is None]
        open_ids = {row.pk for row in self.milestones}
        self.links = [link for link in plan.links if link.successor_id in open_ids]
        self._of_milestones(changes)
        self._of_dependencies(changes)
        rows = [*changes.added, None]
        sent = sum(name.startswith("added-") and name.endswith("-successor") for name in self.data)
        self.added = range(sent if self.is_bound else len(rows))
        for number in self.added:
            self._of_added(number, rows[number] if number < len(rows) else None)

    def _of_milestones(self, changes: Changes) -> None:
        for row in self.milestones:
            self.fields[f"earliest-{row.key}"] = _earliest_field(row, changes.earliest.get(row.key, row.earliest_on))
            self.fields[work_field(row.key)] = _work_field(row.title, changes.durations.get(row.key, row.duration_days), least=0)
            if row.kind != row.Kind.GATE and row.published_on is None:
                label = _t("Take out “%(title)s”") % {"title": row.title}
                self.fields[f"out-{row.key}"] = _check_field(label, initial=row.key in changes.removed)
        for task in self.tasks:
            self.fields[work_field(task.key)] = _work_field(task.title, changes.durations.get(task.key, task.duration_days), least=1)

    def _of_dependencies(self, changes: Changes) -> None:
        for link in self.links:
            names = {"title": link.successor.title, "other": link.predecessor.title}
            kind, lag = changes.kinds.get(link.names, link.kind), changes.lags.get(link.names, link.lag_days)
            self.fields[f"kind-{link.pk}"] = _kind_field(_t("%(title)s after %(other)s: relation") % names, kind)
            self.fields[f"lag-{link.pk}"] = _lag_field(_t("%(title)s after %(other)s: lag") % names, lag)
            label = _t("Drop: %(title)s after %(other)s") % names
            self.fields[f"drop-{link.pk}"] = _check_field(label, initial=link.names in changes.dropped)

    def _of_added(self, number: int, link: Link | None) -> None:
        ahead = [("", "–"), *((row.key, row.title) for row in self.plan.rows)]
        behind = [("", "–"), *((row.key, row.title) for row in self.milestones)]
        self.fields[f"added-{number}-successor"] = _milestone_field(_t("This waits"), behind, link.successor if link else "")
        self.fields[f"added-{number}-predecessor"] = _milestone_field(_t("for this"), ahead, link.predecessor if link else "")
        self.fields[f"added-{number}-kind"] = _kind_field(_t("Relation"), str(link.kind) if link else Relation.FINISH_START.value)
        self.fields[f"added-{number}-lag_days"] = _lag_field(_t("Lag (working days)"), link.lag_days if link else 0)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for number in self.added:
            ends = [f"added-{number}-{end}" for end in ("successor", "predecessor")]
            given = [name for name in ends if cleaned.get(name)]
            for name in ends if len(given) == 1 else []:
                if name not in given:
                    self.add_error(name, _t("Choose both milestones, or neither."))
        return cleaned

    @property
    def changes(self) -> Changes:
        """Of a valid form: everything as it stands in its fields."""
        typed = self.cleaned_data
        works = [*(row.key for row in self.milestones), *(task.key for task in self.tasks)]
        return Changes(
            earliest={row.key: typed[f"earliest-{row.key}"] for row in self.milestones},
            durations={key: typed[work_field(key)] for key in works},
            lags={link.names: typed[f"lag-{link.pk}"] for link in self.links},
            kinds={link.names: typed[f"kind-{link.pk}"] for link in self.links},
            dropped=frozenset(link.names for link in self.links if typed[f"drop-{link.pk}"]),
            added=tuple(link for number in self.added if (link := self._link(number))),
            removed=frozenset(row.key for row in self.milestones if typed.get(f"out-{row.key}")),
        )

    def _link(self, number: int) -> Link | None:
        ahead, behind, kind, lag = (
            self.cleaned_data[f"added-{number}-{name}"] for name in ("predecessor", "successor", "kind", "lag_days")
        )
        return Link(ahead, behind, kind, lag) if ahead else None


def _earliest_field(row: Milestone, initial: date | None) -> forms.Field:
    words = _t("%(title)s: not before") % {"title": row.title}
    widget = forms.DateInput(attrs={"type": "date", "class": "form-control", "aria-label": words}, format="%Y-%m-%d")
    return forms.DateField(label=words, required=False, initial=initial, widget=widget)


def _work_field(title: str, initial: int, *, least: int) -> forms.Field:
    words = _t("%(title)s: work") % {"title": title}
    widget = WholeNumberText(attrs={"class": "form-control number", "aria-label": words})
    return WholeNumberField(label=words, initial=initial, widget=widget, min_value=least, max_value=MOST_WORKING_DAYS)


def _lag_field(words: str, initial: int) -> forms.Field:
    widget = WholeNumberText(attrs={"class": "form-control number", "aria-label": words})
    return WholeNumberField(label=words, initial=initial, widget=widget, min_value=-MOST_WORKING_DAYS, max_value=MOST_WORKING_DAYS)


def _kind_field(words: str, initial: str) -> forms.Field:
    return forms.ChoiceField(label=words, choices=Relation.choices, initial=initial, widget=select_input(words))


def _milestone_field(words: str, choices: list[tuple[str, str]], initial: str) -> forms.Field:
    return forms.ChoiceField(label=words, choices=choices, required=False, initial=initial, widget=select_input(words))


def _check_field(words: str, *, initial: bool) -> forms.Field:
    widget = forms.CheckboxInput(attrs={"class": "form-check-input", "aria-label": words})
    return forms.BooleanField(label=words, required=False, initial=initial, widget=widget)
