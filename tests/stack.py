"""The real product for tests: gunicorn, Celery workers and beat on a PostgreSQL and Redis of their own, as the application's role."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from cdmo.servers import postgres as postgres_server
from cdmo.servers.bootstrap import BROWSERS
from cdmo.servers.children import Child, stop_all
from cdmo.servers.layout import ROOT, Layout
from cdmo.servers.private import Servers, claimed
from cdmo.servers.product import addresses, children, environment, manage, start
from tests.inside import Inside
from tests.migrated import bring_migrated, migrated_once

FEATURES_OFF = (  # the pop-ups of the address bar are two more processes for each visitor; the others Playwright turns off itself
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(FEATURES_OFF)}",
    "--js-flags=--no-turbofan --no-maglev --always-sparkplug",  # no page is looked at for so long that it pays to compile it twice
]
OWN = ("data:", "blob:", "about:")  # addresses that ask no host


RUNNING = ExitStack()  # closed after the last of those tests: its workers look for work every second, also when nobody asks
MESSAGE_END = b"-" * 79


@dataclass
class Stack:
    """A running product: its address, what its processes were told, and the processes by name."""

    url: str
    told: dict[str, str]
    processes: dict[str, Child]
    database: postgres_server.Postgres
    servers: Servers
    inside: Inside

    def python(self, code: str) -> str:
        """Run a few lines inside the product and give what they print."""
        return self.inside.run(code)

    def mails_to(self, address: str) -> list[EmailMessage]:
        """What the product has sent to this address."""
        files = sorted(Path(self.told["EMAIL_FILE_PATH"]).glob("*.log"))
        sent = [part.strip() for file in files for part in file.read_bytes().split(MESSAGE_END)]
        found = [message_from_bytes(part, policy=policy.default) for part in sent if part]
        return [message for message in found if message["To"] == address]


@pytest.fixture(scope="session")
def stack(django_db_blocker: Any) -> Iterator[Stack]:
    """Started once for all tests that need it, which follow each other; nothing of it outlives them."""
    layout = Layout(ROOT / ".state" / "stack")
    with RUNNING:
        RUNNING.enter_context(claimed(layout))
        servers, processes = Servers(layout), list[Child]()
        RUNNING.callback(lambda: stop_all(processes, servers.children))
        with django_db_blocker.unblock():
            database = _database(servers)
        started = _start(servers, processes, database)
        RUNNING.callback(started.inside.end)
        yield started


def _database(servers: Servers) -> postgres_server.Postgres:
    server = servers.start_postgres(options=postgres_server.UNSYNCED)  # tests kill it and ask for what it had acknowledged
    _drop_database(server)
    postgres_server.make_database(server)
    if "DATABASE_URL" in os.environ:  # that of tests; measurements have none
        bring_migrated(migrated_once(), server)
    return server


def _start(servers: Servers, processes: list[Child], database: postgres_server.Postgres) -> Stack:
    told = environment(
        servers.layout,
        addresses(database, servers.start_redis()),
        CDMO_ENVIRONMENT="development",
        CDMO_DEMO="people",
        DJANGO_SETTINGS_MODULE="tests.stack_settings",
        SWEEP_SECONDS="5",
        RENDER_LEASE_SECONDS="10",
        EMAIL_BACKEND="django.core.mail.backends.filebased.EmailBackend",
        EMAIL_FILE_PATH=str(_empty(servers.layout.state / "mail")),
    )
    manage(told, "prepare", "--demo")
    port = free_port()
    processes += children(servers.layout, told, port)
    start(processes, told, port)
    inside = Inside(told, servers.layout.logs / "inside.log")
    return Stack(f"http://127.0.0.1:{port}", told, {child.name: child for child in processes}, database, servers, inside)


def _empty(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _drop_database(database: postgres_server.Postgres) -> None:
    connection = database.connect()
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {postgres_server.DATABASE} WITH (FORCE)")
    connection.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def browser(stack: Stack) -> Iterator[Browser]:
    """The system's Chromium. A missing browser is a failure, never a skip."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright runs a loop in this thread; these tests do not use the ORM here
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert program, f"None of {', '.join(BROWSERS)} is installed."
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def places_to_sit(browser: Browser) -> list[BrowserContext]:
    """Where visitors sat who have left: nothing is kept there but the style sheets, scripts and fonts, which each would fetch anew."""
    return []


@pytest.fixture
def new_page(browser: Browser, stack: Stack, places_to_sit: list[BrowserContext]) -> Iterator[Callable[[], Page]]:
    """Opens a page of a new visitor. At the end no page may have asked another host, broken the content policy, or raised."""
    taken: list[BrowserContext] = []
    heard: list[tuple[BrowserContext, str, Callable[[Any], None]]] = []
    faults: list[str] = []

    def ask(request: Any) -> None:
        if not request.url.startswith((stack.url, *OWN)):
            faults.append(f"asked {request.url}")

    def fail(error: Any) -> None:
        faults.append(f"raised {error.error.stack or error.error}")

    def say(message: Any) -> None:
        if "Content Security Policy" in message.text:
            faults.append(message.text)

    def new_page() -> Page:
        context = places_to_sit.pop() if places_to_sit else _place(browser, stack)
        taken.append(context)
        for event, listen in (("request", ask), ("weberror", fail), ("console", say)):
            context.on(event, listen)  # type: ignore[call-overload]
            heard.append((context, event, listen))
        return context.new_page()

    yield new_page
    for context in taken:
        _leave(context, stack)
    for context, event, listen in heard:
        context.remove_listener(event, listen)
    places_to_sit += taken
    assert faults == []


def _place(browser: Browser, stack: Stack) -> BrowserContext:
    return browser.new_context(base_url=stack.url, locale="en-GB", timezone_id="Europe/Zurich", viewport={"width": 1440, "height": 900})


def _leave(context: BrowserContext, stack: Stack) -> None:
    """Without a trace: pages closed, cookies gone, what was stored gone."""
    for page in context.pages:
        page.close()
    context.clear_cookies()
    empty = context.new_page()
    told = {"origin": stack.url, "storageTypes": "local_storage,indexeddb,cache_storage,service_workers"}
    context.new_cdp_session(empty).send("Storage.clearDataForOrigin", told)
    empty.close()


@pytest.fixture
def page(new_page: Callable[[], Page]) -> Page:
    """A visitor who is not signed in."""
    return new_page()
