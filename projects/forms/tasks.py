"""Forms of the tasks of a plan, and of the milestones that a project manager shapes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import Department, User
from accounts.numbers import WholeNumberField
from projects.forms.evidence import day_input
from projects.forms.gate import REASON
from projects.limits import MOST_WORKING_DAYS
from projects.models import Milestone, Phase
from projects.services.milestones import MilestoneDraft
from projects.services.tasks import TaskDraft

if TYPE_CHECKING:
    from projects.models import Project, Task


def people() -> Any:
    return User.objects.active().internal().order_by("full_name")


class TaskForm(forms.Form):
    """What is given out: to whom, for which milestone, how much work, from when."""

    title = forms.CharField(label=_("What is to be done"), max_length=200)
    milestone = forms.ChoiceField(label=_("For the milestone"), help_text=_("Its date waits for the task."))
    owner = forms.ModelChoiceField(label=_("Owner"), queryset=User.objects.none(), required=False, empty_label="–")
    department = forms.ModelChoiceField(
        label=_("or department"), queryset=Department.objects.all(), to_field_name="key", required=False, empty_label="–"
    )
    duration_days = WholeNumberField(label=_("Working days of work"), min_value=1, max_value=MOST_WORKING_DAYS, initial=1)
    not_before = forms.DateField(label=_("Not before"), required=False, widget=day_input())
    after = forms.ChoiceField(label=_("Waits for"), required=False, help_text=_("Empty: it can begin with its phase."))

    def __init__(self, *args: Any, milestones: Sequence[Milestone], tasks: Sequence[Task], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ModelChoiceField[User]", self.fields["owner"]).queryset = people()
        still_open = [("", "–"), *((row.key, row.title) for row in milestones if row.actual_on is None)]
        cast("forms.ChoiceField", self.fields["milestone"]).choices = still_open
        ahead = [("", "–"), (_t("Tasks"), [(row.key, row.title) for row in tasks])] if tasks else [("", "–")]
        cast("forms.ChoiceField", self.fields["after"]).choices = [*ahead, (_t("Milestones"), [(row.key, row.title) for row in milestones])]

    @staticmethod
    def of(task: Task) -> dict[str, Any]:
        """What the form begins with for a task that there is."""
        ahead = task.after_task or task.after_milestone
        return {
            "title": task.title,
            "milestone": task.milestone.key,
            "owner": task.owner_id,
            "department": task.department and task.department.key,
            "duration_days": task.duration_days,
            "not_before": task.earliest_on,
            "after": ahead.key if ahead else "",
        }

    @property
    def draft(self) -> TaskDraft:
        values = {name: value for name, value in self.cleaned_data.items() if name != "reason"}
        department = values.pop("department")
        return TaskDraft(**values, department=department.key if department else "")


class TaskChangeForm(TaskForm):
    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs=REASON))


class DayForm(forms.Form):
    on = forms.DateField(label=_("Day"), widget=day_input())


class StartForm(DayForm):
    reason = forms.CharField(label=_("Remark"), required=False, max_length=2000, widget=forms.Textarea(attrs=REASON))


class CorrectionForm(forms.Form):
    on = forms.DateField(
        label=_("Actual date"), required=False, widget=day_input(), help_text=_("Empty: it has not been reached. The old date is kept.")
    )
    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs=REASON))


class MilestoneForm(forms.Form):
    """Name, kind, owner, tolerance, the date to keep, whether the client sees it."""

    title = forms.CharField(label=_("Milestone"), max_length=200)
    kind = forms.ChoiceField(label=_("Kind"))
    owner = forms.ModelChoiceField(label=_("Owner"), queryset=User.objects.none(), required=False, empty_label="–")
    tolerance_days = WholeNumberField(label=_("Tolerance (working days)"), min_value=0, max_value=MOST_WORKING_DAYS, initial=5)
    finish_by = forms.DateField(
        label=_("Must be reached by"), required=False, widget=day_input(), help_text=_("Float is counted towards this date.")
    )
    client_sees = forms.BooleanField(label=_("The client sees it"), required=False, help_text=_("From the approval of the contract on."))
    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs=REASON))
    drafted = ("title", "kind", "owner", "tolerance_days", "finish_by", "client_sees")

    def __init__(self, *args: Any, kinds: Iterable[Milestone.Kind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ModelChoiceField[User]", self.fields["owner"]).queryset = people()
        cast("forms.ChoiceField", self.fields["kind"]).choices = [(kind.value, kind.label) for kind in kinds]

    @property
    def draft(self) -> MilestoneDraft:
        return MilestoneDraft(**{name: self.cleaned_data[name] for name in self.drafted})

    @property
    def rest(self) -> dict[str, Any]:
        """What the service takes beside the draft."""
        return {name: value for name, value in self.cleaned_data.items() if name not in self.drafted}


class NewMilestoneForm(MilestoneForm):
    phase = forms.ChoiceField(label=_("Phase"))
    after = forms.ChoiceField(label=_("Waits for"), required=False)
    lag_days = WholeNumberField(label=_("Lag (working days)"), initial=0, min_value=-MOST_WORKING_DAYS, max_value=MOST_WORKING_DAYS)
    not_before = forms.DateField(label=_("Not before"), required=False, widget=day_input())
    duration_days = WholeNumberField(label=_("Work that ends with it (working days)"), initial=0, min_value=0, max_value=MOST_WORKING_DAYS)
    field_order = (
        "title", "phase", "kind", "after", "lag_days", "not_before", "duration_days", "owner", "tolerance_days", "finish_by",
        "client_sees", "reason",
    )  # fmt: skip

    def __init__(self, *args: Any, project: Project, milestones: Iterable[Milestone], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        contracted = [(phase.value, phase.label) for phase in Phase if project.in_scope(phase)]
        cast("forms.ChoiceField", self.fields["phase"]).choices = contracted
        cast("forms.ChoiceField", self.fields["after"]).choices = [("", "–"), *((row.key, row.title) for row in milestones)]
