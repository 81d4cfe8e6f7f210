"""Forms of sharing: what, into which state, and what the client reads with it; and the client's answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.forms.evidence import day_input
from projects.forms.gate import REASON
from projects.models import Visibility


class ShareForm(forms.Form):
    items = forms.MultipleChoiceField(label=_("Items"), error_messages={"required": _("Choose what to share or to take back.")})
    visibility = forms.ChoiceField(label=_("What the client shall see"), choices=[("", "–"), *Visibility.choices])
    words = forms.CharField(
        label=_("Words to the client"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs=REASON),
        help_text=_("For approval only: the client reads them with the question."),
    )
    due_on = forms.DateField(label=_("Answer by"), required=False, widget=day_input(), help_text=_("For approval only."))
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs=REASON),
        help_text=_("It stays in the record; the client does not see it."),
    )

    def __init__(self, *args: Any, refs: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.MultipleChoiceField", self.fields["items"]).choices = [(ref, ref) for ref in refs]


class AcceptForm(forms.Form):
    words = forms.CharField(
        label=_("Comment"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs=REASON),
        help_text=_("Not needed. It is kept with your approval."),
    )


class RejectForm(forms.Form):
    words = forms.CharField(label=_("Why? We will mend it and ask again."), max_length=4000, widget=forms.Textarea(attrs=REASON))
