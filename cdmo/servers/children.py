"""Child processes that never outlive us: the kernel ends them when we die, even by SIGKILL."""

from __future__ import annotations

import ctypes
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1
STOP_SECONDS = 10.0
_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(sent: signal.Signals, parent: int | None = None) -> None:
    """Ask the kernel to send `sent` to this process when its parent dies (Linux); at once when `parent` is dead already."""
    if sys.platform != "linux":
        return
    _libc.prctl(PR_SET_PDEATHSIG, int(sent))
    if parent is not None and os.getppid() != parent:
        os.kill(os.getpid(), sent)


def interrupt_on_signals() -> None:
    """A closed terminal, `kill` and the death of `make` end us as Ctrl-C does: in order."""
    for sent in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sent, _interrupt)


def ignore_signals() -> None:
    """While stopping: a second Ctrl-C must not leave anything behind. Stopping takes a bounded time."""
    for sent in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sent, signal.SIG_IGN)


def _interrupt(signum: int, frame: object) -> None:
    raise KeyboardInterrupt


def identity_of(user: str | None) -> dict[str, Any]:
    """What subprocess needs to become `user`; nothing when we stay who we are."""
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
    death_signal: signal.Signals = signal.SIGTERM  # sent by the kernel when we die without stopping it
    user: str | None = None
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """In a session of its own, so that Ctrl-C reaches only us and we stop it in order."""
        parent = os.getpid()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                list(self.command),
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd="/" if self.user else None,
                preexec_fn=lambda: die_with_parent(self.death_signal, parent),  # after the change of user, which would clear it
                **identity_of(self.user),
            )

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def ask_to_stop(self) -> None:
        if self.process is not None and self.running:
            self.process.send_signal(self.stop_signal)

    def end(self, seconds: float = STOP_SECONDS) -> None:
        """Wait for it to stop, then kill whatever is left of its group."""
        if self.process is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        self.ask_to_stop()
        self.end(seconds)

    def tail(self, lines: int = 15) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:]) if self.log.exists() else ""


def stop_all(processes: Sequence[Child], servers: Sequence[Child]) -> None:
    """The product first, all at once; then what it stood on, last started first stopped."""
    for child in processes:
        child.ask_to_stop()
    deadline = time.monotonic() + STOP_SECONDS
    for child in processes:
        child.end(max(0.1, deadline - time.monotonic()))
    for child in reversed(servers):
        child.stop()


def wait_for(what: str, ready: Callable[[], bool], children: Sequence[Child], seconds: float = 120.0) -> None:
    """Poll until `ready`. Raises SystemExit with the end of the log when one of `children` died, or time ran out."""
    deadline = time.monotonic() + seconds
    while not ready():
        for child in children:
            if not child.running:
                raise SystemExit(f"{child.name} stopped while starting. The end of {child.log}:\n{child.tail()}")
        if time.monotonic() > deadline:
            raise SystemExit(f"{what} was not ready after {seconds:.0f} s. Logs: {children[0].log.parent if children else '-'}")
        time.sleep(0.05)
