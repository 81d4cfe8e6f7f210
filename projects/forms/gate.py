"""Forms of the gate page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.models import Project
from projects.models.gate import Decision
from projects.services.lifecycle import earlier_phases

REASON = {"rows": 3}


class GoForm(forms.Form):
    """Propose *go*; the reason is welcome and not needed."""

    decision = forms.CharField(widget=forms.HiddenInput, initial=Decision.GO)
    reason = forms.CharField(label=_("Remark for the signers"), required=False, max_length=4000, widget=forms.Textarea(attrs=REASON))


class OtherDecisionForm(forms.Form):
    """Propose hold, return or stop, always with a reason."""

    decision = forms.ChoiceField(label=_("Decision"), widget=forms.RadioSelect)
    return_to = forms.ChoiceField(label=_("Return to"), required=False)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=4000,
        widget=forms.Textarea(attrs=REASON),
        help_text=_("It stays in the record; every signer reads it."),
    )

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        earlier = earlier_phases(project)
        choices = [choice for choice in Decision if choice != Decision.GO and (earlier or choice != Decision.RETURN)]
        self.fields["decision"].choices = [(choice.value, choice.label) for choice in choices]  # type: ignore[attr-defined]
        self.fields["return_to"].choices = [("", "–"), *((phase.value, phase.label) for phase in earlier)]  # type: ignore[attr-defined]
        if not earlier:
            del self.fields["return_to"]


class WithdrawForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), required=False, max_length=4000, widget=forms.Textarea(attrs=REASON))


class ReasonForm(forms.Form):
    """A reason that the service insists on."""

    reason = forms.CharField(
        label=_("Reason"), max_length=4000, widget=forms.Textarea(attrs=REASON), help_text=_("It stays in the record.")
    )
