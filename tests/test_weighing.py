"""What `make test` asks and what it leaves to `make test-all`."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

from tests.weighing import ALWAYS, LONG, long_ones, named, weights_of

ROOT = Path(settings.BASE_DIR)
WALK = "tests/attacks/test_values.py::test_walk"
REPORT = """<testsuites><testsuite>
<testcase classname="tests.desk.test_pages" name="test_one[a.b]" time="0.5" />
<testcase classname="tests.desk.test_pages" name="test_one[c]" time="1.5" />
<testcase classname="tests.desk.test_pages.TestPortal" name="test_two" time="2" />
</testsuite></testsuites>"""


def test_the_slowest_do_not_fit() -> None:
    weights = {"tests/a.py::test_quick": [1.0, 1.0], "tests/a.py::test_slow": [5.0], "tests/a.py::test_slower": [6.0]}

    assert long_ones(weights, 13) == []
    assert long_ones(weights, 12) == ["tests/a.py::test_slower"]
    assert long_ones(weights, 7) == ["tests/a.py::test_slower"]
    assert long_ones(weights, 6) == ["tests/a.py::test_slow", "tests/a.py::test_slower"]


def test_a_case_counts_and_not_their_number() -> None:
    """Fifty quick cases of one test stay before one slow test."""
    assert long_ones({"tests/a.py::test_many": [0.1] * 50, "tests/a.py::test_one": [2.0]}, 6) == ["tests/a.py::test_one"]


def test_what_is_always_asked_takes_of_the_time_and_never_goes() -> None:
    assert long_ones({WALK: [60.0], "tests/a.py::test_quick": [1.0]}, 60.5) == ["tests/a.py::test_quick"]


def test_cases_of_a_report_are_gathered_by_their_test() -> None:
    assert weights_of(REPORT) == {"tests/desk/test_pages.py::test_one": [0.5, 1.5], "tests/desk/test_pages.py::TestPortal::test_two": [2.0]}


def test_what_is_left_out_is_there() -> None:
    """Under its name: else it is asked after all, and the list says what is not so."""
    names = named(LONG.read_text())
    texts = {file: (ROOT / file).read_text() for file in {name.split("::")[0] for name in names} if (ROOT / file).exists()}

    missing = {name for name in names if f"def {name.split('::')[-1]}(" not in texts.get(name.split("::")[0], "")}

    assert missing == set()
    assert not [name for name in names if name.startswith(ALWAYS)]


@pytest.mark.parametrize("place", ALWAYS)
def test_what_is_always_asked_is_there(place: str) -> None:
    """A folder, a file or a test, each by how its name begins."""
    file, _, name = place.partition("::")
    found = [each for each in (ROOT / file).parent.glob(f"{(ROOT / file).name}*") if each.name != "__pycache__"]

    assert found
    assert not name or f"def {name}" in found[0].read_text()
