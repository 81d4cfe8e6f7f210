"""What is said to whoever has just asked others: that they are asked, or that nobody of them may see the project."""

from __future__ import annotations

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

    from accounts.requests import SignedInRequest
    from audit.models import Signature
    from projects.models import ChangeOrder, Project, Quotation

    Offer = Quotation | ChangeOrder


def say_asked(
    request: SignedInRequest, project: Project, roles: Set[str], *, asked: str, done: str, apart_from: Set[int] = frozenset()
) -> None:
    """asked: said where each of the roles has somebody who may see the project, these people apart; done: else, before who may not."""
    if not (names := shut_out(project.rfp, roles, apart_from=apart_from)):
        messages.success(request, asked)
        return
    if allowed("projects.name_reader", request.user, project.rfp):
        words = _t("Nobody else of %(roles)s may see it before the confidentiality agreement is in force; name who is to be asked.")
        link_words = _t("Name somebody")
    else:
        words = _t(
            "Nobody else of %(roles)s may see it before the confidentiality agreement is in force; business development, a project manager "
            "or management names who is to be asked."
        )
        link_words = _t("Who sees it")
    link = reverse("rfp-confidentiality", args=[project.rfp.number]) + "#name-title"
    said = words % {"roles": ", ".join(names)}
    messages.warning(request, format_html('{} {} <a href="{}">{}</a>', done, said, link, link_words))


def say_release_asked(request: SignedInRequest, offer: Offer) -> None:
    """After a release signature that was not the last."""
    given = given_on(offer)
    asked, done = _t("Signed; the other role has been asked."), _t("Signed.")
    say_asked(request, offer.project, open_release_roles(offer, given), asked=asked, done=done, apart_from=_signers(given))


def release_unmanned(offer: Offer, given: Sequence[Signature]) -> list[str]:
    """Of the roles whose release signature a kept draft lacks those in which nobody can give it."""
    return shut_out(offer.project.rfp, open_release_roles(offer, list(given)), apart_from=_signers(given))


def _signers(given: Sequence[Signature]) -> set[int]:
    return {person for signature in given for person in signature.people}
