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

from accounts.chosen_files import ChosenFiles
from documents import narrative
from documents.about import LONGEST_REFERENCE
from documents.models import Document, DocumentVersion
from documents.registry import DocumentType, NarrativeSection, document_types
from documents.services.versions import REASON_MAX_LENGTH
from projects.models import Project, Rfp, Visibility


class ProjectChoiceForm(forms.Form):
    """Of which project; the code goes into the address."""

    project = forms.ModelChoiceField(label=_("Of which project"), queryset=Project.objects.none(), to_field_name="code", empty_label="–")

    def __init__(self, *args: Any, projects: QuerySet[Project], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["project"].queryset = projects  # type: ignore[attr-defined]


class VersionForm(forms.Form):
    """A new version from the data."""

    type_key = forms.ChoiceField(label=_("Document"))
    about = forms.CharField(
        label=_("About"),
        max_length=LONGEST_REFERENCE,
        required=False,
        help_text=_("Where a project has many of its kind: the batch, change, event, period, round or order. Else empty."),
    )
    reason = forms.CharField(
        label=_("Reason for the version"),
        max_length=REASON_MAX_LENGTH,
        required=False,
        help_text=_("Printed in the revision history. The first version needs none."),
    )

    def __init__(self, *args: Any, types: list[DocumentType], subject: Project | Rfp, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["type_key"].choices = [(each.key, each.title) for each in types]  # type: ignore[attr-defined]
        chosen = next((each for each in types if each.key == self.initial.get("type_key")), None)
        if chosen is not None:
            self._name(chosen, subject)

    def _name(self, chosen: DocumentType, subject: Project | Rfp) -> None:
        """Opened for one type: its own word for what it is about, what the record knows to choose from; no field where there is one."""
        if chosen.about is None:
            del self.fields["about"]
            return
        field = self.fields["about"]
        if chosen.about.known is not None:
            choices = list(chosen.about.known(subject).items())
            field = self.fields["about"] = forms.ChoiceField(choices=choices, required=False)
        field.label, field.help_text = chosen.about.kind.label, chosen.about.hint


class UploadForm(ChosenFiles, VersionForm):
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


class WithdrawForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000, required=False)


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
