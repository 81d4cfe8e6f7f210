"""Clients and the people there whom we talk to."""

from __future__ import annotations

import re

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Client, Contact, User
from accounts.permissions import require_permission
from accounts.services.shared import check, refuse_if
from audit.acts import act
from audit.events import record
from audit.refusals import require_reason


@transaction.atomic
def create_client(*, name: str, actor: User, code: str = "", country: str = "", time_zone: str = "UTC", language: str = "en") -> Client:
    """Enter a client; without a code, one is made of the name. Raises BadInput for a name or code in use."""
    require_permission("accounts.create_client", actor)
    name = " ".join(name.split())
    refuse_if(Client.objects.filter(name__iexact=name).exists(), "name", _("There is a client with this name."))
    code = code.strip().upper()
    refuse_if(bool(code) and Client.objects.filter(code=code).exists(), "code", _("There is a client with this code."))
    client = Client(
        name=name, code=code or _free_code(name), country=country.strip().upper(), time_zone=time_zone or "UTC", language=language
    )
    check(client)
    client.save(force_insert=True)
    record("client.created", client, actor=actor, code=client.code)
    return client


@act
def choose_names(code: str, *, sees_names: bool, reason: str, actor: User) -> Client:
    """Whether this client reads our people's names or only what they do. The same choice again changes and records nothing."""
    client = Client.objects.visible_to(actor).select_for_update(of=("self",)).get(code=code)
    require_permission("accounts.edit_client", actor, client)
    if client.sees_names == sees_names:
        return client
    require_reason(reason)
    client.sees_names = sees_names
    client.save(update_fields=["sees_names"])
    kind = "client.names_shown" if sees_names else "client.names_hidden"
    record(kind, client, actor=actor, reason=reason.strip(), code=client.code)
    return client


def _free_code(name: str) -> str:
    """The first letters of the name, with a number where they are taken."""
    stem = (re.sub(r"[^A-Z0-9]", "", name.upper()) or "CLIENT").ljust(2, "X")[:6]
    taken = set(Client.objects.filter(code__startswith=stem).values_list("code", flat=True))
    return next(code for number in range(len(taken) + 1) if (code := f"{stem}{number or ''}") not in taken)


@transaction.atomic
def create_contact(client_id: int, *, name: str, actor: User, email: str = "", phone: str = "", position: str = "") -> Contact:
    """Enter a person at a client. The same name and e-mail again give the contact that is there."""
    client = Client.objects.visible_to(actor).select_for_update().get(pk=client_id)
    require_permission("accounts.create_contact", actor, client)
    contact = Contact(
        client=client, name=" ".join(name.split()), email=email.strip().lower(), phone=phone.strip(), position=position.strip()
    )
    check(contact)
    found = Contact.objects.filter(client=client, name=contact.name, email=contact.email).first()
    if found:
        return found
    contact.save(force_insert=True)
    record("contact.created", contact, actor=actor)
    return contact
