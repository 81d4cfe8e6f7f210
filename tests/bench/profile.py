"""`make bench-profile`: where the time of the API, of slow pages, of a slip and of a gate's decision goes, by cProfile. Prints shares.

Run on the bench's own installation after `make bench`. A profile makes Python slower and leaves the database as it is, so that the share
of what waits for the database is told too small rather than too large.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import pstats
import sys
from collections.abc import Callable, Mapping, Sequence

from cdmo.servers.product import manage
from tests.bench.rows import SHELL
from tests.bench.running import clients_system, running

TIMES = 100
PAGES = (("/rfps/", "c1.bd@demo.example"), ("/projects/", "c1.pm@demo.example"), ("/search/?q=batch", "c1.pm@demo.example"))
PARTS: Mapping[str, tuple[tuple[str, str], ...]] = {  # the outermost functions of each part: (end of the file's name, function)
    "transaction and the role that hides other clients' rows": (
        ("django/db/transaction.py", "__enter__"),
        ("django/db/transaction.py", "__exit__"),
        ("audit/client_role.py", "_become"),
    ),
    "counting the calls in Redis": (("cdmo/throttling.py", "allow_request"),),
    "checking the token": (("accounts/authentication.py", "token_of"),),
    "statements in the database": (("django/db/backends/utils.py", "execute"),),
    "writing events": (("audit/events.py", "record"), ("audit/events.py", "record_each")),
    "checking the password": (("django/contrib/auth/hashers.py", "check_password"),),
    "templates": (("django/template/loader.py", "render_to_string"),),
    "JSON": (("accounts/api_json.py", "render"),),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, prog="make bench-profile")
    parser.add_argument("--projects", type=int, default=10_000)
    parser.add_argument("--page", help="instead of the pages that are slow as a rule")
    parser.add_argument("--as", dest="email", default="c1.pm@demo.example")
    asked = parser.parse_args()
    with running(asked.projects) as (told, _port, _bare, _behind):
        secret, code, *_staff = clients_system(told)
        pages = ((asked.page, asked.email),) if asked.page else PAGES
        call = f"from tests.bench.profile import inside; inside({secret!r}, {code!r}, {pages!r})"
        print(manage(told, *SHELL, f"import logging; logging.disable(logging.INFO); {call}"))
    return 0


def inside(secret: str, code: str, pages: Sequence[tuple[str, str]]) -> None:
    """Inside the product's environment; each address a hundred times."""
    from django.db import transaction  # the models are there only now
    from django.test import Client as Browser

    from accounts.models import User
    from audit.context import Channel, acting
    from tests.bench.acts import a_decision, a_slip, as_person, taken_back

    system = Browser(headers={"host": "localhost", "authorization": f"Bearer {secret}"})
    one = f"/api/v1/projects/{code}/"
    tag = {"If-None-Match": system.get(one).headers["ETag"]}
    asked = [(page, as_person(User.objects.get(email=email))) for page, email in pages]
    for name, ask in (
        ("API: 50 projects", lambda: system.get("/api/v1/projects/?page_size=50")),
        ("API: 50 projects with their milestones", lambda: system.get("/api/v1/projects/?page_size=50&include=milestones")),
        ("API: 50 milestones with their last change", lambda: system.get("/api/v1/milestones/?page_size=50")),
        ("API: one project, not changed (304)", lambda: system.get(one, headers=tag)),
        ("API: changes feed, a client's system, a page at the beginning", lambda: system.get("/api/v1/changes/")),
        *((f"Page {page}", lambda page=page, person=person: person.get(page)) for page, person in asked),
    ):
        print(json.dumps({name: shares(profiled(ask))}, indent=2))
    with acting(channel=Channel.COMMAND), transaction.atomic():
        _number, _show, publish = a_slip()
        for name, write in (("A slip over 200 milestones, published", publish), ("A gate's decision, its last signature", a_decision())):
            print(json.dumps({name: shares(profiled(lambda write=write: taken_back(write, 1), times=TIMES // 10))}, indent=2))
        transaction.set_rollback(True)


def profiled(ask: Callable[[], object], times: int = TIMES) -> pstats.Stats:
    ask()
    profile = cProfile.Profile()
    profile.enable()
    for _ in range(times):
        ask()
    profile.disable()
    return pstats.Stats(profile)


def shares(found: pstats.Stats) -> dict[str, str]:
    """Of the whole, in percent; parts may lie within each other, and so need not come to a hundred."""
    whole = found.total_tt  # type: ignore[attr-defined]
    spent = {
        part: sum(
            cumulative
            for (file, _line, function), (_calls, _all, _own, cumulative, _callers) in found.stats.items()  # type: ignore[attr-defined]
            if any(file.endswith(end) and function == name for end, name in functions)
        )
        for part, functions in PARTS.items()
    }
    return {part: f"{100 * seconds / whole:.0f} %" for part, seconds in spent.items() if seconds}


if __name__ == "__main__":
    sys.exit(main())
