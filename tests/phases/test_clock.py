"""The clock of an enquiry: its pure sums, and what its pages say of real records."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from charts.clock import Hand
from phases.evaluation.asking import records_of
from phases.evaluation.clock import Enquiry, Likely, Sheet, Stretch, awaited, hands, likely, others_awaited, sentence
from phases.evaluation.enquiries import Clock, _past_days, clock_of, days_until
from phases.evaluation.models import DepartmentAssessment
from projects.calendars import WorkingCalendar
from projects.kpi_cases import QUOTATION
from projects.models import KpiCase, Project, Quotation, Rfp, WaitingFor
from projects.services.clarifications import ask_clarification
from projects.services.rfp import decline_rfp
from projects.services.waiting import open_wait
from tests.projects import factories as make


def at(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def stretch(first: int, last: int | None = None) -> Stretch:
    return Stretch(at(first), None if last is None else at(last))


def an_enquiry(*sheets: Sheet, quoted: int | None = None, client: tuple[Stretch, ...] = ()) -> Enquiry:
    return Enquiry(at(1), None if quoted is None else at(quoted), sheets, client, "Sales")


RESEARCH = Sheet("Research", (stretch(3, 7),), date(2026, 3, 9))
PRODUCTION = Sheet("Production", (stretch(3),), date(2026, 3, 10))


# The days


def test_each_department_has_its_days_and_those_in_which_the_client_was_waited_for() -> None:
    found = hands(an_enquiry(RESEARCH, PRODUCTION, client=(stretch(5, 6), stretch(9))), at(11))

    assert found == [
        Hand("Research", 3, 1, "4 days"),
        Hand("Production", 5, 3, "8 days, running"),
        Hand("Sales", 2, 0, "2 days"),
        Hand("The enquiry as a whole", 7, 3, "10 days, running"),
    ]


def test_the_clock_stops_with_the_quotation_and_sales_has_what_the_departments_leave() -> None:
    reopened = Sheet("Research", (stretch(3, 7), stretch(6, 8), stretch(12)), date(2026, 3, 9))

    found = hands(an_enquiry(reopened, quoted=10), at(20))

    assert [(each.label, each.work_days) for each in found] == [("Research", 5), ("Sales", 4), ("The enquiry as a whole", 9)]
    assert not any("running" in each.words for each in found)


def test_before_there_is_a_sheet_all_is_with_sales() -> None:
    assert [(each.label, each.work_days) for each in hands(an_enquiry(), at(4))] == [("Sales", 3), ("The enquiry as a whole", 3)]


# The likely day


@pytest.mark.parametrize(
    ("enquiry", "past", "expected"),
    [
        (an_enquiry(RESEARCH, PRODUCTION), [2, 4, 9], Likely(date(2026, 3, 16), date(2026, 3, 10), 4, 3)),
        (
            an_enquiry(Sheet("R", (stretch(3),), date(2026, 3, 5))),
            [1, 2, 2, 4],
            Likely(date(2026, 3, 13), date(2026, 3, 5), 2, 4),
        ),  # overdue
        (an_enquiry(RESEARCH), [5, 5.5, 6, 6], Likely(date(2026, 3, 13), None, 5.75, 4)),
        (an_enquiry(RESEARCH), [1, 1, 1], Likely(date(2026, 3, 11), None, 1, 3)),  # not in the past
        (an_enquiry(RESEARCH, PRODUCTION), [2, 4], None),
        (an_enquiry(), [2, 4, 9], None),
        (an_enquiry(RESEARCH, quoted=9), [2, 4, 9], None),
    ],
)
def test_the_likely_day_rests_on_open_sheets_and_on_past_enquiries(enquiry: Enquiry, past: list[float], expected: Likely | None) -> None:
    assert likely(enquiry, past, date(2026, 3, 11), WorkingCalendar()) == expected


def test_it_says_how_it_is_reckoned() -> None:
    open_sheet, signed = (likely(an_enquiry(each), [2, 4, 9], date(2026, 3, 11), WorkingCalendar()) for each in (PRODUCTION, RESEARCH))

    assert open_sheet and signed
    assert open_sheet.words.startswith("Reckoned from the last open sheet, which is due on 10 Mar 2026. Of the last 3 enquiries half were")
    assert signed.words.startswith("Reckoned from the last sheet's signature.")


# The sentence


@pytest.mark.parametrize(
    ("enquiry", "words"),
    [
        (an_enquiry(RESEARCH, PRODUCTION), "Waits for Production since 8 days."),
        (an_enquiry(PRODUCTION, client=(stretch(1, 2), stretch(5))), "Waits for Production since 8 days, and for 1 other."),
        (an_enquiry(RESEARCH), "Waits for Sales since 4 days."),
        (an_enquiry(Sheet("EHS", (stretch(11),), date(2026, 3, 20))), "Waits for EHS since today."),
        (an_enquiry(client=(stretch(10),)), "Waits for the client since 1 day."),
        (an_enquiry(RESEARCH, quoted=9), "Quoted on 9 Mar 2026, after 8 days."),
    ],
)
def test_one_line_says_who_is_waited_for_and_since_when(enquiry: Enquiry, words: str) -> None:
    assert sentence(enquiry, None, at(11)) == words


EHS = Sheet("EHS", (stretch(2, 4), stretch(6)), date(2026, 3, 12))
ANALYTICAL = Sheet("Analytical", (stretch(5),), date(2026, 3, 8))


@pytest.mark.parametrize(
    ("day", "words", "others"),
    [
        (7, "Waits for EHS since 1 day, and for 2 others.", "Also waited for: Production since 4 days, Analytical since 2 days."),
        (9, "Waits for Analytical since 4 days, and for 2 others.", "Also waited for: EHS since 3 days, Production since 6 days."),
        (11, "Waits for Analytical since 6 days, and for 2 others.", "Also waited for: Production since 8 days, EHS since 5 days."),
    ],
    ids=["none is late: who is due last", "one is late", "two are late: who is most"],
)
def test_of_three_open_sheets_the_one_that_holds_it_up_most_is_named_with_its_own_days(day: int, words: str, others: str) -> None:
    enquiry = an_enquiry(PRODUCTION, EHS, ANALYTICAL)

    assert (sentence(enquiry, None, at(day)), others_awaited(enquiry, at(day))) == (words, others)


@pytest.mark.parametrize(
    ("due", "order"),
    [
        (None, ["Production", "EHS", "the client"]),
        (date(2026, 3, 11), ["Production", "EHS", "the client"]),
        (date(2026, 3, 5), ["the client", "Production", "EHS"]),
    ],
)
def test_a_client_comes_before_the_departments_only_when_it_is_the_most_overdue(due: date | None, order: list[str]) -> None:
    enquiry = replace(an_enquiry(EHS, PRODUCTION, client=(stretch(4),)), client_due=due)

    assert [each.who for each in awaited(enquiry, date(2026, 3, 11))] == order


def test_whoever_alone_is_waited_for_has_no_others() -> None:
    for enquiry in (an_enquiry(PRODUCTION), an_enquiry(RESEARCH, client=(stretch(10),)), an_enquiry(RESEARCH, PRODUCTION, EHS, quoted=9)):
        assert others_awaited(enquiry, at(11)) == ""


def test_the_line_ends_with_the_likely_day_where_there_is_one() -> None:
    for enquiry, who in (
        (an_enquiry(PRODUCTION), "since 8 days"),
        (an_enquiry(PRODUCTION, client=(stretch(9),)), "since 8 days, and for 1 other"),
    ):
        words = sentence(enquiry, likely(enquiry, [2, 4, 9], date(2026, 3, 11), WorkingCalendar()), at(11))

        assert words == f"Waits for Production {who}; quotation likely 16 Mar 2026."


# The records


@pytest.fixture
def project() -> Project:
    return make.a_project()


def told(project: Project) -> Clock | None:
    found = Project.objects.select_related("rfp").get(pk=project.pk)
    return clock_of(found.rfp, records_of(found))


def past_quotations(number: int, days: int) -> None:
    """Other enquiries, quoted so many days after their last sheet."""
    for _ in range(number):
        other = make.a_project()
        make.sign_off_sheets(other)
        DepartmentAssessment.objects.filter(project=other).update(signed_off_at=timezone.now() - timedelta(days=days))
        quotation = make.a_quotation(other)
        type(quotation).objects.filter(pk=quotation.pk).update(sent_at=timezone.now())
        KpiCase.objects.create(
            project=other, figure=QUOTATION, phase="evaluation", on=timezone.localdate(), number=9, days=9, quotation=quotation
        )


@pytest.mark.django_db
def test_the_waits_of_the_sheets_drive_the_clock(project: Project) -> None:
    past_quotations(3, days=4)
    since = timezone.now() - timedelta(days=3)
    Rfp.objects.filter(pk=project.rfp_id).update(received_at=since)
    WaitingFor.objects.filter(project=project).update(since=since)
    WaitingFor.objects.filter(project=project).exclude(role="production").update(closed_at=since + timedelta(days=1))
    DepartmentAssessment.objects.filter(project=project).update(due_on=timezone.localdate() + timedelta(days=2))

    found = told(project)

    assert found is not None
    likely_on = WorkingCalendar().next_working_day(timezone.localdate() + timedelta(days=6)).day
    assert found.line.startswith("Waits for Production since 3 days; quotation likely ")
    assert f"likely {likely_on} " in found.line
    assert "Of the last 3 enquiries half were quoted within 4 days" in found.reckoned
    rows = {row[0]: row[1:] for row in found.picture.rows}
    assert rows["Research and development"][2] == "1 day"
    assert rows["Production"][2] == "3 days, running"


@pytest.mark.django_db
def test_days_are_those_of_the_place(project: Project) -> None:
    past_quotations(1, days=0)
    signed = datetime(2026, 3, 2, 15, 30, tzinfo=UTC)
    DepartmentAssessment.objects.exclude(project=project).update(signed_off_at=signed)
    Quotation.objects.update(sent_at=signed + timedelta(hours=1))

    with timezone.override("Asia/Shanghai"):  # where it is past midnight
        assert _past_days() == [1]


@pytest.mark.django_db
def test_without_enough_enquiries_no_day_is_told_and_a_question_waits_for_the_client(project: Project) -> None:
    ask_clarification(project.rfp.number, question="Which polymorph?", actor=make.person(Role.BUSINESS_DEVELOPMENT))

    found = told(project)

    assert found is not None
    assert "likely" not in found.line and found.reckoned == ""
    assert "the client since today" in found.others and "and for 5 others" in found.line


@pytest.mark.django_db
def test_a_client_whose_answer_is_overdue_holds_it_up_most(project: Project) -> None:
    late = timezone.localdate() - timedelta(days=1)
    open_wait("rfp.question:1:1", project=project, client=project.client, words="Which polymorph?", link="/portal/", due_on=late)

    found = told(project)

    assert found is not None
    assert found.line == "Waits for the client since today, and for 5 others."


@pytest.mark.django_db
def test_the_days_until_a_moment_stay_what_they_were(project: Project) -> None:
    now = timezone.now()
    Rfp.objects.filter(pk=project.rfp_id).update(received_at=now - timedelta(days=3))
    project = Project.objects.select_related("rfp").get(pk=project.pk)
    sheets = records_of(project).sheets
    before = days_until(project, sheets, now).rows

    ask_clarification(project.rfp.number, question="Which polymorph?", actor=make.person(Role.BUSINESS_DEVELOPMENT))
    WaitingFor.objects.filter(project=project).update(closed_at=now + timedelta(days=2))

    assert before[-1] == ("The enquiry as a whole", "3", "0", "3 days")
    assert days_until(project, sheets, now).rows == before


@pytest.mark.django_db
def test_a_declined_request_and_a_resting_project_have_no_clock(project: Project) -> None:
    rfp = make.an_rfp()
    decline_rfp(rfp.number, reason="No capacity.", actor=make.person(Role.BUSINESS_DEVELOPMENT))

    assert clock_of(Rfp.objects.get(pk=rfp.pk), None) is None
    make.hold(project)
    assert told(project) is None


@pytest.mark.django_db
def test_the_request_and_the_page_of_the_phase_show_it(client: Client, project: Project) -> None:
    client.force_login(make.manager())

    part = client.get(reverse("rfp-clock", args=[project.rfp.number])).content.decode()
    page = client.get(reverse("project-evaluation", args=[project.code])).content.decode()
    draft = client.get(reverse("rfp-clock", args=[make.an_rfp().number])).content.decode()

    for shown in (part, page):
        assert " since today, and for 4 others." in shown
        assert shown.count(" since today") == 5
        assert 'id="chart-clock"' in shown
    assert "Waits for Business development since today." in draft
    assert reverse("rfp-clock", args=[project.rfp.number]) in client.get(project.rfp.get_absolute_url()).content.decode()


@pytest.mark.django_db
def test_more_enquiries_and_questions_cost_no_more_queries(project: Project, django_assert_num_queries: Any) -> None:
    past_quotations(1, days=2)
    actor = make.person(Role.BUSINESS_DEVELOPMENT)
    ask_clarification(project.rfp.number, question="Which polymorph?", actor=actor)
    with CaptureQueriesContext(connection) as one:
        told(project)
    past_quotations(2, days=2)
    ask_clarification(project.rfp.number, question="Which salt?", actor=actor)

    with django_assert_num_queries(len(one)):
        told(project)
