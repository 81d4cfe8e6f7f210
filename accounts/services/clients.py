"""Clients: entered, corrected, and what they read of our people."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.countries import require_country, zones
from accounts.duplicates import clients_alike, words_for_client, words_for_same
from accounts.models import Client, User
from accounts.permissions import require_permission
from accounts.services.shared import check, refuse_if
from audit.acts import act
from audit.events import record, record_once_a_day
from audit.refusals import BadInput, Blocker, Refused, require_reason
from audit.seen import require_unchanged, words_of

if TYPE_CHECKING:
    from django.db.models import QuerySet

NAME_READ = "client.name_read"
FACTS = ("name", "country", "time_zone", "language", "address")


@transaction.atomic
def create_client(
    *,
    name: str,
    actor: User,
    code: str = "",
    country: str = "",
    time_zone: str = "",
    language: str = "en",
    address: str = "",
    is_another: bool = True,
) -> Client:
    """Enter a client; without a code, one is made of the name; without a zone, it is the country's. Raises BadInput for what is in use.

    is_another: somebody has looked at the clients that are called alike; without it, one of them is bad input.
    """
    require_permission("accounts.create_client", actor)
    name = " ".join(name.split())
    _require_new_name(Client.objects.filter(Q(name__iexact=name) | Q(code__iexact=name)), actor)
    code = code.strip().upper()
    refuse_if(bool(code) and Client.objects.filter(code=code).exists(), "code", _("There is a client with this code."))
    client = Client(
        name=name,
        code=code or _free_code(name),
        country=country.strip().upper(),
        time_zone=time_zone or zones().get(country.strip().upper(), ["UTC"])[0],
        language=language,
        address=address.strip(),
    )
    require_country(client.country)
    check(client)
    _require_another(client, is_another, actor)
    client.save(force_insert=True)
    record("client.created", client, actor=actor, code=client.code)
    return client


def client_values(client: Client) -> dict[str, Any]:
    """What its form shows."""
    return {name: getattr(client, name) for name in FACTS}


@act
def change_client(code: str, *, changes: dict[str, Any], reason: str, actor: User, is_another: bool = False, version: str = "") -> Client:
    """Correct what is known of a client. Its country and own days count in its plans, which follow at night.

    A region belongs to its country: with another country there is none until one is chosen with the working days.
    Raises BadInput at the field, Refused when nothing differs. version: as shown (`audit.seen`).
    """
    client = locked_client(code, actor)
    require_permission("accounts.edit_client", actor, client)
    require_unchanged(version, now=client_values(client), wanted=changes, words=partial(words_of, client))
    require_reason(reason)
    before = client_values(client)
    for name, value in changes.items():
        setattr(client, name, value)
    client.name, client.country, client.address = " ".join(client.name.split()), client.country.strip().upper(), client.address.strip()
    client.subdivision = client.subdivision if client.country == before["country"] else ""
    if client.country != before["country"]:
        require_country(client.country)
    check(client)
    after = client_values(client)
    if after == before:
        raise Refused(Blocker("client.unchanged", _("Nothing differs from what the record holds.")))
    _require_new_name(Client.objects.filter(name__iexact=client.name).exclude(pk=client.pk), actor)
    _require_another(client, is_another or client.name == before["name"], actor)
    client.save(update_fields=[*FACTS, "subdivision"])
    record("client.changed", client, actor=actor, reason=reason.strip(), before=before, after=after, code=client.code)
    return client


def locked_client(code: str, actor: User) -> Client:
    return Client.objects.visible_to(actor).select_for_update(of=("self",)).get(code=code)


def _require_new_name(there: QuerySet[Client], actor: User) -> None:
    if (other := there.first()) is not None:
        raise BadInput({"name": [words_for_same(other, reader=actor)]})


def _require_another(client: Client, is_another: bool, actor: User) -> None:
    if not is_another and (alike := clients_alike(client.name, besides=client.pk or 0)):
        raise BadInput({"is_another": [words_for_client(alike, reader=actor)]})


@act
def choose_names(code: str, *, sees_names: bool, reason: str, actor: User) -> Client:
    """Whether this client reads our people's names or only what they do. The same choice again changes and records nothing."""
    client = locked_client(code, actor)
    require_permission("accounts.edit_client", actor, client)
    if client.sees_names == sees_names:
        return client
    require_reason(reason)
    client.sees_names = sees_names
    client.save(update_fields=["sees_names"])
    kind = "client.names_shown" if sees_names else "client.names_hidden"
    record(kind, client, actor=actor, reason=reason.strip(), code=client.code)
    return client


@act
def choose_confidentiality(code: str, *, asks_confidentiality: bool, reason: str, actor: User) -> Client:
    """Whether name and structures are kept to named people before an agreement is in force. The same choice again changes nothing."""
    client = locked_client(code, actor)
    require_permission("accounts.edit_client", actor, client)
    if client.asks_confidentiality == asks_confidentiality:
        return client
    require_reason(reason)
    client.asks_confidentiality = asks_confidentiality
    client.save(update_fields=["asks_confidentiality"])
    kind = "client.confidentiality_asked" if asks_confidentiality else "client.confidentiality_waived"
    record(kind, client, actor=actor, reason=reason.strip(), code=client.code)
    return client


def note_names_read(clients: QuerySet[Client], *, actor: User) -> None:
    """Once a day for each of these: whose duty it is to keep accounts read its name there, though it is kept from them."""
    if kept := list(clients.exclude(pk__in=Client.objects.visible_to(actor).values("pk"))):
        with transaction.atomic():
            record_once_a_day(NAME_READ, kept, actor=actor)


def _free_code(name: str) -> str:
    """The first letters of the name, with a number where they are taken."""
    stem = (re.sub(r"[^A-Z0-9]", "", name.upper()) or "CLIENT").ljust(2, "X")[:6]
    taken = set(Client.objects.filter(code__startswith=stem).values_list("code", flat=True))
    return next(code for number in range(len(taken) + 1) if (code := f"{stem}{number or ''}") not in taken)
