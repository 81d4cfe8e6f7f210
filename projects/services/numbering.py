"""Numbers without gaps or twins: RFP-2026-0001, API-2026-0001."""

from django.db import transaction

from projects.models import NumberSeries


@transaction.atomic
def next_in_series(prefix: str, year: int) -> str:
    """The next number of the series; the row lock is held until the caller's transaction ends, so a rollback leaves no gap."""
    NumberSeries.objects.get_or_create(prefix=prefix, year=year)
    series = NumberSeries.objects.select_for_update().get(prefix=prefix, year=year)
    series.last += 1
    series.save(update_fields=["last"])
    return str(series)
