"""Which projects a box lists, since nobody looks through ten thousand. What the box accepts is another matter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, When
from django.utils.translation import gettext_lazy as _

from projects.models import Project, TeamMember

if TYPE_CHECKING:
    from accounts.models import User
    from audit.refusals import Words

MOST_OFFERED = 100
_MORE = _("At most 100 are listed, your own first. Any other: from its own page.")


def more_words(offered: Sequence[object]) -> Words:
    """Where others are chosen, below a box that was cut."""
    return _MORE if len(offered) >= MOST_OFFERED else ""


def projects_to_offer(rows: QuerySet[Project], user: User, named: str) -> list[Project]:
    """Of these the named one, the person's own, then the newest."""
    own = Q(project_manager=user) | Q(account_owner=user) | Exists(TeamMember.objects.filter(project=OuterRef("pk"), user=user))
    place = Case(When(code=named, then=0), When(own, then=1), default=2)
    return list(rows.order_by(place, "-pk")[:MOST_OFFERED])
