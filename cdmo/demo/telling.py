"""Tells stories through the services, day by day, each act by the person whose act it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from heapq import heapify, heappop, heappush
from itertools import islice

from django.utils import timezone

from accounts.models import Role
from cdmo.demo.clock import Clock, as_it_happened
from cdmo.demo.happening import Happening
from cdmo.demo.invoices import unpaid_invoices
from cdmo.demo.offering import Offering
from cdmo.demo.people import holding
from cdmo.demo.story import Held, Returned, Story
from cdmo.demo.voice import Days
from projects.models import PHASES, Phase, Project
from projects.services.lifecycle import hold_project, return_project


def is_told(story: Story) -> bool:
    return Project.objects.filter(client__code=story.client, compound__cas_number=story.molecule.cas_number).exists()


def tell(stories: Sequence[Story], besides: Sequence[Days] = ()) -> list[str]:
    """All of them together, day by day, in one transaction; gives the projects' codes. What is told goes by the order of time.

    besides: what happens around the projects; each gives the days on which it goes on.
    """
    today = timezone.localdate()
    tellers = [Teller(story, today - timedelta(days=story.days_ago)) for story in stories]
    acts = [
        *(teller.tell() for teller in tellers),
        *(teller.happen() for teller in tellers),
        *(teller.close() for teller in tellers),
        *besides,
    ]
    waiting = [(day, place, each) for place, each in enumerate(acts) for day in islice(each, 1)]
    heapify(waiting)
    with as_it_happened(waiting[0][0]) as clock:
        for teller in tellers:
            teller.clock = clock
        _in_turn(waiting, clock)
    return [teller.code for teller in tellers]


def _in_turn(waiting: list[tuple[date, int, Days]], clock: Clock) -> None:
    """Each says on which day it goes on; the earliest has its turn."""
    while waiting:
        day, place, act = heappop(waiting)
        clock.go_to(day)
        following = next(act, None)
        if following is not None:
            heappush(waiting, (following, place, act))


class Teller(Offering, Happening):
    """One story: from the call to today, and what happens beside it."""

    def tell(self) -> Days:
        yield self.began
        yield from self._request()
        yield from self._sheets()
        contract = self.story.contract
        if contract is not None:
            yield from self._agree(contract)
        if self._is_contracted():
            yield from self._leave(Phase.EVALUATION)
            self._payments()
            yield from self._work_through(PHASES[1 : PHASES.index(self.story.phase) + 1])
            yield from self._turn()
        yield self.real_today
        self._settle()

    def _work_through(self, phases: Sequence[Phase]) -> Days:
        """The last of them goes on."""
        for phase in phases:
            done = yield from self._work(phase)
            if done and phase != phases[-1]:
                yield from self._leave(phase)

    def _turn(self) -> Days:
        """Work that rests, or that goes back to an earlier phase and begins again there."""
        turn, manager = self.story.turn, holding(Role.PROJECT_MANAGER)
        if isinstance(turn, Held):
            yield self.until
            self.by(manager, hold_project, self.code, reason=turn.reason)
        elif isinstance(turn, Returned):
            yield self.until
            words = {"reason": turn.reason, "cost_effect": turn.cost_effect, "client_words": turn.client_words}
            self.by(manager, return_project, self.code, to_phase=turn.to_phase, renew_criteria=turn.renew, **words)
            self.until = self.real_today
            yield from self._work(turn.to_phase)

    def close(self) -> Days:
        """Today, after everything else: the report that the client reads. A worker draws it, when there is one."""
        yield self.real_today
        if self.story.invoiced:
            for service, payment, values in unpaid_invoices(self.code):
                self.by(holding(Role.BUSINESS_DEVELOPMENT), service, self.code, payment, **values)
        if self._is_contracted():
            self._document(holding(Role.PROJECT_MANAGER), "project_status_report")
        self._settle()

    def _is_contracted(self) -> bool:
        return Project.objects.filter(code=self.code).exclude(charter=None).exists()
