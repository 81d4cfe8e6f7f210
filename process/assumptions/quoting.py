"""What is open goes into the texts that are agreed with the client: the quotation, and the charter. Each line once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from accounts.permissions import require_permission
from audit.acts import act
from audit.events import record
from audit.refusals import Blocker, require_none
from process.assumptions.ledger import line_of
from process.assumptions.models import UNSETTLED, Assumption
from process.costs.quoting import no_draft
from projects.models import Charter, Quotation
from projects.price_sources import Doubt, doubt_prices_by, take_assumptions_by
from projects.services.charter import charter_blockers, charter_values, draft_charter
from projects.services.commercial import change_in_draft, draft_of
from projects.services.locking import locked, not_active
from projects.services.quotation_parts import LONGEST

if TYPE_CHECKING:
    from accounts.models import User
    from projects.models import Project

MOST = LONGEST["assumptions"]
MARK = re.compile(r"\s*(?:•\s*|[-–*]\s+|\d{1,3}[.)]\s+)?")  # a dash before a number is its minus


@act
def into_quotation(code: str, *, actor: User) -> Quotation:
    """At the end of the assumptions of the draft, or in place of what it took over before; what is over goes. Raises Refused without a
    draft, or where all stand there.
    """
    project = locked(code, actor)
    require_permission("process.keep_assumptions", actor, project)
    row = draft_of(project)
    require_none(quotation_blockers(project, row))
    assert row is not None  # noqa: S101 - refused without it
    now, over = _now_and_over(project)
    return _take(row, now, _still_in(row.assumptions, now, over), actor)


def flow_into(draft: Quotation, actor: User) -> Quotation:
    """What nobody has decided about comes by itself: a row that never stood in a quotation, and what the ledger says anew of one whose line
    still stands as it was taken over. So goes the line of one that is over. What somebody took out or wrote otherwise stays so.
    """
    now, over = _now_and_over(draft.project)
    there = _bare_lines(draft.assumptions)
    rows = [row for row in now if not row.quoted or _bare(row.quoted) in there]
    return _take(draft, rows, _still_in(draft.assumptions, now, over), actor)


def doubts_of(quotation: Quotation) -> list[Doubt]:
    """One query."""
    text, (now, over) = quotation.assumptions, _now_and_over(quotation.project)
    left, still = len(_missing(text, now)), len({_bare(row.quoted) for row in _still_in(text, now, over)})
    absent = ngettext(
        "%(count)d open assumption of the ledger is not in its text, or is worded otherwise there.",
        "%(count)d open assumptions of the ledger are not in its text, or are worded otherwise there.",
        left,
    )
    present = ngettext(
        "%(count)d assumption in its text is settled in the ledger by now, or not for the client any more.",
        "%(count)d assumptions in its text are settled in the ledger by now, or not for the client any more.",
        still,
    )
    link = f"{reverse('project-assumptions', args=[quotation.project.code])}#quote-title"
    return [Doubt(words % {"count": count}, link) for words, count in ((absent, left), (present, still)) if count]


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
    text, (now, over) = row.assumptions, _now_and_over(project)
    still = _still_in(text, now, over)
    if still or _written(text, now, still).added:
        return []
    if _missing(text, now):
        words = _t("There is no room for it: the assumptions of a quotation have %(count)d characters at most.") % {"count": MOST}
        return [Blocker("assumptions.no_room", words, reverse("quotation-edit", args=[project.code, row.revision]))]
    words = _t("Every open assumption that the client reads stands in the quotation.")
    return [Blocker("assumptions.quoted", words, row.get_absolute_url())]


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
    return _missing(text, _now_and_over(project)[0])


def with_lines(text: str, added: list[str]) -> str:
    return "\n".join(part for part in (text.rstrip(), *added) if part)


def _now_and_over(project: Project) -> tuple[list[Assumption], list[Assumption]]:
    """The open rows that the client reads; and those whose line came into a quotation while they were, and that are settled since or ours
    alone.
    """
    rows = list(Assumption.objects.filter(UNSETTLED & Q(for_client=True) | ~Q(quoted=""), project=project))
    now = [row for row in rows if row.is_open and row.for_client]
    return now, [row for row in rows if row not in now]


def _missing(text: str, now: list[Assumption]) -> list[str]:
    there = _bare_lines(text)
    return [line for line in dict.fromkeys(map(line_of, now)) if _bare(line) not in there]


def _still_in(text: str, now: list[Assumption], over: list[Assumption]) -> list[Assumption]:
    """Of those that are over the ones whose line stands there as it was taken over, and as that of no other."""
    there = _bare_lines(text) - {_bare(line) for row in now for line in (line_of(row), row.quoted)}
    return [row for row in over if _bare(row.quoted) in there]


def _take(draft: Quotation, rows: list[Assumption], over: list[Assumption], actor: User) -> Quotation:
    """Into the draft, and out of it what is over; and remember of each row how it stands there."""
    gone = list(dict.fromkeys(row.quoted for row in over))
    written = _written(draft.assumptions, rows, over)
    anew = [row for row in written.rows if row.quoted != line_of(row)]
    for row in anew:
        row.quoted = line_of(row)
    for row in over:
        row.quoted = ""  # nobody took it out: open again, it comes again
    Assumption.objects.bulk_update([*anew, *over], ["quoted"])
    if not written.added and not gone:
        return draft
    changed = change_in_draft(draft, assumptions=written.text, actor=actor)
    if gone:
        said = {"code": draft.project.code, "label": draft.label, "link": draft.get_absolute_url()}
        record("assumptions.unquoted", draft.project, actor=actor, before={"assumptions": gone}, **said)
    if written.added:
        _record(draft.project, draft.label, draft.get_absolute_url(), written.added, actor)
    return changed


@dataclass(frozen=True)
class _Written:
    """rows: those that stand in the text; there is room for no other. added: the lines that are new in it."""

    text: str
    rows: list[Assumption]
    added: list[str]


def _written(text: str, rows: list[Assumption], over: list[Assumption]) -> _Written:
    """The text without what is over and with the line of each row. What stands there keeps its place and its number."""
    gone = {_bare(row.quoted) for row in over}
    lines = [line for line in text.rstrip().splitlines() if _bare(line) not in gone]
    standing, added = [], []
    for row in rows:
        if _bare(line_of(row)) not in map(_bare, lines):
            wanted = _with(lines, row)
            if len("\r\n".join(wanted)) > MOST:  # as a browser sends it
                continue
            lines = wanted
            added.append(line_of(row))
        standing.append(row)
    return _Written("\n".join(lines), standing, added)


def _with(lines: list[str], row: Assumption) -> list[str]:
    """In place of the line by which it stands there, else behind them."""
    there = [_bare(each) for each in lines]
    if not row.quoted or _bare(row.quoted) not in there:
        return [*lines, line_of(row)]
    place = there.index(_bare(row.quoted))
    line = _mark(lines[place]).removesuffix(_mark(row.quoted)) + line_of(row)
    return [*lines[:place], line, *lines[place + 1 :]]


def _bare_lines(text: str) -> set[str]:
    return {_bare(line) for line in text.splitlines()}


def _bare(line: str) -> str:
    """Without what a list puts before it, and its full stop."""
    return line[len(_mark(line)) :].rstrip(" .。")


def _mark(line: str) -> str:
    """The number or the dash before a line, with its spaces."""
    found = MARK.match(line)
    return found[0] if found else ""


def _record(project: Project, label: str, link: str, added: list[str], actor: User) -> None:
    said = {"code": project.code, "label": label, "link": link}
    record("assumptions.quoted", project, actor=actor, after={"assumptions": added}, **said)


def register() -> None:
    take_assumptions_by(flow_into)
    doubt_prices_by(doubts_of)
