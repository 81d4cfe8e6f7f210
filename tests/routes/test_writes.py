"""Every address that writes, asked by every role of ours: who has its permission arrives at it, everybody else is refused.

A role more never takes a right away, so all roles that are to be refused ask at once, as one person: a right of any of them would show.
Nothing is written: forms and bodies are taken as filled in, and where the named permission is granted, the request ends.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.contrib.auth import SESSION_KEY, get_user
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accounts import permissions
from accounts.models import User
from tests.routes.accounts import HEALTH_ROUTES, SIGN_IN_ROUTES
from tests.routes.filling_in import fill_everything_in
from tests.routes.kinds import OUTSIDE, STAFF
from tests.routes.test_routes import PATTERNS, names_an_object, writes_of
from tests.routes.world import World
from tests.routes.writes import OF_CLIENTS, UNDECIDED, WRITES, Writers

pytestmark = pytest.mark.django_db
ADDRESSES = dict(PATTERNS)
BODY = {"reason": "Because", "note": "x", "password": "x", "confirmed": "on", "items": "milestone:g2", "keys": "g2"}
NAMED_INSIDE = {"api-document-list", "api-occupancy-list"}  # the project stands in the body
REFUSED = (403, 404)


class Arrived(BaseException):
    """The person has the permission. No Exception, so that nothing on the way takes it for a failure of the product."""


@dataclass
class Asking:
    """Who asks is one of our people, in these roles. Read once, for it is asked a thousand times."""

    world: World
    roles: frozenset[str] = frozenset()
    people: dict[str, User] = field(default_factory=dict)

    def user_of(self, request: HttpRequest) -> User:
        key = request.session[SESSION_KEY]
        if key not in self.people:
            self.people[key] = get_user(request)  # type: ignore[assignment]
        self.people[key].roles = self.roles
        return self.people[key]

    def decision(self, roles: Collection[str], route: str) -> str | int:
        """The name of the permission that was granted, else the status."""
        self.roles = frozenset(roles)
        method, _space, name = route.rpartition(" ")
        pattern = ADDRESSES[name]
        sent: dict[str, Any] = {"data": BODY | {"file": SimpleUploadedFile("a.txt", b"text")}}
        if pattern.startswith("api/"):
            sent = {"data": "{}", "content_type": "application/json", "headers": {"If-Match": "*"}}
        write = getattr(self.world.callers[sorted(roles, key=OUTSIDE.__contains__)[0]], method.lower() or "post")
        try:
            with transaction.atomic():
                answer = write(reverse(name, kwargs=self.world.arguments(name, pattern)), **sent)
                transaction.set_rollback(True)
                return int(answer.status_code)
        except Arrived as arrived:
            return str(arrived)


@pytest.fixture
def asking(world: World, monkeypatch: pytest.MonkeyPatch) -> Asking:
    monkeypatch.setattr("cdmo.errors.render", lambda request, template, context, status: HttpResponse(status=status))
    monkeypatch.setattr("django.template.backends.django.Template.render", lambda *arguments: "")
    monkeypatch.setattr("accounts.signing._check_password", lambda *arguments: None)
    monkeypatch.setattr("accounts.signing.second_factor_of", lambda user: None)
    fill_everything_in(monkeypatch, {"project": world.things["code"], "rfp": "", "client": "DCA", "type": "memo", "key": "g2"})
    made = Asking(world)
    monkeypatch.setattr("django.contrib.auth.middleware.get_user", made.user_of)
    asked = permissions.allowed

    def allowed(name: str, user: User, obj: Any = None) -> bool:
        if asked(name, user, obj):
            raise Arrived(name)
        return False

    monkeypatch.setattr(permissions, "allowed", allowed)  # `require_permission` asks it; a page that only shows a button has its own
    return made


@pytest.mark.parametrize("writers", WRITES, ids=[f"{each.permission}:{each.routes.split()[0]}" for each in WRITES])
def test_a_role_writes_where_the_table_says_and_nowhere_else(asking: Asking, writers: Writers) -> None:
    wrong: dict[str, Any] = {}
    for route in routes_of(writers):
        found = {role: asking.decision([role], route) for role in writers.roles}
        if stopped := {role: answer for role, answer in found.items() if not arrives(answer, writers)}:
            wrong[route] = stopped
        refused = others(route, writers)
        if refused and (answer := asking.decision(refused, route)) not in REFUSED:
            wrong[f"{route} of others"] = {role: asking.decision([role], route) for role in refused} | {"together": answer}

    assert wrong == {}


def others(route: str, writers: Writers) -> list[str]:
    """Who is outside the project finds nothing of it, as test_nobody_acts_on_what_is_not_theirs holds."""
    name = route.split()[-1]
    of_project = names_an_object(ADDRESSES[name]) or name in NAMED_INSIDE
    return [role for role in STAFF if role not in writers.roles and not (of_project and role in OUTSIDE)]


def arrives(answer: str | int, writers: Writers) -> bool:
    return answer == writers.permission if writers.permission else answer not in REFUSED


def routes_of(writers: Writers) -> Iterator[str]:
    method = ""
    for word in writers.routes.split():
        if word.isupper():
            method = f"{word} "
        else:
            yield method + word
            method = ""


def test_every_address_that_writes_has_one_line(asking: Asking, world: World) -> None:
    """One that only shows answers 405 to a write; people of a client have their own."""
    writing = {
        ("" if method == "post" else f"{method.upper()} ") + name
        for name, pattern in PATTERNS
        if name not in SIGN_IN_ROUTES | HEALTH_ROUTES and not OF_CLIENTS.fullmatch(name)
        for method in writes_of(reverse(name, kwargs=world.arguments(name, pattern)))
    }
    known = Counter(route for writers in WRITES for route in routes_of(writers)) + Counter(UNDECIDED)

    for route in writing - known.keys():
        assert asking.decision(["business_development"], route) == 405, f"{route} writes: say in tests/routes/writes.py who may"
    assert known.keys() - writing == set()
    assert [route for route, times in known.items() if times > 1] == []
