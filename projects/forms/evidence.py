"""Forms of a deliverable and its referenced evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.chosen_files import ChosenFiles
from accounts.models import User
from projects.models import ReferencedEvidence

if TYPE_CHECKING:
    from audit.refusals import Words


def day_input(**attrs: Any) -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date", **attrs}, format="%Y-%m-%d")


def select_input(words: Words) -> forms.Select:
    """In a cell of a table, whose head names it for the eye only."""
    return forms.Select(attrs={"class": "form-select", "aria-label": words})


class ReferenceForm(ChosenFiles, forms.ModelForm):
    """Where the record is, what it is called there, in which state it is there."""

    file = forms.FileField(
        label=_("Copy of the record"), required=False, help_text=_("PDF, office file, picture or table; it is kept under its hash.")
    )
    field_order = ("system", "number", "record_state", "record_date", "note", "file")

    class Meta:
        model = ReferencedEvidence
        fields = ("system", "number", "record_state", "record_date", "note")
        widgets = {"record_date": day_input(), "note": forms.Textarea(attrs={"rows": 3})}


class AssignForm(forms.Form):
    """Who answers for the deliverable, and until when."""

    owner = forms.ModelChoiceField(label=_("Owner"), queryset=User.objects.none(), required=False, empty_label=_("The department"))
    due_on = forms.DateField(label=_("Due"), required=False, widget=day_input())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = User.objects.active().internal()  # type: ignore[attr-defined]
