"""Where the state of one clone lives, and the short folder for its sockets."""

from __future__ import annotations

import hashlib
import os
import pwd
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SERVER_USERS = ("postgres", "nobody")  # PostgreSQL refuses root; one of these runs it then


@dataclass(frozen=True)
class Layout:
    """The folders below `.state/` of one set of servers (`run` or `test`)."""

    state: Path

    @property
    def sockets(self) -> Path:
        """A short path: PostgreSQL refuses sockets beyond 107 bytes, Redis silently cuts them off."""
        name = hashlib.sha256(str(self.state.resolve()).encode()).hexdigest()[:12]
        short = tempfile.gettempdir() if len(tempfile.gettempdir()) < 60 else "/tmp"  # noqa: S108
        return Path(short) / f"cdmo-{name}"

    @property
    def postgres(self) -> Path:
        return self.state / "postgres"

    @property
    def redis(self) -> Path:
        return self.state / "redis"

    @property
    def logs(self) -> Path:
        return self.state / "logs"

    @property
    def lock(self) -> Path:
        return self.state / "lock"

    @property
    def sessions(self) -> Path:
        """What runs now, written down for a start after we were killed."""
        return self.state / "sessions.json"

    def prepare(self) -> None:
        """Make the folders. Raises SystemExit when the one for sockets is somebody else's."""
        for folder in (self.state, self.redis, self.logs, self.state / "files"):
            folder.mkdir(parents=True, exist_ok=True)
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        if self.sockets.is_symlink() or self.sockets.stat().st_uid not in (os.geteuid(), server_uid()):
            raise SystemExit(f"{self.sockets} belongs to somebody else; remove it and start again.")
        if os.geteuid() == 0:
            os.chown(self.sockets, server_uid(), -1)

    def tidy(self) -> None:
        """Everything is stopped: the folder of the sockets goes, unless something lies in it still."""
        with suppress(OSError):
            self.sockets.rmdir()


def server_user() -> str | None:
    """The unprivileged user that runs PostgreSQL when we are root; None otherwise."""
    if os.geteuid() != 0:
        return None
    return next(name for name in SERVER_USERS if _exists(name))


def server_uid() -> int:
    user = server_user()
    return pwd.getpwnam(user).pw_uid if user else os.geteuid()


def _exists(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True
