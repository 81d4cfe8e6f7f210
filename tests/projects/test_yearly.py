"""The commercial review is passed every year: what it judges is owed again, and its milestone has the next date."""

from __future__ import annotations

from datetime import timedelta

import pytest
from dateutil.relativedelta import relativedelta
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from audit.refusals import Refused
from projects import gates
from projects.accounts_of_delay import accounts_of_delay
from projects.models import Deliverable, Milestone, Phase
from projects.rounds import repeats_of
from tests.projects import factories as make

pytestmark = pytest.mark.django_db


def test_the_next_review_is_a_year_later_and_asks_only_for_what_it_judges() -> None:
    project = make.a_project_in(Phase.COMMERCIAL)
    loose = make.a_reference(project, "cost_yield_review", number="LAST-YEAR")
    project = make.pass_gate(project)

    named = {key for row in gates.gate_of(Phase.COMMERCIAL).criteria for key in row.deliverables}
    again = {row.key: row for row in Deliverable.objects.filter(project=project, round=2)}
    review = Milestone.objects.get(project=project, key="g5")
    closed = review.rounds.get()
    assert set(again) == named and "first_commercial_certificate" not in named
    assert Deliverable.objects.get(project=project, key="first_commercial_certificate").is_done
    assert Milestone.objects.get(project=project, key="first_shipment").actual_on is not None
    next_year = timezone.localdate() + relativedelta(years=1)
    assert {row.due_on for row in again.values()} == {next_year}
    assert again["product_quality_review"].rounds.get().evidence_label.startswith("Document management system")
    assert (review.actual_on, review.round, closed.achieved_on, closed.review.gate) == (None, 2, timezone.localdate(), "G5")
    assert review.earliest_on == review.baseline_on == review.published_on == review.forecast_on
    assert next_year <= review.forecast_on <= next_year + timedelta(days=14)
    with pytest.raises(Refused):  # what was entered last year proves nothing of the next
        make.evidence.confirm_reference(project.code, "cost_yield_review", loose.pk, actor=make.person(Role.QUALITY_ASSURANCE))
    (account,) = [each for each in accounts_of_delay([project])[project.pk] if each.key == "g5"]
    assert not account.moved
    assert repeats_of(project).counted == []  # a year is no work done again


def test_the_review_of_the_second_year_opens_the_third(client: Client) -> None:
    project = make.pass_gate(make.pass_gate(make.a_project_in(Phase.COMMERCIAL)))

    review = Milestone.objects.get(project=project, key="g5")
    assert (review.round, review.actual_on) == (3, None)
    client.force_login(make.manager())
    for page in (
        reverse("milestone-detail", args=[project.code, "g5"]),
        reverse("deliverable-detail", args=[project.code, "product_quality_review"]),
    ):
        shown = client.get(page).content.decode()
        assert "G5, round 1" in shown and "G5, round 2" in shown
    client.force_login(make.person(Role.CLIENT_APPROVER))
    assert "the next one follows in a year" in client.get(f"/portal/{project.code}/").content.decode()
