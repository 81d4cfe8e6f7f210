"""Importing a table: taken, rehearsed, shown, carried out: all rows or none.

The rehearsal enters every row through the services by which people enter them by hand, and takes it back: what it has against a row is
what they would say. Carrying out does the same and keeps it; where the record has changed meanwhile, it keeps nothing and says which rows.
The row of the import is the queue: a worker holds its lock while it works, so that a lost one frees it, and the sweep takes it up again.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO

from celery import current_app
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _t
from kombu.exceptions import OperationalError as BrokerError

from audit import context
from audit.events import record, scope_of
from audit.files import clean_name, open_file, store_file
from audit.refusals import BadInput, Blocker, NotAllowed, Refused, require_none, require_reason
from worksheets.columns import Column, in_words, plain
from worksheets.kinds import ImportKind, Writer, import_kind
from worksheets.models import MOST_TRIES, Import, ImportRow, hash_of_doubts
from worksheets.reading import Line, Sheet, UnknownHeadings, media_type_of

if TYPE_CHECKING:
    from accounts.models import User

logger = logging.getLogger(__name__)
AT_ONCE = 200  # rows; more are a worker's
RUN = "worksheets.tasks.run_import"
TOLD_EVERY = 20  # rows


@dataclass
class Finding:
    """What was found about a row."""

    number: int
    values: list[str]
    problems: list[dict[str, str]] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    label: str = ""
    link: str = ""
    is_written: bool = True
    reference: str = ""

    @property
    def standing(self) -> str:
        if self.problems:
            return ImportRow.Standing.WRONG
        return ImportRow.Standing.NEW if self.is_written else ImportRow.Standing.THERE


class _Changed(Exception):
    """The record is another than the one that was shown."""

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = findings


def take_import(key: str, content: BinaryIO, name: str, *, actor: User, scope: str = "", reason: str = "") -> Import:
    """Store and rehearse an uploaded table. The same content again is the same import: seen anew, or done already."""
    kind = import_kind(key)
    subject = kind.require(actor, scope)
    if kind.asks_reason:
        require_reason(reason)
    media_type = media_type_of(content, name)
    unknown: list[dict[str, str]] = []
    try:
        sheet = kind.read(subject, content, media_type)
    except UnknownHeadings as foreign:
        unknown = [{"cell": cell, "heading": heading} for cell, heading in foreign.headings]
        sheet = Sheet([], "")
    stored = store_file(content)
    client_id, project_id = scope_of(subject) if subject is not None else (None, None)
    project_id = subject.pk if subject is not None and kind.of_project else project_id
    about = {"client_id": client_id, "project_id": project_id}
    facts = {"name": clean_name(name), "media_type": media_type, "size_bytes": stored.size, "reason": reason.strip(), **about}
    with transaction.atomic():
        taken, _is_new = Import.objects.get_or_create(kind=key, scope=scope, sha256=stored.sha256, defaults=facts | {"uploaded_by": actor})
        free = _locked(taken.pk)
        if free is None or free.state == Import.State.IMPORTING or (free.state == Import.State.DONE and not kind.changes):
            return _shown_to(actor, free or taken)
        _set(
            free,
            **facts,
            unknown=unknown,
            mapping={},
            state=Import.State.CHECKED if unknown else Import.State.CHECKING,
            uploaded_by=actor,
            pressed_by=None,
            done_at=None,
            read_as=sheet.read_as,
            number_of_rows=len(sheet.lines),
            has_changed=False,
            failed=False,
            tries=0,
        )
        free.rows.all().delete()
    if not unknown:
        _begin(free)
    return Import.objects.get(pk=taken.pk)


def _shown_to(actor: User, there: Import) -> Import:
    """Raises BadInput for an import that is another person's alone."""
    if not Import.objects.visible_to(actor).filter(pk=there.pk).exists():
        raise BadInput({"file": [_t("%(name)s has imported this file already and can say what came of it.") % {"name": there.actor}]})
    return there


def assign_columns(pk: int, mapping: Mapping[str, str], *, actor: User) -> Import:
    """Say what the unknown headings of a file are, by heading the name of a column or "" to leave it out; then it is rehearsed.

    Raises BadInput on `file` where a needed column is still missing or one is named twice.
    """
    shown = Import.objects.visible_to(actor).get(pk=pk)
    kind = import_kind(shown.kind)
    subject = kind.require(actor, shown.scope)
    columns = kind.columns_for(subject)
    names = {column.name for column in columns}
    said = {plain(each["heading"]): mapping.get(each["heading"], "") for each in shown.unknown}
    said = {heading: name if name in names else "" for heading, name in said.items()}
    with open_file(shown.sha256) as content:
        sheet = kind.read(subject, content, shown.media_type, said)
    with transaction.atomic():
        free = _locked(pk)
        if free is None or free.state != Import.State.CHECKED:
            return free or shown
        facts = {"mapping": said, "read_as": sheet.read_as, "number_of_rows": len(sheet.lines), "unknown": []}
        _set(free, **facts, state=Import.State.CHECKING, uploaded_by=actor, has_changed=False, failed=False, tries=0)
    _begin(free)
    return Import.objects.get(pk=pk)


def press_import(pk: int, *, actor: User, looked_at: str = "") -> Import:
    """Carry out what the preview showed; pressed twice, it is done once. looked_at: the hash of the doubts that a person set aside."""
    with transaction.atomic():
        shown = Import.objects.visible_to(actor).get(pk=pk)
        import_kind(shown.kind).require(actor, shown.scope)
        pressed = _locked(pk) or shown
        if pressed.state in (Import.State.IMPORTING, Import.State.DONE):
            return pressed
        require_none(press_blockers(pressed))
        if pressed is shown:  # somebody else presses at this moment
            return shown
        doubts = hash_of_doubts(doubts_of(pressed))
        if doubts != hash_of_doubts([]) and looked_at != doubts:
            raise BadInput({"looked_at": [_t("Say that you have looked at the rows that resemble what is there.")]})
        _set(pressed, state=Import.State.IMPORTING, pressed_by=actor, tries=0, failed=False, has_changed=False)
    _begin(pressed)
    return Import.objects.get(pk=pk)


def _locked(pk: int) -> Import | None:
    """None while a worker has it: nobody waits the minutes that it may take."""
    return Import.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=pk).first()


def press_blockers(shown: Import) -> list[Blocker]:
    """Why nothing can be imported yet; the page shows the same."""
    if shown.state == Import.State.CHECKING:
        return [Blocker(key="import.checking", words=_t("The rows are still being checked."))]
    if shown.unknown:
        return [Blocker(key="import.headings", words=_t("Say first what the headings are that are not known."))]
    wrong = shown.rows.filter(standing=ImportRow.Standing.WRONG).count()
    if shown.failed:
        return [Blocker(key="import.failed", words=_t("The product could not check this file. Nothing was written."))]
    if wrong:
        words = _t("%(wrong)d of %(all)d rows are wrong; correct them in the file and upload it again. All rows come in, or none.")
        return [Blocker(key="import.wrong", words=words % {"wrong": wrong, "all": shown.number_of_rows})]
    if not shown.rows.filter(standing=ImportRow.Standing.NEW).exists():
        return [Blocker(key="import.nothing_new", words=_t("All of it is there already."))]
    return []


def doubts_of(shown: Import) -> list[tuple[int, list[str]]]:
    return list(shown.rows.exclude(doubts=[]).values_list("number", "doubts"))


def progress_of(shown: Import) -> int:
    """How many rows a worker has been through."""
    return int(cache.get(_progress_key(shown.pk)) or 0)


def run(pk: int) -> None:
    """Do what waits: rehearse or carry out. Returns at once when somebody else is at it or nothing waits."""
    waiting = _claim(pk)
    if waiting is None:
        return
    with _in_the_name_of(waiting):
        try:
            _rehearse(pk) if waiting.state == Import.State.CHECKING else _carry_out(pk)
        except Exception:
            logger.exception("Import %s failed.", pk)
            raise
        finally:
            cache.delete(_progress_key(pk))


def sweep() -> int:
    """Ring again for every import that waits: a worker that has one holds its lock, so that another ring changes nothing."""
    waiting = list(Import.objects.unfinished().values_list("pk", flat=True))
    for pk in waiting:
        _ring(pk)
    return len(waiting)


def _begin(begun: Import) -> None:
    if begun.number_of_rows <= AT_ONCE:
        run(begun.pk)
    else:
        _ring(begun.pk)


def _ring(pk: int) -> None:
    try:
        current_app.signature(RUN, [pk]).delay()
    except (BrokerError, OSError) as failure:
        logger.warning("Import %s could not be rung for (%s); the sweep will do it.", pk, failure)


@transaction.atomic
def _claim(pk: int) -> Import | None:
    """Count the try before it is made: what ends every worker that touches it must not go on for ever."""
    claimed = Import.objects.unfinished().select_for_update(skip_locked=True, of=("self",)).filter(pk=pk).first()
    if claimed is None:
        return None
    if claimed.tries >= MOST_TRIES:
        _set(claimed, state=Import.State.CHECKED, failed=True)
        return None
    _set(claimed, tries=claimed.tries + 1)
    return claimed


def _in_the_name_of(waiting: Import) -> Any:
    """A worker acts for the person who pressed; a page does so by itself."""
    if context.current().actor is not None:
        return nullcontext()
    return context.acting(actor=waiting.actor, channel=context.Channel.WORKER)


@contextmanager
def _held(pk: int, state: str) -> Iterator[Import | None]:
    """The import, locked as long as the work on it lasts; None when somebody else has it or it is through."""
    with transaction.atomic():
        yield Import.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=pk, state=state).first()


def _rehearse(pk: int) -> None:
    with _held(pk, Import.State.CHECKING) as held:
        if held is None:
            return
        point = transaction.savepoint()
        findings = _enter_all(held, is_rehearsal=True)
        transaction.savepoint_rollback(point)
        _keep(held, findings)
        _set(held, state=Import.State.CHECKED)


def _carry_out(pk: int) -> None:
    try:
        with _held(pk, Import.State.IMPORTING) as held:
            if held is None:
                return
            shown = dict(doubts_of(held))
            findings = _enter_all(held, is_rehearsal=False)
            if any(each.problems or set(each.doubts) - set(shown.get(each.number, [])) for each in findings):
                raise _Changed(findings)
            _keep(held, findings)
            _set(held, state=Import.State.DONE, done_at=timezone.now())
            made = sum(each.standing == ImportRow.Standing.NEW for each in findings)
            record(
                "import.done",
                held,
                actor=held.actor,
                reason=held.reason,
                rows=made,
                what=str(import_kind(held.kind).sheet),
                sha256=held.sha256,
                file=held.name,
                link=held.get_absolute_url(),
            )
    except _Changed as changed:
        with _held(pk, Import.State.IMPORTING) as held:
            if held is not None:
                _keep(held, changed.findings)
                _set(held, state=Import.State.CHECKED, has_changed=True)


def _enter_all(held: Import, *, is_rehearsal: bool) -> list[Finding]:
    kind = import_kind(held.kind)
    try:
        subject = kind.require(held.actor, held.scope)
        writer = kind.writer(held.actor, subject, held.reason)
    except (NotAllowed, Refused) as refusal:  # a right that ended between pressing and a late worker, or a table that was closed
        return [Finding(0, [], [_problem("", "", str(refusal))])]
    columns = kind.columns_for(subject)
    with open_file(held.sha256) as content:
        sheet = kind.read(subject, content, held.media_type, held.mapping)
    findings = []
    left = {column.name for column in columns} - sheet.names if kind.changes else set()
    for place, line in enumerate(sheet.lines, 1):
        findings.append(_enter(writer, kind, columns, line, left=left, take_back=is_rehearsal and kind.stands_alone))
        if place % TOLD_EVERY == 0:
            cache.set(_progress_key(held.pk), place, 600)
    if not is_rehearsal:
        kind.finish(writer)
    return findings


def _enter(writer: Writer, kind: ImportKind, columns: tuple[Column, ...], line: Line, *, left: Collection[str], take_back: bool) -> Finding:
    """One row: read, judged, entered, without the columns that are left. Every fault of every cell at once."""
    values, shown, problems = _read(columns, line)
    values = {name: value for name, value in values.items() if name not in left}
    faults = writer.faults(values)
    finding = Finding(line.number, shown, problems + _problems(columns, line, faults))
    if finding.problems:
        return finding
    if line.is_hidden:
        finding.doubts.append(_t("The row is hidden in the file."))
    finding.doubts += writer.doubts(values)
    try:
        with transaction.atomic():
            point = transaction.savepoint()
            entered = writer.enter(values)
            if take_back:
                transaction.savepoint_rollback(point)
    except BadInput as bad:
        finding.problems += _problems(columns, line, bad.errors)
    except (Refused, NotAllowed) as refusal:
        finding.problems.append(_problem("", "", str(refusal)))
    else:
        finding.label, finding.link, finding.is_written = entered.label, entered.link, entered.is_written
        finding.reference = entered.reference
        finding.doubts = finding.doubts if entered.is_written else []
    return finding


def _read(columns: tuple[Column, ...], line: Line) -> tuple[dict[str, Any], list[str], list[dict[str, str]]]:
    values: dict[str, Any] = {}
    shown: list[str] = []
    problems = [_problem(address, "", _t("There is no heading above this value.")) for address in line.stray]
    for column in columns:
        cell = line.cells.get(column.name)
        try:
            values[column.name] = column.read(cell) if cell else column.field.clean(None)
            shown.append(_understood(column, values[column.name]) if cell else "")
        except ValidationError as fault:
            problems += [_problem(cell.address if cell else "", str(column.heading), words) for words in fault.messages]
            shown.append(cell.shown if cell else "")
    return values, shown, problems


def _understood(column: Column, value: Any) -> str:
    """A choice in its words, everything else as it was read."""
    labels = {key: str(label) for key, label in getattr(column.field, "choices", ())}
    if isinstance(value, list):
        return in_words([labels.get(each, each) for each in value])
    return labels.get(value, in_words(value)) if isinstance(value, str) else in_words(value)


def _problems(columns: tuple[Column, ...], line: Line, errors: dict[str, list[str]]) -> list[dict[str, str]]:
    headings = {column.name: str(column.heading) for column in columns}
    found = []
    for name, messages in errors.items():
        cell = line.cells.get(name)
        found += [_problem(cell.address if cell else "", headings.get(name, ""), words) for words in messages]
    return found


def _problem(address: str, heading: str, words: str) -> dict[str, str]:
    return {"cell": address, "heading": heading, "words": words}


def _keep(held: Import, findings: list[Finding]) -> None:
    """The findings in place of the former ones."""
    held.rows.all().delete()
    names = ("number", "values", "problems", "doubts", "label", "link", "reference", "standing")
    kept = (ImportRow(of=held, **{name: getattr(each, name) for name in names}) for each in findings)
    ImportRow.objects.bulk_create(kept, batch_size=500)


def _set(held: Import, **values: Any) -> None:
    for name, value in values.items():
        setattr(held, name, value)
    held.save(update_fields=list(values))


def _progress_key(pk: int) -> str:
    return f"import-progress:{pk}"
