"""The audit of what the product stands on: a found advisory fails, a source out of reach is named, and nothing takes long."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests import advisories

TODAY = date(2026, 11, 1)


def saying(tmp_path: Path, words: str) -> list[str]:
    """An auditor that says this, whatever it is asked; `given` keeps what it was asked."""
    script = tmp_path / "auditor.py"
    script.write_text(f"import sys, time\nopen({str(tmp_path / 'given')!r}, 'a').write(' '.join(sys.argv[1:]) + chr(10))\n{words}\n")
    return [sys.executable, "-I", str(script)]


def printing(*packages: dict[str, Any]) -> str:
    return f"print({json.dumps({'dependencies': packages})!r})"


SOUND = {"name": "django", "version": "5.2", "vulns": []}
KNOWN = {"name": "django", "version": "5.2", "vulns": [{"id": "GHSA-1", "fix_versions": ["5.2.1"]}]}


def run(tmp_path: Path, words: str, capsys: pytest.CaptureFixture[str], **given: Any) -> tuple[int, str]:
    listed = tmp_path / "list.txt"
    listed.write_text(given.pop("listed", ""))
    result = advisories.main(command=saying(tmp_path, words), today=TODAY, listed=listed, **given)
    return result, capsys.readouterr().out


def test_sound_packages_pass(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result, said = run(tmp_path, printing(SOUND), capsys)

    asked = (tmp_path / "given").read_text()
    assert (result, "2 packages checked, 0 advisories found" in said) == (0, True)
    assert "/requirements.txt" in asked and "/requirements-dev.txt" in asked


def test_a_found_advisory_fails_with_its_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result, said = run(tmp_path, printing(KNOWN) + "; sys.exit(1)", capsys)

    assert result == 1
    assert "django 5.2: GHSA-1 (mended in 5.2.1)" in said


def test_a_source_out_of_reach_is_asked_once_and_named_as_not_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result, said = run(tmp_path, "time.sleep(60)", capsys, patience=0.5)

    assert result == 0
    assert "not checked: requirements-first.txt: the advisory source did not answer within 0.5 seconds" in said
    assert len((tmp_path / "given").read_text().splitlines()) == 1


@pytest.mark.parametrize("words", ["sys.exit('no route to host')", "print('<html>')", "print('{}')", "print('[]')"])
def test_an_auditor_that_fails_has_checked_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str], words: str) -> None:
    result, said = run(tmp_path, words, capsys)

    assert (result, "not checked: requirements" in said) == (0, True)


def test_a_package_that_was_skipped_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = run(tmp_path, printing({"name": "x", "skip_reason": "not found"}), capsys)[1]

    assert "not checked: 2 packages that the source does not know, such as x: not found" in said


def test_an_auditor_that_hangs_is_left(tmp_path: Path) -> None:
    outcome = advisories.audit([Path("requirements.txt")], [], command=saying(tmp_path, "time.sleep(60)"), seconds=0.3)

    assert "did not answer within 0.3 seconds" in outcome.not_checked
    assert advisories.SECONDS <= 60


def test_an_advisory_passes_until_its_day(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    passes = run(tmp_path, printing(SOUND), capsys, listed="# why\nGHSA-1 2026-11-01 We call none of it.\n")[0]
    assert (passes, "--ignore-vuln GHSA-1" in (tmp_path / "given").read_text()) == (0, True)

    late = run(tmp_path, printing(SOUND), capsys, listed="GHSA-1 2026-10-31 We call none of it.\n")
    assert (late[0], "look at it again" in late[1]) == (1, True)


@pytest.mark.parametrize("line", ["GHSA-1", "GHSA-1 2027-01-01", "GHSA-1 soon because"])
def test_no_advisory_passes_without_day_and_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str) -> None:
    assert run(tmp_path, printing(SOUND), capsys, listed=line)[0] == 1


def test_the_list_of_the_product_is_in_order() -> None:
    assert advisories.let_pass(advisories.LET_PASS.read_text().splitlines(), today=TODAY)[1] == []


def test_make_test_audits() -> None:
    makefile = (advisories.ROOT / "Makefile").read_text()
    recipe = makefile.partition("\ntest: ")[2].partition("\n\n")[0]

    assert "audit" in recipe.split()
    assert "-m tests.advisories" in makefile
