"""Clients and their contacts from a table: one row for each contact, the facts of the client on its first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.countries import COUNTRIES, zones_in_use
from accounts.duplicates import KnownNames, clients_at, contacts_alike, named
from accounts.models import Client, User, languages
from accounts.services import create_client, create_contact
from accounts.telephones import is_dialled
from audit.refusals import BadInput
from worksheets.columns import ChoiceField, Column, MailField, TextField, text
from worksheets.kinds import Entered, ImportKind, register_import

if TYPE_CHECKING:
    from worksheets.kinds import Values

FACTS = ("country", "time_zone", "language", "address")
CONTACT = {"name": "contact_name", "email": "contact_email", "phone": "contact_phone", "position": "contact_position"}


def columns() -> tuple[Column, ...]:
    return (
        Column(
            "name",
            _("Client"),
            TextField(max_length=200),
            _("Repeated on each row with another contact. A client that is there already keeps its facts and gets the contacts."),
            "Demo Client A",
        ),
        Column("code", _("Code"), text(16), _("Capital letters and digits; made of the name where it is empty."), "DCA"),
        Column(
            "country",
            _("Country"),
            ChoiceField(choices=[*COUNTRIES.items()], required=False),
            _("Its public holidays count."),
            "Switzerland",
        ),
        Column(
            "time_zone",
            _("Time zone"),
            ChoiceField(choices=[(zone, zone) for zone in zones_in_use()], required=False),
            _("Empty: that of the country."),
            "Europe/Zurich",
        ),
        Column("language", _("Language"), ChoiceField(choices=languages(), required=False), _("Empty: English."), "English"),
        Column("address", _("Address"), text(1000), example="1 Example Street, Basel"),
        Column("contact_name", _("Contact"), text(200), _("Empty: the client without a contact."), "Purchasing Manager"),
        Column("contact_position", _("Position"), text(200), example="Head of purchasing"),
        Column(
            "contact_email",
            _("E-mail"),
            MailField(required=False),
            _("A contact needs an e-mail address or a telephone number."),
            "purchasing@example.com",
        ),
        Column("contact_phone", _("Telephone"), text(50, is_dialled), example="+41 61 000 00 00"),
    )


class ClientWriter:
    def __init__(self, actor: User, subject: None, reason: str) -> None:
        self.actor = actor
        self.made: set[int] = set()
        self.names = KnownNames()

    def faults(self, values: Values) -> dict[str, list[str]]:
        name, email, phone = (values.get(CONTACT[field]) for field in ("name", "email", "phone"))
        position = values.get("contact_position")
        if name == "" and (email or phone or position):
            return {"contact_name": [_t("Say who this is.")]}
        if name and email == "" and phone == "":
            return {"contact_email": [_t("A contact needs an e-mail address or a telephone number.")]}
        return {}

    def _known(self, values: Values) -> Client | None:
        """By name, however the capitals are typed. Raises BadInput where the code says another client."""
        rows = Client.objects.visible_to(self.actor)
        client = rows.filter(name__iexact=" ".join(values["name"].split())).first()
        code = values["code"].upper()
        other = rows.filter(code=code).first() if code else None
        if other is not None and other != client:
            raise BadInput({"code": [_t("This is the code of %(client)s.") % {"client": other}]})
        if client is not None and code and client.code != code:
            raise BadInput({"code": [_t("%(client)s has the code %(code)s.") % {"client": client, "code": client.code}]})
        return client

    def doubts(self, values: Values) -> list[str]:
        try:
            client = self._known(values)
        except BadInput:
            return []  # entering the row says it
        besides = client.pk if client else 0
        found = self._of_client(values, client)
        name, email = values["contact_name"], values["contact_email"]
        if name and (elsewhere := clients_at(email, besides=besides)):
            found.append(_t("People of %(names)s write from the same domain.") % {"names": named(elsewhere, reader=self.actor)})
        if name and client and not self._is_there(client, values) and (alike := contacts_alike(client, name=name, email=email)):
            people = ", ".join(f"{each.name} ({each.email or each.phone or '–'})" for each in alike)
            found.append(_t("There is %(names)s already.") % {"names": people})
        return found

    def _of_client(self, values: Values, client: Client | None) -> list[str]:
        if client is None:
            alike = self.names.alike(values["name"])
            return [_t("The new client looks like %(names)s.") % {"names": named(alike, reader=self.actor)}] if alike else []
        if client.pk in self.made:
            return []
        other = [name for name in FACTS if values[name] and values[name] != getattr(client, name)]
        headings = {column.name: str(column.heading) for column in columns()} if other else {}
        words = _t("The record says something else than the file (%(fields)s) and keeps it.")
        return [words % {"fields": ", ".join(headings[name] for name in other)}] if other else []

    def _is_there(self, client: Client, values: Values) -> bool:
        name, email = " ".join(values["contact_name"].split()), values["contact_email"].lower()
        return not name or client.contacts.filter(name__iexact=name, email__iexact=email).exists()

    def enter(self, values: Values) -> Entered:
        client = self._known(values)
        is_new = client is None
        if client is None:
            facts = {name: values[name] for name in ("name", "code", *FACTS) if values[name]}
            client = create_client(**facts, actor=self.actor)
            self.made.add(client.pk)
            self.names.add(client)
        label = str(client)
        if values["contact_name"] and not self._is_there(client, values):
            person = {field: values[column] for field, column in CONTACT.items()}
            label = f"{client}: {self._contact(client, person).name}"
            is_new = True
        return Entered(label, reverse("client-detail", args=[client.code]), is_written=is_new)

    def _contact(self, client: Client, person: dict[str, Any]) -> Any:
        try:
            return create_contact(client.pk, **person, actor=self.actor)
        except BadInput as bad:
            raise BadInput({CONTACT.get(name, name): words for name, words in bad.errors.items()}) from bad


def register() -> None:
    register_import(
        ImportKind(
            key="clients",
            of_clients=True,
            sheet=_("Clients"),
            columns=columns,
            writer=ClientWriter,
            permission="accounts.create_client",
            who=_("Clients are kept by business development, project managers and management."),
            back=lambda subject: reverse("client-list"),
        )
    )
