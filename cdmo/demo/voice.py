"""Who speaks in a story: each act by the person whose act it is, at the story's time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any, TypeAlias, TypeVar

from django.utils import timezone

from accounts.models import User
from accounts.signing import Authentication
from audit.context import Channel, acting
from cdmo.demo.clock import Clock
from cdmo.demo.story import Held, Returned, Story
from documents.models import DocumentVersion
from documents.services import request_document
from documents.services.freshness import refresh_out_of_date
from documents.services.queue import render_version
from phases.evaluation.asking import ask_next
from projects.models import Milestone, Project
from projects.services.readiness import refresh_readiness

Result = TypeVar("Result")
Days: TypeAlias = Iterator[date]


class Voice:
    """One story and its people. Whatever takes time gives the days on which it goes on."""

    clock: Clock

    def __init__(self, story: Story, began: date) -> None:
        self.story, self.began = story, began
        self.real_today = began + timedelta(days=story.days_ago)
        rests = story.turn.days_ago if isinstance(story.turn, (Held, Returned)) else 0
        self.until = self.real_today - timedelta(days=rests)  # the day up to which the work goes on as it was planned
        self.slips = {slip.milestone: slip for slip in story.slips}
        self.code = ""

    def by(self, person: User, service: Callable[..., Result], *args: Any, **values: Any) -> Result:
        """One act of one person."""
        self.clock.tick()
        return self._act(person, service, *args, **values)

    def signed_by(self, person: User, service: Callable[..., Result], *args: Any, **values: Any) -> Result:
        """The demo's loader stands in for the password that a person would enter."""
        self.clock.tick()
        proof = Authentication(user_id=person.pk, method="demo", at=timezone.now())
        return self._act(person, service, *args, authentication=proof, **values)

    def _act(self, person: User, service: Callable[..., Result], *args: Any, **values: Any) -> Result:
        with acting(actor=person, channel=Channel.COMMAND):
            return service(*args, actor=person, **values)

    def _settle(self) -> None:
        """What the worker does after commit, at the time of the story: who is waited for, how ready the gate is, what is out of date."""
        project = Project.objects.get(code=self.code)
        with acting(channel=Channel.SYSTEM):
            ask_next(project.pk)
            refresh_readiness([project.pk])
            refresh_out_of_date([project.pk])

    def after(self, days: int) -> date:
        return self.began + timedelta(days=days)

    def _document(self, person: User, type_key: str, reason: str = "") -> DocumentVersion:
        """Made from the data as they are on that day. reason: of a version after the first."""
        return self.by(person, request_document, type_key, project=Project.objects.get(code=self.code), reason=reason)

    def _draw(self, version: DocumentVersion) -> None:
        """As the worker would have done then."""
        self.clock.tick()
        with acting(channel=Channel.WORKER):
            render_version(version.pk)

    def _planned_day(self, milestone: Milestone) -> date:
        day = milestone.actual_on or milestone.forecast_on
        assert day is not None  # noqa: S101 - the charter planned it
        return day
