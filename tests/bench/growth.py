"""`make bench-growth`: the API's lists at 100,000 projects beside its own figures at 1,000. Prints a table for docs/benchmarks.md.

Two installations side by side, each with its own servers and one client's system, asked in turn. The large one takes about 20 GB of
disk and half an hour to fill; both are kept for the next run.
"""

from __future__ import annotations

import argparse
import sys

from cdmo.servers.product import manage
from tests.bench.lists import LISTS
from tests.bench.rows import HEAD, Row, measured
from tests.bench.running import Reader, clients_system, running

SHARE = 0.9


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, prog="make bench-growth")
    parser.add_argument("--few", type=int, default=1000)
    parser.add_argument("--many", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=60)
    asked = parser.parse_args()
    with running(asked.few, "bench-few") as (few, port, *_rest), running(asked.many, "bench-many") as (many, other, *_others):
        small = Reader(port, Authorization=f"Bearer {clients_system(few)[0]}")
        large = Reader(other, Authorization=f"Bearer {clients_system(many)[0]}")
        for told in (few, many):
            print(manage(told, "load_scale", "--projects", "1"), flush=True)
        print(HEAD.replace("product", "many").replace("floor", "few"), end="")
        rows = [_row(small, large, name, f"/api/v1/{path}", asked.times) for name, path in LISTS]
    return 0 if all(row.met for row in rows) else 1


def _row(small: Reader, large: Reader, name: str, path: str, times: int) -> Row:
    answers = [reader.get(path) for reader in (small, large)]
    assert [status for status, _body, _headers in answers] == [200, 200], answers
    ours, own = measured(lambda: large.get(path), lambda: small.get(path), times=times)
    row = Row(f"API: {name}", ours, own, f"{SHARE} of its own", bool(own and own / ours >= SHARE), times)
    print(row.line, flush=True)
    return row


if __name__ == "__main__":
    sys.exit(main())
