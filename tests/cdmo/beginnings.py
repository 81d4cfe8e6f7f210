"""How the product begins under an environment, asked again and again of one process that has imported the packages and nothing of the
product: a fork of it answers each question, with no environment but the one that it is given.

    python -m tests.cdmo.beginnings

Each line of the input is the JSON of lines of Python and of an environment; each line of the output the JSON of how they ended.
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

PACKAGES = ("celery", "csp.constants", "django.contrib.auth", "django_stubs_ext", "kombu.transport.redis", "pgtrigger", "sentry_sdk")
OURS = ("audit", "cdmo")  # imported anew by each beginning
ROOT = Path(__file__).resolve().parent.parent.parent


def begin(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """As `python -W ignore -c` of the same in that environment."""
    asked = _asked()
    assert asked.stdin is not None and asked.stdout is not None
    print(json.dumps([code, environment]), file=asked.stdin, flush=True)
    return subprocess.CompletedProcess(code, *json.loads(asked.stdout.readline()))


@cache
def _asked() -> subprocess.Popen[str]:
    command = [sys.executable, "-W", "ignore", "-m", "tests.cdmo.beginnings"]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    atexit.register(process.communicate)  # it ends with its input
    return process


def main() -> None:
    for name in PACKAGES:
        importlib.import_module(name)
    for name in [each for each in sys.modules if each.split(".")[0] in OURS]:
        del sys.modules[name]
    for line in sys.stdin:
        print(json.dumps(_in_a_fork(partial(_run, *json.loads(line)))), flush=True)


def _in_a_fork(act: Callable[[], int]) -> tuple[int, str, str]:
    """Its exit status, output and errors."""
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        pid = os.fork()
        if pid == 0:
            os.dup2(output.fileno(), 1)
            os.dup2(errors.fileno(), 2)
            status = act()
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        for each in (output, errors):
            each.seek(0)
        return status, output.read(), errors.read()


def _run(code: str, environment: dict[str, str]) -> int:
    os.environ.clear()
    os.environ.update(environment)
    try:
        exec(code, {"__name__": "__main__"})
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    main()
