"""The form of a place's own working days."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Client
from catalogue.models import Site
from projects.calendars import regions_of
from projects.forms.evidence import day_input

if TYPE_CHECKING:
    from accounts.models import User

BETWEEN = ":"


class RegionForm(forms.Form):
    subdivision = forms.ChoiceField(
        label=_("Region"), required=False, help_text=_("Its public holidays count beside those of the country.")
    )

    def __init__(self, *args: Any, country: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ChoiceField", self.fields["subdivision"]).choices = [("", _("none")), *regions_of(country)]


class OwnDaysForm(forms.Form):
    place = forms.ChoiceField(label=_("Site or client"))
    first = forms.DateField(label=_("First day"), widget=day_input())
    last = forms.DateField(label=_("Last day"), widget=day_input())
    worked = forms.ChoiceField(
        label=_("These days are"), choices=[("off", _("off: a shut-down or holiday")), ("worked", _("worked, although they would be off"))]
    )
    words = forms.CharField(label=_("Why"), max_length=120, help_text=_("For example: annual shut-down."))

    def __init__(self, *args: Any, reader: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sites = [(f"site{BETWEEN}{site.key}", site.name) for site in Site.objects.all()]
        clients = [(f"client{BETWEEN}{client.code}", client.name) for client in Client.objects.visible_to(reader)]
        choices = [("", "–"), (_("Sites"), sites), (_("Clients"), clients)]
        cast("forms.ChoiceField", self.fields["place"]).choices = choices

    @property
    def values(self) -> dict[str, Any]:
        """What the service takes."""
        kind, _between, name = self.cleaned_data["place"].partition(BETWEEN)
        days = {key: self.cleaned_data[key] for key in ("first", "last", "words")}
        return {"kind": kind, "name": name, "worked": self.cleaned_data["worked"] == "worked", **days}
