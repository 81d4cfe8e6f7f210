"""The product's addresses, and views that refuse in every way."""

from __future__ import annotations

from django.core.exceptions import ObjectDoesNotExist
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import path
from redis.exceptions import ConnectionError as RedisLost

from audit.refusals import BadInput, Blocker, NotAllowed, Refused
from cdmo import urls

handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500

ERRORS = {
    "blocked": Refused([Blocker("route", "The route is not frozen.", link="/somewhere/"), Blocker("batch", "No batch is released.")]),
    "not-allowed": NotAllowed("Only quality assurance may do this."),
    "bad-input": BadInput({"amount": "The amount is above the batch size."}),
    "missing": ObjectDoesNotExist(),
    "broken": RuntimeError("a secret of the server"),
    "deadlock": OperationalError("a secret of the server"),
    "cursor-closed": InterfaceError("a secret of the server"),
    "database-away": OperationalError("a secret of the server"),
    "database-stops": OperationalError("a secret of the server"),
    "session-idle": OperationalError("a secret of the server"),
    "redis-away": RedisLost("a secret of the server"),
}


class Told(Exception):
    """What psycopg2 raises, with the code that the server gave it."""

    def __init__(self, pgcode: str) -> None:
        self.pgcode = pgcode


ERRORS["deadlock"].__cause__ = Told("40P01")
ERRORS["database-stops"].__cause__ = Told("57P01")
ERRORS["session-idle"].__cause__ = Told("57P05")


def refuse(request: HttpRequest, error: str) -> HttpResponse:
    raise ERRORS[error]


urlpatterns = [path("refuse/<slug:error>/", refuse), path("api/v1/refuse/<slug:error>/", refuse), *urls.urlpatterns]
