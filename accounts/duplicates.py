"""Whether a client or a contact that is being entered is there already under a slightly other name. Reads only; people decide."""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext as _t

from accounts.models import Client, Contact, User
from accounts.sight import keepers_of

if TYPE_CHECKING:
    from collections.abc import Iterable

# What an organisation is by law says nothing about which one it is; an address at a public provider neither.
LEGAL_FORMS = frozenset(
    {"ab", "ag", "as", "bv", "co", "company", "corp", "corporation", "gmbh", "inc", "incorporated", "kg", "kk", "limited"}
)
LEGAL_FORMS |= {"llc", "llp", "ltd", "nv", "oy", "plc", "pte", "pty", "sa", "sarl", "sas", "se", "spa", "srl"}
PUBLIC_PROVIDERS = frozenset({"126.com", "163.com", "gmail.com", "gmx.net", "googlemail.com", "hotmail.com", "icloud.com", "outlook.com"})
PUBLIC_PROVIDERS |= {"proton.me", "protonmail.com", "qq.com", "yahoo.com"}
CLOSE = 0.8  # a letter wrong or missing in a word of five; a short word must be the same


def words_of(name: str) -> frozenset[str]:
    """What tells the name apart: its words without accents, capitals, points and the legal form."""
    plain = "".join(
        letter for letter in unicodedata.normalize("NFKD", name.casefold().replace(".", "")) if not unicodedata.combining(letter)
    )
    found = frozenset(re.findall(r"\w+", plain))
    return found - LEGAL_FORMS or found


def domain_of(email: str) -> str:
    """Of the organisation; nothing for an address at a public provider."""
    domain = email.strip().casefold().rpartition("@")[2]
    return "" if domain in PUBLIC_PROVIDERS else domain


def clients_alike(name: str, *, besides: int = 0) -> list[Client]:
    """Clients one of whose names holds all words of the other, or differs by a slip of the fingers in one word."""
    return KnownNames().alike(name, besides=besides)


class KnownNames:
    """The names of all clients, read once for many questions; who enters a client meanwhile adds it."""

    def __init__(self) -> None:
        self._known = [(other, words_of(other.name)) for other in Client.objects.only("code", "name")]

    def add(self, client: Client) -> None:
        self._known.append((client, words_of(client.name)))

    def alike(self, name: str, *, besides: int = 0) -> list[Client]:
        wanted = words_of(name)
        others = [(other, words) for other, words in self._known if other.pk != besides]
        return [other for other, words in others if wanted and words and (wanted <= words or words <= wanted or _mistyped(wanted, words))]


def _mistyped(one: frozenset[str], other: frozenset[str]) -> bool:
    if len(one) != len(other) or len(one - other) != 1:
        return False
    (ours,), (theirs,) = one - other, other - one
    match = SequenceMatcher(None, ours, theirs)
    return match.real_quick_ratio() >= CLOSE and match.quick_ratio() >= CLOSE and match.ratio() >= CLOSE


def clients_at(email: str, *, besides: int = 0) -> list[Client]:
    """Other clients whose contacts or people write from the same domain."""
    domain = domain_of(email)
    if not domain:
        return []
    there = f"@{domain}"
    found = Q(contacts__in=Contact.objects.filter(email__iendswith=there)) | Q(
        users__in=User.objects.filter(kind=User.Kind.CLIENT, email__iendswith=there)
    )
    return list(Client.objects.filter(found).exclude(pk=besides).distinct())


def contacts_alike(client: Client, *, name: str, email: str, besides: int = 0) -> list[Contact]:
    """The client's contacts of the same name, or with the same e-mail."""
    same = Q(name__iexact=" ".join(name.split()))
    if email.strip():
        same |= Q(email__iexact=email.strip())
    return list(Contact.objects.filter(same, client=client).exclude(pk=besides))


def named(found: Iterable[Client], *, reader: User) -> str:
    """By name as far as the reader may know of them; of the others only that they are there, and whom of ours to ask."""
    clients = list(found)
    seen = set(Client.objects.visible_to(reader).filter(pk__in=[client.pk for client in clients]).values_list("pk", flat=True))
    names = [f"{client.name} ({client.code})" for client in clients if client.pk in seen]
    kept = [client.pk for client in clients if client.pk not in seen]
    return ", ".join([*names, _kept(kept, reader)] if kept else names)


def _kept(client_ids: list[int], reader: User) -> str:
    people = ", ".join(keepers_of(client_ids)) if reader.is_internal else ""
    return _t("a client that is kept to named people (ask %(people)s)") % {"people": people} if people else _t("another client")


def words_for_client(found: Iterable[Client], *, reader: User) -> str:
    return _t("It looks like %(names)s. If it is another organisation, say so and save again.") % {"names": named(found, reader=reader)}


def words_for_same(there: Client, *, reader: User) -> str:
    """Why a client cannot be entered: it is there. Whoever may not know of it is told whom to ask."""
    if not reader.is_internal or Client.objects.visible_to(reader).filter(pk=there.pk).exists():
        return _t("There is a client with this name.")
    words = _t("This client is there already and is kept to named people. Ask %(people)s: they log the request, or name you for it.")
    return words % {"people": ", ".join(keepers_of([there.pk])) or "–"}
