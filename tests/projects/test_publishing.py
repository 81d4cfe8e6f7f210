"""Publishing as one act: the preview, the mail, the hash, the wait, and the account of the delay."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User
from audit.models import Event
from audit.refusals import BadInput, Refused
from notifications.models import Preference
from projects.accounts_of_delay import accounts_of_delay
from projects.models import Milestone, Phase, Project, Publication, WaitingFor
from projects.publication import publication_messages
from projects.receivers import languages_of
from projects.services import publishing as services
from projects.services.plan import calendar_of, reschedule_milestone
from projects.slippage import driving
from tests.projects import factories as make

pytestmark = pytest.mark.django_db
Check = Callable[[Callable[[], object], type[Exception]], Exception]
WORDS = {"reason_class": "material", "side": "third_party", "reason": "The solvent came late."}


@pytest.fixture
def project(db: None) -> Project:
    return make.a_project_in(Phase.SMALL_SCALE)


def slip(project: Project, days: int = 200, key: str = "sample_shipped") -> None:
    later = timezone.localdate() + timedelta(days=days)
    reschedule_milestone(project.code, key, not_before=later, actor=make.manager(), reason="The reactor is occupied.")


def publish(project: Project, keys: list[str], **values: Any) -> list[Publication]:
    return services.publish_plan(project.code, keys=keys, actor=make.manager(), **{**WORDS, **values})


def test_what_is_previewed_is_what_goes_out(project: Project) -> None:
    slip(project)
    pending = services.pending_moves(project)
    keys = [move.key for move in pending]
    _moves, (message,), shown = services.preview(project, keys, **WORDS)

    told = publish(project, keys, expected_hash=shown)

    event = Event.objects.get(project_id=project.pk, kind="plan.published", data__count=len(keys))
    (kept,) = event.data["messages"]
    assert (kept["subject"], kept["body"], kept["language"]) == (message.subject, message.body, "en")
    assert len(told) == len(keys) > 1
    assert all(move.title in message.body for move in pending)
    assert "The solvent came late." in message.body
    assert services.pending_moves(project) == []


def test_a_forecast_that_moved_since_refuses_the_whole_act(project: Project, nothing_written: Check) -> None:
    slip(project)
    keys = [move.key for move in services.pending_moves(project)]
    _moves, _messages, shown = services.preview(project, keys, **WORDS)
    slip(project, days=220)

    refusal = nothing_written(lambda: publish(project, keys, expected_hash=shown), Refused)

    assert [blocker.key for blocker in refusal.blockers] == ["plan.moved"]  # type: ignore[attr-defined]


def test_nothing_chosen_is_bad_input(project: Project, nothing_written: Check) -> None:
    nothing_written(lambda: publish(project, []), BadInput)


def test_a_difference_waits_for_the_manager_and_ages(project: Project) -> None:
    slip(project)
    wait = WaitingFor.objects.open().get(key=f"plan.publish:{project.pk}")
    slip(project, days=230)

    again = WaitingFor.objects.open().get(key=f"plan.publish:{project.pk}")
    publish(project, [move.key for move in services.pending_moves(project)])

    assert (wait.user, wait.since) == (make.manager(), again.since)
    assert not WaitingFor.objects.open().filter(key=f"plan.publish:{project.pk}").exists()


def test_the_page_shows_the_mail_and_publishes_it(project: Project) -> None:
    slip(project)
    browser = Client()
    browser.force_login(make.manager())
    address = reverse("project-publish", args=[project.code])
    keys = [move.key for move in services.pending_moves(project)]

    empty = browser.post(address, {"keys": keys})
    shown = browser.post(address, {"keys": keys, **WORDS})
    blind = browser.post(address, {"keys": keys, "confirmed": "1", **WORDS})
    unticked = browser.post(address, {"confirmed": "1", "expected_hash": shown.context["expected_hash"], **WORDS})
    done = browser.post(address, {"keys": keys, "confirmed": "1", "expected_hash": shown.context["expected_hash"], **WORDS})

    answers = [answer.status_code for answer in (empty, shown, blind, unticked, done)]
    assert answers == [400, 200, 409, 400, 302]
    assert list(unticked.context["form"].errors) == ["keys"]
    assert f"{settings.SITE_URL}/portal/{project.code}/" in shown.content.decode()
    assert shown.context["mails"][0][0].subject in shown.content.decode()


@pytest.mark.parametrize(
    "change",
    [{"reason": "Other words."}, {"side": "client"}, {"reason_class": "capacity"}, {"keys": ["g2"]}],
    ids=lambda change: next(iter(change)),
)
def test_a_form_that_changed_after_the_preview_is_refused_with_what_was_typed(project: Project, change: dict[str, Any]) -> None:
    slip(project)
    browser = Client()
    browser.force_login(make.manager())
    address = reverse("project-publish", args=[project.code])
    typed = {"keys": [move.key for move in services.pending_moves(project)], **WORDS}
    shown = browser.post(address, typed).context["expected_hash"]

    answer = browser.post(address, {**typed, **change, "confirmed": "1", "expected_hash": shown})

    assert answer.status_code == 409
    assert "preview again" in answer.content.decode()
    assert {name: answer.context["form"][name].value() for name in change} == change
    assert services.pending_moves(project)


def test_a_first_publication_is_no_reason_for_a_date_that_the_client_knows(project: Project, nothing_written: Check) -> None:
    slip(project)

    refusal = nothing_written(lambda: publish(project, ["sample_shipped"], reason_class="initial"), BadInput)

    assert list(refusal.errors) == ["reason_class"]  # type: ignore[attr-defined]


def test_the_account_adds_up_for_every_milestone(project: Project) -> None:
    calendar = calendar_of(project)
    slip(project)
    publish(project, [move.key for move in services.pending_moves(project)])
    slip(project, days=190)
    publish(project, ["sample_shipped"], side="client", reason_class="client_input")

    accounts = accounts_of_delay([project])[project.pk]

    assert accounts
    for account in accounts:
        assert account.total == calendar.working_days_between(account.baseline, account.published)
    sample = next(account for account in accounts if account.key == "sample_shipped")
    assert sample.days["third_party"] > 0 > sample.days["client"]
    last = driving(accounts)
    assert last is not None
    assert last.published == max(account.published for account in accounts)


def test_the_message_says_nothing_of_first_dates(project: Project) -> None:
    row = Milestone.objects.get(project=project, key="g2")
    row.published_on = None
    (message,) = publication_messages(project, services.moves_of(project, [row]), ["en"], reason_class="", side="", reason="")

    assert "→" not in message.body
    assert message.language == "en"


def test_the_mail_is_written_in_each_language_of_the_client_s_people(project: Project) -> None:
    assert languages_of(project) == ["en"]
    for number, language in enumerate(("zh-hans", "zh-hans", "en", "en")):
        reader = make.person(Role.CLIENT_VIEWER, name=f"Reader {number}", client=project.client)
        User.objects.filter(pk=reader.pk).update(language=language, is_active=number != 2)

    assert languages_of(project) == ["en", "zh-hans"]
    slip(project)
    keys = [move.key for move in services.pending_moves(project)]
    _moves, messages, shown = services.preview(project, keys, **WORDS)
    User.objects.filter(language="zh-hans").update(language="en")

    assert [message.language for message in messages] == ["en", "zh-hans"]
    with pytest.raises(Refused):  # the mail that was shown is another one now
        services.publish_plan(project.code, keys=keys, actor=make.manager(), expected_hash=shown, **WORDS)


def test_the_page_says_who_gets_the_mail_or_that_nobody_does(project: Project) -> None:
    slip(project)
    User.objects.filter(client=project.client).update(is_active=False)
    nobody = look(project)
    for role, name in ((Role.CLIENT_APPROVER, "Head of Supply"), (Role.CLIENT_VIEWER, "Buyer")):
        make.person(role, name=name, client=project.client)
    both = look(project)
    User.objects.filter(full_name="Head of Supply").update(is_active=False)
    Preference.objects.create(user=User.objects.get(full_name="Buyer"), group="dates", choice="inbox")
    no_mail = look(project)

    assert "Nobody of Demo Client A has an account" in nobody
    assert [words in both for words in ("By mail now", "Head of Supply", "In the next daily digest", "Buyer", "Nobody of")] == [
        True
    ] * 4 + [False]
    assert "gets it by mail: there is no approver" in no_mail


def look(project: Project) -> str:
    browser = Client()
    browser.force_login(make.manager())
    keys = [move.key for move in services.pending_moves(project)]
    return " ".join(browser.post(f"/projects/{project.code}/publish/", {"keys": keys, **WORDS}).content.decode().split())


def test_a_date_that_somebody_else_published_meanwhile_is_refused_in_words(project: Project) -> None:
    slip(project)
    browser = Client()
    browser.force_login(make.manager())
    address = reverse("project-publish", args=[project.code])
    keys = [move.key for move in services.pending_moves(project)]
    shown = browser.post(address, {"keys": keys, **WORDS}).context["expected_hash"]
    publish(project, keys)

    late = browser.post(address, {"keys": keys, "confirmed": "1", "expected_hash": shown, **WORDS})

    assert late.status_code == 409
    assert "The client has been told this date." in late.content.decode()
