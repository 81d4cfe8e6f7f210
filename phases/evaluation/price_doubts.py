"""What speaks against a price before it goes out: the departments' word that is missing, and a cost that it does not cover."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from phases.evaluation.margin import cost_bands, cost_in, short_of
from phases.evaluation.models import DepartmentAssessment, InquiryAssessment
from projects.price_sources import Doubt, doubt_prices_by

if TYPE_CHECKING:
    from projects.models import Quotation


def doubts_of(quotation: Quotation) -> list[Doubt]:
    """In words without a figure: not everybody who reads the page reads the costs. Four queries at most."""
    sheets = list(DepartmentAssessment.objects.filter(project=quotation.project_id))
    left = sum(sheet.state == DepartmentAssessment.State.OPEN for sheet in sheets)
    found, page = [], reverse("project-evaluation", args=[quotation.project.code])
    if left:
        words = ngettext("%(count)d department's sheet is not signed off.", "%(count)d departments' sheets are not signed off.", left)
        found.append(Doubt(words % {"count": left}, f"{page}#sheets"))
    if not InquiryAssessment.objects.filter(project=quotation.project_id).exists():
        found.append(Doubt(_t("No recommendation is recorded."), f"{page}#recommendation"))
    cost, _rates, _missing = cost_in(quotation, cost_bands(sheets))
    short = short_of(quotation, cost) if cost else ""
    return [*found, Doubt(short, f"{page}#sheets")] if short else found


def register() -> None:
    doubt_prices_by(doubts_of)
