"""What is open goes into the texts that are agreed with the client: the quotation, and the charter. Each line once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _t

from accounts.permissions import require_permission
from audit.acts import act
from audit.events import record
from audit.refusals import Blocker, require_none
from process.assumptions.ledger import line_of
from process.assumptions.models import Assumption
from process.costs.quoting import no_draft
from projects.models import Charter, Quotation
from projects.services.charter import charter_blockers, charter_values, draft_charter
from projects.services.commercial import change_in_draft, draft_of
from projects.services.locking import locked, not_active

if TYPE_CHECKING:
    from accounts.models import User
    from projects.models import Project


@act
def into_quotation(code: str, *, actor: User) -> Quotation:
    """At the end of the assumptions of the draft. Raises Refused without a draft, or where all stand there."""
    project = locked(code, actor)
    require_permission("process.keep_assumptions", actor, project)
    row = draft_of(project)
    require_none(quotation_blockers(project, row))
    assert row is not None  # noqa: S101 - refused without it
    added = missing_in(row.assumptions, project)
    changed = change_in_draft(row, assumptions=with_lines(row.assumptions, added), actor=actor)
    _record(project, row.label, row.get_absolute_url(), added, actor)
    return changed


@act
def into_charter(code: str, *, actor: User) -> Charter:
    """At the end of the assumptions of the draft, which otherwise stays as it is."""
    project = locked(code, actor)
    require_permission("process.keep_assumptions", actor, project)
    row = Charter.objects.filter(project=project).first()
    require_none(charter_text_blockers(project, row))
    assert row is not None  # noqa: S101 - refused without it
    added = missing_in(row.assumptions, project)
    values: dict[str, Any] = charter_values(project, row) | {"assumptions": with_lines(row.assumptions, added)}
    changed = draft_charter(code, actor=actor, **values)
    _record(project, _t("the charter"), charter_link(project), added, actor)
    return changed


def quotation_blockers(project: Project, row: Quotation | None) -> list[Blocker]:
    if found := not_active(project):
        return found
    if row is None:
        return [no_draft(project)]
    if not missing_in(row.assumptions, project):
        words = _t("Every open assumption that the client reads stands in the quotation.")
        return [Blocker("assumptions.quoted", words, row.get_absolute_url())]
    return []


def charter_text_blockers(project: Project, row: Charter | None) -> list[Blocker]:
    if found := not_active(project):
        return found
    if row is None:
        words = _t("The charter is not drafted yet; its first draft takes over what the quotation assumes.")
        return [Blocker("charter.no_draft", words, charter_link(project))]
    if found := charter_blockers(project):
        return found
    if not missing_in(row.assumptions, project):
        words = _t("Every open assumption that the client reads stands in the charter.")
        return [Blocker("assumptions.chartered", words, charter_link(project))]
    return []


def charter_link(project: Project) -> str:
    return reverse("project-charter", args=[project.code])


def missing_in(text: str, project: Project) -> list[str]:
    """The lines of open assumptions that the text does not hold yet, of those that the client reads."""
    there = {line.strip() for line in text.splitlines()}
    lines = [line_of(each) for each in Assumption.objects.open().clients().filter(project=project)]
    return [line for line in dict.fromkeys(lines) if line not in there]


def with_lines(text: str, added: list[str]) -> str:
    return "\n".join(part for part in (text.rstrip(), *added) if part)


def _record(project: Project, label: str, link: str, added: list[str], actor: User) -> None:
    said = {"code": project.code, "label": label, "link": link}
    record("assumptions.quoted", project, actor=actor, after={"assumptions": added}, **said)
