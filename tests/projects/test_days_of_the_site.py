"""What has expired or is late is judged on the day of the project's site, whoever asks and from where."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.utils import timezone

from catalogue.models import Site
from process.models import PurchaseInquiry
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
        found = (quotation.is_expired, inquiry.is_late, agreement.standing_with({"cdmo", "client"}) == Agreement.Standing.EXPIRED)

    assert found == (is_over, is_over, is_over)
