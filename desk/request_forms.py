"""The request as a client writes it in the portal: the same fields as ours, asked in the client's words."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.models import Contact
from accounts.telephones import is_dialled
from projects.completeness import QUESTIONS
from projects.forms.rfp import NEEDED_TO_SUBMIT, CompoundFields, RfpForm
from projects.limits import limits
from projects.questionnaire import IN_THEIR_WORDS
from projects.rfp_fields import GIVEN, choices_of

NEEDED = ("contact_name", "compound_name", "wanted")  # to send it at all
HINTS = {
    "cas_number": _("If there is one."),
    "structure_text": _("SMILES or a molfile. It may follow once there is a confidentiality agreement."),
    "maximum_daily_dose_mg": _("In mg/day."),
    "treatment_duration": _("The threshold of mutagenic impurities follows from it."),
    "process_challenges": _("Hazards, chromatography, low temperature, yield, impurities."),
}


class RequestForm(CompoundFields):
    """Every field may be empty while somebody writes; `sending` asks for what a request cannot do without."""

    contact_name = forms.CharField(label=_("Whom may we ask?"), max_length=200)
    contact_email = forms.EmailField(label=_("E-mail"), required=False, max_length=Contact._meta.get_field("email").max_length)
    contact_phone = forms.CharField(
        label=_("Telephone"), max_length=50, required=False, validators=[is_dialled], widget=forms.TextInput(attrs={"inputmode": "tel"})
    )

    def __init__(self, *args: Any, sending: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in GIVEN:
            self.fields[name] = deepcopy(RfpForm.base_fields[name])
            self.fields[name].label = IN_THEIR_WORDS.get(name, self.fields[name].label)
            self.fields[name].help_text = HINTS.get(name, self.fields[name].help_text)
            if isinstance(self.fields[name], forms.TypedChoiceField):
                self.fields[name].choices = [("", _("not known yet")), *choices_of(name)]  # type: ignore[attr-defined]
        for name in NEEDED:
            self.fields[name].required = sending
            self.fields[name].label = format_html(
                '{} <span class="needed-to-submit">{}</span>', self.fields[name].label, _("needed to send")
            )

    @classmethod
    def of(cls, values: Mapping[str, list[str]], **kwargs: Any) -> RequestForm:
        """Bound to what is kept of the draft, with what is wrong with it."""
        typed = QueryDict(mutable=True)
        for name, given in values.items():
            typed.setlist(name, given)
        return cls(typed, **kwargs)

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        for name, words in limits(values, received_on=timezone.localdate()).items():
            self.add_error(name, words)
        return values

    def keep_only(self, names: set[str]) -> None:
        """Judge these fields alone: autosave sends what changed."""
        for name in set(self.fields) - names:
            del self.fields[name]

    def given(self) -> dict[str, Any]:
        """What was answered."""
        return {name: value for name, value in self.cleaned_data.items() if value not in ("", None, [])}

    @property
    def missing(self) -> list[str]:
        """Questions that are open: with each of them answered we quote sooner and closer."""
        return [str(question.words) for question in QUESTIONS if question.field in NEEDED_TO_SUBMIT and not self[question.field].value()]
