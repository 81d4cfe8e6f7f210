"""Plans that have to be worked out again, because the working days they count in are others or a day has passed."""

from __future__ import annotations

from django.db import models


class StalePlan(models.Model):
    """The row is the queue: it is written with the change and goes when the plan is worked out."""

    project = models.OneToOneField("projects.Project", on_delete=models.CASCADE, primary_key=True, related_name="stale_plan")
    since = models.DateTimeField()

    class Meta:
        ordering = ["since", "project_id"]

    def __str__(self) -> str:
        return f"{self.project_id} since {self.since}"
