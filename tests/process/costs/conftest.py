"""What tests of offers begin with."""

from __future__ import annotations

import pytest

from catalogue.models import SupplierQuote
from process.models import CostAssessment, MaterialPrice
from tests.process.costs.story import TYPED, change


@pytest.fixture
def assumed(scenario: CostAssessment) -> MaterialPrice:
    """The price of 4-aminophenol is typed, and nobody has quoted it any more."""
    row = scenario.prices.get(material__name="4-Aminophenol")
    assert not change(scenario, row, TYPED).errors
    SupplierQuote.objects.filter(material=row.material).delete()
    return MaterialPrice.objects.select_related("material").get(pk=row.pk)
