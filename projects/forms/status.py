"""Forms of holding, resuming, cancelling, returning, completing a project and passing a phase out of scope."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.forms.gate import REASON, ReasonForm, criteria_of
from projects.forms.loop import client_words_field
from projects.models import Phase, Project, StatusChange
from projects.services.lifecycle import earlier_phases


class CancelForm(ReasonForm):
    cancel_class = forms.ChoiceField(
        label=_("Why it ends"), choices=[choice for choice in StatusChange.CancelClass.choices if choice[0]], widget=forms.RadioSelect
    )
    field_order = ("cancel_class", "reason")


class ReturnForm(ReasonForm):
    """Where to, why, what it costs, and which criteria of the phase need evidence newer than the return."""

    to_phase = forms.ChoiceField(label=_("Return to"))
    cost_effect = forms.CharField(label=_("Effect on cost"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))
    renew_criteria = forms.MultipleChoiceField(
        label=_("Evidence to renew"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("A criterion ticked here needs evidence newer than the return when its gate is passed again."),
    )
    client_words = client_words_field()
    field_order = ("to_phase", "reason", "client_words", "cost_effect", "renew_criteria")

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        phases = earlier_phases(project)
        self.fields["to_phase"].choices = [(phase.value, phase.label) for phase in reversed(phases)]  # type: ignore[attr-defined]
        self.fields["renew_criteria"].choices = list(criteria_of(project, [*phases, Phase(project.phase)]))  # type: ignore[attr-defined]


class OutOfScopeForm(forms.Form):
    """The reason that is signed with "not in scope"."""

    reason = forms.CharField(label=_("Reason"), max_length=4000, widget=forms.Textarea(attrs=REASON))
