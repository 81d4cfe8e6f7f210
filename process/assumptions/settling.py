"""The real number arrives: whoever confirms it is asked, and one act takes it over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _t

from accounts.models import Role
from accounts.permissions import require_permission
from audit.acts import act
from audit.events import record
from audit.models import Event
from audit.outbox import register_consumer
from audit.refusals import Blocker, Refused
from process.assumptions.ledger import Arrived, arrivals
from process.assumptions.models import Assumption
from process.assumptions.prompting import priced_materials
from projects.models import Project, WaitingFor
from projects.models.states import CLOSED_STATUSES
from projects.services.locking import locked, require_active
from projects.services.waiting import close_waits, open_wait

if TYPE_CHECKING:
    from accounts.models import User

REQUEST_KINDS = "rfp."
AWARDS = "inquiry.award"
RUNS = "step-runs"  # the table of what the steps gave and took
KEY = "assumption.arrived:"  # of what is waited for


@act
def take_arrived(code: str, pk: int, *, actor: User) -> Assumption:
    """The row says what the request says now. Raises Refused where nothing has arrived."""
    project = locked(code, actor)
    require_permission("process.keep_assumptions", actor, project)
    require_active(project)
    row = Assumption.objects.select_for_update(of=("self",)).get(project=project, pk=pk)
    found = next((each for each in arrivals(project) if each.row.pk == row.pk), None)
    if found is None:
        raise Refused([Blocker("assumption.not_arrived", _t("Nothing has arrived for it yet."), row.get_absolute_url())])
    row.project = project
    numbers = found.figure is not None and row.figure is not None
    row.real_figure, row.real_words = (found.figure if numbers else None), found.words
    row.save(update_fields=["real_figure", "real_words"])
    close_waits(f"{KEY}{row.pk}")
    record("assumption.settled", row, actor=actor, **_told(found))
    return row


@transaction.atomic
def prompt(project: Project) -> int:
    """Ask about every row whose answer has arrived since, once, and no longer where it is gone; how many were asked about."""
    rows = arrivals(project)
    keys = {f"{KEY}{each.row.pk}" for each in rows}
    asked = set(WaitingFor.objects.open().filter(project=project, key__startswith=KEY).values_list("key", flat=True))
    for gone in sorted(asked - keys):
        close_waits(gone)
    new = [each for each in rows if f"{KEY}{each.row.pk}" not in asked]
    for each in new:
        _ask(each, project)
    return len(new)


def _ask(found: Arrived, project: Project) -> None:
    row = found.row
    row.project = project
    record("assumption.arrived", row, actor=None, **_told(found))
    _await(row)


def follow_owner(row: Assumption) -> None:
    """Whoever confirms it now is asked in place of who did until now, where somebody is."""
    if WaitingFor.objects.open().filter(key=f"{KEY}{row.pk}").exists():
        _await(row)


def _await(row: Assumption) -> None:
    owner = row.owner if row.owner is not None and row.owner.is_active else None
    open_wait(
        f"{KEY}{row.pk}",
        project=row.project,
        user=owner,
        role="" if owner else Role.BUSINESS_DEVELOPMENT,
        words=_t("%(code)s: the real number has arrived for “%(title)s”") % {"code": row.project.code, "title": row.words[:120]},
        link=row.get_absolute_url(),
    )


def _told(found: Arrived) -> dict[str, str]:
    row = found.row
    return {"code": row.project.code, "title": row.words[:120], "link": row.get_absolute_url(), "now": found.now, "was": found.was}


def prompt_after(events: Sequence[Event]) -> None:
    touched = {event.project_id for event in events if event.project_id and _brings_numbers(event)}
    concerned = Q(project__in=touched)
    if materials := priced_materials(events):
        concerned |= Q(material__in=materials)
    _look_at(concerned)


def _brings_numbers(event: Event) -> bool:
    if event.kind.startswith("worksheet."):
        return event.data.get("key") == RUNS
    return event.kind.startswith((REQUEST_KINDS, AWARDS))


def look_again() -> None:
    """Every night: an offer for what is assumed has begun or ended by its day."""
    _look_at(Q(material__isnull=False))


def _look_at(concerned: Q) -> None:
    rows = Assumption.objects.open().filter(concerned).exclude(project__status__in=CLOSED_STATUSES)
    for project in Project.objects.filter(pk__in=rows.values("project")).select_related("rfp", "client", "site").order_by("pk"):
        prompt(project)


def register() -> None:
    register_consumer("process.assumptions", prompt_after)
