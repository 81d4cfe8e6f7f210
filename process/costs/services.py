"""Everything that happens to a cost scenario as a whole. Only a draft changes; its tables are written by their worksheets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
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
from process.costs.models import (
    PRICED_PHASES,
    CostAssessment,
    CostLine,
    CostPhase,
    MaterialPrice,
    QuotedPrice,
    RiskItem,
)
from process.costs.results import Priced, priced
from process.costs.stored import plain
from process.costs.trial import Trial
from process.purchasing.awards import awarded_quotes
from process.routes.building import known_prices, steps_of
from process.routes.figures import materials_of
from process.routes.services.shared import Values, as_data, take
from process.words import money_words
from projects.models import Project
from projects.money import half_up
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
SIZES = ("batch_kg", "batches")
BATCH_ENDS = ("batch_low_kg", "batch_high_kg")
SCALE_FIELDS = tuple(f"{phase.value}-{name}" for phase in PRICED_PHASES for name in SIZES)
BATCH_PLACES = Decimal("0.0001")
END_FIELDS = tuple(f"{phase.value}-{name}" for phase in PRICED_PHASES for name in BATCH_ENDS)
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
    phases = _resized(row, _sizes_in(dict.fromkeys((*SCALE_FIELDS, *END_FIELDS)) | dict(values)))
    _fill(row, values, phases)
    row.save(force_insert=True)
    _keep_phases(phases)
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
    phases = _resized(row, scale_values(source) | end_values(source) | _tried_sizes(source, tried))
    _fill(row, kept | {"name": name} | ({} if tried.yield_pct is None else {"yield_pct": tried.yield_pct}), phases)
    row.save(force_insert=True)
    _keep_phases(phases)
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
    require_unchanged(version, now=before, wanted=values, words=partial(_words, row, before))
    old = as_data(row, FIELDS)
    phases = _resized(row, _sizes_in(values))
    changed = _fill(row, values, phases)
    if changed:
        row.save(update_fields=changed)
    resized = _keep_phases(phases)
    if "route_version" in changed:
        add_materials(row)
    if changed or resized:
        was = {name: old[name] for name in changed} | {name: _number_words(before[name]) for name in resized}
        now = as_data(row, changed) | {name: _number_words(values[name]) for name in resized}
        record("cost.changed", row, actor=actor, before=was, after=now, link=row.get_absolute_url())
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
    """What the form of the scenario shows."""
    return {name: getattr(row, name) for name in FIELDS} | scale_values(row) | end_values(row)


def scale_values(row: CostAssessment) -> dict[str, Any]:
    return _of_phases(row, SIZES)


def end_values(row: CostAssessment) -> dict[str, Any]:
    """What a batch of each phase may come to."""
    return _of_phases(row, BATCH_ENDS)


def _of_phases(row: CostAssessment, names: Sequence[str]) -> dict[str, Any]:
    rows = {each.phase: each for each in row.phases.all()}
    return {f"{phase}-{name}": getattr(rows[phase], name) for phase in PRICED_PHASES for name in names if phase in rows}


def _sizes_in(values: Values) -> dict[str, Any]:
    """No size is none; no end is as the size."""
    sizes = {name: values[name] or Decimal(0) for name in SCALE_FIELDS if name in values}
    return sizes | {name: values[name] for name in END_FIELDS if name in values}


def _tried_sizes(source: CostAssessment, trial: Trial) -> dict[str, Any]:
    """What a batch may come to stays the same share of its size."""
    sizes: dict[str, Any] = {}
    for row in (each for each in source.phases.all() if each.phase in trial.scales):
        tried = trial.scales[row.phase]
        sizes |= {f"{row.phase}-{name}": value for name, value in zip(SIZES, tried, strict=True)}
        for name in BATCH_ENDS:
            end, batch_kg = getattr(row, name), tried[0]
            sizes[f"{row.phase}-{name}"] = half_up(end * batch_kg / row.batch_kg, BATCH_PLACES) if end and batch_kg else None
    return sizes


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


Resized = tuple[CostPhase, list[str]]  # a phase with its sizes, and what differs of them from before


def _fill(row: CostAssessment, values: Values, phases: Iterable[Resized]) -> list[str]:
    """Raises BadInput with all that is wrong, also with the phases."""
    own = {name: values[name] for name in FIELDS if name in values}
    errors = _wrong_phases(phases)
    version = own.get("route_version")
    if version is not None and version.route.project_id != row.project_id:
        errors["route_version"] = [_t("This is the route of another project.")]
    return take(row, own, FIELDS, errors)


def _keep_phases(phases: Iterable[Resized]) -> list[str]:
    """Writes what differs, judged before, and gives its names."""
    changed = []
    for kept, names in phases:
        if names or kept.pk is None:
            kept.save()
        changed += [f"{kept.phase}-{name}" for name in names]
    return changed


def wrong_sizes(sizes: Mapping[str, Any]) -> dict[str, list[str]]:
    """Of phases as they would be: sizes below zero, batches without a size, ends that do not rise."""
    return _wrong_phases(_resized(CostAssessment(), sizes))


def _wrong_phases(phases: Iterable[Resized]) -> dict[str, list[str]]:
    return {f"{kept.phase}-{name}": [words] for kept, _names in phases for name, words in _wrong_phase(kept).items()}


def _resized(row: CostAssessment, sizes: Mapping[str, Any]) -> list[Resized]:
    """Every phase, written nowhere yet."""
    rows = {each.phase: each for each in CostPhase.objects.filter(assessment_id=row.pk)} if row.pk else {}
    found = []
    for phase in PRICED_PHASES:
        kept = rows.get(phase) or CostPhase(assessment=row, phase=phase)
        names = [name for name in (*SIZES, *BATCH_ENDS) if sizes.get(f"{phase}-{name}", getattr(kept, name)) != getattr(kept, name)]
        for name in names:
            setattr(kept, name, sizes[f"{phase}-{name}"])
        found.append((kept, names))
    return found


def _wrong_phase(row: CostPhase) -> dict[str, str]:
    below = {name: _t("Not below zero.") for name in SIZES if getattr(row, name) < 0}
    if not below and bool(row.batch_kg) != bool(row.batches):
        words = _t("A batch size and a number of batches belong together; leave both empty where nothing is made.")
        return {"batches": words}
    return below or _wrong_ends(row)


def _wrong_ends(row: CostPhase) -> dict[str, str]:
    ends = {name: end for name in BATCH_ENDS if (end := getattr(row, name)) is not None}
    if ends and not row.batch_kg:
        return dict.fromkeys(ends, _t("This belongs to a batch size."))
    wrong = {name: _t("More than nothing.") for name, end in ends.items() if end <= 0}
    if ends.get("batch_low_kg", row.batch_kg) > row.batch_kg:
        wrong["batch_low_kg"] = _t("Not above the batch size.")
    if ends.get("batch_high_kg", row.batch_kg) < row.batch_kg:
        wrong.setdefault("batch_high_kg", _t("Not below the batch size."))
    return wrong


def _words(row: CostAssessment, before: Mapping[str, Any], name: str) -> str:
    return words_of(row, name) if name in FIELDS else _number_words(before[name])


def _number_words(number: Any) -> str:
    return "–" if number is None else str(number)


def _copy(row: Row, assessment: CostAssessment) -> Row:
    kept = {each.attname: getattr(row, each.attname) for each in row._meta.concrete_fields if not each.primary_key}
    return type(row)(**(kept | {"assessment_id": assessment.pk}))
