"""What the key figures may be asked (it stands in the address), and what a status report is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django_prose_editor.fields import ProseEditorFormField

from accounts.models import Client
from catalogue.models import Site
from documents import narrative
from projects.filters import day
from projects.models import Phase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accounts.models import User
    from documents.registry import NarrativeSection


class KpiForm(forms.Form):
    since = forms.DateField(label=_("From"), required=False, widget=day())
    until = forms.DateField(label=_("To"), required=False, widget=day())
    client = forms.ModelChoiceField(label=_("Client"), required=False, queryset=Client.objects.none(), empty_label=_("Any"))
    site = forms.ModelChoiceField(label=_("Site"), required=False, queryset=Site.objects.all(), empty_label=_("Any"))
    phase = forms.ChoiceField(label=_("Phase"), required=False, choices=[("", _("Any")), *Phase.choices])

    def __init__(self, *args: Any, reader: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["client"].queryset = Client.objects.visible_to(reader)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        since, until = given.get("since"), given.get("until")
        if since and until and until < since:
            self.add_error("until", _t("The period ends before it begins."))
        return given


class StatusReportForm(forms.Form):
    """The words that go with a report: its written sections, and the message with which the client gets it."""

    message = forms.CharField(
        label=_("Message to the client"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("It goes out with the report, as you write it."),
    )
    internal_copy = forms.BooleanField(
        label=_("Make our own copy too"), required=False, help_text=_("With internal forecasts, every task and every risk; never shared.")
    )

    def __init__(self, *args: Any, sections: Sequence[NarrativeSection], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sections = sections
        for section in sections:
            self.fields[section.key] = ProseEditorFormField(
                label=section.title,
                help_text=section.help,
                required=False,
                max_length=narrative.MAX_LENGTH,
                extensions=narrative.EDITOR_EXTENSIONS,
            )
        self.order_fields([*(section.key for section in sections), "message", "internal_copy"])

    @property
    def narrative(self) -> dict[str, str]:
        return {section.key: self.cleaned_data[section.key] or "" for section in self.sections}
