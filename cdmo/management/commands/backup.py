"""Writes a backup of the whole installation."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cdmo.backup import BackupError, make_backup


class Command(BaseCommand):
    help = "Write database, files and a manifest with hashes into a new folder below FOLDER. The product may go on working."

    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", help="where backups lie; keep copies of it on another machine")

    def handle(self, *args: Any, **options: Any) -> None:
        target = Path(options["folder"]) / f"cdmo-{timezone.now():%Y%m%dT%H%M%SZ}"
        try:
            manifest = make_backup("owner" if "owner" in settings.DATABASES else "default", target)
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{target}: {manifest.rows} rows in {len(manifest.tables)} tables, {len(manifest.files)} files.")
