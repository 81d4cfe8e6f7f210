"""The charter plans what is contracted, forwards from a start or back from a filing date."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from audit.models import Event
from audit.refusals import BadInput, Refused
from projects.calendars import WorkingCalendar
from projects.charter_plan import plans_of
from projects.forecasting import calendar_for
from projects.models import Charter, Deliverable, Milestone, Phase, Project, Rfp
from projects.services import charter as services
from projects.services.plan import calendar_of
from tests.projects import factories as make
from tests.projects.people import as_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make.a_project()


def ids(project: Project) -> dict[str, dict[str, int]]:
    return {model.__name__: dict(model.objects.filter(project=project).values_list("key", "pk")) for model in (Deliverable, Milestone)}


def phases(project: Project, model: type) -> set[str]:
    return set(model.objects.filter(project=project).values_list("phase", flat=True))  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("first", "last", "planned"),
    [
        (Phase.EVALUATION, Phase.COMMERCIAL, set(Phase.values)),
        (Phase.EVALUATION, Phase.SMALL_SCALE, {"evaluation", "small_scale"}),
        (Phase.PILOT, Phase.PILOT, {"evaluation", "pilot"}),
        (Phase.VALIDATION, Phase.COMMERCIAL, {"evaluation", "validation", "commercial"}),
    ],
)
def test_only_contracted_phases_are_planned(project: Project, first: str, last: str, planned: set[str]) -> None:
    make.charter(project, first=first, last=last)

    assert phases(project, Deliverable) == planned
    assert phases(project, Milestone) == planned


def test_a_redraft_keeps_ids_and_drops_what_left_the_scope(project: Project) -> None:
    make.charter(project)
    before = ids(project)

    make.charter(project, last=Phase.PILOT)

    after = ids(project)
    assert phases(project, Milestone) == {"evaluation", "small_scale", "pilot"}
    assert all(before[kind][key] == pk for kind, rows in after.items() for key, pk in rows.items())


def test_a_wider_redraft_adds_and_keeps(project: Project) -> None:
    make.charter(project, last=Phase.SMALL_SCALE)
    before = ids(project)

    make.charter(project)

    after = ids(project)
    assert all(after[kind][key] == pk for kind, rows in before.items() for key, pk in rows.items())
    assert phases(project, Deliverable) == set(Phase.values)


def test_milestones_fall_on_working_days_of_the_site(project: Project) -> None:
    make.charter(project, start_on=date(2027, 1, 4))

    found = Project.objects.get(pk=project.pk)
    calendar = calendar_of(found)
    assert all(row.forecast_on and calendar.is_working_day(row.forecast_on) for row in found.milestones.all())
    assert min(row.forecast_on for row in found.milestones.all() if row.forecast_on) >= date(2027, 1, 4)


def test_a_redraft_with_a_later_start_moves_the_plan(project: Project) -> None:
    start = timezone.localdate()
    make.charter(project, start_on=start)
    before = dict(project.milestones.values_list("key", "forecast_on"))

    make.charter(project, start_on=start + timedelta(days=60))

    assert all(row.forecast_on > before[row.key] for row in project.milestones.all() if row.forecast_on)
    due = Deliverable.objects.get(project=project, key="project_charter").due_on
    assert due == Milestone.objects.get(project=project, key="g1").forecast_on


def test_a_redraft_leaves_alone_what_has_evidence(project: Project) -> None:
    make.charter(project)
    key = Deliverable.objects.filter(project=project, phase=Phase.COMMERCIAL).values_list("key", flat=True)[0]
    make.a_reference(project, key)

    with pytest.raises(Refused):
        make.charter(project, last=Phase.PILOT)

    assert Project.objects.get(pk=project.pk).last_phase == Phase.COMMERCIAL


@pytest.mark.parametrize(("days", "begins_in"), [(40, 40), (-40, 0)])
def test_a_first_charter_begins_when_the_client_wants_it_to_or_on_the_next_working_day(project: Project, days: int, begins_in: int) -> None:
    today = timezone.localdate()
    Rfp.objects.filter(project=project).update(start_wanted_on=today + timedelta(days=days))

    form = as_person(make.manager()).get(reverse("project-charter", args=[project.code])).context["form"]

    begins_on = today + timedelta(days=begins_in)
    assert form["start_on"].value() == (begins_on if begins_in else WorkingCalendar().next_working_day(today))


def test_two_people_draft_and_the_second_reads_what_the_first_wrote(project: Project) -> None:
    manager, address = as_person(make.manager()), reverse("project-charter", args=[project.code])
    version, facts = manager.get(address).context["version"], {"first_phase": "evaluation", "last_phase": "pilot", "plan_from": "start"}
    facts |= {"site": make.a_site().pk, "project_manager": make.manager().pk, "start_on": timezone.localdate().isoformat()}
    first = facts | {"objectives": "A route.", "version": version}

    drafted = manager.post(address, first)
    refused = manager.post(address, first | {"objectives": "Another route."})
    unreadable = manager.post(address, first | {"objectives": ""})
    again = manager.post(address, first | {"objectives": "Another route.", "version": refused.context["version"]})

    assert [answer.status_code for answer in (drafted, refused, unreadable, again)] == [302, 400, 400, 302]
    assert "It now says: “A route.”" in refused.content.decode()
    assert unreadable.context["version"] == version, "a form that is wrong otherwise has seen nothing new"
    assert Charter.objects.get().objectives == "Another route."


def test_an_issued_charter_is_not_drafted_again(project: Project) -> None:
    make.charter(project)
    make.done(project, "project_charter")
    before = Event.objects.count()

    with pytest.raises(Refused, match="change order"):
        make.charter(project)

    assert Event.objects.count() == before


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"objectives": " "}, "objectives"),
        ({"first_phase": "pilot", "last_phase": "small_scale"}, "last_phase"),
        ({"project_manager": "research"}, "project_manager"),
    ],
)
def test_bad_input_is_named_at_its_field(project: Project, values: dict[str, Any], field: str) -> None:
    given: dict[str, Any] = {"objectives": "o", "first_phase": "evaluation", "last_phase": "commercial", "project_manager": make.manager()}
    given |= values
    if isinstance(given["project_manager"], str):
        given["project_manager"] = make.person(Role.RESEARCH)

    with pytest.raises(BadInput) as raised:
        services.draft_charter(project.code, start_on=timezone.localdate(), site=make.a_site(), actor=make.manager(), **given)

    assert list(raised.value.errors) == [field]
    assert not Charter.objects.exists()


# Pages


def posted(**values: Any) -> dict[str, Any]:
    return {
        "objectives": "Supply 50 kg.",
        "plan_from": "start",
        "start_on": timezone.localdate().isoformat(),
        "first_phase": "evaluation",
        "last_phase": "pilot",
        "site": make.a_site().pk,
        "project_manager": make.manager().pk,
        "risks": "One supplier.",
        **values,
    }


def test_the_first_draft_starts_from_the_quotation(project: Project) -> None:
    make.accepted_quotation(project)

    page = as_person(make.manager()).get(reverse("project-charter", args=[project.code]))

    assert page.context["form"].initial["scope_in"] == "Development from laboratory to pilot scale."


def test_the_form_drafts_and_plans(project: Project) -> None:
    answer = as_person(make.manager()).post(reverse("project-charter", args=[project.code]), posted())

    assert answer.status_code == 302
    assert Charter.objects.get(project=project).risks == "One supplier."
    assert phases(project, Milestone) == {"evaluation", "small_scale", "pilot"}


def test_the_form_keeps_what_was_typed(project: Project) -> None:
    answer = as_person(make.manager()).post(
        reverse("project-charter", args=[project.code]), posted(first_phase="pilot", last_phase="small_scale")
    )

    assert answer.status_code == 400
    assert b"One supplier." in answer.content
    assert b"cannot come before the first" in answer.content


def test_an_issued_charter_says_so(project: Project) -> None:
    make.charter(project)
    make.done(project, "project_charter")

    page = as_person(make.manager()).get(reverse("project-charter", args=[project.code])).content.decode()

    assert "The charter is issued; a change takes a change order." in page
    assert "<textarea" not in page.split("What was agreed to do")[1]


@pytest.mark.parametrize(
    ("role", "status"), [(Role.MANAGEMENT, 200), (Role.RESEARCH, 200), (Role.REGULATORY, 404), (Role.CLIENT_VIEWER, 404)]
)
@pytest.mark.parametrize("name", ["project-charter", "project-team"])
def test_who_reads(project: Project, name: str, role: str, status: int) -> None:
    assert as_person(make.person(role)).get(reverse(name, args=[project.code])).status_code == status


@pytest.mark.parametrize("name", ["project-charter", "project-team"])
def test_pages_cost_few_queries(project: Project, name: str) -> None:
    make.charter(project)
    client, address = as_person(make.manager()), reverse(name, args=[project.code])
    client.get(address)

    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200

    assert len(captured) <= 20


# Before the contract is approved


def test_a_client_lists_nothing_of_the_plan_before_the_contract(events_of: Callable[[Callable[[], object]], list[str]]) -> None:
    project = make.a_project_ready_for_g1()
    viewer = make.person(Role.CLIENT_VIEWER, client=project.client)
    mine = Milestone.objects.visible_to(viewer).filter(project=project)
    assert not mine.exists()
    assert (
        not Event.objects.filter(project_id=project.pk, kind__startswith="milestone.", client_visible=True)
        .exclude(client_data=None)
        .exists()
    )

    kinds = events_of(lambda: make.decide(project))

    wanted = {item.key for plan in plans_of(project, None) for item in plan.milestones if item.shared}
    assert set(mine.values_list("key", flat=True)) == wanted
    assert kinds.count("milestone.shared_at_launch") == len(wanted)
    assert kinds.index("milestone.shared_at_launch") < kinds.index("milestone.published")
    assert not mine.filter(told_at=None).exists()


# Back from a filing date


def back(project: Project, filing_on: date, last: str = Phase.COMMERCIAL) -> Charter:
    return services.draft_charter(
        project.code,
        objectives="File in time.",
        plan_from="filing",
        filing_on=filing_on,
        first_phase=Phase.EVALUATION,
        last_phase=last,
        site=make.a_site(),
        project_manager=make.manager(),
        actor=make.manager(),
    )


def filing(project: Project) -> Milestone:
    return Milestone.objects.get(project=project, key="filing")


def test_counted_back_the_plan_reaches_its_filing_date(project: Project) -> None:
    wanted = timezone.localdate() + timedelta(days=1400)

    charter = back(project, wanted)

    row = filing(project)
    calendar = calendar_for(row, Project.objects.get(pk=project.pk))
    assert charter.start_on > timezone.localdate()
    assert row.forecast_on == calendar.previous_working_day(wanted)
    assert (row.kind, row.phase, row.finish_by, row.share_at_launch, row.visibility) == ("filing", "validation", wanted, True, "internal")


def test_too_late_it_begins_today_with_negative_float(project: Project) -> None:
    charter = back(project, timezone.localdate() + timedelta(days=100))

    assert charter.start_on == timezone.localdate()
    assert filing(project).float_days is not None and filing(project).float_days < 0  # type: ignore[operator]


def test_without_validation_the_filing_follows_what_is_contracted(project: Project) -> None:
    back(project, timezone.localdate() + timedelta(days=700), last=Phase.PILOT)

    assert list(filing(project).predecessors.values_list("predecessor__key", flat=True)) == ["g3"]


def test_a_charter_without_the_date_drops_the_filing(project: Project) -> None:
    back(project, timezone.localdate() + timedelta(days=1400))

    make.charter(project)

    assert not Milestone.objects.filter(project=project, key="filing").exists()


def test_the_page_offers_the_date_of_the_request_and_shows_the_dates_first(project: Project) -> None:
    wanted = timezone.localdate() + timedelta(days=200)
    Rfp.objects.filter(pk=project.rfp_id).update(filing_planned_on=wanted)
    browser, address = as_person(make.manager()), reverse("project-charter", args=[project.code])
    values = posted(plan_from="filing", start_on="", filing_on=wanted.isoformat(), last_phase="validation", preview="1")

    offered = browser.get(address).context["form"].initial["filing_on"]
    shown = browser.post(address, values)
    dateless = browser.post(address, values | {"filing_on": ""})

    late = shown.context["dates"].late_days
    assert offered == wanted
    assert (shown.status_code, dateless.status_code) == (200, 400)
    assert late > 0 and f"Too late by {late} working days" in shown.content.decode()
    assert not Charter.objects.filter(project=project).exists() and not project.milestones.exists()
    planned = {row.title: row.forecast for row in shown.context["dates"].rows}
    browser.post(address, {name: value for name, value in values.items() if name != "preview"})
    assert planned == dict(project.milestones.values_list("title", "forecast_on"))


def test_the_only_project_manager_is_named_and_of_two_somebody_chooses(project: Project) -> None:
    leader = make.manager()

    def proposed() -> list[int | None]:
        page = as_person(leader).get(reverse("project-charter", args=[project.code]))
        return [page.context[form]["project_manager"].value() for form in ("form", "writing_form")]

    assert proposed() == [leader.pk, leader.pk]
    make.person(Role.PROJECT_MANAGER, name="Another Leader")
    assert proposed() == [None, None]
