"""Views of a list: kept under a name, shared, changed and deleted by their owner, put to use by everybody who sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.models import User
from accounts.permissions import require_permission
from audit.events import record
from audit.refusals import BadInput, Blocker, require_none
from projects.listed import listed_page, normal_query
from projects.models import SavedView, ViewChoice

if TYPE_CHECKING:
    from django.db.models import QuerySet

MOST_TILES = 4  # each is a count on the first page


@transaction.atomic
def save_view(page: str, *, name: str, query: str, shared: bool, actor: User) -> SavedView:
    """Keep what the address of a list asks under a name. Raises BadInput for a question that the list does not understand."""
    require_permission("projects.save_view", actor)
    listed = listed_page(page)
    view = SavedView(owner=_locked(actor), page=listed.key, name=_named(name), shared=shared, saved_at=timezone.now())
    view.query = normal_query(listed, query, actor)
    _only_one_of_its_name(view)
    view.save(force_insert=True)
    record("view.saved", view, actor=actor, name=view.name, page=str(view.get_page_display()), query=view.query, shared=shared)
    return view


@transaction.atomic
def change_view(pk: int, *, name: str, shared: bool, actor: User) -> SavedView:
    """Another name, mine or everybody's. When it is no longer shared, others lose it from their pages."""
    view = _own(pk, actor)
    before = {"name": view.name, "shared": view.shared}
    view.name, view.shared = _named(name), shared
    _only_one_of_its_name(view)
    view.save(update_fields=["name", "shared"])
    if not shared:
        view.choices.exclude(user=view.owner_id).delete()
    record("view.changed", view, actor=actor, before=before, name=view.name, shared=shared)
    return view


@transaction.atomic
def delete_view(pk: int, *, actor: User) -> None:
    view = _own(pk, actor)
    record("view.deleted", view, actor=actor, name=view.name, page=str(view.get_page_display()), query=view.query)
    view.delete()


@transaction.atomic
def open_with_view(pk: int, *, on: bool, actor: User) -> SavedView:
    """The page opens with this view for the person who says so, in place of the view it opened with before; or with everything again."""
    view, choices = _seen(pk, actor)
    for other in choices.filter(page=view.page, is_default=True):
        _choose(other, is_default=False)
    if on:
        _choose(_choice(choices, view, actor), is_default=True)
    record("view.used", view, actor=actor, name=view.name, default=on)
    return view


@transaction.atomic
def show_as_tile(pk: int, *, on: bool, actor: User) -> SavedView:
    """Its count stands on the person's first page, or no longer does."""
    view, choices = _seen(pk, actor)
    choice = _choice(choices, view, actor)
    if on and not choice.is_tile:
        require_none(tile_blockers(choices))
    _choose(choice, is_tile=on)
    record("view.used", view, actor=actor, name=view.name, tile=on)
    return view


def tile_blockers(choices: QuerySet[ViewChoice]) -> list[Blocker]:
    if choices.filter(is_tile=True).count() < MOST_TILES:
        return []
    words = _t("%(most)d tiles stand on your first page already; take one away first.") % {"most": MOST_TILES}
    return [Blocker(key="view.tiles", words=words)]


def _named(name: str) -> str:
    if not name.strip():
        raise BadInput({"name": [_t("Give the view a name.")]})
    return name.strip()


def _only_one_of_its_name(view: SavedView) -> None:
    if SavedView.objects.filter(owner=view.owner_id, page=view.page, name=view.name).exclude(pk=view.pk).exists():
        raise BadInput({"name": [_t("You have a view of this name on this page; choose another.")]})


def _locked(actor: User) -> User:
    """One act on a person's views at a time: two pages open at once cannot both choose the default."""
    return User.objects.select_for_update(of=("self",)).get(pk=actor.pk)


def _own(pk: int, actor: User) -> SavedView:
    view = SavedView.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=pk)
    require_permission("projects.change_view", actor, view)
    return view


def _seen(pk: int, actor: User) -> tuple[SavedView, QuerySet[ViewChoice]]:
    view = SavedView.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=pk)
    require_permission("projects.save_view", actor)
    return view, ViewChoice.objects.filter(user=_locked(actor))


def _choice(choices: QuerySet[ViewChoice], view: SavedView, actor: User) -> ViewChoice:
    return choices.filter(view=view).first() or ViewChoice(user=actor, view=view, page=view.page)


def _choose(choice: ViewChoice, **chosen: bool) -> None:
    """A choice that chooses nothing is none."""
    for name, value in chosen.items():
        setattr(choice, name, value)
    if choice.is_default or choice.is_tile:
        choice.save()
    elif choice.pk:
        choice.delete()
