"""Whose the rows of a sheet's tables are (audit/policies.py): ours alone, whatever project they lead to."""

from __future__ import annotations

from audit.policies import declare


def register() -> None:
    for label in ("SheetRisk", "SheetAssumption", "PlannedTest", "PlannedOperation", "SheetHazard", "PlannedUtility", "SheetCost"):
        declare(f"phases.{label}", "false")
