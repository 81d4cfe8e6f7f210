from __future__ import annotations

from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
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
