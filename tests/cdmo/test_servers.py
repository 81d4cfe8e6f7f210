"""Nothing of ours outlives us, however we end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings

from cdmo.servers import reset
from cdmo.servers.children import Child, wait_for
from cdmo.servers.layout import Layout
from cdmo.servers.leftovers import end_leftovers, write_down
from cdmo.servers.postgres import FAST, url_of
from cdmo.servers.postgres import start as start_postgres

# A worker that starts another process and listens to no signal that can be ignored.
STUBBORN = """
import signal, subprocess, sys, time
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT):
    signal.signal(number, signal.SIG_IGN)
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", sys.argv[1]])
time.sleep(600)
"""
SUPERVISOR = """
import sys, time
from pathlib import Path
from cdmo.servers.children import Child
from cdmo.servers.layout import Layout
from cdmo.servers.leftovers import write_down
from cdmo.servers.private import claimed
layout = Layout(Path(sys.argv[1]))
with claimed(layout):
    child = Child("stubborn", [sys.executable, "-c", sys.argv[2], sys.argv[1]], {}, layout.state / "log")
    child.start()
    write_down(layout.sessions, [child])
    print("up", flush=True)
    time.sleep(600)
"""


def running(mark: str) -> int:
    """How many processes carry `mark` as their last argument."""
    count = 0
    for folder in Path("/proc").iterdir():
        try:
            count += folder.name.isdigit() and (folder / "cmdline").read_bytes().rstrip(b"\0").endswith(mark.encode())
        except OSError:  # it ended while we looked
            continue
    return count


def child(folder: Path, code: str, *arguments: str) -> Child:
    return Child("child", [sys.executable, "-c", code, *arguments], dict(os.environ), folder / "log")


def until(ready: object, seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while not ready() and time.monotonic() < deadline:  # type: ignore[operator]
        time.sleep(0.05)
    return bool(ready())  # type: ignore[operator]


def test_a_stopped_child_takes_its_own_children_along(tmp_path: Path) -> None:
    stubborn = child(tmp_path, STUBBORN, str(tmp_path))
    stubborn.start()
    assert until(lambda: running(str(tmp_path)) == 2)

    stubborn.stop(seconds=0.2)

    assert until(lambda: running(str(tmp_path)) == 0)


def test_a_killed_supervisor_leaves_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-c", SUPERVISOR, str(tmp_path), STUBBORN]
    with subprocess.Popen(command, cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True) as supervisor:
        assert supervisor.stdout is not None
        assert supervisor.stdout.readline() == "up\n"
        assert until(lambda: running(str(tmp_path)) == 2)

        supervisor.send_signal(signal.SIGKILL)

    assert until(lambda: running(str(tmp_path)) == 0)
    Layout(tmp_path).sockets.rmdir()


def test_the_next_start_ends_what_was_left(tmp_path: Path) -> None:
    left = child(tmp_path, "import time; time.sleep(600)", str(tmp_path))
    left.start()
    write_down(tmp_path / "sessions.json", [left])

    assert end_leftovers(tmp_path / "sessions.json") == 1
    assert not left.running


def test_a_stranger_with_the_same_number_is_left_alone(tmp_path: Path) -> None:
    other = child(tmp_path, "import time; time.sleep(600)")
    other.start()
    write_down(tmp_path / "sessions.json", [other])
    noted = (tmp_path / "sessions.json").read_text()
    started = noted.rpartition(": ")[2].rstrip("}")
    (tmp_path / "sessions.json").write_text(noted.replace(f": {started}", ": 1"))

    assert end_leftovers(tmp_path / "sessions.json") == 0
    assert other.running

    other.stop()


@pytest.mark.parametrize("written", ["", "{", '{"boot": "another start of the machine", "by": 1, "sessions": {"1": 1}}'])
def test_a_note_that_says_nothing_ends_nothing(tmp_path: Path, written: str) -> None:
    (tmp_path / "sessions.json").write_text(written)

    assert end_leftovers(tmp_path / "sessions.json") == 0


def test_a_child_that_dies_while_starting_is_told_with_its_log(tmp_path: Path) -> None:
    failing = child(tmp_path, "raise SystemExit('no room on the disk')")
    failing.start()

    with pytest.raises(SystemExit, match="no room on the disk"):
        wait_for("It", lambda: False, [failing])


def test_two_clones_have_their_own_short_folder_of_sockets(tmp_path: Path) -> None:
    deep = tmp_path / ("a" * 100)
    one, two = Layout(deep / "one"), Layout(deep / "two")

    assert one.sockets != two.sockets
    assert len(str(one.sockets / ".s.PGSQL.5432")) < 107
    assert url_of(one, "cdmo_app").startswith("postgres://cdmo_app@%2F")


@pytest.mark.parametrize("port", ["abc", "0", "70000", "-1"])
def test_a_port_that_is_none_is_refused(port: str) -> None:
    command = [sys.executable, "-m", "cdmo.servers.run"]
    done = subprocess.run(command, cwd=settings.BASE_DIR, env={**os.environ, "PORT": port}, capture_output=True, text=True, check=False)

    assert done.returncode != 0
    assert done.stderr.startswith("PORT is")


def test_nothing_of_a_stopped_product_stays_beside_its_folder(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "run")
    layout.prepare()
    (layout.sockets / "left").touch()
    layout.tidy()
    assert layout.sockets.exists()

    (layout.sockets / "left").unlink()
    layout.tidy()
    assert not layout.sockets.exists()


@pytest.mark.slow
def test_postgresql_starts_again_while_a_process_of_the_killed_one_finishes() -> None:
    """Its checkpoint may outlive it: the next start waits for whoever still holds its memory."""
    layout = Layout(Path(settings.BASE_DIR) / ".state" / "killed-postgresql")
    layout.prepare()
    first = start_postgres(layout, options=FAST)
    with closing(first.connect()) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'")
        (checkpointer,) = cursor.fetchone() or (0,)
    os.kill(checkpointer, signal.SIGSTOP)
    assert first.child.process is not None
    first.child.process.kill()
    first.child.process.wait()
    later = threading.Timer(2, os.kill, (checkpointer, signal.SIGCONT))
    later.start()
    try:
        second = start_postgres(layout, options=FAST)
        assert second.ready()
        second.child.stop()
    finally:
        later.join()
        layout.tidy()
        reset.main(layout.state)
