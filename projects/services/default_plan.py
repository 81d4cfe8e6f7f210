"""Changing the default plan: what projects are planned with from then on. A drafted plan keeps the version it was made from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _t

from accounts.models import Department
from accounts.permissions import require_permission
from audit.events import record
from audit.refusals import BadInput, Blocker, Missing, Refused, missing_reason, require_none, require_reason
from projects.default_plan import (
    FACTS,
    KINDS,
    MILESTONES,
    Content,
    Difference,
    Found,
    all_milestones,
    content_now,
    declared,
    deliverable_blockers,
    differences,
    found,
    merged,
    milestone_blockers,
    newest,
)
from projects.models import PHASES, DefaultPlan, Phase
from projects.network import loop_through

if TYPE_CHECKING:
    from accounts.models import User

MOST_DAYS = 1000
OWN = "own-"  # before the keys of milestones that no release declares, so that a later one never meets them


@transaction.atomic
def change_default(
    kind: str, key: str, *, facts: Mapping[str, Any], reason: str, version: int, actor: User, place: int | None = None
) -> DefaultPlan:
    """Change what the plans to come say of a milestone or deliverable: `facts` as `FACTS` names them, `place` counted from 1.

    version: the number of the version that the form showed. Raises BadInput at the field, Refused when nothing differs.
    """

    def change(content: Content) -> str:
        here = _line(content, kind, key)
        _check(content, kind, here, facts, reason)
        here.line.update({name: facts[name] for name in FACTS[kind]})
        if place is not None:
            _move(here, place)
        return str(facts["title"])

    return _make(change, _t("%(title)s changed"), reason=reason, version=version, actor=actor)


@transaction.atomic
def add_default_milestone(phase: str, *, facts: Mapping[str, Any], reason: str, version: int, actor: User) -> DefaultPlan:
    """Plan one more milestone in a phase; it stands before the gate, and the project manager enters when it is achieved."""

    def change(content: Content) -> str:
        lines = content[Phase(phase)][MILESTONES]
        key = f"{OWN}{slugify(str(facts['title']))[:50]}"
        if found(content, MILESTONES, key):
            raise BadInput({"title": [_t("There is a milestone with this title.")]})
        line = {"key": key, "left_out": False, "own": True, **dict.fromkeys(FACTS[MILESTONES], "")}
        lines.insert(len(lines) - 1, line)
        _check(content, MILESTONES, Found(phase, lines, len(lines) - 2), facts, reason)
        line.update({name: facts[name] for name in FACTS[MILESTONES]})
        return str(facts["title"])

    return _make(change, _t("%(title)s added"), reason=reason, version=version, actor=actor)


@transaction.atomic
def leave_out_default(kind: str, key: str, *, reason: str, version: int, actor: User) -> DefaultPlan:
    """No plan to come has it. Refused with what needs it: a gate, a due date, what waits for it."""

    def change(content: Content) -> str:
        here = _line(content, kind, key)
        if here.line["left_out"]:
            raise Refused(Blocker("default.left_out", _t("It is left out already.")))
        require_none(milestone_blockers(content, key) if kind == MILESTONES else deliverable_blockers(content, key))
        here.line["left_out"] = True
        return str(here.line["title"])

    return _make(change, _t("%(title)s left out"), reason=reason, version=version, actor=actor)


@transaction.atomic
def put_back_default(kind: str, key: str, *, reason: str, version: int, actor: User) -> DefaultPlan:
    def change(content: Content) -> str:
        here = _line(content, kind, key)
        if not here.line["left_out"]:
            raise Refused(Blocker("default.planned", _t("It is in the default plan.")))
        here.line["left_out"] = False
        return str(here.line["title"])

    return _make(change, _t("%(title)s put back"), reason=reason, version=version, actor=actor)


@transaction.atomic
def merge_release(*, actor: User | None = None) -> list[str]:
    """The first version from the declarations, later ones with what a release added; the keys of that. By the command that prepares."""
    row = newest()
    if row is None:
        _store(0, declared(), {}, _t("As this release declares it"), _t("The first version."), actor)
        return []
    content, added = merged(row.content)
    if added:
        change = _t("Added by a release: %(keys)s") % {"keys": ", ".join(added)}
        _store(row.version, content, row.content, change[:500], _t("A release declares more than the version before."), actor)
    return added


def _make(change: Callable[[Content], str], words: str, *, reason: str, version: int, actor: User) -> DefaultPlan:
    """The next version with the change made. Two that change the same version: the second is told."""
    require_permission("projects.change_defaults", actor)
    number, before = content_now()
    if number != version:
        raise Refused(Blocker("default.changed", _t("The default plan has changed since you opened the page. Look again.")))
    content, _added = merged(before)
    title = change(content)
    require_reason(reason)
    if content == before:
        raise Refused(Blocker("default.unchanged", _t("Nothing differs from what the default plan says.")))
    if number == 0:
        number = _store(0, before, {}, _t("As this release declares it"), _t("The first version."), actor).version
    return _store(number, content, before, words % {"title": title}, reason.strip(), actor)


def _store(number: int, content: Content, before: Content, change: str, reason: str, actor: User | None) -> DefaultPlan:
    try:
        with transaction.atomic():
            row = DefaultPlan.objects.create(version=number + 1, content=content, change=change, reason=reason, made_by=actor)
    except IntegrityError as error:
        raise Refused(Blocker("default.changed", _t("Somebody else changed the default plan at this moment. Look again."))) from error
    rows = differences(before, content) if before else []
    told = {"before": _told(rows, "before"), "after": _told(rows, "after")} if rows else {}
    record("default_plan.changed", row, actor=actor, reason=reason, number=row.version, change=change, **told)
    return row


def _told(rows: list[Difference], side: str) -> dict[str, str]:
    return {f"{row.title}: {row.fact}": getattr(row, side) for row in rows}


def _line(content: Content, kind: str, key: str) -> Found:
    here = found(content, kind, key) if kind in FACTS else None
    if here is None:
        raise Missing(key)
    return here


def _check(content: Content, kind: str, here: Found, facts: Mapping[str, Any], reason: str) -> None:
    errors: dict[str, list[str]] = missing_reason(reason)
    if not str(facts["title"]).strip():
        errors["title"] = [_t("It needs a title.")]
    if not Department.objects.filter(key=facts["department"]).exists():
        errors["department"] = [_t("There is no such department.")]
    if kind == MILESTONES:
        errors |= _wrong_milestone(content, here, facts)
    if errors:
        raise BadInput(errors)


def _wrong_milestone(content: Content, here: Found, facts: Mapping[str, Any]) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    if facts["kind"] != here.line["kind"] and not {facts["kind"], here.line["kind"] or facts["kind"]} <= set(KINDS):
        errors["kind"] = [_t("A gate stays a gate; anything else is contract, internal or delivery.")]
    if not 0 <= facts["tolerance"] <= MOST_DAYS:
        errors["tolerance"] = [_t("Between 0 and %(most)d working days.") % {"most": MOST_DAYS}]
    if problem := _wrong_links(content, here, facts["after"]):
        errors["after"] = [problem]
    return errors


def _wrong_links(content: Content, here: Found, after: Mapping[str, int]) -> str:
    """What is wrong with what a milestone shall wait for; empty when nothing is."""
    known = {line["key"]: phase for phase in PHASES for line in content[phase][MILESTONES] if not line["left_out"]}
    own, place = here.line["key"], PHASES.index(Phase(here.phase))
    for key, lag in after.items():
        if key not in known or PHASES.index(Phase(known[key])) > place:
            return _t("It can wait for milestones of its own phase and of earlier ones only.")
        if not 0 <= lag <= MOST_DAYS:
            return _t("Between 0 and %(most)d working days.") % {"most": MOST_DAYS}
    others = [(ahead, line["key"]) for line in all_milestones(content) if line["key"] != own for ahead in line["after"]]
    if any(key == own or loop_through(others, key, own) for key in after):
        return _t("The milestones would wait for each other in a circle.")
    return "" if after or not here.line["after"] else _t("It has to wait for something; only the first milestone begins with the plan.")


def _move(here: Found, place: int) -> None:
    """Within its phase; the gate stays the last of the milestones."""
    gates = [line for line in here.lines if line.get("kind") == "gate"]
    last = len(here.lines) - len(gates)
    if here.line in gates and place != here.place + 1:
        raise BadInput({"place": [_t("The gate stays the last milestone of its phase.")]})
    if here.line not in gates and not 1 <= place <= last:
        raise BadInput({"place": [_t("Between 1 and %(last)d.") % {"last": last}]})
    here.lines.insert(place - 1, here.lines.pop(here.place))
