"""Loads the demo once: people, four projects with a history, requests that wait, and vessels that the projects share."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from audit.context import Channel, acting
from audit.outbox import consume_all
from cdmo.demo.inbox import leave_unread
from cdmo.demo.people import are_there, load_people
from cdmo.demo.projects import COMMERCIAL, REQUESTS, SMALL_SCALE, STORIES, VALIDATION
from cdmo.demo.requests import load_requests
from cdmo.demo.telling import is_told, tell
from cdmo.demo.vessels import load_vessels
from cdmo.demo.views import load_views

NEWS = 8


class Command(BaseCommand):
    help = "Load the demo; what is there already stays as it is. Each part is one transaction, so that a crash leaves no half of it."

    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--people-only", action="store_true", help="people, clients and sites, without projects")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demo's password is public; it is never loaded in production.")
        with acting(channel=Channel.SYSTEM):
            if not are_there():
                load_people()
        told = not options["people_only"] and self._load_projects(int(options["verbosity"]))
        consume_all()
        if told:  # and never on a later start: the inboxes are their owners' then
            leave_unread(NEWS)

    def _load_projects(self, verbosity: int) -> bool:
        """Whether any story was told now."""
        told = False
        for story in STORIES:
            if is_told(story):
                continue
            with acting(channel=Channel.COMMAND), transaction.atomic():
                code = tell(story)
            told = True
            if verbosity:
                self.stdout.write(f"{code} {story.molecule.name}")
        with acting(channel=Channel.COMMAND), transaction.atomic():
            load_requests(REQUESTS)
            if told:
                load_views()
                load_vessels(apixaban=VALIDATION, imatinib=COMMERCIAL, sitagliptin=SMALL_SCALE)
        return told
