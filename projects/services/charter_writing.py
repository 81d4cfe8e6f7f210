"""The charter written in one step from the accepted quotation: texts, scope, plan, payments and the people who worked on the offer."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _t

from accounts.permissions import allowed, require_permission
from audit.events import record
from audit.refusals import Blocker, Refused
from projects.charter_communication import communication_of
from projects.charter_limits import escalation_of
from projects.charter_texts import Said, governance_of, said_elsewhere, scope_of, written
from projects.models import Charter, Project, Quotation, TeamMember
from projects.price import accepted_quotation
from projects.services.charter import BATCHES, TEXTS, charter_blockers, draft_charter, scope_blockers
from projects.services.confidentiality import words_if_kept
from projects.services.locking import locked, not_active
from projects.services.team import name_team

if TYPE_CHECKING:
    from accounts.models import User
    from catalogue.models import Site

KEPT = ("objectives", *TEXTS)
DATES = ("plan_from", "filing_on", *BATCHES, "batches_reason")


def writing_blockers(project: Project) -> list[Blocker]:
    """Why the charter cannot be written from the quotation now; the page shows the same."""
    reasons = [*charter_blockers(project), *not_active(project)]
    if not Quotation.objects.accepted().filter(project=project).exists():
        words = _t("The client has not accepted a quotation yet.")
        reasons.append(Blocker("charter.quotation", words, f"{reverse('project-evaluation', args=[project.code])}#quotations"))
    return reasons


def batches_of(said: Said) -> dict[str, Any]:
    """As many as the accepted price is for, else what is usual; another number says why, in words that name no scenario."""
    priced = {f"{phase}_batches": number for phase, number in said.batches.items()}
    found = {name: priced.get(name, usual) for name, usual in BATCHES.items()}
    return {**found, "batches_reason": _t("As many as the accepted quotation is for.") if found != BATCHES else ""}


def scope_stays(project: Project, quotation: Quotation) -> list[Blocker]:
    """What happened in a phase that a draft of the charter plans and the quotation does not: why the phases stay as they are."""
    first, last = scope_of(quotation)
    return scope_blockers(project, first, last)


def _of_people(project: Project) -> dict[str, str]:
    """The texts that follow from who works on it and who is told."""
    return {"governance": governance_of(project), "communication": communication_of(project), "escalation": escalation_of(project)}


def _say_people(charter: Charter, said_before: dict[str, str]) -> None:
    """Once everybody is named. What was said so before, of another leader or team, is said anew; what somebody wrote stays."""
    project = Project.objects.select_related("project_manager", "client").get(pk=charter.project_id)
    anew = {name: words for name, words in _of_people(project).items() if getattr(charter, name) in ("", said_before[name])}
    for name, words in anew.items():
        setattr(charter, name, words)
    charter.save(update_fields=list(anew))


@transaction.atomic
def write_charter(code: str, *, site: Site, project_manager: User, start_on: date, actor: User) -> Charter:
    """Draft the charter from what was accepted. What somebody wrote into a draft before stays; what it left empty is filled. Its phases
    become those that are paid for, unless something happened in one that is not (`scope_stays`).

    Whoever worked on a department's part of the offer is named on the team, where the actor may name and nobody is named yet.
    """
    project = locked(code, actor)
    require_permission("projects.draft_charter", actor, project)
    if reasons := writing_blockers(project):
        raise Refused(reasons)
    quotation, before, said = accepted_quotation(project), Charter.objects.filter(project=project).first(), said_elsewhere(project)
    assert quotation is not None  # noqa: S101 - the blockers ask for it
    values, said_before = written(project, quotation, said), _of_people(project)
    if before is not None:
        values |= {name: kept for name in KEPT if (kept := getattr(before, name).strip())}
        values |= {name: getattr(before, name) for name in DATES}
        if scope_stays(project, quotation):
            values |= {name: getattr(project, name) for name in ("first_phase", "last_phase")}
    else:
        values |= {"filing_on": project.rfp.filing_planned_on, **batches_of(said)}
    charter = draft_charter(code, site=site, project_manager=project_manager, start_on=start_on, actor=actor, **values)
    if allowed("projects.plan", actor, project):
        team = dict(TeamMember.objects.filter(project=project).values_list("department__key", "user"))
        open_to = {key: person for key, person in said.people.items() if key in team and team[key] is None}
        name_team(code, {key: person for key, person in open_to.items() if not words_if_kept(project, person)}, actor=actor)
    _say_people(charter, said_before)
    record("charter.written", project, actor=actor, label=quotation.label)
    return charter
