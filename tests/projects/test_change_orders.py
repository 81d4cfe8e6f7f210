"""Change orders: two signatures release, the client answers, acceptance moves the agreed dates and takes the baseline."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Role
from audit.models import Event
from audit.refusals import NotAllowed, Refused
from projects.models import Baseline, ChangeOrder, Milestone, Phase, Project, WaitingFor
from projects.services import change_orders as services
from projects.services.plan import calendar_of
from tests.projects import factories as make

pytestmark = pytest.mark.django_db
Check = Callable[[Callable[[], object], type[Exception]], Exception]

WHO = ("change_order.accepted", "milestone.rescheduled", "plan.baseline_taken")


@pytest.fixture
def project(db: None) -> Project:
    return make.a_project_in(Phase.SMALL_SCALE)


def g2(project: Project) -> Milestone:
    return Milestone.objects.get(project=project, key="g2")


def test_acceptance_moves_the_agreed_date_and_takes_the_baseline(project: Project) -> None:
    before = g2(project)
    after_days = calendar_of(project).add_working_days(before.baseline_on, 10)

    order = make.accept_change_order(make.sent_change_order(project))

    baseline = Baseline.objects.get(project=project, name="Change order 1")
    row = g2(project)
    assert (row.baseline_on, row.forecast_on, row.published_on) == (after_days, after_days, before.published_on)
    assert baseline.milestones.get(milestone=row).planned_on == after_days
    assert [(effect.before, effect.after) for effect in services.effects_of(order)] == [(before.baseline_on, after_days)]
    told = Event.objects.filter(project_id=project.pk, kind="change_order.accepted", client_visible=True)
    assert told.get().client_data["state"] == "accepted"


def test_what_acceptance_sets_off_is_not_the_act_of_the_client_s_person(project: Project) -> None:
    order = make.sent_change_order(project)
    before = Event.objects.latest("pk").pk

    make.accept_change_order(order)

    acts = dict(Event.objects.filter(pk__gt=before, kind__in=WHO).values_list("kind", "actor_name"))
    approver = make.person(Role.CLIENT_APPROVER).full_name
    by_order = f"the system, by change order 1 accepted by {approver}"
    assert acts == {"change_order.accepted": approver, "milestone.rescheduled": by_order, "plan.baseline_taken": by_order}


def test_a_draft_and_a_release_are_not_the_clients_to_see(project: Project) -> None:
    viewer = make.person(Role.CLIENT_VIEWER)
    order = make.a_change_order(project)

    assert not ChangeOrder.objects.visible_to(viewer).exists()
    assert order.number == project.code.replace("API", "CO") + "-1"


def test_nobody_releases_alone(project: Project, nothing_written: Check) -> None:
    order = make.a_change_order(project)
    actor = make.person(Role.BUSINESS_DEVELOPMENT, Role.MANAGEMENT, name="Both Hats")
    release = partial(services.release_change_order, project.code, 1, 1, actor=actor, authentication=make.fake_authentication(actor))

    release()

    nothing_written(release, Refused)
    assert ChangeOrder.objects.get(pk=order.pk).state == "draft"


def test_a_viewer_does_not_accept(project: Project, nothing_written: Check) -> None:
    make.sent_change_order(project)
    viewer = make.person(Role.CLIENT_VIEWER)

    nothing_written(
        lambda: services.accept_change_order(project.code, 1, 1, actor=viewer, authentication=make.fake_authentication(viewer)), NotAllowed
    )


def test_a_new_revision_supersedes_the_sent_one(project: Project, nothing_written: Check) -> None:
    first = make.sent_change_order(project)
    second = make.a_change_order(project, days=5, sequence=1)

    assert (second.sequence, second.revision) == (1, 2)
    nothing_written(lambda: make.accept_change_order(first), Refused)


def test_declining_keeps_the_reason_and_moves_nothing(project: Project) -> None:
    make.sent_change_order(project)
    before = g2(project).baseline_on

    approver = make.person(Role.CLIENT_APPROVER)
    order = services.decline_change_order(project.code, 1, 1, actor=approver, reason="Too expensive.")

    assert (order.state, order.answer_reason, g2(project).baseline_on) == ("declined", "Too expensive.", before)


def test_before_g1_there_is_no_contract_to_change(nothing_written: Check) -> None:
    project = make.a_project()

    refusal = nothing_written(lambda: make.a_change_order(project), Refused)

    assert [blocker.key for blocker in refusal.blockers] == ["change_order.quotation", "change_order.baseline"]  # type: ignore[attr-defined]


def test_pages_of_both_sides(project: Project) -> None:
    order = make.sent_change_order(project)
    ours, theirs = Client(), Client()
    ours.force_login(make.person(Role.BUSINESS_DEVELOPMENT))
    theirs.force_login(make.person(Role.CLIENT_APPROVER))
    portal = reverse("portal-change-order", args=[project.code, 1, 1])

    for address in (
        reverse("project-change-orders", args=[project.code]),
        reverse("change-order-new", args=[project.code]),
        reverse("change-order-new", args=[project.code]) + "?of=1",
        order.get_absolute_url(),
    ):
        assert ours.get(address).status_code == 200
    assert f"Amount ({order.currency})" in ours.get(reverse("change-order-new", args=[project.code])).content.decode()
    page = theirs.get(portal)
    hash_shown = page.context["hash"]
    accept = reverse("portal-change-order-accept", args=[project.code, 1, 1])
    theirs.post(accept, {"password": make.PASSWORD, "expected_hash": hash_shown})

    assert "+10" in page.content.decode()
    assert ChangeOrder.objects.get(pk=order.pk).state == "accepted"


TYPED = {
    "title": "Credit",
    "reason": "Less work.",
    "scope": "One study less.",
    "valid_until": "2099-01-01",
    "days-g2": "-3",
    "lines-TOTAL_FORMS": "1",
    "lines-INITIAL_FORMS": "0",
    "lines-0-phase": "small_scale",
    "lines-0-description": "Study left out",
    "lines-0-amount": "-1,000.00",
    **{f"{name}-{count}": "0" for name in ("added", "payments") for count in ("TOTAL_FORMS", "INITIAL_FORMS")},
}


def test_the_form_drafts_lines_and_days(project: Project) -> None:
    ours = Client()
    ours.force_login(make.person(Role.BUSINESS_DEVELOPMENT))

    answer = ours.post(reverse("change-order-new", args=[project.code]), TYPED)

    order = ChangeOrder.objects.get(project=project)
    assert answer.status_code == 302
    assert (str(order.total), order.effects.get().days) == ("-1000.00", -3)


def waited_for(order: ChangeOrder) -> set[tuple[str, str]]:
    """(what, who) of the order's open waits."""
    rows = WaitingFor.objects.open().filter(key__startswith="change_order.", key__contains=f":{order.pk}")
    return {(row.key.split(":")[0].removeprefix("change_order."), row.user.full_name if row.user else row.role) for row in rows}


def test_a_change_order_never_waits_for_nobody(project: Project) -> None:
    business, director = make.person(Role.BUSINESS_DEVELOPMENT), make.person(Role.MANAGEMENT)
    order = make.a_change_order(project)
    assert waited_for(order) == {("release", "business_development")}
    services.release_change_order(project.code, 1, 1, actor=business, authentication=make.fake_authentication(business))
    assert waited_for(order) == {("release", "management")}
    services.release_change_order(project.code, 1, 1, actor=director, authentication=make.fake_authentication(director))
    assert waited_for(order) == {("send", "Business development")}
    services.send_change_order(project.code, 1, 1, actor=business)
    assert waited_for(order) == {("answer", "client_approver")}
    services.decline_change_order(project.code, 1, 1, actor=make.person(Role.CLIENT_APPROVER), reason="Too late.")
    assert waited_for(order) == {("revise", "Business development")}

    make.a_change_order(project, sequence=1)

    assert waited_for(order) == set()


def test_every_fault_of_the_form_is_named_at_once_and_linked_to_its_field(project: Project) -> None:
    ours = Client()
    ours.force_login(make.person(Role.BUSINESS_DEVELOPMENT))
    wrong = {"valid_until": "2020-01-01", "days-g2": "99999", "lines-0-description": "", "lines-0-amount": "12,34,5"}

    answer = ours.post(reverse("change-order-new", args=[project.code]), TYPED | wrong)

    page = answer.content.decode()
    summary = page[page.index("error-summary") :].split("</div>")[0]
    assert answer.status_code == 400
    for field in ("id_valid_until", "id_days-g2", "id_lines-0-description", "id_lines-0-amount"):
        assert f'href="#{field}"' in summary
    for field in ("id_days-g2", "id_lines-0-description", "id_lines-0-amount"):
        assert f'id="{field}_error"' in page
    assert "Line 1, Amount" in summary and "Not above 2000." in summary
    assert not ChangeOrder.objects.exists()
