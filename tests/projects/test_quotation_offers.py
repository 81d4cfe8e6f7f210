"""What a quotation offers in depth: standings and choice, payments to the cent, terms, what the client asks, win and loss."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from audit.models import Event, Signature
from audit.refusals import BadInput, NotAllowed, Refused
from audit.signatures import content_hash, verify
from phases.evaluation.quotation_document import quotation as paper_of
from projects.meanings import signed_rows
from projects.models import (
    Phase,
    Project,
    Quotation,
    QuotationBreak,
    QuotationLine,
    QuotationOutcome,
    QuotationPayment,
    RevisionRemark,
    WaitingFor,
)
from projects.money import first_rise, is_whole, split
from projects.price import agreed_price
from projects.services import commercial, quotation_answers
from projects.services.quotation_parts import Break, Input, Line, Parts, Payment, Rate, payments_of
from projects.services.replies import Reply
from tests.projects import factories as make
from tests.projects.people import approver, as_person, business

pytestmark = pytest.mark.django_db

LINES = [
    Line(Phase.SMALL_SCALE, "Process development", Decimal("100000.00"), deliverables="Process development report"),
    Line(Phase.PILOT, "Second polymorph screen", Decimal("20000.01"), "optional", "Screening report"),
    Line(Phase.PILOT, "Pilot batch of 5 kg", Decimal("50000.00")),
    Line(Phase.VALIDATION, "Toxicology batch", Decimal("0.00"), "excluded"),
]
PAYMENTS = (
    Payment("Down payment", Decimal("33.333"), "quotation:accepted"),
    Payment("Release to pilot", Decimal("33.333"), "gate:G2"),
    Payment("On the sample", Decimal("33.333"), "milestone:sample_shipped"),
)
YESTERDAY = timezone.localdate() - timedelta(days=2)  # wherever the site is
PARTS = Parts(
    payments=PAYMENTS,
    breaks=(Break(Decimal(10), Decimal("2400.00")), Break(Decimal(100), Decimal("1900.00"))),
    rates=(Rate("Process chemist", "hour", Decimal("180.00")),),
    inputs=(Input("Reference standard, 5 g"),),
)


def draft(project: Project, **changes: Any) -> Quotation:
    values: dict[str, Any] = {
        "currency": "EUR",
        "valid_until": timezone.localdate() + timedelta(days=30),
        "scope": "All of it.",
        "lines": LINES,
        "parts": PARTS,
    }
    return commercial.draft_quotation(project.code, actor=business(), **(values | changes))


def sent(project: Project, **changes: Any) -> Quotation:
    quotation = draft(project, **changes)
    make.release(quotation)
    return make.send(quotation)


def accept(quotation: Quotation, *options: int, **values: Any) -> Quotation:
    proof = make.fake_authentication(approver())
    code = quotation.project.code
    return quotation_answers.accept_quotation(code, quotation.revision, actor=approver(), authentication=proof, options=options, **values)


def ask(quotation: Quotation, **values: Any) -> Any:
    remarks = values.get("remarks", {1: "Too long.", None: "Ten percent less, please."})
    return quotation_answers.ask_for_changes(quotation.project.code, quotation.revision, remarks=remarks, actor=approver())


@pytest.fixture
def project() -> Project:
    return make.a_project()


# Sums


@pytest.mark.parametrize(
    ("total", "percents", "parts"),
    [
        ("100.00", ["33.333"] * 3, ["33.34", "33.33", "33.33"]),
        ("0.01", ["50", "50"], ["0.01", "0.00"]),
        ("10.00", ["12.5"] * 8, ["1.25"] * 8),
        ("100.01", ["30", "70"], ["30.00", "70.01"]),
        ("99.99", ["100"], ["99.99"]),
        ("0.00", ["40", "60"], ["0.00", "0.00"]),
        ("100.00", [], []),
    ],
)
def test_parts_add_up_to_the_cent(total: str, percents: list[str], parts: list[str]) -> None:
    found = split(Decimal(total), [Decimal(each) for each in percents], "EUR")

    assert found == [Decimal(each) for each in parts]
    assert sum(found, Decimal(0)) == (Decimal(total) if percents else 0)


def test_a_currency_without_decimals_is_shared_out_whole() -> None:
    assert split(Decimal(100), [Decimal("33.333")] * 3, "JPY") == [34, 33, 33]


def test_thirds_are_whole_and_a_tenth_too_little_is_not() -> None:
    assert is_whole([Decimal("33.333")] * 3)
    assert not is_whole([Decimal("33.3")] * 3)


def test_the_first_price_above_the_one_before_it() -> None:
    prices = [(Decimal(1), Decimal(9)), (Decimal(2), Decimal(9)), (Decimal(3), Decimal(10))]
    assert first_rise(prices) == 2
    assert first_rise(prices[:2]) is None


# Standings and choice


def test_options_are_not_in_the_total_before_they_are_chosen(project: Project) -> None:
    quotation = sent(project)

    assert (quotation.total, quotation.price_without_options) == (Decimal("150000.00"), Decimal("150000.00"))


def test_what_is_chosen_is_signed_priced_and_paid(project: Project) -> None:
    quotation = sent(project)
    offered = content_hash(quotation)

    accept(quotation, 2, expected_hash=offered)

    accepted = Quotation.objects.get(pk=quotation.pk)
    signature = Signature.objects.get(meaning="accept_quotation")
    price = agreed_price(project)
    assert price is not None and (accepted.total, price.total) == (Decimal("170000.01"), Decimal("170000.01"))
    assert [row["number"] for row in signature.content["accepted"]["options"]] == [2]
    assert (content_hash(accepted), verify(signature).valid) == (offered, True)
    assert all(row.covers_now for row in signed_rows(accepted))
    assert sum(due.amount for due in payments_of(accepted)) == accepted.total


def test_a_choice_that_was_signed_without_its_currency_is_not_shown(project: Project) -> None:
    """Signatures of the older form said which options were taken, and no more."""
    accept(sent(project), 2)
    signed = signed_rows(Quotation.objects.get())[-1]

    older = replace(signed, signature=Signature(content={"accepted": {"options": [2]}}))

    assert signed.choice is not None and signed.choice["currency"] == "EUR"
    assert older.choice is None


def test_an_acceptance_of_an_offer_without_options_signs_the_offer_itself(project: Project) -> None:
    quotation = sent(project, lines=[LINES[0], LINES[2]])

    accept(quotation)

    assert Signature.objects.get(meaning="accept_quotation").content_hash == content_hash(quotation)


@pytest.mark.parametrize("number", [1, 4, 9])
def test_only_what_is_optional_is_chosen(project: Project, number: int) -> None:
    quotation = sent(project)

    with pytest.raises(BadInput):
        accept(quotation, number)

    assert not Signature.objects.filter(meaning="accept_quotation").exists()


def test_what_was_read_is_what_is_accepted(project: Project) -> None:
    with pytest.raises(Refused, match="changed since"):
        accept(sent(project), 2, expected_hash="0" * 64)


# What is refused


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"lines": [Line("pilot", "Option", Decimal(1), "optional")]}, "lines"),
        ({"lines": [*LINES, Line("pilot", "Excluded", Decimal(1), "excluded")]}, "lines"),
        ({"parts": Parts(payments=[Payment("Half", Decimal(50), "gate:G2")])}, "payments"),
        ({"parts": Parts(payments=[Payment("All", Decimal(100), "gate:G9")])}, "payments-0-source"),
        ({"parts": Parts(payments=[Payment(" ", Decimal(100))])}, "payments-0-title"),
        ({"parts": Parts(payments=[Payment("All", Decimal(100), planned_on=YESTERDAY)])}, "payments-0-planned_on"),
        ({"parts": Parts(breaks=[Break(Decimal(1), Decimal(9)), Break(Decimal(1), Decimal(8))])}, "breaks-1-from_kg"),
        ({"parts": Parts(breaks=[Break(Decimal(9), Decimal(9)), Break(Decimal(1), Decimal(8))])}, "rise_confirmed"),
        ({"parts": Parts(rates=[Rate("Chemist", "", Decimal(1))])}, "rates-0-unit"),
        ({"parts": Parts(inputs=[Input("Standard", YESTERDAY)])}, "inputs-0-due_on"),
        ({"incoterm": "DAP"}, "delivery_place"),
        ({"delivery_place": "Basel"}, "incoterm"),
        ({"adjustment_band_percent": Decimal(5)}, "price_adjustment"),
        ({"reservation_fee": Decimal(-1)}, "reservation_fee"),
    ],
)
def test_bad_content_is_said_at_its_field(project: Project, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput) as raised:
        draft(project, **changes)

    assert list(raised.value.errors) == [field]
    assert not Quotation.objects.exists()


def test_a_price_that_rises_with_the_quantity_is_confirmed(project: Project) -> None:
    parts = Parts(breaks=[Break(Decimal(9), Decimal(9)), Break(Decimal(1), Decimal(8))])

    quotation = draft(project, parts=parts, rise_confirmed=True)

    assert [(row.from_kg, row.price_per_kg) for row in quotation.breaks.all()] == [(1, 8), (9, 9)]


# Frozen


def test_the_database_keeps_an_accepted_quotation_as_it_is(project: Project) -> None:
    quotation = sent(project)
    accept(quotation)
    acts: list[Callable[[], object]] = [
        lambda: Quotation.objects.filter(pk=quotation.pk).update(scope="Less"),
        lambda: QuotationLine.objects.filter(quotation=quotation).update(amount=0),
        lambda: QuotationPayment.objects.filter(quotation=quotation).update(title="Other"),
        lambda: QuotationBreak.objects.filter(quotation=quotation).delete(),
        lambda: QuotationLine.objects.create(quotation=quotation, phase="pilot", description="More", amount=1, order=9),
    ]

    for act in acts:
        with pytest.raises(DatabaseError, match=r"frozen|Cannot update"), transaction.atomic():
            act()


def test_a_superseded_revision_is_not_accepted_and_says_why(project: Project) -> None:
    first = sent(project)
    sent(project)

    with pytest.raises(Refused, match="superseded by a later revision"):
        accept(first)
    page = as_person(approver()).get(reverse("portal-quotation", args=[project.code, 1])).content.decode()

    assert "is superseded by a later revision" in page


# What the client asks


def test_a_request_for_changes_holds_the_acceptance_and_asks_business_development(project: Project) -> None:
    quotation = sent(project)

    request = ask(quotation)

    wait = WaitingFor.objects.open().get(key=f"quotation.changes:{quotation.pk}")
    assert (wait.role, wait.due_on) == (Role.BUSINESS_DEVELOPMENT, request.due_on)
    assert not WaitingFor.objects.open().filter(key=f"quotation.answer:{quotation.pk}").exists()
    assert Quotation.objects.get(pk=quotation.pk).state == "sent"
    with pytest.raises(Refused, match="asked for"):
        accept(quotation)
    with pytest.raises(Refused, match="asked for already"):
        ask(quotation)


def test_a_request_that_is_taken_back_lets_the_revision_be_accepted(project: Project) -> None:
    quotation = sent(project)
    ask(quotation)

    quotation_answers.withdraw_changes(project.code, 1, actor=approver())

    assert WaitingFor.objects.open().filter(key=f"quotation.answer:{quotation.pk}").exists()
    assert not WaitingFor.objects.open().filter(key=f"quotation.changes:{quotation.pk}").exists()
    assert accept(quotation).state == "accepted"


@pytest.mark.parametrize("remarks", [{}, {1: " ", None: ""}, {9: "No such line."}])
def test_a_request_says_something_about_what_is_there(project: Project, remarks: dict[int | None, str]) -> None:
    with pytest.raises(BadInput):
        ask(sent(project), remarks=remarks)


def test_only_the_clients_approver_asks(project: Project) -> None:
    sent(project)
    with pytest.raises(NotAllowed):
        quotation_answers.ask_for_changes(project.code, 1, remarks={None: "Less."}, actor=make.person(Role.CLIENT_VIEWER))


def test_the_next_revision_says_what_became_of_each_remark(project: Project) -> None:
    quotation = sent(project)
    request = ask(quotation)
    at_line, general = request.remarks.all()
    second = draft(project, replies={at_line.pk: Reply("done")})
    with pytest.raises(Refused, match="1 has no answer"):
        make.release(second)
    portal = reverse("portal-quotation", args=[project.code, 1])
    assert "Taken over" not in as_person(approver()).get(portal).content.decode()

    values = {"currency": "EUR", "valid_until": second.valid_until, "scope": "All.", "lines": LINES, "actor": business()}
    with pytest.raises(BadInput):
        commercial.change_quotation(project.code, 2, replies={general.pk: Reply("kept")}, **values)
    commercial.change_quotation(project.code, 2, replies={general.pk: Reply("kept", "It is our best price.")}, **values)
    make.release(second)
    assert WaitingFor.objects.open().filter(key=f"quotation.changes:{quotation.pk}").exists()
    make.send(second)

    assert not WaitingFor.objects.open().filter(key=f"quotation.changes:{quotation.pk}").exists()
    for revision in (1, 2):
        page = as_person(approver()).get(reverse("portal-quotation", args=[project.code, revision])).content.decode()
        assert "It is our best price." in page and "Taken over" in page
    answers = paper_of(project)["answers"]["rows"]
    assert ["In general", "Ten percent less, please.", "Stays as it was\nIt is our best price."] in answers
    assert {"label": "Supersedes", "value": "revision 1"} in paper_of(project)["facts"]


@pytest.mark.parametrize(
    ("currency", "prices", "rates"),
    [("EUR", [["10", "2,400.00"], ["100", "1,900.00"]], ["180.00"]), ("JPY", [["10", "2,400"], ["100", "1,900"]], ["180"])],
)
def test_its_paper_prints_the_tables_of_the_draft_with_money_as_it_is_paid(
    project: Project, currency: str, prices: list[list[str]], rates: list[str]
) -> None:
    lines = [Line(Phase.PILOT, "Pilot batch of 5 kg", Decimal(50000))]
    sent(project, currency=currency, lines=lines)

    found = paper_of(project)

    assert [column["label"] for column in found["breaks"]["columns"]] == ["From (kg)", f"Price per kg ({currency})"]
    assert found["breaks"]["rows"] == prices
    assert [column["label"] for column in found["rates"]["columns"]] == ["Work", "Per", f"Rate ({currency})"]
    assert [row[-1] for row in found["rates"]["rows"]] == rates
    assert (found["breaks"]["caption"], found["rates"]["caption"]) == ("", ""), "its sections have headings"


def test_a_draft_that_is_superseded_unsent_hands_its_answers_on(project: Project) -> None:
    request = ask(sent(project))
    remark = request.remarks.first()
    draft(project, replies={remark.pk: Reply("done")})

    third = draft(project)

    request.refresh_from_db()
    assert (request.answered_in, RevisionRemark.objects.get(pk=remark.pk).outcome) == (third, "done")


# Win and loss


def test_how_an_answer_is_read_is_ours_and_can_be_corrected(project: Project) -> None:
    quotation = sent(project)
    with pytest.raises(Refused):
        quotation_answers.record_outcome(project.code, 1, why="price", position="highest", actor=business())
    quotation_answers.decline_quotation(project.code, 1, actor=approver(), reason="Too dear.")

    for position in ("unknown", "highest"):
        quotation_answers.record_outcome(
            project.code, 1, why="price", position=position, competitor_price=Decimal("120000.00"), actor=business()
        )

    outcome = QuotationOutcome.objects.get()
    ours = as_person(business()).get(quotation.get_absolute_url()).content.decode()
    theirs = as_person(approver()).get(reverse("portal-quotation", args=[project.code, 1])).content.decode()
    assert (outcome.position, outcome.competitor_price) == ("highest", Decimal("120000.00"))
    assert "The highest" in ours and "120,000.00" in ours
    assert "The highest" not in theirs and "120,000.00" not in theirs
    assert Event.objects.filter(kind="quotation.outcome_recorded").count() == 2
