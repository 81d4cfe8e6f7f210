"""The pages of the document types: what each is, who signs it, where it is used, and the texts that this installation gives it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods
from django_prose_editor.fields import ProseEditorFormField

from accounts.decorators import internal_required
from accounts.permissions import allowed, require_permission
from accounts.requests import SignedInRequest
from audit.files import PDF
from audit.refusals import Blocker, Refused, carried_out
from documents import narrative
from documents.models import Document, DocumentVersion
from documents.registry import DocumentType, document_types, known
from documents.services import change_wording
from documents.tasks import draw_preview
from documents.wording import HOUSE, HOUSE_TEXTS, TYPE_TEXTS, DocumentWording, newest_of, pinned_texts, sections_of
from projects.plans import planned_deliverables

HOUSE_KEY = "house"  # how the address names what every document carries
REVISIONS = 20


class WordingForm(forms.Form):
    revision = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(label=_("Reason"), max_length=1000)

    def __init__(self, *args: Any, declared: DocumentType | None, row: DocumentWording | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        content = row.content if row else {}
        self.fields["revision"].initial = row.revision if row else 0
        self.declared = declared
        self._add_texts(content) if declared else self._add_house(content)
        self.order_fields([name for name in self.fields if name != "reason"] + ["reason"])

    def _add_house(self, content: dict[str, Any]) -> None:
        self.fields["address"] = forms.CharField(
            label=_("Address on the cover"), required=False, initial=content.get("address", ""), widget=forms.Textarea(attrs={"rows": 3})
        )
        self.fields["footer"] = forms.CharField(
            label=_("Line at the foot of each page"), required=False, initial=content.get("footer", ""), max_length=120
        )

    def _add_texts(self, content: dict[str, Any]) -> None:
        labels = {"introduction": _("Text before the first section"), "closing": _("Text after the last section")}
        for name, label in labels.items():
            self.fields[name] = ProseEditorFormField(
                label=label, required=False, initial=content.get(name, ""), extensions=narrative.EDITOR_EXTENSIONS
            )
        for section in self.declared.narrative if self.declared else ():
            self.fields[f"guidance_{section.key}"] = forms.CharField(
                label=_t("Guidance for “%(title)s”") % {"title": section.title},
                help_text=section.help,
                required=False,
                initial=content.get("guidance", {}).get(section.key, ""),
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    @property
    def texts(self) -> dict[str, Any]:
        data = self.cleaned_data
        if self.declared is None:
            return {name: data[name] for name in HOUSE_TEXTS}
        guidance = {section.key: data[f"guidance_{section.key}"] for section in self.declared.narrative}
        return {name: data[name] for name in TYPE_TEXTS} | {"guidance": guidance}


def _blockers(request: SignedInRequest, declared: DocumentType | None) -> list[Blocker]:
    if declared is not None and not declared.is_generated:
        return [Blocker("wording.uploaded", _t("It is made elsewhere and uploaded: it has no template here."))]
    if allowed("documents.change_wording", request.user):
        return []
    return [Blocker("permission", _t("Administrators and quality assurance change the texts of documents."))]


@internal_required
@require_GET
def templates_page(request: SignedInRequest) -> HttpResponse:
    require_permission("accounts.read_administration", request.user)
    rows = newest_of(HOUSE, *(declared.key for declared in document_types()))
    made = dict(Document.objects.order_by().values_list("type_key").annotate(count=Count("pk")))
    house = rows.get(HOUSE)
    types = [
        (declared, f"{declared.template_version}{_revision_of(rows.get(declared.key))}", made.get(declared.key, 0))
        for declared in sorted(document_types(), key=lambda declared: str(declared.title))
    ]
    return render(request, "documents/template_list.html", {"types": types, "house": house, "house_key": HOUSE_KEY})


def _revision_of(row: DocumentWording | None) -> str:
    return f".{row.revision}" if row else ""


@internal_required
@require_http_methods(["GET", "POST"])
def template_page(request: SignedInRequest, key: str) -> HttpResponse:
    """One type, or the house: its facts, its texts, the form that changes them, its revisions."""
    require_permission("accounts.read_administration", request.user)
    declared, stored = _declared(key), HOUSE if key == HOUSE_KEY else key
    row = newest_of(stored).get(stored)
    form = WordingForm(request.POST or None, declared=declared, row=row)

    def change() -> None:
        data = form.cleaned_data
        change_wording(stored, texts=form.texts, reason=data["reason"], revision=data["revision"], actor=request.user)

    if request.method == "POST" and carried_out(form, change):
        messages.success(request, _t("Changed: the next version of each document is made with it."))
        return redirect("document-template", key)
    context = {
        "key": key,
        "declared": declared,
        "version": pinned_texts(declared)[0] if declared else "",
        "sections": sections_of(declared) if declared else (),
        "used": [item for item in planned_deliverables() if declared and item.document_type == declared.key],
        "form": form,
        "blockers": _blockers(request, declared),
        "preview_blockers": _preview_blockers(request, declared) if declared else [],
        "revisions": DocumentWording.objects.filter(type_key=stored).select_related("made_by")[:REVISIONS],
    }
    return render(request, "documents/template_detail.html", context, status=400 if form.errors else 200)


def _declared(key: str) -> DocumentType | None:
    declared = known(key)
    if declared is None and key != HOUSE_KEY:
        raise Http404
    return declared


def _newest_version(request: SignedInRequest, declared: DocumentType) -> DocumentVersion | None:
    rows = DocumentVersion.objects.visible_to(request.user).filter(document__type_key=declared.key, source=DocumentVersion.Source.GENERATED)
    return rows.select_related("document").order_by("-requested_at").first()


def _preview_blockers(request: SignedInRequest, declared: DocumentType) -> list[Blocker]:
    if declared.is_generated and _newest_version(request, declared) is not None:
        return []
    return [Blocker("wording.no_document", _t("No document of this type that you see was made yet; the preview needs its data."))]


@internal_required
@require_GET
def template_preview(request: SignedInRequest, key: str) -> HttpResponse:
    """The newest document of the type that the reader sees, drawn as a draft with the texts as they are now. Nothing is kept."""
    require_permission("accounts.read_administration", request.user)
    declared = _declared(key)
    if declared is None:
        raise Http404
    version = _newest_version(request, declared)
    if version is None:
        raise Refused(_preview_blockers(request, declared))
    number, texts = pinned_texts(declared)
    document = version.snapshot["document"] | {"template_version": number}
    version.snapshot = version.snapshot | {"texts": texts, "document": document}
    version.content_hash = _t("none: a preview")
    return HttpResponse(draw_preview(version), content_type=PDF, headers={"Content-Disposition": f'inline; filename="{key}-preview.pdf"'})
