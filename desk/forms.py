"""What the key figures may be asked; it stands in the address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import Client
from catalogue.models import Site
from projects.filters import day
from projects.models import Phase

if TYPE_CHECKING:
    from accounts.models import User


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
