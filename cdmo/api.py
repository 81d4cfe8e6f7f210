"""The mechanics that every API route shares: problem+json errors, a careful JSON parser, keyset paging, documented refusals."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import exceptions
from rest_framework.pagination import BasePagination
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import exception_handler, set_rollback

from accounts.api_rows import newest
from accounts.requests import refuse_unknown
from audit.refusals import BadInput, NotAllowed, Refused
from cdmo.outages import RETRY_SECONDS, outage_of

logger = logging.getLogger(__name__)
PROBLEM = "application/problem+json"
MAX_DEPTH = 32
MAX_PAGE_SIZE = 200
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
Read = Callable[[int | None, int], list[tuple[int, Any]]]


def problem_json(error: Exception, context: dict[str, Any]) -> Response | None:
    """RFC 9457 answers for every refusal; the same reasons that the page shows. Unknown errors stay errors (500)."""
    if isinstance(error, Refused):
        return _problem(409, _t("Refused"), str(error), blockers=[blocker.as_dict() for blocker in error.blockers])
    if isinstance(error, BadInput):
        return _problem(
            400, _t("Bad input"), str(error), errors={field: [str(m) for m in messages] for field, messages in error.errors.items()}
        )
    if isinstance(error, NotAllowed):
        return _problem(403, _t("Not allowed"), str(error))
    if isinstance(error, Http404 | ObjectDoesNotExist):
        return _problem(404, _t("Not found"), _t("There is nothing at this address that you may see."))
    if isinstance(error, PermissionDenied):
        return _problem(403, _t("Not allowed"), _t("Your roles do not allow this."))
    if away := outage_of(error):
        logger.error("A server does not answer.", exc_info=error)  # the framework logs only what is raised on
        return _problem(503, _t("Not available"), str(away.to_systems), headers={"Retry-After": str(RETRY_SECONDS)})
    response = exception_handler(error, context)
    if response is None or not isinstance(error, exceptions.APIException):
        return response
    return _from_rest_framework(error, response)


def _from_rest_framework(error: exceptions.APIException, response: Response) -> Response:
    headers = {name: response[name] for name in ("WWW-Authenticate", "Retry-After") if name in response}
    if isinstance(error, exceptions.ValidationError):
        details = error.detail if isinstance(error.detail, dict) else {"": error.detail}
        return _problem(400, _t("Bad input"), _t("Some values are missing or make no sense."), headers=headers, errors=details)
    return _problem(response.status_code, str(error.default_detail), str(error.detail), headers=headers)


def _problem(code: int, title: str, detail: str, *, headers: Mapping[str, str] | None = None, **members: Any) -> Response:
    set_rollback()
    body = {"type": "about:blank", "title": title, "status": code, "detail": detail, **members}
    return Response(body, status=code, headers=dict(headers or {}), content_type=PROBLEM)


class TooLarge(exceptions.APIException):
    """The framework reads a JSON body whole, whatever its size."""

    status_code = 413
    default_detail = _("The body is too large.")
    default_code = "too_large"


class LimitedJSONParser(JSONParser):
    """JSON objects whose text can be stored and no deeper than MAX_DEPTH; anything else is a 400, never a 500."""

    strict = True

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        if int(parser_context["request"].META.get("CONTENT_LENGTH") or 0) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:  # type: ignore[index]
            raise TooLarge
        try:
            data = super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise exceptions.ParseError(_t("The JSON is nested too deeply.")) from error
        if not isinstance(data, dict):
            raise exceptions.ParseError(_t("The body must be one JSON object."))
        _check_json(data, MAX_DEPTH)
        return data


def _check_json(value: Any, depth: int) -> None:
    if depth == 0:
        raise exceptions.ParseError(_t("The JSON is nested too deeply."))
    if isinstance(value, str) and UNSTORABLE.search(value):
        raise exceptions.ParseError(_t("Text cannot hold a NUL character, nor half of a pair of surrogates."))
    children = [*value.keys(), *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else ()
    for child in children:
        _check_json(child, depth - 1)


class KeysetPagination(BasePagination):
    """Newest first by id; the cursor is signed and typed, pages cost the same at any depth, and nothing is counted."""

    cursor_parameter = "cursor"
    size_parameter = "page_size"

    def paginate_queryset(self, queryset: QuerySet[Any], request: Request, view: Any = None) -> list[Any]:  # type: ignore[override]
        return self.paginate(request, view, lambda before, most: [(row.pk, row) for row in newest(queryset, before, most)])

    def paginate(self, request: Request, view: Any, read: Read) -> list[Any]:
        """One page of what `read` gives: from behind this primary key on at most so many, each with its own."""
        self.request, self.salt = request, f"cursor:{view.__class__.__name__}"
        size = self._size(request)
        cursor = request.query_params.get(self.cursor_parameter)
        page = read(None if cursor is None else self._position(cursor), size + 1)
        self.next_position = page[size - 1][0] if len(page) > size else None
        return [row for _pk, row in page[:size]]

    def _size(self, request: Request) -> int:
        text = request.query_params.get(self.size_parameter, "50")
        if not text.isascii() or not text.isdigit() or len(text) > 6 or not 1 <= int(text) <= MAX_PAGE_SIZE:
            raise exceptions.ValidationError({self.size_parameter: [_t("A whole number from 1 to %(most)d.") % {"most": MAX_PAGE_SIZE}]})
        return int(text)

    def _position(self, cursor: str) -> int:
        try:
            position = signing.loads(cursor, salt=self.salt)
        except signing.BadSignature as error:
            raise exceptions.ValidationError(
                {self.cursor_parameter: [_t("This cursor was not made here; start again without it.")]}
            ) from error
        return int(position)

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"next": self._next_link(), "results": data})

    def _next_link(self) -> str | None:
        if self.next_position is None:
            return None
        cursor = signing.dumps(self.next_position, salt=self.salt)
        return replace_query_param(self.request.build_absolute_uri(), self.cursor_parameter, cursor)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": "string", "format": "uri", "nullable": True, "description": "Address of the next page; null on the last."}
        return {"type": "object", "required": ["next", "results"], "properties": {"next": link, "results": schema}}

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [
            {
                "name": self.cursor_parameter,
                "in": "query",
                "required": False,
                "schema": {"type": "string"},
                "description": "From `next` of the page before.",
            },
            {
                "name": self.size_parameter,
                "in": "query",
                "required": False,
                "schema": {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE, "default": 50},
            },
        ]


PAGING = frozenset({KeysetPagination.cursor_parameter, KeysetPagination.size_parameter})


class KnownFilters(DjangoFilterBackend):
    """The filters of a list, and 400 for every other parameter."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        """Where nothing is asked for, no form is made to find that out."""
        return queryset if set(request.query_params) <= PAGING else super().filter_queryset(request, queryset, view)

    def get_filterset(self, request: Request, queryset: QuerySet[Any], view: Any) -> Any:
        filterset = super().get_filterset(request, queryset, view)
        refuse_unknown(request, {*(filterset.filters if filterset else ()), *PAGING})
        return filterset


PROBLEM_SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {"type": "object", "additionalProperties": True, "description": "Messages by field (400)."},
        "blockers": {
            "type": "array",
            "description": "Every reason why the act is refused now (409).",
            "items": {
                "type": "object",
                "properties": {
                    "key": {"type": "string"},
                    "words": {"type": "string"},
                    "link": {"type": "string"},
                    "owner": {"type": "string"},
                    "expected": {"type": "string", "format": "date", "nullable": True},
                },
            },
        },
    },
}
READ_REFUSALS = (400, 401, 403, 404, 406, 429)
WRITE_REFUSALS = (*READ_REFUSALS, 409, 412, 413, 415, 422)
MATCHED = ("patch", "put")  # they replace what was read, so they need its ETag
REFUSAL_WORDS = {
    400: "Bad input",
    401: "Not signed in",
    403: "Not allowed",
    404: "Nothing there that you may see",
    406: "No such representation",
    409: "Refused, with every reason",
    412: "It has changed since it was read (If-Match)",
    413: "Too large",
    415: "Unsupported media type",
    422: "The Idempotency-Key was used for another request",
    428: "If-Match is needed",
    429: "Too many requests",
}


BOTH = ("Idempotency-Key", "If-Match")


def _write_headers(method: str, taken: Collection[str]) -> list[dict[str, Any]]:
    key = "The same key with the same request gets the stored answer for 24 hours, and nothing is done again. For example a UUID."
    match = "The ETag of what was read; if it has changed since, the answer is 412 and nothing is written."
    words = {"Idempotency-Key": key, "If-Match": match}
    return [
        {
            "name": name,
            "in": "header",
            "required": name == "If-Match" and method in MATCHED,
            "schema": {"type": "string", "maxLength": 200},
            "description": text,
        }
        for name, text in words.items()
        if name in taken
    ]


def _refusals_of(method: str, taken: Collection[str]) -> tuple[int, ...]:
    if method == "get":
        return READ_REFUSALS
    missing = {412} if "If-Match" not in taken else set()
    missing |= {422} if "Idempotency-Key" not in taken else set()
    refusals = tuple(code for code in WRITE_REFUSALS if code not in missing)
    return (*refusals, 428) if method in MATCHED else refusals


def declare_problem_responses(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Every operation documents the ways in which it can refuse."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
    content = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for operations in result["paths"].values():
        for method, operation in operations.items():
            taken = operation.pop("x-write-headers", BOTH)
            if method != "get":
                operation.setdefault("parameters", []).extend(_write_headers(method, taken))
            for code in _refusals_of(method, taken):
                operation["responses"].setdefault(str(code), {"description": REFUSAL_WORDS[code], "content": content})
    return result
