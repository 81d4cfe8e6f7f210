"""Whom evaluation waits for: opened and closed whenever something happens on the project, and nightly because quotations expire."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.models import Delegation
from audit.models import Event
from audit.outbox import register_consumer
from phases.evaluation import progress
from phases.evaluation.models import DepartmentAssessment, InquiryAssessment
from projects.kept import NAMES_WANTED, unmanned
from projects.models import Agreement, ConfidentialReader, Phase, Project, Rfp
from projects.permissions import RELEASERS
from projects.services.releasing import open_release_roles
from projects.services.waiting import close_waits, open_wait
from projects.touched import touched_by

if TYPE_CHECKING:
    from projects.models import Quotation

NAMING = ("rfp.reader_named", "rfp.reader_taken_off")
CONFIDENTIALITY = ("client.confidentiality_asked", "client.confidentiality_waived")
HOLDERS = ("role.granted", "role.ended", "person.deactivated", "person.reactivated")
DELEGATIONS = ("delegation.given", "delegation.ended")


def records_of(project: Project) -> progress.Records:
    """All records of the phase in a fixed number of queries, each knowing its project."""
    sheets = list(DepartmentAssessment.objects.filter(project=project).select_related("department", "owner"))
    quotations = list(project.quotations.select_related("outcome").prefetch_related("lines"))
    for sheet in sheets:
        sheet.project = project
    for quotation in quotations:
        quotation.project = project
    return progress.Records(
        project=project,
        sheets=sheets,
        assessment=InquiryAssessment.objects.filter(project=project).select_related("recommended_by").first(),
        quotations=quotations,
        agreements=list(Agreement.objects.covering(project).select_related("project__site").prefetch_related("signatories")),
        charter=getattr(project, "charter", None),
        deliverables=list(project.deliverables.filter(phase=Phase.EVALUATION).select_related("department", "owner")),
        unsigned_release=_unsigned(quotations),
    )


def _unsigned(quotations: Sequence[Quotation]) -> bool:
    """The current revision waits for its first release signature. Its content hash is asked for only while it is a draft."""
    draft = next((row for row in quotations if row.state == progress.State.DRAFT), None)
    return draft is not None and open_release_roles(draft) == frozenset(RELEASERS)


def waited_in_vain(project: Project) -> list[str]:
    """Roles that a project which knows whether it `is_kept` waits for though nobody of them may see it."""
    return unmanned(project.rfp) if project.is_kept else []  # type: ignore[attr-defined]


@transaction.atomic
def ask_next(project_id: int) -> list[progress.Asked]:
    """Bring the waits of one project's evaluation up to date; who is asked now. A project that left the phase or rests asks nobody."""
    related = ("client", "account_owner", "project_manager", "charter", "rfp")
    project = Project.objects.with_kept().select_for_update(of=("self",)).select_related(*related).get(pk=project_id)
    evaluated = project.is_active and project.phase == Phase.EVALUATION
    records = records_of(project) if evaluated else None
    now = progress.asked(records) if records else []
    for step in progress.ASKED_STEPS:
        _settle(f"evaluation.{step}", project, next((each for each in now if each.step == step), None))
    naming = progress.asked_for_names(records, waited_in_vain(project)) if records else None  # whom the others wait for counts already
    _settle(NAMES_WANTED, project, naming)
    return [naming, *now] if naming else now


def _settle(key: str, project: Project, asked: progress.Asked | None) -> None:
    """Open the wait of this key, or close it."""
    if asked is None:
        close_waits(f"{key}:{project.pk}")
        return
    open_wait(
        f"{key}:{project.pk}",
        project=project,
        user=asked.user,
        role="" if asked.user else asked.role,
        words=f"{project.code}: {asked.words}",
        link=asked.link,
    )


def ask_everywhere() -> int:
    """Nightly: every project in evaluation; how many wait for somebody."""
    running = Project.objects.running().filter(phase=Phase.EVALUATION)
    return sum(bool(ask_next(pk)) for pk in list(running.values_list("pk", flat=True)))


def ask_after(events: Sequence[Event]) -> None:
    touched = touched_by(events) | _seen_otherwise(events)
    waiting = Project.objects.filter(pk__in=touched).filter(phase=Phase.EVALUATION) | Project.objects.filter(
        pk__in=touched, waits__key__startswith="evaluation.", waits__closed_at=None
    )
    for pk in sorted(set(waiting.values_list("pk", flat=True))):
        ask_next(pk)


def _seen_otherwise(events: Sequence[Event]) -> set[int]:
    """Projects, by id, that others may see since, or whose people sign otherwise: somebody was named or taken off, the client asks
    otherwise, a role or the signing of one was given or ended."""
    named = [event.object_id for event in events if event.kind in NAMING]
    clients = [event.object_id for event in events if event.kind in CONFIDENTIALITY]
    people = _signing_otherwise(events)
    touched = Q(rfp__in=named) | Q(client__in=clients) | Q(rfp__in=_seen_by(people))
    rows = Project.objects.running().filter(touched) if named or clients or people else Project.objects.none()
    return set(rows.values_list("pk", flat=True))


def _signing_otherwise(events: Sequence[Event]) -> set[int]:
    """People, by id: with who holds a role goes who signs in it for them."""
    holders = [int(event.object_id) for event in events if event.kind in HOLDERS]
    delegations = [event.object_id for event in events if event.kind in DELEGATIONS]
    if not holders and not delegations:
        return set()
    receivers = Delegation.objects.filter(Q(giver__in=holders) | Q(pk__in=delegations)).values_list("receiver", flat=True)
    return {*holders, *receivers}


def _seen_by(people: Collection[int]) -> QuerySet[Rfp]:
    """Kept requests in which one of them has a part, or for which one is named."""
    named = ConfidentialReader.objects.open().filter(person__in=people).values("rfp")
    part = Q(created_by__in=people) | Q(account_owner__in=people)
    part |= Q(project__project_manager__in=people) | Q(project__account_owner__in=people)
    return Rfp.objects.undisclosed().filter(part | Q(pk__in=named)).order_by()


def register() -> None:
    register_consumer("phases.evaluation.asking", ask_after)
