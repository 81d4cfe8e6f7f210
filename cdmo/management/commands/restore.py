"""Puts a backup into an empty installation."""

from __future__ import annotations

from argparse import ArgumentParser
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from cdmo.backup import BackupError, restore_backup


class Command(BaseCommand):
    help = (
        "Restore a backup into an empty database and an empty store of files, then migrate, grant, and verify every row count and hash. "
        "Stop web, workers and beat first. Refused where there is data, or where the backup is not what its manifest says."
    )

    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", help="one backup: the folder with its manifest.json")

    def handle(self, *args: Any, **options: Any) -> None:
        alias = "owner" if "owner" in settings.DATABASES else "default"
        try:
            manifest = restore_backup(alias, Path(options["folder"]), prepare=partial(_bring_up_to_date, alias))
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        words = "restored and verified: {rows} rows in {tables} tables, {files} files, as of {at}."
        self.stdout.write(words.format(rows=manifest.rows, tables=len(manifest.tables), files=len(manifest.files), at=manifest.made_at))


def _bring_up_to_date(alias: str) -> None:
    """The backup may be of an earlier release; rights are never part of it."""
    call_command("migrate", database=alias, interactive=False, verbosity=0)
    call_command("apply_roles", database=alias, verbosity=0)
