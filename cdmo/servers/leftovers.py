"""What a killed start leaves running: found by session, ended by a guard at once, and by the next start if the guard was killed too.

The kernel tells our children when we die, but not what they started themselves, and a worker without its broker does not listen. A
process is ours when its session is one that we wrote down and that session's leader is gone or the very process that we started.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cdmo.servers.children import Child

PROC = Path("/proc")
PATIENCE_SECONDS = 3.0


@dataclass(frozen=True)
class Process:
    pid: int
    session: int
    started: int  # in clock ticks since the machine started


def guard(file: Path) -> None:
    """Fork a process that waits for our end, however it comes, and then ends whatever of ours still runs."""
    ours, held = os.pipe()  # its other end closes with us; what we start does not inherit it
    us = os.getpid()
    if os.fork():
        os.close(ours)
        return
    os.setsid()
    for sent in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sent, signal.SIG_IGN)
    os.close(held)
    os.read(ours, 1)
    _end(_written_down(file, us))
    os._exit(0)


def write_down(file: Path, children: Sequence[Child]) -> None:
    """Remember the sessions of `children`, for whoever tidies up after we were killed."""
    found = [process for child in children if child.process and (process := _look(child.process.pid))]
    noted = {"by": os.getpid(), "boot": _boot(), "sessions": {str(process.session): process.started for process in found}}
    file.write_text(json.dumps(noted))


def end_leftovers(file: Path) -> int:
    """End what still runs of an earlier start; give how many processes that were."""
    count = _end(_written_down(file))
    file.unlink(missing_ok=True)
    return count


def _end(sessions: dict[int, int]) -> int:
    left = list(_members(sessions))
    count = len(left)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while left:
        for process in left:
            with suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGINT if time.monotonic() < deadline else signal.SIGKILL)
        time.sleep(0.2)
        left = list(_members(sessions))
    return count


def _written_down(file: Path, by: int | None = None) -> dict[int, int]:
    """Sessions with the start of their leaders; empty when they are of another start of the machine, or of another writer than `by`."""
    try:
        noted = json.loads(file.read_text())
        current = noted["boot"] == _boot() and by in (None, noted["by"])
        return {int(session): int(started) for session, started in noted["sessions"].items()} if current else {}
    except (OSError, ValueError, KeyError):  # none, or cut off by a full disk or the end of the machine
        return {}


def _members(sessions: dict[int, int]) -> Iterator[Process]:
    if not sessions or not PROC.is_dir():
        return
    for folder in PROC.iterdir():
        process = _look(int(folder.name)) if folder.name.isdigit() else None
        if process and process.session in sessions:
            leader = _look(process.session)
            if leader is None or leader.started == sessions[process.session]:
                yield process


def _look(pid: int) -> Process | None:
    """None when there is no such process, or only its remains that nobody has collected (a zombie)."""
    try:
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else Process(pid, session=int(fields[3]), started=int(fields[19]))


def _boot() -> str:
    file = PROC / "sys/kernel/random/boot_id"
    return file.read_text().strip() if file.exists() else ""
