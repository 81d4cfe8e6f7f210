"""The shape of a document in the API."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from documents.about import LONGEST_REFERENCE, AboutKind
from documents.models import Document, DocumentVersion, Rendition
from documents.services.versions import REASON_MAX_LENGTH


class RenditionSerializer(serializers.ModelSerializer[Rendition]):
    class Meta:
        model = Rendition
        fields = ["kind", "name", "media_type", "sha256", "size_bytes", "pages", "created_at"]


class DocumentVersionSerializer(serializers.ModelSerializer[DocumentVersion]):
    """A version the caller may read, with its files."""

    files = RenditionSerializer(source="readable_files", many=True)

    class Meta:
        model = DocumentVersion
        fields = [
            "number",
            "state",
            "source",
            "language",
            "reason",
            "content_hash",
            "template_version",
            "requested_at",
            "effective_at",
            "files",
        ]


class AboutSerializer(serializers.Serializer[Document]):
    """Which batch, round, order, change, event or period; the number of a change order is its `number` in this API."""

    kind = serializers.ChoiceField(source="about_kind", choices=AboutKind.choices)
    reference = serializers.CharField(source="about_reference")
    words = serializers.CharField(source="about_words")


class DocumentRequestSerializer(serializers.Serializer[Any]):
    """Which document is made, of a project or of an RFP; `about` is needed for a type of which a project has many."""

    type = serializers.CharField(max_length=64)
    project = serializers.CharField(max_length=20, required=False, default="", help_text="Project code.")
    rfp = serializers.CharField(max_length=20, required=False, default="", help_text="Number of the RFP, in place of a project.")
    about = serializers.CharField(
        max_length=LONGEST_REFERENCE, required=False, allow_blank=True, default="", help_text="For example 2026-003, or G2-1."
    )
    reason = serializers.CharField(max_length=REASON_MAX_LENGTH, required=False, allow_blank=True, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if bool(attrs["project"]) == bool(attrs["rfp"]):
            raise serializers.ValidationError({"project": [_t("Name a project or an RFP.")]})
        return attrs


class DocumentSerializer(serializers.ModelSerializer[Document]):
    project = serializers.CharField(source="project.code", default=None, allow_null=True)
    rfp = serializers.CharField(source="rfp.number", default=None, allow_null=True)
    type = serializers.CharField(source="type_key")
    about = serializers.SerializerMethodField(help_text="Null for a type of which a project has one document.")
    versions = DocumentVersionSerializer(source="readable_versions", many=True)

    class Meta:
        model = Document
        fields = ["number", "title", "type", "about", "project", "rfp", "out_of_date_since", "updated_at", "versions"]

    @extend_schema_field(AboutSerializer(allow_null=True))
    def get_about(self, document: Document) -> Any:
        return AboutSerializer(document).data if document.about_kind else None
