"""The one mechanism of all gates: what a gate is, how its criteria are judged, live and for many projects at once.

A slice declares its gate (`phases/<slice>/gate.py`) and registers it. `judge` asks each criterion once for all
projects, so that a list costs the queries of one. The page, the API and the refusal all read `Judged`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Prefetch, prefetch_related_objects
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _t

from audit.hashes import hash_of
from audit.refusals import Blocker
from projects.deliverable_findings import Order, Tailored, evidence_of, judge_deliverables
from projects.findings import Evidence, Finding, Findings
from projects.models import PHASES, Deliverable, GateWaiver, Phase, Tailoring

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from projects.models import GateCriterion, GateReview, Project


Judge = Callable[[Sequence["Project"]], Findings]
Judges = Callable[[Sequence["Project"]], Mapping[str, Findings]]


@dataclass(frozen=True)
class Criterion:
    """A named condition of a gate: a function of its own, one that it shares, or the keys of the deliverables that must be done.

    A change of its rule takes a new version. One that is not `waivable` is passed by nothing but its evidence: neither a waiver nor
    a condition stands in for it, and it always applies. `orders` say which of its deliverables must not be older than others. One that
    is not `renewable` has evidence that cannot be given again, so that no return asks for it. `judges` finds for several criteria of the
    gate what it reads together, by their keys.
    """

    key: str
    words: str | _StrPromise
    department: str
    judge: Judge | None = None
    judges: Judges | None = None
    version: int = 1
    deliverables: tuple[str, ...] = ()
    waivable: bool = True
    renewable: bool = True
    orders: tuple[Order, ...] = ()


@dataclass(frozen=True)
class Gate:
    """A gate closes `phase`; every role in `signers` signs its decision. `on_go` runs inside the deciding transaction."""

    key: str
    phase: str
    title: str | _StrPromise
    criteria: tuple[Criterion, ...]
    signers: tuple[str, ...]
    on_go: Callable[..., None] | None = None
    terminal: bool = True  # False: the review repeats and moves no phase (G5)


@dataclass(frozen=True)
class Judged:
    """A pinned criterion together with what was found now, and what stands in for evidence that is missing."""

    key: str
    version: int
    words: str
    department: str
    finding: Finding = field(default_factory=lambda: Finding(met=False))
    waivable: bool = True
    waiver: GateWaiver | None = None
    tailored: tuple[Tailoring, ...] = ()

    @property
    def waived(self) -> bool:
        """Quality assurance signed that all that is missing now may be missing."""
        missing = [blocker.key for blocker in self.finding.blockers]
        return not self.finding.met and self.waivable and self.waiver is not None and self.waiver.covers(missing)

    @property
    def passes(self) -> bool:
        """Whether it lets the gate open without a condition that stands for it."""
        return self.finding.met or self.waived or bool(self.tailored)

    @property
    def standing(self) -> str:
        """met, waived, not applicable or unmet: how pages and lists show it."""
        if self.tailored:
            return "not_applicable"
        if self.finding.met:
            return "met"
        return "waived" if self.waived else "unmet"


_gates: dict[str, Gate] = {}


def register_gate(gate: Gate) -> None:
    keys = [criterion.key for criterion in gate.criteria]
    if len(keys) != len(set(keys)):
        raise ValueError(f"Gate {gate.key} declares a criterion twice.")
    _gates[gate.phase] = gate


def gate_of(phase: str) -> Gate:
    """The gate that closes `phase`. Raises KeyError for a phase whose slice registered none."""
    return _gates[phase]


def all_gates() -> list[Gate]:
    return sorted(_gates.values(), key=lambda gate: gate.key)


def renewable(project: Project, phases: Iterable[str]) -> list[tuple[Gate, list[Criterion]]]:
    """By gate of the contracted phases: the criteria whose evidence a return may ask for again. What does not apply is none of them."""
    tailored, found = _tailored([project]), []
    for gate in (gate_of(phase) for phase in phases if project.in_scope(phase)):
        kept = [each for each in gate.criteria if each.renewable and not _not_applicable(project, each, tailored)]
        found.append((gate, kept))
    return found


def renewal_problem(project: Project, to_phase: str, keys: Iterable[str]) -> str:
    """What is wrong with the criteria whose evidence a return asks for again; empty when nothing is."""
    phases = PHASES[PHASES.index(Phase(to_phase)) : PHASES.index(Phase(project.phase)) + 1]
    known = {criterion.key for _gate, criteria in renewable(project, phases) for criterion in criteria}
    return "" if set(keys) <= known else _t("Choose criteria of the gates that are passed again, and whose evidence can be given again.")


def judge(projects: Iterable[Project], reviews: Mapping[int, GateReview]) -> dict[int, list[Judged]]:
    """Judge the current gate of each project live. `reviews` maps project id to its current review (criteria prefetched).

    The number of queries depends on the number of different gates among the projects, never on their count.
    """
    by_phase: dict[str, list[Project]] = {}
    for project in projects:
        if project.pk in reviews:
            by_phase.setdefault(reviews[project.pk].phase, []).append(project)
    answer: dict[int, list[Judged]] = {}
    waivers = _granted_waivers(reviews)
    for phase, group in by_phase.items():
        declared = {criterion.key: criterion for criterion in gate_of(phase).criteria}
        tailored = _tailored(group)
        found = _find(declared.values(), group, tailored)
        for project in group:
            answer[project.pk] = _judge_review(project, reviews[project.pk], declared, found, waivers, tailored)
    return answer


def _tailored(projects: Sequence[Project]) -> dict[tuple[int, str, str], Tailoring]:
    """What quality assurance approved as not applicable, by project, kind and key."""
    rows = Tailoring.objects.in_force().filter(project__in=projects)
    return {(row.project_id, row.kind, row.key): row for row in rows}


def _granted_waivers(reviews: Mapping[int, GateReview]) -> dict[tuple[int, str], GateWaiver]:
    """By review and criterion. A caller that has the waivers of its reviews already is asked for no second query."""
    rows = Prefetch("waivers", queryset=GateWaiver.objects.select_related("requested_by", "decided_by"))
    prefetch_related_objects(list(reviews.values()), rows)
    granted = GateWaiver.State.GRANTED
    return {(review.pk, row.criterion_key): row for review in reviews.values() for row in review.waivers.all() if row.state == granted}


def _find(criteria: Iterable[Criterion], projects: Sequence[Project], tailored: Tailored) -> dict[str, Findings]:
    """What each criterion says now; one query serves all criteria that are judged on deliverables, one answer those that share it."""
    criteria = list(criteria)
    shared = {judges: judges(projects) for judges in {each.judges for each in criteria} if judges}
    keys = {key for criterion in criteria for key in [*criterion.deliverables, *_keys_of(criterion.orders)]}
    rows = (
        Deliverable.objects.filter(project__in=projects, key__in=keys).select_related("department", "owner", "project__charter")
        if keys
        else ()
    )
    done = {(row.project_id, row.key): row for row in rows}
    return {
        criterion.key: criterion.judge(projects)
        if criterion.judge
        else shared[criterion.judges][criterion.key]
        if criterion.judges
        else judge_deliverables(projects, criterion.deliverables, done, tailored, criterion.orders)
        for criterion in criteria
    }


def _keys_of(orders: Iterable[Order]) -> list[str]:
    return [key for order in orders for key in (*order.earlier, order.later)]


def _judge_review(
    project: Project,
    review: GateReview,
    declared: Mapping[str, Criterion],
    found: Mapping[str, Findings],
    waivers: Mapping[tuple[int, str], GateWaiver],
    tailored: Tailored,
) -> list[Judged]:
    judged = []
    for pinned in review.criteria.all():
        criterion, out = declared.get(pinned.key), _not_applicable(project, declared.get(pinned.key), tailored)
        judgeable = criterion is not None and criterion.version == pinned.version
        if out:
            finding = Finding(met=False, evidence=tuple(evidence_of(row, project) for row in out))
        elif criterion is None or not judgeable:
            finding = Finding(met=False, blockers=(_outdated(project, pinned.words),))
        else:
            finding = _renewed(project, review, criterion, found[pinned.key].get(project.pk, Finding(met=False)))
        waivable = judgeable and criterion is not None and criterion.waivable
        waiver = waivers.get((review.pk, pinned.key))
        judged.append(Judged(pinned.key, pinned.version, pinned.words, pinned.department, finding, waivable, waiver, out))
    return judged


def _not_applicable(project: Project, criterion: Criterion | None, tailored: Tailored) -> tuple[Tailoring, ...]:
    """Why a criterion does not apply: it was taken out itself, or every deliverable that it is judged on."""
    if criterion is None or not criterion.waivable:
        return ()
    own = tailored.get((project.pk, Tailoring.Kind.CRITERION, criterion.key))
    rows = [tailored.get((project.pk, Tailoring.Kind.DELIVERABLE, key)) for key in criterion.deliverables]
    return (own,) if own else tuple(row for row in rows if row) if rows and all(rows) else ()


def _outdated(project: Project, words: str) -> Blocker:
    return Blocker(
        key="criterion.outdated",
        words=_t("“%(words)s” was pinned in a version that this release no longer judges; decide “hold” to open a new round.")
        % {"words": words},
        link=reverse("project-gate", args=[project.code]),
    )


def _renewed(project: Project, review: GateReview, criterion: Criterion, finding: Finding) -> Finding:
    """After a return, listed criteria need evidence newer than the return; one that cannot be renewed was listed by an earlier release."""
    if not finding.met or not criterion.renewable or criterion.key not in review.renew_criteria or review.evidence_after is None:
        return finding
    if finding.as_of is not None and finding.as_of > review.evidence_after:
        return finding
    blocker = Blocker(
        key="criterion.renew",
        words=_t("The evidence is older than the return of the project and must be renewed."),
        link=next((item.link for item in finding.evidence if item.link), reverse("project-gate", args=[project.code])),
    )
    return replace(finding, met=False, blockers=(blocker,))


def unmet(judged: Iterable[Judged], *, conditional: frozenset[str] = frozenset()) -> list[Blocker]:
    """Reasons of all criteria that hold the gate shut, in their order; one without words of its own gives its name.

    `conditional` are the keys of criteria that a proposed condition names; those that cannot be accepted unmet still hold.
    """
    reasons: list[Blocker] = []
    for item in judged:
        if not item.passes and not (item.waivable and item.key in conditional):
            reasons += item.finding.blockers or [Blocker(key=item.key, words=item.words, owner=item.department)]
    return reasons


def unset_conditions(judged: Iterable[Judged], words: Iterable[str] = ()) -> list[Blocker]:
    """Conditions that a passing decision must set and does not: `words` are those of its conditions."""
    given = [_plain(text) for text in words]
    return [
        Blocker(f"{item.key}.condition", _t("It must become a condition of the gate: %(words)s") % {"words": wanted}, owner=item.department)
        for item in judged
        for wanted in item.finding.conditions
        if not any(_plain(wanted) in text for text in given)
    ]


def _plain(text: str) -> str:
    """However it was broken into lines and capitalised."""
    return " ".join(text.split()).casefold()


@dataclass(frozen=True)
class Forecast:
    """When a gate can be decided: today or later, or the criteria that keep it from having a date and, in sentences, why."""

    on: date | None
    without_date: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        return _t("Not forecastable: %(reasons)s") % {"reasons": "; ".join(self.reasons)} if self.reasons else ""


def forecast(judged: Iterable[Judged], today: date) -> Forecast:
    """The latest expected date of the criteria that hold the gate shut; today where none does.

    A date that has passed is no forecast: what is overdue without a new date keeps the gate from having one.
    """
    waiting = [item for item in judged if not item.passes]
    without = [item for item in waiting if item.finding.expected is None or item.finding.expected < today]
    if without:
        return Forecast(None, tuple(item.words for item in without), tuple(_no_date(item) for item in without))
    return Forecast(max([today, *(item.finding.expected for item in waiting if item.finding.expected is not None)]))


def _no_date(item: Judged) -> str:
    if item.finding.expected is None:
        return _t("“%(words)s” has no date") % {"words": item.words}
    words = _t("“%(words)s” was due on %(day)s and has no new date")
    return words % {"words": item.words, "day": date_format(item.finding.expected, "j M Y")}


@dataclass(frozen=True)
class Difference:
    """One piece of evidence that is not what it was: how it read then and how it reads now; None where it was not, or is no more."""

    before: Evidence | None
    after: Evidence | None

    @property
    def values(self) -> list[tuple[str, str, str]]:
        """Name, value then and value now of the facts that changed; none where a decision of an earlier release kept no facts."""
        if self.before is None or self.after is None or not self.before.facts:
            return []
        then, now = self.before.facts, self.after.facts
        return [(name, then.get(name, ""), now.get(name, "")) for name in {**then, **now} if then.get(name, "") != now.get(name, "")]


def differences(before: Iterable[Evidence], after: Iterable[Evidence]) -> list[Difference]:
    """What changed between two sets of evidence: items at one address are one item, without address those of one label."""
    then, now = ({item.link or item.label: item for item in items} for items in (before, after))
    return [Difference(then.get(key), now.get(key)) for key in {**then, **now} if then.get(key) != now.get(key)]


def changed_criteria(review: GateReview, judged: Iterable[Judged]) -> list[GateCriterion]:
    """Criteria whose evidence is no longer what the decision froze; one that this release no longer judges cannot be compared."""
    live = {item.key: item for item in judged if all(blocker.key != "criterion.outdated" for blocker in item.finding.blockers)}
    rows = [row for row in review.criteria.all() if row.evidence_hash and row.key in live]
    return [row for row in rows if row.evidence_hash != live[row.key].finding.content_hash]


def evidence_hash(judged: Iterable[Judged]) -> str:
    """One hash over all findings, in their order: what the signers sign."""
    return hash_of({item.key: [item.version, item.finding.content_hash, *_accepted(item)] for item in judged})


def _accepted(item: Judged) -> list[str]:
    """What stands in for missing evidence belongs to what is signed."""
    return [f"waiver:{item.waiver.pk}"] if item.waived and item.waiver else []


def deliverable_criterion(
    key: str,
    words: str | _StrPromise,
    department: str,
    deliverables: Sequence[str],
    version: int = 1,
    *,
    waivable: bool = True,
    orders: tuple[Order, ...] = (),
) -> Criterion:
    """A criterion judged on deliverables: each done by its effective document or by confirmed referenced evidence."""
    return Criterion(key, words, department, version=version, deliverables=tuple(deliverables), waivable=waivable, orders=orders)
