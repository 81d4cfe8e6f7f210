"""Properties of what the client reads: published history only grows, and no sequence of acts shows an unpublished date, anywhere."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Role, User
from audit.refusals import BadInput, Refused
from desk.documents import status_report
from notifications.changes import rows_of
from notifications.ics import calendar_of
from notifications.letters import letter_of
from notifications.models import CalendarFeed, MailMessage, Notification, Webhook, WebhookDelivery
from notifications.services.deliveries import body_of
from notifications.visibility import readable_events
from projects.milestone_rows import chosen, milestone_rows
from projects.models import BaselineMilestone, Milestone, MilestoneRound, Phase, Project, Publication, WaitingFor
from projects.services import baselines, calendars, dependencies, lifecycle, loops, publishing, scratch, tasks
from projects.services.plan import reschedule_milestone
from projects.services.recompute import recompute_stale_plans
from projects.services.sharing import set_visibility
from projects.services.waiting import open_wait
from projects.what_if import Changes
from tests.projects import factories as make

pytestmark = pytest.mark.django_db
FED_BY = {  # the milestones tried, and the deliverable that achieves each
    "sample_shipped": "sample_certificate",
    "methods_ready": "method_validation_report",
    "g2": "",
    "g3": "",
}
FAR = 400  # days: further away than anything else that carries a date, so that what is found in a text is a forecast


class Undo(Exception):
    """Ends an example: everything it did is rolled back."""


@pytest.fixture
def project(db: None) -> Project:
    """In small scale, with a question to the client at each of the milestones tried: what its answer costs follows published dates."""
    project = make.a_project_in(Phase.SMALL_SCALE)
    for key in FED_BY:
        wait = open_wait(f"test.answer:{key}", words="Answer", link="/", project=project, client=project.client)
        WaitingFor.objects.filter(pk=wait.pk).update(milestone=Milestone.objects.get(project=project, key=key))
    return project


def _later(days: int) -> date:
    return timezone.localdate() + timedelta(days=FAR + days)


def _share(project: Project, key: str, visibility: str) -> None:
    """The milestone, and the deliverable that feeds it."""
    set_visibility(project.code, "milestone", key, visibility=visibility, actor=make.manager())
    if FED_BY[key]:
        set_visibility(project.code, "deliverable", FED_BY[key], visibility=visibility, actor=make.manager())


def _link(project: Project, key: str, days: int) -> None:
    dependencies.add_dependency(project.code, "g3", predecessor=key, kind="SS", lag_days=days, reason="Tried.", actor=make.manager())


def _try_and_apply(project: Project, key: str, days: int) -> None:
    row = scratch.open_scratch(project.code, name=f"{key} {days}", actor=make.manager())
    scratch.change_scratch(project.code, row.pk, Changes(earliest={key: _later(days)}), actor=make.manager())
    scratch.apply_scratch(project.code, row.pk, reason="Tried.", actor=make.manager())


def _task(project: Project, key: str, days: int) -> None:
    draft = tasks.TaskDraft(title=f"Work {days}", milestone=key, department="research", duration_days=days)
    tasks.add_task(project.code, draft, actor=make.manager())


def _days_off(project: Project, _key: str, days: int) -> None:
    first = _later(days)
    last = first + timedelta(days=9)
    calendars.add_own_days("site", "demo-site", first=first, last=last, worked=False, words="Shut-down.", actor=make.manager())
    recompute_stale_plans()


def _return(project: Project, _key: str, _days: int) -> None:
    """To evaluation by the gate's decision where one can be proposed, and on again."""
    make.decide(project, "return", return_to="evaluation", renew_criteria=["charter"])


def _loop(project: Project, key: str, _days: int) -> None:
    loops.open_loop(project.code, FED_BY[key] or "sample_certificate", reason="Rejected.", side="client", actor=make.manager())


def _achieve(project: Project, key: str, _days: int) -> None:
    if FED_BY[key]:
        make.done(project, FED_BY[key])


def _move_back(project: Project, _key: str, _days: int) -> None:
    lifecycle.return_project(project.code, to_phase="evaluation", reason="Not as agreed.", actor=make.manager())


WORDS: dict[str, Any] = {"reason_class": "other", "side": "cdmo", "reason": "Told."}
ACTS: dict[str, Callable[[Project, str, int], object]] = {
    "reschedule": lambda project, key, days: reschedule_milestone(
        project.code, key, not_before=_later(days), actor=make.manager(), reason="Tried."
    ),
    "publish": lambda project, key, _days: publishing.publish_milestone(project.code, key, actor=make.manager(), **WORDS),
    "explain": lambda project, key, _days: publishing.explain_achievement(project.code, key, actor=make.manager(), **WORDS),
    "share": lambda project, key, _days: _share(project, key, "shared"),
    "unshare": lambda project, key, _days: _share(project, key, "internal"),
    "baseline": lambda project, key, days: baselines.take_baseline(
        project.code, name=f"{key} {days}", reason="Tried.", actor=make.manager()
    ),
    "link": _link,
    "order": lambda project, key, days: make.accept_change_order(make.sent_change_order(project, days=days, key=key)),
    "task": _task,
    "scratch": _try_and_apply,
    "days off": _days_off,
    "achieve": _achieve,
    "loop": _loop,
    "gate return": _return,
    "return": _move_back,
    "hold": lambda project, _key, _days: make.decide(project, "hold"),
}
STEPS = st.tuples(st.sampled_from(list(ACTS)), st.sampled_from(list(FED_BY)), st.integers(1, 300))
HOW: dict[str, Any] = {"deadline": None, "suppress_health_check": list(HealthCheck), "derandomize": True}  # the same acts each time


def do(project: Project, act: str, key: str, days: int) -> None:
    """One act; what is refused simply does not happen."""
    try:
        with transaction.atomic():
            ACTS[act](project, key, days)
    except (Refused, BadInput):
        return


def dates_shown(project: Project) -> set[tuple[str, date]]:
    """What a client reads of each milestone through the API; portal and report show the same fields."""
    viewer = make.person(Role.CLIENT_VIEWER)
    rows = milestone_rows(chosen(Milestone.objects.visible_to(viewer).filter(project=project)), internal=False)
    return {(data["key"], data[name]) for _facts, data in rows for name in ("baseline", "forecast", "actual") if data[name]}


def dates_told(project: Project) -> set[tuple[str, date]]:
    """What was published, what happened in any round, and what contract and accepted change orders promised of it."""
    told = set(Publication.objects.filter(milestone__project=project).values_list("milestone__key", "to_date"))
    told |= set(Milestone.objects.filter(project=project, actual_on__isnull=False).values_list("key", "actual_on"))
    told |= set(MilestoneRound.objects.filter(milestone__project=project).values_list("milestone__key", "achieved_on"))
    promised = BaselineMilestone.objects.filter(baseline__project=project).exclude(baseline__kind="by_hand")
    return told | set(promised.values_list("milestone__key", "planned_on"))


def forecasts(project: Project) -> set[date]:
    """Every date that only we know at this moment, of any milestone, shared or not, and of what is owed for it."""
    days = set(Milestone.objects.filter(project=project, forecast_on__isnull=False).values_list("forecast_on", flat=True))
    days |= set(project.deliverables.filter(due_on__isnull=False).values_list("due_on", flat=True))
    return {day for day in days if day > timezone.localdate() + timedelta(days=FAR)}


PORTAL = ("/portal/", "/portal/{code}/", "/portal/{code}/account/", "/inbox/")
API = ("projects/{code}/", "milestones/", "deliverables/", "change-orders/", "waiting/")


def read_everywhere(project: Project, viewer: User) -> dict[str, str]:
    """What a client can read of a project, by channel."""
    browser = Client()
    browser.force_login(viewer)
    read = {path: browser.get(path.format(code=project.code)).content.decode() for path in PORTAL}
    read |= {path: browser.get(f"/api/v1/{path.format(code=project.code)}").content.decode() for path in API}
    for key in FED_BY:
        read[f"history of {key}"] = browser.get(f"/api/v1/projects/{project.code}/milestones/{key}/").content.decode()
    events = list(readable_events(viewer).filter(project_id=project.pk).select_related("actor"))
    read["feed"] = json.dumps(rows_of(events, internal=False), default=str)
    calendar = calendar_of(CalendarFeed(user=viewer, project=project)).decode()
    read["calendar"] = re.sub(r"^DTEND.*$", "", calendar, flags=re.MULTILINE)  # the day after the one that is told
    lines = [Notification(user=viewer, event=event, group="dates", delivery="digest") for event in events]
    letter = letter_of(MailMessage(user=viewer, kind="digest", day=timezone.localdate()), lines, more=False)
    webhook = Webhook(client=project.client)
    read["webhooks"] = " ".join(body_of(WebhookDelivery(webhook=webhook, event=event)).decode() for event in events)
    read["digest"] = f"{letter.body} {letter.alternatives}"
    read["mails"] = str([event.data["messages"] for event in project_events(project, "plan.published")])
    read["report"] = json.dumps(status_report(project), cls=DjangoJSONEncoder)
    return read


def project_events(project: Project, kind: str) -> Any:
    return readable_events(make.manager()).filter(project_id=project.pk, kind=kind)


def says(text: str, day: date) -> bool:
    """Whether a text names the day, as pages, mails and documents write it, as the API does, or as a calendar does."""
    pages = re.search(rf"(?<!\d){re.escape(date_format(day, 'j M Y'))}", text)
    return bool(pages) or day.isoformat() in text or f"{day:%Y%m%d}" in text


def run(project: Project, acts: list[tuple[str, str, int]]) -> None:
    """Do all of it, then read every channel; everything is rolled back."""
    with pytest.raises(Undo), transaction.atomic():
        history, secret = list(Publication.objects.order_by("pk").values()), set()
        for act in acts:
            do(project, *act)
            now = list(Publication.objects.order_by("pk").values())
            assert now[: len(history)] == history
            history = now
            assert dates_shown(project) <= dates_told(project)
            secret |= forecasts(project)
        secret -= {day for _key, day in dates_told(project)}
        read = read_everywhere(Project.objects.get(pk=project.pk), make.person(Role.CLIENT_VIEWER))
        assert {channel: days for channel, text in read.items() if (days := [day for day in secret if says(text, day)])} == {}
        raise Undo


@settings(max_examples=6, **HOW)
@given(acts=st.lists(STEPS, min_size=1, max_size=4))
def test_no_sequence_of_acts_shows_an_unpublished_date(project: Project, acts: list[tuple[str, str, int]]) -> None:
    run(project, acts)


@pytest.mark.slow
@settings(max_examples=12, **HOW)
@given(acts=st.lists(STEPS, min_size=3, max_size=8))
def test_no_long_sequence_of_acts_shows_an_unpublished_date(project: Project, acts: list[tuple[str, str, int]]) -> None:
    run(project, acts)


def test_the_reader_finds_a_day_in_every_channel_that_has_one(project: Project) -> None:
    """Otherwise the property would hold of anything."""
    _share(project, "sample_shipped", "shared")
    reschedule_milestone(project.code, "sample_shipped", not_before=_later(1), actor=make.manager(), reason="Tried.")
    publishing.publish_milestone(project.code, "sample_shipped", actor=make.manager(), **WORDS)
    told = Milestone.objects.get(project=project, key="sample_shipped").published_on
    assert told is not None

    read = read_everywhere(Project.objects.get(pk=project.pk), make.person(Role.CLIENT_VIEWER))

    found = {channel for channel, text in read.items() if says(text, told)}
    expected = {"/portal/{code}/", "/portal/{code}/account/", "milestones/", "deliverables/"}
    assert found >= {*expected, "history of sample_shipped", "feed", "webhooks", "calendar", "digest", "mails", "report"}


@pytest.mark.parametrize("act", ACTS)
def test_every_act_of_the_property_can_happen(project: Project, act: str) -> None:
    """A name that always refuses would try nothing."""
    if act in ("loop", "explain"):
        make.done(project, "sample_certificate")
    if act == "publish":
        do(project, "reschedule", "sample_shipped", 1)
    key = "methods_ready" if act == "share" else "sample_shipped"

    ACTS[act](project, key, 10)


def test_a_baseline_is_no_way_round_publishing(project: Project) -> None:
    """Shared, and not yet published: the client reads no date of it at all."""
    set_visibility(project.code, "milestone", "methods_ready", visibility="shared", actor=make.manager())

    assert not {key for key, _day in dates_shown(project)} & {"methods_ready"}
    report = status_report(project)
    row = next(row for row in report["milestones"]["rows"] if row[0] == Milestone.objects.get(project=project, key="methods_ready").title)
    assert row[1:3] == ["–", "–"]


def test_published_history_is_append_only(project: Project) -> None:
    row = Publication.objects.filter(milestone__project=project)[0]

    for act in (lambda: Publication.objects.filter(pk=row.pk).update(days=99), lambda: Publication.objects.filter(pk=row.pk).delete()):
        with pytest.raises(Exception, match="Cannot update or delete"), transaction.atomic():
            act()
