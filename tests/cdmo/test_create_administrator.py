from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Role, User
from audit.models import Event

pytestmark = pytest.mark.django_db

FIRST = ("first@cdmo.example", "Ada First")


def create(password: str, monkeypatch: Any) -> str:
    monkeypatch.setenv("ADMINISTRATOR_PASSWORD", password)
    out = StringIO()
    call_command("create_administrator", *FIRST, stdout=out)
    return out.getvalue()


def test_the_first_administrator_of_an_empty_installation(monkeypatch: Any) -> None:
    assert "first@cdmo.example" in create("a long stirred tank", monkeypatch)

    user = User.objects.get()
    assert user.roles == {Role.ADMINISTRATOR}
    assert user.check_password("a long stirred tank")
    assert set(Event.objects.values_list("kind", flat=True)) == {"person.created", "role.granted"}


def test_there_is_only_one_first(monkeypatch: Any) -> None:
    create("a long stirred tank", monkeypatch)

    with pytest.raises(CommandError, match="There is an administrator"):
        create("a long stirred tank", monkeypatch)


def test_a_weak_password_is_refused_at_its_field(monkeypatch: Any) -> None:
    with pytest.raises(CommandError, match="password: "):
        create("short", monkeypatch)

    assert not User.objects.exists()


def test_two_typed_passwords_must_agree(monkeypatch: Any) -> None:
    monkeypatch.delenv("ADMINISTRATOR_PASSWORD", raising=False)
    typed = iter(["a long stirred tank", "a long stirred tnak"])
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(typed))

    with pytest.raises(CommandError, match="differ"):
        call_command("create_administrator", *FIRST)

    assert not User.objects.exists()
