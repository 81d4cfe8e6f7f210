"""The clock of an enquiry from its records: sheets, waits, questions to the client, the quotation. A fixed number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import F, OuterRef, Q, Subquery
from django.utils import timezone

from accounts.models import Role
from charts.clock import clock
from charts.picture import Picture
from phases.evaluation.clock import Enquiry, Sheet, Stretch, hands, likely, sentence
from phases.evaluation.models import DepartmentAssessment
from projects.kpi_cases import QUOTATION
from projects.models import KpiCase, Project, Quotation, Rfp, WaitingFor

if TYPE_CHECKING:
    from collections.abc import Iterable

LOOKED_BACK = 50


@dataclass(frozen=True)
class Clock:
    """line: where the enquiry stands; reckoned: from what its likely day follows, "" where there is none."""

    line: str
    reckoned: str
    picture: Picture

    @property
    def lines(self) -> list[str]:
        return [each for each in (self.line, self.reckoned) if each]


def clock_of(rfp: Rfp, project: Project | None) -> Clock | None:
    """None for a request that was declined, and for a project that ended or rests without a quotation. Four queries."""
    enquiry = _enquiry(rfp, project)
    if enquiry.quoted is None and (rfp.state == Rfp.State.DECLINED or (project is not None and not project.is_active)):
        return None
    now = timezone.localtime()
    found = likely(enquiry, _past_days() if enquiry.sheets else [], now.date())
    return Clock(sentence(enquiry, found, now), found.words if found else "", clock(hands(enquiry, now)))


def _enquiry(rfp: Rfp, project: Project | None) -> Enquiry:
    waits = _waits(project) if project else []
    asked = rfp.clarifications.values_list("asked_at", "answered_at")
    client = [*asked, *((since, closed) for _key, client_id, since, closed in waits if client_id)]
    sent = Quotation.objects.filter(project=project, sent_at__isnull=False).order_by("sent_at").values_list("sent_at", flat=True)
    quoted = sent.first() if project else None
    sales = Role.BUSINESS_DEVELOPMENT.label
    received = timezone.localtime(rfp.received_at)
    return Enquiry(received, quoted and timezone.localtime(quoted), tuple(_sheets(project, waits)), _stretches(client), sales)


def _waits(project: Project) -> list[tuple[str, int | None, datetime, datetime | None]]:
    """Of the departments for their sheets, and of the client for whatever it was asked."""
    rows = WaitingFor.objects.filter(Q(key__startswith="sheet:") | Q(client__isnull=False), project=project)
    return list(rows.values_list("key", "client_id", "since", "closed_at"))


def _sheets(project: Project | None, waits: list[tuple[str, int | None, datetime, datetime | None]]) -> Iterable[Sheet]:
    rows = DepartmentAssessment.objects.filter(project=project).select_related("department") if project else ()
    for row in rows:
        times = ((since, closed) for key, _client, since, closed in waits if key == f"sheet:{row.pk}")
        yield Sheet(str(row.department), _stretches(times), row.due_on)


def _stretches(times: Iterable[tuple[datetime, datetime | None]]) -> tuple[Stretch, ...]:
    return tuple(Stretch(timezone.localtime(start), end and timezone.localtime(end)) for start, end in times)


def _past_days() -> list[float]:
    """Of the newest quotations that answered a request: the days from the last sheet's signature to sending."""
    sheets = DepartmentAssessment.objects.filter(project=OuterRef("project"), signed_off_at__lte=OuterRef("quotation__sent_at"))
    last = sheets.order_by(F("signed_off_at").desc()).values("signed_off_at")[:1]
    rows = KpiCase.objects.filter(figure=QUOTATION).annotate(last_sheet=Subquery(last)).order_by("-on", "-pk")
    found = rows.values_list("quotation__sent_at", "last_sheet")[:LOOKED_BACK]
    return [float((sent.date() - signed.date()).days) for sent, signed in found if sent and signed]
