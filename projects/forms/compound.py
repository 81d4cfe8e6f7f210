"""The form of what is published about a compound."""

from __future__ import annotations

from django import forms

from accounts.numbers import WholeNumberField
from catalogue.models import Compound
from projects.forms.shape import ShapeForm


class SourcesForm(ShapeForm):
    """Its number in PubChem, and patents and papers, one a line."""

    class Meta:
        model = Compound
        fields = ("pubchem_cid", "references")
        widgets = {"references": forms.Textarea(attrs={"rows": 5})}
        field_classes = {"pubchem_cid": WholeNumberField}
