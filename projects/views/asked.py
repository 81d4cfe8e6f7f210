"""What is said to whoever has just asked others: that they are asked, or that nobody of them may see the project."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib import messages
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _t

from accounts.permissions import allowed
from projects.kept import shut_out
from projects.services.releasing import given_on, open_release_roles

if TYPE_CHECKING:
    from collections.abc import Sequence, Set

    from accounts.models import User
    from accounts.requests import SignedInRequest
    from audit.models import Signature
    from projects.models import ChangeOrder, Project, Quotation, Rfp

    Offer = Quotation | ChangeOrder


@dataclass(frozen=True)
class Unmanned:
    """For `_unmanned.html`: in which roles nobody else may see a kept request, and where one names somebody, or reads who sees it."""

    words: str
    link: str
    link_words: str


def said_of(roles: Sequence[str], rfp: Rfp, *, reader: User) -> Unmanned | None:
    """roles: in words. Only who may name somebody is asked to; others are told who may."""
    if not roles:
        return None
    words = _t("Nobody else of %(roles)s may see it before the confidentiality agreement is in force.") % {"roles": ", ".join(roles)}
    link = reverse("rfp-confidentiality", args=[rfp.number]) + "#name-title"
    if allowed("projects.name_reader", reader, rfp):
        return Unmanned(words, link, _t("Name somebody"))
    who = _t("Business development, a project manager or management names who is to be asked.")
    return Unmanned(f"{words} {who}", link, _t("Who sees it"))


def say_asked(
    request: SignedInRequest, project: Project, roles: Set[str], *, asked: str, done: str, apart_from: Set[int] = frozenset()
) -> None:
    """asked: said where each of the roles has somebody who may see the project, these people apart; done: else, before who may not."""
    said = said_of(shut_out(project.rfp, roles, apart_from=apart_from), project.rfp, reader=request.user)
    if said is None:
        messages.success(request, asked)
        return
    messages.warning(request, format_html('{} {} <a href="{}">{}</a>', done, said.words, said.link, said.link_words))


def say_release_asked(request: SignedInRequest, offer: Offer) -> None:
    """After a release signature that was not the last."""
    given = given_on(offer)
    asked, done = _t("Signed; the other role has been asked."), _t("Signed.")
    say_asked(request, offer.project, open_release_roles(offer, given), asked=asked, done=done, apart_from=_signers(given))


def release_unmanned(offer: Offer, given: Sequence[Signature], *, reader: User) -> Unmanned | None:
    """Of the roles whose release signature a kept draft lacks those in which nobody can give it."""
    names = shut_out(offer.project.rfp, open_release_roles(offer, list(given)), apart_from=_signers(given))
    return said_of(names, offer.project.rfp, reader=reader)


def _signers(given: Sequence[Signature]) -> set[int]:
    return {person for signature in given for person in signature.people}
