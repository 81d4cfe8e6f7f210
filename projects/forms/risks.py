"""Forms of the risk list of a project."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from projects.forms.gate import REASON
from projects.forms.tasks import people
from projects.models import ProjectRisk
from projects.services.risks import RiskDraft


def level(words: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=words, choices=[("", "–"), *ProjectRisk.Level.choices], coerce=int)


class RiskForm(forms.Form):
    """What could happen, how likely and how bad it is, what is done about it and by whom."""

    text = forms.CharField(label=_("What could happen"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    likelihood = level(_("Likelihood"))
    impact = level(_("Impact"))
    mitigation = forms.CharField(label=_("What is done about it"), max_length=2000, widget=forms.Textarea(attrs=REASON))
    owner = forms.ModelChoiceField(label=_("Owner"), queryset=User.objects.none(), empty_label="–")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ModelChoiceField[User]", self.fields["owner"]).queryset = people()

    @property
    def draft(self) -> RiskDraft:
        return RiskDraft(**{field.name: self.cleaned_data[field.name] for field in fields(RiskDraft)})


class RiskChangeForm(RiskForm):
    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs=REASON))
