"""What payments come to: amounts against the agreed price, corrected with a reason, invoiced, paid; what a client reads of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from functools import partial
from importlib import import_module
from typing import Any
from zoneinfo import ZoneInfo

import pgtrigger
import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from audit.models import Event
from audit.refusals import BadInput, NotAllowed, Refused
from catalogue.models import Site
from projects.models import Milestone, Phase, Project, Quotation, QuotationLine
from projects.price import Term, agreed_price, payment_sums, terms_of
from projects.services.invoicing import record_invoice, record_payment
from projects.services.payments import correct_payment, payment_sources, plan_payment, source_words
from projects.services.sharing import set_visibility
from tests.kept import kept_until_the_end
from tests.projects import factories as make
from tests.projects.people import business

pytestmark = pytest.mark.django_db
Check = Callable[[Callable[[], object], type[Exception]], Exception]
TOTAL = Decimal("420000.00")


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any) -> Iterator[int]:
    with kept_until_the_end(django_db_blocker):
        yield make.a_project_in(Phase.SMALL_SCALE).pk


@pytest.fixture
def project(made: int, db: None) -> Project:
    return Project.objects.get(pk=made)


def planned(project: Project, **values: Any) -> Milestone:
    """Due at once: G1 is decided."""
    return plan_payment(project.code, actor=business(), **{"title": "First", "source": "gate:G1", **values})


def test_a_percentage_comes_to_its_part_of_the_agreed_price(project: Project) -> None:
    payment = planned(project, percent=Decimal("33.33"))

    assert (payment.amount, payment.percent) == (Decimal("139986.00"), Decimal("33.33"))
    assert Event.objects.get(kind="payment.planned").data["after"]["amount"] == "139986.00"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"amount": Decimal("-1.00")}, "amount"),
        ({"amount": Decimal("1.005")}, "amount"),
        ({"percent": Decimal(101)}, "percent"),
        ({"percent": Decimal(50), "amount": Decimal("200000.00")}, "amount"),
    ],
)
def test_an_amount_that_makes_no_sense_is_named(project: Project, nothing_written: Check, values: dict[str, Any], field: str) -> None:
    refusal = nothing_written(partial(planned, project, **values), BadInput)

    assert isinstance(refusal, BadInput) and list(refusal.errors) == [field]


def test_before_a_quotation_is_accepted_there_is_no_price(nothing_written: Check) -> None:
    project = make.a_project()

    refusal = nothing_written(partial(planned, project, amount=Decimal("5.00")), BadInput)

    assert isinstance(refusal, BadInput) and list(refusal.errors) == ["amount"]


def test_a_part_of_nothing_is_no_amount(project: Project, nothing_written: Check) -> None:
    with pgtrigger.ignore("projects.QuotationLine:frozen_when_accepted"):
        QuotationLine.objects.filter(quotation__project=project).update(amount=Decimal("0.00"))

    refusal = nothing_written(partial(planned, project, percent=Decimal(40)), BadInput)

    assert isinstance(refusal, BadInput) and list(refusal.errors) == ["amount"]


def test_yen_are_whole_on_the_page_and_in_what_is_refused(project: Project, nothing_written: Check) -> None:
    with pgtrigger.ignore("projects.Quotation:accepted_is_frozen"):
        Quotation.objects.filter(project=project).update(currency="JPY")
    planned(project, percent=Decimal(50))
    browser = Client()
    browser.force_login(business())

    refused = nothing_written(partial(planned, project, percent=Decimal(50), amount=Decimal(200_000)), BadInput)
    page = browser.get(reverse("project-payments", args=[project.code])).content.decode()

    assert "50 % of JPY 420,000 is 210,000:" in str(refused)
    assert "210,000\n" in page and "210,000.00\n" not in page


def test_what_makes_payments_due_is_read_once(project: Project, django_assert_num_queries: Any) -> None:
    sources = payment_sources(project)

    with django_assert_num_queries(1):
        assert set(dict(sources)) < set(source_words(project, sources))


def test_a_payment_goes_from_planned_to_paid_and_the_sums_follow(project: Project, nothing_written: Check) -> None:
    today = timezone.localdate()
    ready, later = planned(project, amount=Decimal("100000.00")), planned(project, source="gate:G2", amount=Decimal("50000.00"))
    planned(project, source="gate:G3")
    price = agreed_price(project)
    assert price is not None

    def sums() -> tuple[Decimal, ...]:
        found = payment_sums(price, Milestone.objects.filter(project=project, kind="payment"))
        return found.planned, found.ready, found.invoiced, found.paid, found.open

    k50, k100, none = Decimal("50000.00"), Decimal("100000.00"), Decimal("0.00")
    assert sums() == (k50, k100, none, none, TOTAL - 150_000)
    nothing_written(partial(record_payment, project.code, ready.key, on=today, actor=business()), Refused)
    record_invoice(project.code, ready.key, number="INV-1", on=today, actor=business())
    assert sums() == (k50, none, k100, none, TOTAL - 150_000)
    for day in (today + timedelta(days=1), today - timedelta(days=1)):
        nothing_written(partial(record_payment, project.code, ready.key, on=day, actor=business()), BadInput)
    nothing_written(partial(record_payment, project.code, ready.key, on=today, actor=make.manager()), NotAllowed)
    record_payment(project.code, ready.key, on=today, actor=business())
    assert sums() == (k50, none, none, k100, TOTAL - 150_000)
    nothing_written(partial(record_payment, project.code, ready.key, on=today, actor=business()), Refused)
    nothing_written(partial(record_invoice, project.code, later.key, number="INV-2", on=today, actor=business()), Refused)


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12"])  # at any moment one of them has another day than we
def test_the_day_of_an_invoice_is_the_day_at_the_site(project: Project, nothing_written: Check, zone: str) -> None:
    payment = planned(project, amount=Decimal("1000.00"))
    Site.objects.filter(pk=project.site_id).update(time_zone=zone)
    today = timezone.localdate(timezone=ZoneInfo(zone))
    tomorrow, invoice = today + timedelta(days=1), partial(record_invoice, project.code, payment.key, number="INV-1", actor=business())

    nothing_written(partial(invoice, on=tomorrow), BadInput)
    invoice(on=today)
    nothing_written(partial(record_payment, project.code, payment.key, on=tomorrow, actor=business()), BadInput)
    record_payment(project.code, payment.key, on=today, actor=business())


def test_without_an_amount_nothing_is_invoiced_and_what_is_invoiced_is_not_corrected(project: Project, nothing_written: Check) -> None:
    payment, today = planned(project), timezone.localdate()
    invoice = partial(record_invoice, project.code, payment.key, number="INV-1", on=today, actor=business())
    correct = partial(correct_payment, project.code, payment.key, percent=None, actor=make.manager())

    nothing_written(invoice, Refused)
    nothing_written(partial(correct, amount=Decimal("10.00"), reason=" "), BadInput)
    nothing_written(partial(correct, amount=None, reason="Agreed."), BadInput)
    correct(amount=Decimal("10.00"), reason="As agreed on the telephone.")
    corrected = Milestone.objects.get(pk=payment.pk)
    assert payment.told_at and corrected.told_at and corrected.told_at > payment.told_at
    invoice()
    nothing_written(partial(correct, amount=Decimal("20.00"), reason="More."), Refused)

    event = Event.objects.get(kind="payment.corrected")
    assert (event.data["before"]["amount"], event.data["after"]["amount"], event.reason) == (None, "10.00", "As agreed on the telephone.")


def test_terms_of_payment_name_parts_of_the_whole_price_only() -> None:
    text = "30 % on signature, 40% with the release to pilot; 30 % with the last report. 30 days net."

    parts = [Term(Decimal(30), "on signature"), Term(Decimal(40), "with the release to pilot"), Term(Decimal(30), "with the last report")]
    assert terms_of(text) == parts
    assert terms_of("30 % at the start of each phase, 70 % at its gate; 30 days net.") == []
    assert terms_of("Net within 30 days.") == []


def test_the_page_plans_from_the_terms_corrects_invoices_and_shows_the_difference(project: Project) -> None:
    with pgtrigger.ignore("projects.Quotation:accepted_is_frozen"):
        Quotation.objects.filter(project=project).update(payment_terms="40 % on signature, 60 % with the release to pilot.")
    ours, today = Client(), timezone.localdate().isoformat()
    ours.force_login(business())
    address = reverse("project-payments", args=[project.code])

    offered = ours.get(address, {"term": "0"}).context["form"].initial
    ours.post(address, {**offered, "source": "gate:G1"})
    wrong = ours.post(reverse("payment-correct", args=[project.code, "payment_1"]), {"amount": "12,34,5", "reason": "x"})
    ours.post(reverse("payment-correct", args=[project.code, "payment_1"]), {"amount": "168.000,50", "reason": "Rounded."})
    dialogs = [ours.get(address, {name: "payment_1"}).content.decode() for name in ("amount", "invoice", "paid")]
    ours.post(reverse("payment-invoice", args=[project.code, "payment_1"]), {"number": "INV-1", "on": today})
    ours.post(reverse("payment-paid", args=[project.code, "payment_1"]), {"on": today})
    page = ours.get(address).content.decode()

    assert offered == {"title": "on signature", "percent": Decimal(40)}
    assert wrong.status_code == 400 and 'value="12,34,5"' in wrong.content.decode()
    assert ['id="correct"' in dialogs[0], 'id="invoice"' in dialogs[1], 'id="paid"' in dialogs[2]] == [True, True, False]
    assert "168,000.50" in page and "251,999.50" in page and "Paid" in page


def test_a_client_reads_the_payments_that_are_shared(project: Project) -> None:
    shown = planned(project, title="On signature", amount=Decimal("168000.00"))
    planned(project, title="Kept to ourselves", amount=Decimal("1000.00"))
    set_visibility(project.code, "milestone", shown.key, visibility="shared", actor=make.manager())
    record_invoice(project.code, shown.key, number="INV-1", on=timezone.localdate(), actor=business())
    theirs = Client()
    theirs.force_login(make.person(Role.CLIENT_VIEWER))

    page = theirs.get(f"/portal/{project.code}/").content.decode()

    assert "EUR 168,000.00" in page and "INV-1" in page
    assert "Kept to ourselves" not in page


def test_payments_of_before_go_behind_the_milestones_of_their_phase(project: Project) -> None:
    payment = planned(project, source="gate:G2")
    right = payment.order
    Milestone.objects.filter(pk=payment.pk).update(order=999, phase=Phase.COMMERCIAL)

    with connection.schema_editor() as editor:
        import_module("projects.migrations.0003_payments_in_their_phase").put_in_their_phase(apps, editor)

    moved = Milestone.objects.get(pk=payment.pk)
    assert (moved.phase, moved.order) == (Phase.SMALL_SCALE, right)
