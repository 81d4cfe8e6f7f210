"""Purchase inquiries through the API: our own accounts read them, nobody of a client finds them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Role
from catalogue.models import ExchangeRate
from process.models import InquiryAnswer, PurchaseInquiry
from process.purchasing import services
from projects.models import Project
from tests.process import factories as make
from tests.process.purchasing.steps import buyer, in_days
from tests.projects import factories as projects

pytestmark = pytest.mark.django_db


@pytest.fixture
def address(project: Project) -> str:
    version = make.draft_of(make.a_whole_route(project))
    by = timezone.localdate() + timedelta(days=7)
    services.prepare_inquiry(version.pk, target_kg=Decimal(10), answer_by=by, with_priced=True, actor=make.chemist())
    return f"/api/v1/projects/{project.code}/inquiries/"


def test_ours_read_what_is_asked_for(address: str, project: Project) -> None:
    client = APIClient()
    client.force_authenticate(make.chemist())

    (listed,) = client.get(address).json()
    found = client.get(f"{address}1/?currency=USD").json()

    assert (listed["reference"], listed["state"], listed["route"]) == (f"{project.code}-PI-1", "prepared", 1)
    assert found["compared_in"] == "USD"
    by_name = {line["name"]: line for line in found["lines"]}
    assert set(by_name) == {"4-Aminophenol", "Acetic anhydride"}
    assert [offer["is_answered"] for offer in by_name["4-Aminophenol"]["offers"]] == [False]
    assert client.get(f"{address}1/?currency=XXX").status_code == 400


def test_an_offer_says_what_its_page_says(address: str, project: Project) -> None:
    inquiry = PurchaseInquiry.objects.get()
    PurchaseInquiry.objects.update(state="sent", sent_by=buyer(), sent_at=timezone.now(), answer_by=in_days(-1))
    ExchangeRate.objects.create(currency="EUR", into="USD", on=in_days(-3), rate=Decimal("1.25"), source="ECB")
    (ask,) = inquiry.asks.filter(line__material__name="4-Aminophenol").select_related("line", "supplier")
    said = {"price_per_kg": Decimal("5"), "currency": "USD", "lead_time_days": 20, "quoted_on": in_days(-9), "valid_until": in_days(-2)}
    InquiryAnswer.objects.create(inquiry=inquiry, line=ask.line, supplier=ask.supplier, **said)
    client = APIClient()
    client.force_authenticate(make.chemist())

    found = client.get(f"{address}1/?currency=EUR").json()

    (offer,) = next(line["offers"] for line in found["lines"] if line["name"] == "4-Aminophenol")
    assert found["is_late"]
    assert (offer["qualification_key"], offer["qualification"]) == ("not_qualified", "not qualified for this material")
    assert (offer["has_expired"], offer["is_best"], offer["is_fastest"], offer["is_answered"]) == (True, False, False, True)
    assert (offer["rate"], offer["rate_on"], offer["rate_source"]) == ("0.8", in_days(-3).isoformat(), "1 ÷ EUR/USD 1.25, ECB")
    assert (offer["price_per_kg"], offer["currency"], offer["valid_until"]) == ("5.0000", "USD", in_days(-2).isoformat())
    assert (offer["bought_kg"], offer["total"], offer["per_kg"]) == ("8.022", "32.09", "4.0002")  # 8.022 kg · 5 USD · 0.8
    assert (offer["instead_kg"], offer["instead_total"]) == (None, None)

    InquiryAnswer.objects.create(inquiry=inquiry, line=ask.line, supplier=ask.supplier, **said | {"quantity_from_kg": 9, "price_per_kg": 4})
    (offer,) = next(line["offers"] for line in client.get(f"{address}1/?currency=EUR").json()["lines"] if line["name"] == "4-Aminophenol")
    assert (offer["bought_kg"], offer["total"], offer["instead_kg"], offer["instead_total"]) == ("9.000", "28.80", "8.022", "32.09")


def test_a_client_finds_nothing(address: str, project: Project) -> None:
    client = APIClient()
    client.force_authenticate(projects.person(Role.CLIENT_APPROVER, client=project.client))

    assert client.get(address).status_code == 404
    assert client.get(f"{address}1/").status_code == 404
