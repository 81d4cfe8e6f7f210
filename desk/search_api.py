"""The search for a client's system and for ours: the same finds as the page, each with the address of its page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from accounts.requests import ApiRequest, refuse_unknown
from desk.search import MAX_LENGTH, Found, address_of, find_nearly

KINDS = ("project", "similar", "request", "client", "offer", "document", "file")


class FindSerializer(serializers.Serializer[Any]):
    """One thing that was found; `page` is where a person reads it. `similar`: a project whose
    compound, or an intermediate of whose route, resembles the structure asked; the title then names step and route."""

    kind = serializers.ChoiceField(choices=KINDS)
    code = serializers.CharField()
    title = serializers.CharField()
    page = serializers.CharField()


class FindsSerializer(serializers.Serializer[Any]):
    """At most twenty of each kind. `instead_of`: nothing is written so; these go with `words`, which are nearly so."""

    words = serializers.CharField(allow_blank=True)
    instead_of = serializers.CharField(allow_blank=True)
    results = FindSerializer(many=True)


class Search(APIView):
    @extend_schema(
        operation_id="search",
        parameters=[
            OpenApiParameter(
                "q",
                {"type": "string", "maxLength": MAX_LENGTH},
                description=(
                    "A code or number, a client, a compound, a CAS number, an InChIKey, a structure (SMILES) or words of a document or an "
                    "uploaded file."
                ),
            )
        ],
        responses=FindsSerializer,
    )
    def get(self, request: ApiRequest) -> Response:
        refuse_unknown(request, {"q"})
        found = find_nearly(request.user, request.query_params.get("q", ""))
        return Response(FindsSerializer({**vars(found), "results": list(_rows(request.user, found))}).data)


def _rows(user: User, found: Found) -> Iterator[dict[str, str]]:
    for project in found.projects:
        yield {"kind": "project", "code": project.code, "title": project.title, "page": address_of(user, project)}
    for like in found.alike:
        title = f"{like.compound.name} ({like.percent} %)" + (f", {like.made_in}" if like.made_in else "")
        yield {"kind": "similar", "code": like.project.code, "title": title, "page": like.link or address_of(user, like.project)}
    for rfp in found.rfps:
        yield {"kind": "request", "code": rfp.number, "title": rfp.compound_name, "page": rfp.get_absolute_url()}
    for client in found.clients:
        yield {"kind": "client", "code": client.code, "title": client.name, "page": reverse("client-detail", args=[client.code])}
    for offer, address in found.offers:
        yield {"kind": "offer", "code": offer.number, "title": str(offer.label), "page": address}
    for document, _passage in found.documents:
        yield {"kind": "document", "code": document.number, "title": document.title, "page": document.get_absolute_url()}
    for file in found.files:
        yield {"kind": "file", "code": file.where, "title": file.name, "page": file.page}
