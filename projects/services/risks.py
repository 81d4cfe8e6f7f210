"""The risk list of a project: kept by its manager, closed with a reason, shown to the client one by one in the status report."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import partial
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.permissions import require_permission
from audit.acts import act
from audit.events import record
from audit.refusals import BadInput, Blocker, require_none, require_reason
from audit.seen import require_unchanged, words_of
from projects.models import Project, ProjectRisk, Task
from projects.services.confidentiality import words_if_kept
from projects.services.locking import locked, next_number, require_active

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class RiskDraft:
    """A risk as somebody writes it down; likelihood and impact from 1 (low) to 3 (high)."""

    text: str
    likelihood: int
    impact: int
    mitigation: str
    owner: User


def closing_blockers(risk: ProjectRisk) -> list[Blocker]:
    return [] if risk.is_open else [Blocker("risk.closed", _t("It is closed already."))]


def reopening_blockers(risk: ProjectRisk) -> list[Blocker]:
    return [Blocker("risk.open", _t("It is open."))] if risk.is_open else []


@act
def add_risk(code: str, draft: RiskDraft, *, actor: User) -> ProjectRisk:
    """Write down a risk. It is ours alone until somebody shows it. Raises BadInput at the field."""
    project = locked(code, actor)
    require_permission("projects.plan", actor, project)
    require_active(project)
    _check(draft, project)
    number = next_number(ProjectRisk.objects.filter(project=project))
    risk = ProjectRisk.objects.create(project=project, number=number, **_values(draft))
    record("risk.added", risk, actor=actor, after=_as_data(risk), **_told(risk))
    return risk


@act
def change_risk(code: str, number: int, draft: RiskDraft, *, reason: str, actor: User, version: str = "") -> ProjectRisk:
    """Write it down anew. version: of what the form showed (`audit.seen`). Raises BadInput at the field, Refused for a closed one."""
    risk = _locked_risk(code, number, actor, "projects.plan")
    require_none(closing_blockers(risk))
    require_reason(reason)
    _check(draft, risk.project)
    before, wanted = _as_data(risk), _values(draft)
    require_unchanged(version, now=risk_values(risk), wanted=wanted, words=partial(words_of, risk))
    for name, value in wanted.items():
        setattr(risk, name, value)
    risk.save()
    record("risk.changed", risk, actor=actor, reason=reason, before=before, after=_as_data(risk), **_told(risk))
    return risk


@act
def close_risk(code: str, number: int, *, reason: str, actor: User) -> ProjectRisk:
    """It is no risk any more, or it came true: the reason says which."""
    risk = _locked_risk(code, number, actor, "projects.plan")
    require_none(closing_blockers(risk))
    require_reason(reason)
    risk.closed_at, risk.closed_because = timezone.now(), reason.strip()
    risk.save(update_fields=["closed_at", "closed_because", "updated_at"])
    record("risk.closed", risk, actor=actor, reason=reason, **_told(risk))
    return risk


@act
def reopen_risk(code: str, number: int, *, reason: str, actor: User) -> ProjectRisk:
    risk = _locked_risk(code, number, actor, "projects.plan")
    require_none(reopening_blockers(risk))
    require_reason(reason)
    risk.closed_at, risk.closed_because = None, ""
    risk.save(update_fields=["closed_at", "closed_because", "updated_at"])
    record("risk.reopened", risk, actor=actor, reason=reason, **_told(risk))
    return risk


@act
def report_risk(code: str, number: int, *, shown: bool, actor: User) -> ProjectRisk:
    """Let the client's status reports name it from now on, or no longer. The same again records nothing."""
    risk = _locked_risk(code, number, actor, "projects.share")
    _report(risk, "risk", shown, actor)
    return risk


@act
def report_task(code: str, pk: int, *, shown: bool, actor: User) -> Task:
    """Let the client's status reports name this task, with the date that the client was told of its milestone, or no longer."""
    project = locked(code, actor)
    require_permission("projects.share", actor, project)
    require_active(project)
    task = Task.objects.select_for_update(of=("self",)).select_related("milestone").get(project=project, pk=pk)
    task.project = project
    _report(task, "task", shown, actor)
    return task


def _report(row: ProjectRisk | Task, noun: str, shown: bool, actor: User) -> None:
    if row.in_client_report == shown:
        return
    row.in_client_report = shown
    row.save(update_fields=["in_client_report", "updated_at"])
    record(f"{noun}.reported" if shown else f"{noun}.unreported", row, actor=actor, title=str(row), link=row.get_absolute_url())


def _locked_risk(code: str, number: int, actor: User, permission: str) -> ProjectRisk:
    project = locked(code, actor)
    risk = ProjectRisk.objects.select_for_update(of=("self",)).select_related("owner").get(project=project, number=number)
    risk.project = project
    require_permission(permission, actor, project)
    require_active(project)
    return risk


def _check(draft: RiskDraft, project: Project) -> None:
    errors: dict[str, list[str]] = {}
    if not draft.text.strip():
        errors["text"] = [_t("Say what could happen.")]
    if not draft.mitigation.strip():
        errors["mitigation"] = [_t("Say what is done about it.")]
    for name in ("likelihood", "impact"):
        if getattr(draft, name) not in ProjectRisk.Level.values:
            errors[name] = [_t("Choose low, medium or high.")]
    if not (draft.owner.is_internal and Project.objects.visible_to(draft.owner).filter(pk=project.pk).exists()):
        words = _t("%(name)s does not see this project; name them on the team first.") % {"name": draft.owner.full_name}
        errors["owner"] = [words_if_kept(project, draft.owner) or words]
    if errors:
        raise BadInput(errors)


def risk_values(risk: ProjectRisk) -> dict[str, Any]:
    """What the form of the risk shows."""
    return {field.name: getattr(risk, field.name) for field in fields(RiskDraft)}


def _values(draft: RiskDraft) -> dict[str, Any]:
    return {
        "text": draft.text.strip(),
        "likelihood": draft.likelihood,
        "impact": draft.impact,
        "mitigation": draft.mitigation.strip(),
        "owner": draft.owner,
    }


def _as_data(risk: ProjectRisk) -> dict[str, Any]:
    return {
        "text": risk.text,
        "likelihood": risk.get_likelihood_display(),
        "impact": risk.get_impact_display(),
        "mitigation": risk.mitigation,
        "owner": risk.owner.full_name,
    }


def _told(risk: ProjectRisk) -> dict[str, Any]:
    return {"title": risk.text, "link": risk.get_absolute_url()}
