"""`make compose-proof`: docker-compose.yml run for real. All services healthy, a project through its first gate over HTTPS, its charter
made by the container of the documents' worker, then web, workers, Redis and PostgreSQL killed one after the other in the middle of work.

Bounded: each kill sees at most `WRITES` writes, each wait has an end, and everything that was started is taken down at the end.
"""

from __future__ import annotations

import json
import os
import shutil
import ssl
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import django
from playwright.sync_api import Page, expect, sync_playwright

from cdmo.servers.bootstrap import BROWSERS
from cdmo.servers.layout import ROOT
from tests.compose.engine import SERVICES, Engine
from tests.stack import QUIET

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cdmo.settings")
django.setup()

from tests.browser import acts  # noqa: E402 - the demo's words stand beside models
from tests.browser.acts import PATIENCE, People  # noqa: E402
from tests.browser.test_enquiry_to_charter import PLANT, to_the_first_gate  # noqa: E402

HTTPS_PORT = os.environ.get("HTTPS_PORT", "8443")
URL = f"https://localhost:{HTTPS_PORT}"
ANSWERS = {
    "ALLOWED_HOSTS": "localhost",
    "SITE_URL": URL,
    "HTTP_PORT": os.environ.get("HTTP_PORT", "8080"),
    "HTTPS_PORT": HTTPS_PORT,
    "EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend",
    "SWEEP_SECONDS": "5",
    "RENDER_LEASE_SECONDS": "10",
}
KILLED = ("web", "documents", "worker", "redis", "postgres")
WRITES, PAUSE_SECONDS, GIVE_UP_SECONDS = 30, 0.3, 180.0
BACKUPS = "/var/lib/cdmo/backups"
REPORT = "project_status_report"
PEOPLE = """
from audit.context import Channel, acting
from cdmo.demo.people import are_there, load_people
with acting(channel=Channel.SYSTEM):
    are_there() or load_people()
"""
RECORD = """
import json
from audit.files import is_intact
from audit.models import Event, OutboxCursor
from documents.models import DocumentVersion, Rendition
from projects.models import Task
tasks = list(Task.objects.filter(project__code="{code}", title__startswith="Write ").values_list("pk", "title"))
told = list(Event.objects.filter(kind="task.added", object_id__in=[str(pk) for pk, title in tasks]).values_list("object_id", flat=True))
versions = DocumentVersion.objects.filter(document__project__code="{code}", document__type_key="{report}").order_by("number")
last = Event.objects.order_by("transaction_id", "id").values_list("transaction_id", "id").last()
print(json.dumps({{
    "titles": sorted(title for pk, title in tasks), "told": len(told), "told_once": len(set(told)),
    "versions": [[version.number, version.state, version.attempts, version.renditions.count()] for version in versions],
    "intact": all(is_intact(sha256) for sha256 in Rendition.objects.values_list("sha256", flat=True)),
    "behind": [cursor.consumer for cursor in OutboxCursor.objects.all() if (cursor.transaction_id, cursor.event_id) != last],
}}))
"""


@dataclass
class Session:
    """A person's sign-in, taken over from the browser, for plain requests from another thread."""

    cookie: str
    token: str

    @classmethod
    def of(cls, page: Page) -> Session:
        cookies = {each["name"]: each["value"] for each in page.context.cookies()}
        return cls("; ".join(f"{name}={value}" for name, value in cookies.items()), cookies["cdmo_csrf"])

    def send(self, path: str, body: dict[str, Any] | None = None, **headers: str) -> Any:
        own = {"Cookie": self.cookie, "X-CSRFToken": self.token, "Referer": URL, "Content-Type": "application/json", **headers}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{URL}/api/v1/{path}", data, own)
        with urllib.request.urlopen(request, timeout=20, context=ssl._create_unverified_context()) as answer:
            return json.load(answer)


@dataclass(eq=False)
class Writer(threading.Thread):
    """Writes tasks one after the other and keeps what was acknowledged; an unanswered write is sent again under its own key."""

    session: Session
    code: str
    mark: str
    acknowledged: list[str] = field(default_factory=list)
    failures: int = 0

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    def run(self) -> None:
        deadline = time.monotonic() + GIVE_UP_SECONDS
        for number in range(WRITES):
            title = f"Write {self.mark} {number:02}"
            while title not in self.acknowledged and time.monotonic() < deadline:
                try:
                    body = {"title": title, "milestone": "route_selected", "department": "research", "duration_days": 1}
                    self.session.send(f"projects/{self.code}/tasks/", body, **{"Idempotency-Key": title.replace(" ", "-")})
                    self.acknowledged.append(title)
                except (OSError, ValueError):
                    self.failures += 1
                time.sleep(PAUSE_SECONDS)


def main() -> int:
    engine = Engine(ROOT / ".state" / "compose")
    began = time.monotonic()
    engine.copy_product(ANSWERS)
    try:
        engine.down()
        engine.up()
        _say(began, f"healthy: {', '.join(SERVICES)}")
        engine.python(PEOPLE)
        with ExitStack() as stack:
            people = People(_browser(stack))
            engine.python(PLANT)
            code = to_the_first_gate(people)
            _say(began, f"{code} went through its first gate over HTTPS")
            _charter_was_made_by_the_worker(engine)
            _say(began, "its charter was made by the container of the documents' worker")
            for service in KILLED:
                _say(began, _kill(engine, people, code, service))
        _say(began, f"the whole installation lost but for its backup: {_lose_and_restore(engine)}")
    finally:
        engine.down()
        shutil.rmtree(engine.folder, ignore_errors=True)
    print("The compose file holds: nothing acknowledged was lost.")
    return 0


def _say(began: float, words: str) -> None:
    print(f"{time.monotonic() - began:6.0f} s  {words}", flush=True)


def _browser(stack: ExitStack) -> Callable[[], Page]:
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        raise SystemExit(f"None of {', '.join(BROWSERS)} is installed.")
    chromium = stack.enter_context(sync_playwright()).chromium.launch(executable_path=program, args=QUIET)
    stack.callback(chromium.close)
    expect.set_options(timeout=PATIENCE)
    return lambda: chromium.new_context(
        base_url=URL, locale="en-GB", timezone_id="Europe/Zurich", viewport={"width": 1440, "height": 900}, ignore_https_errors=True
    ).new_page()


def _charter_was_made_by_the_worker(engine: Engine) -> None:
    printed = engine.run([engine.program, "logs", engine.container("documents")], check=False)
    assert "documents.tasks.render_version" in printed, printed[-3000:]


def _kill(engine: Engine, people: People, code: str, service: str) -> str:
    """In the middle of writes and of a rendering; then everything that was acknowledged is there, once, and told to everybody."""
    manager = people["pm"]
    before = _record(engine, code)
    session = Session.of(manager)
    writer = Writer(session, code, service)
    writer.start()
    acts.make_the_document(manager, code, REPORT)
    engine.wait("some writes are acknowledged", lambda: len(writer.acknowledged) >= 3, 60)
    how = engine.kill(service)
    writer.join(GIVE_UP_SECONDS)
    healthy = engine.wait_healthy(*SERVICES)
    wanted = len(before["versions"]) + 1
    engine.wait("the report is made", lambda: [row[1] for row in _record(engine, code)["versions"]][wanted - 1 :] == ["draft"], 240)
    after = _record(engine, code)

    expected = sorted([*before["titles"], *writer.acknowledged])
    assert len(writer.acknowledged) == WRITES, f"{len(writer.acknowledged)} of {WRITES} writes were acknowledged in time"
    assert after["titles"] == expected, "an acknowledged write is missing, or is there twice"
    assert after["told"] == after["told_once"] == len(expected), "an event is missing, or is there twice"
    assert after["versions"][-1][3] == 1, "the report has not exactly one file"
    assert after["intact"], "a stored file has changed"
    engine.wait("every consumer has read every event", lambda: _record(engine, code)["behind"] == [], 120)
    assert session.send("projects/")["results"], "the session was lost"
    return (
        f"{service} killed ({how}): {WRITES} writes acknowledged, {writer.failures} sent again, none lost; "
        f"the report was made in {after['versions'][-1][2]} attempts; healthy again after {healthy:.0f} s"
    )


def _lose_and_restore(engine: Engine) -> str:
    """As docs/production.md says: a backup, then new volumes, then the restore; what it counted and looked at, in its own words."""
    written = engine.manage("backup", BACKUPS)
    folder = next(line for line in written.splitlines() if " rows in " in line).split(": ")[0]
    engine.lose("database", "redis", "files")
    engine.say("up", "-d", "postgres", "redis")
    engine.wait_healthy("postgres", "redis")
    restored = engine.manage("restore", folder)
    engine.say("up", "-d")
    engine.wait_healthy(*SERVICES)
    return next(line for line in restored.splitlines() if "restored and verified" in line).strip()


def _record(engine: Engine, code: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(engine.python(RECORD.format(code=code, report=REPORT)).splitlines()[-1])
    return found


if __name__ == "__main__":
    sys.exit(main())
