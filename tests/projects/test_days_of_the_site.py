"""What has expired or is late is judged on the day of the project's site, whoever asks and from where."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from catalogue.models import Site
from process.models import PurchaseInquiry
from projects.forecasting import working_day_in
from projects.models import Agreement, Project, Quotation

EVENING = datetime(2026, 3, 12, 20, 0, tzinfo=UTC)
DAY = date(2026, 3, 12)


@pytest.mark.parametrize(("zone", "is_over"), [("Asia/Shanghai", True), ("America/New_York", False)])
@pytest.mark.parametrize("reader", ["Asia/Shanghai", "America/New_York"])
def test_the_day_is_that_of_the_site(monkeypatch: pytest.MonkeyPatch, zone: str, is_over: bool, reader: str) -> None:
    monkeypatch.setattr(timezone, "now", lambda: EVENING)
    project = Project(site=Site(time_zone=zone))
    quotation = Quotation(project=project, state=Quotation.State.SENT, valid_until=DAY)
    inquiry = PurchaseInquiry(project=project, state=PurchaseInquiry.State.SENT, answer_by=DAY)
    agreement = Agreement(project=project, effective_on=date(2026, 1, 1), expires_on=DAY)

    with timezone.override(reader):
        found = (
            quotation.is_expired,
            inquiry.is_late,
            agreement.standing_with({"cdmo", "client"}, agreement.today) == Agreement.Standing.EXPIRED,
        )

    assert found == (is_over, is_over, is_over)


@pytest.mark.parametrize("days", [0, 7, 14])
@pytest.mark.parametrize("today", [date(2026, 11, 27) + timedelta(days=number) for number in range(7)])
def test_a_date_that_is_proposed_is_a_working_day(monkeypatch: pytest.MonkeyPatch, today: date, days: int) -> None:
    monkeypatch.setattr(Project, "today", today)

    found = working_day_in(Project(), days)

    assert 0 <= (found - today).days - days <= 2 and found.weekday() < 5
