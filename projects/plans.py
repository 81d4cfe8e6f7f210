"""What each phase owes by default: deliverables and milestones that the charter turns into rows.

Each slice registers its `PhasePlan`; `draft_charter` copies those of the contracted phases.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from accounts.models import User
    from projects.models import Charter, Deliverable, Rfp


@dataclass(frozen=True)
class PlannedDeliverable:
    """`milestone` names the milestone (of the same plan) that gives the due date; `step` the named step that its record starts.

    `on_done(deliverable, actor)` runs in the transaction in which its evidence makes it done. `starts_after` are the deliverables that
    must be done before that step is taken. One that `approves_scope` is the signed charter: its evidence says what does not apply.
    Of a type of which a project has many documents one in effect is enough, the last signed; where it `needs_all`, every one that was
    begun must be in effect, and at least `needs`; `counted_by` names the field of the charter that may say another number.
    """

    key: str
    title: str | _StrPromise
    department: str
    milestone: str
    document_type: str = ""
    on_done: Callable[[Deliverable, User], None] | None = None
    step: str = ""
    starts_after: tuple[str, ...] = ()
    approves_scope: bool = False
    needs_all: bool = False
    needs: int = 1
    counted_by: str = ""

    def needed(self, charter: Charter | None) -> int:
        """How many of its records the project needs: what its charter says, else what is usual."""
        return getattr(charter, self.counted_by) if charter and self.counted_by else self.needs

    def rule(self, charter: Charter | None) -> str:
        """Which documents make it done, in words, and whose signature they need besides ours; empty where one is made once."""
        if self.needs_all:
            words = _t("Needed: every document of this type that was begun is in effect, and at least %(count)d of them.")
            return words % {"count": self.needed(charter)}
        if self.counted_by:
            return _t("Needed by the charter: the records of at least %(count)d batches.") % {"count": self.needed(charter)}
        if self.document_type in _client_signed:
            return _t("Needed: the signature of the client's approver, who is asked when ours are given.")
        return _t("One document of this type in effect is enough; the last one signed counts.") if is_repeated(self.document_type) else ""


@dataclass(frozen=True)
class PlannedMilestone:
    """`after` maps predecessor milestone keys to lags in working days; an empty one starts at the charter's start.

    shared: the client sees it from the contract's approval on. tolerance: working days after which it is late.
    """

    key: str
    title: str | _StrPromise
    kind: str
    department: str
    after: dict[str, int]
    source: str = ""
    shared: bool = False
    tolerance: int = 5


@dataclass(frozen=True)
class PlannedTask:
    """Work that no deliverable proves. It feeds `milestone` (of the same plan) and may wait for the milestone `after`.

    roles: of the compound, by the request, for which it is planned; none: for every one.
    """

    key: str
    title: str | _StrPromise
    department: str
    milestone: str
    duration_days: int
    after: str = ""
    roles: tuple[str, ...] = ()


@dataclass(frozen=True)
class PhasePlan:
    """`filing`: the milestone that enters this phase when the charter has a filing date."""

    phase: str
    deliverables: tuple[PlannedDeliverable, ...]
    milestones: tuple[PlannedMilestone, ...]
    tasks: tuple[PlannedTask, ...] = ()
    filing: PlannedMilestone | None = None


def as_asked(plans: Sequence[PhasePlan], rfp: Rfp) -> list[PhasePlan]:
    """With the tasks that this request switches on, and without those of other requests."""
    return [replace(plan, tasks=tuple(task for task in plan.tasks if not task.roles or rfp.compound_role in task.roles)) for plan in plans]


FILING = "filing"


def with_filing(plans: Sequence[PhasePlan]) -> list[PhasePlan]:
    """The plans with the filing milestone: where a phase declares it, else at the end of the last phase, because the client files then."""
    if any(plan.filing for plan in plans):
        return [replace(plan, milestones=(*plan.milestones, plan.filing)) if plan.filing else plan for plan in plans]
    last = plans[-1]
    filing = PlannedMilestone(FILING, _("Filing"), "filing", "regulatory", {last.milestones[-1].key: 0}, shared=True)
    return [*plans[:-1], replace(last, milestones=(*last.milestones, filing))]


def planned_links(plans: Sequence[PhasePlan], keys: Collection[str]) -> dict[str, dict[str, int]]:
    """What each planned milestone among `keys` waits for, with lags.

    What none of its predecessors is left of (their phase is out of scope) follows the gate that opens its phase; only what has nothing
    before it begins with the plan.
    """
    found: dict[str, dict[str, int]] = {}
    gate = ""
    for plan in plans:
        here = [item for item in plan.milestones if item.key in keys]
        for item in here:
            after = {key: lag for key, lag in item.after.items() if key in keys}
            found[item.key] = after or ({gate: min(item.after.values(), default=0)} if gate else {})
        gate = next((item.key for item in reversed(here) if item.kind == "gate"), gate)
    return found


_plans: dict[str, PhasePlan] = {}


def register_phase_plan(plan: PhasePlan) -> None:
    _plans[plan.phase] = plan


@dataclass(frozen=True)
class FoundDocument:
    """A document of a type that a project has already: its number, its page, what it is about, its newest version's state in words."""

    number: str
    link: str
    about: str
    state: str


Finder = Callable[[int, str], list[FoundDocument]]
Taker = Callable[[Sequence["Deliverable"], "User"], None]
_documents: dict[str, bool] = {}
_repeated: set[str] = set()
_client_signed: set[str] = set()
_finders: list[Finder] = []
_takers: list[Taker] = []


def offer_document(document_type: str, *, generated: bool, repeated: bool = False, client_signs: bool = False) -> None:
    """Say that the product knows this type of document, whether it is made from data, a project has many of it, the client signs it.

    Called where document types are registered.
    """
    _documents[document_type] = generated
    (_repeated.add if repeated else _repeated.discard)(document_type)
    (_client_signed.add if client_signs else _client_signed.discard)(document_type)


def is_repeated(document_type: str) -> bool:
    return document_type in _repeated


def document_offer(document_type: str) -> bool | None:
    """True: made from data or uploaded. False: uploaded only. None: no such type, so the evidence is a reference."""
    return _documents.get(document_type)


def find_documents_by(finder: Finder) -> None:
    """Say how to find a project's documents: `finder(project_id, document_type)`. Called by the app that has them."""
    _finders.append(finder)


def take_records_by(taker: Taker) -> None:
    """Say what takes the records that were there before their deliverables were planned: `taker(deliverables, actor)`."""
    _takers.append(taker)


def take_records(deliverables: Sequence[Deliverable], *, actor: User) -> None:
    """Make those done whose document took effect before they were planned."""
    for taker in _takers:
        taker(deliverables, actor)


def documents_of(project_id: int, document_type: str) -> list[FoundDocument]:
    """The project's documents of this type that were begun, by number. One query."""
    return [document for finder in _finders if document_type for document in finder(project_id, document_type)]


def phase_plan(phase: str) -> PhasePlan:
    """The default plan of a phase. Raises KeyError when its slice registered none."""
    return _plans[phase]


def planned_title(key: str) -> str:
    """The title of a deliverable that some phase plans by default; its key where none does."""
    item = planned_deliverable(key)
    return str(item.title) if item else key


def planned_deliverables() -> list[PlannedDeliverable]:
    return [item for plan in _plans.values() for item in plan.deliverables]


def planned_deliverable(key: str) -> PlannedDeliverable | None:
    """What the phase plans say of a deliverable."""
    return next((item for item in planned_deliverables() if item.key == key), None)


def needed_before(step: str) -> tuple[str, ...]:
    """The deliverables that must be done before a named step is taken."""
    return tuple(key for plan in _plans.values() for item in plan.deliverables if item.step == step for key in item.starts_after)


def step_started_by(key: str) -> str:
    """The named step (projects/steps.py) of which the first record is this deliverable; empty for most."""
    item = planned_deliverable(key)
    return item.step if item else ""
