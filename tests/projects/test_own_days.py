"""Shut-downs and worked weekends: who enters them, and that every plan which counts in them follows in the background."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from audit.context import acting
from audit.models import Event
from audit.refusals import BadInput, NotAllowed
from catalogue.models import Site
from projects.calendars import WorkingCalendar
from projects.forecasting import calendar_for, calendar_of
from projects.models import Milestone, Phase, Project, StalePlan
from projects.services import recompute
from projects.services.calendars import add_own_days, remove_own_days, set_region
from projects.services.lifecycle import cancel_project
from tests.projects import factories as make

pytestmark = pytest.mark.django_db
Check = Callable[[Callable[[], object], type[Exception]], Exception]
KEY = "sample_shipped"


@pytest.fixture
def project(db: None) -> Project:
    return make.a_project_in(Phase.SMALL_SCALE)


def forecast(project: Project, key: str = KEY) -> date:
    found = Milestone.objects.get(project=project, key=key).forecast_on
    assert found is not None
    return found


def a_month_off(project: Project, **changes: object) -> int:
    """Around the day on which the sample is to be shipped."""
    day = forecast(project)
    values = {"first": day - timedelta(days=14), "last": day + timedelta(days=14), "worked": False, "words": "Shut-down", **changes}
    return add_own_days("site", "demo-site", actor=make.manager(), **values)  # type: ignore[arg-type]


def work() -> int:
    with acting(channel="worker"):
        return recompute.recompute_stale_plans()


def test_a_shut_down_moves_the_plans_of_its_site(project: Project) -> None:
    before = forecast(project)

    queued = a_month_off(project)
    done = work()

    after = forecast(project)
    assert (queued, done, StalePlan.objects.count()) == (1, 1, 0)
    assert after > before + timedelta(days=14)
    assert calendar_of(Project.objects.select_related("site").get(pk=project.pk)).is_working_day(after)
    moved = Event.objects.filter(kind="plan.forecasts_moved", project_id=project.pk).latest("pk")
    assert moved.actor_id is None


def test_worked_weekends_bring_a_plan_forward(project: Project) -> None:
    before = forecast(project)
    saturdays = [timezone.localdate() + timedelta(days=number) for number in range(1, 15)]

    for day in (day for day in saturdays if day.weekday() == 5):
        add_own_days("site", "demo-site", first=day, last=day, worked=True, words="Made up for a holiday", actor=make.manager())
    work()

    assert forecast(project) < before


def test_days_taken_away_give_the_plan_back(project: Project) -> None:
    before = forecast(project)
    first = before - timedelta(days=14)
    a_month_off(project)
    work()

    queued = remove_own_days("site", "demo-site", first=first, actor=make.manager(), reason="The shut-down is cancelled.")
    work()

    assert queued == 1
    assert forecast(project) == before
    assert Site.objects.get(key="demo-site").own_days == []


def test_a_clients_days_count_where_both_keep_the_date(project: Project) -> None:
    day = forecast(project)

    add_own_days("client", project.client.code, first=day, last=day, worked=False, words="Works outing", actor=make.manager())

    found = Project.objects.select_related("client", "site").get(pk=project.pk)
    kept_by_both = Milestone.objects.get(project=project, key=KEY)
    internal = Milestone.objects.get(project=project, key="methods_ready")
    assert not calendar_for(kept_by_both, found).is_working_day(day)
    assert calendar_for(internal, found).is_working_day(day)


def test_a_day_worked_by_one_side_is_no_day_for_both() -> None:
    saturday = date(2026, 3, 7)
    works = WorkingCalendar("CH", worked=frozenset({saturday}))

    assert works.is_working_day(saturday)
    assert not WorkingCalendar("CH", worked=frozenset({saturday}), also=WorkingCalendar("DE")).is_working_day(saturday)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        pytest.param({"last": date(2001, 1, 1)}, "last", id="the-wrong-way-round"),
        pytest.param({"last": date(2999, 1, 1)}, "last", id="more-than-a-year"),
        pytest.param({"words": " "}, "words", id="no-words"),
    ],
)
def test_days_that_make_no_sense(project: Project, nothing_written: Check, changes: dict[str, object], field: str) -> None:
    refused = nothing_written(lambda: a_month_off(project, **changes), BadInput)

    assert isinstance(refused, BadInput)
    assert list(refused.errors) == [field]


def test_days_are_entered_once(project: Project, nothing_written: Check) -> None:
    a_month_off(project)

    refused = nothing_written(lambda: a_month_off(project, words="Again"), BadInput)

    assert "Shut-down" in str(refused.args or refused.errors)  # type: ignore[attr-defined]


@pytest.mark.parametrize("role", [Role.BUSINESS_DEVELOPMENT, Role.RESEARCH, Role.ADMINISTRATOR, Role.CLIENT_APPROVER])
def test_others_do_not_enter_days(project: Project, nothing_written: Check, role: str) -> None:
    day = timezone.localdate()

    nothing_written(
        lambda: add_own_days("site", "demo-site", first=day, last=day, worked=False, words="Mine", actor=make.person(role)), NotAllowed
    )


def test_a_plan_that_fails_stays_queued_and_stops_no_other(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    other = make.a_project_in(Phase.SMALL_SCALE)
    a_month_off(project)
    working, update = [other.pk], recompute.update_forecasts

    def failing(row: Project, **values: object) -> object:
        if row.pk not in working:
            raise ValueError(row.code)
        return update(row, **values)  # type: ignore[arg-type]

    monkeypatch.setattr(recompute, "update_forecasts", failing)

    assert (work(), list(StalePlan.objects.values_list("project", flat=True))) == (1, [project.pk])


def test_a_new_day_moves_what_is_not_done_from_yesterday(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    was = forecast(project, "route_selected")
    monday = WorkingCalendar("CH").next_working_day(was + timedelta(days=10))
    monkeypatch.setattr(Project, "day_of", lambda _project, _moment: monday)

    with acting(channel="worker"):
        recompute.a_day_has_passed()
        recompute.recompute_stale_plans()

    assert forecast(project, "route_selected") == monday


def test_what_is_closed_is_not_worked_out(project: Project) -> None:
    cancel_project(project.code, cancel_class="stopped", reason="The client stopped.", actor=make.manager())

    assert recompute.a_day_has_passed() == 0


def test_the_page_enters_and_removes_days_with_errors_at_the_field(project: Project) -> None:
    browser, page, day = Client(), reverse("calendars"), forecast(project)
    browser.force_login(make.manager())
    values = {"place": "site:demo-site", "first": day, "last": day, "worked": "off", "words": "Power cut"}

    wrong = browser.post(page, values | {"last": day - timedelta(days=1)})
    entered = browser.post(page, values, follow=True).content.decode()
    removal = reverse("calendar-remove", args=["site", "demo-site", day.isoformat()])
    opened = browser.get(page, {"remove": f"site-demo-site-{day}"}).content.decode()
    unsaid = browser.post(removal, {"reason": ""})
    removed = browser.post(removal, {"reason": "The power came back."}, follow=True).content.decode()

    assert (wrong.status_code, "before the first" in wrong.content.decode()) == (400, True)
    assert "Power cut" in entered and "worked out again" in entered
    assert "Remove “Power cut”" in opened
    assert (unsaid.status_code, "Remove “Power cut”" in unsaid.content.decode()) == (400, True)
    assert "Power cut" not in removed


def test_the_holidays_of_a_region_count(project: Project, events_of: Callable[[Callable[[], object]], list[str]]) -> None:
    """Corpus Christi is off in Hesse and in the canton of Lucerne, and worked in the rest of Germany and Switzerland."""
    assert WorkingCalendar("DE", subdivision="HE").is_working_day(date(2026, 6, 4)) is False
    assert WorkingCalendar("DE").is_working_day(date(2026, 6, 4)) is True

    kinds = events_of(lambda: set_region("site", "demo-site", subdivision="LU", actor=make.manager()))

    assert kinds == ["calendar.region_set"]
    assert StalePlan.objects.filter(project=project).exists()
    assert not calendar_of(Project.objects.get(pk=project.pk)).is_working_day(date(2026, 6, 4))


def test_a_region_unknown_or_no_longer_of_the_country(project: Project, nothing_written: Check) -> None:
    nothing_written(lambda: set_region("site", "demo-site", subdivision="XX", actor=make.manager()), BadInput)
    nothing_written(lambda: set_region("site", "demo-site", subdivision="LU", actor=make.person(Role.RESEARCH)), NotAllowed)

    assert WorkingCalendar("CN", subdivision="LU").is_working_day(date(2026, 2, 17)) is False  # its country's holidays are left


def test_the_region_is_set_on_the_page(project: Project) -> None:
    browser, page = Client(), reverse("calendars")
    browser.force_login(make.manager())
    address = reverse("calendar-region", args=["site", "demo-site"])

    opened = browser.get(page, {"region": "site-demo-site"})
    unknown = browser.post(address, {"subdivision": "XX"})
    set_ = browser.post(address, {"subdivision": "LU"})

    assert b"Luzern" in opened.content
    assert (unknown.status_code, set_.status_code) == (400, 302)
    assert Site.objects.get(key="demo-site").subdivision == "LU"
