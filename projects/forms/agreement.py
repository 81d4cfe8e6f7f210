"""Forms of agreements and of who signed them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.forms.evidence import day_input
from projects.forms.shape import ShapeForm
from projects.models import Agreement, AgreementSignatory


class AgreementForm(ShapeForm):
    file = forms.FileField(label=_("Signed copy"), required=False, help_text=_("A scan or PDF; it is kept under its hash."))
    field_order = ("kind", "number", "effective_on", "expires_on", "file")

    class Meta:
        model = Agreement
        fields = ("kind", "number", "effective_on", "expires_on")
        widgets = {"effective_on": day_input(), "expires_on": day_input()}
        help_texts = {"number": _("Under which the paper is filed."), "expires_on": _("Empty when it has no end.")}


class AgreementFileForm(forms.Form):
    """The signed copy; another one in its place needs a reason. `replaces` is the copy that the page shows."""

    file = forms.FileField(label=_("Signed copy"), help_text=_("A scan or PDF; it is kept under its hash."))
    reason = forms.CharField(
        label=_("Reason"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Why another copy takes its place. It stays in the record."),
    )
    replaces = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args: Any, agreement: Agreement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["replaces"].initial = agreement.file_sha256
        if not agreement.file_sha256:
            del self.fields["reason"]


class SignatoryForm(ShapeForm):
    """Who signed for one side, as it stands on the paper."""

    class Meta:
        model = AgreementSignatory
        fields = ("side", "name", "function", "signed_on")
        widgets = {"side": forms.RadioSelect, "signed_on": day_input()}

    def __init__(self, *args: Any, open_sides: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [choice for choice in AgreementSignatory.Side.choices if choice[0] in open_sides]
        self.fields["side"].choices = choices  # type: ignore[attr-defined]
        if len(choices) == 1:
            self.fields["side"].initial = choices[0][0]
