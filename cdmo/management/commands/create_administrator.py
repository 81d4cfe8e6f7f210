"""Opens the first account of an installation, which no page can do: nobody may sign in yet."""

from __future__ import annotations

import getpass
import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.bootstrap import create_first_administrator
from audit.refusals import BadInput, Refused

PASSWORD_VARIABLE = "ADMINISTRATOR_PASSWORD"  # noqa: S105 - the name of the variable


class Command(BaseCommand):
    help = (
        "Open the account of the first administrator, who opens all further accounts on the page of people. The password is asked for, "
        f"or read from {PASSWORD_VARIABLE} where nobody sits at the terminal. Refused as soon as there is an administrator."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the sign-in name")
        parser.add_argument("full_name", help="as it stands on signatures")
        parser.add_argument("--function", default="", help="stands beside the name on signatures")
        parser.add_argument("--time-zone", default="UTC", help="for example Europe/Zurich")

    def handle(self, *args: Any, **options: Any) -> None:
        names = ("email", "full_name", "function", "time_zone")
        try:
            user = create_first_administrator(password=_password(), **{name: options[name] for name in names})
        except Refused as refusal:
            raise CommandError(" ".join(str(blocker.words) for blocker in refusal.blockers)) from refusal
        except BadInput as bad:
            raise CommandError("; ".join(f"{field}: {' '.join(map(str, words))}" for field, words in bad.errors.items())) from bad
        self.stdout.write(
            f"{user.full_name} signs in as {user.email}. Open a second administrator's account soon: nobody gives roles to oneself."
        )


def _password() -> str:
    given = os.environ.get(PASSWORD_VARIABLE, "")
    if given:
        return given
    first, second = getpass.getpass("Password: "), getpass.getpass("Once more: ")
    if first != second:
        raise CommandError("The two passwords differ.")
    return first
