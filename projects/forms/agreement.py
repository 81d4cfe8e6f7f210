"""Forms of agreements and of who signed them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.chosen_files import ChosenFiles
from audit.refusals import BadInput, add_to_form
from audit.seen import version_after, version_of
from projects.forms.evidence import day_input
from projects.forms.shape import ShapeForm
from projects.models import Agreement, AgreementSignatory
from projects.services.agreements import paper_values, signatory_values


class AgreementForm(ChosenFiles, ShapeForm):
    file = forms.FileField(label=_("Signed copy"), required=False, help_text=_("A scan or PDF; it is kept under its hash."))
    field_order = ("kind", "number", "effective_on", "expires_on", "file")

    class Meta:
        model = Agreement
        fields = ("kind", "number", "effective_on", "expires_on")
        widgets = {"effective_on": day_input(), "expires_on": day_input()}
        help_texts = {"number": _("Under which the paper is filed."), "expires_on": _("Empty when it has no end.")}


class MendingForm(ShapeForm):
    """What was typed wrongly, with the reason. `version` is what the page shows."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Both readings stay in the record."),
    )
    version = forms.CharField(widget=forms.HiddenInput, required=False, max_length=1000)

    def refused(self, bad: BadInput) -> None:
        """With the faults at their fields; who reads what somebody else has written meanwhile may put their own in its place."""
        add_to_form(self, bad)
        self.data = {**self.data.dict(), "version": version_after(bad, self.data.get("version", ""))}  # type: ignore[attr-defined]


class AgreementChangeForm(MendingForm):
    class Meta(AgreementForm.Meta):
        pass

    def __init__(self, *args: Any, agreement: Agreement, **kwargs: Any) -> None:
        values = paper_values(agreement)
        super().__init__(*args, initial={**values, "version": version_of(values)}, **kwargs)
        for name in set(self._meta.fields or ()) - set(values):
            del self.fields[name]


class SignatoryChangeForm(MendingForm):
    class Meta:
        model = AgreementSignatory
        fields = ("name", "function", "signed_on")
        widgets = {"signed_on": day_input()}

    def __init__(self, *args: Any, signatory: AgreementSignatory, **kwargs: Any) -> None:
        values = signatory_values(signatory)
        super().__init__(*args, initial={**values, "version": version_of(values)}, **kwargs)


class AgreementFileForm(ChosenFiles, forms.Form):
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

    def __init__(self, *args: Any, agreement: Agreement, open_sides: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(side, _t("For %(party)s") % {"party": agreement.party(side)}) for side in open_sides]
        self.fields["side"].choices = choices  # type: ignore[attr-defined]
        if len(choices) == 1:
            self.fields["side"].initial = choices[0][0]
