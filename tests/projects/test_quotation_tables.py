"""Price lines, payments, prices by quantity and rates of a draft as tables: judged row by row, and together before the release."""

from __future__ import annotations

import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from audit.refusals import NotAllowed, Refused
from projects.models import Project, Quotation
from projects.services import commercial
from projects.services.quotation_parts import payment_doubts, payments_of
from tests.projects import factories as make
from tests.projects.people import as_person, business
from tests.worksheets.tables import csv_text
from worksheets.bound import bind
from worksheets.changing import ADD, CHANGE, MOVE, REMOVE, Change, Outcome, change_rows
from worksheets.models import Import
from worksheets.services import press_import, take_import

pytestmark = pytest.mark.django_db
BREAK, RATE = {"from_kg": "100", "price_per_kg": "1,900.00"}, {"work": "Process chemist", "unit": "hour", "rate": "180.00"}
INPUT = {"words": "Reference standard, 5 g", "due_on": (timezone.localdate() + timedelta(days=60)).isoformat()}
PAYMENTS = ({"title": "Down payment", "source": "quotation:accepted", "percent": "33.333"}, {"title": "Rest", "percent": "66.667"})


@pytest.fixture
def project() -> Project:
    return make.a_project()


@pytest.fixture
def quotation(project: Project) -> Quotation:
    """Process development for 180,000 and pilot batches for 240,000."""
    return make.a_quotation(project)


def write(sheet: str, quotation: Quotation, *changes: Change) -> Outcome:
    return change_rows(f"{sheet}:{quotation.pk}", changes, actor=business())


def add(**values: Any) -> Change:
    return Change(ADD, values={"phase": "pilot", "description": "Line", **values})


def wrong(sheet: str, quotation: Quotation, change: Change) -> list[str]:
    return list(write(sheet, quotation, change).results[0].errors)


def test_a_line_has_a_price_unless_it_is_excluded(quotation: Quotation) -> None:
    assert wrong("quotation-lines", quotation, add()) == ["amount"]
    assert wrong("quotation-lines", quotation, add(amount="-1")) == ["amount"]
    assert wrong("quotation-lines", quotation, add(amount="1", standing="Excluded")) == ["amount"]
    assert wrong("quotation-lines", quotation, add(standing="Excluded")) == []
    assert wrong("quotation-lines", quotation, add(amount="20,000.50", standing="Optional")) == []

    assert Quotation.objects.get().total == 420_000
    assert bind(f"quotation-lines:{quotation.pk}", business()).totals() == {"amount": "420000"}
    assert [line.number for line in quotation.lines.all()] == [1, 2, 3, 4]


def test_an_amount_is_not_finer_than_the_currency(project: Project) -> None:
    until, lines = timezone.localdate() + timedelta(days=9), [commercial.Line("pilot", "Batch", Decimal(100))]
    quotation = commercial.draft_quotation(project.code, currency="JPY", valid_until=until, scope="All", lines=lines, actor=business())

    assert wrong("quotation-lines", quotation, add(amount="10.50")) == ["amount"]


def test_a_moved_line_has_its_number_from_one_on(quotation: Quotation) -> None:
    first, second = quotation.lines.all()

    write("quotation-lines", quotation, Change(MOVE, second.pk, after=0), add(amount="1", description="Last"))

    lines = Quotation.objects.get().lines.all()
    assert [(line.number, line.description) for line in lines] == [(1, second.description), (2, first.description), (3, "Last")]


def test_payments_are_parts_of_the_price_to_the_cent(quotation: Quotation) -> None:
    assert wrong("quotation-payments", quotation, Change(ADD, values={"title": "All", "percent": "101"})) == ["percent"]
    assert wrong("quotation-payments", quotation, Change(ADD, values={"title": "All", "percent": "10", "source": "x"})) == ["source"]
    past = {"title": "All", "percent": "10", "planned_on": (timezone.localdate() - timedelta(days=2)).isoformat()}
    assert wrong("quotation-payments", quotation, Change(ADD, values=past)) == ["planned_on"]

    outcome = write("quotation-payments", quotation, *(Change(ADD, values=values) for values in PAYMENTS))

    rows, totals = outcome.bound.after([each.pk for each in outcome.saved])
    assert [row["values"]["amount"] for row in rows] == ["139998.6", "280001.4"]
    assert totals == {"percent": "100", "amount": "420000"}


def test_a_draft_whose_payments_are_not_whole_says_the_same_amounts_in_its_table_and_its_preview(quotation: Quotation) -> None:
    write("quotation-payments", quotation, Change(ADD, values={"title": "Down payment", "percent": "40"}))

    assert bind(f"quotation-payments:{quotation.pk}", business()).totals() == {"percent": "40", "amount": "168000"}
    assert [due.amount for due in payments_of(Quotation.objects.get())] == [168_000]


@pytest.mark.parametrize(("role", "follows"), [(Role.BUSINESS_DEVELOPMENT, "sheet-quotation-lines"), (Role.MANAGEMENT, "quotation-body")])
def test_what_comes_next_stands_once_before_all_that_the_draft_says(quotation: Quotation, role: str, follows: str) -> None:
    page = as_person(make.person(role)).get(quotation.get_absolute_url()).content.decode()

    assert page.count('id="quotation-next"') == page.count('id="next-title"') == 1
    assert page.index('id="next-title"') < page.index("Release…") < page.index(f'id="{follows}"')


def test_what_lines_and_payments_lack_together_is_asked_before_the_release(project: Project, quotation: Quotation) -> None:
    write("quotation-payments", quotation, Change(ADD, values=PAYMENTS[0]))
    for line in quotation.lines.all():
        write("quotation-lines", quotation, Change(CHANGE, line.pk, {"standing": "Optional"}))

    reasons = [each.words for each in commercial.release_blockers(quotation, business())]
    page = as_person(business()).get(quotation.get_absolute_url()).content.decode()
    with pytest.raises(Refused):
        commercial.release_quotation(project.code, 1, actor=business(), authentication=make.fake_authentication(business()))

    assert reasons == [
        "A quotation needs at least one line that is included.",
        "The payments add up to 33.333 %; together they are 100 %.",
    ]
    assert reasons[1] in page


def test_the_words_of_a_draft_change_while_its_payments_are_not_whole_and_its_rows_stay_those_they_are(
    project: Project, quotation: Quotation
) -> None:
    write("quotation-payments", quotation, Change(ADD, values=PAYMENTS[0]))
    before = [*quotation.lines.values_list("pk", flat=True), *quotation.payments.values_list("pk", flat=True)]

    commercial.change_in_draft(quotation, scope="Less of it.", actor=business())

    assert Quotation.objects.get().scope == "Less of it."
    assert [*quotation.lines.values_list("pk", flat=True), *quotation.payments.values_list("pk", flat=True)] == before


def test_the_words_of_a_draft_change_while_a_payment_is_due_with_what_the_plan_no_longer_has(quotation: Quotation) -> None:
    write("quotation-payments", quotation, Change(ADD, values={"title": "All", "percent": "100"}))
    quotation.payments.update(source="milestone:gone")

    commercial.change_in_draft(quotation, scope="Less of it.", actor=business())

    assert Quotation.objects.get().scope == "Less of it."
    reasons = [each.words for each in commercial.release_blockers(Quotation.objects.get(), business())]
    assert reasons == ["Payments, row 1: Choose what makes it due."]


def test_a_currency_that_cannot_hold_the_lines_is_refused_with_the_row(project: Project, quotation: Quotation) -> None:
    write("quotation-lines", quotation, add(amount="10.50"))
    until = (timezone.localdate() + timedelta(days=9)).isoformat()
    data = {"currency": "JPY", "valid_until": until, "scope": "All"}

    answer = as_person(business()).post(reverse("quotation-edit", args=[project.code, 1]), data)

    assert (answer.status_code, Quotation.objects.get().currency) == (400, "EUR")
    assert answer.context["form"].non_field_errors() == ["Price lines, row 3: An amount in JPY is not finer than 1."]


def test_what_is_released_is_not_written_and_others_write_nothing(project: Project, quotation: Quotation) -> None:
    with pytest.raises(NotAllowed):
        change_rows(f"quotation-lines:{quotation.pk}", [add(amount="1")], actor=make.person(Role.RESEARCH))
    make.release(quotation)

    line = Change(REMOVE, quotation.lines.get(order=0).pk)
    added = {"payments": PAYMENTS[0], "breaks": BREAK, "rates": RATE, "inputs": INPUT}
    for sheet, change in {"lines": line, **{name: Change(ADD, values=values) for name, values in added.items()}}.items():
        with pytest.raises(Refused, match="released"):
            write(f"quotation-{sheet}", quotation, change)


def test_the_tables_stand_on_the_page_of_a_draft_for_those_who_quote(project: Project, quotation: Quotation) -> None:
    address = quotation.get_absolute_url()

    writer, reader = (as_person(who).get(address).content.decode() for who in (business(), make.person(Role.RESEARCH)))

    for sheet in ("quotation-lines", "quotation-payments", "quotation-breaks", "quotation-rates", "quotation-inputs"):
        assert reverse("worksheet-row-new", args=[f"{sheet}:{quotation.pk}"]) in writer
        assert f'id="sheet-{sheet}"' not in reader
    assert "Process development" in reader


def test_prices_by_quantity_are_judged_at_their_cells_and_stand_in_the_order_of_the_quantity(quotation: Quotation) -> None:
    assert wrong("quotation-breaks", quotation, Change(ADD, values=BREAK | {"from_kg": "0"})) == ["from_kg"]
    assert wrong("quotation-breaks", quotation, Change(ADD, values=BREAK | {"price_per_kg": "-1"})) == ["price_per_kg"]
    assert wrong("quotation-breaks", quotation, Change(ADD, values={"from_kg": "10"})) == ["price_per_kg"]

    write("quotation-breaks", quotation, Change(ADD, values=BREAK), Change(ADD, values={"from_kg": "10", "price_per_kg": "2,400"}))

    assert wrong("quotation-breaks", quotation, Change(ADD, values=BREAK)) == ["from_kg"]  # this quantity has a price
    assert [(row.from_kg, row.price_per_kg) for row in quotation.breaks.all()] == [(10, 2400), (100, 1900)]


def test_rates_are_judged_at_their_cells_and_moved(quotation: Quotation) -> None:
    assert wrong("quotation-rates", quotation, Change(ADD, values=RATE | {"rate": "0"})) == ["rate"]
    assert wrong("quotation-rates", quotation, Change(ADD, values=RATE | {"rate": "99.999"})) == ["rate"]
    assert wrong("quotation-rates", quotation, Change(ADD, values=RATE | {"unit": ""})) == ["unit"]
    write("quotation-rates", quotation, Change(ADD, values=RATE), Change(ADD, values=RATE | {"work": "Analyst"}))

    write("quotation-rates", quotation, Change(MOVE, quotation.rates.get(work="Analyst").pk, after=0))

    assert [row.work for row in quotation.rates.all()] == ["Analyst", "Process chemist"]


def test_what_the_client_gives_is_a_table_whose_passed_days_are_asked_about(quotation: Quotation) -> None:
    past = (timezone.localdate() - timedelta(days=2)).isoformat()
    assert wrong("quotation-inputs", quotation, Change(ADD, values=INPUT | {"due_on": past})) == ["due_on"]
    assert wrong("quotation-inputs", quotation, Change(ADD, values={"due_on": INPUT["due_on"]})) == ["words"]
    write("quotation-inputs", quotation, Change(ADD, values=INPUT), Change(ADD, values={"words": "Specification"}))

    write("quotation-inputs", quotation, Change(MOVE, quotation.inputs.get(words="Specification").pk, after=0))

    assert [row.words for row in quotation.inputs.all()] == ["Specification", "Reference standard, 5 g"]
    assert commercial.release_blockers(Quotation.objects.get(), business()) == []
    quotation.inputs.update(due_on=past)
    reasons = [each.words for each in commercial.release_blockers(Quotation.objects.get(), business())]
    assert reasons == [f"What the client gives, row {number}: This day is past." for number in (1, 2)]


def test_where_more_is_dearer_is_asked_before_the_release_and_confirmed_in_the_form(project: Project, quotation: Quotation) -> None:
    write("quotation-breaks", quotation, Change(ADD, values=BREAK), Change(ADD, values={"from_kg": "200", "price_per_kg": "2000"}))
    browser, address = as_person(business()), reverse("quotation-edit", args=[project.code, 1])

    reasons = [each.words for each in commercial.release_blockers(Quotation.objects.get(), business())]
    form = browser.get(address).context
    words = {name: form["form"][name].value() or "" for name in form["form"].fields} | {"scope": "Less of it.", "rise_confirmed": ""}
    saved = browser.post(address, words | {"version": form["version"]})

    assert reasons == ["From 200 kg on the kilogram costs more than below it. Confirm it, or correct the price."]
    assert (saved.status_code, Quotation.objects.get().scope) == (302, "Less of it.")  # words are saved meanwhile
    commercial.change_in_draft(quotation, rise_confirmed=True, actor=business())
    assert commercial.release_blockers(Quotation.objects.get(), business()) == []


def test_the_form_of_a_draft_leaves_the_rows_of_its_tables_alone(project: Project, quotation: Quotation) -> None:
    write("quotation-breaks", quotation, Change(ADD, values=BREAK))
    write("quotation-rates", quotation, Change(ADD, values=RATE))
    before = [*quotation.breaks.values_list("pk", flat=True), *quotation.rates.values_list("pk", flat=True)]

    forms = {"quotation-edit": [project.code, 1], "quotation-new": [project.code]}
    edited, following = (as_person(business()).get(reverse(name, args=args)).context for name, args in forms.items())
    commercial.change_in_draft(quotation, scope="Less of it.", actor=business())

    assert ["rise_confirmed" in context["form"].fields for context in (edited, following)] == [True, False]  # asked where the prices stand
    assert [*quotation.breaks.values_list("pk", flat=True), *quotation.rates.values_list("pk", flat=True)] == before


def test_rates_leave_as_files_come_back_all_or_none_and_are_read_by_the_api(quotation: Quotation) -> None:
    write("quotation-rates", quotation, Change(ADD, values=RATE))
    browser, address = as_person(business()), f"quotation-rates:{quotation.pk}"

    said = b"".join(browser.get(f"/lists/quotation-rates.csv?of={quotation.pk}").streaming_content).decode("utf-8-sig")
    shown = taken_in(quotation, ["Analyst", "test", "90.00"], ["Reviewer", "hour", "-1"])
    right = press_import(taken_in(quotation, ["Analyst", "test", "90.00"]).pk, actor=business())

    assert "Process chemist" in said and "180" in said
    assert [bool(row.problems) for row in shown.rows.order_by("number")] == [False, True]
    assert (right.state, [row.work for row in quotation.rates.all()]) == (Import.State.DONE, ["Process chemist", "Analyst"])
    api = browser.get(f"/api/v1/worksheets/{address}/rows/").json()
    assert "Analyst" in str(api)


def test_money_says_its_currency_in_every_heading_and_of_what_is_excluded_there_is_none(quotation: Quotation) -> None:
    write("quotation-lines", quotation, add(standing="Excluded", description="Stability study"))
    write("quotation-breaks", quotation, Change(ADD, values=BREAK))
    write("quotation-rates", quotation, Change(ADD, values=RATE))
    browser = as_person(business())

    page = browser.get(quotation.get_absolute_url()).content.decode()
    for words in ("Amount (EUR)", "Price per kg (EUR)", "Rate (EUR)"):
        assert f">{words}<" in page
    said = b"".join(browser.get(f"/lists/quotation-lines.csv?of={quotation.pk}").streaming_content).decode("utf-8-sig").splitlines()
    assert said[0].split(",")[3] == "Amount (EUR)" and said[3].startswith("Stability study,Pilot,Excluded,,")
    rows = browser.get(f"/api/v1/worksheets/quotation-lines:{quotation.pk}/rows/").json()["results"]
    assert [row["values"]["amount"] is None for row in rows] == [True, False, False], "the last first"


@pytest.mark.parametrize(("heading", "unknown"), [("Rate (EUR)", []), ("Rate", []), ("Rate (USD)", ["Rate (USD)"])])
def test_a_file_in_another_currency_is_asked_about(quotation: Quotation, heading: str, unknown: list[str]) -> None:
    content = io.BytesIO(csv_text(["Work", "Per", heading], ["Analyst", "test", "90.00"]).encode())

    taken = take_import("quotation-rates", content, "rates.csv", actor=business(), scope=str(quotation.pk))

    assert [each["heading"] for each in taken.unknown] == unknown


def taken_in(quotation: Quotation, *rows: list[str]) -> Import:
    content = io.BytesIO(csv_text(["Work", "Per", "Rate"], *rows).encode())
    return take_import("quotation-rates", content, "rates.csv", actor=business(), scope=str(quotation.pk))


def test_what_a_draft_lacks_leads_to_its_table_and_to_the_box_that_confirms(project: Project, quotation: Quotation) -> None:
    write("quotation-payments", quotation, Change(ADD, values=PAYMENTS[0]))
    write("quotation-breaks", quotation, Change(ADD, values=BREAK), Change(ADD, values={"from_kg": "200", "price_per_kg": "2000"}))

    links = [each.link for each in commercial.release_blockers(Quotation.objects.get(), business())]
    form = as_person(business()).get(reverse("quotation-edit", args=[project.code, 1])).content.decode()

    assert links == [
        f"{quotation.get_absolute_url()}#sheet-quotation-payments",
        f"{reverse('quotation-edit', args=[project.code, 1])}#id_rise_confirmed",
    ]
    assert form.partition("Price per kilogram by quantity</h2>")[0].rpartition("<details")[2].partition(">")[0].endswith(" open")


def test_payments_that_are_not_whole_add_up_to_what_they_are(quotation: Quotation) -> None:
    write("quotation-payments", quotation, Change(ADD, values={"title": "Down payment", "percent": "40"}))

    page = as_person(business()).get(quotation.get_absolute_url())

    assert page.context["due_total"] == 168_000
    assert "168,000.00</td>" in page.content.decode().partition("Together (EUR)")[2].partition("</tr>")[0]


def test_a_payment_that_nothing_makes_due_is_doubted_and_so_is_an_offer_that_says_nothing_of_paying(quotation: Quotation) -> None:
    def doubts() -> list[str]:
        return [each.words for each in payment_doubts(Quotation.objects.get())]

    Quotation.objects.update(payment_terms="")
    assert doubts() == ["Neither payments nor payment terms say when the client pays."]
    write("quotation-payments", quotation, *(Change(ADD, values=values) for values in PAYMENTS))
    assert doubts() == ["The payment “Rest” names neither an event nor a day: nothing makes it due."]
    page = as_person(business()).get(quotation.get_absolute_url()).content.decode()
    assert "The payment “Rest” names neither" in page


def test_whoever_changes_a_signed_draft_is_told_before(project: Project, quotation: Quotation) -> None:
    signer = business()
    commercial.release_quotation(project.code, 1, actor=signer, authentication=make.fake_authentication(signer))
    address = quotation.get_absolute_url()

    before = as_person(business()).get(address).content.decode()
    write("quotation-lines", quotation, add(amount="1"))
    after = as_person(business()).get(address).content.decode()

    words = f"{signer.full_name} signed the release of this text"
    assert (words in before, words in after) == (True, False)
