"""Requests from a table: one row is one request, logged as by hand; its reference says whether it came in before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.countries import COUNTRIES
from accounts.duplicates import KnownNames, named, words_of
from accounts.models import Client, User
from accounts.numbers import NumberField
from audit.refusals import BadInput
from catalogue.chemistry import StructureError, normalise_cas, parse_structure
from projects.limits import limits
from projects.models import Rfp
from projects.models.rfp import BY_CLIENTS_THEMSELVES, Channel, Market, Submission, TreatmentDuration
from projects.services.rfp import find_client, log_rfp, unreachable
from worksheets.columns import ChoiceField, ChoicesField, Column, MailField, TextField, text
from worksheets.days import DayField
from worksheets.kinds import Entered, ImportKind, register_import
from worksheets.models import Import, ImportRow

if TYPE_CHECKING:
    from worksheets.kinds import Values

KEY = "rfps"
RENAMED = {"client": "client_name", "contact": "contact_name"}  # fields of the service → columns
CHANNELS = [choice for choice in Channel.choices if choice[0] not in BY_CLIENTS_THEMSELVES]
TREATMENTS = [choice for choice in TreatmentDuration.choices if choice[0]]
YES_NO = [("yes", _("Yes")), ("no", _("No"))]


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


def _quantity() -> NumberField:
    return NumberField(max_digits=12, decimal_places=3, required=False)


def columns() -> tuple[Column, ...]:
    markets, submissions = ChoicesField(choices=Market.choices, required=False), ChoicesField(choices=Submission.choices, required=False)
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
        Column("contact_phone", _("Telephone"), text(50), example="+41 61 000 00 00"),
        Column("channel", _("Channel"), ChoiceField(choices=CHANNELS), _("How the request came in."), "E-mail"),
        Column("compound_name", _("Compound name or code"), TextField(max_length=200), example="Paracetamol"),
        Column("wanted", _("What is wanted"), TextField(max_length=4000), example="Development and supply, 5 t a year"),
        Column("cas_number", _("CAS number"), CasField(max_length=12, required=False), example="103-90-2"),
        Column("structure_text", _("Structure (SMILES)"), StructureField(max_length=100_000, required=False), example="CC(=O)Nc1ccc(O)cc1"),
        Column("downstream_drug", _("Downstream drug"), text(200), example="Tablets 500 mg"),
        Column("indication", _("Indication"), text(300), example="Pain and fever"),
        Column("target_markets", _("Target markets"), markets, example="European Union; United States"),
        Column(
            "registration_intermediate",
            _("Registration intermediate"),
            ChoiceField(choices=YES_NO, required=False),
            _("Empty: not asked yet."),
            "No",
        ),
        Column("maximum_daily_dose_mg", _("Maximum daily dose (mg/day)"), _quantity(), example="4000"),
        Column(
            "treatment_duration",
            _("Duration of treatment"),
            ChoiceField(choices=TREATMENTS, required=False),
            _("Empty: not asked yet."),
            "up to 1 month",
        ),
        Column("process_challenges", _("Process challenges"), text(8000)),
        Column("target_timeline", _("Target timeline"), text(4000)),
        Column("quotation_needed_on", _("Quotation needed on"), DayField(required=False), example="2027-03-12"),
        Column("first_sample_wanted_on", _("First sample wanted on"), DayField(required=False)),
        Column("filing_planned_on", _("Filing planned on"), DayField(required=False)),
        Column("submission_requirements", _("Regulatory submissions planned"), submissions, example="DMF type II; CEP"),
        Column("sample_quantity_g", _("Samples (g)"), _quantity(), example="250"),
        Column("pilot_quantity_kg", _("Pilot (kg)"), _quantity(), example="12.5"),
        Column("validation_quantity_kg", _("Validation, per batch (kg)"), _quantity()),
        Column("commercial_quantity_kg_per_year", _("Commercial (kg/year)"), _quantity(), example="5000"),
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
        parties = [values.get(name) for name in ("client_name", "contact_name", "contact_email", "contact_phone")]
        if all(isinstance(each, str) for each in parties) and parties[0] and parties[1]:
            found |= unreachable(*(str(each) for each in parties), actor=self.actor)
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
        return Entered(label=row.label, link=row.link, is_new=False, reference=row.reference) if row else None


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
