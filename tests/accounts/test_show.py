from datetime import UTC, date, datetime, timedelta

import pytest
from django.template import Context, Template
from django.utils import timezone

from accounts.models import Role
from accounts.templatetags.show import day, moment, relative_days
from tests.accounts.factories import UserFactory

AT = datetime(2026, 3, 12, 23, 5, tzinfo=UTC)


def test_day_is_unambiguous_and_local():
    with timezone.override("Asia/Shanghai"):
        assert (day(date(2026, 3, 2)), day(AT), day("2026-03-02"), day(None)) == ("2 Mar 2026", "13 Mar 2026", "2 Mar 2026", "")


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("Europe/Zurich", "13 Mar 2026 00:05 UTC+1"),
        ("Asia/Kolkata", "13 Mar 2026 04:35 UTC+5:30"),
        ("America/New_York", "12 Mar 2026 19:05 UTC-4"),
        ("UTC", "12 Mar 2026 23:05 UTC"),
    ],
)
def test_moment_carries_its_zone(zone, words):
    with timezone.override(zone):
        assert (moment(AT), moment(None)) == (words, "")


@pytest.mark.parametrize(("days", "words"), [(0, "today"), (1, "in 1 day"), (3, "in 3 days"), (-1, "1 day ago"), (-12, "12 days ago")])
def test_relative_days(days, words):
    assert relative_days(timezone.localdate() + timedelta(days=days)) == words


@pytest.mark.django_db
@pytest.mark.parametrize(("roles", "words"), [([Role.ADMINISTRATOR], "yes"), ([], "no")])
def test_can_asks_the_permission_by_name(roles, words):
    template = Template('{% load show %}{% can "accounts.manage_people" as may %}{{ may|yesno:"yes,no" }}')

    assert template.render(Context({"user": UserFactory(roles=roles)})) == words
