"""The risk list of a project: kept row by row as its table saves them, closed with a reason, shown to the client one by one in the status
report.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.permissions import allowed, require_permission
from audit.acts import act
from audit.events import record
from audit.refusals import BadInput, Blocker, Words, require_none, require_reason
from projects.models import Project, ProjectRisk, Task
from projects.services.confidentiality import words_if_kept
from projects.services.locking import locked, next_number, require_active
from worksheets.rows import AlreadyThere, Rows

if TYPE_CHECKING:
    from accounts.models import User
    from worksheets.bound import Bound

REPORTED = "in_client_report"


def closing_blockers(risk: ProjectRisk) -> list[Blocker]:
    return [] if risk.is_open else [Blocker("risk.closed", _t("It is closed already."))]


def reopening_blockers(risk: ProjectRisk) -> list[Blocker]:
    return [Blocker("risk.open", _t("It is open."))] if risk.is_open else []


class RiskRows(Rows):
    """A new risk is ours alone unless its row says otherwise. Each is recorded by itself: a risk has its own history."""

    def __init__(self, bound: Bound, *, actor: User, reason: str) -> None:
        super().__init__(bound, actor=actor, reason=reason)
        self.kept_from: dict[int, str] = {}  # by owner, why not

    def new(self) -> ProjectRisk:
        row: ProjectRisk = super().new()
        row.number = next_number(ProjectRisk.objects.filter(project=self.parent))
        return row

    def tidy(self, row: ProjectRisk) -> Mapping[str, Words]:
        row.text, row.mitigation = row.text.strip(), row.mitigation.strip()
        words = self._kept_from(row.owner) if row.owner_id else ""
        return {"owner": words} if words else {}

    def _kept_from(self, owner: User) -> str:
        if owner.pk not in self.kept_from:
            self.kept_from[owner.pk] = why_not_owner(self.parent, owner)
        return self.kept_from[owner.pk]

    def clean(self, row: ProjectRisk, changed: Collection[str]) -> None:
        """A file that is imported twice writes nothing down twice."""
        same = ProjectRisk.objects.filter(project=self.parent, text__iexact=row.text).exclude(pk=row.pk)
        if "text" in changed and (other := same.select_related("project").first()) is not None:
            raise AlreadyThere("text", other, other.get_absolute_url())
        is_shown_or_hidden = REPORTED in changed and (row.pk is not None or row.in_client_report)
        if is_shown_or_hidden and not allowed("projects.share", self.actor, self.parent):
            raise BadInput({REPORTED: _t("A project manager or business development shows it.")})

    def add(self, row: ProjectRisk) -> ProjectRisk:
        row.save(force_insert=True)
        record("risk.added", row, actor=self.actor, after=_as_data(row), **_told(row))
        if row.in_client_report:
            _record_report(row, "risk", self.actor)
        self.recorded.add(row.pk)
        return row

    def change(self, row: ProjectRisk, changed: Collection[str]) -> ProjectRisk:
        before = _as_data(ProjectRisk.objects.select_related("owner").get(pk=row.pk))
        row.save()
        if set(changed) - {REPORTED}:
            record("risk.changed", row, actor=self.actor, reason=self.reason, before=before, after=_as_data(row), **_told(row))
        if REPORTED in changed:
            _record_report(row, "risk", self.actor)
        self.recorded.add(row.pk)
        return row

    def remove(self, row: ProjectRisk) -> None:
        raise BadInput({"": _t("A risk stays in the record; close it, with the reason.")})


def why_not_owner(project: Project, owner: User) -> str:
    """Empty for whoever sees the project."""
    if owner.is_internal and Project.objects.visible_to(owner).filter(pk=project.pk).exists():
        return ""
    words = _t("%(name)s does not see this project; name them on the team first.") % {"name": owner.full_name}
    return words_if_kept(project, owner) or words


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
    row.save(update_fields=[REPORTED, "updated_at"])
    _record_report(row, noun, actor)


def _record_report(row: ProjectRisk | Task, noun: str, actor: User) -> None:
    kind = f"{noun}.reported" if row.in_client_report else f"{noun}.unreported"
    record(kind, row, actor=actor, title=str(row), link=row.get_absolute_url())


def _locked_risk(code: str, number: int, actor: User, permission: str) -> ProjectRisk:
    project = locked(code, actor)
    risk = ProjectRisk.objects.select_for_update(of=("self",)).select_related("owner").get(project=project, number=number)
    risk.project = project
    require_permission(permission, actor, project)
    require_active(project)
    return risk


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
