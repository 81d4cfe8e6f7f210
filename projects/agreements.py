"""Agreements that end while they are needed: before a gate's meeting, soon, or before the plan does. And the one that GMP asks for.

What a client has agreed for all its projects counts for each of them as the project's own does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, DateField, Exists, ExpressionWrapper, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, JSONObject
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from audit.refusals import Blocker
from projects.models import Agreement, Milestone
from projects.models.commercial import covers
from projects.models.rfp_choices import GmpNeeded

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.db.models.expressions import Combinable

    from projects.models import Project

UNDER_GMP = (GmpNeeded.CLINICAL, GmpNeeded.FULL)
SOON = timedelta(days=60)  # before its end, when its successor is asked for


@dataclass(frozen=True)
class Until:
    """What an end is held against: today at the site, the gate's meeting, the last day of the plan."""

    today: date
    meeting_on: date | None
    plan_until: date | None


def bearing_on(client: int, project: Project | None) -> QuerySet[Agreement]:
    """What papers of a project (or of a request that has none yet) name: its own, and of those of its client for all projects the signed
    ones that had not ended when it was opened.
    """
    since = timezone.localdate() if project is None else project.day_of(project.opened_at)
    theirs = Agreement.objects.signed().filter(Q(expires_on=None) | Q(expires_on__gte=since), project=None, client=client)
    bearing = Q(pk__in=theirs.values("pk"))
    if project is not None:
        bearing |= Q(project=project, withdrawn_at=None)
    return Agreement.objects.filter(bearing)


@dataclass(frozen=True)
class Asked:
    """Of which project agreements are asked, and its client; by id, or as the query that asks names them."""

    project: Any
    client: Any

    @property
    def further_in(self) -> Asked:
        """Asked from a query within the one that is asked."""
        is_named = isinstance(self.project, OuterRef)
        return Asked(OuterRef(self.project), OuterRef(self.client)) if is_named else self

    @property
    def covered_by(self) -> Q:
        return covers(self.project, self.client)


IN_REVIEW = Asked(OuterRef("project"), OuterRef("project__client"))  # of each gate review of a query


def asked_of(project: Project) -> Asked:
    return Asked(project.pk, project.client_id)


def _successor(covering: Q) -> QuerySet[Agreement]:
    """Of those that are `covering`, of the kind and with a later end: it begins on the day after at the latest, or, after a gap, it is
    in force today."""
    today = timezone.localdate()
    next_day = ExpressionWrapper(OuterRef("expires_on") + timedelta(days=1), output_field=DateField())
    later = Q(expires_on=None) | Q(expires_on__gt=OuterRef("expires_on"))
    in_force = Q(effective_on__lte=today) & (Q(expires_on=None) | Q(expires_on__gte=today))
    return Agreement.objects.signed().filter(later, Q(effective_on__lte=next_day) | in_force, covering, kind=OuterRef("kind"))


def unsucceeded() -> QuerySet[Agreement]:
    """Signed, with an end that no signed successor covers: of a project's own also one for all projects, of one for all projects only
    another such."""
    same = covers(OuterRef("project"), OuterRef("client"))
    return Agreement.objects.signed().filter(expires_on__isnull=False).exclude(Exists(_successor(same)))


def _ending_in_plan(asked: Asked) -> QuerySet[Agreement]:
    """Whatever covers a project and ends without a successor that does, with the last day of its plan. The first end first."""
    ending = Agreement.objects.signed().filter(asked.covered_by, expires_on__isnull=False)
    found = ending.exclude(Exists(_successor(asked.further_in.covered_by)))
    planned = Milestone.objects.filter(project=asked.further_in.project).annotate(day=Coalesce("baseline_on", "forecast_on"))
    last_day = Subquery(planned.order_by(F("day").desc(nulls_last=True)).values("day")[:1])
    return found.annotate(plan_until=last_day).order_by("expires_on", "pk")


def ending_of_reviewed() -> ArraySubquery:
    """For a query of gate reviews; `said_of` reads it."""
    names = ("pk", "project_id", "kind", "number", "expires_on", "plan_until")
    return ArraySubquery(_ending_in_plan(IN_REVIEW).values(each=JSONObject(**{name: name for name in names})))


def unsigned_quality() -> Combinable:
    """For a query of gate reviews: whether the request asks for GMP, and no quality agreement is signed by both sides."""
    theirs = Agreement.objects.signed().filter(IN_REVIEW.covered_by, kind=Agreement.Kind.QUALITY)
    return ExpressionWrapper(Q(project__rfp__gmp_needed__in=UNDER_GMP) & ~Exists(theirs), output_field=BooleanField())


def quality_wanted(project: Project) -> list[Blocker]:
    """What is said while there is none. The project comes with its request; one query where that asks for GMP."""
    if project.rfp.gmp_needed not in UNDER_GMP:
        return []
    theirs = Agreement.objects.signed().filter(asked_of(project).covered_by, kind=Agreement.Kind.QUALITY)
    return [] if theirs.exists() else [quality_blocker(project)]


def quality_blocker(project: Project) -> Blocker:
    words = _t("The request asks for GMP, and no quality agreement is signed by both sides (ICH Q7, chapter 16).")
    return Blocker("agreement.quality", words, reverse("agreement-new", args=[project.code]))


def running_out(project: Project, *, meeting_on: date | None = None) -> list[Blocker]:
    """What is said of each agreement that ends too early. One query."""
    return _said(project, _ending_in_plan(asked_of(project)), meeting_on)


def said_of(project: Project, found: Sequence[dict[str, Any]], *, meeting_on: date | None) -> list[Blocker]:
    """The same of what `ending_of_reviewed` found."""
    return _said(project, [_read(**row) for row in found], meeting_on)


def _read(*, expires_on: str, plan_until: str | None, **row: Any) -> Agreement:
    agreement = Agreement(expires_on=date.fromisoformat(expires_on), **row)
    agreement.plan_until = date.fromisoformat(plan_until) if plan_until else None  # type: ignore[attr-defined]  # as the query gives it
    return agreement


def _said(project: Project, rows: Iterable[Any], meeting_on: date | None) -> list[Blocker]:
    found = []
    for row in rows:
        if not row.is_of_client:
            row.project = project
        if words := _ends(row, Until(project.today, meeting_on, row.plan_until)):
            found.append(Blocker("agreement.client_ends" if row.is_of_client else "agreement.ends", words, row.get_absolute_url()))
    return found


def _ends(row: Any, until: Until) -> str:
    """Empty when it lasts as long as it is needed."""
    day, left = row.expires_on, (row.expires_on - until.today).days
    said = {"agreement": row.name, "day": date_format(day), "count": left}
    if left < 0:
        return _t("%(agreement)s expired on %(day)s and has no successor.") % said
    if until.meeting_on is not None and day < until.meeting_on:
        words = _t("%(agreement)s expires on %(day)s, before the meeting on %(meeting)s.")
        return words % {**said, "meeting": date_format(until.meeting_on)}
    if left == 0:
        return _t("%(agreement)s expires today, on %(day)s.") % said
    if day <= until.today + SOON:
        words = ngettext(
            "%(agreement)s expires on %(day)s, in %(count)d day.", "%(agreement)s expires on %(day)s, in %(count)d days.", left
        )
        return words % said
    if until.plan_until is not None and day < until.plan_until:
        words = _t("%(agreement)s expires on %(day)s; the plan runs until %(end)s.")
        return words % {**said, "end": date_format(until.plan_until)}
    return ""
