"""Child processes that never outlive us: the kernel ends them when we die, even by SIGKILL."""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(sent: signal.Signals) -> None:
    """Ask the kernel to send `sent` to this process when its parent dies."""
    _libc.prctl(PR_SET_PDEATHSIG, int(sent))


def identity_of(user: str | None) -> dict[str, Any]:
    """The arguments of subprocess that change to another user; none for our own."""
    if user is None:
        return {}
    entry = pwd.getpwnam(user)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


@dataclass
class Child:
    """One process of ours: how it is started, how it is stopped, where its output goes."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    stop_signal: signal.Signals = signal.SIGTERM
    user: str | None = None
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    started_at: float = 0.0

    def start(self) -> None:
        """Runs in a session of its own, so that Ctrl-C reaches only us and we stop it in order."""
        identity = identity_of(self.user)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                list(self.command),
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd="/" if self.user else None,
                preexec_fn=lambda: die_with_parent(self.stop_signal),  # after the change of user, which would clear it
                **identity,
            )
        self.started_at = time.monotonic()

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self, seconds: float = 10.0) -> None:
        """Ask, wait, then end the whole session."""
        if self.process is None:
            return
        if self.running:
            self.process.send_signal(self.stop_signal)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(seconds)
        self._end_session()
        self.process.wait()

    def _end_session(self) -> None:
        assert self.process is not None  # noqa: S101 - stop() asks
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def tail(self, lines: int = 15) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:]) if self.log.exists() else ""


def wait_for(what: str, ready: Callable[[], bool], children: Sequence[Child], seconds: float = 60.0) -> None:
    """Poll until `ready`. Raises SystemExit with the end of the log when one of `children` died, or time ran out."""
    deadline = time.monotonic() + seconds
    while not ready():
        for child in children:
            if not child.running:
                raise SystemExit(f"{child.name} stopped while starting. The end of {child.log}:\n{child.tail()}")
        if time.monotonic() > deadline:
            raise SystemExit(f"{what} was not ready after {seconds:.0f} s. Logs: {children[0].log.parent if children else '-'}")
        time.sleep(0.05)
