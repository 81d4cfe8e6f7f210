"""The key figures, each reckoned by hand; the period, client, site and phase they are asked for; the record behind each case."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import Role
from catalogue.models import Site
from cdmo.demo.clock import starting_on
from desk.figures import Definition, Figure, Measure
from desk.kpis import Case, Scope, every_case, figures
from projects.models import Baseline, BaselineMilestone, KpiCase, Milestone, Project, ProjectStanding, Publication
from projects.services.facts import refresh_facts
from projects.services.lifecycle import resume_project
from projects.services.quotation_answers import decline_quotation, record_outcome
from tests.projects import factories

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 3, 2)  # in Switzerland, where the demo site is, March 2026 has no holiday


@pytest.fixture
def project(db: None) -> Project:
    """In evaluation at the demo site; whatever is counted is put there by each test, at moments that no service would give."""
    project = factories.a_project()
    Project.objects.filter(pk=project.pk).update(site=factories.a_site(), opened_at=noon(date(2026, 1, 12)))
    return Project.objects.select_related("client", "site", "rfp").get(pk=project.pk)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def milestone(project: Project, key: str, *, baseline: date, actual: date | None = None, phase: str = "pilot", **values: Any) -> Milestone:
    return Milestone.objects.create(
        project=project, key=key, title=f"Milestone {key}", phase=phase, kind="internal", visibility="shared",
        baseline_on=baseline, actual_on=actual, **values,
    )  # fmt: skip


def figure(projects: list[Project], key: str, scope: Scope | None = None) -> Figure:
    counted = refreshed(*projects)
    return next(each for each in figures(counted, scope) if each.key == key)


def refreshed(*projects: Project) -> QuerySet[Project]:
    ids = [project.pk for project in projects]
    refresh_facts(ids)
    return Project.objects.filter(pk__in=ids)


def cases(found: Figure) -> list[Case]:
    """Oldest first."""
    return list(every_case(found.cases))[::-1]


def browser_of(role: str = Role.MANAGEMENT) -> Client:
    browser = Client()
    browser.force_login(factories.person(role))
    return browser


# on time: two of three, 67 %


@pytest.fixture
def achieved(project: Project) -> Project:
    """Tolerance five working days: on the day, exactly five late (good), six late (not); one internal, one open: no cases."""
    milestone(project, "on_the_day", baseline=MONDAY, actual=MONDAY)
    milestone(project, "five_late", baseline=MONDAY, actual=MONDAY + timedelta(days=7))
    milestone(project, "six_late", baseline=MONDAY, actual=MONDAY + timedelta(days=8), phase="validation")
    milestone(project, "internal", baseline=MONDAY, actual=MONDAY + timedelta(days=90))
    Milestone.objects.filter(key="internal").update(visibility="internal")
    milestone(project, "open", baseline=MONDAY)
    return project


def test_on_time_by_hand(achieved: Project) -> None:
    found = figure([achieved], "on_time")

    assert (found.value, found.of) == ("67 %", "2 of 3")
    assert [(case.what, case.words) for case in cases(found)] == [
        ("Milestone on_the_day", "0 working days"),
        ("Milestone five_late", "+5 working days"),
        ("Milestone six_late", "+6 working days"),
    ]
    assert cases(found)[0].link == reverse("milestone-detail", args=[achieved.code, "on_the_day"])


@pytest.mark.parametrize(
    ("scope", "value", "of"),
    [
        (Scope(since=date(2026, 3, 10)), "0 %", "0 of 1"),  # the day itself counts
        (Scope(until=date(2026, 3, 9)), "100 %", "2 of 2"),
        (Scope(since=date(2026, 3, 3), until=date(2026, 3, 9)), "100 %", "1 of 1"),
        (Scope(phase="validation"), "0 %", "0 of 1"),
        (Scope(phase="commercial"), None, "0 of 0"),
    ],
)
def test_on_time_within_a_scope(achieved: Project, scope: Scope, value: str | None, of: str) -> None:
    found = figure([achieved], "on_time", scope)

    assert (found.value, found.of) == (value, of)


# cycle time: 19 days in the one project, 40 in the other: 29.5 days in the middle
# first pass: the one gate was passed in its first round, the other held and passed in its second: 50 %


@pytest.fixture
def passed() -> list[Project]:
    """Both opened on 3 March 2025; passed on 22 March, and on 12 April after a hold on 31 March."""
    with starting_on(date(2025, 3, 3), lambda moment: None) as clock:
        at_once, later = factories.a_project_ready_for_g1(), factories.a_project_ready_for_g1(factories.a_client("DCB"))
        clock.go_to(date(2025, 3, 22))
        factories.decide(at_once)
        clock.go_to(date(2025, 3, 31))
        factories.decide(later, "hold")
        resume_project(later.code, actor=factories.manager(), reason="The client goes on.")
        clock.go_to(date(2025, 4, 12))
        factories.decide(later)
    return [at_once, later]


def test_cycle_time_by_hand(passed: list[Project]) -> None:
    at_once, later = passed

    found = figure(passed, "cycle_evaluation")

    assert (found.value, found.of) == ("29.5 days", "2")
    assert [(case.words, case.link) for case in cases(found)] == [
        ("19 days", reverse("gate-review", args=[at_once.code, "G1", 1])),
        ("40 days", reverse("gate-review", args=[later.code, "G1", 2])),
    ]
    assert figure(passed, "cycle_evaluation", Scope(since=date(2025, 4, 1))).value == "40 days"
    assert figure(passed, "cycle_small_scale").value is None


def test_first_pass_by_hand(passed: list[Project]) -> None:
    found = figure(passed, "first_pass")

    assert (found.value, found.of) == ("50 %", "1 of 2")
    assert [(case.project, case.words) for case in cases(found)] == [(passed[0], "Go"), (passed[1], "Hold")]
    assert cases(found)[1].link == reverse("gate-review", args=[passed[1].code, "G1", 1])
    assert figure(passed, "first_pass", Scope(until=date(2025, 3, 30))).value == "100 %"
    assert figure(passed, "first_pass", Scope(phase="pilot")).value is None


# quotation turnaround: received on 6 January, the project opened on the 13th, first sent on 3 March: 25 + 28 + 3 = 56 days


@pytest.fixture
def quoted() -> Project:
    sells = factories.person(Role.BUSINESS_DEVELOPMENT)
    with starting_on(date(2025, 1, 6), lambda moment: None) as clock:
        rfp = factories.an_rfp(None, **factories.COMPLETE_REQUEST)
        clock.go_to(date(2025, 1, 13))
        project = factories.submit_rfp(rfp.number, actor=sells)
        for revision, day in enumerate((date(2025, 3, 3), date(2025, 4, 1)), 1):
            clock.go_to(day)
            quotation = factories.a_quotation(project)
            factories.release(quotation)
            factories.send(quotation)
            decline_quotation(project.code, revision, actor=factories.person(Role.CLIENT_APPROVER), reason="Too dear.")
    return project


def test_quotation_turnaround_counts_from_the_request_to_the_first_revision(quoted: Project) -> None:
    first = date(2025, 3, 3)

    found = figure([quoted], "quotation")

    assert (found.value, found.of) == ("56 days", "1")
    assert cases(found)[0].link == reverse("quotation-detail", args=[quoted.code, 1])
    assert figure([quoted], "quotation", Scope(since=first, until=first)).value == "56 days"
    assert figure([quoted], "quotation", Scope(since=first + timedelta(days=1))).value is None  # revision 2 is no first answer
    assert figure([quoted], "quotation", Scope(phase="pilot")).value is None


# won: the revision that the client answered last


def test_a_declined_quotation_is_lost_until_a_later_revision_is_there(quoted: Project) -> None:
    business = factories.person(Role.BUSINESS_DEVELOPMENT)
    record_outcome(quoted.code, 2, why="price", position="highest", actor=business)

    found = figure([quoted], "won")

    assert (found.value, found.of) == ("0 %", "0 of 1")
    assert [case.words for case in cases(found)] == ["Lost: Price; our price: the highest"]
    factories.accepted_quotation(quoted)
    won = figure([quoted], "won")
    assert (won.of, cases(won)[0].words) == ("1 of 1", "Won")
    assert cases(won)[0].link == reverse("quotation-detail", args=[quoted.code, 3])


# slippage: of the milestone told last; +5 on our side, +3 and then −1 on the client's


@pytest.fixture
def slipped(project: Project) -> Project:
    taken = Baseline.objects.create(project=project, name="Contract", taken_by=factories.manager(), taken_at=noon(date(2026, 1, 15)))
    steps = {
        "early": [(date(2026, 3, 30), "cdmo", date(2026, 2, 2))],  # 20 working days later, but it does not end the project
        "last": [
            (date(2026, 6, 1), "cdmo", date(2026, 1, 20)),  # the first publication, as agreed: no case
            (date(2026, 6, 8), "cdmo", date(2026, 2, 2)),
            (date(2026, 6, 11), "client", date(2026, 4, 2)),
            (date(2026, 6, 10), "client", date(2026, 7, 1)),
        ],
    }
    for key, agreed in (("early", MONDAY), ("last", date(2026, 6, 1))):
        row = milestone(project, key, baseline=agreed, published_on=steps[key][-1][0])
        BaselineMilestone.objects.create(baseline=taken, milestone=row, title=row.title, planned_on=agreed)
        for to_date, side, told in steps[key]:
            Publication.objects.create(
                milestone=row, to_date=to_date, reason_class="capacity", side=side, days=0, reason="Occupied.",
                published_by=factories.manager(), published_at=noon(told),
            )  # fmt: skip
    return project


@pytest.mark.parametrize(
    ("side", "scope", "value", "number"),
    [
        ("cdmo", Scope(), "+5 working days", 1),
        ("client", Scope(), "+2 working days", 2),
        ("client", Scope(since=date(2026, 7, 1)), "-1 working day", 1),
        ("client", Scope(until=date(2026, 3, 31)), None, 0),
        ("third_party", Scope(), None, 0),
        ("cdmo", Scope(phase="validation"), None, 0),
    ],
)
def test_slippage_by_hand(slipped: Project, side: str, scope: Scope, value: str | None, number: int) -> None:
    found = figure([slipped], f"slippage_{side}", scope)

    assert (found.value, found.number, found.cases.count()) == (value, number, number)


def test_what_drives_one_phase_counts_when_that_phase_is_asked_for(slipped: Project) -> None:
    """It does not end the project, so it counts in no other question."""
    Milestone.objects.filter(key="early").update(phase="small_scale")

    assert figure([slipped], "slippage_cdmo", Scope(phase="small_scale")).value == "+20 working days"
    assert figure([slipped], "slippage_cdmo", Scope(phase="pilot")).value == "+5 working days"
    assert figure([slipped], "slippage_cdmo").value == "+5 working days"


def test_slippage_leads_to_the_publication(slipped: Project) -> None:
    (case,) = cases(figure([slipped], "slippage_cdmo"))
    row = Publication.objects.get(milestone__key="last", to_date=date(2026, 6, 8))

    assert case.link == f"{reverse('milestone-detail', args=[slipped.code, 'last'])}#publication-{row.pk}"
    assert "8 Jun 2026" in case.what
    page = browser_of().get(case.link).content.decode()
    assert f'id="publication-{row.pk}"' in page


# quarters


@pytest.mark.parametrize(
    ("measure", "first", "last"),
    [(Measure.SHARE, "50 %", "100 %"), (Measure.MEDIAN, "0.5 days", "1 day"), (Measure.SUM, "+1 working day", "+1 working day")],
)
def test_a_figure_by_quarter_keeps_the_empty_ones(project: Project, measure: Measure, first: str, last: str) -> None:
    days = [(date(2025, 12, 31), 1), (date(2025, 10, 1), 0), (date(2026, 4, 1), 1)]
    row = milestone(project, "any", baseline=MONDAY)
    KpiCase.objects.bulk_create(KpiCase(project=project, figure="x", phase="pilot", on=on, number=n, milestone=row) for on, n in days)

    found = Figure(Definition("x", "X", "", measure), 3, 2, None, KpiCase.objects.all()).by_quarter()

    assert [(each.label, each.words, each.number) for each in found] == [("Q4 2025", first, 2), ("Q1 2026", "–", 0), ("Q2 2026", last, 1)]
    assert Figure(Definition("x", "X", "", measure), 0, 0, None, KpiCase.objects.none()).by_quarter() == []


# the page and its files


def test_a_figure_opens_its_cases_and_its_trend(achieved: Project) -> None:
    milestone(achieved, "later", baseline=date(2026, 6, 1), actual=date(2026, 6, 1))
    refreshed(achieved)

    page = browser_of().get(reverse("kpis"), {"figure": "on_time"}).content.decode()

    assert f'href="{reverse("milestone-detail", args=[achieved.code, "six_late"])}"' in page
    assert "Q1 2026" in page
    assert 'data-chart="chart-quarters"' in page
    assert browser_of().get(reverse("kpis"), {"figure": "nothing"}).status_code == 404


def test_cases_are_shown_page_by_page_the_newest_first(achieved: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desk.views.kpis.PAGE", 2)
    monkeypatch.setattr("desk.kpis.BATCH", 2)
    refreshed(achieved)
    browser = browser_of()

    pages = [browser.get(reverse("kpis"), {"figure": "on_time", "page": str(page)}).content.decode() for page in (1, 2)]
    file = b"".join(browser.get(reverse("kpis-csv"), {"figure": "on_time"}).streaming_content).decode()  # type: ignore[attr-defined]

    titles = [f"Milestone {key}" for key in ("six_late", "five_late", "on_the_day")]
    assert [[title in page for title in titles] for page in pages] == [[True, True, False], [False, False, True]]
    assert "1–2 of 3" in pages[0]
    assert sorted(titles, key=file.index) == titles


def test_a_case_whose_milestone_left_the_plan_stays_until_the_facts_are_computed_again(achieved: Project) -> None:
    refreshed(achieved)
    Milestone.objects.filter(key="six_late").delete()
    browser = browser_of()

    left = browser.get(reverse("kpis"), {"figure": "on_time"}).content.decode()
    refreshed(achieved)

    assert f'<a href="{achieved.get_absolute_url()}">–</a>' in left
    assert "2 of 2" in browser.get(reverse("kpis"), {"figure": "on_time"}).content.decode()


def test_the_page_says_when_its_figures_are_old(achieved: Project) -> None:
    counted = refreshed(achieved)
    assert "computed on" not in browser_of().get(reverse("kpis")).content.decode()

    ProjectStanding.objects.filter(project__in=counted).update(refreshed_at=timezone.now() - timedelta(days=2))

    assert "computed on" in browser_of().get(reverse("kpis")).content.decode()


def test_client_site_and_period_stand_in_the_address(achieved: Project) -> None:
    elsewhere = Site.objects.create(key="elsewhere", name="Elsewhere", country="CN", time_zone="Asia/Shanghai")
    browser, address = browser_of(), reverse("kpis-csv")
    refreshed(achieved)

    def value(**asked: Any) -> list[str]:
        text = b"".join(browser.get(address, asked).streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
        return next(row for row in csv.reader(StringIO(text)) if row[0] == "On time")[1:3]

    assert value() == value(client=achieved.client_id) == value(site=achieved.site_id) == ["67 %", "3"]
    assert value(site=elsewhere.pk) == value(client=factories.a_client("DCB").pk) == ["", "0"]
    assert value(since="2026-03-10", until="2026-03-31") == ["0 %", "1"]


def test_the_file_of_an_opened_figure_holds_its_cases(achieved: Project) -> None:
    refreshed(achieved)

    answer = browser_of().get(reverse("kpis-xlsx"), {"figure": "on_time", "until": "2026-03-02"})

    sheet = load_workbook(BytesIO(b"".join(answer.streaming_content))).active  # type: ignore[attr-defined]

    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert rows == [[achieved.code, "Demo Client A", "Milestone on_the_day", datetime(2026, 3, 2), 1, "0 working days"]]


def test_a_period_that_ends_before_it_begins_says_so(project: Project) -> None:
    asked = {"since": "2026-03-02", "until": "2026-03-01"}

    page = browser_of().get(reverse("kpis"), asked)

    assert page.status_code == 400
    assert "ends before it begins" in page.content.decode()
    assert browser_of().get(reverse("kpis-csv"), asked).status_code == 400
