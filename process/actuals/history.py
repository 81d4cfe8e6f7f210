"""How far earlier estimates of similar steps were off, over the other projects that a reader sees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import DecimalField, ExpressionWrapper, F, Q, QuerySet, Sum
from django.db.models.functions import Lower
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from process.actuals.beside import signed
from process.actuals.comparing import Compared, Error, error_over
from process.actuals.models import StepRun
from process.routes.models import RouteStep
from projects.money import half_up

if TYPE_CHECKING:
    from accounts.models import User
    from projects.models import Project

ONE = Decimal(1)
Sums = Mapping[str, Any]  # of one project and one kind of step


@dataclass(frozen=True)
class Seen:
    """alike: by what the other steps are similar. yields, hours: the errors in words, empty where none was seen."""

    step: RouteStep
    alike: str
    yields: str
    hours: str


def seen_before(steps: Iterable[RouteStep], project: Project, reader: User) -> list[Seen]:
    """Of each step of which something similar was run: the same product or step, else the same class of reaction. One query."""
    counted = [step for step in steps if not step.set_aside]
    rows = list(_sums(counted, project, reader)) if counted else []
    found = (_seen(step, rows) for step in counted)
    return [each for each in found if each is not None]


def _sums(steps: Sequence[RouteStep], project: Project, reader: User) -> QuerySet[StepRun, dict[str, Any]]:
    """Added up by the database: batches × what was quoted, and × what came."""
    both = Q(cycle_time_h__isnull=False, quoted_cycle_time_h__isnull=False)
    rows = StepRun.objects.visible_to(reader).exclude(project=project)
    rows = rows.annotate(product=Lower("step__product_name"), name=Lower("step__name"), kind=F("step__transformation"))
    alike = Q(product__in={_low(step.product_name) for step in steps}) | Q(name__in={_low(step.name) for step in steps})
    alike |= Q(kind__in={step.transformation for step in steps if _has_class(step)})
    return (
        rows.filter(alike)
        .order_by()
        .values("project", "product", "name", "kind")
        .annotate(
            yields=Sum(_batches_of("yield_pct")),
            quoted_yields=Sum(_batches_of("quoted_yield_pct")),
            hours=Sum(_batches_of("cycle_time_h"), filter=both),
            quoted_hours=Sum(_batches_of("quoted_cycle_time_h"), filter=both),
        )
    )


def _batches_of(name: str) -> ExpressionWrapper:
    return ExpressionWrapper(F(name) * F("batches"), output_field=DecimalField())


def _low(words: str) -> str:
    return words.lower()


def _has_class(step: RouteStep) -> bool:
    """“Other” is no likeness."""
    return step.transformation not in ("", RouteStep.Transformation.OTHER)


def _seen(step: RouteStep, rows: Iterable[Sums]) -> Seen | None:
    rows = list(rows)
    same = [row for row in rows if row["product"] == _low(step.product_name) or row["name"] == _low(step.name)]
    alike = same or [row for row in rows if _has_class(step) and row["kind"] == step.transformation]
    if not alike:
        return None
    by_what = _t("same product or step") if same else _t("same class of reaction: %(kind)s") % {"kind": step.get_transformation_display()}
    yields, hours = (_error(alike, name) for name in ("yields", "hours"))
    return Seen(step, by_what, _yield_words(yields) if yields else "", _hour_words(hours) if hours else "")


def _error(rows: Sequence[Sums], name: str) -> Error | None:
    """Each project's sums are its mean times its batches on both sides, so that the percent is that of the means."""
    by_project: dict[int, list[Decimal]] = {}
    for row in rows:
        if row[name] is not None:
            sums = by_project.setdefault(row["project"], [Decimal(0), Decimal(0)])
            sums[0] += row[f"quoted_{name}"]
            sums[1] += row[name]
    return error_over(Compared(quoted, actual) for quoted, actual in by_project.values())


def _yield_words(error: Error) -> str:
    below, above = _t("yield %(percent)s %% below the estimate"), _t("yield %(percent)s %% above the estimate")
    return _words(error, below, above, _t("yield as estimated"))


def _hour_words(error: Error) -> str:
    below, above = _t("cycle time %(percent)s %% below the estimate"), _t("cycle time %(percent)s %% above the estimate")
    return _words(error, below, above, _t("cycle time as estimated"))


def _words(error: Error, below: str, above: str, same: str) -> str:
    """Seen in 3 projects: yield 6 % below the estimate (−12 to +1)."""
    mean = half_up(error.mean, ONE)
    found = same if not mean else (below if mean < 0 else above) % {"percent": abs(mean)}
    seen = ngettext("Seen in %(number)d project: %(found)s", "Seen in %(number)d projects: %(found)s", error.projects)
    words = seen % {"number": error.projects, "found": found}
    if error.projects == 1:
        return words
    ends = {"words": words, "low": signed(error.low, ONE), "high": signed(error.high, ONE)}
    return _t("%(words)s (%(low)s to %(high)s)") % ends
