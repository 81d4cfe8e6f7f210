"""Lists whose filters stand in their address: what each may be asked, so that a question can be kept under a name.

The pages register themselves in AppConfig.ready, because the filters live where their rows do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import QueryDict
from django.utils.translation import gettext as _t

from audit.refusals import BadInput
from projects.models.saved_view import MOST_CHARACTERS

if TYPE_CHECKING:
    import django_filters
    import django_tables2
    from django.db.models import QuerySet

    from accounts.models import User

PASSING = frozenset({"page", "view"})  # where one stands in a list is no part of the question
SORT = "sort"


@dataclass(frozen=True)
class Reader:
    """Stands for the request where there is none: filters ask it who reads."""

    user: User


@dataclass(frozen=True)
class ListedPage:
    """addresses: names of the URLs that take these filters, first the one that a tile opens. rows: before any filter, by who asks."""

    key: str
    addresses: tuple[str, ...]
    filters: type[django_filters.FilterSet]
    table: type[django_tables2.Table]
    rows: Callable[[User], QuerySet[Any]]

    @property
    def sorts(self) -> frozenset[str]:
        return frozenset(column.name for column in self.table([]).columns if column.orderable)

    def asked(self, query: QueryDict, user: User) -> django_filters.FilterSet:
        return self.filters(query, queryset=self.rows(user), request=Reader(user))

    def count(self, query: str, user: User) -> int | None:
        """How many rows this person finds; None where the question makes no sense any more."""
        found = self.asked(QueryDict(query), user)
        return found.qs.count() if found.is_valid() else None


_pages: dict[str, ListedPage] = {}


def register_list(page: ListedPage) -> None:
    if _pages.setdefault(page.key, page) != page:
        raise ValueError(f"Two lists are called {page.key!r}.")


def listed_page(key: str) -> ListedPage:
    try:
        return _pages[key]
    except KeyError:
        raise BadInput({"page": [_t("There is no list of this name.")]}) from None


def known_part(page: ListedPage, query: QueryDict) -> tuple[str, list[str]]:
    """The question in one form, whatever order it was asked in; and the names that this page does not know."""
    allowed = [*page.filters.base_filters, SORT]
    unknown = [name for name in query if name not in allowed and name not in PASSING]
    asked = QueryDict(mutable=True)
    for name in allowed:
        value = str(query.get(name, "")).strip()
        if value:
            asked[name] = value
    return asked.urlencode(), unknown


def normal_query(page: ListedPage, text: str, user: User) -> str:
    """The question of an address as it is kept. Raises BadInput when it is empty, too long, unknown to the page or makes no sense."""
    text = text.strip().removeprefix("?")
    if len(text) > MOST_CHARACTERS:
        raise BadInput({"": [_t("The filters are longer than %(most)d characters.") % {"most": MOST_CHARACTERS}]})
    asked = QueryDict(text)
    query, unknown = known_part(page, asked)
    problems = [_t("This list has no filter “%(name)s”.") % {"name": name[:60]} for name in unknown]
    sort = asked.get(SORT, "").strip()
    if sort and sort.removeprefix("-") not in page.sorts:
        problems.append(_t("This list cannot be ordered by “%(name)s”.") % {"name": sort[:60]})
    if not problems and not query:
        problems.append(_t("Set a filter or an order first; there is nothing to keep yet."))
    if len(query) > MOST_CHARACTERS:  # written out, a letter may take nine
        problems.append(_t("The filters are longer than %(most)d characters.") % {"most": MOST_CHARACTERS})
    problems += _unsound(page, QueryDict(query), user)
    if problems:
        raise BadInput({"": problems})
    return query


def _unsound(page: ListedPage, query: QueryDict, user: User) -> list[str]:
    form = page.asked(query, user).form
    return [f"{form.fields[name].label}: {message}" for name, messages in form.errors.items() for message in messages]
