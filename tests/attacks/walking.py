"""Walking through the world of the routes: who may open an address, what it reads, which forms it shows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import transaction
from django.http import HttpResponseBase, QueryDict
from django.urls import reverse

from tests.routes.kinds import EVERYBODY, STAFF
from tests.routes.table import ROUTES
from tests.routes.test_routes import PATTERNS
from tests.routes.world import World

OURS_FIRST = ("project_manager", "business_development", "administrator", *STAFF, "client_approver", *EVERYBODY)
API = "api/"


def address_of(world: World, name: str, pattern: str) -> str:
    return reverse(name, kwargs=world.arguments(name, pattern))


def who_may(name: str, *, status: int = 200) -> str:
    """Somebody who gets this answer there, one of ours if anybody of ours does; "" if nobody."""
    return next((caller for caller in OURS_FIRST if ROUTES[name].get[caller] == status), "")


def pages(status: int = 200) -> list[tuple[str, str, str]]:
    """(name, pattern, caller) of every page that somebody opens with this status."""
    found = ((name, pattern, who_may(name, status=status)) for name, pattern in PATTERNS if not pattern.startswith(API))
    return [each for each in found if each[2]]


def body_of(answer: HttpResponseBase) -> bytes:
    return b"".join(answer) if answer.streaming else answer.content  # type: ignore[attr-defined,arg-type]


@contextmanager
def taken_back() -> Iterator[None]:
    """What is written inside is written nowhere; a durable block may stand in it, as in Django's own around a test."""
    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined]
    with block:
        yield
        transaction.set_rollback(True)


@contextmanager
def parameters_read(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """The names of all parameters that are asked for inside."""
    names: set[str] = set()

    def noting(method: str) -> Any:
        real = getattr(QueryDict, method)

        def noted(self: QueryDict, key: str, *more: Any) -> Any:
            names.add(key)
            return real(self, key, *more)

        return noted

    with monkeypatch.context() as patched:
        for method in ("get", "getlist", "__getitem__", "__contains__"):
            patched.setattr(QueryDict, method, noting(method))
        yield names


@dataclass
class Form:
    """A form of a page: where it is sent, and what its fields hold, by the kind of the field."""

    action: str
    posts: bool
    fields: dict[str, tuple[str, str]] = field(default_factory=dict)
    has_file: bool = False


class _Forms(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__()
        self.address, self.found, self.select = address, [], ""
        self.by_id: dict[str, Form] = {}
        self.open: Form | None = None
        self.area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
        if tag == "form":
            target = given.get("action") or given.get("hx-post") or self.address
            posts = "hx-post" in given or given.get("method", "").lower() == "post"
            self.open = Form(urlsplit(target)._replace(fragment="").geturl(), posts)
            self.found.append(self.open)
            self.by_id[given.get("id", "")] = self.open
        form = self.by_id.get(given["form"]) if "form" in given else self.open
        name = given.get("name", "")
        if form is None:
            return
        if tag == "option" and self.select and given.get("value") and (form.fields[self.select][1] == "" or "selected" in given):
            form.fields[self.select] = ("select", given["value"])
        if not name or name == "csrfmiddlewaretoken" or tag not in ("input", "select", "textarea", "button"):
            return
        kind = "select" if tag == "select" else "text" if tag == "textarea" else given.get("type", "text")
        if kind == "file":
            form.has_file = True
        elif kind in ("radio", "checkbox"):
            if name not in form.fields or "checked" in given:
                form.fields[name] = (kind, given.get("value", "on"))
        elif kind not in ("submit", "button"):
            form.fields[name] = ("number" if "data-number" in given else kind, given.get("value", ""))
        self.select = name if tag == "select" else self.select
        self.area = name if tag == "textarea" else self.area

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.open = None
        self.select = "" if tag == "select" else self.select
        self.area = "" if tag == "textarea" else self.area

    def handle_data(self, data: str) -> None:
        if self.area and self.open and self.area in self.open.fields:
            self.open.fields[self.area] = ("text", self.open.fields[self.area][1] + data)


def forms_of(address: str, html: str) -> list[Form]:
    parser = _Forms(address)
    parser.feed(html)
    return parser.found
