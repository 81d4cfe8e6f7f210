"""The views that a person sees: as tabs above their list, and as tiles with a count on the first page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse

from audit.refusals import Blocker
from projects.listed import ListedPage, known_part, listed_page
from projects.models import SavedView, ViewChoice
from projects.services.saved_views import MOST_TILES, tile_blockers

if TYPE_CHECKING:
    from accounts.models import User
    from accounts.requests import SignedInRequest

EVERYTHING = "?view=all"  # past the view that the page opens with


@dataclass(frozen=True)
class Tab:
    view: SavedView
    link: str
    current: bool


@dataclass(frozen=True)
class ViewBar:
    """The tabs above a list. current: the view that the address asks for; query: what it asks, normalised.

    opens_with: where the page leads when its address asks nothing and this person chose a default.
    """

    page: str
    address: str
    query: str
    tabs: list[Tab]
    current: SavedView | None
    tile_blockers: list[Blocker]
    opens_with: str

    @property
    def everything(self) -> str:
        return EVERYTHING


def view_bar(request: SignedInRequest, page: str, *, address: str = "") -> ViewBar:
    """One query; another where the current view could still become a tile."""
    listed, user = listed_page(page), request.user
    address = address or listed.addresses[0]
    query, _unknown = known_part(listed, request.GET)
    views = list(SavedView.objects.visible_to(user).as_used_by(user).filter(page=page).select_related("owner"))
    tabs = [Tab(view, f"{reverse(address)}?{view.query}", view.query == query) for view in views]
    current = next((tab.view for tab in tabs if tab.current), None)
    default = next((tab.link for tab in tabs if tab.view.is_default), "")  # type: ignore[attr-defined]
    full = current is not None and not current.is_tile  # type: ignore[attr-defined]
    blockers = tile_blockers(ViewChoice.objects.filter(user=user)) if full else []
    return ViewBar(page, address, query, tabs, current, blockers, "" if request.GET else default)


def address_of(page: ListedPage, wanted: str) -> str:
    """The name of one of the page's own addresses; the first where another is asked for."""
    return wanted if wanted in page.addresses else page.addresses[0]


@dataclass(frozen=True)
class Tile:
    """count: what this person finds, None where the question makes no sense any more."""

    view: SavedView
    link: str
    count: int | None


def tiles_of(user: User) -> list[Tile]:
    """What the person put on the first page; one query and a few for each, never more for more rows."""
    views = SavedView.objects.visible_to(user).filter(choices__user=user, choices__is_tile=True)[:MOST_TILES]
    return [_tile(view, user) for view in views]


def _tile(view: SavedView, user: User) -> Tile:
    listed = listed_page(view.page)
    link = f"{reverse(listed.addresses[0])}?{view.query}"
    return Tile(view, link, listed.count(view.query, user))
