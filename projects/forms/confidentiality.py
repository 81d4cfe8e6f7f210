"""Naming somebody to see a request before the confidentiality agreement is in force."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from projects.forms.gate import ReasonForm


class ReaderForm(ReasonForm):
    person = forms.ModelChoiceField(label=_("Person"), queryset=User.objects.none(), empty_label=_("choose a person"))
    field_order = ("person", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.active().internal().order_by("full_name", "pk")
        self.fields["person"].queryset = people  # type: ignore[attr-defined]
