"""The list of documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

import django_tables2 as tables
from django.db.models import OuterRef, Subquery
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from documents.forms import DocumentFilter
from documents.models import Document, DocumentQuerySet, DocumentVersion
from projects.listed import ListedPage, register_list
from projects.models import Project, Rfp, Visibility

if TYPE_CHECKING:
    from accounts.models import User


def listed_documents(user: User) -> DocumentQuerySet:
    """Each with number and state of the newest version that this person may see."""
    newest = DocumentVersion.objects.visible_to(user).filter(document=OuterRef("pk")).order_by("-number")
    seen = Document.objects.visible_to(user).select_related("project", "rfp", "client")
    return seen.annotate(newest_number=Subquery(newest.values("number")[:1]), newest_state=Subquery(newest.values("state")[:1]))


def state_label(key: str, words: str) -> SafeString:
    return render_to_string("_state.html", {"state": key, "words": words})


class DocumentTable(tables.Table):
    number = tables.Column(linkify=True, attrs={"td": {"class": "cell-code"}})
    title = tables.Column(verbose_name=_("Document"))
    about = tables.Column(verbose_name=_("About"), accessor="subject", orderable=False)
    client = tables.Column(verbose_name=_("Client"), accessor="client__name")
    newest_number = tables.Column(verbose_name=_("Version"), attrs={"th": {"class": "number"}, "td": {"class": "number"}})
    newest_state = tables.Column(verbose_name=_("State"))
    visibility = tables.Column(verbose_name=_("Visibility"))
    updated_at = tables.Column(verbose_name=_("Changed"))

    label = _("Documents")

    class Meta:
        model = Document
        fields = ("number", "title", "about", "client", "newest_number", "newest_state", "visibility", "updated_at")
        order_by = "-updated_at"
        empty_text = _("No document matches. Documents are made on the page of their project or RFP.")

    def render_about(self, value: Project | Rfp) -> SafeString:
        name, code = (value.title, value.code) if isinstance(value, Project) else (value.compound_name, value.number)
        return format_html('{} <span class="soft nowrap">{}</span>', name, code)

    def render_newest_state(self, value: str, record: Document) -> SafeString:
        if record.withdrawn_at is not None:
            return state_label("withdrawn", str(_("Taken out")))
        state = state_label(value, str(DocumentVersion.State(value).label))
        if record.out_of_date_since is None:
            return state
        return format_html("{} {}", state, state_label("changed", str(_("Out of date"))))

    def render_visibility(self, value: str, record: Document) -> SafeString:
        return state_label(record.visibility, str(Visibility(record.visibility).label))

    def render_updated_at(self, record: Document) -> SafeString:
        return render_to_string("documents/_moment.html", {"at": record.updated_at})


def register_lists() -> None:
    register_list(ListedPage("documents", ("document-list",), DocumentFilter, DocumentTable, listed_documents))
