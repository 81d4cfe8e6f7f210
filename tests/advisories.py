"""What is known against the packages that the product stands on: `python -m tests.advisories` (`make audit`).

Asked of the advisory source that pip-audit asks, for every pinned package of requirements*.txt by its hash. A found advisory fails, but
for those that `.ci/advisories.txt` lets pass for a while, with a reason. Where the source cannot be reached, or takes longer than a
minute, nothing is known: that is said, and is no failure.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LET_PASS = ROOT / ".ci" / "advisories.txt"
SECONDS = 60
REACHED_WITHIN_SECONDS = 15
COMMAND = (sys.executable, "-m", "pip_audit", "--disable-pip", "--no-deps", "--progress-spinner", "off", "--format", "json")


@dataclass
class Outcome:
    """found: "package version: advisory" by line. not_checked: why not, "" where all was."""

    found: list[str] = field(default_factory=list)
    checked: int = 0
    skipped: list[str] = field(default_factory=list)
    not_checked: str = ""


def out_of_reach(command: Sequence[str], *, seconds: float) -> str:
    """Why the source cannot be asked, "" where it can: asked for the first pinned package alone."""
    first = (ROOT / "requirements.txt").read_text().split("    # via", 1)[0]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "requirements-first.txt"
        file.write_text(first)
        return audit([file], [], command=command, seconds=seconds).not_checked


def let_pass(lines: Sequence[str], *, today: date) -> tuple[list[str], list[str]]:
    """(advisories that pass until their day, what is wrong with the list)."""
    passing, wrong = [], []
    for line in lines:
        words = line.split(maxsplit=2)
        if not words or words[0].startswith("#"):
            continue
        try:
            advisory, until, _reason = words[0], date.fromisoformat(words[1]), words[2]
        except (IndexError, ValueError):
            wrong.append(f"“{line.strip()}” is not “ADVISORY YYYY-MM-DD reason”.")
            continue
        if until < today:
            wrong.append(f"{advisory} was let pass until {until}; look at it again.")
        else:
            passing.append(advisory)
    return passing, wrong


def audit(files: Sequence[Path], passing: Sequence[str], *, command: Sequence[str] = COMMAND, seconds: float = SECONDS) -> Outcome:
    """All files together within the time."""
    outcome, ends = Outcome(), time.monotonic() + seconds
    ignored = [word for advisory in passing for word in ("--ignore-vuln", advisory)]
    for file in files:
        left = max(0.01, ends - time.monotonic())
        try:
            done = subprocess.run([*command, *ignored, "-r", str(file)], capture_output=True, text=True, timeout=left, check=False)
            packages = json.loads(done.stdout)["dependencies"]
        except subprocess.TimeoutExpired:
            outcome.not_checked = f"{file.name}: the advisory source did not answer within {seconds:g} seconds"
            return outcome
        except (ValueError, KeyError, TypeError):
            outcome.not_checked = f"{file.name}: {(done.stderr.strip().splitlines() or ['pip-audit said nothing'])[-1]}"
            return outcome
        _take(packages, outcome)
    return outcome


def _take(packages: Sequence[dict[str, Any]], outcome: Outcome) -> None:
    for package in packages:
        if "skip_reason" in package:
            outcome.skipped.append(f"{package['name']}: {package['skip_reason']}")
            continue
        outcome.checked += 1
        for each in package.get("vulns", ()):
            fixed = ", ".join(each.get("fix_versions", ())) or "no version"
            outcome.found.append(f"{package['name']} {package['version']}: {each['id']} (mended in {fixed})")


def main(
    *, command: Sequence[str] = COMMAND, patience: float = REACHED_WITHIN_SECONDS, today: date | None = None, listed: Path = LET_PASS
) -> int:
    passing, wrong = let_pass(listed.read_text().splitlines(), today=today or date.today())
    for words in wrong:
        print(f"advisories: {words}")
    if silence := out_of_reach(command, seconds=patience):
        print(f"advisories: not checked: {silence}")
        return int(bool(wrong))
    outcome = audit(sorted(ROOT.glob("requirements*.txt")), passing, command=command)
    for found in outcome.found:
        print(f"advisories: {found}")
    if outcome.skipped:
        print(f"advisories: not checked: {len(outcome.skipped)} packages that the source does not know, such as {outcome.skipped[0]}")
    if outcome.not_checked:
        print(f"advisories: not checked: {outcome.not_checked}")
    print(f"advisories: {outcome.checked} packages checked, {len(outcome.found)} advisories found, {len(passing)} let pass.")
    return int(bool(wrong or outcome.found))


if __name__ == "__main__":
    sys.exit(main())
