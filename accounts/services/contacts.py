"""The people at a client whom we talk to: entered, corrected, gone, back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.duplicates import clients_at, contacts_alike, named
from accounts.models import Client, Contact, User
from accounts.permissions import require_permission
from accounts.services.clients import locked_client
from accounts.services.shared import check, refuse_if
from accounts.telephones import undiallable
from audit.acts import act
from audit.events import record
from audit.refusals import BadInput, Blocker, Refused, require_reason
from audit.seen import require_unchanged, words_of

FACTS = ("name", "email", "phone", "position")


@transaction.atomic
def create_contact(
    client_id: int,
    *,
    name: str,
    actor: User,
    email: str = "",
    phone: str = "",
    position: str = "",
    is_another: bool = True,
    reachable: bool = True,
) -> Contact:
    """Enter a person at a client. Raises BadInput at the field.

    is_another: somebody has looked at the contacts and clients that look alike; without it, one of them is bad input.
    reachable: an e-mail address or a telephone number is needed; a client's system may give only a name.
    """
    client = Client.objects.visible_to(actor).select_for_update().get(pk=client_id)
    require_permission("accounts.create_contact", actor, client)
    contact = Contact(client=client)
    _take(contact, {"name": name, "email": email, "phone": phone, "position": position})
    _check(contact, reachable=reachable)
    _require_no_twin(contact)
    _require_another(contact, is_another, actor)
    contact.save(force_insert=True)
    record("contact.created", contact, actor=actor)
    return contact


def contact_values(contact: Contact) -> dict[str, str]:
    """What its form shows."""
    return {name: getattr(contact, name) for name in FACTS}


@transaction.atomic
def change_contact(
    code: str, contact_id: int, *, changes: dict[str, Any], actor: User, is_another: bool = False, version: str = ""
) -> Contact:
    """Correct a contact. Raises BadInput at the field, Refused when nothing differs. version: as shown (`audit.seen`)."""
    contact = _locked(code, contact_id, actor)
    require_unchanged(version, now=contact_values(contact), wanted=changes, words=partial(words_of, contact))
    before = contact_values(contact)
    _take(contact, changes)
    after = contact_values(contact)
    _check(contact, {name for name in FACTS if after[name] != before[name]})
    if after == before:
        raise Refused(Blocker("contact.unchanged", _("Nothing differs from what the record holds.")))
    _require_no_twin(contact)
    same = (contact.name, contact.email) == (before["name"], before["email"])
    _require_another(contact, is_another or same, actor)
    contact.save(update_fields=[*FACTS])
    record("contact.changed", contact, actor=actor, before=before, after=after, code=code)
    return contact


@act
def contact_left(code: str, contact_id: int, *, on: date, reason: str, actor: User) -> Contact:
    """They work there no more: nobody is asked to write to them, and what they asked for stays theirs."""
    contact = _locked(code, contact_id, actor)
    require_reason(reason)
    if contact.left_on is not None:
        raise Refused(Blocker("contact.left", _("This contact has left already.")))
    refuse_if(on > timezone.localdate(), "on", _("An actual date cannot be in the future."))
    contact.left_on, contact.left_reason = on, reason.strip()
    contact.save(update_fields=["left_on", "left_reason"])
    record("contact.left", contact, actor=actor, reason=reason.strip(), on=on, code=code)
    return contact


@act
def contact_returned(code: str, contact_id: int, *, reason: str, actor: User) -> Contact:
    contact = _locked(code, contact_id, actor)
    require_reason(reason)
    if contact.left_on is None:
        raise Refused(Blocker("contact.there", _("This contact has not left.")))
    contact.left_on, contact.left_reason = None, ""
    contact.save(update_fields=["left_on", "left_reason"])
    record("contact.returned", contact, actor=actor, reason=reason.strip(), code=code)
    return contact


def _locked(code: str, contact_id: int, actor: User) -> Contact:
    """The client first: two who add and change the same person wait for one another."""
    client = locked_client(code, actor)
    contact = Contact.objects.visible_to(actor).select_for_update(of=("self",)).get(client=client, pk=contact_id)
    require_permission("accounts.edit_client", actor, client)
    contact.client = client
    return contact


def _take(contact: Contact, values: dict[str, Any]) -> None:
    """In the one spelling in which they are compared."""
    for name, value in values.items():
        setattr(contact, name, value.strip())
    contact.name, contact.email = " ".join(contact.name.split()), contact.email.lower()


def _check(contact: Contact, changed: Collection[str] = FACTS, *, reachable: bool = True) -> None:
    """All that is wrong with single fields; how to reach somebody is judged where it changed. Raises BadInput."""
    found: dict[str, list[str]] = {}
    if "phone" in changed and (words := undiallable(contact.phone)):
        found["phone"] = words
    if reachable and {"email", "phone"} & set(changed) and not (contact.email or contact.phone):
        found["email"] = [_t("A contact needs an e-mail address or a telephone number.")]
    try:
        check(contact)
    except BadInput as bad:
        found = bad.errors | found
    if found:
        raise BadInput(found)


def _require_no_twin(contact: Contact) -> None:
    twins = Contact.objects.filter(client=contact.client, name=contact.name, email=contact.email).exclude(pk=contact.pk)
    refuse_if(twins.exists(), "name", _("There is a contact with this name and e-mail."))


def _require_another(contact: Contact, is_another: bool, actor: User) -> None:
    if is_another:
        return
    alike = contacts_alike(contact.client, name=contact.name, email=contact.email, besides=contact.pk or 0)
    elsewhere = clients_at(contact.email, besides=contact.client_id)
    found = [f"{each.name} ({each.email or each.phone or '–'})" for each in alike]
    words = _t("There is %(names)s already. If this is another person, say so and save again.") % {"names": ", ".join(found)}
    refuse_if(bool(found), "is_another", words)
    words = _t("People of %(names)s write from the same domain. If this person belongs here, say so and save again.")
    if elsewhere:
        raise BadInput({"is_another": [words % {"names": named(elsewhere, reader=actor)}]})
