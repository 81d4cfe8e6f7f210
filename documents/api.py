"""API routes of documents: what the caller may read, and the file itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import generics, renderers, status
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_writes import ONLY_KEY, checked, once
from accounts.downloads import A_FILE, AnyFile, stored_file
from accounts.moments import MomentFilter
from accounts.requests import ApiRequest
from documents import services
from documents.about import LONGEST_REFERENCE
from documents.models import Document, DocumentVersion, Rendition
from documents.serializers import DocumentRequestSerializer, DocumentSerializer
from projects.models import Project, Rfp

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import User


class DocumentFilter(filters.FilterSet):
    project = filters.CharFilter(field_name="project__code", max_length=20)
    type = filters.CharFilter(field_name="type_key", max_length=64)
    about = filters.CharFilter(field_name="about_reference", lookup_expr="iexact", max_length=LONGEST_REFERENCE)
    updated_since = MomentFilter(field_name="updated_at", lookup_expr="gte")


def readable(user: User) -> QuerySet[Document]:
    """Visible documents with the versions and files that this person may read; three queries for any number of them."""
    files = Prefetch("renditions", queryset=Rendition.objects.visible_to(user), to_attr="readable_files")
    versions = Prefetch("versions", queryset=DocumentVersion.objects.visible_to(user).prefetch_related(files), to_attr="readable_versions")
    return Document.objects.visible_to(user).select_related("project", "rfp").prefetch_related(versions)


class DocumentList(generics.ListAPIView[Document]):
    """The documents that the caller may read; POST makes the next version of one from the data, and the document with its first."""

    serializer_class = DocumentSerializer
    filterset_class = DocumentFilter
    queryset = Document.objects.none()
    request: ApiRequest

    def get_queryset(self) -> QuerySet[Document]:
        return readable(self.request.user)

    @extend_schema(request=DocumentRequestSerializer, responses={201: DocumentSerializer}, extensions=ONLY_KEY)
    def post(self, request: ApiRequest) -> Response:
        values = checked(DocumentRequestSerializer, request)
        subject = _subject(request, values.pop("project"), values.pop("rfp"))

        def make() -> Response:
            version = services.request_document(values.pop("type"), actor=request.user, **subject, **values)
            document = readable(request.user).get(pk=version.document_id)
            return Response(DocumentSerializer(document).data, status=status.HTTP_201_CREATED)

        return once(request, make)


def _subject(request: ApiRequest, code: str, number: str) -> dict[str, Any]:
    """Raises Http404 for what is absent or foreign."""
    if code:
        return {"project": get_object_or_404(Project.objects.visible_to(request.user), code=code)}
    return {"rfp": get_object_or_404(Rfp.objects.visible_to(request.user), number=number)}


class DocumentDetail(generics.RetrieveAPIView[Document]):
    serializer_class = DocumentSerializer
    lookup_field = "number"
    queryset = Document.objects.none()
    request: ApiRequest

    def get_queryset(self) -> QuerySet[Document]:
        return readable(self.request.user)


class DocumentFile(APIView):
    """The newest file of a document that the caller may read: the signed PDF or the file as uploaded."""

    renderer_classes = (renderers.JSONRenderer, AnyFile)

    @extend_schema(responses=A_FILE)
    def get(self, request: ApiRequest, number: str) -> FileResponse:
        document = get_object_or_404(Document.objects.visible_to(request.user), number=number)
        rows = Rendition.objects.visible_to(request.user).filter(version__document=document)
        rendition = rows.order_by("-version__number", "-created_at").first()
        if rendition is None:
            raise Http404
        return stored_file(rendition.sha256, name=rendition.name, media_type=rendition.media_type)
