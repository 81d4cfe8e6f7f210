"""The kinds of events of documents. All are about the document; the version stands in the data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audit.events import CLIENT, EventKind, register
from audit.gathering import saves_itself
from audit.spoken import register_sentences
from documents.about import NAMED, ROUND

if TYPE_CHECKING:
    from audit.models import Event
    from documents.models import Document


def link_wording(event: Event) -> str:
    return reverse("document-template", args=[event.data["key"] or "house"])


def link(event: Event) -> str:
    return reverse("document-detail", args=[event.data["number"]])


def for_client(document: Document, data: dict[str, Any]) -> dict[str, Any] | None:
    """What a client hears of: only shared documents, and of them number, title, version."""
    if not document.is_shared:
        return None
    return {key: data[key] for key in ("number", "title", "version") if key in data}


def sent_to_client(document: Document, data: dict[str, Any]) -> dict[str, Any] | None:
    told = for_client(document, data)
    return told and {**told, "message": data["message"]}


def for_client_always(document: Document, data: dict[str, Any]) -> dict[str, Any] | None:
    """Taking a document back is told as well, when it is no longer shared."""
    return {key: data[key] for key in ("number", "title", "version") if key in data}


KINDS = (
    EventKind("document.requested", _("%(number)s %(title)s: version %(version)s requested"), link),
    EventKind("document.uploaded", _("%(number)s %(title)s: version %(version)s uploaded (%(file)s)"), link),
    EventKind("document.rendered", _("%(number)s: PDF of version %(version)s made (%(pages)s pages)"), link),
    EventKind("document.failed", _("%(number)s: the PDF of version %(version)s could not be made"), link),
    EventKind("document.retried", _("%(number)s: making the PDF of version %(version)s was tried again"), link),
    EventKind("document.narrative_saved", _("%(number)s: “%(section)s” of version %(version)s written"), link),
    EventKind("document.submitted", _("%(number)s: version %(version)s submitted for review"), link),
    EventKind("document.signed", _("%(number)s: version %(version)s signed (%(slot)s)"), link),
    EventKind("document.offered", _("%(number)s: version %(version)s waits for the signature of %(client)s"), link),
    EventKind("document.refused", _("%(number)s: version %(version)s refused: %(reason)s"), link),
    EventKind("document.effective", _("%(number)s %(title)s: version %(version)s is effective"), link, CLIENT, for_client),
    EventKind("document.superseded", _("%(number)s: version %(version)s superseded"), link),
    EventKind("document.withdrawn", _("%(number)s %(title)s: taken out, begun by mistake"), link),
    EventKind("document.out_of_date", _("%(number)s %(title)s: the records behind version %(version)s have changed"), link),
    EventKind("document.up_to_date", _("%(number)s %(title)s: version %(version)s says what the records say again"), link),
    EventKind("document.shared", _("%(number)s %(title)s shared with the client"), link, CLIENT, for_client),
    EventKind("document.sent", _("%(number)s %(title)s: version %(version)s was sent"), link, CLIENT, sent_to_client),
    EventKind("wording.changed", _("The template of %(title)s was changed to version %(number)s."), link_wording),
    EventKind("document.unshared", _("%(number)s %(title)s no longer shared with the client"), link, CLIENT, for_client_always),
)


SENTENCES = (
    _("%(number)s version %(version)d: the PDF could not be made"),
    _("%(number)s version %(version)d: sign (%(meaning)s)"),
    _("%(number)s version %(version)d was refused: change it and submit it again"),
    _("%(meaning)s · %(role)s"),  # a signature's place; a title with what its document is about
    *NAMED.values(),
    ROUND,
)


def register_all() -> None:
    saves_itself("document.narrative_saved")
    register(*KINDS)
    register_sentences(*SENTENCES)
