"""An inquiry over a route of which some inputs have no price that holds."""

from __future__ import annotations

import pytest

from catalogue.models import Supplier, SupplierQuote
from process.models import PurchaseInquiry, RouteVersion
from process.purchasing import services
from projects.models import Project
from tests.process import factories as make
from tests.process.purchasing.steps import in_days, prepared
from worksheets.changing import REMOVE, Change, change_rows


@pytest.fixture
def version(project: Project) -> RouteVersion:
    """The price of one input is over, and two suppliers have quoted it; nobody has quoted another; the third has a price that holds."""
    found = make.draft_of(project.routes.get())
    SupplierQuote.objects.filter(material__name="4-Aminophenol").update(valid_until=in_days(-1))
    aminophenol = SupplierQuote.objects.get(material__name="4-Aminophenol").material
    make.a_price(aminophenol, "5.90", supplier="Second Works", valid_until=in_days(-1))
    SupplierQuote.objects.filter(material__name="Acetic anhydride").delete()
    Supplier.objects.update(email="offers@works.example", status=Supplier.Status.APPROVED)
    return found


@pytest.fixture
def inquiry(version: RouteVersion) -> PurchaseInquiry:
    """Of what nobody has quoted nobody is asked: the chemist has taken out who was only guessed."""
    found = prepared(version)
    guessed = found.asks.filter(line__material__name="Acetic anhydride")
    change_rows(f"inquiry-asks:{found.pk}", [Change(REMOVE, each.pk) for each in guessed], actor=make.chemist())
    return services.write_letters(found.pk, actor=make.chemist())
