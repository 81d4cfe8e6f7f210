"""How far earlier estimates of similar steps were off, over the other projects that a reader sees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import DecimalField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Left, Lower
from django.utils.translation import gettext as _t

from catalogue.chemistry import SKELETON_LETTERS, skeleton_of
from catalogue.parents import composition_or_none
from process.actuals.comparing import Compared, Error, error_over
from process.actuals.error_words import error_words
from process.actuals.likeness import Kind, Likeness, likeness
from process.actuals.models import StepRun
from process.routes.models import RouteStep

if TYPE_CHECKING:
    from accounts.models import User
    from projects.models import Project

KIND = ("name", "product", "skeleton", "reaction")
Sums = Mapping[str, Any]  # of one project and one kind of step


@dataclass(frozen=True)
class Seen:
    """alike: by what the other steps are similar. yields, hours: the errors in words, empty where none was seen."""

    step: RouteStep
    alike: str
    yields: str
    hours: str


def seen_before(steps: Iterable[RouteStep], project: Project, reader: User) -> list[Seen]:
    """Of each step of which something similar was run (`likeness`), by what is most similar to it. One query.

    steps: with the compounds of their products. Neither the project itself counts, nor a version of a route where a later one of it was
    run: what became of the step is what it last gave.
    """
    counted = {step: kind_of(step) for step in steps if not step.set_aside}
    rows = list(_sums(list(counted.values()), project, reader)) if counted else []
    found = (_seen(step, kind, rows) for step, kind in counted.items())
    return [each for each in found if each is not None]


def kind_of(step: RouteStep) -> Kind:
    known = composition_or_none(step.product_compound.smiles) if step.product_compound is not None else None
    return Kind(step.name, step.product_name, skeleton_of(known.parent_inchikey) if known else "", step.transformation)


def _sums(kinds: Sequence[Kind], project: Project, reader: User) -> QuerySet[StepRun, dict[str, Any]]:
    """Added up by the database: batches × what was quoted, and × what came."""
    both = Q(cycle_time_h__isnull=False, quoted_cycle_time_h__isnull=False)
    rows = StepRun.objects.visible_to(reader).exclude(project=project).exclude(step__in=_run_again_later())
    skeleton = Left("step__product_compound__fingerprint__parent_inchikey", SKELETON_LETTERS)
    rows = rows.annotate(product=F("step__product_name"), name=F("step__name"), reaction=F("step__transformation"), skeleton=skeleton)
    rows = rows.alias(low_product=Lower("step__product_name"), low_name=Lower("step__name"))
    return (
        rows.filter(_may_be_alike(kinds))
        .order_by()
        .values("project", *KIND)
        .annotate(
            yields=Sum(_batches_of("yield_pct")),
            quoted_yields=Sum(_batches_of("quoted_yield_pct")),
            hours=Sum(_batches_of("cycle_time_h"), filter=both),
            quoted_hours=Sum(_batches_of("quoted_cycle_time_h"), filter=both),
        )
    )


def _run_again_later() -> QuerySet[RouteStep]:
    """The steps that were run in a later version of their route. Asked of steps, once: asked of each run it grows by the square of them."""
    same = {"step__key": OuterRef("key"), "step__version__route": OuterRef("version__route")}
    later = StepRun.objects.filter(**same, step__version__number__gt=OuterRef("version__number"))
    return RouteStep.objects.filter(Exists(later))


def _may_be_alike(kinds: Sequence[Kind]) -> Q:
    """What `likeness` need not look at is left with the database."""
    alike = Q(low_product__in={kind.product.lower() for kind in kinds})
    alike |= Q(low_name__in={kind.name.lower() for kind in kinds})
    alike |= Q(skeleton__in={kind.skeleton for kind in kinds if kind.skeleton})
    return alike | Q(reaction__in={kind.reaction for kind in kinds if kind.has_class})


def _batches_of(name: str) -> ExpressionWrapper:
    return ExpressionWrapper(F(name) * F("batches"), output_field=DecimalField())


def _seen(step: RouteStep, kind: Kind, rows: Iterable[Sums]) -> Seen | None:
    by_likeness: dict[Likeness, list[Sums]] = {}
    for row in rows:
        other = Kind(**{name: row[name] or "" for name in KIND})
        by_likeness.setdefault(likeness(kind, other), []).append(row)
    closest = max(by_likeness, default=Likeness.NONE)
    if closest == Likeness.NONE:
        return None
    by_class = _t("same class of reaction: %(kind)s") % {"kind": step.get_transformation_display()}
    by_what = _t("same product or step") if closest == Likeness.SAME else by_class
    yields, hours = (_error(by_likeness[closest], name) for name in ("yields", "hours"))
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
    return error_words(error, below, above, _t("yield as estimated"))


def _hour_words(error: Error) -> str:
    below, above = _t("cycle time %(percent)s %% below the estimate"), _t("cycle time %(percent)s %% above the estimate")
    return error_words(error, below, above, _t("cycle time as estimated"))
