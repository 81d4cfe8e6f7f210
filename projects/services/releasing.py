"""The internal release of what goes to a client: business development and management sign it, two people, in person or by deputies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _t

from accounts.capacities import Capacity, capacity
from accounts.models import Role
from audit.events import record
from audit.refusals import Blocker
from audit.signatures import content_hash, sign, signatures_of
from projects.permissions import RELEASERS
from projects.services.waiting import close_waits, open_wait

FIRST_RELEASER = Role.BUSINESS_DEVELOPMENT  # its signature asks the other role

if TYPE_CHECKING:
    from accounts.models import User
    from accounts.signing import Authentication
    from audit.models import Signature
    from projects.models import ChangeOrder, Quotation

    Offer = Quotation | ChangeOrder


def given_on(offer: Offer) -> list[Signature]:
    """The signatures on the content as it stands; a page reads them once, and hands them to the questions below as `given`."""
    return list(signatures_of(offer).filter(content_hash=content_hash(offer)).select_related("signer", "on_behalf_of"))


def open_release_roles(offer: Offer, given: list[Signature] | None = None) -> frozenset[str]:
    """Roles whose release signature on the content as it stands is missing."""
    return _open_roles(given_on(offer) if given is None else given)


def _open_roles(given: list[Signature]) -> frozenset[str]:
    meanings = {signature.meaning for signature in given}
    return frozenset(role for role in RELEASERS if f"release_{role}" not in meanings)


def releasing_as(offer: Offer, actor: User, given: list[Signature] | None = None) -> Capacity | None:
    """In which role, and for whom, this person would release it now."""
    return _capacity(given_on(offer) if given is None else given, actor)


def _capacity(given: list[Signature], actor: User) -> Capacity | None:
    people = {person for signature in given for person in signature.people}
    return capacity(actor, *sorted(_open_roles(given)), apart_from=people)


def signer_blockers(offer: Offer, actor: User, key: str, given: list[Signature] | None = None) -> list[Blocker]:
    """Why this person cannot add a release signature. Both roles sign, each person once, also through another, so nobody releases alone."""
    given = given_on(offer) if given is None else given
    acts_as = _capacity(given, actor)
    for signature in given:
        if actor.pk in signature.people:
            return [Blocker(f"{key}.signed", _t("You have released it; the other role must too."))]
        if acts_as is not None and acts_as.people & signature.people:
            name = acts_as.giver.full_name if acts_as.giver else ""
            words = _t("%(name)s has released it; nobody releases in two roles, also not through another person.")
            return [Blocker(f"{key}.signed", words % {"name": name})]
    if acts_as is None:
        still_open = _open_roles(given)
        needed = ", ".join(str(Role(role).label) for role in RELEASERS if role in still_open)
        return [Blocker(f"{key}.role", _t("Release is still open for: %(roles)s.") % {"roles": needed})]
    return []


def sign_release(offer: Offer, acts_as: Capacity, *, kind: str, authentication: Authentication, expected_hash: str) -> bool:
    """Write one release signature on a locked offer and ask the other role; whether it was the last. The caller checked the blockers."""
    actor, giver, role = acts_as.actor, acts_as.giver, acts_as.role
    sign(offer, actor=actor, on_behalf_of=giver, meaning=f"release_{role}", authentication=authentication, expected_hash=expected_hash)
    record(f"{kind}.release_signed", offer, actor=actor, on_behalf_of=giver, label=offer.label, role=Role(role).label)
    close_waits(f"{kind}.release:{offer.pk}:{role}")
    still_open = open_release_roles(offer)
    for other in still_open:
        ask_release(offer, other, kind=kind)
    return not still_open


def ask_release(offer: Offer, role: str, *, kind: str) -> None:
    open_wait(
        f"{kind}.release:{offer.pk}:{role}",
        project=offer.project,
        role=role,
        words=_t("%(code)s: release %(label)s") % {"code": offer.project.code, "label": offer.label},
        link=offer.get_absolute_url(),
    )
