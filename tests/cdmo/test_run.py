"""`make run` from its first start to its end: signed in, killed, started again with the data, stopped with nothing left."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from cdmo.demo.people import PASSWORD
from cdmo.servers import reset
from cdmo.servers.layout import ROOT, Layout
from tests.cdmo.test_servers import until
from tests.stack import free_port

pytestmark = [pytest.mark.integration, pytest.mark.slow]
RUN = "import sys; from pathlib import Path; from cdmo.servers.run import main; sys.exit(main(Path(sys.argv[1])))"
PATIENCE_SECONDS = 240  # on a busy machine; alone it takes a quarter of that
NAME = "Client of the first start"


class Run:
    """A `make run` with a folder and a port of its own, on servers of its own, with the demo's people and no project."""

    def __init__(self, state: Path) -> None:
        self.state, self.port, self.log = state, free_port(), state.with_suffix(".log")
        self.told = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL", "CDMO_STATE_DIR")}
        self.told |= {"CDMO_ENVIRONMENT": "development", "CDMO_DEMO": "people", "PORT": str(self.port)}
        self.told["CDMO_STATIC_ROOT"] = str(ROOT / ".state" / "stack" / "static")  # collected once for all tests

    def start(self) -> subprocess.Popen[bytes]:
        """Until it greets. Its own session, so that a Ctrl-C of the tests is not its own."""
        with self.log.open("wb") as log:
            command = [sys.executable, "-c", RUN, str(self.state)]
            process = subprocess.Popen(command, cwd=ROOT, env=self.told, stdout=log, stderr=log, start_new_session=True)
        assert until(lambda: "Ctrl-C stops everything" in self.words or process.poll() is not None, PATIENCE_SECONDS), self.words
        assert process.poll() is None, self.words
        return process

    @property
    def words(self) -> str:
        return self.log.read_text()

    def processes(self) -> list[str]:
        """What runs of it, known by its folders in command line or environment."""
        marks = (str(self.state).encode(), str(Layout(self.state).sockets).encode())
        found = []
        for folder in Path("/proc").iterdir():
            try:
                told = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes() if folder.name.isdigit() else b""
            except OSError:  # it ended while we looked
                continue
            found += [folder.name] if any(mark in told for mark in marks) else []
        return found


class Visitor:
    """A browser without scripts: cookies and forms."""

    def __init__(self, url: str) -> None:
        self.url, self.opener = url, urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> str:
        with self.opener.open(f"{self.url}{path}", timeout=30) as answer:
            return str(answer.read().decode())

    def post(self, path: str, **fields: str) -> str:
        """With what the form on that page carries hidden."""
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.get(path))
        assert token
        body = urllib.parse.urlencode({"csrfmiddlewaretoken": token[1], **fields}).encode()
        with self.opener.open(f"{self.url}{path}", body, timeout=30) as answer:
            return str(answer.read().decode())


@pytest.fixture
def run() -> Iterator[Run]:
    """In a folder that PostgreSQL's user reaches as it reaches that of the tests' servers; forgotten before and after."""
    one = Run(ROOT / ".state" / "first-start")
    assert reset.main(one.state) == 0
    yield one
    for pid in one.processes():  # only where the test failed
        os.kill(int(pid), signal.SIGKILL)
    until(lambda: not one.processes())
    reset.main(one.state)
    one.log.unlink(missing_ok=True)


def test_starts_is_killed_recovers_and_leaves_nothing(run: Run) -> None:
    first = run.start()
    greeting = run.words
    assert f"http://localhost:{run.port}/" in greeting
    assert str(run.state) in greeting
    assert f"all with the password {PASSWORD}" in greeting
    visitor = Visitor(f"http://127.0.0.1:{run.port}")
    visitor.post("/accounts/login/", login="bd@demo.example", password=PASSWORD)
    visitor.post("/clients/new/", name=NAME, time_zone="UTC", language="en")
    refused_twice(run)

    first.kill()
    first.wait()
    assert until(lambda: not run.processes(), 60), run.processes()

    second = run.start()
    assert NAME in visitor.get("/clients/")  # the data are kept, and who was signed in still is
    second.send_signal(signal.SIGINT)
    assert second.wait(60) == 0
    assert "Everything is stopped." in run.words
    assert until(lambda: not run.processes()), run.processes()
    assert not Layout(run.state).sockets.exists()


def refused_twice(run: Run) -> None:
    """Of one folder, one at a time; the second says so and the first runs on."""
    again = subprocess.run([sys.executable, "-c", RUN, str(run.state)], cwd=ROOT, env=run.told, capture_output=True, text=True, check=False)

    assert again.returncode != 0
    assert "Already running from this folder" in again.stderr
    assert Visitor(f"http://127.0.0.1:{run.port}").get("/healthz")
