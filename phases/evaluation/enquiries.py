"""The clock of an enquiry from its records: sheets, waits, questions to the client, the quotation. A fixed number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from accounts.models import Role
from charts.clock import clock
from charts.picture import Picture
from phases.evaluation.clock import Enquiry, Sheet, Stretch, hands, likely, others_awaited, sentence
from phases.evaluation.models import DepartmentAssessment
from projects.calendars import WorkingCalendar
from projects.forecasting import calendar_of
from projects.kpi_cases import QUOTATION
from projects.models import KpiCase, Rfp, WaitingFor

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from phases.evaluation.progress import Records
    from projects.models import Project

LOOKED_BACK = 50
Wait = tuple[str, int | None, datetime, datetime | None, date | None]  # key, client, since, until, the day on which it is due


@dataclass(frozen=True)
class Clock:
    """line: where the enquiry stands; others: who is waited for besides; reckoned: from what its likely day follows. Either may be ""."""

    line: str
    others: str
    reckoned: str
    picture: Picture

    @property
    def lines(self) -> list[str]:
        return [each for each in (self.line, self.others, self.reckoned) if each]


def clock_of(rfp: Rfp, records: Records | None) -> Clock | None:
    """records: of its project, None before there is one. Three queries.

    None for a request that was declined, and for a project that ended or rests without a quotation.
    """
    sent = [timezone.localtime(row.sent_at) for row in records.quotations if row.sent_at] if records else []
    enquiry = _enquiry(rfp, records.project if records else None, records.sheets if records else (), min(sent, default=None))
    if enquiry.quoted is None and (rfp.state == Rfp.State.DECLINED or (records is not None and not records.project.is_active)):
        return None
    now = timezone.localtime()
    calendar = calendar_of(records.project) if records else WorkingCalendar()
    found = likely(enquiry, _past_days() if enquiry.sheets else [], now.date(), calendar)
    said, others = sentence(enquiry, found, now), others_awaited(enquiry, now)
    return Clock(said, others, found.words if found else "", clock(hands(enquiry, now)))


def days_until(project: Project, sheets: Iterable[DepartmentAssessment], moment: datetime) -> Picture:
    """How the time from the receipt of the request to this moment went; what happens later changes nothing of it. Two queries."""
    moment = timezone.localtime(moment)
    return clock(hands(_enquiry(project.rfp, project, sheets, moment), moment))


def _enquiry(rfp: Rfp, project: Project | None, sheets: Iterable[DepartmentAssessment], quoted: datetime | None) -> Enquiry:
    waits = _waits(project) if project else []
    asked = rfp.clarifications.values_list("asked_at", "answered_at")
    client = [*asked, *((since, closed) for _key, client_id, since, closed, _due in waits if client_id)]
    due = (due for _key, client_id, _since, closed, due in waits if client_id and closed is None and due is not None)
    return Enquiry(
        timezone.localtime(rfp.received_at),
        quoted,
        tuple(_sheets(sheets, waits)),
        _stretches(client),
        Role.BUSINESS_DEVELOPMENT.label,
        min(due, default=None),
    )


def _waits(project: Project) -> list[Wait]:
    """Of the departments for their sheets, and of the client for whatever it was asked."""
    rows = WaitingFor.objects.filter(Q(key__startswith="sheet:") | Q(client__isnull=False), project=project)
    return list(rows.values_list("key", "client_id", "since", "closed_at", "due_on"))


def _sheets(rows: Iterable[DepartmentAssessment], waits: Iterable[Wait]) -> Iterator[Sheet]:
    for row in rows:
        times = ((since, closed) for key, _client, since, closed, _due in waits if key == f"sheet:{row.pk}")
        yield Sheet(str(row.department), _stretches(times), row.due_on)


def _stretches(times: Iterable[tuple[datetime, datetime | None]]) -> tuple[Stretch, ...]:
    return tuple(Stretch(timezone.localtime(start), end and timezone.localtime(end)) for start, end in times)


def _past_days() -> list[float]:
    """Of the newest quotations that answered a request: the days from the last sheet's signature to sending."""
    sheets = DepartmentAssessment.objects.filter(project=OuterRef("project"), signed_off_at__lte=OuterRef("quotation__sent_at"))
    last = sheets.order_by("-signed_off_at").values("signed_off_at")[:1]
    rows = KpiCase.objects.filter(figure=QUOTATION).annotate(last_sheet=Subquery(last)).order_by("-on", "-pk")
    found = rows.values_list("quotation__sent_at", "last_sheet")[:LOOKED_BACK]
    return [float((timezone.localdate(sent) - timezone.localdate(signed)).days) for sent, signed in found if sent and signed]
