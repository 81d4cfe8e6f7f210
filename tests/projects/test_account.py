"""The account of the delay closes without a hole: split days, dates that came otherwise than told, and what the client says to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Role, User
from audit.models import Event
from audit.refusals import BadInput, NotAllowed, Refused
from desk.documents import status_report
from projects.accounts_of_delay import accounts_of_delay
from projects.calendars import WorkingCalendar
from projects.models import AccountAnswer, Milestone, Phase, Project, Publication, PublicationShare, WaitingFor
from projects.publication import publication_messages
from projects.services import account as services
from projects.services import publishing
from projects.services.loops import open_loop
from projects.services.plan import achieve_milestone, calendar_of, reschedule_milestone, set_actual_from
from projects.slippage import SIDES, Account, Told, account_of
from tests.projects import factories as make
from tests.projects.people import approver

pytestmark = pytest.mark.django_db
Check = Callable[[Callable[[], object], type[Exception]], Exception]
Events = Callable[[Callable[[], object]], list[str]]
KEY = "sample_shipped"
WHY: dict[str, Any] = {"reason_class": "material", "side": "third_party", "reason": "The solvent came late."}


@pytest.fixture
def project(db: None) -> Project:
    return make.a_project_in(Phase.SMALL_SCALE)


@pytest.fixture
def told(project: Project) -> Milestone:
    """A promised and told milestone that nothing in the record feeds."""
    Milestone.objects.filter(project=project, key="process_report").update(source="")
    return Milestone.objects.get(project=project, key="process_report")


def slip(project: Project, key: str = KEY, days: int = 200) -> int:
    """Moves a shared milestone; by how many working days the client would be told."""
    day = timezone.localdate() + timedelta(days=days)
    reschedule_milestone(project.code, key, not_before=day, actor=make.manager(), reason="The reactor is occupied.")
    return next(move.days for move in publishing.pending_moves(project) if move.key == key)


def split(days: int) -> dict[str, int]:
    return {"cdmo": days - 5, "client": 5}


def publish(project: Project, **values: Any) -> Publication:
    return publishing.publish_milestone(project.code, KEY, actor=make.manager(), **{**WHY, "side": "", **values})


def account(project: Project, key: str = KEY) -> Account:
    return next(row for row in accounts_of_delay([project])[project.pk] if row.key == key)


def achieve(project: Project, row: Milestone, **values: Any) -> Milestone:
    return achieve_milestone(project.code, row.key, on=timezone.localdate(), actor=make.manager(), **values)


def waits(prefix: str) -> list[str]:
    return list(WaitingFor.objects.open().filter(key__startswith=prefix).values_list("words", flat=True))


def browser(user: User | None = None) -> Client:
    client = Client()
    client.force_login(user or make.manager())
    return client


def check_constraints() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


# days on several sides


def test_the_days_of_one_move_are_split_over_several_sides(project: Project) -> None:
    days = slip(project)

    row = publish(project, shares=split(days))

    assert (row.side, {share.side: share.days for share in row.shares.all()}) == ("cdmo", split(days))
    found = account(project).days
    assert (found["cdmo"], found["client"], found["third_party"]) == (days - 5, 5, 0)
    assert Event.objects.filter(kind="milestone.published").latest("pk").client_data["shares"] == split(days)
    check_constraints()


def test_dates_that_move_differently_share_what_is_named_and_the_side_takes_the_rest(project: Project) -> None:
    slip(project)
    slip(project, "process_report", days=400)
    moves = {move.key: move.days for move in publishing.pending_moves(project)}

    told = publishing.publish_plan(project.code, keys=list(moves), actor=make.manager(), **{**WHY, "side": "cdmo", "shares": {"client": 5}})

    assert len(set(moves.values())) > 1
    for row in told:
        assert {share.side: share.days for share in row.shares.all()} == {"client": 5, "cdmo": moves[row.milestone.key] - 5}
    event = Event.objects.filter(kind="plan.published").latest("pk")
    assert "On the side of: Client +5, CDMO the rest." in event.data["messages"][0]["body"]
    check_constraints()


@pytest.mark.parametrize("values", [{"side": "cdmo", "shares": {"client": 4000}}, {"side": "client", "shares": {"client": 5}}])
def test_the_rest_is_a_part_of_the_days(project: Project, values: dict[str, Any], nothing_written: Check) -> None:
    slip(project)

    refusal = nothing_written(lambda: publish(project, **values), BadInput)

    assert refusal.errors.keys() == {"shares"}  # type: ignore[attr-defined]


def test_days_that_do_not_add_up_are_said_once_where_they_were_typed(project: Project) -> None:
    slip(project)
    moves = [move for move in publishing.pending_moves(project) if move.from_date]
    typed = {"keys": [move.key for move in moves], "reason_class": "technical", "side": "cdmo", "reason": "Late.", "share_client": "4000"}

    answer = browser().post(reverse("project-publish", args=[project.code]), typed)

    assert answer.status_code == 400 and len(moves) > 1
    assert {name: len(words) for name, words in answer.context["form"].errors.items()} == {"share_client": 1}


@pytest.mark.parametrize("shares", [{"cdmo": 5, "client": 5}, {"cdmo": 5, "nobody": 5}, {"cdmo": 5, "client": 0}])
def test_shares_add_up_to_the_days(project: Project, shares: dict[str, int], nothing_written: Check) -> None:
    slip(project)

    refusal = nothing_written(lambda: publish(project, shares=shares), BadInput)

    assert refusal.errors.keys() == {"shares"}  # type: ignore[attr-defined]


def test_the_database_holds_the_shares_to_the_days(project: Project) -> None:
    slip(project)
    row = publish(project, side="cdmo")

    with pytest.raises(Exception, match="add up to"), transaction.atomic():
        PublicationShare.objects.create(publication=row, side="client", days=row.days + 1)
        check_constraints()


def test_the_mail_and_the_pages_name_every_side(project: Project) -> None:
    days = slip(project)
    keys, values = [KEY], {"share_cdmo": days - 5, "share_client": 5, "reason_class": "material", "reason": "Both of us.", "side": ""}
    address = reverse("project-publish", args=[project.code])

    wrong = browser().post(address, {**values, "keys": keys, "share_cdmo": 1})
    shown = browser().post(address, {**values, "keys": keys})
    done = browser().post(address, {**values, "keys": keys, "confirmed": "1", "expected_hash": shown.context["expected_hash"]})

    assert (wrong.status_code, list(wrong.context["form"].errors)) == (400, ["share_cdmo"])
    assert (shown.status_code, done.status_code) == (200, 302)
    sides = f"CDMO +{days - 5}, Client +5"
    assert f"On the side of: {sides}." in shown.context["mails"][0][0].body
    assert sides in browser().get(reverse("milestone-detail", args=[project.code, KEY])).content.decode()
    viewer = make.person(Role.CLIENT_VIEWER)
    assert sides in browser(viewer).get(reverse("portal-project", args=[project.code])).content.decode()
    assert sides in str(status_report(project)["moves"])


def test_the_mail_of_one_side_is_what_it_was(project: Project) -> None:
    slip(project)
    moves = [move for move in publishing.pending_moves(project) if move.key == KEY]

    assert "On the side of: Third party." in publication_messages(project, moves, ["en"], **WHY)[0].body


# dates that came on another day than told


def test_a_date_that_came_otherwise_is_on_nobodys_side_until_it_is_said_why(project: Project, told: Milestone, events_of: Events) -> None:
    achieve(project, told)
    days = calendar_of(project).working_days_between(told.published_on, timezone.localdate())  # type: ignore[arg-type]
    before = account(project, told.key)
    (asked,) = waits(f"plan.explain:{told.pk}")

    kinds = events_of(lambda: publishing.explain_achievement(project.code, told.key, actor=make.manager(), **WHY))

    after = account(project, told.key)
    assert (before.unassigned, before.days["third_party"]) == (days, 0)
    assert f"({days:+d} working days)" in asked
    assert kinds == ["milestone.explained"]
    assert (after.unassigned, after.days["third_party"], after.total) == (0, days, before.total)
    assert waits(f"plan.explain:{told.pk}") == []
    row = Publication.objects.filter(milestone=told).latest("pk")
    assert (row.achieved, row.from_date, row.to_date) == (True, told.published_on, timezone.localdate())


def test_the_record_that_achieves_a_date_asks_too(project: Project) -> None:
    make.done(project, "sample_certificate")

    row = Milestone.objects.get(project=project, key=KEY)
    assert row.actual_on != row.published_on
    assert account(project).unassigned != 0
    assert waits(f"plan.explain:{row.pk}")


def test_whoever_enters_the_date_can_say_why_at_once(project: Project, told: Milestone, nothing_written: Check) -> None:
    nothing_written(lambda: achieve(project, told, explained={**WHY, "reason": ""}), BadInput)

    achieve(project, told, explained=WHY)

    assert account(project, told.key).unassigned == 0
    assert waits(f"plan.explain:{told.pk}") == []


def test_a_date_that_came_as_told_needs_no_words(project: Project, told: Milestone, nothing_written: Check) -> None:
    Milestone.objects.filter(pk=told.pk).update(published_on=timezone.localdate())
    refusal = nothing_written(lambda: achieve(project, told, explained=WHY), BadInput)
    assert refusal.errors.keys() == {"reason_class"}  # type: ignore[attr-defined]

    achieve(project, told)

    nothing_written(lambda: publishing.explain_achievement(project.code, told.key, actor=make.manager(), **WHY), Refused)
    assert waits(f"plan.explain:{told.pk}") == []


def test_only_a_project_manager_says_why(project: Project, told: Milestone, nothing_written: Check) -> None:
    achieve(project, told)
    actor = make.person(Role.BUSINESS_DEVELOPMENT)

    nothing_written(lambda: publishing.explain_achievement(project.code, told.key, actor=actor, **WHY), NotAllowed)


def test_the_page_of_the_milestone_asks_when_the_date_is_entered_and_later(project: Project, told: Milestone) -> None:
    page, act = (reverse(name, args=[project.code, told.key]) for name in ("milestone-detail", "milestone-achieve"))
    today = timezone.localdate()

    half = browser().post(act, {"on": today, "reason_class": "material"})
    done = browser().post(act, {"on": today, "remark": "By courier."})
    shown = browser().get(page).content.decode()
    explained = browser().post(reverse("milestone-explain", args=[project.code, told.key]), {**WHY})

    assert half.status_code == 400
    assert {"side", "reason"} <= half.context["achieve_form"].errors.keys()
    assert (done.status_code, explained.status_code) == (302, 302)
    assert "until somebody says why they are on nobody's side" in shown
    assert account(project, told.key).unassigned == 0


def test_a_system_of_ours_says_why(project: Project, told: Milestone) -> None:
    achieve(project, told)
    days = account(project, told.key).unassigned
    body = {"reason_class": "technical", "shares": {"cdmo": days + 2, "client": -2}, "reason": "A shorter step."}

    answer = browser().post(f"/api/v1/projects/{project.code}/milestones/{told.key}/explain/", body, content_type="application/json")

    assert answer.status_code == 200
    assert answer.json()["publications"][-1]["shares"] == [{"side": "cdmo", "days": days + 2}, {"side": "client", "days": -2}]
    assert answer.json()["publications"][-1]["achieved"] is True


def test_a_round_that_begins_again_leaves_no_hole(project: Project) -> None:
    make.done(project, "sample_certificate")
    row = Milestone.objects.get(project=project, key=KEY)

    open_loop(project.code, "sample_certificate", reason="Colour.", side="cdmo", actor=make.manager())
    assert waits(f"plan.explain:{row.pk}") == []
    slip(project)
    publish(project, side="cdmo")
    set_actual_from(project, row.source, on=timezone.localdate(), actor=make.manager())

    found, calendar = account(project), calendar_of(project)
    assert found.total == calendar.working_days_between(found.baseline, timezone.localdate())


SIDE = st.sampled_from(SIDES)
DAY = st.dates(date(2026, 1, 1), date(2028, 12, 31))
STEP = st.tuples(DAY, SIDE, st.dictionaries(SIDE, st.integers(-30, 30), max_size=4))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(baseline=DAY, steps=st.lists(STEP, min_size=1, max_size=6), actual=st.none() | DAY, country=st.sampled_from(["", "CH", "CN"]))
def test_the_sides_always_add_up_to_the_way(
    baseline: date, steps: list[tuple[date, str, dict[str, int]]], actual: date | None, country: str
) -> None:
    """Whatever was told and split, and whatever became of the calendar since."""
    calendar = WorkingCalendar(country=country)

    found = account_of("m", "M", baseline, [Told(*step) for step in steps], calendar, actual=actual)

    assert found is not None
    assert sum(found.days.values()) + found.unassigned == found.total
    assert found.total == calendar.working_days_between(baseline, actual or steps[-1][0])


# what the client says to it


@pytest.fixture
def moved(project: Project) -> Project:
    slip(project)
    publish(project, side="cdmo")
    return project


def test_the_clients_approver_acknowledges_the_account_as_it_stands(moved: Project, events_of: Events, nothing_written: Check) -> None:
    shown = services.account_hash(accounts_of_delay([moved])[moved.pk])

    kinds = events_of(lambda: services.acknowledge_account(moved.code, actor=approver(), expected_hash=shown))

    row = AccountAnswer.objects.get(project=moved)
    assert (kinds, row.kind, row.account_hash) == (["account.acknowledged"], "acknowledged", shown)
    assert row.account["rows"]
    nothing_written(lambda: services.acknowledge_account(moved.code, actor=approver()), Refused)
    assert "Acknowledged by" in status_report(moved)["account_answer"]
    slip(moved, days=220)
    publish(moved, side="client")
    assert "changed since" in status_report(moved)["account_answer"]
    nothing_written(lambda: services.acknowledge_account(moved.code, actor=approver(), expected_hash=shown), Refused)


def test_an_objection_asks_for_a_reply_and_both_are_read(moved: Project, events_of: Events, nothing_written: Check) -> None:
    nothing_written(lambda: services.object_to_account(moved.code, actor=approver(), words=" "), BadInput)
    nothing_written(lambda: services.reply_to_objection(moved.code, actor=make.manager(), words="Why?"), Refused)
    kinds = events_of(lambda: services.object_to_account(moved.code, actor=approver(), words="Five of these days are ours."))
    assert (kinds, len(waits("account.objection:"))) == (["account.objected"], 1)

    kinds = events_of(lambda: services.reply_to_objection(moved.code, actor=make.manager(), words="Agreed; the next move says so."))

    assert (kinds, waits("account.objection:")) == (["account.replied"], [])
    for user, name in ((make.manager(), "project-account"), (approver(), "portal-account")):
        text = browser(user).get(reverse(name, args=[moved.code])).content.decode()
        assert "Five of these days are ours." in text
        assert "Agreed; the next move says so." in text


def test_days_on_nobodys_side_are_not_acknowledged(moved: Project, told: Milestone, nothing_written: Check) -> None:
    achieve(moved, told)

    refusal = nothing_written(lambda: services.acknowledge_account(moved.code, actor=approver()), Refused)

    assert [blocker.key for blocker in refusal.blockers] == ["account.unassigned"]  # type: ignore[attr-defined]


def test_an_account_without_days_is_not_answered(project: Project, nothing_written: Check) -> None:
    nothing_written(lambda: services.acknowledge_account(project.code, actor=approver()), Refused)
    nothing_written(lambda: services.object_to_account(project.code, actor=approver(), words="No."), Refused)


def test_who_may_answer_and_who_may_reply(moved: Project, nothing_written: Check) -> None:
    viewer, stranger = make.person(Role.CLIENT_VIEWER), make.person(Role.CLIENT_APPROVER, client=make.a_client("DCB"))
    nothing_written(lambda: services.acknowledge_account(moved.code, actor=viewer), NotAllowed)
    nothing_written(lambda: services.acknowledge_account(moved.code, actor=make.manager()), NotAllowed)
    nothing_written(lambda: services.acknowledge_account(moved.code, actor=stranger), Project.DoesNotExist)
    services.object_to_account(moved.code, actor=approver(), words="No.")
    nothing_written(lambda: services.reply_to_objection(moved.code, actor=make.person(Role.RESEARCH), words="Yes."), NotAllowed)


def test_the_portal_answers_with_what_was_shown(moved: Project) -> None:
    asked = browser(approver())
    page, object_, acknowledge = (
        reverse(name, args=[moved.code]) for name in ("portal-account", "portal-account-object", "portal-account-acknowledge")
    )
    shown = asked.get(page).context["account_hash"]

    empty = asked.post(object_, {"words": "", "expected_hash": shown})
    stale = asked.post(acknowledge, {"expected_hash": "0" * 64})
    done = asked.post(acknowledge, {"expected_hash": shown})
    of_viewer = browser(make.person(Role.CLIENT_VIEWER)).get(page).content.decode()

    assert [answer.status_code for answer in (empty, stale, done)] == [400, 409, 302]
    assert empty.context["object_form"].errors.keys() == {"words"}
    assert "An approver of your organisation answers" in of_viewer
    assert "Acknowledged" in browser().get(reverse("project-plan", args=[moved.code])).content.decode()
