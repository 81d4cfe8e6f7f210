"""Makes a machine ready: system libraries, virtual environment, pinned packages. Runs on a bare Python 3.11, without packages.

Usage: python3 cdmo/servers/bootstrap.py [--tests]
"""

from __future__ import annotations

import ctypes.util
import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
STATE = ROOT / ".state"
VENV = STATE / "venv"
PYTHON = VENV / "bin" / "python"
LIBRARIES = {  # what WeasyPrint and RDKit load → the Debian package that brings it
    "pango-1.0": "libpango-1.0-0",
    "pangoft2-1.0": "libpangoft2-1.0-0",
    "harfbuzz-subset": "libharfbuzz-subset0",
    "Xrender": "libxrender1",
    "Xext": "libxext6",
}
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")  # the first, without windows, is the lightest
PATH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin"])  # where Debian puts servers, and not every account looks
PROGRAMS_OF_TESTS = ("qpdf", "pgbouncer")


def main() -> int:
    tests = "--tests" in sys.argv[1:]
    if sys.version_info < (3, 11):  # noqa: UP036 - this file is what tells it
        return _stop(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}. Name another one: make run PYTHON=python3.11")
    STATE.mkdir(exist_ok=True)
    with (STATE / "bootstrap.lock").open("w") as lock:  # two commands started at once install one after the other
        fcntl.flock(lock, fcntl.LOCK_EX)
        missing = _missing_packages(tests)
        if missing and not _install_system_packages(missing):
            return _stop(f"Missing on this machine: {', '.join(missing)}. Install with: apt-get install {' '.join(missing)}")
        return _make_environment(["requirements.txt", "requirements-dev.txt"] if tests else ["requirements.txt"])


def _missing_packages(tests: bool) -> list[str]:
    missing = [package for library, package in LIBRARIES.items() if ctypes.util.find_library(library) is None]
    missing += [] if importlib.util.find_spec("ensurepip") else ["python3-venv"]
    if tests:
        missing += [program for program in PROGRAMS_OF_TESTS if shutil.which(program, path=PATH) is None]
        missing += [] if any(shutil.which(name) for name in BROWSERS) else ["chromium-headless-shell"]
    return missing


def _install_system_packages(packages: list[str]) -> bool:
    """By apt, where we are root on a Debian; elsewhere the caller is told what to install."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return False
    print(f"Installing system packages: {', '.join(packages)}", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]):
        if subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False).returncode:
            return False
    return True


def _make_environment(lock_files: list[str]) -> int:
    """Create the environment once; install again only when a lock file changed. A half-made or moved one is made anew."""
    wanted = {name: _fingerprint(ROOT / name) for name in lock_files}
    stale = [name for name, fingerprint in wanted.items() if _installed(name) != fingerprint]
    if not stale:
        return 0
    if VENV.is_symlink():  # making it anew would empty what belongs to others
        return _stop(
            f"{VENV} is a link to {VENV.resolve()} and has not what {' and '.join(stale)} pins. Install there, or remove the link."
        )
    print(f"Installing the packages pinned in {' and '.join(stale)} into .state/venv …", flush=True)
    if not _usable():
        venv.create(VENV, with_pip=True, clear=True)
        stale = lock_files
    for name in stale:
        pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
        if subprocess.run([*pip, "--require-hashes", "-r", str(ROOT / name)], check=False).returncode:
            return _stop(
                f"The packages of {name} could not be installed; pip's words are above. Run the command again when that is solved."
            )
        _stamp(name).write_text(wanted[name])
    return 0


def _stamp(name: str) -> Path:
    return VENV / f"{name}.installed"


def _installed(name: str) -> str:
    return _stamp(name).read_text() if _stamp(name).exists() else ""


def _fingerprint(lock_file: Path) -> str:
    """Of what is pinned, for which Python, at which place: the programs of an environment carry its path. A link has that of its end."""
    return hashlib.sha256(lock_file.read_bytes() + f"{VENV.resolve()} {sys.version_info[:2]}".encode()).hexdigest()


def _usable() -> bool:
    """An environment of ours at this very place, whose Python still runs."""
    if not PYTHON.exists():
        return False
    asked = [str(PYTHON), "-c", "import pip, sys; print(sys.prefix, sys.version_info[:2])"]
    answer = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
    pip = VENV / "bin" / "pip"
    moved = not pip.exists() or str(VENV) not in pip.read_text()[:500]
    return not moved and answer == f"{VENV} {sys.version_info[:2]}"


def _stop(words: str) -> int:
    print(words, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
