"""The shape of a document in the API."""

from __future__ import annotations

from rest_framework import serializers

from documents.models import Document, DocumentVersion, Rendition


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


class DocumentSerializer(serializers.ModelSerializer[Document]):
    project = serializers.CharField(source="project.code", default=None, allow_null=True)
    rfp = serializers.CharField(source="rfp.number", default=None, allow_null=True)
    type = serializers.CharField(source="type_key")
    versions = DocumentVersionSerializer(source="readable_versions", many=True)

    class Meta:
        model = Document
        fields = ["number", "title", "type", "project", "rfp", "out_of_date_since", "updated_at", "versions"]
