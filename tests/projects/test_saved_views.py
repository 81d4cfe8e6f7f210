"""Views of lists: a question under a name, whose it is, what each person does with it, and that it never shows more than one may see."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from accounts.models import Role, User
from audit.models import Event
from audit.refusals import BadInput, NotAllowed, Refused
from projects.listed import known_part, listed_page
from projects.models import SavedView, ViewChoice
from projects.services import saved_views as services
from tests.projects import factories as make

pytestmark = pytest.mark.django_db
Kinds = Callable[[Callable[[], object]], list[str]]


@pytest.fixture
def owner() -> User:
    return make.manager()


@pytest.fixture
def colleague() -> User:
    return make.person(Role.QUALITY_ASSURANCE)


def saved(owner: User, name: str = "Pilots", query: str = "phase=pilot", *, page: str = "projects", shared: bool = False) -> SavedView:
    return services.save_view(page, name=name, query=query, shared=shared, actor=owner)


def browser_of(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


def kept() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in (SavedView, ViewChoice)] + [Event.objects.count()]


def refused(act: Callable[[], object], refusal: type[Exception]) -> Exception:
    """Fails when the refusal left a trace."""
    before = kept()
    with pytest.raises(refusal) as raised:
        act()
    assert kept() == before
    return raised.value


# the question


@pytest.mark.parametrize(
    ("page", "asked", "query"),
    [
        ("projects", "?status=&phase=pilot&page=3&q=%20tablet%20", "q=tablet&phase=pilot"),
        ("projects", "sort=-opened_at&phase=pilot&view=all", "phase=pilot&sort=-opened_at"),
        ("portfolio", "dates=late&sort=days_late", "dates=late&sort=days_late"),
        ("rfps", "received_from=2026-03-01&state=draft", "state=draft&received_from=2026-03-01"),
        ("documents", "visibility=shared", "visibility=shared"),
    ],
)
def test_a_question_is_kept_in_one_form(owner: User, page: str, asked: str, query: str) -> None:
    assert saved(owner, query=asked, page=page).query == query


@pytest.mark.parametrize(
    ("page", "query", "words"),
    [
        ("projects", "colour=blue", "no filter “colour”"),
        ("projects", "phase=pilot&sort=colour", "cannot be ordered by “colour”"),
        ("projects", "phase=nowhere", "Phase: Select a valid choice"),
        ("projects", "client=999999", "Client: Select a valid choice"),
        ("rfps", "received_from=yesterday", "Received from: Enter a valid date"),
        ("projects", "q=" + "a" * 600, "longer than 500 characters"),
        ("projects", "q=" + "é" * 200, "longer than 500 characters"),
        ("projects", "page=2", "nothing to keep"),
        ("nowhere", "phase=pilot", "no list of this name"),
    ],
)
def test_what_a_list_does_not_understand_is_refused_and_says_why(owner: User, page: str, query: str, words: str) -> None:
    assert words in str(refused(partial(saved, owner, query=query, page=page), BadInput))


def test_every_filter_and_order_of_a_list_can_be_kept(owner: User) -> None:
    """The names come from the list itself; none has the name of what only says where one stands."""
    for key in SavedView.Page.values:
        listed = listed_page(key)
        names = [*listed.filters.base_filters]

        assert {"page", "view", "sort"}.isdisjoint(names)
        assert listed.sorts
        assert known_part(listed, QueryDict(f"{names[0]}=x&sort=y"))[1] == []


# the acts


def test_saving_changing_and_deleting_stand_in_the_record(owner: User, events_of: Kinds) -> None:
    assert events_of(lambda: saved(owner)) == ["view.saved"]
    view = SavedView.objects.get()

    assert events_of(lambda: services.change_view(view.pk, name="Our pilots", shared=True, actor=owner)) == ["view.changed"]
    assert SavedView.objects.values_list("name", "shared", "query").get() == ("Our pilots", True, "phase=pilot")
    assert events_of(lambda: services.delete_view(view.pk, actor=owner)) == ["view.deleted"]
    assert not SavedView.objects.exists()


def test_a_name_is_needed_and_stands_once_on_a_page(owner: User, colleague: User) -> None:
    saved(owner)
    other = saved(owner, name="Others")

    refused(partial(saved, owner, name=" "), BadInput)
    refused(partial(saved, owner), BadInput)
    refused(partial(services.change_view, other.pk, name="Pilots", shared=False, actor=owner), BadInput)
    assert saved(owner, query="state=draft", page="rfps").name == "Pilots"
    assert saved(colleague).name == "Pilots"


@pytest.mark.parametrize(
    "act",
    [
        partial(services.change_view, name="Mine now", shared=False),
        services.delete_view,
    ],
)
def test_only_the_owner_changes_a_shared_view(owner: User, colleague: User, act: Callable[..., object]) -> None:
    view = saved(owner, shared=True)

    refused(partial(act, view.pk, actor=colleague), NotAllowed)
    act(view.pk, actor=make.person(Role.ADMINISTRATOR))  # somebody has to tidy up after who has left

    assert SavedView.objects.filter(pk=view.pk, name="Pilots").exists() is False


@pytest.mark.parametrize("act", [partial(services.change_view, name="x", shared=True), services.delete_view])
def test_another_person_s_own_view_is_not_there(owner: User, act: Callable[..., object]) -> None:
    view = saved(owner)

    for stranger in (make.person(Role.MANAGEMENT), make.person(Role.ADMINISTRATOR), make.person(Role.CLIENT_APPROVER)):
        refused(partial(act, view.pk, actor=stranger), SavedView.DoesNotExist)


def test_a_client_keeps_no_views_and_sees_none(owner: User) -> None:
    view = saved(owner, shared=True)
    client = make.person(Role.CLIENT_APPROVER)

    refused(partial(saved, client), NotAllowed)
    refused(partial(services.show_as_tile, view.pk, on=True, actor=client), SavedView.DoesNotExist)
    refused(partial(services.open_with_view, view.pk, on=True, actor=client), SavedView.DoesNotExist)
    assert not SavedView.objects.visible_to(client).exists()


def test_one_default_per_page_and_person(owner: User, colleague: User, events_of: Kinds) -> None:
    first, second = saved(owner, shared=True), saved(owner, name="Late", query="dates=late", shared=True)
    services.open_with_view(first.pk, on=True, actor=colleague)

    assert events_of(lambda: services.open_with_view(first.pk, on=True, actor=owner)) == ["view.used"]
    services.open_with_view(second.pk, on=True, actor=owner)

    chosen = set(ViewChoice.objects.filter(is_default=True).values_list("user", "view"))
    assert chosen == {(owner.pk, second.pk), (colleague.pk, first.pk)}
    with pytest.raises(IntegrityError), transaction.atomic():
        ViewChoice.objects.create(user=owner, view=first, page=first.page, is_default=True)


def test_a_default_and_a_tile_are_put_away_again(owner: User, events_of: Kinds) -> None:
    view = saved(owner)
    services.open_with_view(view.pk, on=True, actor=owner)
    assert events_of(lambda: services.show_as_tile(view.pk, on=True, actor=owner)) == ["view.used"]

    services.open_with_view(view.pk, on=False, actor=owner)
    assert ViewChoice.objects.values_list("is_default", "is_tile").get() == (False, True)
    services.show_as_tile(view.pk, on=False, actor=owner)
    assert not ViewChoice.objects.exists()


def test_tiles_are_few(owner: User) -> None:
    views = [saved(owner, name=f"View {number}") for number in range(services.MOST_TILES + 1)]
    for view in views[:-1]:
        services.show_as_tile(view.pk, on=True, actor=owner)

    refusal = refused(partial(services.show_as_tile, views[-1].pk, on=True, actor=owner), Refused)
    services.show_as_tile(views[0].pk, on=True, actor=owner)  # is one already

    assert "take one away first" in str(refusal)


def test_others_lose_what_is_no_longer_shared(owner: User, colleague: User) -> None:
    view = saved(owner, shared=True)
    for person in (owner, colleague):
        services.show_as_tile(view.pk, on=True, actor=person)

    services.change_view(view.pk, name=view.name, shared=False, actor=owner)

    assert list(ViewChoice.objects.values_list("user", flat=True)) == [owner.pk]


# the pages


@pytest.mark.parametrize(
    ("page", "query", "address"),
    [
        ("projects", "phase=pilot", "project-list"),
        ("portfolio", "dates=late", "portfolio"),
        ("portfolio", "dates=late", "portfolio-gantt"),
        ("rfps", "state=draft", "rfp-list"),
        ("documents", "visibility=shared", "document-list"),
    ],
)
def test_tabs_stand_above_every_list(owner: User, colleague: User, page: str, query: str, address: str) -> None:
    saved(owner, page=page, query=query, name="Asked every week", shared=True)
    saved(owner, page=page, query=f"{query}&sort=client" if page != "portfolio" else "dates=planned", name="Only mine")

    shown = browser_of(colleague).get(f"{reverse(address)}?{query}").content.decode()

    assert f'<a href="{reverse(address)}?{query}" aria-current="page">' in shown
    assert "Asked every week" in shown
    assert f"{owner.full_name} keeps this view" in " ".join(shown.split())
    assert "Only mine" not in shown


def test_a_page_opens_with_its_default_and_everything_is_one_click_away(owner: User) -> None:
    browser, address = browser_of(owner), reverse("project-list")
    services.open_with_view(saved(owner).pk, on=True, actor=owner)

    assert browser.get(address)["Location"] == f"{address}?phase=pilot"
    assert browser.get(f"{address}?view=all").status_code == 200
    assert 'href="?view=all"' in browser.get(f"{address}?phase=pilot").content.decode()


def test_saving_from_the_page_leads_back_to_it(owner: User) -> None:
    browser = browser_of(owner)
    given = {"page": "portfolio", "address": "portfolio-gantt", "query": "dates=late", "name": "Late ones", "shared": "on"}

    answer = browser.post(reverse("view-save"), given)

    assert answer["Location"] == f"{reverse('portfolio-gantt')}?dates=late"
    assert SavedView.objects.values_list("name", "shared").get() == ("Late ones", True)
    for name in ("view-default", "view-tile"):
        again = browser.post(reverse(name, args=[SavedView.objects.get().pk]), {"on": "", "address": "https://example.com/"})
        assert again["Location"] == f"{reverse('portfolio')}?dates=late"
    assert ViewChoice.objects.values_list("is_default", "is_tile").get() == (True, True)


@pytest.mark.parametrize("given", [{"name": ""}, {"name": "Kept words", "query": "colour=blue"}])
def test_a_refused_form_keeps_what_was_typed(owner: User, given: dict[str, str]) -> None:
    answer = browser_of(owner).post(reverse("view-save"), {"page": "projects", "query": "phase=pilot", "shared": "on", **given})
    page = answer.content.decode()

    assert answer.status_code == 400
    assert f'value="{given.get("query", "phase=pilot")}"' in page
    assert "checked" in page
    assert ("This field is required" if not given["name"] else "no filter “colour”") in page


def test_renaming_and_deleting_from_the_page(owner: User) -> None:
    view, browser = saved(owner), browser_of(owner)

    assert browser.post(reverse("view-change", args=[view.pk]), {"name": ""}).status_code == 400
    browser.post(reverse("view-change", args=[view.pk]), {"name": "New name"})
    assert SavedView.objects.get().name == "New name"
    assert browser.post(reverse("view-delete", args=[view.pk]))["Location"] == f"{reverse('project-list')}?view=all"
    assert not SavedView.objects.exists()


def test_a_tile_counts_what_its_reader_may_see(owner: User) -> None:
    """The same shared view on two first pages: the manager's count and that of a department outside the team."""
    make.a_project()
    view = saved(owner, name="In evaluation", query="phase=evaluation", shared=True)
    outside = make.person(Role.REGULATORY)
    for person in (owner, outside):
        services.show_as_tile(view.pk, on=True, actor=person)

    pages = {person: " ".join(browser_of(person).get("/").content.decode().split()) for person in (owner, outside)}

    assert '<span class="tile-number">1</span> <span>In evaluation</span>' in pages[owner]
    assert '<span class="tile-number">0</span> <span>In evaluation</span>' in pages[outside]


def test_a_tile_whose_question_makes_no_sense_any_more_says_so(owner: User) -> None:
    view = saved(owner)
    services.show_as_tile(view.pk, on=True, actor=owner)
    SavedView.objects.filter(pk=view.pk).update(query="phase=abolished")

    page = " ".join(browser_of(owner).get("/").content.decode().split())

    assert '<span class="tile-number">–</span>' in page
