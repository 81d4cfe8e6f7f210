from __future__ import annotations

from django.http import HttpResponse
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema, inline_serializer
from drf_spectacular.views import SpectacularAPIView
from rest_framework import serializers
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

ROUTES = {
    "projects": "api-project-list",
    "milestones": "api-milestone-list",
    "deliverables": "api-deliverable-list",
    "rfps": "api-rfp-list",
    "change_orders": "api-change-order-list",
    "quotations": "api-quotation-list",
    "webhooks": "api-webhook-list",
    "documents": "api-document-list",
    "approvals": "api-approval-list",
    "changes": "api-changes",
    "search": "api-search",
    "schema": "api-schema",
    "docs": "api-docs",
}


class ApiRoot(APIView):
    """Where things are."""

    @extend_schema(responses=inline_serializer("ApiRoot", {name: serializers.URLField() for name in ROUTES}))
    def get(self, request: Request) -> Response:
        return Response({name: reverse(route, request=request) for name, route in ROUTES.items()})


class Description(SpectacularAPIView):
    """What the API can do, as OpenAPI: of our people and of clients in what each side reads. Each process makes it once for a side."""

    @extend_schema(exclude=True)
    def get(self, request: Request) -> HttpResponse:
        renderer = type(request.accepted_renderer)
        side = (renderer, getattr(request.user, "is_internal", False))
        if side not in _described:
            schema = SchemaGenerator().get_schema(request=request, public=True)  # type: ignore[no-untyped-call]
            _described[side] = renderer().render(schema, renderer_context={})
        return HttpResponse(
            _described[side],
            content_type=f"{renderer.media_type}; charset=utf-8",
            headers={"Content-Disposition": f'inline; filename="{self._get_filename(request, None)}"'},
        )


_described: dict[tuple[type[BaseRenderer], bool], str | bytes] = {}
