"""Forms of a request for proposal: five fields to log it, everything else at leisure."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.countries import CountryField
from accounts.models import Client, Contact, User
from accounts.numbers import NumberField, WholeNumberField
from accounts.telephones import is_dialled
from catalogue.chemistry import StructureError, normalise_cas, parse_structure
from projects.completeness import QUESTIONS, SUBMIT
from projects.forms.evidence import day_input
from projects.limits import DECIMALS, changed_in, limits
from projects.models import Rfp
from projects.models.rfp_choices import BY_CLIENTS_THEMSELVES, Channel
from projects.rfp_fields import GIVEN, PEOPLE, choices_of

NEEDED_TO_SUBMIT = frozenset(question.field for question in QUESTIONS if question.level == SUBMIT)


def lines(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class CompoundFields(forms.Form):
    """What chemistry says about the typed CAS number and structure, at once with everything else that is wrong."""

    def clean_cas_number(self) -> str:
        typed: str = self.cleaned_data["cas_number"]
        try:
            return normalise_cas(typed) if typed else ""
        except ValueError as error:
            raise ValidationError(str(error)) from error

    def clean_structure_text(self) -> str:
        typed: str = self.cleaned_data["structure_text"]
        try:
            if typed.strip():
                parse_structure(typed)
        except StructureError as error:
            raise ValidationError(str(error)) from error
        return typed


class LogRfpForm(CompoundFields):
    """What a call says. Client and contact are typed: a known name is taken, an unknown one is entered with the request."""

    client = forms.CharField(
        label=_("Client"),
        max_length=200,
        widget=forms.TextInput(attrs={"list": "known-clients", "autocomplete": "off", "autofocus": True, "spellcheck": "false"}),
    )
    client_country = CountryField(
        label=_("Country of a new client"),
        required=False,
        empty=_("not known yet"),
        help_text=_("Entered with a new client."),
    )
    contact = forms.CharField(
        label=_("Contact"),
        max_length=200,
        widget=forms.TextInput(attrs={"list": "known-contacts", "autocomplete": "off", "spellcheck": "false"}),
    )
    contact_email = forms.EmailField(
        label=_("E-mail of a new contact"), required=False, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    contact_phone = forms.CharField(
        label=_("or telephone"),
        max_length=50,
        required=False,
        validators=[is_dialled],
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
    )
    channel = forms.ChoiceField(
        label=_("Channel"),
        choices=[choice for choice in Channel.choices if choice[0] not in BY_CLIENTS_THEMSELVES],
        initial=Channel.TELEPHONE,
    )
    compound_name = forms.CharField(
        label=_("Compound name or code"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    )
    wanted = forms.CharField(label=_("What is wanted"), max_length=4000, widget=lines(4))
    cas_number = forms.CharField(
        label=_("CAS number"), max_length=12, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    structure_text = forms.CharField(
        label=_("Structure (SMILES or molfile)"),
        max_length=100_000,
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false", "class": "code"}),
    )

    def values(self) -> dict[str, Any]:
        """The cleaned fields under the names of `log_rfp`."""
        renamed = {"client": "client_name", "contact": "contact_name"}
        return {renamed.get(name, name): value for name, value in self.cleaned_data.items()}


def form_field(field: Any, **kwargs: Any) -> Any:
    """How a field of a request is asked for: numbers and days as people type them, several choices as boxes."""
    if isinstance(field, ArrayField):
        label, boxes = capfirst(field.verbose_name), forms.CheckboxSelectMultiple
        return forms.MultipleChoiceField(
            label=label, choices=choices_of(field.name), required=False, widget=boxes, help_text=field.help_text
        )
    if isinstance(field, models.DecimalField):
        kwargs["form_class"] = NumberField
    elif isinstance(field, models.PositiveSmallIntegerField):
        kwargs["form_class"] = WholeNumberField
    elif isinstance(field, models.DateField):
        kwargs["widget"] = day_input()
    elif isinstance(field, models.TextField):
        kwargs["widget"] = lines(3)
    return field.formfield(**kwargs)


class FilledSelect(forms.Select):
    """Without an empty choice; Django would read all of them once more to see whether the first is empty."""

    def use_required_attribute(self, initial: Any) -> bool:
        return False


class RfpForm(CompoundFields, forms.ModelForm):
    """Everything about the request. Shape only: what follows from a structure or a CAS number is the service's."""

    structure_text = forms.CharField(
        label=_("Structure (SMILES or molfile)"),
        max_length=100_000,
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "class": "code"}),
    )

    class Meta:
        model = Rfp
        fields = (*GIVEN, *PEOPLE.fields)
        formfield_callback = form_field
        widgets = {"contact": FilledSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        here = Contact.objects.filter(client=self.instance.client_id)
        self.fields["contact"].queryset = here.there() | here.filter(pk=self.instance.contact_id)  # type: ignore[attr-defined]
        self.fields["contact"].empty_label = None  # type: ignore[attr-defined]
        self.fields["account_owner"].queryset = User.objects.active().internal().holding("business_development", "project_manager")  # type: ignore[attr-defined]

        for name in NEEDED_TO_SUBMIT & set(self.fields):
            field = self.fields[name]
            field.label = format_html('{} <span class="needed-to-submit">{}</span>', field.label, _("needed to submit"))

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        beside = {name: getattr(self.instance, name) for name in DECIMALS}
        changed, received_on = changed_in(self.instance, values), timezone.localdate(self.instance.received_at)
        for name, words in limits(changed, received_on=received_on, beside=beside).items():
            self.add_error(name, words)
        return values

    def validate_constraints(self) -> None:
        """The service says at the field what the database would only refuse."""

    def keep_only(self, names: set[str]) -> None:
        """Validate these fields alone: autosave sends what changed."""
        for name in set(self.fields) - names:
            del self.fields[name]

    def freeze(self) -> None:
        for field in self.fields.values():
            field.disabled = True


class DeclineForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=4000, widget=lines(3), help_text=_("It stays in the record."))


class RfpClientForm(forms.Form):
    """The client under which a draft should have been logged."""

    client = forms.ModelChoiceField(label=_("Client"), queryset=Client.objects.none(), empty_label=_("choose a client"))
    contact = forms.CharField(label=_("Contact"), max_length=200, help_text=_("A known name is taken, another one is entered."))
    contact_email = forms.EmailField(label=_("E-mail of a new contact"), required=False)
    contact_phone = forms.CharField(label=_("or telephone"), max_length=50, required=False, validators=[is_dialled])
    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.TextInput)

    def __init__(self, *args: Any, rfp: Rfp, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "client_%s", **kwargs})
        self.fields["client"].queryset = Client.objects.visible_to(actor).exclude(pk=rfp.client_id)  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """The cleaned fields under the names of the service."""
        values = dict(self.cleaned_data)
        return {"client_name": values.pop("client").code, "contact_name": values.pop("contact"), **values}


class AnswerForm(forms.Form):
    answer = forms.CharField(label=_("Answer of the client"), max_length=4000, widget=lines(2))
