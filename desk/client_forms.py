"""The forms of clients and their contacts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.countries import CountryField, TimeZoneField
from accounts.forms import ReasonForm
from accounts.models import Client, Contact, languages
from accounts.services import client_values, contact_values
from accounts.telephones import undiallable
from audit.refusals import BadInput, add_to_form
from audit.seen import version_after, version_of
from projects.filters import day


class AsksWhetherAnother(forms.Form):
    """Asks only where something alike is there already; `version` says what the person saw (`audit.seen`)."""

    is_another = forms.BooleanField(label=_("It is another one"), required=False, widget=forms.HiddenInput)
    version = forms.CharField(required=False, widget=forms.HiddenInput)

    def refuse(self, bad: BadInput) -> None:
        """Show what the service has against it."""
        add_to_form(self, bad)
        if "is_another" in bad.errors:
            self.fields["is_another"].widget = forms.CheckboxInput()
        typed = QueryDict(mutable=True)
        typed.update(self.data)
        typed["version"] = version_after(bad, self.cleaned_data["version"])
        self.data = typed

    def changes(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name not in ("is_another", "version", "reason")}

    def agreed(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("is_another", "version")}


class ClientForm(AsksWhetherAnother):
    """A new client."""

    name = forms.CharField(label=_("Name"), max_length=200)
    code = forms.CharField(
        label=_("Code"),
        max_length=16,
        required=False,
        help_text=_("Capital letters and digits; made of the name where it is empty. It stays."),
    )
    country = CountryField(required=False, empty=_("not known yet"), help_text=_("Its public holidays count."))
    time_zone = TimeZoneField()
    language = forms.ChoiceField(label=_("Language"), choices=languages, help_text=_("Of what we write to the client."))
    address = forms.CharField(label=_("Address"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 4}))
    field_order = ("name", "code", "country", "time_zone", "language", "address", "is_another")


class ClientCorrectionForm(ClientForm, ReasonForm):
    code = None  # type: ignore[assignment]
    field_order = ("name", "country", "time_zone", "language", "address", "is_another", "reason")

    def __init__(self, *args: Any, client: Client, **kwargs: Any) -> None:
        shown = client_values(client)
        super().__init__(*args, **{"initial": shown | {"version": version_of(shown)}, **kwargs})


class ContactForm(AsksWhetherAnother):
    """A person at a client; `contact` is the one that is corrected."""

    name = forms.CharField(label=_("Name"), max_length=200)
    position = forms.CharField(label=_("Position"), max_length=200, required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)
    phone = forms.CharField(label=_("Telephone"), max_length=50, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"}))
    field_order = ("name", "position", "email", "phone", "is_another")

    def __init__(self, *args: Any, contact: Contact | None = None, **kwargs: Any) -> None:
        shown = contact_values(contact) if contact else {}
        super().__init__(*args, **{"initial": shown | {"version": version_of(shown)}, **kwargs})

    def clean_phone(self) -> str:
        """What the record holds already is not judged again."""
        phone = str(self.cleaned_data["phone"])
        if phone != self.initial.get("phone", "") and (words := undiallable(phone)):
            raise ValidationError(words)
        return phone


class LeftForm(ReasonForm):
    on = forms.DateField(label=_("Left on"), widget=day())
    field_order = ("on", "reason")
