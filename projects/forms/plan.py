"""Forms of one milestone."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.forms.evidence import day_input
from projects.forms.gate import REASON
from projects.models import Publication


class RescheduleForm(forms.Form):
    not_before = forms.DateField(
        label=_("Not before"),
        required=False,
        widget=day_input(),
        help_text=_("Empty: as early as what it waits for allows. Everything behind it moves with it."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        widget=forms.Textarea(attrs=REASON),
        help_text=_("It stays in the record; the client does not see it."),
    )


class AchieveForm(forms.Form):
    on = forms.DateField(label=_("Actual date"), widget=day_input())
    reason = forms.CharField(label=_("Remark"), required=False, max_length=2000, widget=forms.Textarea(attrs=REASON))


class PublishForm(forms.Form):
    """What the client is told together with the date."""

    reason_class = forms.ChoiceField(label=_("Kind of reason"), choices=[("", "–"), *Publication.ReasonClass.choices])
    side = forms.ChoiceField(label=_("On whose side"), choices=[("", "–"), *Publication.Side.choices])
    reason = forms.CharField(
        label=_("Words to the client"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs=REASON),
        help_text=_("The client reads them beside the new date."),
    )
