"""Fills the database with copies of the demo's projects, for `make bench`."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from audit.models import Event
from cdmo.demo.clock import as_owner
from cdmo.demo.scale import Scale
from projects.models import Project


class Command(BaseCommand):
    help = "Copy the demo's projects until there are so many. Never in production: what it writes has no genuine history."

    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--projects", type=int, required=True, help="how many projects there are in the end, at least")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("Copies of the demo are never loaded in production.")
        if not Project.objects.exists():
            raise CommandError("Load the demo first (manage.py load_demo): its projects are what is copied.")
        with as_owner():
            for there in Scale().fill(options["projects"]):
                if options["verbosity"] > 1:
                    self.stdout.write(f"{there:,} projects")
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
        self.stdout.write(f"{Project.objects.count():,} projects, {Event.objects.count():,} events")
