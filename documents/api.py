"""API routes of documents: what the caller may read, and the file itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Prefetch
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import generics, renderers
from rest_framework.views import APIView

from accounts.requests import ApiRequest
from audit.files import open_file
from documents.models import Document, DocumentVersion, Rendition
from documents.serializers import DocumentSerializer

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import User


class DocumentFilter(filters.FilterSet):
    project = filters.CharFilter(field_name="project__code", max_length=20)
    type = filters.CharFilter(field_name="type_key", max_length=64)
    updated_since = filters.IsoDateTimeFilter(field_name="updated_at", lookup_expr="gte")


def readable(user: User) -> QuerySet[Document]:
    """Visible documents with the versions and files that this person may read; three queries for any number of them."""
    files = Prefetch("renditions", queryset=Rendition.objects.visible_to(user), to_attr="readable_files")
    versions = Prefetch("versions", queryset=DocumentVersion.objects.visible_to(user).prefetch_related(files), to_attr="readable_versions")
    return Document.objects.visible_to(user).select_related("project", "rfp").prefetch_related(versions)


class DocumentList(generics.ListAPIView[Document]):
    serializer_class = DocumentSerializer
    filterset_class = DocumentFilter
    queryset = Document.objects.none()
    request: ApiRequest

    def get_queryset(self) -> QuerySet[Document]:
        return readable(self.request.user)


class DocumentDetail(generics.RetrieveAPIView[Document]):
    serializer_class = DocumentSerializer
    lookup_field = "number"
    queryset = Document.objects.none()
    request: ApiRequest

    def get_queryset(self) -> QuerySet[Document]:
        return readable(self.request.user)


class AnyFile(renderers.BaseRenderer):
    """The file goes out as it is stored; refusals before it are JSON."""

    media_type = "*/*"
    format = "file"
    charset = None
    render_style = "binary"

    def render(self, data: object, accepted_media_type: str | None = None, renderer_context: object = None) -> bytes:
        return renderers.JSONRenderer().render(data)


class DocumentFile(APIView):
    """The newest file of a document that the caller may read: the signed PDF or the file as uploaded."""

    renderer_classes = (renderers.JSONRenderer, AnyFile)

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiResponse(OpenApiTypes.BINARY)})
    def get(self, request: ApiRequest, number: str) -> FileResponse:
        document = get_object_or_404(Document.objects.visible_to(request.user), number=number)
        rows = Rendition.objects.visible_to(request.user).filter(version__document=document)
        rendition = rows.order_by("-version__number", "-created_at").first()
        if rendition is None:
            raise Http404
        response = FileResponse(open_file(rendition.sha256), as_attachment=True, filename=rendition.name, content_type=rendition.media_type)
        response["X-Content-Type-Options"] = "nosniff"
        response["ETag"] = f'"{rendition.sha256}"'
        return response
