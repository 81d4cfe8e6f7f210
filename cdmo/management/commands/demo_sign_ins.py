"""Prints who can sign in to the demo, and with which password."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from accounts.models import User
from cdmo.demo.people import PASSWORD, everybody


class Command(BaseCommand):
    help = "Print the demo's sign-ins."

    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        there = set(User.objects.active().filter(email__in=[p.email for p in everybody()]).values_list("email", flat=True))
        people = [person for person in everybody() if person.email in there]
        if not people:
            self.stdout.write("The demo is not loaded; there are no demo sign-ins.")
            return
        width = max(len(person.email) for person in people)
        self.stdout.write(f"Demo sign-ins, all with the password {PASSWORD}")
        for person in people:
            self.stdout.write(f"  {person.email.ljust(width)}  {person.name}")
