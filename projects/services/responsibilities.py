"""Who does and answers for each deliverable, chosen while the charter is a draft and approved with it; row by row as the table saves it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t

from accounts.models import Department
from accounts.permissions import require_permission
from audit.events import record
from audit.refusals import BadInput, Blocker, require_none
from projects.models import Charter, Deliverable, Project
from projects.raci import Chosen, Row, letters_in, matrix, usual, wrong_letters
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
    return {row.deliverable.key: _given(row.letters) for row in rows}


def _given(letters: Mapping[str, str]) -> dict[str, str]:
    return {key: letter for key, letter in sorted(letters.items()) if letter}


def _held(project: Project) -> Charter:
    return Charter.objects.select_for_update(of=("self",)).get(project=project)


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
    charter = _held(project)
    rows = {row.deliverable.key: row for row in rows_of(charter, project)}
    wanted = {key: _given(of_row) for key, of_row in letters.items()}
    _require_right(rows, wanted)
    now = letters_of(list(rows.values()))
    changed = {key: given for key, given in wanted.items() if given != now[key]}
    if changed:
        _write(charter, changed, {key: rows[key].deliverable.department.key for key in changed})
        _record(project, now, changed, actor)
    return charter


def _write(charter: Charter, letters: Chosen, owners: Mapping[str, str]) -> None:
    """What is as usual is not kept, and so follows a new owner."""
    kept = charter.responsibilities | letters
    charter.responsibilities = {key: given for key, given in kept.items() if key not in owners or given != usual(owners[key])}
    charter.save(update_fields=["responsibilities"])


def _record(project: Project, before: Chosen, after: Chosen, actor: User) -> None:
    """Of those that differ."""
    changed = [key for key in after if after[key] != before[key]]
    if changed:
        was, is_now = ({key: said[key] for key in changed} for said in (before, after))
        record("charter.responsibilities_set", project, actor=actor, before=was, after=is_now, count=len(changed))


def _require_right(rows: Mapping[str, Row], wanted: Chosen) -> None:
    known, errors = {each.key for each in functions()}, {}
    for key, given in wanted.items():
        words = wrong_letters(given) if key in rows and set(given) <= known else _t("There is no such deliverable or function.")
        if words:
            errors[key] = [words]
    if errors:
        raise BadInput(errors)


class ResponsibilityRows(Rows):
    """A row is right only as a whole. Each is kept at once, as the next change of it may be refused; one event tells of the request."""

    def __init__(self, bound: Bound, *, actor: User, reason: str) -> None:
        super().__init__(bound, actor=actor, reason=reason)
        self.before: dict[str, Mapping[str, str]] = {}
        self.after: dict[str, Mapping[str, str]] = {}

    @cached_property
    def charter(self) -> Charter:
        return _held(self.parent)

    def judge(self, row: Deliverable, changed: Collection[str]) -> None:
        """Of the deliverable itself nothing changes."""
        if words := wrong_letters(row.letters):
            raise BadInput(dict.fromkeys(changed, words))

    def change(self, row: Deliverable, changed: Collection[str]) -> Deliverable:
        self.before.setdefault(row.key, _given(letters_in(self.charter.responsibilities, row)))
        self.after[row.key] = _given(row.letters)
        _write(self.charter, {row.key: self.after[row.key]}, {row.key: row.department.key})
        self.recorded.add(row.pk)
        return row

    def done(self) -> None:
        _record(self.parent, self.before, self.after, self.actor)
