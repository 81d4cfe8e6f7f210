"""Requests that wait: some just logged, one nearly complete."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Client, Role
from audit.context import Channel, acting
from cdmo.demo.clock import starting_on
from cdmo.demo.people import holding
from projects.models import Rfp
from projects.services.rfp import ask_clarification, save_rfp


@dataclass(frozen=True)
class Request:
    client: str
    compound_name: str
    wanted: str
    channel: str
    days_ago: int
    details: dict[str, Any] = field(default_factory=dict)
    question: str = ""


def load_requests(requests: tuple[Request, ...]) -> None:
    """Log each request that is not there yet."""
    business = holding(Role.BUSINESS_DEVELOPMENT)
    for request in requests:
        client = Client.objects.get(code=request.client)
        if Rfp.objects.filter(client=client, compound_name=request.compound_name).exists():
            continue
        began = timezone.localdate() - timedelta(days=request.days_ago)
        with starting_on(began), acting(actor=business, channel=Channel.COMMAND):
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
