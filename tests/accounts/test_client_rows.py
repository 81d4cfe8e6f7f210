"""A client's request runs under the client's role: in the view, in what is rendered or sent later, and no longer than that."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.template import Template
from django.template.response import SimpleTemplateResponse
from django.test import Client as Browser
from django.urls import path

from accounts.middleware import client_of
from accounts.models import Client, Role, User
from audit.client_role import as_application, client_rows, in_client_rows
from cdmo import health
from tests.projects import factories

committed: list[str] = []


def role() -> str:
    """Who the database thinks that we are, and for which client."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user || ':' || coalesce(current_setting('cdmo.client_id', true), '')")
        return str(cursor.fetchone()[0]).replace(connection.settings_dict["USER"], "connected")


class Late(Template):
    def render(self, context: Any = None, request: Any = None) -> str:
        return role()


def at_once(request: HttpRequest) -> HttpResponse:
    transaction.on_commit(lambda: committed.append(role()))
    return HttpResponse(role())


def late(request: HttpRequest) -> HttpResponse:
    return SimpleTemplateResponse(Late(""))


def in_parts(request: HttpRequest) -> HttpResponseBase:
    def parts() -> Iterator[str]:
        yield role()

    return StreamingHttpResponse(parts())


def failing(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("broken")


def beyond(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(Client.objects.create(code="ZZ", name="Another client")))


urlpatterns = [path(f"{view.__name__}/", view) for view in (at_once, late, in_parts, failing, beyond)]
handler500 = "cdmo.errors.server_error"


def browser_of(person: User) -> Browser:
    browser = Browser(raise_request_exception=False)
    browser.force_login(person)
    return browser


def under(client: Client) -> str:
    return f"{settings.DATABASE_CLIENT_ROLE}:{client.pk}"


@pytest.fixture
def viewer(db: None) -> User:
    return factories.person(Role.CLIENT_VIEWER)


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("address", ["/at_once/", "/late/", "/in_parts/"])
def test_view_rendering_and_body_run_under_the_client_s_role(viewer: User, address: str) -> None:
    answer = browser_of(viewer).get(address)

    assert answer.getvalue().decode() == under(viewer.client)
    assert role() == "connected:"
    assert not in_client_rows()


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("address", ["/at_once/", "/late/", "/in_parts/"])
def test_our_people_and_strangers_stay_the_application(db: None, address: str) -> None:
    for browser in (browser_of(factories.person(Role.MANAGEMENT)), Browser()):
        assert browser.get(address).getvalue().decode() == "connected:"


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("address", ["/failing/", "/beyond/"])
def test_the_role_ends_with_a_request_that_fails(viewer: User, address: str) -> None:
    """`/beyond/` makes another client, which the database refuses: its transaction is broken."""
    assert browser_of(viewer).get(address).status_code == 500

    assert role() == "connected:"
    assert not Client.objects.filter(code="ZZ").exists()


@pytest.mark.urls(__name__)
@pytest.mark.django_db(transaction=True)
def test_after_the_commit_it_is_the_application_again(request: Any) -> None:
    viewer = factories.person(Role.CLIENT_VIEWER)
    committed.clear()

    assert browser_of(viewer).get("/at_once/").content.decode() == under(viewer.client)

    assert committed == ["connected:"]
    assert role() == "connected:"


def test_one_act_reaches_beyond_and_comes_back(viewer: User) -> None:
    other = factories.a_client("DCB")
    with client_rows(viewer.client_id):
        assert list(Client.objects.all()) == [viewer.client]
        with as_application():
            assert other in Client.objects.all()
            assert not in_client_rows()
        assert role() == under(viewer.client)
        with pytest.raises(ValueError, match="stopped"), as_application():
            raise ValueError("stopped")
        assert role() == under(viewer.client)
    with as_application():
        assert role() == "connected:"


def test_without_a_client_there_are_no_rows(viewer: User) -> None:
    with client_rows(0):
        assert not Client.objects.exists()
        assert not User.objects.exclude(client=None).exists()


def test_an_error_inside_takes_the_role_back(viewer: User) -> None:
    with pytest.raises(ZeroDivisionError), client_rows(viewer.client_id):
        raise ZeroDivisionError

    assert role() == "connected:"


def test_a_token_that_is_not_valid_is_nobody_s(rf: Any, viewer: User) -> None:
    request = rf.get("/api/v1/projects/", headers={"authorization": "Bearer nothing"})
    request.user = viewer  # the token is what counts where both are sent
    assert client_of(request) is None

    request = rf.get("/portal/", headers={"authorization": "Bearer nothing"})
    request.user = AnonymousUser()
    assert client_of(request) is None


def test_ready_only_with_the_role_and_its_policies(db: None, settings: Any) -> None:
    assert health.client_problem() == ""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE projects_project DISABLE ROW LEVEL SECURITY")
        cursor.execute("DROP POLICY IF EXISTS nothing ON projects_rfp")
    assert health.client_problem() == "1 tables are without the policies of cdmo_client; run apply_roles"

    settings.DATABASE_CLIENT_ROLE = "nobody_s"
    assert health.client_problem() == "the database has no role nobody_s; run apply_roles"
