"""Who does and answers for each deliverable, chosen while the charter is a draft and approved with it; row by row as the table saves it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _t

from accounts.models import Department
from accounts.permissions import require_permission
from audit.events import record
from audit.refusals import BadInput, Blocker, require_none
from projects.models import Charter, Deliverable, Project
from projects.raci import Chosen, Row, matrix, usual, wrong_letters
from projects.services.charter import charter_blockers
from projects.services.locking import locked, not_active
from worksheets.rows import Rows

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import User
    from worksheets.bound import Bound


def functions() -> list[Department]:
    return list(Department.objects.order_by("pk"))


def deliverables_of(project: Project) -> QuerySet[Deliverable]:
    """What applies, in the plan's order."""
    return Deliverable.objects.filter(project=project, not_applicable="").select_related("department").order_by("order", "pk")


def rows_of(charter: Charter | None, project: Project) -> list[Row]:
    return matrix(deliverables_of(project), charter.responsibilities if charter else {})


def letters_of(rows: list[Row]) -> dict[str, dict[str, str]]:
    """By deliverable and function, without the functions that have no part in it."""
    return {row.deliverable.key: {key: letter for key, letter in sorted(row.letters.items()) if letter} for row in rows}


def responsibilities_blockers(project: Project) -> list[Blocker]:
    """Why nobody can choose now; the table shows the same."""
    reasons = [*charter_blockers(project), *not_active(project)]
    if not reasons and not Charter.objects.filter(project=project).exists():
        words = _t("The charter has to be drafted first: it plans the deliverables.")
        reasons = [Blocker("charter.drafted", words, reverse("project-charter", args=[project.code]))]
    return reasons


@transaction.atomic
def set_responsibilities(code: str, letters: Chosen, *, actor: User) -> Charter:
    """Choose the letters of these deliverables, by key. Raises BadInput at the deliverable."""
    project = locked(code, actor)
    require_permission("projects.draft_charter", actor, project)
    require_none(responsibilities_blockers(project))
    return _keep(project, letters, actor)


def _keep(project: Project, letters: Chosen, actor: User) -> Charter:
    """What is as usual is not kept, and so follows a new owner."""
    charter = Charter.objects.select_for_update(of=("self",)).get(project=project)
    rows = {row.deliverable.key: row for row in rows_of(charter, project)}
    wanted = {key: {name: letter for name, letter in sorted(given.items()) if letter} for key, given in letters.items()}
    _require_right(rows, wanted)
    now = letters_of(list(rows.values()))
    changed = [key for key in wanted if wanted[key] != now[key]]
    if not changed:
        return charter
    owners = {key: rows[key].deliverable.department.key for key in changed}
    kept = charter.responsibilities | {key: wanted[key] for key in changed}
    charter.responsibilities = {key: given for key, given in kept.items() if key not in owners or given != usual(owners[key])}
    charter.save(update_fields=["responsibilities"])
    before, after = ({key: said[key] for key in changed} for said in (now, wanted))
    record("charter.responsibilities_set", project, actor=actor, before=before, after=after, count=len(changed))
    return charter


def _require_right(rows: Mapping[str, Row], wanted: Chosen) -> None:
    known, errors = {each.key for each in functions()}, {}
    for key, given in wanted.items():
        words = wrong_letters(given) if key in rows and set(given) <= known else _t("There is no such deliverable or function.")
        if words:
            errors[key] = [words]
    if errors:
        raise BadInput(errors)


class ResponsibilityRows(Rows):
    """A row is right only as a whole; what was chosen in one request is kept, and recorded, at once."""

    def __init__(self, bound: Bound, *, actor: User, reason: str) -> None:
        super().__init__(bound, actor=actor, reason=reason)
        self.chosen: dict[str, dict[str, str]] = {}

    def judge(self, row: Deliverable, changed: Collection[str]) -> None:
        """Of the deliverable itself nothing changes."""
        if words := wrong_letters(row.letters):
            raise BadInput(dict.fromkeys(changed, words))

    def change(self, row: Deliverable, changed: Collection[str]) -> Deliverable:
        self.chosen[row.key] = row.letters
        self.recorded.add(row.pk)
        return row

    def done(self) -> None:
        _keep(self.parent, self.chosen, self.actor)
