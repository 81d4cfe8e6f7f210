"""The review of a supplier's qualification: asked of quality assurance in time, until there is a newer decision."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from accounts.models import Role
from audit.models import Event
from catalogue.models import Supplier
from projects.models import WaitingFor
from projects.services.supplier_reviews import ask_after, ask_for_supplier_reviews
from tests.catalogue.test_qualification import TODAY, qualify
from tests.projects import factories as make
from tests.worksheets.rows import a_material, a_supplier, change

pytestmark = pytest.mark.django_db


@pytest.fixture
def supplier() -> Supplier:
    a_material()
    supplier = a_supplier()
    qualify(supplier, days_ago=300, until=60)
    return supplier


def asked(role: str = Role.QUALITY_ASSURANCE) -> list[tuple[str, str, date | None]]:
    return [(wait.words, wait.link, wait.due_on) for wait in WaitingFor.objects.open().of(make.person(role))]


def test_quality_assurance_is_asked_two_months_before(supplier: Supplier) -> None:
    assert ask_for_supplier_reviews(TODAY - timedelta(1)) == 0
    assert asked() == []

    assert (ask_for_supplier_reviews(), ask_for_supplier_reviews()) == (1, 1)

    words = "Demo Chemicals: review the qualification for Toluene (99.8 %)"
    assert asked() == [(words, supplier.get_absolute_url(), TODAY + timedelta(60))]
    assert asked(Role.MATERIAL_CONTROL) == []


def test_a_newer_decision_ends_the_asking_as_soon_as_it_is_read(supplier: Supplier) -> None:
    ask_for_supplier_reviews()

    qualify(supplier, days_ago=0)
    ask_after(list(Event.objects.order_by("pk")))

    assert asked() == []


def test_nobody_reviews_what_was_disqualified(supplier: Supplier) -> None:
    qualify(supplier, days_ago=1, decision="disqualified", until=10)

    assert ask_for_supplier_reviews() == 0


def test_a_certificate_that_ends_is_asked_for_once_until_its_successor_is_entered(supplier: Supplier) -> None:
    a_material("THF-99")
    ends = TODAY + timedelta(60)
    rows = [qualify(supplier, material=code, gmp_certificate="CH-117", gmp_until=ends, until=900).pk for code in ("TOL-99", "THF-99")]

    assert (ask_for_supplier_reviews(TODAY - timedelta(1)), ask_for_supplier_reviews()) == (0, 1)
    words = "Demo Chemicals: GMP certificate CH-117 ends; ask for its successor"
    assert asked() == [(words, supplier.get_absolute_url(), ends)]

    for pk in rows:
        change(
            f"supplier-qualifications:{supplier.pk}", pk, {"gmp_until": TODAY + timedelta(900)}, actor=make.person(Role.QUALITY_ASSURANCE)
        )
    ask_after(list(Event.objects.order_by("pk")))
    assert asked() == []
