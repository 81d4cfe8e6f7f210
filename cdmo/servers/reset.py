"""`make reset`: forget the data, files and logs of `make run`. Refuses while it runs."""

from __future__ import annotations

import fcntl
import shutil
import sys
from pathlib import Path

STATE = Path(__file__).resolve().parent.parent.parent / ".state" / "run"


def main(state: Path = STATE) -> int:
    if not state.exists():
        return 0
    with (state / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("The product runs; stop it first (Ctrl-C in its window).", file=sys.stderr)
            return 1
        data = (state / "postgres").resolve()
        if data.parent != state.resolve() and data.exists():  # the server's user could not reach the clone
            shutil.rmtree(data.parent)
        shutil.rmtree(state)
    return 0


if __name__ == "__main__":
    sys.exit(main())
