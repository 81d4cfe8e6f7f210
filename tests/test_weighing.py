"""What `make test` asks and what it leaves to `make test-all`."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

from tests.weighing import ALWAYS, LONG, is_always_asked, long_ones, named, weights_of

ROOT = Path(settings.BASE_DIR)
WALK = "tests/attacks/test_values.py::test_walk"
REPORT = """<testsuites><testsuite>
<testcase classname="tests.desk.test_pages" name="test_one[a.b]" time="0.5" />
<testcase classname="tests.desk.test_pages" name="test_one[c]" time="1.5" />
<testcase classname="tests.desk.test_pages.TestPortal" name="test_two" time="2" />
</testsuite></testsuites>"""


def test_the_slowest_do_not_fit() -> None:
    """The budget is that of one process of three; of one file it is spent in one."""
    weights = {"tests/a.py::test_quick": [1.0, 1.0], "tests/b.py::test_slow": [5.0], "tests/c.py::test_slower": [6.0]}

    assert long_ones(weights, 6) == []
    assert long_ones(weights, 5) == ["tests/c.py::test_slower"]
    assert long_ones(weights, 4) == ["tests/b.py::test_slow", "tests/c.py::test_slower"]


def test_a_case_counts_and_not_their_number() -> None:
    """Fifty quick cases of one test stay before one slow test."""
    assert long_ones({"tests/a.py::test_many": [0.1] * 50, "tests/a.py::test_one": [2.0]}, 6) == ["tests/a.py::test_one"]


def test_what_runs_in_one_process_fits_into_its_time() -> None:
    """The product has one process, whatever the others have left."""
    story, keys = "tests/browser/test_costs.py::test_story", "tests/browser/test_hands.py::test_keys"

    assert long_ones({story: [6.0], keys: [5.0], "tests/a.py::test_quick": [1.0]}, 10) == [story]


def test_what_is_always_asked_takes_of_the_time_and_never_goes() -> None:
    weights = {WALK: [60.0], "tests/a.py::test_a_foreign_client_finds_nothing": [40.0], "tests/b.py::test_quick": [21.0]}

    assert long_ones(weights, 40) == ["tests/b.py::test_quick"]


def test_cases_of_a_report_are_gathered_by_their_test() -> None:
    assert weights_of(REPORT) == {"tests/desk/test_pages.py::test_one": [0.5, 1.5], "tests/desk/test_pages.py::TestPortal::test_two": [2.0]}


def test_what_is_left_out_is_there() -> None:
    """Under its name: else it is asked after all, and the list says what is not so."""
    names = named(LONG.read_text())
    texts = {file: (ROOT / file).read_text() for file in {name.split("::")[0] for name in names} if (ROOT / file).exists()}

    missing = {name for name in names if f"def {name.split('::')[-1]}(" not in texts.get(name.split("::")[0], "")}

    assert missing == set()
    assert not list(filter(is_always_asked, names))


@pytest.mark.parametrize("place", ALWAYS)
def test_what_is_always_asked_is_there(place: str) -> None:
    """A folder or files, by how their name begins."""
    assert [each for each in (ROOT / place).parent.glob(f"{(ROOT / place).name}*") if each.name != "__pycache__"]
