"""Making a machine ready never takes away what is another's."""

from __future__ import annotations

from pathlib import Path

import pytest

from cdmo.servers import bootstrap


def test_an_environment_that_is_only_linked_is_left_as_it_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "kept").write_text("theirs")
    (tmp_path / "venv").symlink_to(tmp_path / "theirs")
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / "venv")

    assert bootstrap._make_environment(["requirements.txt"]) == 1
    assert "is a link to" in capsys.readouterr().err
    assert (tmp_path / "theirs" / "kept").read_text() == "theirs"


def test_a_link_to_an_environment_that_has_what_is_pinned_is_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pinned = tmp_path / "pinned.txt"
    pinned.write_text("django==5.2")
    (tmp_path / "theirs").mkdir()
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / "theirs")
    bootstrap._stamp("pinned.txt").write_text(bootstrap._fingerprint(pinned))
    (tmp_path / "venv").symlink_to(tmp_path / "theirs")
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)

    monkeypatch.setattr(bootstrap, "VENV", tmp_path / "venv")
    assert bootstrap._make_environment(["pinned.txt"]) == 0
    pinned.write_text("django==5.3")
    assert bootstrap._make_environment(["pinned.txt"]) == 1
