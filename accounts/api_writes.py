"""What makes a write of the API safe to repeat and safe beside another: `Idempotency-Key`, ETag and `If-Match`.

A view hands its act to `once`, which runs it in one transaction. With a key, the answer is stored in that transaction, so act and
answer exist together or not at all; the same request again gets the stored answer. With `If-Match`, the representation is made again
under the lock of the act and compared before anything is written.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import UploadedFile
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.http import parse_etags, quote_etag
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, serializers, status
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_json import as_json
from accounts.models import AnsweredRequest
from accounts.requests import ApiRequest
from audit.refusals import BadInput

if TYPE_CHECKING:
    Viewed = APIView
else:
    Viewed = object

KEY_HEADER = "Idempotency-Key"
MAX_KEY_LENGTH = 200
KEPT = timedelta(hours=24)
WAIT_MILLISECONDS = 10_000
LOCK_NOT_AVAILABLE = "55P03"
# For `extend_schema(extensions=…)`: which headers a write takes, where it does not take both. Nothing is announced that is ignored.
ONLY_KEY = {"x-write-headers": [KEY_HEADER]}
WRITES_NOTHING: dict[str, list[str]] = {"x-write-headers": []}


def checked(serializer: type[serializers.Serializer[Any]], request: ApiRequest) -> dict[str, Any]:
    """The values of the request's body. Raises ValidationError (400) with every field that is wrong."""
    body = serializer(data=request.data)
    body.is_valid(raise_exception=True)
    return dict(body.validated_data)


class StillAnswering(exceptions.APIException):
    """The first of two requests with one key is not answered yet."""

    status_code = status.HTTP_409_CONFLICT
    default_detail = _("A request with this key is being answered. Ask again in a moment.")

    def __init__(self) -> None:
        super().__init__()
        self.wait = 1  # becomes Retry-After


class OtherRequest(exceptions.APIException):
    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_detail = _("This key was used for another request. A new request needs a new key.")


class HasChanged(exceptions.APIException):
    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_detail = _("It has changed since you read it. Nothing was written; read it again.")


class MatchNeeded(exceptions.APIException):
    status_code = status.HTTP_428_PRECONDITION_REQUIRED
    default_detail = _("Send If-Match with the ETag of what you read, so that nobody's change is lost.")


def tag_of(data: Any) -> str:
    """The strong ETag of a representation: it changes with every byte of it."""
    return _tag(as_json(data))


def _tag(body: bytes) -> str:
    return quote_etag(hashlib.sha256(body).hexdigest()[:32])


class Tagged(Viewed):
    """A view whose GET carries an ETag, and answers 304 to a reader who has that one already."""

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        if request.method == "GET" and response.status_code == status.HTTP_200_OK:
            response["ETag"] = _tag(response.render().content)
            known = parse_etags(request.headers.get("If-None-Match", ""))
            if response["ETag"] in known or "*" in known:
                response.status_code, response.content = status.HTTP_304_NOT_MODIFIED, b""
                del response["Content-Type"]
        return response


def once(
    request: ApiRequest,
    act: Callable[[], Response],
    *,
    representation: Callable[[], Any] | None = None,
    must_match: bool = False,
    shown_once: str = "",
) -> Response:
    """Run the act in one transaction and answer; the same answer to the same request with the same key.

    representation: reads what the act changes, and locks it; asked only for a request with `If-Match`.
    shown_once: the field of the answer that is stored nowhere; a repetition gets null in its place.
    """
    with transaction.atomic():
        key = _key_of(request)
        if key:
            stored = _first(request, key)
            if stored is not None:
                return _again(stored)
        _require_match(request, representation, must_match)
        response = act()
        if key:
            _store(request, key, response, shown_once)
        return response


def _key_of(request: ApiRequest) -> str:
    key = request.headers.get(KEY_HEADER, "").strip()
    if len(key) > MAX_KEY_LENGTH or not key.isprintable():
        raise BadInput({KEY_HEADER: [_t("At most %(most)d printable characters, for example a UUID.") % {"most": MAX_KEY_LENGTH}]})
    return key


def _digest(request: ApiRequest) -> str:
    """Of everything that makes this the same request: method, address, content. Keyed, because a signer's password may be in it."""
    body = json.dumps(request.data, sort_keys=True, default=_content_of)
    return salted_hmac("answered request", "\n".join((str(request.method), request.get_full_path(), body)), algorithm="sha256").hexdigest()


def _content_of(value: Any) -> str:
    """Of an uploaded file its content, and not only its name."""
    if not isinstance(value, UploadedFile):
        return str(value)
    digest = hashlib.sha256()
    for part in value.chunks():
        digest.update(part)
    value.seek(0)
    return f"{value.name} {digest.hexdigest()}"


def _first(request: ApiRequest, key: str) -> AnsweredRequest | None:
    """The stored answer of the first request with this key. Of two that arrive at once the second waits here for the first."""
    number = int.from_bytes(hashlib.sha256(f"{request.user.pk}:{key}".encode()).digest()[:8], signed=True)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{WAIT_MILLISECONDS}ms"])
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
            cursor.execute("SELECT set_config('lock_timeout', '0', true)")
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", "") == LOCK_NOT_AVAILABLE:
            raise StillAnswering from error
        raise
    rows = AnsweredRequest.objects.filter(user=request.user, key=key)
    rows.filter(answered_at__lt=timezone.now() - KEPT).delete()
    stored = rows.first()
    if stored is not None and stored.digest != _digest(request):
        raise OtherRequest
    return stored


def _again(stored: AnsweredRequest) -> Response:
    return Response(stored.body, status=stored.status, headers={"Idempotency-Replayed": "true"})


def _store(request: ApiRequest, key: str, response: Response, shown_once: str) -> None:
    body = json.loads(as_json(response.data)) if response.data is not None else None
    if shown_once and isinstance(body, dict):
        body[shown_once] = None
    AnsweredRequest.objects.create(user=request.user, key=key, digest=_digest(request), status=response.status_code, body=body)


def _require_match(request: ApiRequest, representation: Callable[[], Any] | None, must_match: bool) -> None:
    wanted = parse_etags(request.headers.get("If-Match", ""))
    if not wanted:
        if must_match:
            raise MatchNeeded
        return
    if representation is not None and "*" not in wanted and tag_of(representation()) not in wanted:
        raise HasChanged


def forget_answers() -> int:
    """Drop what is older than a day; how many were dropped."""
    return AnsweredRequest.objects.filter(answered_at__lt=timezone.now() - KEPT).delete()[0]
