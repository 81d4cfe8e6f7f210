"""Requests that wait: some just logged, one nearly complete."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from accounts.models import Client, Role
from audit.context import Channel, acting
from cdmo.demo.people import holding
from projects.models import Rfp
from projects.services.clarifications import ask_clarification
from projects.services.rfp import save_rfp


@dataclass(frozen=True)
class Request:
    client: str
    compound_name: str
    wanted: str
    channel: str
    days_ago: int
    details: dict[str, Any] = field(default_factory=dict)
    question: str = ""


def is_logged(request: Request) -> bool:
    return Rfp.objects.filter(client__code=request.client, compound_name=request.compound_name).exists()


def log(request: Request, today: date) -> Iterator[date]:
    """On its day."""
    yield today - timedelta(days=request.days_ago)
    business, client = holding(Role.BUSINESS_DEVELOPMENT), Client.objects.get(code=request.client)
    with acting(actor=business, channel=Channel.COMMAND):
        logged = save_rfp(
            client=client,
            contact=client.contacts.order_by("pk")[0],
            channel=request.channel,
            compound_name=request.compound_name,
            wanted=request.wanted,
            actor=business,
            **request.details,
        )
        if request.question:
            ask_clarification(logged.number, question=request.question, actor=business)
