"""By name or by function only: what a client is shown of our people, in every word that it reads."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import Client, Role, User
from accounts.services import choose_names, create_integration_account, create_token, revoke_token
from audit.models import Event
from audit.refusals import BadInput, NotAllowed
from desk.documents import status_report
from notifications.changes import rows_of
from notifications.reading import items_of
from projects.models import Milestone, Phase, Project
from projects.services.account import object_to_account, reply_to_objection
from projects.services.plan import reschedule_milestone
from projects.services.publishing import publish_milestone
from tests.finished import finished, text_of
from tests.kept import kept_until_the_end
from tests.notifications.conftest import told
from tests.projects import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unlaid")]
NAMES = ("Anna Leitner", "Boris Handel", "Chen Labor")


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any) -> Iterator[int]:
    """A project whose manager, account owner and chemist have names that no function has."""
    with kept_until_the_end(django_db_blocker):
        project = factories.a_project_in(Phase.SMALL_SCALE)
        roles = (Role.PROJECT_MANAGER, Role.BUSINESS_DEVELOPMENT, Role.RESEARCH)
        manager, owner, chemist = (factories.person(role, name=name) for role, name in zip(roles, NAMES, strict=True))
        User.objects.filter(pk__in=[manager.pk, owner.pk, chemist.pk]).update(function="")
        Project.objects.filter(pk=project.pk).update(project_manager=manager, account_owner=owner)
        project.team.filter(department__key="research").update(user=chemist)
        factories.person(Role.CLIENT_VIEWER)
        yield project.pk


@pytest.fixture
def project(made: int, db: None) -> Project:
    return Project.objects.get(pk=made)


@pytest.fixture(params=[True, False], ids=["by name", "by function"])
def sees_names(project: Project, request: pytest.FixtureRequest) -> bool:
    choose_names(project.client.code, sees_names=request.param, reason="As agreed.", actor=factories.manager())
    return bool(request.param)


def publish(project: Project) -> None:
    manager = User.objects.get(full_name=NAMES[0])
    row = Milestone.objects.get(project=project, key="route_selected")
    assert row.forecast_on
    reschedule_milestone(project.code, row.key, not_before=row.forecast_on + timedelta(days=20), actor=manager, reason="Inside.")
    publish_milestone(project.code, row.key, reason_class="material", side="cdmo", reason="Late.", actor=manager)


def pages(project: Project) -> str:
    browser = Browser()
    browser.force_login(factories.person(Role.CLIENT_VIEWER))
    return "".join(browser.get(address).content.decode() for address in ("/portal/", reverse("portal-project", args=[project.code])))


def feed(project: Project) -> str:
    return json.dumps(rows_of(list(Event.objects.filter(project_id=project.pk, client_visible=True)), internal=False))


def mail_of_publication(project: Project) -> str:
    return str(Event.objects.filter(kind="plan.published", project_id=project.pk).latest("pk").data["messages"][0]["body"])


def report(project: Project) -> str:
    version = finished("project_status_report", project, author=User.objects.get(full_name=NAMES[0]))
    return text_of(version) + str(version.snapshot) + str(status_report(project))


SHOWN: dict[str, Callable[[Project], str]] = {"pages": pages, "feed": feed, "mail": mail_of_publication, "report": report}


@pytest.mark.parametrize("where", SHOWN)
def test_names_stand_in_the_client_s_words_only_where_agreed(project: Project, sees_names: bool, where: str) -> None:
    publish(project)

    words = SHOWN[where](Project.objects.get(pk=project.pk))

    assert (NAMES[0] in words) is sees_names
    assert "Project manager" in words
    assert sees_names or not any(name in words for name in NAMES)


def test_the_inbox_says_who_did_it(project: Project, sees_names: bool) -> None:
    reader = factories.person(Role.CLIENT_VIEWER)

    rows = [row for row in told(lambda: publish(project)) if row.user == reader]

    (who,) = {item.who for item in items_of(rows, reader)}
    assert who == (f"{NAMES[0]}, Project manager" if sees_names else "Project manager")


def test_a_reply_to_an_objection_names_us_only_where_agreed(project: Project, sees_names: bool) -> None:
    publish(project)
    approver = factories.person(Role.CLIENT_APPROVER, name="Dora Own")
    object_to_account(project.code, actor=approver, words="Five of these days are yours.")
    reply_to_objection(project.code, actor=User.objects.get(full_name=NAMES[0]), words="Agreed.")
    browser = Browser()
    browser.force_login(approver)

    page = browser.get(reverse("portal-account", args=[project.code])).content.decode()

    assert "Agreed." in page and "Dora Own" in page
    assert (NAMES[0] in page) is sees_names


def test_a_client_s_own_people_are_always_named(project: Project, sees_names: bool) -> None:
    approver = factories.person(Role.CLIENT_APPROVER, name="Dora Own")
    order = factories.sent_change_order(project)
    browser = Browser()
    browser.force_login(approver)
    browser.post(reverse("portal-change-order-decline", args=[project.code, order.sequence, order.revision]), {"reason": "Too dear."})

    assert "Dora Own" in pages(project)
    assert '"actor": "Dora Own"' in feed(project)


def test_the_table_of_tokens_names_ours_only_where_agreed(project: Project, sees_names: bool, client: Browser) -> None:
    ours = User.objects.get(full_name=NAMES[1])
    account = create_integration_account(project.client_id, name="ERP", actor=ours)
    revoke_token(create_token(account.pk, name="nightly", scope="read", actor=ours)[0].public_id, actor=ours)
    client.force_login(factories.person(Role.CLIENT_APPROVER))

    assert (NAMES[1] in client.get("/accounts/tokens/").content.decode()) is sees_names


def test_a_choice_is_recorded_with_its_reason_and_once(project: Project, client: Browser) -> None:
    client.force_login(factories.manager())
    address = reverse("client-detail", args=[project.client.code])
    before = Event.objects.count()

    assert client.post(address, {"sees_names": "no", "reason": "As agreed in the contract."}).status_code == 302
    assert client.post(address, {"sees_names": "no", "reason": "Again."}).status_code == 302

    (event,) = Event.objects.order_by("pk")[before:]
    assert (event.kind, event.reason, event.client_id) == ("client.names_hidden", "As agreed in the contract.", project.client_id)
    assert Client.objects.get(pk=project.client_id).sees_names is False
    assert "function only from now on" in client.get(address).content.decode()


def test_a_choice_needs_a_reason_and_somebody_who_may(project: Project, client: Browser) -> None:
    before = Event.objects.count()
    with pytest.raises(NotAllowed):
        choose_names(project.client.code, sees_names=False, reason="x", actor=factories.person(Role.RESEARCH))
    with pytest.raises(BadInput):
        choose_names(project.client.code, sees_names=False, reason=" ", actor=factories.manager())
    client.force_login(factories.manager())
    answer = client.post(reverse("client-detail", args=[project.client.code]), {"sees_names": "no", "reason": ""})

    assert answer.status_code == 400
    assert "A reason is needed" in answer.content.decode()
    assert Event.objects.count() == before
    assert Client.objects.get(pk=project.client_id).sees_names is True
    client.force_login(factories.person(Role.RESEARCH))
    assert "choose it" in client.get(reverse("client-detail", args=[project.client.code])).content.decode()
