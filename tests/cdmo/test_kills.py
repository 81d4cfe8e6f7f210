"""PostgreSQL, web and Redis killed one after the other in the middle of work: nothing that was acknowledged is lost or there twice.

`make compose-proof` does the same to the containers; a killed worker is in tests/documents/test_killed_worker.py, a killed `make run` in
test_run.py. Killed is the process and not the machine: what PostgreSQL has written is the kernel's by then, so that fsync=off (the tests'
UNSYNCED) loses nothing of it. What Redis held is thrown away as well.

A writer goes on until all its acts are acknowledged; what gets no answer is sent again under its own key, as clients' systems are told.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import threading
import time
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from cdmo.demo.people import PASSWORD
from cdmo.servers import postgres, redis
from cdmo.servers.children import Child
from cdmo.servers.leftovers import write_down
from tests.cdmo.test_run import Visitor
from tests.cdmo.test_servers import until
from tests.stack import Stack

pytestmark = pytest.mark.integration
KILLED = ("postgres", "web", "redis")  # the first has its lease of a document run out while the others are killed
WRITERS, BEFORE_THE_KILL = 4, 9  # of the twelve acts of four writers: the first records are being made by then
GIVE_UP_SECONDS, PATIENCE_SECONDS = 60.0, 90.0  # on a busy machine
STAFF = "bd@demo.example"
A_SYSTEM = f"""
from accounts.models import Client, User
from accounts.services import create_integration_account, create_token
from audit.context import Channel, acting
with acting(channel=Channel.COMMAND):
    actor = User.objects.get(email="{STAFF}")
    account = create_integration_account(Client.objects.get(code="DEMOB").pk, name="A system that goes on", actor=actor)
    print(create_token(account.pk, name="nightly", scope="write", actor=actor)[1])
"""
REQUEST = {
    "contact_name": "Purchasing Manager",
    "compound_name": "Acetic acid",
    "structure_text": "CC(=O)O",
    "downstream_drug": "Eye drops",
    "indication": "Otitis",
    "target_markets": ["EU"],
    "compound_role": "api",
    "process_challenges": "Corrosive.",
    "target_timeline": "Next year.",
    "submission_requirements": ["DMF"],
    "sample_quantity_g": "12.5",
    "quotation_needed_on": (timezone.localdate() + timedelta(days=20)).isoformat(),
}
RECORD = """
import json
from audit.files import is_intact
from audit.models import Event, OutboxCursor
from documents.models import DocumentVersion, Rendition
from projects.models import Project, Rfp
def told(kind, found):
    return Event.objects.filter(kind=kind, object_id=str(found.pk)).count()
rows = {}
for rfp in Rfp.objects.filter(wanted__startswith="Killed ").order_by("pk"):
    project = Project.objects.get(rfp=rfp)
    (version,) = DocumentVersion.objects.filter(document__rfp=rfp)
    made = list(Rendition.objects.filter(version=version).values_list("sha256", flat=True))
    told_of = [told("rfp.logged", rfp), told("rfp.submitted", rfp)]
    told_of += [told(kind, version.document) for kind in ("document.requested", "document.rendered")]
    rows[rfp.number] = [rfp.wanted, project.code, version.state, told_of, [is_intact(sha256) for sha256 in made]]
last = Event.objects.order_by("transaction_id", "id").values_list("transaction_id", "id").last()
behind = [cursor.consumer for cursor in OutboxCursor.objects.all() if (cursor.transaction_id, cursor.event_id) < last]
print(json.dumps({"rows": rows, "behind": behind}))
"""


@dataclass(frozen=True)
class Caller:
    """Somebody signed in, or a system with its token."""

    url: str
    opener: urllib.request.OpenerDirector
    headers: dict[str, str]

    def send(self, path: str, body: dict[str, Any], *, key: str) -> dict[str, Any]:
        headers = {**self.headers, "Content-Type": "application/json", "Idempotency-Key": key}
        request = urllib.request.Request(f"{self.url}/api/v1/{path}", json.dumps(body).encode(), headers)
        with self.opener.open(request, timeout=10) as answer:
            return dict(json.load(answer))


@dataclass(eq=False)
class Writer(threading.Thread):
    """A client's system logs a request, one of ours submits it and has its record made."""

    mark: str
    system: Caller
    seller: Caller
    acknowledged: int = 0
    number: str = ""
    project: str = ""
    unanswered: int = 0
    refused: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    def run(self) -> None:
        self.deadline = time.monotonic() + GIVE_UP_SECONDS
        self.number = self._until_acknowledged(self.system, "rfps/", REQUEST | {"wanted": self.mark})["number"]
        self.project = self._until_acknowledged(self.seller, f"rfps/{self.number}/submit/", {})["project"]
        self._until_acknowledged(self.seller, "documents/", {"type": "rfp_record", "rfp": self.number})

    def _until_acknowledged(self, caller: Caller, path: str, body: dict[str, Any]) -> dict[str, Any]:
        key = f"{self.mark} {self.acknowledged}".replace(" ", "-")
        while time.monotonic() < self.deadline:
            try:
                answer = caller.send(path, body, key=key)
                self.acknowledged += 1
                return answer
            except urllib.error.HTTPError as error:
                with error:
                    if error.code != 503 or "Retry-After" not in error.headers:
                        self.refused.append(f"{path}: {error.code} {error.read().decode()}")
            except (OSError, ValueError):  # the connection broke, before the answer or in it
                pass
            self.unanswered += 1
            time.sleep(0.1)
        raise TimeoutError(f"{path} was not acknowledged in time.")


@pytest.fixture(scope="module")
def system(stack: Stack) -> Caller:
    return Caller(stack.url, urllib.request.build_opener(), {"Authorization": f"Bearer {stack.python(A_SYSTEM)}"})


@pytest.fixture(scope="module")
def visitor(stack: Stack) -> Visitor:
    """Signed in once, before the first kill."""
    visitor = Visitor(stack.url)
    visitor.post("/accounts/login/", login=STAFF, password=PASSWORD)
    return visitor


@pytest.fixture(scope="module")
def seller(stack: Stack, visitor: Visitor) -> Caller:
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', visitor.get("/clients/new/"))
    assert token
    return Caller(stack.url, visitor.opener, {"X-CSRFToken": token[1]})


def test_what_was_acknowledged_is_there_once(stack: Stack, system: Caller, seller: Caller, visitor: Visitor) -> None:
    writers = [writer for name in KILLED for writer in killed_in_the_middle(stack, name, system, seller)]

    assert [refusal for writer in writers for refusal in writer.refused] == []  # nobody was signed out
    assert [writer.acknowledged for writer in writers] == [3] * len(writers)
    assert until(lambda: settled(record(stack)), PATIENCE_SECONDS), record(stack)
    assert record(stack)["rows"] == {writer.number: [writer.mark, writer.project, "draft", [1, 1, 1, 1], [True]] for writer in writers}
    assert writers[0].mark in visitor.get(f"/rfps/{writers[0].number}/")


def killed_in_the_middle(stack: Stack, name: str, system: Caller, seller: Caller) -> list[Writer]:
    """The writers, when all is acknowledged or none of them hopes for it any more."""
    writers = [Writer(f"Killed {name} {number}", system, seller) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    assert until(lambda: sum(writer.acknowledged for writer in writers) >= BEFORE_THE_KILL, PATIENCE_SECONDS)
    kill(child_of(stack, name))
    if name == "redis":  # everybody works on without it
        join(writers)
        assert [writer.unanswered for writer in writers] == [0] * WRITERS
    else:
        assert until(lambda: any(writer.unanswered for writer in writers)), f"the death of {name} met no work"
    start_again(stack, name)
    join(writers)
    return writers


def join(writers: list[Writer]) -> None:
    for writer in writers:
        writer.join(GIVE_UP_SECONDS)


def settled(now: dict[str, Any]) -> bool:
    """Every document is made and every consumer has read every event."""
    return not now["behind"] and all(state == "draft" for _wanted, _project, state, _told, _made in now["rows"].values())


def record(stack: Stack) -> dict[str, Any]:
    return dict(json.loads(stack.python(RECORD).splitlines()[-1]))


def child_of(stack: Stack, name: str) -> Child:
    server = {"redis": stack.servers.redis, "postgres": stack.servers.postgres}.get(name)
    return server.child if server else stack.processes[name]


def start_again(stack: Stack, name: str) -> None:
    """As the engine would that runs the containers: nothing of the tests does it by itself."""
    servers = stack.servers
    assert servers.redis and servers.postgres
    if name == "web":
        stack.processes[name].start()
    elif name == "redis":
        shutil.rmtree(servers.layout.redis)
        servers.layout.redis.mkdir()
        redis.run(servers.redis)
    else:
        postgres.run(servers.postgres)
    write_down(servers.layout.sessions, servers.children)


def kill(child: Child) -> None:
    """It and what it started, at once: nobody is left to tidy up."""
    assert child.process
    for pid in (child.process.pid, *started_by(child.process.pid)):
        with suppress(ProcessLookupError):  # a connection of PostgreSQL may have ended by itself meanwhile
            os.kill(pid, signal.SIGKILL)
    child.process.wait()


def started_by(parent: int) -> list[int]:
    found = []
    for folder in Path("/proc").iterdir():
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split() if folder.name.isdigit() else []
        except OSError:  # it ended while we looked
            continue
        found += [int(folder.name)] if fields and int(fields[1]) == parent else []
    return found
