from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.chosen_files import ChosenFiles


class UploadForm(ChosenFiles, forms.Form):
    """The filled table, and why where the record asks for a reason."""

    file = forms.FileField(
        label=_("Filled template"),
        allow_empty_file=True,
        max_length=250,
        help_text=_("XLSX, or CSV in UTF-8, UTF-16 or GB18030. Nothing is written before you have seen every row."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )
    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, asks_reason: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks_reason:
            del self.fields["reason"]
