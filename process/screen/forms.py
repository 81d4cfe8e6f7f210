"""The form of a finding."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from process.screen.models import Disposition
from projects.forms.gate import REASON


class DispositionForm(forms.Form):
    rule = forms.CharField(max_length=40, widget=forms.HiddenInput)
    subject = forms.CharField(max_length=120, widget=forms.HiddenInput)
    decision = forms.ChoiceField(label=_("Decision"), choices=Disposition.Decision.choices)
    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs=REASON))
