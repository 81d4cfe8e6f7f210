"""The default plan as data: from the declarations of the phases to a version's content, and back to what a charter copies.

Titles, owners, lead times, order and what is left out are data. What proves a deliverable, what feeds a milestone and what a gate
judges stay declared: a version names them by key and cannot take them out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.utils import translation
from django.utils.translation import gettext as _t

from audit.refusals import Blocker
from projects.gates import gate_of
from projects.models import PHASES, DefaultPlan, Milestone
from projects.plans import PhasePlan, PlannedDeliverable, PlannedMilestone, phase_plan

if TYPE_CHECKING:
    from projects.models import Charter

Content = dict[str, dict[str, list[dict[str, Any]]]]
MILESTONES, DELIVERABLES = "milestones", "deliverables"
KINDS = (Milestone.Kind.CONTRACT, Milestone.Kind.INTERNAL, Milestone.Kind.DELIVERY)
FACTS = {
    MILESTONES: ("title", "kind", "department", "after", "tolerance", "shared"),
    DELIVERABLES: ("title", "department"),
}


@dataclass(frozen=True)
class Found:
    """One line of a content: in which phase, among which lines, at which place."""

    phase: str
    lines: list[dict[str, Any]]
    place: int

    @property
    def line(self) -> dict[str, Any]:
        return self.lines[self.place]


def declared() -> Content:
    """What this release declares."""
    with translation.override("en"):
        return {
            phase.value: {
                MILESTONES: [_milestone_line(item) for item in phase_plan(phase).milestones],
                DELIVERABLES: [_deliverable_line(item) for item in phase_plan(phase).deliverables],
            }
            for phase in PHASES
        }


def _milestone_line(item: PlannedMilestone) -> dict[str, Any]:
    facts = {name: getattr(item, name) for name in ("key", "kind", "department", "tolerance", "shared")}
    return facts | {"title": str(item.title), "after": dict(item.after), "left_out": False, "own": False}


def _deliverable_line(item: PlannedDeliverable) -> dict[str, Any]:
    return {"key": item.key, "title": str(item.title), "department": item.department, "left_out": False}


def newest() -> DefaultPlan | None:
    return DefaultPlan.objects.order_by("-version").first()


def content_now() -> tuple[int, Content]:
    """The number of the newest version and what it says with what this release added; 0 and the declarations where there is none."""
    row = newest()
    return (row.version, merged(row.content)[0]) if row else (0, declared())


def merged(content: Content) -> tuple[Content, list[str]]:
    """The content with what this release declares beside it, each at the place where the release has it; and the keys of that."""
    result: Content = {phase: {kind: [dict(line) for line in lines] for kind, lines in kinds.items()} for phase, kinds in content.items()}
    added = []
    for phase, kinds in declared().items():
        for kind, lines in kinds.items():
            there = result.setdefault(phase, {}).setdefault(kind, [])
            known = {line["key"] for line in there}
            for place, line in enumerate(lines):
                if line["key"] not in known:
                    there.insert(min(place, len(there)), line)
                    added.append(line["key"])
    return result, added


def plan_of_version(phase: str, row: DefaultPlan | None) -> PhasePlan:
    """What a charter copies: the declarations, with what the version says of each. Without a version, the declarations."""
    plan = phase_plan(phase)
    if row is None:
        return plan
    lines = merged(row.content)[0][phase]
    return replace(plan, milestones=tuple(_milestones(plan, lines)), deliverables=tuple(_deliverables(plan, lines)))


def _milestones(plan: PhasePlan, lines: Mapping[str, list[dict[str, Any]]]) -> Iterator[PlannedMilestone]:
    known = {item.key: item for item in plan.milestones}
    for line in lines[MILESTONES]:
        item = known.get(line["key"])
        if line["left_out"] or (item is None and not line["own"]):  # a later release may no longer know a key
            continue
        facts = {name: line[name] for name in FACTS[MILESTONES] if name != "title"} | {"title": _title(item, line)}
        yield replace(item, **facts) if item else PlannedMilestone(key=line["key"], **facts)


def _deliverables(plan: PhasePlan, lines: Mapping[str, list[dict[str, Any]]]) -> Iterator[PlannedDeliverable]:
    known = {item.key: item for item in plan.deliverables}
    for line in lines[DELIVERABLES]:
        item = known.get(line["key"])
        if item is not None and not line["left_out"]:
            yield replace(item, title=_title(item, line), department=line["department"])


def _title(item: PlannedMilestone | PlannedDeliverable | None, line: Mapping[str, Any]) -> Any:
    """As declared, and so in the reader's language, unless somebody wrote another one."""
    if item is None:
        return line["title"]
    with translation.override("en"):
        same = str(item.title) == line["title"]
    return item.title if same else line["title"]


def version_of(charter: Charter | None) -> DefaultPlan | None:
    """The version that a charter was drafted with; the newest for one that is not drafted yet."""
    return charter.default_plan if charter is not None and charter.pk else newest()


def found(content: Content, kind: str, key: str) -> Found | None:
    for phase, kinds in content.items():
        for place, line in enumerate(kinds.get(kind, [])):
            if line["key"] == key:
                return Found(phase, kinds[kind], place)
    return None


def all_milestones(content: Content) -> list[dict[str, Any]]:
    """Those that are planned, in the plan's order."""
    return [line for phase in PHASES for line in content[phase][MILESTONES] if not line["left_out"]]


def milestone_blockers(content: Content, key: str) -> list[Blocker]:
    """Why a milestone cannot be left out of the plans to come."""
    here = found(content, MILESTONES, key)
    if here is None:
        return []
    if here.line["kind"] in (Milestone.Kind.GATE, Milestone.Kind.FILING):
        return [Blocker("default.gate", _t("The gate closes the phase: every plan has its milestone."))]
    plan = phase_plan(here.phase)
    left_out = {line["key"] for line in content[here.phase][DELIVERABLES] if line["left_out"]}
    rests = [str(item.title) for item in plan.deliverables if item.milestone == key and item.key not in left_out]
    words = [_t("“%(title)s” falls due with it.") % {"title": title} for title in rests]
    words += [_t("“%(title)s” waits for it.") % {"title": line["title"]} for line in all_milestones(content) if key in line["after"]]
    tasks = [task for phase in PHASES for task in phase_plan(phase).tasks if key in (task.milestone, task.after)]
    words += [_t("The task “%(title)s” belongs to it.") % {"title": task.title} for task in tasks]
    return [Blocker("default.needed", text) for text in words]


def deliverable_blockers(content: Content, key: str) -> list[Blocker]:
    """Why a deliverable cannot be left out of the plans to come."""
    here = found(content, DELIVERABLES, key)
    if here is None:
        return []
    gate = gate_of(here.phase)
    words = [
        _t("%(gate)s judges it: %(criterion)s.") % {"gate": gate.key, "criterion": criterion.words}
        for criterion in gate.criteria
        if key in (*criterion.deliverables, *(each for order in criterion.orders for each in (*order.earlier, order.later)))
    ]
    for phase in PHASES:
        for item in phase_plan(phase).deliverables:
            if item.key == key and (item.step or item.approves_scope or item.on_done):
                words.append(_t("A step of the project begins or ends with its record."))
            elif key in item.starts_after:
                words.append(_t("“%(title)s” may only begin after it.") % {"title": item.title})
    return [Blocker("default.needed", text) for text in dict.fromkeys(words)]


@dataclass(frozen=True)
class Difference:
    """One fact of one line that a version changed."""

    title: str
    fact: str
    before: str
    after: str


def differences(before: Content, after: Content) -> list[Difference]:
    """What one version changed against another, line by line."""
    rows: list[Difference] = []
    titles = {line["key"]: line["title"] for content in (before, after) for phase in content for line in content[phase][MILESTONES]}
    for phase, kinds in after.items():
        for kind, lines in kinds.items():
            then = {line["key"]: line for line in before.get(phase, {}).get(kind, [])}
            rows += [row for line in lines for row in _changes(then.get(line["key"]), line, kind, titles)]
            order = [line["key"] for line in lines if line["key"] in then]
            if order != [key for key in then if key in order]:
                own = {line["key"]: line["title"] for line in lines}
                names = [" → ".join(own[key] for key in keys) for keys in ([key for key in then if key in order], order)]
                rows.append(Difference(_t("Order"), _t("order"), *names))
    return rows


def _changes(before: dict[str, Any] | None, after: dict[str, Any], kind: str, titles: Mapping[str, str]) -> Iterator[Difference]:
    if before is None:
        yield Difference(after["title"], _t("planned"), _t("no"), _t("yes"))
        return
    words = fact_words()
    for name in (*FACTS[kind], "left_out"):
        if before[name] != after[name]:
            yield Difference(after["title"], words[name], *(_said(line[name], titles) for line in (before, after)))


def fact_words() -> dict[str, str]:
    return {
        "title": _t("title"),
        "kind": _t("kind"),
        "department": _t("owner"),
        "after": _t("waits for"),
        "tolerance": _t("tolerance (working days)"),
        "shared": _t("the client sees it"),
        "left_out": _t("left out"),
    }


def _said(value: Any, titles: Mapping[str, str]) -> str:
    if isinstance(value, bool):
        return _t("yes") if value else _t("no")
    if isinstance(value, dict):
        return ", ".join(f"{titles.get(key, key)} + {lag}" for key, lag in value.items()) or "–"
    return str(value)
