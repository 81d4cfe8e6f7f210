"""The portfolio: where each project stands, what is next, how late, and how much money is at risk. Stored facts, asked of the database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Count, F, FloatField, Min, Q, QuerySet, Sum, Value, When, Window
from django.db.models.functions import Cast, NullIf, RowNumber
from django.utils.translation import gettext as _t

from projects.models import PHASES, Lateness, Phase, Project, ProjectStatus
from projects.models.facts import old
from projects.permissions import revenue_readable_by
from worksheets.exports import in_chunks

if TYPE_CHECKING:
    from accounts.models import User


def portfolio(projects: QuerySet[Project], *, reader: User) -> QuerySet[Project]:
    """With what the board shows of each, and what its columns are ordered by.

    currency, at_risk: None for a reader who may not know what the project earns; risk_currency: None where nothing is at risk, too.
    """
    readable = revenue_readable_by(reader)
    rows = projects.select_related("client", "site", "project_manager", "readiness", "standing__late_milestone").annotate(
        currency=Case(When(readable, then=F("standing__currency"))),
        at_risk=Case(When(readable, then=F("standing__at_risk"))),
        phase_order=_place("phase", PHASES),
        lateness_order=_place("standing__lateness", Lateness),
        readiness_share=Cast("readiness__met", FloatField()) / NullIf("readiness__total", Value(0)),
    )
    return rows.annotate(risk_currency=Case(When(at_risk__gt=0, then=F("currency"))))


def _place(field: str, choices: Iterable[Any]) -> Case:
    """The place of a value among the choices; what is none of them comes after them."""
    keys = [choice.value for choice in choices]
    return Case(*(When(**{field: key}, then=Value(place)) for place, key in enumerate(keys)), default=Value(len(keys)))


@dataclass(frozen=True)
class Column:
    """A phase on the board: its first cards and how many there are."""

    phase: str
    label: str
    cards: list[Project]
    number: int

    @property
    def more(self) -> int:
        return self.number - len(self.cards)


@dataclass(frozen=True)
class Totals:
    """Over all rows. at_risk: by currency, because money is never added across them; old: the moment of facts that are too old."""

    by_phase: dict[str, int]
    late: int
    at_risk: list[tuple[str, Decimal]]
    old: datetime | None

    @property
    def number(self) -> int:
        return sum(self.by_phase.values())


def totals(rows: QuerySet[Any]) -> Totals:
    """Of rows of `portfolio`. Two queries."""
    late = Count("pk", filter=Q(standing__lateness=Lateness.LATE))
    counted = rows.order_by().values("phase").annotate(number=Count("pk"), late=late, oldest=Min("standing__refreshed_at"))
    phases = list(counted.values_list("phase", "number", "late", "oldest"))
    money = rows.filter(at_risk__gt=0).order_by("risk_currency").values("risk_currency").annotate(amount=Sum("at_risk"))
    return Totals(
        by_phase={phase: number for phase, number, _late, _oldest in phases},
        late=sum(number for _phase, _number, number, _oldest in phases),
        at_risk=list(money.values_list("risk_currency", "amount")),
        old=old(min((oldest for *_rest, oldest in phases if oldest), default=None)),
    )


def columns(rows: QuerySet[Project], found: Totals, *, cards: int) -> list[Column]:
    """The first cards of each phase, in the order of the rows. Two queries, because the database orders keys faster than whole rows."""
    place = Window(RowNumber(), partition_by=F("phase"), order_by=list(rows.query.order_by))  # type: ignore[arg-type]
    by_phase: dict[str, list[Project]] = {phase: [] for phase in PHASES}
    first = list(rows.annotate(place=place).filter(place__lte=cards).values_list("pk", flat=True))
    for row in rows.filter(pk__in=first):
        by_phase[row.phase].append(row)
    return [Column(phase.value, str(phase.label), by_phase[phase], found.by_phase.get(phase, 0)) for phase in PHASES]


EXPORTED = (
    "code",
    "title",
    "client__name",
    "site__name",
    "phase",
    "status",
    "project_manager__full_name",
    "readiness__gate",
    "readiness__met",
    "readiness__total",
    "readiness__first_blocker",
    "standing__baseline_on",
    "standing__forecast_on",
    "readiness__expected_on",
    "readiness__without_date",
    "standing__days_late",
    "standing__lateness",
)
REVENUE = ("currency", "at_risk")
CHOICES = {"phase": Phase.choices, "status": ProjectStatus.choices, "standing__lateness": Lateness.choices}


def export_head(*, revenue: bool) -> list[str]:
    """revenue: whether the reader may know what any project earns."""
    head = [
        _t("Code"),
        _t("Compound"),
        _t("Client"),
        _t("Site"),
        _t("Phase"),
        _t("Status"),
        _t("Project manager"),
        _t("Next gate"),
        _t("Criteria met"),
        _t("Criteria"),
        _t("Next blocker"),
        _t("Gate baseline"),
        _t("Gate forecast"),
        _t("Criteria met on"),
        _t("Not forecastable"),
        _t("Working days late"),
        _t("Dates"),
    ]
    return [*head, _t("Currency"), _t("Revenue at risk")] if revenue else head


def export_rows(rows: QuerySet[Project], *, revenue: bool) -> Iterator[list[Any]]:
    """The same facts as the table, for a spreadsheet."""
    names = (*EXPORTED, *REVENUE) if revenue else EXPORTED
    said = {EXPORTED.index(name): dict(choices) for name, choices in CHOICES.items()}
    for row in in_chunks(rows, *names):
        yield [str(said[place].get(value, "")) if place in said else value for place, value in enumerate(row)]
