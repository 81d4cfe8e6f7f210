"""Makes a machine ready: virtual environment, pinned packages, system libraries. Runs on a bare Python 3.11, without packages.

Usage: python3 cdmo/servers/bootstrap.py [--tests]
"""

from __future__ import annotations

import ctypes.util
import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
STATE = ROOT / ".state"
VENV = STATE / "venv"
LOCK_FILES = ("requirements.txt", "requirements-dev.txt")
LIBRARIES = {  # what WeasyPrint loads → the Debian package that brings it
    "pango-1.0": "libpango-1.0-0",
    "pangoft2-1.0": "libpangoft2-1.0-0",
    "harfbuzz-subset": "libharfbuzz-subset0",
}
PROGRAMS_OF_TESTS = {"chromium": "chromium", "pdftotext": "poppler-utils", "qpdf": "qpdf"}


def main() -> int:
    tests = "--tests" in sys.argv[1:]
    if sys.version_info[:2] < (3, 11):
        return _stop(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}.")
    missing = _missing_packages(tests)
    if missing and not _install_system_packages(missing):
        return _stop(f"Missing on this machine: {', '.join(missing)}. Install with: apt-get install {' '.join(missing)}")
    _make_environment()
    return 0


def _missing_packages(tests: bool) -> list[str]:
    missing = [package for library, package in LIBRARIES.items() if ctypes.util.find_library(library) is None]
    if tests:
        missing += [package for program, package in PROGRAMS_OF_TESTS.items() if shutil.which(program) is None]
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


def _make_environment() -> None:
    """Create the environment once; install again only when a requirements file changed."""
    stamp = VENV / "installed"
    wanted = hashlib.sha256(b"".join((ROOT / name).read_bytes() for name in LOCK_FILES)).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print("Installing the pinned packages into .state/venv (once, about a minute) …", flush=True)
    if not (VENV / "bin" / "python").exists():
        venv.create(VENV, with_pip=True, clear=VENV.exists())
    files = [part for name in LOCK_FILES for part in ("-r", str(ROOT / name))]
    command = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", *files]
    subprocess.run(command, check=True)
    stamp.write_text(wanted)


def _stop(words: str) -> int:
    print(words, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
