"""Inputs of the steps of a draft, row by row."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _t

from audit.acts import act
from audit.events import record
from audit.refusals import Blocker, require_none
from audit.seen import require_unchanged, words_of
from process.routes.models import RouteStep, StepInput
from process.routes.services.shared import Values, as_data, locked_version, read_as_fraction, renumber, take, told

if TYPE_CHECKING:
    from accounts.models import User

FIELDS = (
    "material",
    "from_step",
    "role",
    "amount",
    "basis",
    "is_limiting",
    "assay_pct",
    "recycle_pct",
    "reference",
    "stoichiometry",
    "note",
)


def input_values(line: StepInput) -> dict[str, Any]:
    """What the form of the input shows."""
    return {name: getattr(line, name) for name in FIELDS}


@act
def add_input(step_pk: int, values: Values, *, actor: User) -> StepInput:
    """At the end of the step's list. Raises BadInput at the field."""
    step = _locked_step(step_pk, actor)
    line = StepInput(step=step, position=step.inputs.count() + 1)
    take(line, values, FIELDS, _faults(values, line))
    line.save(force_insert=True)
    record("step_input.added", line, actor=actor, after=as_data(line, values), **_told(line))
    return line


@act
def change_input(pk: int, values: Values, *, actor: User, version: str = "") -> StepInput:
    """version: of what the form showed (`audit.seen`). The same again records nothing. Raises BadInput at the field."""
    line = _locked(pk, actor)
    require_unchanged(version, now=input_values(line), wanted=values, words=partial(words_of, line))
    old = as_data(line, values)
    changed = take(line, values, FIELDS, _faults(values, line))
    if changed:
        line.save(update_fields=changed)
        before = {name: old[name] for name in changed}
        record("step_input.changed", line, actor=actor, before=before, after=as_data(line, changed), **_told(line))
    return line


@act
def move_input(pk: int, place: int, *, actor: User) -> StepInput:
    """To this place in the list of its step, from 1."""
    line = _locked(pk, actor)
    renumber(list(line.step.inputs.select_for_update(of=("self",))), line, place)
    record("step_input.moved", line, actor=actor, place=line.position, **_told(line))
    return line


def removal_blockers(line: StepInput) -> list[Blocker]:
    words = _t("The amount of %(material)s is counted on it.")
    rows = line.counted_on_it.select_related("material", "from_step")
    return [Blocker("step_input.reference", words % {"material": other}) for other in rows]


@act
def remove_input(pk: int, *, actor: User) -> None:
    """Raises Refused while the amount of another line is counted on it."""
    line = _locked(pk, actor)
    require_none(removal_blockers(line))
    record("step_input.removed", line, actor=actor, before=as_data(line, FIELDS), **_told(line))
    step = line.step
    line.delete()
    for position, row in enumerate(step.inputs.all(), 1):
        if row.position != position:
            row.position = position
            row.save(update_fields=["position"])


def _locked_step(pk: int, actor: User) -> RouteStep:
    version = locked_version(RouteStep.objects.values_list("version_id", flat=True).get(pk=pk), actor)
    step = RouteStep.objects.select_for_update(of=("self",)).get(pk=pk)
    step.version = version
    return step


def _locked(pk: int, actor: User) -> StepInput:
    step = _locked_step(StepInput.objects.values_list("step_id", flat=True).get(pk=pk), actor)
    line = StepInput.objects.select_for_update(of=("self",)).select_related("material", "from_step", "reference").get(pk=pk)
    line.step = step
    return line


def _faults(values: Values, line: StepInput) -> dict[str, list[str]]:
    """Of the values as they would be, given ones first."""
    now = input_values(line) | dict(values)
    found = {}
    if words := read_as_fraction(now["assay_pct"], of_nothing=False):
        found["assay_pct"] = words
    if words := read_as_fraction(now["recycle_pct"], of_nothing=True):
        found["recycle_pct"] = words
    if (now["material"] is None) == (now["from_step"] is None):
        found["material"] = [_t("Choose a material, or the step whose product it is.")]
    made = now["from_step"]
    if made is not None and made.version_id != line.step.version_id:
        found["from_step"] = [_t("This step is of another version.")]
    if made is not None and made.pk == line.step_id:
        found["from_step"] = [_t("A step does not take in its own product.")]
    reference = now["reference"]
    if reference is not None and (reference.step_id != line.step_id or reference.pk == line.pk):
        found["reference"] = [_t("Choose another line of the same step.")]
    return found


def _told(line: StepInput) -> dict[str, Any]:
    return {"title": str(line), "step": line.step.name, **told(line.step.version)}
