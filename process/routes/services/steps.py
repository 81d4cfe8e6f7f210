"""Steps of a draft, row by row."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.db.models import Max
from django.utils.translation import gettext as _t

from audit.acts import act
from audit.events import record
from audit.refusals import BadInput, Blocker, require_none
from audit.seen import require_unchanged, words_of
from catalogue.services import create_or_find_compound
from process.routes.models import RouteStep, RouteVersion, StepInput
from process.routes.services.shared import Values, as_data, locked_version, read_as_fraction, renumber, take, told

if TYPE_CHECKING:
    from accounts.models import User

FIELDS = (
    "name",
    "transformation",
    "product_name",
    "product_compound",
    "product_molar_mass_g_per_mol",
    "product_per_limiting",
    "yield_low_pct",
    "yield_pct",
    "yield_high_pct",
    "batch_output_kg",
    "cycle_time_h",
    "temperature_min_c",
    "temperature_max_c",
    "conditions",
    "hazards",
    "set_aside",
)
STRUCTURE = "product_structure"  # may be given in place of the compound: a SMILES or molfile
YIELDS = ("yield_low_pct", "yield_pct", "yield_high_pct")


def step_values(step: RouteStep) -> dict[str, Any]:
    """What the form of the step shows."""
    return {name: getattr(step, name) for name in FIELDS}


def structure_of(step: RouteStep) -> str:
    return step.product_compound.smiles if step.product_compound else ""


@act
def add_step(version_pk: int, values: Values, *, actor: User) -> RouteStep:
    """At the end of the list. Its key is one that no version of the route has used. Raises BadInput at the field.

    values: by the names of `FIELDS`; `product_structure` (text) enters or finds the compound of the product.
    """
    version = locked_version(version_pk, actor)
    values = _with_compound(values, values.get("product_name", ""), actor)
    used = RouteStep.objects.filter(version__route=version.route_id).aggregate(last=Max("key"))["last"] or 0
    step = RouteStep(version=version, key=used + 1, position=version.steps.count() + 1)
    take(step, values, FIELDS, _faults(values, step))
    step.save(force_insert=True)
    record("route_step.added", step, actor=actor, after=as_data(step, values), **_told(step, version))
    return step


@act
def change_step(pk: int, values: Values, *, actor: User, version: str = "") -> RouteStep:
    """version: of what the form showed (`audit.seen`). The same again records nothing. Raises BadInput at the field."""
    step = _locked(pk, actor)
    values = _with_compound(values, values.get("product_name", step.product_name), actor)
    require_unchanged(version, now=step_values(step), wanted=values, words=partial(words_of, step))
    old = as_data(step, values)
    changed = take(step, values, FIELDS, _faults(values, step))
    if changed:
        step.save(update_fields=changed)
        before, after = {name: old[name] for name in changed}, as_data(step, changed)
        record("route_step.changed", step, actor=actor, before=before, after=after, **_told(step, step.version))
    return step


@act
def move_step(pk: int, place: int, *, actor: User) -> RouteStep:
    """To this place in the list, from 1. Which step feeds which does not change."""
    step = _locked(pk, actor)
    renumber(list(step.version.steps.select_for_update(of=("self",))), step, place)
    record("route_step.moved", step, actor=actor, place=step.position, **_told(step, step.version))
    return step


def removal_blockers(step: RouteStep) -> list[Blocker]:
    consumers = StepInput.objects.filter(from_step=step).select_related("step")
    words = _t("Step %(step)s takes in its product.")
    return [Blocker("route_step.consumed", words % {"step": line.step.name}) for line in consumers]


@act
def remove_step(pk: int, *, actor: User) -> None:
    """With its inputs. Raises Refused while another step takes in its product."""
    step = _locked(pk, actor)
    require_none(removal_blockers(step))
    before = as_data(step, FIELDS)
    record("route_step.removed", step, actor=actor, before=before, **_told(step, step.version))
    step.inputs.update(reference=None)
    step.inputs.all().delete()
    version = step.version
    step.delete()
    _close_ranks(version)


def _close_ranks(version: RouteVersion) -> None:
    for position, row in enumerate(version.steps.all(), 1):
        if row.position != position:
            row.position = position
            row.save(update_fields=["position"])


def _locked(pk: int, actor: User) -> RouteStep:
    """The step with its draft locked: whoever changes one step of a version waits for whoever changes another."""
    version = locked_version(RouteStep.objects.values_list("version_id", flat=True).get(pk=pk), actor)
    step = RouteStep.objects.select_for_update(of=("self",)).select_related("product_compound").get(pk=pk)
    step.version = version
    return step


def _with_compound(values: Values, name: str, actor: User) -> Values:
    """A structure is a compound of the catalogue, entered now under the name of the product where it is new."""
    if STRUCTURE not in values:
        return values
    rest = {key: value for key, value in values.items() if key != STRUCTURE}
    text = values[STRUCTURE]
    if not text.strip():
        return {**rest, "product_compound": None}
    try:
        compound = create_or_find_compound(name=name, structure_text=text, actor=actor)
    except BadInput as bad:
        raise BadInput({STRUCTURE if field == "structure_text" else field: words for field, words in bad.errors.items()}) from bad
    return {**rest, "product_compound": compound}


def _faults(values: Values, step: RouteStep) -> dict[str, list[str]]:
    """Of the values as they would be, given ones first."""
    now = step_values(step) | dict(values)
    found = {name: words for name in YIELDS if (words := read_as_fraction(now[name], of_nothing=False))}
    base = now["yield_pct"]
    for name in YIELDS:
        if now[name] is not None and now[name] > 100:
            found[name] = [_t("At most 100 % of what the equation gives.")]
    if base is not None and now["yield_low_pct"] is not None and now["yield_low_pct"] > base:
        found.setdefault("yield_low_pct", [_t("The low yield is above the yield.")])
    if base is not None and now["yield_high_pct"] is not None and now["yield_high_pct"] < base:
        found.setdefault("yield_high_pct", [_t("The high yield is below the yield.")])
    low, high = now["temperature_min_c"], now["temperature_max_c"]
    if low is not None and high is not None and high < low:
        found["temperature_max_c"] = [_t("The upper temperature is below the lower one.")]
    return found


def _told(step: RouteStep, version: RouteVersion) -> dict[str, Any]:
    return {"title": step.name, **told(version)}
