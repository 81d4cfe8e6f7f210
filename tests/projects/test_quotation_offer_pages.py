"""The pages of a quotation in depth: its form without script, the portal, the comparison, the paper."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from phases.evaluation.quotation_document import quotation as paper_of
from projects.models import Phase, Project, Quotation
from projects.quotations import changed_fields, compared_lines, compared_parts
from projects.services.quotation_parts import Line, Parts, Payment
from projects.signed_contents import quotation_content
from tests.projects import factories as make
from tests.projects.test_quotation_offers import LINES, PARTS, approver, as_person, business, draft, sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make.a_project()


def test_the_form_shows_what_the_latest_says_and_saves_it_again(project: Project) -> None:
    sent(project, incoterm="DAP", delivery_place="Basel", price_adjustment="By index.", adjustment_band_percent=Decimal(0))
    browser, address = as_person(business()), reverse("quotation-new", args=[project.code])

    page = browser.get(address)
    answer = browser.post(address, as_sent(page.context))

    second = Quotation.objects.get(revision=2)
    first = Quotation.objects.get(revision=1)
    assert answer.status_code == 302
    assert (changed_fields(first, second), compared_parts(first, second)) == ([], [])
    assert {row.kind for row in compared_lines(first, second)} == {"same"}
    assert [line.standing for line in second.lines.all()] == ["included", "optional", "included", "excluded"]


def as_sent(context: Any) -> dict[str, Any]:
    """The form as the browser sends it back untouched."""
    data: dict[str, Any] = {"version": context["version"]}
    for field in context["form"]:
        value = field.field.widget.format_value(field.value())
        data[field.html_name] = (value[0] if isinstance(value, list) and value else value) or ""
    return data


def test_the_client_asks_and_takes_back_in_the_portal(project: Project) -> None:
    sent(project)
    browser, address = as_person(approver()), reverse("portal-quotation-changes", args=[project.code, 1])
    assert "Line 2: Second polymorph screen" in browser.get(address).content.decode()

    empty = browser.post(address, {"general": "", "line-1": " "})
    asked = browser.post(address, {"general": "Less, please.", "line-2": "Is included elsewhere."})
    page = browser.get(asked["Location"]).content.decode()
    ours = as_person(business()).get(reverse("quotation-detail", args=[project.code, 1])).content.decode()
    form = as_person(business()).get(reverse("quotation-new", args=[project.code])).content.decode()

    assert (empty.status_code, asked.status_code) == (400, 302)
    for shown in (page, ours, form):
        assert "Is included elsewhere." in shown and "Less, please." in shown
    assert browser.post(reverse("portal-quotation-accept", args=[project.code, 1]), {"password": make.PASSWORD}).status_code == 409
    assert browser.post(reverse("portal-quotation-withdraw", args=[project.code, 1])).status_code == 302
    assert "taken back" in browser.get(asked["Location"]).content.decode()


def test_the_choice_of_the_portal_is_what_is_accepted(project: Project) -> None:
    sent(project)
    browser, address = as_person(approver()), reverse("portal-quotation-accept", args=[project.code, 1])

    wrong = browser.post(address, {"password": "wrong", "options": ["2"]})
    right = browser.post(address, {"password": make.PASSWORD, "options": ["2"]})
    page = browser.get(right["Location"]).content.decode()

    assert (wrong.status_code, wrong.context["chosen"], right.status_code) == (400, [2], 302)
    assert "Chosen" in page and "170,000.01" in page


def test_the_comparison_shows_every_part_that_differs(project: Project) -> None:
    draft(project)
    parts = Parts(payments=[Payment("All at once", Decimal(100))], breaks=PARTS.breaks[:1])
    draft(project, parts=parts, lines=[LINES[0], Line(Phase.PILOT, "Second polymorph screen", Decimal("20000.01")), LINES[2]])

    page = as_person(business()).get(reverse("quotation-compare", args=[project.code, 1, 2])).content.decode()

    for words in ("All at once: 100 %", "Down payment", "from 100 kg", "Process chemist", "Reference standard", "optional", "Toxicology"):
        assert words in page


def test_the_day_on_which_a_payment_is_planned_is_signed_and_read_everywhere(project: Project) -> None:
    planned = timezone.localdate() + timedelta(days=60)
    said = f"{planned.day} {planned:%b %Y}"
    before = draft(project)
    assert all("planned_on" not in row for row in quotation_content(before)["payments"])  # as it was signed before payments had a day
    assert "Planned on" not in [column["label"] for column in paper_of(project)["payments"]["columns"]]

    parts = Parts(payments=[Payment("First half", Decimal(50), "gate:G2", planned), Payment("Second half", Decimal(50))])
    quotation = sent(project, parts=parts)

    assert quotation_content(quotation)["payments"][0]["planned_on"] == planned
    assert paper_of(project)["payments"]["rows"][0][2] == said
    portal = as_person(approver()).get(reverse("portal-quotation", args=[project.code, 2])).content.decode()
    ours = as_person(business()).get(quotation.get_absolute_url()).content.decode()
    compared = as_person(business()).get(reverse("quotation-compare", args=[project.code, 1, 2])).content.decode()
    assert [said in page for page in (portal, ours, compared)] == [True, True, True]
    browser, address = as_person(business()), reverse("quotation-new", args=[project.code])
    browser.post(address, as_sent(browser.get(address).context))
    following = Quotation.objects.get(revision=3).payments.all()
    assert [row.planned_on for row in following] == [planned, None]


def test_the_paper_prints_everything_that_is_offered(project: Project) -> None:
    sent(project, incoterm="DAP", delivery_place="Basel", reservation_fee=Decimal("5000.00"), liability="Clause 9 of the agreement")

    data = paper_of(project)

    assert [row[2] for row in data["price"]["rows"]] == [
        "Process development\nDelivered: Process development report",
        "Pilot batch of 5 kg",
        "Total",
    ]
    assert [row[1] for row in data["options"]["rows"]] == ["Pilot"] and data["excluded"] == ["Toxicology batch"]
    amounts = [row[3].replace("\N{NARROW NO-BREAK SPACE}", " ") for row in data["payments"]["rows"]]
    assert amounts == ["50 000.00", "50 000.00", "50 000.00", "150 000.00"]
    assert {row["value"] for row in data["conditions"]} == {
        "DAP Basel",
        "EUR 5\N{NARROW NO-BREAK SPACE}000.00",
        "Clause 9 of the agreement",
    }
    assert len(data["breaks"]["rows"]) == 2 and len(data["rates"]["rows"]) == 1 and len(data["inputs"]["rows"]) == 1
