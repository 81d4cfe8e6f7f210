"""Loads the demo once: people, projects with a history in every phase, requests that wait, and vessels that the projects share."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from audit.context import Channel, acting
from audit.outbox import consume_all
from cdmo.demo.agreeing import agree
from cdmo.demo.asking import ask_for_prices
from cdmo.demo.clock import as_it_happened
from cdmo.demo.costing import estimate_costs
from cdmo.demo.inbox import leave_unread
from cdmo.demo.people import are_there, load_people
from cdmo.demo.projects import COMMERCIAL, SMALL_SCALE, VALIDATION
from cdmo.demo.requests import is_logged, log
from cdmo.demo.routes import write_routes
from cdmo.demo.sheets import enter_price_book
from cdmo.demo.spent import record_actuals
from cdmo.demo.stories import REQUESTS, STORIES
from cdmo.demo.supplies import buy
from cdmo.demo.systems import connect, tell_systems
from cdmo.demo.telling import is_told, tell
from cdmo.demo.vessels import book
from cdmo.demo.views import save_views

NEWS = 8
BEFORE_THE_FIRST = 30  # days that the people were there before anything happened


class Command(BaseCommand):
    help = "Load the demo; what is there already stays as it is. A crash leaves no half of it."

    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--people-only", action="store_true", help="people, clients and sites, without projects")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demo's password is public; it is never loaded in production.")
        if not are_there():
            began = max(story.days_ago for story in STORIES) + BEFORE_THE_FIRST
            with as_it_happened(timezone.localdate() - timedelta(days=began)), acting(channel=Channel.SYSTEM):
                load_people()
        told = not options["people_only"] and self._load_projects(int(options["verbosity"]))
        with acting(channel=Channel.SYSTEM):  # what waited since the last stop too, and that has no actor here
            consume_all()
        if told:  # and never on a later start: the inboxes are their owners' then
            tell_systems()
            leave_unread(NEWS)

    def _load_projects(self, verbosity: int) -> bool:
        """Whether any story was told now."""
        today = timezone.localdate()
        stories = [story for story in STORIES if not is_told(story)]
        besides = [log(request, today) for request in REQUESTS if not is_logged(request)]
        if stories:
            besides += [
                agree(today),
                connect(today),
                save_views(today),
                buy(today),
                enter_price_book(today),
                write_routes(today),
                estimate_costs(today),
                record_actuals(today),
                ask_for_prices(today),
                book(today, apixaban=VALIDATION, imatinib=COMMERCIAL, sitagliptin=SMALL_SCALE),
            ]
        if not besides:
            return False
        for code, story in zip(tell(stories, besides), stories, strict=True):
            if verbosity:
                self.stdout.write(f"{code} {story.molecule.name}")
        return bool(stories)
