"""Words about the account of the delay, from either side."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.forms.gate import REASON


class WordsForm(forms.Form):
    words = forms.CharField(
        label=_("Words"),
        max_length=4000,
        widget=forms.Textarea(attrs=REASON),
        help_text=_("Both sides read them; they stay in the record."),
    )


class RemarkForm(WordsForm):
    """Welcome, and not needed."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["words"].required = False
