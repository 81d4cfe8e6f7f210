"""What was done again on a project, and why: loops and returns in one list, the newest first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from django.contrib.postgres.aggregates import JSONBAgg
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import DecimalField, Exists, F, JSONField, OuterRef, Q, Value
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _t

from projects.gates import all_gates
from projects.models import Deliverable, DeliverableRound, Phase, PhaseMove, Publication, StepLoop

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from django.db.models import QuerySet

    from projects.models import Project


@dataclass(frozen=True)
class Repeat:
    """A loop or a return: what began again, why, by whom, what it costs, and what has to be renewed."""

    title: str
    reason: str
    actor: str
    at: datetime
    side: str = ""
    cost_effect: str = ""
    cost_amount: Decimal | None = None
    cost_currency: str = ""
    renew: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Repeats:
    """`counted`: key, title and round of the deliverables in a later round than their first, those of the yearly review aside."""

    counted: Sequence[Mapping[str, Any]]
    returns: int
    rows: list[Repeat]

    def __bool__(self) -> bool:
        return bool(self.rows or self.counted)


class Act(NamedTuple):
    """A loop or a return as its query answers: of a loop `title` and `number`, of a return `before` and `after`."""

    at: datetime
    by: str
    why: str
    cost: str
    renewed: list[str]
    title: str
    number: int
    before: str
    after: str
    side: str
    amount: Decimal | None
    currency: str


def work_done_again() -> ArraySubquery:
    """`Repeats.counted` of the project of a row, for a query that is asked anyway."""
    of_work = DeliverableRound.objects.filter(deliverable=OuterRef("pk"), review=None)
    rows = Deliverable.objects.filter(Exists(of_work), project=OuterRef("project"), round__gt=1)
    return ArraySubquery(rows.values(each=JSONObject(key="key", title="title", round="round")))


def repeats_of(project: Project, *, returned: bool = True, counted: Sequence[Mapping[str, Any]] | None = None) -> Repeats:
    """At most two queries; none where the caller knows that no gate was passed again (`returned`) and what was done again (`counted`)."""
    if counted is None:
        found = Deliverable.objects.filter(project=project).order_by().annotate(again=work_done_again()).values_list("again", flat=True)
        counted = found.first() or []
    if not (returned or counted):
        return Repeats([], 0, [])
    acts = sorted((Act(*row) for row in _returns(project).union(_loops(project), all=True)), key=lambda act: act.at)
    moves = [act for act in acts if act.after]
    rows = [_return(number, act) for number, act in enumerate(moves, 1)] + [_loop(act) for act in acts if not act.after]
    return Repeats(counted, len(moves), sorted(rows, key=lambda row: row.at, reverse=True))


def _returns(project: Project) -> QuerySet[PhaseMove, Any]:
    rows = PhaseMove.objects.filter(project=project, kind=PhaseMove.Kind.RETURN).order_by()
    return _as_acts(
        rows,
        at=F("moved_at"),
        renewed=F("renew_criteria"),
        title=Value(""),
        number=Value(0),
        before=F("from_phase"),
        after=F("to_phase"),
        on_side=Value(""),
        amount=Value(None, output_field=DecimalField()),
        currency=Value(""),
    )


def _loops(project: Project) -> QuerySet[StepLoop, Any]:
    others = ~Q(deliverablerounds__deliverable=F("deliverable"))
    return _as_acts(
        StepLoop.objects.filter(project=project).order_by(),
        at=F("opened_at"),
        renewed=JSONBAgg("deliverablerounds__deliverable__title", filter=others, default=Value([], output_field=JSONField())),
        title=F("deliverable__title"),
        number=F("round"),
        before=Value(""),
        after=Value(""),
        on_side=F("side"),
        amount=F("cost_amount"),
        currency=F("cost_currency"),
    )


def _as_acts(rows: QuerySet[Any], **columns: Any) -> QuerySet[Any, Any]:
    own = {"at": columns.pop("at"), "by": F("actor__full_name"), "why": F("reason"), "cost": F("cost_effect")}
    return rows.annotate(**own, **columns).values_list(*own, *columns)


def _loop(act: Act) -> Repeat:
    return Repeat(
        title=_t("%(title)s: round %(round)s") % {"title": act.title, "round": act.number},
        reason=act.why,
        actor=act.by,
        at=act.at,
        side=str(Publication.Side(act.side).label),
        cost_effect=act.cost,
        cost_amount=act.amount,
        cost_currency=act.currency,
        renew=act.renewed,
    )


def _return(number: int, act: Act) -> Repeat:
    names = {"number": number, "before": Phase(act.before).label, "after": Phase(act.after).label}
    return Repeat(
        title=_t("Return %(number)s: %(before)s to %(after)s") % names,
        reason=act.why,
        actor=act.by,
        at=act.at,
        cost_effect=act.cost,
        renew=criteria_words(act.renewed),
    )


def criteria_words(keys: Iterable[str]) -> list[str]:
    """The criteria in words, in the order of their gates; the bare key for one that a later release has dropped."""
    words = {criterion.key: str(criterion.words) for gate in all_gates() for criterion in gate.criteria}
    wanted = set(keys)
    return [text for key, text in words.items() if key in wanted] + sorted(wanted - set(words))
