"""The changes feed of the API."""

from __future__ import annotations

from django.utils.translation import gettext as _t
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_writes import ONLY_KEY, checked, once
from accounts.requests import ApiRequest, refuse_unknown
from audit.refusals import BadInput
from notifications.changes import MOST, changes_since, cursor_of
from notifications.serializers import ChangesSerializer, LastVisitSerializer, SeenSerializer
from notifications.services.visits import last_visit, mark_seen

DEFAULT = 50
LAST_VISIT = "last-visit"
SINCE = OpenApiParameter(
    "since",
    str,
    description="`next` of the page before, or `last-visit`: from where the caller last marked the feed as seen (POST changes/seen/). "
    "Without it the feed begins with the first event.",
)
LIMIT = OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT})


class Changes(APIView):
    """Everything that happened and that the caller may see, oldest first and without gaps.

    Keep the cursor in `next` and ask again with `since`: nothing is lost between two calls, whatever was being written meanwhile, and
    nothing comes twice. A client reads of its own projects what is shared with it, with published dates only.
    """

    @extend_schema(operation_id="changes", parameters=[SINCE, LIMIT], responses=ChangesSerializer)
    def get(self, request: ApiRequest) -> Response:
        refuse_unknown(request, {"since", "limit"})
        since = request.query_params.get("since")
        if since == LAST_VISIT:
            visit = last_visit(request.user)
            since = visit[0] if visit else None
        page = changes_since(request.user, since, _limit(request))
        return Response({"results": page.rows, "next": page.next, "more": page.more})


class ChangesSeen(APIView):
    """Remember how far the caller has read: the account of a person, or of a client's system with all its tokens.

    It moves forward only, and a token with read scope may move it: nothing of the record changes. A person's visit to the portal moves
    it too.
    """

    permission_classes = (IsAuthenticated,)

    @extend_schema(operation_id="changes_seen", request=SeenSerializer, responses=LastVisitSerializer, extensions=ONLY_KEY)
    def post(self, request: ApiRequest) -> Response:
        values = checked(SeenSerializer, request)

        def see() -> Response:
            visit = mark_seen(actor=request.user, cursor=values["cursor"])
            return Response({"next": cursor_of((visit.transaction_id, visit.event_id)), "at": visit.at})

        return once(request, see)


def _limit(request: ApiRequest) -> int:
    text = request.query_params.get("limit", str(DEFAULT))
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:6]) <= MOST:
        raise BadInput({"limit": [_t("A whole number from 1 to %(most)d.") % {"most": MOST}]})
    return int(text)
