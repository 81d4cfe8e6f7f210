import time
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.sessions.models import Session
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from accounts.adapter import SEEN_AT, SIGNED_IN_AT
from audit.models import Event
from tests.accounts.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(client):
    user = UserFactory(time_zone="Asia/Shanghai")
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    return user


def age(client, **seconds):
    session = client.session
    for key, value in seconds.items():
        session[key] = int(time.time()) - value
    session.save()


def test_session_goes_on_before_the_time_out(client, person, settings):
    age(client, **{SEEN_AT: settings.IDLE_TIMEOUT_SECONDS - 5})

    assert client.get(reverse("profile")).status_code == 200
    assert time.time() - client.session[SEEN_AT] < 5


def test_idle_session_no_longer_authorises(client, person, settings, kinds):
    age(client, **{SEEN_AT: settings.IDLE_TIMEOUT_SECONDS + 61})

    answer = client.get(reverse("profile"))

    assert answer.status_code == 302
    assert answer.url == f"{reverse('account_login')}?next={reverse('profile')}"
    assert kinds()[-1] == "person.signed_out"
    assert Event.objects.last().reason == "idle"
    assert "_auth_user_id" not in client.session


def test_twelve_hours_are_the_end_however_busy(client, person, settings):
    age(client, **{SIGNED_IN_AT: settings.SESSION_COOKIE_AGE + 1, SEEN_AT: 0})

    assert client.get(reverse("profile")).status_code == 302


def test_late_form_leads_back_to_its_page(client, person, settings):
    age(client, **{SEEN_AT: settings.IDLE_TIMEOUT_SECONDS + 61})

    answer = client.post(reverse("token-new"), {"name": "x"}, headers={"Referer": "http://testserver/accounts/tokens/?page=2"})

    assert answer.url == f"{reverse('account_login')}?next=%2Faccounts%2Ftokens%2F%3Fpage%3D2"


@pytest.mark.parametrize("page", [None, "http://evil.example/x", "//evil.example/x", "http://testserver//evil.example/x", "javascript:x"])
def test_late_form_never_leads_to_a_foreign_host(client, page):
    headers = {"Referer": page} if page else {}

    answer = client.post(reverse("token-new"), {}, headers=headers)

    assert answer.url == f"{reverse('account_login')}?next=%2F"


def test_htmx_is_sent_to_the_sign_in_page(client):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/accounts/profile/"}

    answer = client.get(reverse("profile"), headers=headers)

    assert answer.status_code == 204
    address = urlsplit(answer.headers["HX-Redirect"])
    assert (address.path, parse_qs(address.query)) == (reverse("account_login"), {"next": ["/accounts/profile/"]})


def test_requests_cost_no_session_write_within_the_minute(client, person, django_assert_num_queries):
    client.get(reverse("keep-alive"))

    with django_assert_num_queries(1):  # the person; the session comes from the cache
        client.get(reverse("keep-alive"))


def test_polling_does_not_keep_a_session_alive(client, person):
    age(client, **{SEEN_AT: 300})

    client.get(reverse("keep-alive"), headers={"X-Background": "1"})

    assert time.time() - client.session[SEEN_AT] >= 300


def test_keep_alive_prolongs(client, person, settings):
    age(client, **{SEEN_AT: 300})

    left = client.post(reverse("keep-alive")).json()["seconds"]

    assert left > settings.IDLE_TIMEOUT_SECONDS - 5


def test_sessions_survive_the_loss_of_the_cache(client, person):
    from django.core.cache import cache

    cache.clear()

    assert Session.objects.exists()
    assert client.get(reverse("profile")).status_code == 200


def test_pages_speak_the_time_zone_of_the_person(client, person):
    zones = []

    def view(request):
        zones.append(timezone.get_current_timezone_name())
        return HttpResponse()

    from accounts.middleware import LocaleMiddleware

    request = type("Request", (), {"user": person, "path": "/"})()
    LocaleMiddleware(view)(request)
    request.path = "/api/v1/"
    LocaleMiddleware(view)(request)

    assert zones == ["Asia/Shanghai", "UTC"]
