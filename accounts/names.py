"""Who of ours a client is shown: by name, or only by what they do, as agreed with the client. Every word that a client reads asks here.

What is signed keeps the printed name of its signer: a signature without one is none (21 CFR 11.50).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.conf import settings

from accounts.models import CLIENT_ROLES, Role

if TYPE_CHECKING:
    from accounts.models import Client, User
    from audit.models import Event

OUTSIDE = frozenset({*CLIENT_ROLES, Role.INTEGRATION})


def name_for_client(client: Client, name: str) -> str:
    """The name of one of ours, or nothing where this client is told functions only."""
    return name if client.sees_names else ""


def shown_to_client(client: Client, *, name: str, function: str) -> str:
    """`Name, function`, or the function alone; what is called alike is said once."""
    shown = {part.casefold(): part for part in (function, name_for_client(client, name)) if part}
    return ", ".join(reversed(shown.values()))


def actor_for_client(event: Event, client: Client) -> str:
    """Who did what an event tells. The client's own people are named; nothing for what nobody did."""
    if OUTSIDE.intersection(event.actor_roles):
        return event.actor_name
    return shown_to_client(client, name=event.actor_name, function=function_of(event.actor_roles))


def function_of(roles: Collection[str]) -> str:
    """What somebody does, by the first of the roles."""
    return next((str(role.label) for role in Role if role in roles), "")


def person_for(reader: User, person: User) -> str:
    """Somebody's name as this reader is shown it: one of ours to a client's person who sees no names is our organisation."""
    if person.is_internal and reader.client is not None and not reader.client.sees_names:
        return str(settings.ORGANISATION_NAME)
    return person.full_name
