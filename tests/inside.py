"""One process of the product that runs the lines which tests give it: to start it for each would take longer than what they do.

    python -m tests.inside

Each line of the input is a JSON text of Python; each line of the output the JSON of what it printed and, if it failed, of its traceback.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import traceback
from collections.abc import Mapping
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import django
from django.db import connections

from cdmo.room import with_room
from cdmo.servers.layout import ROOT


class Inside:
    """The other end of that process. It ends with us, since its input does."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.inside"],
                cwd=ROOT,
                env=dict(environment),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )

    def run(self, code: str) -> str:
        """What the lines print. Raises AssertionError with the traceback when they fail."""
        assert self._process.stdin is not None and self._process.stdout is not None
        print(json.dumps(code), file=self._process.stdin, flush=True)
        answer = self._process.stdout.readline()
        assert answer, "The process ended by itself; see inside.log."
        printed, failure = json.loads(answer)
        assert not failure, printed + failure
        return str(printed).strip()

    def end(self) -> None:
        self._process.communicate()


def main() -> None:
    with os.fdopen(os.dup(1), "w") as answers:
        os.dup2(2, 1)  # what is logged is no answer
        django.setup()
        for line in sys.stdin:
            print(json.dumps(_run(json.loads(line))), file=answers, flush=True)


def _run(code: str) -> tuple[str, str]:
    said = StringIO()
    try:
        with redirect_stdout(said):
            with_room(exec)(code, {})
    except Exception:
        return said.getvalue(), traceback.format_exc()
    finally:
        connections.close_all()
    return said.getvalue(), ""


if __name__ == "__main__":
    main()
