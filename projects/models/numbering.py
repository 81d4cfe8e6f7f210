from django.db import models


class NumberSeries(models.Model):
    """The last number given in a series (prefix and year); its row is locked while the next is taken."""

    prefix = models.CharField(max_length=16)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["prefix", "year"], name="number_series_unique")]

    def __str__(self) -> str:
        return f"{self.prefix}-{self.year}-{self.last:04d}"
