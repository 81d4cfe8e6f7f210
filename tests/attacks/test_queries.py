"""What every page asks of the database: twenty statements at most, once what is kept in the cache is there."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from tests.attacks.walking import address_of, body_of, pages
from tests.routes.world import World

pytestmark = pytest.mark.django_db

MOST = 20
AUDIT = re.compile(r"^SELECT set_config\('pghistory[^;]*; ")  # who acts, told in front of a statement that writes
# The transaction of a request is a savepoint only inside a test's own, and with it goes the statement that makes its role a client's.
# Sessions are read from the cache; only this world keeps them in the database.
ASIDE = re.compile(r"^(RELEASE )?SAVEPOINT |^SELECT set_config\('role'|FROM \"django_session\"")


def test_no_page_asks_more_than_twenty_times(world: World) -> None:
    """One of ours who may open it, else its client."""
    asked = {name: least_asked(world.callers[caller], address_of(world, name, pattern)) for name, pattern, caller in pages()}

    assert {name: number for name, number in asked.items() if number > MOST} == {}


def least_asked(browser: Browser, address: str) -> int:
    """By the first reader; by the second where that was too much, since what is kept in the cache is there for it."""
    first = asked_by(browser, address)
    return first if first <= MOST else asked_by(browser, address)


def asked_by(browser: Browser, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        body_of(browser.get(address))
    return sum(not ASIDE.search(AUDIT.sub("", query["sql"])) for query in captured)
