"""The master agreement of a client, under which all its projects run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from accounts.models import Client, Role
from audit.context import Channel, acting
from cdmo.demo.people import holding
from projects.models import Agreement
from projects.services.agreements import record_client_agreement, record_signatory

CLIENT, SIGNED, RUNS = "DEMOA", 320, 2 * 365  # days ago; days


def agree(today: date) -> Iterator[date]:
    """Once."""
    day = today - timedelta(days=SIGNED)
    yield day
    if Agreement.objects.filter(client__code=CLIENT, project=None).exists():
        return
    business, client = holding(Role.BUSINESS_DEVELOPMENT), Client.objects.get(code=CLIENT)
    with acting(actor=business, channel=Channel.COMMAND):
        agreement = record_client_agreement(
            CLIENT,
            kind=Agreement.Kind.COOPERATION,
            number=f"MSA-{day.year}-A",
            effective_on=day,
            expires_on=day + timedelta(days=RUNS),
            actor=business,
        )
        for side, function in (("cdmo", "Managing Director"), ("client", f"{client.name} Sourcing Director")):
            record_signatory(None, agreement.pk, side=side, name=function, function=function, signed_on=day, actor=business)
