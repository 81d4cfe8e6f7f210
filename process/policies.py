"""Whose the rows of this app are (audit/policies.py): ours alone, whatever project they lead to."""

from __future__ import annotations

from audit.policies import declare


def register_policies() -> None:
    for label in ("Route", "RouteVersion", "RouteStep", "StepInput", "Literature", "StepSupport", "Disposition"):
        declare(f"process.{label}", "false")
