"""What is true of a step of a route, and of what goes into it."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db.models import Max
from django.utils.translation import gettext as _t

from audit.refusals import BadInput
from catalogue.models import Compound
from catalogue.services import checked_structure, create_or_find_compound
from process.routes.models import RouteStep, StepInput
from process.routes.services.shared import split_by_references
from worksheets.rows import Rows, cells

if TYPE_CHECKING:
    from decimal import Decimal

    from process.routes.models import RouteVersion

DECIDED = re.compile(r"\bstep (\d+)")  # in the subject of a finding about what the step makes
YIELDS = ("yield_low_pct", "yield_pct", "yield_high_pct")


class StepRows(Rows):
    """Of a draft. The key of a step is one that no version of the route uses, and no reference or decision of a step that is gone."""

    parent: RouteVersion

    def new(self) -> RouteStep:
        route = self.parent.route
        used = RouteStep.objects.filter(version__route=route).aggregate(last=Max("key"))["last"] or 0
        cited = route.supports.aggregate(last=Max("step_key"))["last"] or 0
        subjects = " ".join(route.dispositions.values_list("subject", flat=True))
        return RouteStep(version=self.parent, key=max(used, cited, *map(int, DECIDED.findall(subjects))) + 1)

    def weigh(self, row: RouteStep, changed: Collection[str], wrong: Collection[str]) -> dict[str, list[str]]:
        errors = _wrong_yields(*cells(row, YIELDS, wrong))
        low, high = cells(row, ("temperature_min_c", "temperature_max_c"), wrong)
        if low is not None and high is not None and high < low:
            errors["temperature_max_c"] = [_t("The upper temperature is below the lower one.")]
        if "name" in changed and self.parent.steps.filter(name__iexact=row.name).exclude(pk=row.pk).exists():
            errors["name"] = [_t("Another step of this version has this name; inputs name their step by it.")]
        if "name" in changed and (words := split_by_references(row.name)):
            errors["name"] = words
        if "product_structure" in changed and (words := _wrong_structure(row.product_structure)):
            errors["product_structure"] = words
        return errors

    def clean(self, row: RouteStep, changed: Collection[str]) -> None:
        if row.typed_structure is not None:
            row.product_compound, row.typed_structure = self._compound(row), None

    def _compound(self, row: RouteStep) -> Compound | None:
        """A structure is a compound of the catalogue, entered now under the name of the product where it is new."""
        if not row.product_structure.strip():
            return None
        try:
            return create_or_find_compound(name=row.product_name, structure_text=row.product_structure, actor=self.actor)
        except BadInput as bad:
            named = {"structure_text": "product_structure", "name": "product_name"}
            raise BadInput({named.get(field, field): words for field, words in bad.errors.items()}) from bad

    def remove(self, row: RouteStep) -> None:
        """Refused while another step takes in its product, and while it has inputs: what is undone brings back the step alone."""
        consumers = StepInput.objects.filter(from_step=row).select_related("step")
        if names := ", ".join(dict.fromkeys(line.step.name for line in consumers)):
            raise BadInput({"": _t("Its product goes into %(steps)s.") % {"steps": names}})
        if row.inputs.exists():
            raise BadInput({"": _t("Take its inputs away first.")})
        row.delete()


def _wrong_structure(typed: str) -> list[str]:
    """What the catalogue will have against it, said with all else that is wrong."""
    try:
        checked_structure(typed)
    except BadInput as bad:
        return bad.errors["structure_text"]
    return []


def _wrong_yields(low: Decimal | None, base: Decimal | None, high: Decimal | None) -> dict[str, list[str]]:
    too_much = [_t("At most 100 % of what the equation gives.")]
    found = {name: too_much for name, value in zip(YIELDS, (low, base, high), strict=True) if value is not None and value > 100}
    if low is not None and base is not None and low > base:
        found.setdefault("yield_low_pct", [_t("The low yield is above the yield.")])
    if high is not None and base is not None and high < base:
        found.setdefault("yield_high_pct", [_t("The high yield is below the yield.")])
    return found


def _wrong_amounts(row: StepInput, wrong: Collection[str]) -> dict[str, list[str]]:
    low, amount, high = cells(row, ("amount_low", "amount", "amount_high"), wrong)
    found = {}
    if None not in (low, amount) and low > amount:
        found["amount_low"] = [_t("The low amount is above the amount.")]
    if None not in (high, amount) and high < amount:
        found["amount_high"] = [_t("The high amount is below the amount.")]
    if low is high is None:
        return found
    at = "amount_low" if low is not None else "amount_high"
    if row.is_limiting and "is_limiting" not in wrong:
        found[at] = [
            _t("All others are counted on the limiting input: it has no range. What is not sure is said by the yield of the step.")
        ]
    elif row.pk and row.counted_on_it.exists():
        found[at] = [_t("Another line is counted on it: it has no range.")]
    return found


def _has_range(row: StepInput) -> bool:
    return not (row.amount_low is row.amount_high is None)


class InputRows(Rows):
    """Of all steps of a draft."""

    def new(self) -> StepInput:
        return StepInput()

    def weigh(self, row: StepInput, changed: Collection[str], wrong: Collection[str]) -> dict[str, list[str]]:
        found = {}
        material, from_step, step, reference = cells(row, ("material", "from_step", "step", "reference"), wrong)
        if not {"material", "from_step"} & set(wrong) and (material is None) == (from_step is None):
            found["material"] = [_t("Choose a material, or the step whose product it is.")]
        if from_step is not None and from_step == step:
            found["from_step"] = [_t("A step does not take in its own product.")]
        if "step" in changed and row.pk and row.counted_on_it.exists():
            found["step"] = [_t("Another line of the step is counted on it.")]
        if None not in (reference, step) and {"reference", "step"} & set(changed):
            found |= self._wrong_reference(row)
        return found | _wrong_amounts(row, wrong)

    def _wrong_reference(self, row: StepInput) -> dict[str, list[str]]:
        """The line of the same step that is called so is the one: a material may stand in several steps."""
        lines = row.step.inputs.exclude(pk=row.pk).select_related("material", "from_step")
        found = next((line for line in lines if str(line) == str(row.reference)), None)
        if found is None:
            return {"reference": [_t("Choose another line of the same step.")]}
        row.reference = found
        return {"reference": [_t("It has a range; what others are counted on has none.")]} if _has_range(found) else {}

    def remove(self, row: StepInput) -> None:
        """Refused while the amount of another line is counted on it."""
        others = row.counted_on_it.select_related("material", "from_step")
        if names := ", ".join(str(line) for line in others):
            raise BadInput({"": _t("The amount of %(materials)s is counted on it.") % {"materials": names}})
        row.delete()
