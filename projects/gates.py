"""The one mechanism of all gates: what a gate is, how its criteria are judged, live and for many projects at once.

A slice declares its gate (`phases/<slice>/gate.py`) and registers it. `judge` asks each criterion once for all
projects, so that a list costs the queries of one. The page, the API and the refusal all read `Judged`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch, prefetch_related_objects
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _t

from audit.hashes import hash_of
from audit.refusals import Blocker
from projects.models import Deliverable, GateWaiver
from projects.plans import planned_title

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from projects.models import GateCriterion, GateReview, Project


@dataclass(frozen=True)
class Evidence:
    """What a criterion rests on: words, address, content hash, and since when it stands."""

    label: str
    link: str = ""
    content_hash: str = ""
    as_of: datetime | None = None

    def as_dict(self) -> dict[str, Any]:
        return {"label": self.label, "link": self.link, "hash": self.content_hash, "as_of": self.as_of.isoformat() if self.as_of else None}


@dataclass(frozen=True)
class Finding:
    """The state of one criterion for one project."""

    met: bool
    evidence: tuple[Evidence, ...] = ()
    blockers: tuple[Blocker, ...] = ()
    expected: date | None = None

    @property
    def as_of(self) -> datetime | None:
        """The age of a finding is that of its newest evidence."""
        return max((e.as_of for e in self.evidence if e.as_of), default=None)

    @property
    def content_hash(self) -> str:
        """SHA-256 over what was found; frozen at the decision and compared later."""
        return hash_of({"met": self.met, "evidence": [e.as_dict() for e in self.evidence]})


Findings = Mapping[int, Finding]
Judge = Callable[[Sequence["Project"]], Findings]


@dataclass(frozen=True)
class Criterion:
    """A named condition of a gate: a function of its own, or the keys of the deliverables that must be done.

    A change of its rule takes a new version. One that is not `waivable` is passed by nothing but its evidence: neither a waiver nor
    a condition stands in for it.
    """

    key: str
    words: str | _StrPromise
    department: str
    judge: Judge | None = None
    version: int = 1
    deliverables: tuple[str, ...] = ()
    waivable: bool = True


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

    @property
    def waived(self) -> bool:
        """Quality assurance signed that all that is missing now may be missing."""
        missing = [blocker.key for blocker in self.finding.blockers]
        return not self.finding.met and self.waivable and self.waiver is not None and self.waiver.covers(missing)

    @property
    def passes(self) -> bool:
        """Whether it lets the gate open without a condition."""
        return self.finding.met or self.waived

    @property
    def standing(self) -> str:
        """met, waived or unmet: how pages and lists show it."""
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
        found = _find(declared.values(), group)
        for project in group:
            answer[project.pk] = _judge_review(project, reviews[project.pk], declared, found, waivers)
    return answer


def _granted_waivers(reviews: Mapping[int, GateReview]) -> dict[tuple[int, str], GateWaiver]:
    """By review and criterion. A caller that has the waivers of its reviews already is asked for no second query."""
    rows = Prefetch("waivers", queryset=GateWaiver.objects.select_related("requested_by", "decided_by"))
    prefetch_related_objects(list(reviews.values()), rows)
    granted = GateWaiver.State.GRANTED
    return {(review.pk, row.criterion_key): row for review in reviews.values() for row in review.waivers.all() if row.state == granted}


def _find(criteria: Iterable[Criterion], projects: Sequence[Project]) -> dict[str, Findings]:
    """What each criterion says now; one query serves all criteria that are judged on deliverables."""
    keys = {key for criterion in criteria for key in criterion.deliverables}
    rows = Deliverable.objects.filter(project__in=projects, key__in=keys).select_related("department", "owner") if keys else ()
    done = {(row.project_id, row.key): row for row in rows}
    return {
        criterion.key: criterion.judge(projects) if criterion.judge else _judge_deliverables(projects, criterion.deliverables, done)
        for criterion in criteria
    }


def _judge_review(
    project: Project,
    review: GateReview,
    declared: Mapping[str, Criterion],
    found: Mapping[str, Findings],
    waivers: Mapping[tuple[int, str], GateWaiver],
) -> list[Judged]:
    judged = []
    for pinned in review.criteria.all():
        criterion = declared.get(pinned.key)
        judgeable = criterion is not None and criterion.version == pinned.version
        if not judgeable:
            finding = Finding(met=False, blockers=(_outdated(project, pinned.words),))
        else:
            finding = _renewed(project, review, pinned.key, found[pinned.key].get(project.pk, Finding(met=False)))
        waivable = judgeable and criterion is not None and criterion.waivable
        waiver = waivers.get((review.pk, pinned.key))
        judged.append(Judged(pinned.key, pinned.version, pinned.words, pinned.department, finding, waivable, waiver))
    return judged


def _outdated(project: Project, words: str) -> Blocker:
    return Blocker(
        key="criterion.outdated",
        words=_t("“%(words)s” was pinned in a version that this release no longer judges; decide “hold” to open a new round.")
        % {"words": words},
        link=reverse("project-gate", args=[project.code]),
    )


def _renewed(project: Project, review: GateReview, key: str, finding: Finding) -> Finding:
    """After a return, listed criteria need evidence newer than the return."""
    if not finding.met or key not in review.renew_criteria or review.evidence_after is None:
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


@dataclass(frozen=True)
class Forecast:
    """When a gate can be decided: today or later, or the criteria that keep it from having a date."""

    on: date | None
    without_date: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        if not self.without_date:
            return ""
        return _t("Not forecastable: %(criterion)s has no date") % {"criterion": "; ".join(f"“{words}”" for words in self.without_date)}


def forecast(judged: Iterable[Judged], today: date) -> Forecast:
    """The latest expected date of the criteria that hold the gate shut; today where none does or their dates have passed."""
    waiting = [item for item in judged if not item.passes]
    without = tuple(item.words for item in waiting if item.finding.expected is None)
    days = [item.finding.expected for item in waiting if item.finding.expected is not None]
    return Forecast(None, without) if without else Forecast(max([today, *days]))


@dataclass(frozen=True)
class Difference:
    """One piece of evidence that is not what it was: how it read then and how it reads now; None where it was not, or is no more."""

    before: Evidence | None
    after: Evidence | None


def differences(before: Iterable[Evidence], after: Iterable[Evidence]) -> list[Difference]:
    """What changed between two sets of evidence: items at one address are one item, without address those of one label."""
    then, now = ({item.link or item.label: item for item in items} for items in (before, after))
    return [Difference(then.get(key), now.get(key)) for key in {**then, **now} if then.get(key) != now.get(key)]


def changed_criteria(review: GateReview, judged: Iterable[Judged]) -> list[GateCriterion]:
    """Criteria whose evidence is no longer what the decision froze; one that this release no longer judges cannot be compared."""
    live = {item.key: item for item in judged if all(blocker.key != "criterion.outdated" for blocker in item.finding.blockers)}
    rows = [row for row in review.criteria.all() if row.evidence_hash and row.key in live]
    return [row for row in rows if row.evidence_hash != live[row.key].finding.content_hash]


def thawed(stored: Iterable[Mapping[str, Any]]) -> list[Evidence]:
    """Evidence as it was frozen with a decision."""
    return [Evidence(e["label"], e["link"], e["hash"], datetime.fromisoformat(e["as_of"]) if e["as_of"] else None) for e in stored]


def evidence_hash(judged: Iterable[Judged]) -> str:
    """One hash over all findings, in their order: what the signers sign."""
    return hash_of({item.key: [item.version, item.finding.content_hash, *_accepted(item)] for item in judged})


def _accepted(item: Judged) -> list[str]:
    """What stands in for missing evidence belongs to what is signed."""
    return [f"waiver:{item.waiver.pk}"] if item.waived and item.waiver else []


def deliverable_criterion(
    key: str, words: str | _StrPromise, department: str, deliverables: Sequence[str], version: int = 1, *, waivable: bool = True
) -> Criterion:
    """A criterion judged on deliverables: each done by its effective document or by confirmed referenced evidence."""
    return Criterion(key, words, department, version=version, deliverables=tuple(deliverables), waivable=waivable)


def _judge_deliverables(projects: Sequence[Project], keys: Sequence[str], rows: Mapping[tuple[int, str], Deliverable]) -> Findings:
    return {project.pk: _finding_of_deliverables(project, [(key, rows.get((project.pk, key))) for key in keys]) for project in projects}


def _finding_of_deliverables(project: Project, rows: Sequence[tuple[str, Deliverable | None]]) -> Finding:
    evidence, reasons, dates = [], [], []
    for key, row in rows:
        if row is None:
            reasons.append(
                Blocker(
                    key=f"deliverable.{key}",
                    words=_t("%(title)s is not planned: the charter plans it.") % {"title": planned_title(key)},
                    link=reverse("project-charter", args=[project.code]),
                )
            )
        elif row.is_done and row.outdated_since is not None:
            reasons.append(_outdated_document(project, row))
            dates.append(row.due_on)
        elif row.is_done:
            evidence.append(Evidence(row.evidence_label, row.evidence_link, row.evidence_hash, row.done_at))
        else:
            reasons.append(_missing_deliverable(project, row))
            dates.append(row.due_on)
    expected = max((day for day in dates if day), default=None) if len(dates) == len(reasons) and all(dates) else None
    return Finding(not reasons, tuple(evidence), tuple(reasons), expected)


def _outdated_document(project: Project, row: Deliverable) -> Blocker:
    words = _t("Out of date: %(title)s. The records behind it changed on %(day)s; a new version is needed.")
    return Blocker(
        key=f"deliverable.{row.key}.out_of_date",
        words=words % {"title": row.title, "day": date_format(timezone.localdate(row.outdated_since), "j M Y")},
        link=reverse("deliverable-detail", args=[project.code, row.key]),
        owner=str(row.owner or row.department),
        expected=row.due_on,
    )


def _missing_deliverable(project: Project, row: Deliverable) -> Blocker:
    words = _t("Not done: %(title)s.") if row.round == 1 else _t("To be done again: %(title)s (round %(round)s).")
    return Blocker(
        key=f"deliverable.{row.key}",
        words=words % {"title": row.title, "round": row.round},
        link=reverse("deliverable-detail", args=[project.code, row.key]),
        owner=str(row.owner or row.department),
        expected=row.due_on,
    )
