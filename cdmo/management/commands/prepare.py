"""Brings an installation up to date in one process: migrations, database roles, static files, and the demo if asked for."""

from __future__ import annotations

import hashlib
import shutil
from argparse import ArgumentParser
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from audit.context import Channel, acting
from projects.services.default_plan import merge_release


class Command(BaseCommand):
    help = "Migrate, grant the application's role what it needs, collect static files; with --demo load the demo and print its sign-ins."

    requires_system_checks: list[str] = []  # `make test` and the web server check; here they would double the time of a start

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--demo", action="store_true", help="load the demo if it is not there (CDMO_DEMO says how much of it)")
        parser.add_argument(
            "--publish-static",
            metavar="FOLDER",
            help="static files are in the image already: copy them to where the reverse proxy reads them",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        owner = "owner" if "owner" in settings.DATABASES else "default"
        call_command("migrate", database=owner, interactive=False, verbosity=0)
        call_command("apply_roles", stdout=StringIO())
        self._merge_default_plan()
        if options["publish_static"]:  # beside those of the release before, which open pages still ask for
            shutil.copytree(settings.STATIC_ROOT, options["publish_static"], dirs_exist_ok=True)
        else:
            self._collect_static()
        if options["demo"]:
            call_command("load_demo", people_only=settings.DEMO == "people", verbosity=0)
            call_command("demo_sign_ins", stdout=self.stdout)

    def _merge_default_plan(self) -> None:
        """What this release declares and no version of the default plan has yet becomes the next one, and is said."""
        with acting(channel=Channel.SYSTEM):
            added = merge_release()
        if added:
            self.stdout.write("Added to the default plan: " + ", ".join(added))

    def _collect_static(self) -> None:
        """Only when a file changed: compressing everything takes longer than the rest of a start."""
        stamp = Path(settings.STATIC_ROOT) / ".collected"
        wanted = _fingerprint(Path(settings.BASE_DIR))
        if not stamp.exists() or stamp.read_text() != wanted:
            call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=["*.py", "*.md"])
            stamp.write_text(wanted)


def _fingerprint(base: Path) -> str:
    """Names, sizes and times of our static files, and the pinned packages that bring others."""
    digest = hashlib.sha256((base / "requirements.txt").read_bytes() + settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for path in sorted((base / "static").rglob("*")):
        if path.is_file():
            stat = path.stat()
            digest.update(f"{path}:{stat.st_size}:{stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()
