"""How large the batches of a phase are and how many: one rule for the form that opens a scenario and for the table of its phases."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _t

from process.costs.models import PRICED_PHASES, CostAssessment, CostPhase
from projects.money import half_up

if TYPE_CHECKING:
    from process.costs.trial import Trial

SIZES = ("batch_kg", "batches")
BATCH_ENDS = ("batch_low_kg", "batch_high_kg")
SCALE_FIELDS = tuple(f"{phase.value}-{name}" for phase in PRICED_PHASES for name in SIZES)
END_FIELDS = tuple(f"{phase.value}-{name}" for phase in PRICED_PHASES for name in BATCH_ENDS)
MOST_BATCHES = 9999
BATCH_PLACES = Decimal("0.0001")


def sized(assessment: CostAssessment, values: Mapping[str, Any]) -> list[CostPhase]:
    """Every phase of a scenario that is not there yet, written nowhere. values: by "<phase>-<field>"; no size is none, no end is as the
    size.
    """
    return [CostPhase(assessment=assessment, phase=phase, **_sizes_of(phase, values)) for phase in PRICED_PHASES]


def _sizes_of(phase: str, values: Mapping[str, Any]) -> dict[str, Any]:
    sizes = {name: values.get(f"{phase}-{name}") or 0 for name in SIZES}
    return sizes | {name: values.get(f"{phase}-{name}") for name in BATCH_ENDS}


def scale_values(assessment: CostAssessment) -> dict[str, Any]:
    return _of_phases(assessment, SIZES)


def end_values(assessment: CostAssessment) -> dict[str, Any]:
    """What a batch of each phase may come to."""
    return _of_phases(assessment, BATCH_ENDS)


def _of_phases(assessment: CostAssessment, names: Sequence[str]) -> dict[str, Any]:
    rows = {each.phase: each for each in assessment.phases.all()}
    return {f"{phase}-{name}": getattr(rows[phase], name) for phase in PRICED_PHASES for name in names if phase in rows}


def tried_sizes(source: CostAssessment, trial: Trial) -> dict[str, Any]:
    """What a batch may come to stays the same share of its size."""
    sizes: dict[str, Any] = {}
    for row in (each for each in source.phases.all() if each.phase in trial.scales):
        tried = trial.scales[row.phase]
        sizes |= {f"{row.phase}-{name}": value for name, value in zip(SIZES, tried, strict=True)}
        for name in BATCH_ENDS:
            end, batch_kg = getattr(row, name), tried[0]
            sizes[f"{row.phase}-{name}"] = half_up(end * batch_kg / row.batch_kg, BATCH_PLACES) if end and batch_kg else None
    return sizes


def wrong_phases(phases: Iterable[CostPhase]) -> dict[str, list[str]]:
    """By "<phase>-<field>"."""
    return {f"{row.phase}-{name}": [words] for row in phases for name, words in wrong_sizes(row).items()}


def wrong_sizes(row: CostPhase, unread: Collection[str] = ()) -> dict[str, str]:
    """By field: sizes below zero, batches without a size, ends that do not lie about it. unread: of what rests on these nothing is said."""
    below = {name: _t("Not below zero.") for name in SIZES if name not in unread and getattr(row, name) < 0}
    if below or set(SIZES) & set(unread):
        return below
    if bool(row.batch_kg) != bool(row.batches):
        return {"batches": _t("A batch size and a number of batches belong together; type 0 for both where nothing is made.")}
    return {name: words for name, words in _wrong_ends(row).items() if name not in unread}


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
