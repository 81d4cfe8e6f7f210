"""Shape and words of what people enter about documents. No rule lives here that a service lacks."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django_prose_editor.fields import ProseEditorFormField

from documents import narrative
from documents.models import Document, DocumentVersion
from documents.registry import DocumentType, NarrativeSection, document_types
from documents.services.versions import REASON_MAX_LENGTH
from projects.models import Project, Visibility


class ProjectChoiceForm(forms.Form):
    """Of which project; the code goes into the address."""

    project = forms.ModelChoiceField(label=_("Of which project"), queryset=Project.objects.none(), to_field_name="code", empty_label="–")

    def __init__(self, *args: Any, projects: QuerySet[Project], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["project"].queryset = projects  # type: ignore[attr-defined]


class VersionForm(forms.Form):
    """A new version from the data."""

    type_key = forms.ChoiceField(label=_("Document"))
    reason = forms.CharField(
        label=_("Reason for the version"),
        max_length=REASON_MAX_LENGTH,
        required=False,
        help_text=_("Printed in the revision history. The first version needs none."),
    )

    def __init__(self, *args: Any, types: list[DocumentType], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["type_key"].choices = [(each.key, each.title) for each in types]  # type: ignore[attr-defined]


class UploadForm(VersionForm):
    """A version made elsewhere."""

    upload = forms.FileField(label=_("File"), help_text=_("PDF, Word, Excel, PNG, JPEG, CSV, text, molfile or SD file."))


class NarrativeForm(forms.Form):
    """One section of text."""

    def __init__(self, *args: Any, section: NarrativeSection, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["html"] = ProseEditorFormField(
            label=section.title,
            help_text=section.help,
            required=False,
            max_length=narrative.MAX_LENGTH,
            extensions=narrative.EDITOR_EXTENSIONS,
        )


class RefuseForm(forms.Form):
    reason = forms.CharField(label=_("What has to change"), widget=forms.Textarea(attrs={"rows": 4}), max_length=2000)


class DocumentFilter(django_filters.FilterSet):
    """The filters of the list, all in the address of the page."""

    q = django_filters.CharFilter(label=_("Number, project or title"), method="search")
    type = django_filters.ChoiceFilter(
        label=_("Document"),
        field_name="type_key",
        choices=lambda: [(each.key, each.title) for each in document_types()],
        empty_label=_("Any"),
    )
    state = django_filters.ChoiceFilter(
        label=_("State of the newest version"), field_name="newest_state", choices=DocumentVersion.State.choices, empty_label=_("Any")
    )
    visibility = django_filters.ChoiceFilter(label=_("Visibility"), choices=Visibility.choices, empty_label=_("Any"))

    class Meta:
        model = Document
        fields = ["q", "type", "state", "visibility"]

    def search(self, queryset: QuerySet[Document], _name: str, value: str) -> QuerySet[Document]:
        words = value.strip()
        places = ("number", "title", "project__code", "project__title", "rfp__number", "rfp__compound_name", "client__name")
        return queryset.filter(reduce(or_, (Q(**{f"{place}__icontains": words}) for place in places)))
