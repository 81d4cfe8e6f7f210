from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from cdmo import environment as env


def test_an_empty_variable_counts_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOMETHING", " ")

    assert env.text("SOMETHING", "default") == "default"
    assert env.whole("SOMETHING", 3) == 3


def test_lists_stand_between_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOMETHING", "a, b,,c ")

    assert env.listed("SOMETHING") == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("address", "host", "port"),
    [
        ("postgres://app:word@db.example.com:5433/cdmo", "db.example.com", 5433),
        ("postgres://app@%2Ftmp%2FSockets/cdmo", "/tmp/Sockets", ""),
        ("postgres://app@%2Ftmp%2FSockets:6432/cdmo", "/tmp/Sockets", "6432"),
    ],
)
def test_a_database_is_reached_by_host_or_socket(monkeypatch: pytest.MonkeyPatch, address: str, host: str, port: object) -> None:
    monkeypatch.setenv("SOME_DATABASE", address)

    found = env.database("SOME_DATABASE")

    assert (found["HOST"], found["PORT"], found["USER"], found["NAME"]) == (host, port, "app", "cdmo")


def test_a_variable_may_stand_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("word\n")
    monkeypatch.setenv("SOMETHING_FILE", str(tmp_path / "secret"))
    monkeypatch.setenv("MISSING_FILE", str(tmp_path / "none"))

    assert env.text("SOMETHING") == "word"
    with pytest.raises(ImproperlyConfigured, match="MISSING_FILE"):
        env.text("MISSING")


def test_the_password_of_a_database_may_stand_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_URL", "postgres://app@db.example.com/cdmo")
    monkeypatch.setenv("SOME_PASSWORD", "a/b:c@d")

    assert env.database("SOME_URL")["PASSWORD"] == "a/b:c@d"
