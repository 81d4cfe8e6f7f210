"""Which pages are measured, as whom, and how many statements each sends: all that the browser's test looks at, on the scaled database.

Run inside the product's environment (`manage.py shell`). What that test's world has and the copies of the demo have not (drafts, imports,
scratch plans, …) is made once, on the demo's own projects among the thousands. An address that names none of it is asked for by a person
of the first copies, who has two hundred projects, or a hundred as a client; so are the addresses in MORE, of the one of those projects
about which most was recorded.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db import connection
from django.db.models import Count, OuterRef, Subquery
from django.test import Client as Browser

from accounts.models import User
from audit.models import Event
from projects.models import Project
from tests.bench.acts import as_person
from tests.browser.test_pages import PAGES
from tests.browser.world import make_world

COPY, CLIENT = "c1.", "DEMOA1"
MORE = {
    "pm": [
        "/projects/{long}/",
        "/projects/{long}/gate/",
        "/projects/{long}/plan/",
        "/projects/{long}/documents/",
        "/projects/{long}/activity/",
        "/projects/{long}/charter/",
        "/projects/{long}/payments/",
        "/projects/{long}/risks/",
        "/projects/{long}/sharing/",
        "/projects/{long}/status-report/",
        "/projects/{long}/account/",
        "/projects/{long}/milestones/",
        "/projects/{long}/as-client/",
        "/projects/{long}/actuals/",
    ],
    "approver.a": ["/portal/{long}/", "/portal/{long}/account/"],
}
LEFT_OUT = {"/search/?q={code}": "leads on to the project's page; what is searched for has rows of its own"}


class Place(NamedTuple):
    name: str  # as it is shown
    email: str
    address: str


class Statements:
    """Counts what asks or writes: the role of a client's request too; where a transaction or a savepoint begins and ends not."""

    def __init__(self) -> None:
        self.number = 0

    def __call__(self, execute: Any, sql: str, *more: Any) -> Any:
        self.number += not sql.startswith(("SAVEPOINT", "RELEASE"))
        return execute(sql, *more)


def main() -> None:
    """A JSON list of name, e-mail address, address and count a page; after a first time, since a process reads some things once."""
    for place in places(world()):
        browser = as_person(User.objects.filter(email=place.email).first())
        browser.get(place.address)
        print(json.dumps([*place, statements(browser, place.address)]))


def searched() -> None:
    """A JSON list of what is searched for, by whom, the words, and the statements."""
    compound = Project.objects.filter(client__code=CLIENT).exclude(compound__inchikey="").latest("pk").compound
    ours, theirs = f"{COPY}pm@demo.example", f"{COPY}approver.a@demo.example"
    for what, email, words in (
        ("a word that very many documents say", ours, "batch"),
        ("a CAS number", ours, compound.cas_number),
        ("an InChIKey", ours, compound.inchikey),
        ("a client's name", ours, "Demo Client A"),
        ("a name with a letter wrong", ours, "sitaglipdin"),
        ("a client in its portal, a word that very many documents say", theirs, "batch"),
        ("a client in its portal, a name with a letter wrong", theirs, "sitaglipdin"),
    ):
        browser = as_person(User.objects.get(email=email))
        print(json.dumps([what, email, words, statements(browser, f"/search/?{urlencode({'q': words})}")]))


def statements(browser: Browser, address: str) -> int:
    """A search for a mistyped name leads on to the name that is meant: both answers count."""
    counted = Statements()
    with connection.execute_wrapper(counted):
        answer = browser.get(address, follow=True)
    assert answer.status_code == 200, (address, answer.status_code)
    return counted.number


def world() -> dict[str, str]:
    """Made once: where it is is kept beside the database."""
    kept = Path(os.environ["CDMO_STATE_DIR"]) / "places.json"
    if not kept.exists():
        kept.write_text(json.dumps(make_world(), default=str))
    return {**json.loads(kept.read_text()), "long": longest()}


def longest() -> str:
    events = Event.objects.filter(project_id=OuterRef("pk")).order_by().values("project_id").annotate(number=Count("pk")).values("number")
    return Project.objects.filter(client__code=CLIENT).annotate(recorded=Subquery(events)).latest("recorded").code


def places(told: dict[str, str]) -> Iterator[Place]:
    for person in PAGES:
        for address in [each for each in (*PAGES[person], *MORE.get(person, ())) if each not in LEFT_OUT]:
            of_a_copy = "{" not in address.replace("{long}", "")
            email = f"{COPY if of_a_copy else ''}{person}@demo.example" if person else ""
            here = address.replace("/DEMOA/", f"/{CLIENT}/") if of_a_copy else address
            name = f"Page {re.sub('{.*?}', '…', here)}, {person or 'nobody'}{' with many projects' if of_a_copy and person else ''}"
            yield Place(name, email, here.format(**told))
