"""The pipeline, the win rate and the turnaround: counted by hand, filtered as the key figures are, as a page and as pictures."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from desk.answered_bids import Answered, Group, groupings
from projects.completeness import QUESTIONS
from projects.kpi_cases import QUOTATION, WON
from projects.models import KpiCase, Project, QuotationOutcome, Rfp
from tests.projects import factories as make
from tests.projects.remembered import remembered
from tests.projects.test_completeness import an_answer_to, empty_of

pytestmark = pytest.mark.django_db
ADDRESS = "/projects/bids/"


@pytest.fixture
def reader(client: Client) -> Client:
    client.force_login(make.person(Role.MANAGEMENT))
    return client


def case(project: Project, figure: str, on: date, number: int) -> None:
    quotation = project.quotations.get()
    KpiCase.objects.create(project=project, figure=figure, phase="evaluation", on=on, number=number, quotation=quotation)


@remembered
def three_enquiries() -> Project:
    make.an_rfp()
    make.a_project()
    project = make.a_project()
    make.accepted_quotation(project)
    Rfp.objects.update(received_at=datetime(2026, 2, 3, 12, tzinfo=UTC))
    return project


@pytest.fixture
def enquiries() -> Project:
    """Three received, two evaluated, one of them quoted and won. Asked for before the reader: a story is put back where nothing is yet."""
    return three_enquiries()


def test_the_pipeline_says_how_far_the_requests_came(enquiries: Project, reader: Client) -> None:
    rows = reader.get(ADDRESS).context["funnel"].rows

    assert rows == (
        ("Received", "3", "–", "–"),
        ("Evaluated", "2", "67 %", "–"),
        ("Quoted", "1", "50 %", "EUR 420,000"),
        ("Won", "1", "100 %", "EUR 420,000"),
    )


def test_money_is_summed_only_for_whom_it_is(client: Client, enquiries: Project) -> None:
    client.force_login(make.person(Role.QUALITY_ASSURANCE))

    rows = client.get(ADDRESS).context["funnel"].rows

    assert rows[2:] == (("Quoted", "1", "50 %", "–"), ("Won", "1", "100 %", "–"))
    assert b"420,000" not in client.get(reverse("bids-svg", args=["funnel"])).content


def test_won_and_turnaround_stand_quarter_by_quarter(enquiries: Project, reader: Client) -> None:
    KpiCase.objects.all().delete()
    for on, number in ((date(2026, 2, 1), 1), (date(2026, 3, 1), 0), (date(2026, 3, 2), 1)):
        case(enquiries, WON, on, number)
    case(enquiries, QUOTATION, date(2026, 8, 1), 11)
    case(enquiries, QUOTATION, date(2026, 9, 1), 14)

    rows = reader.get(ADDRESS).context["quarters"].rows

    assert rows == (("Q1 2026", "2 of 3", "67 %", "–"), ("Q2 2026", "0 of 0", "–", "–"), ("Q3 2026", "0 of 0", "–", "12.5"))


@pytest.mark.parametrize(
    ("asked", "received"),
    [({"since": "2026-02-04"}, None), ({"until": "2026-02-03"}, "3"), ({"client": "other"}, None), ({"site": "0"}, None)],
)
def test_the_filters_of_the_key_figures_hold_here_too(
    enquiries: Project, reader: Client, asked: dict[str, str], received: str | None
) -> None:
    if "client" in asked:
        asked = {"client": str(make.a_client("XYZ").pk)}
    if "site" in asked:
        asked = {"site": str(make.a_site().pk)}

    answer = reader.get(ADDRESS, asked)

    funnel = answer.context["funnel"]
    assert (funnel.rows[0][1] if funnel else None) == received
    if received is None:
        assert "No request was received in this period." in answer.content.decode()


def test_a_wrong_period_is_said_at_its_field(reader: Client) -> None:
    answer = reader.get(ADDRESS, {"since": "2026-02-04", "until": "2026-01-01"})

    assert answer.status_code == 400
    assert "The period ends before it begins." in answer.content.decode()


@pytest.mark.parametrize(("name", "begins"), [("bids-svg", b"<svg"), ("bids-png", b"\x89PNG"), ("bids-pdf", b"%PDF")])
def test_the_picture_leaves_as_a_file_from_the_same_specification(enquiries: Project, reader: Client, name: str, begins: bytes) -> None:
    assert reader.get(reverse(name, args=["funnel"])).content.startswith(begins)
    assert reader.get(reverse(name, args=["nothing"])).status_code == 404


def test_answered_offers_stand_once_in_each_part() -> None:
    rows = [
        Answered(won=True, complete_percent=92, days=7, why="science", position="field"),
        Answered(won=True, complete_percent=90, days=8, why="science", position="unknown"),
        Answered(won=False, complete_percent=49, days=29, why="price", position="highest"),
        Answered(won=False, complete_percent=74, days=None, why="", position="", offers=3),
    ]

    found = {each.title: [(group.label, group.won, group.lost, group.rate_percent) for group in each.groups] for each in groupings(rows)}

    assert found == {
        "Completeness of the request": [("90 % and more", 2, 0, 100), ("50 to 74 %", 0, 3, 0), ("0 to 49 %", 0, 1, 0)],
        "Days from request to first quotation": [
            ("Up to 7", 1, 0, 100),
            ("Up to 14", 1, 0, 100),
            ("More than 28", 0, 1, 0),
            ("Not known", 0, 3, 0),
        ],
        "Decided by": [("Price", 0, 1, 0), ("Route and technical approach", 2, 0, 100), ("Not recorded", 0, 3, 0)],
        "Our price among the offers": [
            ("In the field", 1, 0, 100),
            ("The highest", 0, 1, 0),
            ("Not known", 1, 0, 100),
            ("Not recorded", 0, 3, 0),
        ],
    }


@pytest.mark.parametrize(("won", "answered", "percent"), [(0, 300, 0), (1, 300, 1), (1, 2, 50), (199, 200, 99), (200, 200, 100)])
def test_only_all_are_the_whole_and_only_none_is_nothing(won: int, answered: int, percent: int) -> None:
    assert Group("", won, answered).rate_percent == percent


def test_the_page_counts_the_offers_of_the_win_rate(enquiries: Project, reader: Client) -> None:
    KpiCase.objects.all().delete()
    case(enquiries, QUOTATION, date(2026, 2, 10), 7)
    for on, won in ((date(2026, 2, 11), 1), (date(2026, 2, 12), 0), (date(2027, 1, 1), 1)):
        case(enquiries, WON, on, won)
    answer_all_but(enquiries, 1)
    outcome(enquiries, QuotationOutcome.Why.SCIENCE, QuotationOutcome.Position.HIGHEST)

    answer = reader.get(ADDRESS, {"until": "2026-12-31"})

    assert counted(answer) == {
        "Completeness of the request": [("90 % and more", 2, 1)],
        "Days from request to first quotation": [("Up to 7", 2, 1)],
        "Decided by": [("Route and technical approach", 2, 1)],
        "Our price among the offers": [("The highest", 2, 1)],
    }
    assert "(50 %)" in answer.content.decode()
    assert "Which requests were worth answering" not in reader.get(ADDRESS, {"until": "2026-02-10"}).content.decode()


def test_offers_of_which_little_is_known_stand_beside_the_others(enquiries: Project, reader: Client) -> None:
    KpiCase.objects.all().delete()
    other = make.a_project()
    make.accepted_quotation(other)
    KpiCase.objects.all().delete()
    case(enquiries, QUOTATION, date(2026, 2, 10), 7)
    case(enquiries, WON, date(2026, 2, 11), 1)
    case(other, WON, date(2026, 2, 12), 0)
    answer_all_but(enquiries, 0)
    answer_all_but(other, 20)
    outcome(enquiries, QuotationOutcome.Why.TIME, QuotationOutcome.Position.FIELD)

    assert counted(reader.get(ADDRESS)) == {
        "Completeness of the request": [("90 % and more", 1, 1), ("0 to 49 %", 1, 0)],
        "Days from request to first quotation": [("Up to 7", 1, 1), ("Not known", 1, 0)],
        "Decided by": [("Time", 1, 1), ("Not recorded", 1, 0)],
        "Our price among the offers": [("In the field", 1, 1), ("Not recorded", 1, 0)],
    }


def test_a_picture_asks_for_itself_alone(enquiries: Project, reader: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    case(enquiries, WON, date(2026, 2, 11), 1)
    for name in ("answered_bids", "old_facts"):
        monkeypatch.setattr(f"desk.views.bids.{name}", lambda *asked: pytest.fail("what no picture shows was counted"))

    assert [reader.get(reverse("bids-svg", args=[name])).status_code for name in ("funnel", "quarters")] == [200, 200]


def answer_all_but(project: Project, number: int) -> None:
    """That many questions of the request are open, the last ones."""
    asked = len(QUESTIONS) - number
    answers = {name: an_answer_to(name) for question in QUESTIONS[:asked] for name in question.fields}
    empty = {name: empty_of(name) for question in QUESTIONS[asked:] for name in question.fields}
    Rfp.objects.filter(pk=project.rfp.pk).update(**answers | empty)


def outcome(project: Project, why: str, position: str) -> None:
    values = {"why": why, "position": position, "recorded_by": make.person(Role.BUSINESS_DEVELOPMENT), "recorded_at": timezone.now()}
    QuotationOutcome.objects.create(quotation=project.quotations.get(), **values)


def counted(answer: Any) -> dict[str, list[tuple[str, int, int]]]:
    """By part: label, answered, won."""
    return {each.title: [(group.label, group.answered, group.won) for group in each.groups] for each in answer.context["groupings"]}


def test_more_enquiries_cost_no_more_queries(enquiries: Project, reader: Client, django_assert_num_queries: Any) -> None:
    reader.get(ADDRESS)
    with CaptureQueriesContext(connection) as one:
        reader.get(ADDRESS)
    make.accepted_quotation(make.a_project())
    make.an_rfp()

    with django_assert_num_queries(len(one)):
        reader.get(ADDRESS)
