"""Everything that happens to a cost scenario as a whole. Only a draft changes; its tables are written by their worksheets."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.permissions import require_permission
from audit.acts import act
from audit.events import record
from audit.refusals import Blocker, require_none, require_reason
from audit.seen import require_unchanged, words_of
from catalogue.models.supply import LIST, ListOfPrices, list_of
from process.costs.building import assessed, needed_by_largest
from process.costs.models import CostAssessment, CostLine, CostPhase, MaterialPrice, QuotedPrice, RiskItem
from process.costs.results import Priced, priced
from process.costs.sizes import end_values, scale_values, sized, tried_sizes, wrong_phases
from process.costs.stored import plain
from process.costs.trial import Trial
from process.purchasing.awards import awarded_quotes
from process.routes.building import known_prices, steps_of
from process.routes.figures import materials_of
from process.routes.services.shared import Values, as_data, take
from process.words import money_words
from projects.models import Project
from projects.services.locking import locked, next_number, not_active, require_active

if TYPE_CHECKING:
    from accounts.models import User

FIELDS = (
    "name",
    "currency",
    "priced_on",
    "route_version",
    "yield_pct",
    "overhead_pct",
    "contingency_pct",
    "margin_pct",
    "risk_in_price",
    "assumptions_valid_until",
    "note",
)
Row = TypeVar("Row", CostLine, MaterialPrice, RiskItem)


def editing_blockers(assessment: CostAssessment) -> list[Blocker]:
    """Why nothing of the scenario can be changed; the page shows the same."""
    words = _t("Scenario %(number)d is fixed and stays as it is. Copy it to go on.")
    fixed = (
        [] if assessment.is_draft else [Blocker("cost.fixed", words % {"number": assessment.number}, link=assessment.get_absolute_url())]
    )
    return fixed + not_active(assessment.project)


def fix_blockers(assessment: CostAssessment, found: Priced | None = None) -> list[Blocker]:
    """What is fixed is quoted by: it has a price, and its route does not change any more. found: where it was computed already."""
    if blockers := editing_blockers(assessment):
        return blockers
    version = assessment.route_version
    words = _t("%(route)s is a draft: fix that version first.")
    draft = (
        [Blocker("cost.route_draft", words % {"route": version}, link=version.get_absolute_url())] if version and version.is_draft else []
    )
    return [*draft, *(found or priced(assessed(assessment))).refusals]


@act
def open_scenario(code: str, values: Values, *, actor: User) -> CostAssessment:
    """With the prices that are known for the materials of its route. Raises BadInput at the field."""
    project = _project(code, actor)
    row = CostAssessment(project=project, number=next_number(project.cost_assessments.all()), created_by=actor)
    _enter(row, values, sized(row, values))
    add_materials(row)
    record("cost.opened", row, actor=actor, after=as_data(row, FIELDS), link=row.get_absolute_url())
    return row


@act
def copy_scenario(pk: int, name: str, *, trial: Trial | None = None, actor: User) -> CostAssessment:
    """The next scenario of the project with all that the other says, and with what was tried on it."""
    source = CostAssessment.objects.visible_to(actor).select_related("project", "route_version").get(pk=pk)
    project, tried = _project(source.project.code, actor), trial or Trial()
    row = CostAssessment(project=project, number=next_number(project.cost_assessments.all()), created_by=actor, made_from=source)
    kept: dict[str, Any] = {each: getattr(source, each) for each in FIELDS}
    phases = sized(row, scale_values(source) | end_values(source) | tried_sizes(source, tried))
    _enter(row, kept | {"name": name} | ({} if tried.yield_pct is None else {"yield_pct": tried.yield_pct}), phases)
    CostLine.objects.bulk_create([_copy(each, row) for each in source.lines.all()])
    MaterialPrice.objects.bulk_create([_copy(each, row) for each in source.prices.all()])
    RiskItem.objects.bulk_create([_copy(each, row) for each in source.risks.all()])
    record("cost.copied", row, actor=actor, source=source.name, after=as_data(row, FIELDS), link=row.get_absolute_url())
    return row


@act
def change_scenario(pk: int, values: Values, *, actor: User, version: str = "") -> CostAssessment:
    """version: of what the form showed (`audit.seen`). The same again records nothing. Raises BadInput at the field."""
    row = locked_draft(pk, actor)
    before = scenario_values(row)
    require_unchanged(version, now=before, wanted=values, words=partial(words_of, row))
    old = as_data(row, FIELDS)
    changed = _fill(row, values)
    if not changed:
        return row
    row.save(update_fields=changed)
    if "route_version" in changed:
        add_materials(row)
    was = {name: old[name] for name in changed}
    record("cost.changed", row, actor=actor, before=was, after=as_data(row, changed), link=row.get_absolute_url())
    return row


@act
def fix_scenario(pk: int, *, reason: str, actor: User) -> CostAssessment:
    """From now on it never changes, and keeps its result. Raises Refused while it has no price."""
    row = locked_draft(pk, actor)
    found = priced(assessed(row))
    require_none(fix_blockers(row, found))
    require_reason(reason)
    answer = found.assessed.answer
    price = answer.known.price  # type: ignore[union-attr]
    row.fix(by=actor, at=timezone.now(), because=reason.strip(), price=price, result=plain(answer))
    row.save(update_fields=["state", "fixed_by", "fixed_at", "fixed_because", "fixed_price", "result"])
    said = {"price": money_words(price, row.currency), "link": row.get_absolute_url()}
    record("cost.fixed", row, actor=actor, reason=reason, **said)
    return row


def scenario_values(row: CostAssessment) -> dict[str, Any]:
    """What the form of the scenario shows; the sizes of its phases stand in their table."""
    return {name: getattr(row, name) for name in FIELDS}


def add_materials(row: CostAssessment) -> None:
    """A row for each material of the route that has none yet, with the price that holds for it on the day: what was awarded, else the
    cheapest.

    Cheapest for what the largest phase needs: there most of the money goes, and its order reaches the lowest break.
    """
    if row.route_version is None:
        return
    steps = list(steps_of(row.route_version))
    materials = materials_of(steps) - set(row.prices.values_list("material_id", flat=True))
    known = known_prices(materials, currency=row.currency, on=row.priced_on, needed_kg=needed_by_largest(row, steps))
    by_list = {list_of(each): each for each in first_breaks(QuotedPrice.objects.filter(material__in=materials))}
    lists = {material: list_of(found.quote) for material, found in known.found.items()} | _awarded(row, materials)
    quotes = {material: by_list[each] for material, each in lists.items()}
    rows = [
        MaterialPrice(assessment=row, material_id=each, quote=quotes.get(each), source="quote" if each in quotes else "assumption")
        for each in sorted(materials)
    ]
    MaterialPrice.objects.bulk_create(rows)


def _awarded(row: CostAssessment, materials: set[int]) -> dict[int, ListOfPrices]:
    """By material the price list to whose supplier it goes, where that holds on the day."""
    return {pk: list_of(quote) for pk, quote in awarded_quotes(row.project_id, materials, row.priced_on).items()}


def first_breaks(rows: QuerySet[QuotedPrice]) -> QuerySet[QuotedPrice]:
    """Of each price list the row with its smallest quantity, by which it is chosen."""
    return rows.order_by(*LIST, "quantity_from_kg").distinct(*LIST).select_related("material", "supplier")


def _project(code: str, actor: User) -> Project:
    project = locked(code, actor)
    require_permission("process.edit_costs", actor, project)
    require_active(project)
    return project


def locked_draft(pk: int, actor: User) -> CostAssessment:
    """A draft that the actor may change. Raises CostAssessment.DoesNotExist for absent and foreign alike, Refused for a fixed one."""
    rows = CostAssessment.objects.visible_to(actor).select_for_update(of=("self",))
    row = rows.select_related("project__client", "route_version__route__project").get(pk=pk)
    require_permission("process.edit_costs", actor, row.project)
    require_none(editing_blockers(row))
    return row


def _fill(row: CostAssessment, values: Values, phases: Iterable[CostPhase] = ()) -> list[str]:
    """Raises BadInput with all that is wrong, also with the phases."""
    own = {name: values[name] for name in FIELDS if name in values}
    errors = wrong_phases(phases)
    version = own.get("route_version")
    if version is not None and version.route.project_id != row.project_id:
        errors["route_version"] = [_t("This is the route of another project.")]
    return take(row, own, FIELDS, errors)


def _enter(row: CostAssessment, values: Values, phases: list[CostPhase]) -> None:
    """A new scenario with its phases, of which none comes or goes later."""
    _fill(row, values, phases)
    row.save(force_insert=True)
    for each in phases:
        each.save(force_insert=True)


def _copy(row: Row, assessment: CostAssessment) -> Row:
    kept = {each.attname: getattr(row, each.attname) for each in row._meta.concrete_fields if not each.primary_key}
    return type(row)(**(kept | {"assessment_id": assessment.pk}))
