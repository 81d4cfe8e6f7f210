"""Classes of reaction and what is published of them (PM-01)."""

from __future__ import annotations

import csv
from collections import Counter
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import pytest

from process.routes.benchmarks import Benchmark, Standing, standing
from process.routes.models import RouteStep
from process.routes.reaction_classes import BENCHMARKS, GENERAL, GROUPS, reaction_classes
from worksheets.columns import plain

DATA = Path(__file__).parents[1] / "data" / "pmi_calculator"
CATEGORY = itemgetter("Category")


def presets() -> list[dict[str, str]]:
    with (DATA / "presets.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def numbers_of(row: Benchmark) -> tuple[float, float, float, float, int]:
    return (row.pmi_low, row.pmi_high, row.yield_low, row.yield_high, row.reactions)


# PM-01: step PMI and yield, low and high, and how many reactions they are of.
PUBLISHED = {
    "amidation": (19.7, 67.2, 0.7675, 0.92, 120),
    "carbonyl_reduction": (18.9, 95.45, 0.8125, 0.9625, 40),
    "c_n_coupling": (32.125, 141, 0.6375, 0.85, 32),
    "alcohol_dehydration": (51, 51, 0.89, 0.89, 1),
}


def test_benchmarks_are_as_published() -> None:
    found = {key: numbers_of(row) for key, row in BENCHMARKS.items()}

    assert {key: found[key] for key in PUBLISHED} == PUBLISHED


def test_every_published_class_is_there_in_its_group() -> None:
    """PM-01: 122 classes. Names are spelt our way, so that a class is known by its six columns of the published table."""
    published = Counter(
        (len(group), *(float(row[name]) for name in ("PMI_low", "PMI_high", "Yield_low", "Yield_high", "Counts")))
        for _name, group in groupby(sorted(presets(), key=CATEGORY), CATEGORY)
        for group in [list(group)]
        for row in group
    )

    assert published.total() == 122
    assert Counter((len(classes), *numbers_of(row)) for _group, classes in GROUPS for row in classes) == published


def test_no_two_classes_are_called_the_same() -> None:
    names = [plain(name) for _group, classes in reaction_classes() for _key, name in classes]
    keys = [key for _group, classes in reaction_classes() for key, _name in classes]

    assert len(set(names)) == len(names)
    assert len(set(keys)) == len(keys) == len(BENCHMARKS) + len(GENERAL)


@pytest.mark.parametrize("key", PUBLISHED)
def test_a_value_stands_against_the_quartiles_of_its_class(key: str) -> None:
    """PM-01: of a class of one reaction both quartiles are one number, which is within."""
    pmi_low, pmi_high, yield_low, yield_high, _reactions = PUBLISHED[key]

    for low, high in ((pmi_low, pmi_high), (yield_low, yield_high)):
        assert [standing(value, low, high) for value in (low, high)] == [Standing.WITHIN] * 2
        assert [standing(value, low, high) for value in (low - 0.001, high + 0.001)] == [Standing.BELOW, Standing.ABOVE]


def test_a_step_can_be_of_every_class() -> None:
    """By the words that the step shows."""
    words = dict(RouteStep._meta.get_field("transformation").flatchoices)

    assert {key: row.name for key, row in BENCHMARKS.items()} | dict(GENERAL) == words
