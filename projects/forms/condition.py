"""Forms of conditions and waivers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.numbers import WholeNumberField
from audit.refusals import BadInput
from projects import steps
from projects.forms.evidence import day_input
from projects.forms.gate import REASON, ReasonForm
from projects.models import Deliverable, Project
from projects.services.conditions import NewCondition, usual_client_words

if TYPE_CHECKING:
    from projects.gates import Judged

SPARE = 1  # an empty row after one for each unmet criterion


class ConditionForm(forms.Form):
    """One condition of a conditional go. An empty one is left out."""

    words = forms.CharField(label=_("What has to be done"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))
    criterion = forms.ChoiceField(label=_("Stands for the criterion"), required=False)
    owner = forms.ModelChoiceField(label=_("Owner"), queryset=User.objects.none(), empty_label="–")
    due_on = forms.DateField(label=_("Due"), widget=day_input())
    step = forms.ChoiceField(label=_("Locks, once overdue"))
    step_number = WholeNumberField(
        label=_("From number"), required=False, min_value=1, max_value=99, help_text=_("For batches: 2 lets the first one start.")
    )
    tell_client = forms.BooleanField(label=_("Tell the client when it is overdue"), required=False, initial=True)
    client_words = forms.CharField(
        label=_("Words for the client"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        initial=usual_client_words,
    )
    untold_reason = forms.CharField(
        label=_("Why the client is not told"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Only where the client is not told; it is signed with the decision."),
    )

    def __init__(self, *args: Any, named: Sequence[Judged], never: Collection[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = User.objects.active().internal()  # type: ignore[attr-defined]
        self.fields["criterion"].choices = [("", _("none: a further condition")), *((item.key, item.words) for item in named)]  # type: ignore[attr-defined]
        self.fields["step"].choices = [("", "–"), *((step.key, step.words) for step in steps.named_steps() if step.key not in never)]  # type: ignore[attr-defined]

    def has_changed(self) -> bool:
        """A row of which only what is proposed for the client was touched is a spare one."""
        return bool(set(self.changed_data) - {"tell_client", "client_words"})

    def as_condition(self) -> NewCondition:
        data = self.cleaned_data
        return NewCondition(**{**data, "step_number": data["step_number"] or 0})


class BaseConditionFormSet(forms.BaseFormSet):
    """The conditions of one proposal; errors of the service come back at their rows."""

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        """A row that was only chosen beforehand is as empty as a spare one."""
        return {**super().get_form_kwargs(index), "empty_permitted": True, "use_required_attribute": False}

    def conditions(self) -> list[NewCondition]:
        return [form.as_condition() for form in self.filled()]

    def want_named(self) -> None:
        """Where nothing at all is filled in, the rows that stand for a criterion are what has to be."""
        if not self.filled():
            for form in self.forms:
                form.empty_permitted = not form["criterion"].value()

    def filled(self) -> list[Any]:
        return [form for form in self.forms if form.has_changed()]

    def add_errors(self, bad: BadInput) -> None:
        filled = self.filled()
        for name, messages in bad.errors.items():
            kind, _dash, rest = name.partition("-")
            place, _dash, field = rest.partition("-")
            if kind == "conditions" and place.isdigit() and int(place) < len(filled):
                for message in messages:
                    filled[int(place)].add_error(field, message)


def condition_formset(named: Sequence[Judged], data: Any = None, *, never: Collection[str] = ()) -> Any:
    """One row for each unmet criterion, one with its words for each condition that must be set, and spare rows.

    never: steps that this project does not come to any more.
    """
    kind = forms.formset_factory(ConditionForm, formset=BaseConditionFormSet, extra=SPARE, max_num=30)
    wanted = [{"criterion": item.key, "words": words} for item in named for words in item.finding.conditions]
    unmet = [{"criterion": item.key} for item in named if not item.passes]
    return kind(data, prefix="conditions", initial=[*wanted, *unmet], form_kwargs={"named": named, "never": never})


class ConditionalGoForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=4000,
        widget=forms.Textarea(attrs=REASON),
        help_text=_("Why the project may go on before everything is met."),
    )


class AnswerForm(forms.Form):
    """How a condition is met: by a deliverable that is done, in words, or both."""

    deliverable = forms.ChoiceField(label=_("Deliverable that proves it"), required=False)
    words = forms.CharField(label=_("How it is met"), required=False, max_length=4000, widget=forms.Textarea(attrs=REASON))

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Deliverable.objects.filter(project=project).exclude(done_at=None)
        self.fields["deliverable"].choices = [("", "–"), *((row.key, f"{row.title}: {row.evidence_label}") for row in rows)]  # type: ignore[attr-defined]


class WaiverForm(forms.Form):
    justification = forms.CharField(
        label=_("Justification"),
        max_length=4000,
        widget=forms.Textarea(attrs=REASON),
        help_text=_("Why it can be accepted although it is not met. It is signed by quality assurance and always stays shown."),
    )


__all__ = ["AnswerForm", "ConditionForm", "ConditionalGoForm", "ReasonForm", "WaiverForm", "condition_formset"]
