"""The clock of a container, which shows that it ticks: `celery beat --scheduler cdmo.beat.VisibleScheduler`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from celery.beat import PersistentScheduler

ALIVE_SUFFIX = ".alive"


class VisibleScheduler(PersistentScheduler):
    schedule_filename: str

    def tick(self, *arguments: Any, **options: Any) -> float:
        """Touch a file beside the schedule: the schedule's own file keeps its time, however often it is written to."""
        seconds: float = super().tick(*arguments, **options)
        Path(f"{self.schedule_filename}{ALIVE_SUFFIX}").touch()
        return seconds
