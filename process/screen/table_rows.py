"""The findings of a version as the rows of a table: computed each time, stored nowhere; what a person makes of one is written when both
the decision and its reason are there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.utils.translation import gettext as _t

from audit.events import record
from audit.refusals import BadInput, Words, missing_reason
from process.routes.building import steps_of
from process.routes.models import Route, RouteVersion
from process.screen.findings import Judged, findings_of, judged
from process.screen.models import Disposition
from process.screen.rules import Finding
from worksheets.rows import Rows

KEY_BYTES = 6  # as many as a number of JSON keeps whole


@dataclass
class FindingRow:
    """decision: of the finding as it is now; where the rule says something else than was decided on, it is to be decided anew."""

    pk: int
    judged: Judged
    about: str
    rule: str
    decision: str
    reason: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.about}"

    @property
    def is_emptied(self) -> bool:
        return not self.decision and not self.reason

    @property
    def is_turned(self) -> bool:
        """Whether it is decided otherwise than it was."""
        decided = self.judged.disposition
        return decided is not None and decided.decision != self.decision


def key_of(finding: Finding) -> int:
    """The same for the same rule and subject, in every version and for everybody."""
    return int.from_bytes(sha256(f"{finding.rule.key}\n{finding.subject}".encode()).digest()[:KEY_BYTES])


def row_of(found: Judged) -> FindingRow:
    decided = found.disposition
    return FindingRow(
        pk=key_of(found.finding),
        judged=found,
        about=found.finding.about,
        rule=str(found.finding.rule.title),
        decision=decided.decision if decided is not None and not found.changed else "",
        reason=decided.reason if decided is not None else "",
    )


def hold_route(version: RouteVersion) -> None:
    """A decision is one for all versions: who decides in another one waits, and then reads it. Locked before any version, as everywhere."""
    Route.objects.select_for_update(no_key=True).get(pk=version.route_id)


def rows_of(version: RouteVersion) -> list[FindingRow]:
    return rows_from(judged(version, findings_of(version, steps_of(version))))


def rows_from(found: Iterable[Judged]) -> list[FindingRow]:
    return [row_of(each) for each in found]


class FindingRows(Rows):
    """Each decision is recorded by itself: it stands in the history of its finding."""

    def new(self) -> Disposition:
        return Disposition()

    def faults(self, row: FindingRow, names: Collection[str], *, wrong: Collection[str]) -> dict[str, list[str]]:
        return {}

    def judge(self, row: FindingRow, changed: Collection[str]) -> None:
        row.reason = row.reason.strip()
        if row.is_emptied and row.judged.disposition is not None and row.judged.disposition.decided_by_id == self.actor.pk:
            return
        errors: dict[str, Words] = {name: words for name, (words,) in missing_reason(row.reason).items()}
        if not row.decision:
            errors["decision"] = _without_decision(row)
        elif "reason" not in changed and row.is_turned:
            errors["reason"] = _t("This is the reason of another decision: say why it is decided so now.")
        if errors:
            raise BadInput(errors)

    def change(self, row: FindingRow, changed: Collection[str]) -> FindingRow:
        decided = row.judged.disposition
        return self._withdraw(row, decided) if row.is_emptied and decided is not None else self._decide(row)

    def _withdraw(self, row: FindingRow, decided: Disposition) -> FindingRow:
        """What somebody decided and takes back: the way back of the table. Its history and the record keep both."""
        found = row.judged.finding
        record(
            "finding.withdrawn",
            decided,
            actor=self.actor,
            before={"decision": decided.decision, "reason": decided.reason},
            **self._told(found),
        )
        decided.delete()
        self.recorded.add(row.pk)
        row.judged = Judged(found, None)
        return row

    def _decide(self, row: FindingRow) -> FindingRow:
        route, found = self.parent.route, row.judged.finding
        values: dict[str, Any] = {"decision": row.decision, "reason": row.reason, "words": found.words, "decided_by": self.actor}
        of: Mapping[str, Any] = {"route": route, "rule": found.rule.key, "subject": found.subject}
        decided, _is_new = Disposition.objects.update_or_create(**of, defaults=values)
        after = {"decision": row.decision, "finding": found.words}
        record("finding.decided", decided, actor=self.actor, reason=row.reason, after=after, **self._told(found))
        self.recorded.add(row.pk)
        row.judged = Judged(found, decided)
        return row

    def _told(self, found: Finding) -> dict[str, str]:
        return {"route": self.parent.route.name, "title": f"{found.rule.title}, {found.about}", "link": self.parent.get_absolute_url()}


def _without_decision(row: FindingRow) -> str:
    if row.judged.disposition is not None and not row.judged.changed:
        return _t("What was decided stays in the record; decide anew in its place. Whoever decided it may take both back.")
    return _t("Choose what is to be made of it.")
