"""Projects as the API gives them, alone or with their milestones: one representation for lists and for a single one.

What a client's system asks again and again is prepared: what `visible_to` says of somebody of a client, written as SQL once.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from accounts.api_rows import Row, as_rows, columns_of, newest
from accounts.models import User
from accounts.prepared import Prepared
from projects.milestone_rows import BY_PLAN, Chosen, chosen, milestone_rows
from projects.models import Milestone, Project
from projects.serializers import ProjectSerializer

if TYPE_CHECKING:
    from django.db.models import QuerySet

MILESTONES = "milestones"


def projects_of(user: User, rows: QuerySet[Project], *, with_milestones: bool) -> list[Row]:
    """Of rows that the reader may see."""
    found = as_rows(ProjectSerializer, rows.values_list(*columns_of(ProjectSerializer)))
    if with_milestones and found:
        of_these = Milestone.objects.visible_to(user).filter(project__in=[pk for pk, _row in found])
        _put_in(found, user, chosen(of_these))
    return found


def projects_of_client(user: User, before: int | None, most: int, *, with_milestones: bool) -> list[Row]:
    """A page of everything that somebody of a client sees."""
    place: dict[str, Any] = {"client_id": user.client_id} if before is None else {"client_id": user.client_id, "before": before}
    found = as_rows(ProjectSerializer, _page(most, *place).ask(**place))
    if with_milestones:
        _put_in(found, user, _milestones_of_page(most, *place).with_values(**place))
    return found


def project_of_client(user: User, code: str) -> list[Row]:
    return as_rows(ProjectSerializer, _ONE.ask(client_id=user.client_id, code=code))


def _put_in(found: list[Row], user: User, milestones: Chosen) -> None:
    of_each: dict[int, list[dict[str, Any]]] = {pk: row.setdefault(MILESTONES, []) for pk, row in found}
    for facts, row in milestone_rows(milestones, BY_PLAN, internal=user.is_internal):
        of_each[facts.project_id].append(row)


def _seen(client_id: int, before: int | None, most: int) -> QuerySet[Project]:
    return newest(Project.objects.visible_to(User.of_client(client_id)), before, most)


@cache
def _page(most: int, *names: str) -> Prepared:
    return Prepared(
        lambda client_id, before=None: _seen(client_id, before, most).values_list(*columns_of(ProjectSerializer)),
        *names,
    )


@cache
def _milestones_of_page(most: int, *names: str) -> Prepared:
    def rows(client_id: int, before: int | None = None) -> QuerySet[Any]:
        projects = _seen(client_id, before, most)
        return (
            Milestone.objects.visible_to(User.of_client(client_id)).filter(project__in=projects.values("pk")).order_by().values_list("pk")
        )

    return Prepared(rows, *names)


_ONE = Prepared(
    lambda client_id, code: (
        Project.objects.visible_to(User.of_client(client_id)).filter(code=code).order_by().values_list(*columns_of(ProjectSerializer))
    ),
    "client_id",
    "code",
)
