"""The charter turns what was agreed into rows: team, deliverables with owners and dates, milestones with links."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.models import Department
from accounts.permissions import require_permission
from audit.events import record
from audit.refusals import BadInput, Blocker, Refused
from audit.seen import require_unchanged, words_of
from projects.charter_plan import planned_dates, plans_of
from projects.default_plan import newest
from projects.models import PHASES, Charter, Deliverable, Milestone, MilestoneLink, Phase, Project, TeamMember, Visibility
from projects.network import loop_through
from projects.plans import FILING, PhasePlan, as_asked, planned_links, take_records
from projects.price import accepted_quotation
from projects.services.approvals import withdraw_open
from projects.services.dependencies import network_of
from projects.services.happened import EVIDENCE, happened_in
from projects.services.locking import locked, require_active
from projects.services.milestones import place_in
from projects.services.owners import ask_for
from projects.services.plan import achieve_from, update_forecasts
from projects.services.quoted_payments import plan_quoted_payments
from projects.services.siting import site_changed
from projects.services.tailoring import drop_out_of_scope, put_in_force
from projects.services.tasks import plan_tasks
from projects.services.team import plan_team
from projects.services.visibility import note_visibility
from projects.shareable import Item, shareable

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import User
    from catalogue.models import Site

FACTS = ("first_phase", "last_phase", "site", "project_manager")
BATCHES = {"pilot_batches": 2, "validation_batches": 3}  # what is usual; another number is justified
OWN = ("objectives", "plan_from", "start_on", "filing_on", *BATCHES, "batches_reason")
TEXTS = (
    "background", "scope_in", "scope_out", "assumptions", "dependencies", "constraints", "risks", "governance", "escalation", "acceptance",
    "communication",
)  # fmt: skip


def charter_blockers(project: Project) -> list[Blocker]:
    """Why the charter cannot be drafted or changed now."""
    charter = Charter.objects.filter(project=project).first()
    if charter is not None and charter.state == Charter.State.ISSUED:
        return [
            Blocker(
                key="charter.issued", words=_t("The charter is issued; a change takes a change order."), link=project.get_absolute_url()
            )
        ]
    if project.phase != Phase.EVALUATION:
        return [Blocker(key="charter.phase", words=_t("The charter is drafted in evaluation."), link=project.get_absolute_url())]
    return []


@transaction.atomic
def draft_charter(
    code: str,
    *,
    objectives: str,
    first_phase: str,
    last_phase: str,
    site: Site,
    project_manager: User,
    actor: User,
    start_on: date | None = None,
    plan_from: str = Charter.PlanFrom.START,
    filing_on: date | None = None,
    pilot_batches: int = BATCHES["pilot_batches"],
    validation_batches: int = BATCHES["validation_batches"],
    batches_reason: str = "",
    version: str = "",
    **texts: str,
) -> Charter:
    """Draft or redraft the charter. The first draft plans deliverables and milestones; a redraft adds what a wider scope needs.

    plan_from: from `start_on`, or back from `filing_on`: then the plan begins as late as that date allows, and not before today.
    version: of what the form showed (`audit.seen`). Raises BadInput at the field, Refused when the charter is issued.
    """
    project = locked(code, actor)
    require_permission("projects.draft_charter", actor, project)
    require_active(project)
    reasons = charter_blockers(project)
    if reasons:
        raise Refused(reasons)
    _check_charter(objectives, first_phase, last_phase, project_manager)
    batches = {"pilot_batches": pilot_batches, "validation_batches": validation_batches}
    _check_batches(batches, batches_reason)
    check_dates(plan_from, start_on, filing_on)
    reasons = scope_blockers(project, first_phase, last_phase)
    if reasons:
        raise Refused(reasons)
    charter = Charter.objects.filter(project=project).select_for_update().first()
    charter = charter or Charter(project=project, drafted_by=actor, default_plan=newest())
    wanted = dict(zip(FACTS, (first_phase, last_phase, site, project_manager), strict=True)) | texts
    wanted |= {"objectives": objectives, "plan_from": plan_from, "filing_on": filing_on} | ({"start_on": start_on} if start_on else {})
    wanted |= {**batches, "batches_reason": batches_reason}
    require_unchanged(version, now=charter_values(project, charter), wanted=wanted, words=partial(_words_now, project, charter))
    moves = project.site_id != site.pk
    project.site, project.project_manager = site, project_manager
    project.first_phase, project.last_phase = first_phase, last_phase
    project.save(update_fields=["site", "project_manager", "first_phase", "last_phase", "updated_at"])
    planned_start = charter.start_on
    begin = _start_of(project, charter, start_on if plan_from == Charter.PlanFrom.START else None, filing_on)
    charter.objectives, charter.start_on, charter.plan_from, charter.filing_on = objectives, begin, plan_from, filing_on
    own = batches | {"batches_reason": batches_reason.strip()} | {name: texts.get(name, "") for name in TEXTS}
    for name, value in own.items():
        setattr(charter, name, value)
    charter.save()
    drop_out_of_scope(project, actor=actor)
    _plan(project, charter, planned_start, actor=actor)
    record(
        "charter.drafted",
        project,
        actor=actor,
        first_phase=first_phase,
        last_phase=last_phase,
        start_on=begin,
        filing_on=filing_on,
        plan_from=plan_from,
    )
    if moves:
        site_changed(project, actor=actor)
    return charter


def charter_values(project: Project, charter: Charter | None) -> dict[str, Any]:
    """What the form of the charter shows: the project's facts, and the charter's own words once it is drafted."""
    own = {name: getattr(charter, name) for name in (*OWN, *TEXTS)} if charter is not None and charter.pk else {}
    return {name: getattr(project, name) for name in FACTS} | own


def _words_now(project: Project, charter: Charter, name: str) -> str:
    return words_of(project if name in FACTS else charter, name)


def _start_of(project: Project, charter: Charter, start_on: date | None, filing_on: date | None) -> date:
    """As given, or counted back from the filing date."""
    known = charter if charter.pk else None
    today = project.today
    return start_on or planned_dates(project, known, start_on=None, filing_on=filing_on, today=today).start


def check_dates(plan_from: str, start_on: date | None, filing_on: date | None) -> None:
    """Raises BadInput at the date that the way of planning needs; the preview asks for the same."""
    if plan_from not in Charter.PlanFrom.values:
        raise BadInput({"plan_from": [_t("Choose where the plan begins.")]})
    if plan_from == Charter.PlanFrom.FILING and filing_on is None:
        raise BadInput({"filing_on": [_t("The plan is counted back from this date.")]})
    if plan_from == Charter.PlanFrom.START and start_on is None:
        raise BadInput({"start_on": [_t("The plan begins on this date.")]})


def _check_charter(objectives: str, first_phase: str, last_phase: str, project_manager: User) -> None:
    errors: dict[str, list[str]] = {}
    if not objectives.strip():
        errors["objectives"] = [_t("Say what the project must achieve.")]
    if first_phase not in PHASES or last_phase not in PHASES or PHASES.index(Phase(first_phase)) > PHASES.index(Phase(last_phase)):
        errors["last_phase"] = [_t("The last contracted phase cannot come before the first.")]
    if "project_manager" not in project_manager.roles:
        errors["project_manager"] = [_t("%(name)s does not hold the role project manager.") % {"name": project_manager.full_name}]
    if errors:
        raise BadInput(errors)


def _check_batches(batches: Mapping[str, int], reason: str) -> None:
    """Fewer or more batches than usual are justified. Raises BadInput."""
    errors = {name: [_t("At least one.")] for name, number in batches.items() if number < 1}
    if batches != BATCHES and not reason.strip():
        errors["batches_reason"] = [_t("Say why other than two pilot and three validation batches are enough, or needed.")]
    if errors:
        raise BadInput(errors)


def scope_blockers(project: Project, first_phase: str, last_phase: str) -> list[Blocker]:
    """What keeps a phase in scope: evidence for its deliverables, a date told to the client, a task begun. None is ever deleted."""
    first, last = PHASES.index(Phase(first_phase)), PHASES.index(Phase(last_phase))
    leaving = [phase for place, phase in enumerate(PHASES) if place and not first <= place <= last]
    told = Q(publications__isnull=False) | Q(round__gt=1)
    stay = happened_in(project, leaving, deliverables=EVIDENCE & Q(done_at=None), milestones=told & Q(actual_on=None))
    words = _t("%(phase)s stays in scope: “%(title)s” has evidence or a date told to the client, or work on it has begun.")
    return [
        Blocker(key="charter.scope", words=words % {"phase": phase.label, "title": title}, link=project.get_absolute_url())
        for phase, title in stay
    ]


def _plan(project: Project, charter: Charter, planned_start: date | None, *, actor: User) -> None:
    """Make the rows of all contracted phases, drop open rows of phases that left the scope, keep ids of those that stay.

    Dates that followed the start planned before follow the new one; a date that somebody set stays.
    """
    plans = as_asked(plans_of(project, charter.filing_on, charter), project.rfp)
    phases = [plan.phase for plan in plans]
    _drop(Deliverable.objects.filter(project=project, done_at=None).exclude(phase__in=phases), project, actor)
    milestones = Milestone.objects.filter(project=project, actual_on=None)
    _drop(milestones.exclude(phase__in=phases), project, actor)
    if charter.filing_on is None:
        _drop(milestones.filter(key=FILING, by_hand=False), project, actor)
    departments = {department.key: department for department in Department.objects.all()}
    plan_team(project, plans, departments)
    _plan_milestones(project, charter, plans, departments, planned_start)
    plan_tasks(project, plans, departments, charter.left_out)
    update_forecasts(project, actor=actor)
    plan_deliverables(project, plans, departments, actor=actor)
    _feed_what_happened(project, actor=actor)


def _drop(rows: QuerySet[Any], project: Project, actor: User) -> None:
    """What leaves the plan is not shown any more, and nobody is asked about it."""
    shown = [row for row in rows if row.is_shared]
    if shown:
        items = [Item(shareable(row._meta.model_name), row) for row in shown]
        withdraw_open(items, actor=actor)
        note_visibility(items, Visibility.INTERNAL, project=project, client_id=project.client_id, actor=actor, at=timezone.now())
    rows.delete()


def _feed_what_happened(project: Project, *, actor: User) -> None:
    """The plan is made after the fact for some milestones: what the record knows already is achieved at once."""
    accepted = accepted_quotation(project)
    if accepted is not None and accepted.answered_at is not None:
        plan_quoted_payments(project, actor=actor)
        achieve_from(project, "quotation:accepted", on=project.day_of(accepted.answered_at), actor=actor)
        update_forecasts(project, actor=actor)  # also of payments that came into the plan only now


def _plan_milestones(
    project: Project, charter: Charter, plans: list[PhasePlan], departments: dict[str, Department], planned_start: date | None
) -> None:
    planned = [(plan.phase, item) for plan in plans for item in plan.milestones if item.key not in charter.left_out]
    rows, new = {row.key: row for row in Milestone.objects.filter(project=project).select_related("department")}, []
    for order, (phase, item) in enumerate(planned):
        place = {"phase": phase, "order": order, "source": item.source}
        words = {"title": str(item.title), "kind": item.kind, "department": departments[item.department]}
        if item.key not in rows:
            values = place | words | {"share_at_launch": item.shared, "tolerance_days": item.tolerance}
            new.append(Milestone(project=project, key=item.key, **values))
            continue
        _change(rows[item.key], place if rows[item.key].by_hand else place | words)
    rows |= {row.key: row for row in Milestone.objects.bulk_create(new)}
    rows = {item.key: rows[item.key] for _phase, item in planned}
    if FILING in rows:
        Milestone.objects.filter(pk=rows[FILING].pk).update(finish_by=charter.filing_on)
    MilestoneLink.objects.filter(successor__project=project, by_hand=False).delete()
    _titles, pairs = network_of(project)
    links: list[MilestoneLink] = []
    for key, after in planned_links(plans, rows).items():
        links += link_planned(rows, key, after, pairs)
        waits = any(successor == key for _ahead, successor in pairs)
        if not waits and rows[key].earliest_on in (None, planned_start):
            rows[key].earliest_on = charter.start_on
            rows[key].save(update_fields=["earliest_on", "updated_at"])
    MilestoneLink.objects.bulk_create(links)
    for row in Milestone.objects.filter(project=project, by_hand=True).exclude(key__in=rows):
        row.order = place_in(project, row.phase)
        row.save(update_fields=["order"])


def _change(row: Milestone, values: Mapping[str, Any]) -> None:
    """Written where something of it is another value."""
    wanted = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in wanted.items():
        setattr(row, name, value)
    if wanted:
        row.save(update_fields=[*wanted, "updated_at"])


def link_planned(
    rows: Mapping[str, Milestone], key: str, after: Mapping[str, int], pairs: list[tuple[str, str]]
) -> Iterator[MilestoneLink]:
    """To be created. What somebody linked by hand stays, and wins where the template would run against it. `pairs` grows with each."""
    for other, lag in after.items():
        pair = other, key
        if pair not in pairs and not loop_through(pairs, *pair):
            pairs.append(pair)
            yield MilestoneLink(predecessor=rows[other], successor=rows[key], lag_days=lag)


def plan_deliverables(project: Project, plans: list[PhasePlan], departments: dict[str, Department], *, actor: User) -> None:
    """New ones fall due at their milestone; one whose document is in effect already is done."""
    due = dict(Milestone.objects.filter(project=project).values_list("key", "forecast_on"))
    team = dict(TeamMember.objects.filter(project=project).values_list("department__key", "user"))
    there = set(Deliverable.objects.filter(project=project).values_list("key", flat=True))
    planned = [(plan.phase, item) for plan in plans for item in plan.deliverables]
    new = [
        Deliverable(
            project=project,
            key=item.key,
            phase=phase,
            title=str(item.title),
            document_type=item.document_type,
            department=departments[item.department],
            owner_id=team.get(item.department),
            due_on=due.get(item.milestone),
            order=order,
        )
        for order, (phase, item) in enumerate(planned, start=1)
        if item.key not in there
    ]
    Deliverable.objects.bulk_create(new)
    take_records(
        list(Deliverable.objects.open().filter(project=project)), actor=actor
    )  # also what was signed while another draft was saved
    open_rows = Deliverable.objects.open().filter(pk__in=[row.pk for row in new], phase=Phase.EVALUATION).values_list("pk", flat=True)
    still_open = set(open_rows)
    for row in new:
        if row.pk in still_open:
            ask_for(row, actor=actor)


@transaction.atomic
def issue_charter(deliverable: Deliverable, actor: User) -> None:
    """The signed charter is there, as a document or as referenced evidence: it is issued. A later version leaves it so."""
    charter = Charter.objects.select_for_update(of=("self",)).select_related("project").get(project_id=deliverable.project_id)
    if charter.state == Charter.State.ISSUED:
        return
    charter.issue(timezone.now())
    charter.save(update_fields=["state", "issued_at"])
    record("charter.issued", charter.project, actor=actor)
    put_in_force(charter.project, approved_with=deliverable.evidence_label, actor=actor)
