"""Which tests `make test` leaves to `make test-all`, so that it takes no more than 15 minutes on 2 cores.

Whatever a change must prove before it lands is always asked: what stands in ALWAYS, and what guards who sees what, what two do at once and
that more rows ask the database no more, known by the words of its name. Of all other tests the quickest are asked, until the time is spent;
`tests/long.txt` names those that it does not reach. `make weigh` runs everything, on a machine that does nothing else, and writes that file
anew. A new test is in no list and so is asked; one that is listed and gets another name is listed under it by hand, or fails
`tests/test_weighing.py`.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from statistics import mean
from xml.etree import ElementTree

from tests.groups import together

LONG = Path(__file__).with_name("long.txt")
PROCESSES = 3  # `make test` has as many
# Of each. It takes two fifths more: a set-up that many tests share was counted for the first of them, which may be left out. Style, types
# and migrations take another minute.
BUDGET_SECONDS = 560
ALWAYS = (
    "tests/accounts/test_client_rows.py",
    "tests/accounts/test_oidc.py",
    "tests/accounts/test_policies.py",
    "tests/accounts/test_sign_in",
    "tests/attacks/",
    "tests/audit/",
    "tests/browser/test_drafts.py",
    "tests/browser/test_keyboard.py",
    "tests/browser/test_kept.py",
    "tests/browser/test_pages",
    "tests/browser/test_seeing.py",
    "tests/browser/test_worksheets.py",
    "tests/cdmo/test_backup.py",
    "tests/cdmo/test_kills.py",
    "tests/cdmo/test_pgbouncer.py",
    "tests/cdmo/test_upgrade.py",
    "tests/documents/test_concurrency.py",
    "tests/documents/test_file_reading.py",
    "tests/documents/test_killed_worker.py",
    "tests/documents/test_pdf_checks.py",
    "tests/notifications/test_changes.py",
    "tests/projects/test_gate_signing.py",
    "tests/projects/test_kept",
    "tests/projects/test_messages_that_attack.py",
    "tests/routes/",
    "tests/test_api_rows.py",
    "tests/test_api_shape.py",
    "tests/test_architecture.py",
    "tests/test_weighing.py",
    "tests/worksheets/test_imports.py",
)
GUARDS = (
    "another_client",
    "ask_no_more",
    "asks_as_much",
    "asks_little",
    "asks_no_more",
    "at_once",
    "client_finds",
    "client_reads",
    "cost_is_the_same",
    "cost_no_query",
    "cost_the_list_what",
    "cost_the_same",
    "cost_what",
    "costs_after",
    "costs_in_every_state",
    "costs_no_query",
    "costs_one_query",
    "costs_the_same",
    "does_not_grow",
    "foreign",
    "kept_project",
    "kept_request",
    "may_not_see",
    "queries",
    "two_people",
    "what_a_page_costs",
)


def is_always_asked(name: str) -> bool:
    return name.startswith(ALWAYS) or any(words in name.split("::")[-1] for words in GUARDS)


def named(text: str) -> frozenset[str]:
    """The tests of the list, as `tests/desk/test_pages.py::test_name`; all cases of a test stay together."""
    return frozenset(line for line in text.splitlines() if line)


def test_of(nodeid: str) -> str:
    """The test of which this is one case."""
    return nodeid.split("[")[0]


def long_ones(weights: Mapping[str, Iterable[float]], budget_seconds: float = BUDGET_SECONDS) -> list[str]:
    """The tests that do not fit, by the time that a case takes: neither together, nor in the one process that a group of them has.

    weights: seconds of each case of each test. budget_seconds: of each process.
    """
    seconds = {name: list(cases) for name, cases in weights.items()}
    of_group: Counter[str] = Counter()
    for name in filter(is_always_asked, seconds):
        of_group[together(name)] += sum(seconds[name])
    left, spent = [], of_group.total()
    for name in sorted(seconds, key=lambda each: (mean(seconds[each]), each)):
        group, own = together(name), sum(seconds[name])
        if is_always_asked(name):
            continue
        if spent + own > budget_seconds * PROCESSES or of_group[group] + own > budget_seconds:
            left.append(name)
        else:
            spent += own
            of_group[group] += own
    return sorted(left)


def weights_of(report: str) -> dict[str, list[float]]:
    """report: what pytest's `--junitxml` wrote."""
    weights: dict[str, list[float]] = {}
    for case in ElementTree.fromstring(report).iter("testcase"):
        place, name = case.attrib["classname"].split("."), case.attrib["name"]
        classes = [part for part in place if part.startswith("Test")]
        file = "/".join(part for part in place if part not in classes) + ".py"
        weights.setdefault(test_of("::".join([file, *classes, name])), []).append(float(case.attrib["time"]))
    return weights


def main(report: str) -> None:
    weights = weights_of(Path(report).read_text())
    left = long_ones(weights)
    LONG.write_text("".join(f"{name}\n" for name in left))
    cases = sum(len(weights[name]) for name in left)
    print(f"{cases} of {sum(map(len, weights.values()))} tests are left to `make test-all`.")


if __name__ == "__main__":
    main(*sys.argv[1:])
