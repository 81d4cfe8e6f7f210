"""What tests of projects share: counting what a refusal must not write, work in threads of their own, who sells."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import Role
from audit.models import Event, Signature
from projects.models import (
    AccountAnswer,
    ChangeOrder,
    DeliverableRound,
    EvidenceAssessment,
    GateCondition,
    GateReview,
    GateSignature,
    GateWaiver,
    MilestoneRound,
    PhaseMove,
    Project,
    Publication,
    Quotation,
    ReferencedEvidence,
    Rfp,
    StatusChange,
    StepLoop,
    Tailoring,
    WaitingFor,
)
from tests.projects import factories as make

WATCHED = (
    Event,
    Signature,
    PhaseMove,
    StatusChange,
    GateSignature,
    WaitingFor,
    Publication,
    StepLoop,
    DeliverableRound,
    MilestoneRound,
    AccountAnswer,
    Tailoring,
    EvidenceAssessment,
)
STATEFUL = (Project, GateReview, GateCondition, GateWaiver, Quotation, ChangeOrder, Rfp, ReferencedEvidence)


def written() -> dict[str, Any]:
    """How many rows the record has, and every row that has a state: equal before and after, nothing was written."""
    counts: dict[str, Any] = {model.__name__: model.objects.count() for model in WATCHED}
    return counts | {model.__name__: list(model.objects.order_by("pk").values()) for model in STATEFUL}


@pytest.fixture
def nothing_written(db: None) -> Callable[[Callable[[], object], type[Exception]], Exception]:
    """Do something that must be refused with the given exception; fails when it left a trace."""

    def check(act: Callable[[], object], refusal: type[Exception]) -> Exception:
        before = written()
        with pytest.raises(refusal) as raised:
            act()
        assert written() == before
        return raised.value

    return check


@pytest.fixture
def in_days(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], date]:
    """Let today be so many days later; moments stay as they are."""
    today = timezone.localdate

    def move(days: int) -> date:
        later = today() + timedelta(days=days)
        monkeypatch.setattr(timezone, "localdate", lambda *given, **named: today(*given, **named) if given else later)
        return later

    return move


class Worker(Thread):
    """Runs in its own transaction and connection; keeps what came out."""

    def __init__(self, act: Callable[[], object], together: Barrier) -> None:
        super().__init__(daemon=True)
        self.act, self.together = act, together
        self.outcome: object = None

    def run(self) -> None:
        try:
            self.together.wait(10)
            self.outcome = self.act()
        except Exception as raised:
            self.outcome = raised
        finally:
            connection.close()


@pytest.fixture
def at_once(transactional_db: None) -> Callable[..., list[object]]:
    """Do all of these at the same moment, each in a thread; what each returned or raised."""

    def run(*acts: Callable[[], object]) -> list[object]:
        together = Barrier(len(acts))
        workers = [Worker(act, together) for act in acts]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(30)
            assert not worker.is_alive()
        return [worker.outcome for worker in workers]

    return run


@pytest.fixture
def events_of(db: None) -> Callable[[Callable[[], object]], list[str]]:
    """Do something; the kinds of the events that it recorded, in their order."""

    def run(act: Callable[[], object]) -> list[str]:
        last = Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        act()
        return list(Event.objects.filter(pk__gt=last).order_by("pk").values_list("kind", flat=True))

    return run


@pytest.fixture
def seller(client: Client) -> Client:
    client.force_login(make.person(Role.BUSINESS_DEVELOPMENT))
    return client
