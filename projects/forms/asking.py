"""What a client asks of a revision: words in general, and at each of its lines."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from projects.models import Quotation


class AskingForm(forms.Form):
    general = forms.CharField(label=_("In general"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args: Any, quotation: Quotation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.numbers = {f"line-{line.number}": line.number for line in quotation.lines.all()}
        for line in quotation.lines.all():
            words = _t("Line %(number)d: %(words)s") % {"number": line.number, "words": line.description}
            widget = forms.Textarea(attrs={"rows": 2})
            self.fields[f"line-{line.number}"] = forms.CharField(label=words, required=False, max_length=4000, widget=widget)

    @property
    def remarks(self) -> dict[int | None, str]:
        said = self.cleaned_data
        return {number: said[name] for name, number in self.numbers.items()} | {None: said["general"]}
