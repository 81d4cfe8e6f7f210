"""What remains to be done when a request is declined, an offer lost or a project cancelled: none of it happens by itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _t
from django.utils.translation import override

from projects.models import Agreement
from projects.models.states import CLOSED_STATUSES

if TYPE_CHECKING:
    from datetime import date

    from accounts.models import Contact, User
    from projects.models import Project, Quotation, QuotationOutcome, Rfp
    from projects.models.commercial import AgreementQuerySet


@dataclass(frozen=True)
class Remaining:
    """One thing, with the place where it is done."""

    words: str
    link: str = ""
    link_words: str = ""
    done: bool = False


def after_declining(rfp: Rfp, *, is_kept: bool) -> list[Remaining]:
    """Of a request that was declined before it was submitted: it has no project, and so no agreement of its own. At most one query."""
    kept = _t("Request, files and messages stay in the record.")
    named = _t("No confidentiality agreement is in force: the record stays open to the people named for it alone, and every look is noted.")
    again = _t("A declined request is not opened again. If the client comes back, log a new one: this one is shown there as similar.")
    return [
        Remaining(_t("The reason is recorded. It is ours alone: the client does not read it."), done=True),
        _tell(rfp.contact, _t("Nothing is sent to the client by itself. Write to %(name)s; the letter below is in the client's language.")),
        Remaining(again, reverse("rfp-new"), _t("Log a request")),
        Remaining(f"{kept} {named}", reverse("rfp-confidentiality", args=[rfp.number]), _t("Who sees it"))
        if is_kept
        else Remaining(kept, done=True),
        *_binding(Agreement.objects.of_whole_client().filter(client=rfp.client_id), timezone.localdate()),
    ]


def after_losing(quotation: Quotation, outcome: QuotationOutcome | None, contact: Contact) -> list[Remaining]:
    """Of an offer that the client declined, or that expired and is recorded as lost."""
    project = quotation.project
    why = _t("What decided it is recorded.") if outcome else _t("Record what decided it, and where our price stood.")
    told = (
        _t("Nobody tells the client that the offer has expired. Write to %(name)s.")
        if quotation.is_expired
        else _t("The client declined in the portal. Nothing is sent to the client. To reply, write to %(name)s.")
    )
    return [Remaining(why, "#outcome", _t("Go there"), done=outcome is not None), _tell(contact, told), *_next_of(project), *_kept(project)]


def _next_of(project: Project) -> list[Remaining]:
    if project.status in CLOSED_STATUSES:
        words = _t("The project is %(status)s.") % {"status": project.get_status_display().lower()}
        return [Remaining(words, reverse("project-status", args=[project.code]), _t("What was moved"), done=True)]
    ended = _t("If it ends here, cancel the project as lost; until then it counts as running.")
    return [
        Remaining(_t("If you offer once more, draft the next revision."), reverse("quotation-new", args=[project.code]), _t("Draft it")),
        Remaining(ended, reverse("project-status", args=[project.code]), _t("Cancel the project")),
    ]


def after_cancelling(project: Project, contact: Contact, *, is_declined: bool) -> list[Remaining]:
    """is_declined: by us, which takes a letter."""
    letter = _t("No letter goes out by itself. Write to %(name)s; the one below is in the client's language.")
    again = _t("A cancelled project is not opened again. If the client comes back, log a new request: this one is shown there as similar.")
    return [
        Remaining(_t("The reason is recorded with the move."), done=True),
        _tell(contact, letter if is_declined else _t("The client is sent nothing by itself. Write to %(name)s.")),
        Remaining(again, reverse("rfp-new"), _t("Log a request")),
        *_kept(project),
    ]


def _tell(contact: Contact, words: str) -> Remaining:
    link = f"mailto:{contact.email}" if contact.email else ""
    return Remaining(words % {"name": contact.name}, link, contact.email)


def _kept(project: Project) -> Iterable[Remaining]:
    """What goes on: agreements do not end with the project, and nothing of the record does. One query."""
    yield from _binding(Agreement.objects.covering(project), project.today)
    documents = reverse("project-documents", args=[project.code])
    yield Remaining(_t("Documents, sheets and messages stay in the record."), documents, _t("Documents"), done=True)


def _binding(agreements: AgreementQuerySet, today: date) -> Iterable[Remaining]:
    """Those of these that both sides have signed and that have not run out."""
    lasting = Q(expires_on=None) | Q(expires_on__gte=today)
    rows = Agreement.objects.signed().filter(lasting, pk__in=agreements.values("pk")).select_related("project")
    for agreement in rows.order_by("expires_on", "pk"):
        until = _t("until %(day)s") % {"day": date_format(agreement.expires_on)} if agreement.expires_on else _t("without an end")
        words = _t("%(agreement)s remains binding on both sides (%(until)s). Withdraw it only if both sides have ended it.")
        yield Remaining(words % {"agreement": agreement.name, "until": until}, agreement.get_absolute_url(), agreement.number)


def letter_of_refusal(rfp: Rfp, writer: User) -> str:
    """As text for a mail of the writer, in the client's language. Our reason is no part of it."""
    with override(rfp.client.language):
        opening = _t("Dear %(name)s,") % {"name": rfp.contact.name}
        thanks = _t("thank you for your request about %(compound)s (our number %(number)s).")
        refusal = _t("We have looked at it carefully and are sorry that we cannot make you an offer.")
        kept = _t("What you sent us stays confidential. We would be glad to hear from you again.")
        body = thanks % {"compound": rfp.compound_name, "number": rfp.number}
        return "\n\n".join([opening, f"{body} {refusal}", kept, f"{_t('With kind regards')}\n{writer.full_name}"])
