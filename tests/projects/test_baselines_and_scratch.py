"""Baselines that never change and outlive their milestones, scratch plans that move nothing, payments that become ready."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from audit.refusals import BadInput, NotAllowed, Refused
from projects.baselines import Change, Dated, compared
from projects.calendars import WorkingCalendar
from projects.models import Baseline, Milestone, Phase, Project, Scratch, WaitingFor
from projects.pictures import comparison_gantt
from projects.services import baselines, invoicing, payments, scratch
from projects.services.plan import reschedule_milestone
from projects.what_if import Changes
from tests.projects import factories as make

pytestmark = pytest.mark.django_db
Check = Callable[[Callable[[], object], type[Exception]], Exception]


@pytest.fixture
def project(db: None) -> Project:
    return make.a_project_in(Phase.SMALL_SCALE)


def browser_of(role: str) -> Client:
    browser = Client()
    browser.force_login(make.person(role))
    return browser


def forecasts(project: Project) -> dict[str, date | None]:
    return dict(Milestone.objects.filter(project=project).values_list("key", "forecast_on"))


def test_two_pictures_name_what_moved_came_and_went() -> None:
    day = date(2026, 3, 2)
    before = {1: Dated("Kept", "pilot", day), 2: Dated("Moved", "pilot", day), 3: Dated("Gone", "pilot", day)}
    after = {1: before[1], 2: Dated("Moved", "pilot", date(2026, 3, 9)), 4: Dated("New", "pilot", day)}

    rows = compared(before, after, WorkingCalendar())

    assert [(row.title, row.change, row.days) for row in rows] == [
        ("Kept", Change.SAME, 0),
        ("Moved", Change.MOVED, 5),
        ("New", Change.ADDED, None),
        ("Gone", Change.DELETED, None),
    ]


def test_a_baseline_by_hand_promises_nothing(project: Project) -> None:
    agreed = dict(Milestone.objects.filter(project=project).values_list("key", "baseline_on"))
    later = timezone.localdate() + timedelta(days=200)
    reschedule_milestone(project.code, "sample_shipped", not_before=later, actor=make.manager(), reason="Occupied.")

    taken = baselines.take_baseline(project.code, name="Before the campaign", reason="To remember.", actor=make.manager())

    assert taken.kind == Baseline.Kind.BY_HAND
    assert dict(Milestone.objects.filter(project=project).values_list("key", "baseline_on")) == agreed
    assert {row.milestone.key: row.planned_on for row in taken.milestones.all()} == forecasts(project)


@pytest.mark.parametrize(("name", "reason", "field"), [("", "Why", "name"), ("Contract", "Why", "name"), ("New", " ", "reason")])
def test_a_baseline_has_a_name_of_its_own_and_a_reason(
    project: Project, name: str, reason: str, field: str, nothing_written: Check
) -> None:
    refusal = nothing_written(partial(baselines.take_baseline, project.code, name=name, reason=reason, actor=make.manager()), BadInput)

    assert list(refusal.errors) == [field]  # type: ignore[attr-defined]


def test_days_between_two_pictures_count_in_the_calendar_of_each_milestone() -> None:
    thursday, tuesday = date(2026, 4, 2), date(2026, 4, 7)  # Good Friday and Easter Monday lie between
    before, after = ({pk: Dated("Sample", "pilot", day) for pk in (1, 2)} for day in (thursday, tuesday))

    rows = compared(before, after, WorkingCalendar(), {2: WorkingCalendar(country="DE")})

    assert [row.days for row in rows] == [3, 1]


def test_a_deleted_milestone_is_still_compared() -> None:
    project = make.a_planned_project()
    baselines.take_baseline(project.code, name="Wide", reason="Before the scope shrinks.", actor=make.manager())
    make.charter(project, last=Phase.PILOT)

    page = browser_of(Role.PROJECT_MANAGER).get(reverse("baseline-compare", args=[project.code]))

    gone = [row for row in page.context["rows"] if row.change == Change.DELETED]
    assert gone
    assert gone[0].title in page.content.decode()


def test_a_scratch_plan_moves_nothing_until_it_is_applied(project: Project) -> None:
    before, manager = forecasts(project), make.manager()
    later = timezone.localdate() + timedelta(days=150)
    tried = scratch.open_scratch(project.code, name="Later", actor=manager)
    scratch.change_scratch(project.code, tried.pk, Changes(earliest={"sample_shipped": later}), actor=manager)

    unmoved = forecasts(project)
    page = browser_of(Role.PROJECT_MANAGER).get(reverse("scratch-detail", args=[project.code, tried.pk]))
    moved = scratch.apply_scratch(project.code, tried.pk, reason="Agreed in the meeting.", actor=manager)

    assert unmoved == before
    assert page.context["moved"] == len(moved) > 1
    assert forecasts(project)["sample_shipped"] >= later
    assert Scratch.objects.get(pk=tried.pk).outcome == "applied"


def test_a_scratch_plan_is_its_owners_and_closed_once(project: Project, nothing_written: Check) -> None:
    tried = scratch.open_scratch(project.code, name="Mine", actor=make.manager())
    other = make.person(Role.PROJECT_MANAGER, name="Another Manager")

    nothing_written(partial(scratch.discard_scratch, project.code, tried.pk, actor=other), Refused)
    scratch.discard_scratch(project.code, tried.pk, actor=make.manager())
    nothing_written(partial(scratch.apply_scratch, project.code, tried.pk, reason="Late.", actor=make.manager()), Refused)


def test_a_payment_becomes_ready_by_itself_and_is_invoiced(project: Project) -> None:
    business = make.person(Role.BUSINESS_DEVELOPMENT)
    payment = payments.plan_payment(project.code, title="Second payment", source="gate:G2", amount=Decimal("1000.00"), actor=business)
    wait = WaitingFor.objects.open().filter(key=f"payment.invoice:{payment.pk}")
    early = wait.exists()
    make.pass_gate(project)
    ready = wait.get()
    invoicing.record_invoice(project.code, payment.key, number="INV-7", on=timezone.localdate(), actor=business)

    assert (early, ready.role) == (False, Role.BUSINESS_DEVELOPMENT)
    assert not wait.exists()
    assert Milestone.objects.get(pk=payment.pk).invoice_number == "INV-7"


def test_what_has_happened_makes_a_payment_ready_at_once(project: Project) -> None:
    payment = payments.plan_payment(project.code, title="First", source="gate:G1", actor=make.person(Role.BUSINESS_DEVELOPMENT))

    assert payment.actual_on == timezone.localdate()


def test_an_invoice_waits_for_its_milestone_and_for_business_development(project: Project, nothing_written: Check) -> None:
    business, day = make.person(Role.BUSINESS_DEVELOPMENT), timezone.localdate()
    payment = payments.plan_payment(project.code, title="Second", source="gate:G2", actor=business)
    invoice = partial(invoicing.record_invoice, project.code, payment.key, number="INV-1", on=day)

    nothing_written(partial(invoice, actor=business), Refused)
    nothing_written(partial(invoice, actor=make.manager()), NotAllowed)


def test_the_pages_answer(project: Project) -> None:
    manager, business = browser_of(Role.PROJECT_MANAGER), browser_of(Role.BUSINESS_DEVELOPMENT)
    taken = manager.post(reverse("project-baselines", args=[project.code]), {"name": "One", "reason": "To compare."})
    opened = manager.post(reverse("project-scratches", args=[project.code]), {"name": "Try"})
    tried = manager.post(opened["Location"], manager_form(manager.get(opened["Location"])))
    planned = business.post(reverse("project-payments", args=[project.code]), {"title": "First", "source": "gate:G1", "percent": "10"})
    asked = business.get(reverse("project-payments", args=[project.code]), {"invoice": "payment_1"})
    invoiced = business.post(
        reverse("payment-invoice", args=[project.code, "payment_1"]), {"number": "INV-2", "on": timezone.localdate().isoformat()}
    )

    assert [answer.status_code for answer in (taken, opened, tried, planned, asked, invoiced)] == [302, 302, 302, 302, 200, 302]


def test_a_payment_stands_in_its_phase_and_what_is_achieved_is_drawn_so(project: Project) -> None:
    business = make.person(Role.BUSINESS_DEVELOPMENT)
    payment = payments.plan_payment(project.code, title="At the contract", source="gate:G1", actor=business)

    rows = list(Milestone.objects.filter(project=project))
    phases = [row.phase for row in rows]
    picture = comparison_gantt(compared({}, baselines.dated_now(rows), WorkingCalendar()), today=timezone.localdate())

    assert phases == sorted(phases, key=list(Phase).index)
    assert rows[phases.count(Phase.EVALUATION) - 1] == payment
    drawn = {line["label"]: line["state"] for line in picture["data"]["values"] if line["key"]}
    assert drawn["At the contract"] == "achieved"


def test_an_impossible_lag_is_named_at_its_field(project: Project) -> None:
    manager = browser_of(Role.PROJECT_MANAGER)
    opened = manager.post(reverse("project-scratches", args=[project.code]), {"name": "Try"})["Location"]
    typed = manager_form(manager.get(opened))
    lag = next(name for name in typed if name.startswith("lag-"))

    answer = manager.post(opened, typed | {lag: "-9999"})

    page = answer.content.decode()
    assert answer.status_code == 400
    assert f'href="#id_{lag}"' in page and f'id="id_{lag}_error"' in page
    assert "Not below -2000." in page


def manager_form(page: object) -> dict[str, str]:
    """The scratch form as the page offers it, unchanged."""
    form = page.context["form"]  # type: ignore[attr-defined]
    return {name: str(form[name].value() if form[name].value() is not None else "") for name in form.fields}
