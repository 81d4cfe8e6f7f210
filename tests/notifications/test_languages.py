"""What leaves the product speaks the language of whoever reads it; pages and the record speak one."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import DEPARTMENT_NAMES, Role, User
from audit.events import all_kinds
from documents.registry import document_types
from notifications.ics import calendar_of
from notifications.models import CalendarFeed, MailMessage, MilestoneWatch, Notification, Preference
from notifications.services import mail as mails
from notifications.zones import local_day, moment_of
from projects import gates, steps
from projects.models import Milestone, Phase, Project, Publication, WaitingFor
from projects.models.gate import Decision
from projects.plans import phase_plan
from projects.services.lifecycle import hold_project, resume_project
from projects.services.plan import reschedule_milestone
from projects.services.publishing import pending_moves, preview, publish_plan
from projects.services.waiting import open_wait
from tests.accounts.links import work
from tests.notifications.conftest import told
from tests.projects import factories as make

pytestmark = pytest.mark.django_db
CHINESE, DATE = re.compile(r"[\u4e00-\u9fff]"), re.compile(r"20\d\d年\d{1,2}月\d{1,2}日")
WORDS = {"reason_class": "technical", "side": "cdmo", "reason": "A step failed."}
NAMES_OF_THEIR_OWN = {"CDMO", "EHS"}


def reader(*roles: str, language: str = "zh-hans", zone: str = "Asia/Shanghai", **values: Any) -> User:
    person = make.person(*roles, **values)
    User.objects.filter(pk=person.pk).update(language=language, time_zone=zone)
    return User.objects.get(pk=person.pk)


def tomorrow_morning(person: User) -> datetime:
    return moment_of(person, local_day(person, timezone.now()) + timedelta(days=1), 8)


def standard_words() -> list[str]:
    """Everything of our own that fills the words of events: names of roles, phases, milestones, criteria, …"""
    plans = [phase_plan(phase) for phase in Phase]
    words = [item.title for plan in plans for item in (*plan.milestones, *plan.deliverables)]
    words += [criterion.words for phase in Phase for criterion in gates.gate_of(phase).criteria]
    words += [kind.title for kind in document_types()] + [step.words for step in steps.named_steps()] + [*DEPARTMENT_NAMES.values()]
    for choices in (Role, Phase, Decision, Publication.ReasonClass, Publication.Side):
        words += choices.labels
    return [str(each) for each in words]


def test_every_event_and_standard_word_is_translated() -> None:
    words = [str(words) for kind in all_kinds() for words in (kind.words, kind.client_words) if words] + standard_words()
    with translation.override("zh-hans"):
        missing = {each for each in words if each not in NAMES_OF_THEIR_OWN and not CHINESE.search(translation.gettext(each))}

    assert missing == set()


def test_an_urgent_mail_speaks_chinese_on_the_reader_s_clock(project: Project) -> None:
    signer = reader(Role.RESEARCH)
    make.finish_phase(project)
    told(lambda: make.propose(project))

    mails.send_message(MailMessage.objects.get(user=signer).pk)

    (sent,) = mail.outbox
    assert sent.subject == f"{project.code}：就评审门 G2 提议“通过”"
    assert f"{signer.full_name}，您好：" in sent.body
    assert "需要您的答复" in sent.body
    assert DATE.search(sent.body)
    assert "UTC+8" in sent.body
    assert 'lang="zh-hans"' in str(sent.alternatives[0][0])


def test_the_digest_speaks_chinese_and_dates_too(project: Project) -> None:
    owner = reader(Role.BUSINESS_DEVELOPMENT, name="Account Owner")
    Project.objects.filter(pk=project.pk).update(account_owner=owner)
    told(lambda: hold_project(project.code, actor=make.manager(), reason="The client asked for a pause."))
    mails.plan_digests(tomorrow_morning(owner))
    message = MailMessage.objects.get(user=owner)

    mails.send_message(message.pk)

    (sent,) = mail.outbox
    assert sent.subject == f"{message.day.year}年{message.day.month}月{message.day.day}日：1 条动态"
    assert "暂停了项目" in sent.body
    assert "原因：The client asked for a pause." in sent.body
    assert "以下是您的项目自" in sent.body


def test_a_watched_move_is_told_in_chinese_with_the_milestone_s_name(project: Project) -> None:
    watcher = reader(Role.MANAGEMENT)
    row = Milestone.objects.get(project=project, key="route_selected")
    MilestoneWatch.objects.create(user=watcher, milestone=row, days=5, reference_on=row.forecast_on)

    told(lambda: reschedule_milestone(project.code, row.key, not_before=in_days(400), actor=make.manager(), reason="Late material."))
    mails.send_message(MailMessage.objects.get(user=watcher).pk)

    assert re.search(r"路线已选定变动 \d+ 天，由 20\d\d年\d+月\d+日 改为 20\d\d年\d+月\d+日", mail.outbox[0].body)


def test_a_calendar_speaks_chinese(project: Project) -> None:
    owner = reader(Role.PROJECT_MANAGER)
    with translation.override("en"):
        open_wait(
            f"deliverable:{project.pk}",
            words=f"{project.code}: Route Selection Report",
            link="/",
            project=project,
            user=owner,
            due_on=in_days(3),
        )

    calendar = calendar_of(CalendarFeed(user=owner, project=project)).decode().replace("\r\n ", "")

    assert f"SUMMARY:{project.code}：路线已选定" in calendar
    assert f"SUMMARY:到期：{project.code}：路线选择报告" in calendar


# the mail about a publication


def in_days(days: int) -> Any:
    return timezone.localdate() + timedelta(days=days)


def publish(project: Project, days: int = 900) -> tuple[list[str], list[Any]]:
    reschedule_milestone(project.code, "route_selected", not_before=in_days(days), actor=make.manager(), reason="Internal words.")
    keys = [move.key for move in pending_moves(project)]
    _moves, shown, expected = preview(project, keys, **WORDS)
    told(lambda: publish_plan(project.code, keys=keys, actor=make.manager(), expected_hash=expected, **WORDS))
    return keys, shown


def sent_to(person: User) -> list[Any]:
    for message in MailMessage.objects.filter(user=person, state="queued"):
        mails.send_message(message.pk)
    return [each for each in mail.outbox if each.to == [person.email]]


def whole(message: Any) -> str:
    return str(message.body.replace("/portal/", "https://tracker.example.com/portal/"))


@pytest.fixture
def site(settings: Any) -> None:
    settings.SITE_URL = "https://tracker.example.com"


def test_each_reader_gets_the_previewed_mail_in_their_own_language(project: Project, site: None) -> None:
    english = reader(Role.CLIENT_APPROVER, language="en", client=project.client)
    chinese = reader(Role.CLIENT_APPROVER, name="Supply in China", client=project.client)

    keys, (shown, gezeigt) = publish(project)

    assert (shown.language, gezeigt.language, len(keys) > 1) == ("en", "zh-hans", True)
    for person, words in ((english, shown), (chinese, gezeigt)):
        (sent,) = sent_to(person)
        assert (sent.subject, sent.body) == (words.subject, whole(words))
    assert "原因：技术结果。责任方：CDMO。" in gezeigt.body
    assert "路线已选定" in gezeigt.body
    assert DATE.search(gezeigt.body)
    assert "A step failed." in gezeigt.body
    assert "Internal words" not in gezeigt.body


def test_whoever_reads_it_in_the_digest_reads_the_previewed_words(project: Project, site: None) -> None:
    viewer = reader(Role.CLIENT_VIEWER, client=project.client)
    told(lambda: hold_project(project.code, actor=make.manager(), reason="A pause."))
    resume_project(project.code, actor=make.manager(), reason="It goes on.")

    _keys, (_english, shown) = publish(project)
    mails.plan_digests(tomorrow_morning(viewer))

    (sent,) = sent_to(viewer)
    assert f"{shown.subject}\n\n{whole(shown)}" in sent.body
    assert "暂停了项目" in sent.body
    assert "发布了里程碑" not in sent.body  # told by the publication, not once more line by line
    assert shown.body.splitlines()[0] in str(sent.alternatives[0][0])


def test_whoever_watches_some_of_the_dates_gets_all_of_them_once(project: Project, site: None) -> None:
    viewer = reader(Role.CLIENT_VIEWER, language="en", client=project.client)
    row = Milestone.objects.get(project=project, key="g2")
    MilestoneWatch.objects.create(user=viewer, milestone=row, days=5, reference_on=row.published_on)

    _keys, (shown,) = publish(project)

    assert not Notification.objects.awaiting_digest().filter(user=viewer, event__kind="milestone.published").exists()
    (sent,) = sent_to(viewer)
    assert (sent.subject, sent.body) == (shown.subject, whole(shown))


def test_an_approver_who_chose_the_digest_is_sent_nothing_now(project: Project, site: None) -> None:
    approver = reader(Role.CLIENT_APPROVER, client=project.client)
    Preference.objects.create(user=approver, group="dates", choice="digest")

    _keys, (shown,) = publish(project)

    assert sent_to(approver) == []
    mails.plan_digests(tomorrow_morning(approver))
    assert [(each.subject, each.body) for each in sent_to(approver)] == [(shown.subject, whole(shown))]


# pages and the record


def test_a_chinese_reader_s_pages_stay_whole_and_their_inbox_speaks_chinese(project: Project) -> None:
    chinese = reader(Role.RESEARCH)
    make.finish_phase(project)
    told(lambda: make.propose(project))
    browser = Browser(headers={"Accept-Language": "zh-CN"})
    browser.force_login(chinese)

    pages = {path: browser.get(path) for path in ("/", "/inbox/", reverse("profile"), f"/projects/{project.code}/", "/my-work/")}

    assert {path: answer.status_code for path, answer in pages.items()} == dict.fromkeys(pages, 200)
    assert {answer.headers["Content-Language"] for answer in pages.values()} == {"en"}
    assert "What happened" in pages["/inbox/"].content.decode()
    assert not CHINESE.search(pages[f"/projects/{project.code}/"].content.decode())


def test_what_a_chinese_reader_does_is_recorded_in_the_product_s_language(project: Project) -> None:
    chinese = reader(Role.PROJECT_MANAGER)
    make.finish_phase(project)
    browser = Browser(headers={"Accept-Language": "zh-CN"})
    browser.force_login(chinese)

    browser.post(f"/projects/{project.code}/gate/propose/", {"decision": "go"})
    answer = browser.post(f"/api/v1/projects/{project.code}/gate/proposal/", {"decision": "go"}, content_type="application/json")

    waits = list(WaitingFor.objects.open().filter(project=project, key__startswith="gate.sign").values_list("words", flat=True))
    assert waits
    assert not CHINESE.search("".join(waits) + answer.content.decode())


def test_the_language_is_chosen_in_the_profile() -> None:
    person = make.person(Role.RESEARCH)
    browser = Browser()
    browser.force_login(person)

    page = browser.get(reverse("profile")).content.decode()
    browser.post(reverse("profile"), {"language": "zh-hans", "time_zone": "Asia/Shanghai"})

    assert "简体中文" in page
    assert "pages are in English for now" in page
    assert User.objects.get(pk=person.pk).language == "zh-hans"


def test_the_mail_about_a_password_speaks_the_receiver_s_language() -> None:
    person = reader(Role.RESEARCH)

    Browser().post(reverse("account_reset_password"), {"email": person.email})
    work()

    (sent,) = mail.outbox
    assert "设置您的密码" in sent.subject
    assert "请通过此链接设置您账户的密码" in sent.body


def test_the_invitation_speaks_the_language_that_the_account_was_opened_with() -> None:
    browser = Browser()
    browser.force_login(make.person(Role.ADMINISTRATOR))
    data = {"full_name": "New", "email": "new@cdmo.example", "kind": "internal", "time_zone": "UTC", "language": "zh-hans"}

    browser.post(reverse("person-new"), data)

    (sent,) = mail.outbox
    assert "已为您开立账户" in sent.subject
    assert "请通过此链接设置密码并登录" in sent.body
