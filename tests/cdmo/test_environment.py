from __future__ import annotations

import pytest

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
    ],
)
def test_a_database_is_reached_by_host_or_socket(monkeypatch: pytest.MonkeyPatch, address: str, host: str, port: object) -> None:
    monkeypatch.setenv("SOME_DATABASE", address)

    found = env.database("SOME_DATABASE")

    assert (found["HOST"], found["PORT"], found["USER"], found["NAME"]) == (host, port, "app", "cdmo")
