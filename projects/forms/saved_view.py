"""The name of a view, and who sees it."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class ViewForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=60)
    shared = forms.BooleanField(
        label=_("Share it with all of ours"),
        required=False,
        help_text=_("It shares the question only: everybody finds what they may see themselves."),
    )


class NewViewForm(ViewForm):
    """With the question it keeps, and the page to go back to."""

    page = forms.CharField(max_length=16, widget=forms.HiddenInput)
    query = forms.CharField(required=False, widget=forms.HiddenInput)
    address = forms.CharField(required=False, widget=forms.HiddenInput)
