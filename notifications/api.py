"""The changes feed of the API."""

from __future__ import annotations

from django.utils.translation import gettext as _t
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.requests import ApiRequest
from audit.refusals import BadInput
from notifications.changes import MOST, changes_since
from notifications.serializers import ChangesSerializer

DEFAULT = 50
SINCE = OpenApiParameter("since", str, description="`next` of the page before. Without it the feed begins with the first event.")
LIMIT = OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT})


class Changes(APIView):
    """Everything that happened and that the caller may see, oldest first and without gaps.

    Keep the cursor in `next` and ask again with `since`: nothing is lost between two calls, whatever was being written meanwhile, and
    nothing comes twice. A client reads of its own projects what is shared with it, with published dates only.
    """

    @extend_schema(operation_id="changes", parameters=[SINCE, LIMIT], responses=ChangesSerializer)
    def get(self, request: ApiRequest) -> Response:
        page = changes_since(request.user, request.query_params.get("since"), _limit(request))
        return Response({"results": page.rows, "next": page.next, "more": page.more})


def _limit(request: ApiRequest) -> int:
    text = request.query_params.get("limit", str(DEFAULT))
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:6]) <= MOST:
        raise BadInput({"limit": [_t("A whole number from 1 to %(most)d.") % {"most": MOST}]})
    return int(text)
