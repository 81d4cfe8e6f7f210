"""Requests from a table: one row is one request, logged as by hand; its reference says whether it came in before."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.countries import COUNTRIES
from accounts.currencies import CurrencyField
from accounts.duplicates import KnownNames, named, words_of
from accounts.models import Client, User
from accounts.numbers import NumberField, WholeNumberField
from accounts.telephones import is_dialled
from audit.refusals import BadInput, Words
from catalogue.chemistry import StructureError, normalise_cas, parse_structure
from projects.limits import limits
from projects.models import Rfp
from projects.models.rfp_choices import BY_CLIENTS_THEMSELVES, Channel
from projects.rfp_fields import GIVEN, choices_of, field_of, heading_of
from projects.services.rfp import find_client, log_rfp, unreachable
from worksheets.columns import ChoiceField, ChoicesField, Column, CurrencyChoiceField, MailField, TextField, text
from worksheets.days import DayField
from worksheets.kinds import Entered, ImportKind, register_import
from worksheets.models import Import, ImportRow

if TYPE_CHECKING:
    from worksheets.kinds import Values

KEY = "rfps"
RENAMED = {"client": "client_name", "contact": "contact_name"}  # fields of the service → columns
CHANNELS = [choice for choice in Channel.choices if choice[0] not in BY_CLIENTS_THEMSELVES]


class CasField(TextField):
    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        try:
            return normalise_cas(typed) if typed else ""
        except ValueError as error:
            raise ValidationError(str(error)) from error


class StructureField(TextField):
    def clean(self, value: Any) -> str:
        typed: str = super().clean(value)
        try:
            if typed:
                parse_structure(typed)
        except StructureError as error:
            raise ValidationError(str(error)) from error
        return typed


READ_BY: dict[str, Callable[..., TextField]] = {"cas_number": CasField, "structure_text": StructureField}


class OwnerField(MailField):
    """Who of ours owns the request, by e-mail."""

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        if not typed:
            return None
        found = User.objects.active().internal().holding("business_development", "project_manager").filter(email__iexact=typed).first()
        if found is None:
            raise ValidationError(_("Nobody of business development or project management has this e-mail address."))
        return found


NEEDED = frozenset({"compound_name", "wanted"})
HEADINGS = {"structure_text": _("Structure (SMILES)")}
EXAMPLES = {
    "compound_name": "Paracetamol",
    "wanted": "Development and supply, 5 t a year",
    "cas_number": "103-90-2",
    "structure_text": "CC(=O)Nc1ccc(O)cc1",
    "downstream_drug": "Tablets 500 mg",
    "indication": "Pain and fever",
    "clinical_stage": "Generic",
    "target_markets": "European Union; United States",
    "compound_role": "API",
    "gmp_needed": "Full ICH Q7",
    "maximum_daily_dose_mg": "4000",
    "treatment_duration": "up to 1 month",
    "quotation_needed_on": "2027-03-12",
    "submission_requirements": "DMF type II; CEP",
    "special_conditions": "Hydrogenation; Azide",
    "sample_quantity_g": "250",
    "pilot_quantity_kg": "12.5",
    "validation_batches": "3",
    "commercial_quantity_kg_per_year": "5000",
}


def asked(name: str) -> Column:
    """The column of a field of the request, read from its declaration."""
    choices = [*choices_of(name)]
    note = _("Empty: not asked yet.") if choices else field_of(name).help_text
    return Column(name, HEADINGS.get(name, heading_of(name)), _read_as(name, choices), note, EXAMPLES.get(name, ""))


def _read_as(name: str, choices: list[tuple[str, Words]]) -> forms.Field:
    field: Any = field_of(name)
    if name in READ_BY:
        return READ_BY[name](max_length=field.max_length, required=False)
    if isinstance(field, ArrayField):
        return ChoicesField(choices=choices, required=False)
    if choices:
        reader = CurrencyChoiceField if isinstance(field, CurrencyField) else ChoiceField
        return reader(choices=choices, required=False)
    if isinstance(field, models.DecimalField):
        return NumberField(max_digits=field.max_digits, decimal_places=field.decimal_places, required=False)
    if isinstance(field, models.PositiveSmallIntegerField):
        return WholeNumberField(validators=field.validators, required=False)
    if isinstance(field, models.DateField):
        return DayField(required=False)
    return TextField(max_length=field.max_length, required=name in NEEDED)


def columns() -> tuple[Column, ...]:
    return (
        Column(
            "reference",
            _("Reference"),
            text(100),
            _("What the client or your former list calls it. A request of the same client and reference is logged once."),
            "RFQ-2291",
        ),
        Column(
            "client_name",
            _("Client"),
            TextField(max_length=200),
            _("Name or code. A known client is taken, an unknown one is entered."),
            "Demo Client A",
        ),
        Column(
            "client_country", _("Country of a new client"), ChoiceField(choices=[*COUNTRIES.items()], required=False), example="Switzerland"
        ),
        Column(
            "contact_name",
            _("Contact"),
            TextField(max_length=200),
            _("A known contact of the client is taken, an unknown one is entered."),
            "Purchasing Manager",
        ),
        Column(
            "contact_email",
            _("E-mail"),
            MailField(required=False),
            _("A new contact needs an e-mail address or a telephone number."),
            "purchasing@example.com",
        ),
        Column("contact_phone", _("Telephone"), text(50, is_dialled), example="+41 61 000 00 00"),
        Column("channel", _("Channel"), ChoiceField(choices=CHANNELS), _("How the request came in."), "E-mail"),
        *(asked(name) for name in GIVEN),
        Column(
            "account_owner",
            _("Account owner (e-mail)"),
            OwnerField(required=False),
            _("Empty: who imports."),
            "business.development@example.com",
        ),
    )


class RfpWriter:
    """Keeps what the file itself has made, so that rehearsal and import doubt the same rows."""

    def __init__(self, actor: User, subject: None, reason: str) -> None:
        self.actor = actor
        self.names = KnownNames()
        self.references: set[tuple[str, str]] = set()
        self.new_clients: dict[str, frozenset[str]] = {}
        self.made_clients: set[int] = set()
        self.made: set[int] = set()

    def faults(self, values: Values) -> dict[str, list[str]]:
        found = limits(values, received_on=timezone.localdate())
        client, *contact = (values.get(name) for name in ("client_name", "contact_name", "contact_email", "contact_phone"))
        found |= unreachable(client, *contact, actor=self.actor)
        if values.get("reference") and values.get("client_name"):
            known = (values["client_name"].casefold(), values["reference"].casefold())
            if known in self.references:
                found["reference"] = [_t("A row above has the same client and reference.")]
            self.references.add(known)
        return found

    def doubts(self, values: Values) -> list[str]:
        name, client = values["client_name"], find_client(values["client_name"], self.actor)
        if client is None or client.pk in self.made_clients:
            return self._alike(name)
        same = Q(compound_name__iexact=values["compound_name"])
        same |= Q(cas_number=values["cas_number"]) if values["cas_number"] else Q()
        rows = Rfp.objects.visible_to(self.actor).filter(same, client=client).exclude(pk__in=self.made)
        numbers = list(rows.order_by("-pk").values_list("number", flat=True)[:3])
        return [_t("%(client)s asked for this compound before: %(numbers)s.") % {"client": client, "numbers": ", ".join(numbers)}] * bool(
            numbers
        )

    def _alike(self, name: str) -> list[str]:
        """Of a client that this file enters: what is called alike in the record and further up in the file."""
        plain = " ".join(name.split()).casefold()
        words = words_of(name)
        found = self.names.alike(name)
        above = [other for other, theirs in self.new_clients.items() if other != plain and words and (words <= theirs or theirs <= words)]
        self.new_clients[plain] = words
        names = {"name": name, "names": named(found, reader=self.actor)}
        doubts = [_t("The new client “%(name)s” looks like %(names)s.") % names] if found else []
        return doubts + (
            [_t("A row above has a new client that is called nearly the same: %(name)s.") % {"name": above[0]}] if above else []
        )

    def enter(self, values: Values) -> Entered:
        client = find_client(values["client_name"], self.actor)
        if (there := self._there(client, values["reference"])) is not None:
            return there
        given = {name: value for name, value in values.items() if name != "reference" and value not in ("", None, [])}
        try:
            rfp = log_rfp(actor=self.actor, **given)
        except BadInput as bad:
            raise BadInput({RENAMED.get(name, name): words for name, words in bad.errors.items()}) from bad
        self.made.add(rfp.pk)
        if client is None:
            self.made_clients.add(rfp.client_id)
        reference = _reference(rfp.client, values["reference"])
        return Entered(label=str(rfp), link=rfp.get_absolute_url(), reference=reference)

    def _there(self, client: Client | None, reference: str) -> Entered | None:
        if client is None or not reference:
            return None
        rows = ImportRow.objects.filter(of__kind=KEY, of__state=Import.State.DONE, reference=_reference(client, reference))
        row = rows.first()
        return Entered(label=row.label, link=row.link, is_written=False, reference=row.reference) if row else None


def _reference(client: Client, reference: str) -> str:
    return f"{client.pk}:{reference.casefold()}" if reference else ""


def register() -> None:
    register_import(
        ImportKind(
            key=KEY,
            of_clients=True,
            sheet=_("RFPs"),
            columns=columns,
            writer=RfpWriter,
            permission="projects.log_rfp",
            who=_("Requests are logged by business development or a project manager."),
            back=lambda subject: reverse("rfp-list"),
            stands_alone=True,
        )
    )
