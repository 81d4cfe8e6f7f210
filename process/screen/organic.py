"""ICH Q3A(R2), attachment 1: from what amount an organic impurity is reported, identified, qualified, by the greatest daily dose. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

LOW_DOSE_G_PER_DAY = Decimal(2)  # up to and with this dose the first row of the table holds
MG_PER_PERCENT_AND_G = Decimal(10)  # 1 % of 1 g


@dataclass(frozen=True)
class Daily:
    """A threshold at one dose, the same in both units."""

    percent: Decimal
    mg_per_day: Decimal


@dataclass(frozen=True)
class Limit:
    """As the table says it: a percentage of the substance, or so many mg/day where that is lower; None where no mass is named."""

    percent: Decimal
    most_mg_per_day: Decimal | None = None

    def at(self, dose_g_per_day: Decimal) -> Daily:
        whole = dose_g_per_day * MG_PER_PERCENT_AND_G
        amount = self.percent * whole
        if self.most_mg_per_day is not None and self.most_mg_per_day < amount:
            return Daily(self.most_mg_per_day / whole, self.most_mg_per_day)
        return Daily(self.percent, amount)


@dataclass(frozen=True)
class Row:
    """Of the table."""

    reporting: Limit
    identification: Limit
    qualification: Limit

    @property
    def limits(self) -> tuple[Limit, Limit, Limit]:
        return self.reporting, self.identification, self.qualification


UP_TO_2_G = Row(Limit(Decimal("0.05")), Limit(Decimal("0.10"), Decimal(1)), Limit(Decimal("0.15"), Decimal(1)))
ABOVE_2_G = Row(Limit(Decimal("0.03")), Limit(Decimal("0.05")), Limit(Decimal("0.05")))


def thresholds_at(dose_g_per_day: Decimal) -> tuple[Daily, Daily, Daily]:
    """Of reporting, identification and qualification. dose_g_per_day: of the drug substance, more than nothing."""
    row = UP_TO_2_G if dose_g_per_day <= LOW_DOSE_G_PER_DAY else ABOVE_2_G
    report, identify, qualify = (limit.at(dose_g_per_day) for limit in row.limits)
    return report, identify, qualify
