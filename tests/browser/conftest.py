"""The world that several of the browser's tests look at, made once."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acts import PATIENCE
from tests.browser.lines import Lines
from tests.stack import Stack

expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def places(stack: Stack) -> dict[str, str]:
    """A project in small scale on which everything stands open, two beside it, and where their records are."""
    made = stack.python("import json; from tests.browser.world import make_world; print(json.dumps(make_world(), default=str))")
    return {name: str(place) for name, place in json.loads(made.splitlines()[-1]).items()}


@pytest.fixture
def lines(page: Page, stack: Stack) -> Lines:
    return Lines(page, stack)
