"""`make compose-proof`: docker-compose.yml run for real. All services healthy, a project through its first gate over HTTPS, its charter
made by the container of the documents' worker, then web, workers, Redis and PostgreSQL killed one after the other in the middle of work:
while somebody writes, and while a report of many pages is seen on its way through the renderer.

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
    "RENDER_LEASE_SECONDS": "30",
}
KILLED = ("web", "documents", "worker", "redis", "postgres")
CUT_SHORT = frozenset({"documents", "postgres"})  # without these a rendering cannot end: another one must have begun
WRITES, PAUSE_SECONDS, GIVE_UP_SECONDS = 40, 0.3, 180.0
BACKUPS = "/var/lib/cdmo/backups"
REPORT = "project_status_report"
PEOPLE = """
from audit.context import Channel, acting
from cdmo.demo.people import are_there, load_people
with acting(channel=Channel.SYSTEM):
    are_there() or load_people()
"""
LONG_REPORT = """
from django.db import transaction
from accounts.models import Role
from audit.context import Channel, acting
from cdmo.demo.people import holding
from documents.services import request_document, save_narrative
from projects.models import Project
row = "<tr><td>{{0}}</td><td>Sample {{0}} was taken at the third wash</td><td>0.{{0}}</td><td>within limits</td></tr>"
rows = "".join(row.format(number) for number in range(1200))
with acting(channel=Channel.COMMAND), transaction.atomic():
    manager = holding(Role.PROJECT_MANAGER)
    version = request_document("{report}", actor=manager, project=Project.objects.get(code="{code}"))
    for section in ("summary", "risks"):
        save_narrative(version.document.number, version.number, section, f"<table>{{rows}}</table>", actor=manager)
"""
ON_ITS_WAY = """
SELECT count(*) FROM documents_documentversion v JOIN documents_document d ON d.id = v.document_id
WHERE d.type_key = '{report}' AND v.number = {number} AND v.state = 'rendering' AND v.progress_step IN ('styling', 'layout')
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
        loose = [words for service in SERVICES for words in engine.loosenesses(service)]
        assert loose == [], loose
        _say(began, "none of them is root, holds a capability, may gain one, or can write its own root")
        engine.python(PEOPLE)
        with ExitStack() as stack:
            people = People(_browser(stack))
            engine.python(PLANT)
            code = to_the_first_gate(people)
            _say(began, f"{code} went through its first gate over HTTPS")
            _charter_was_made_by_the_worker(engine)
            _say(began, "its charter was made by the container of the documents' worker")
            _say(began, f"a long report was made in {_long_report(engine, code):.0f} s, in one attempt")
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


def _long_report(engine: Engine, code: str) -> float:
    """Its text goes over into every later version. Left alone it needs one attempt: a second one later comes of the kill."""
    began = time.monotonic()
    engine.python(LONG_REPORT.format(code=code, report=REPORT))
    _wait_until_made(engine, code, 1)
    _, _, attempts, files = _record(engine, code)["versions"][0]
    assert (attempts, files) == (1, 1), f"undisturbed, the report took {attempts} attempts and has {files} files"
    return time.monotonic() - began


def _kill(engine: Engine, people: People, code: str, service: str) -> str:
    """In the middle of writes and of a rendering; then everything that was acknowledged is there, once, and told to everybody."""
    before = _record(engine, code)
    number = len(before["versions"]) + 1
    session = Session.of(people["pm"])
    writer = Writer(session, code, service)
    writer.start()
    engine.wait("some writes are acknowledged", lambda: len(writer.acknowledged) >= 3, 60)
    acts.make_the_document(people["pm"], code, REPORT)
    engine.wait("the report is on its way", lambda: _is_on_its_way(engine, number), 120)
    assert writer.is_alive(), "all was written before the kill"
    how = engine.kill(service)
    writer.join(GIVE_UP_SECONDS)
    healthy = engine.wait_healthy(*SERVICES)
    _wait_until_made(engine, code, number)
    after = _record(engine, code)
    _require_all(before, writer, after)
    attempts = after["versions"][-1][2]
    assert attempts >= (2 if service in CUT_SHORT else 1), f"the report was made in {attempts} attempts"
    engine.wait("every consumer has read every event", lambda: _record(engine, code)["behind"] == [], 120)
    assert session.send("projects/")["results"], "the session was lost"
    return (
        f"{service} killed in the middle of the report ({how}): {WRITES} writes acknowledged, {writer.failures} sent again, none lost; "
        f"the report made in {attempts} attempt{'s'[: attempts > 1]}, 1 file; healthy again after {healthy:.0f} s"
    )


def _require_all(before: dict[str, Any], writer: Writer, after: dict[str, Any]) -> None:
    expected = sorted([*before["titles"], *writer.acknowledged])
    assert len(writer.acknowledged) == WRITES, f"{len(writer.acknowledged)} of {WRITES} writes were acknowledged in time"
    assert after["titles"] == expected, "an acknowledged write is missing, or is there twice"
    assert after["told"] == after["told_once"] == len(expected), "an event is missing, or is there twice"
    assert [files for *_, files in after["versions"]] == [1] * len(after["versions"]), "a report has not exactly one file"
    assert after["intact"], "a stored file has changed"


def _is_on_its_way(engine: Engine, number: int) -> bool:
    """Asked of the database itself, which answers sooner than the product starts."""
    asked = ON_ITS_WAY.format(report=REPORT, number=number)
    return engine.inside("postgres", "psql", "-U", "postgres", "-d", "cdmo", "-Atc", asked) == "1"


def _wait_until_made(engine: Engine, code: str, number: int) -> None:
    engine.wait("the report is made", lambda: [row[1] for row in _record(engine, code)["versions"]][number - 1 :] == ["draft"], 300)


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
