"""The default plan as data: changing it, what cannot leave it, and that a drafted plan keeps the version it was made from."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Role
from audit.context import Channel, acting
from audit.models import Event
from audit.refusals import BadInput, Missing, NotAllowed, Refused
from projects import default_plan
from projects.default_plan import DELIVERABLES, MILESTONES, content_now, declared, found, merged
from projects.models import Charter, DefaultPlan, Deliverable, Milestone, MilestoneLink, Project
from projects.services.default_plan import add_default_milestone, change_default, leave_out_default, merge_release, put_back_default
from tests.projects import factories as make
from tests.routes.world import signed_in as as_person

pytestmark = pytest.mark.django_db

WHY = {"reason": "The last five projects took longer."}
LEAVABLE = "first_commercial_certificate"  # no gate judges it


@pytest.fixture
def project() -> Project:
    return make.a_project()


def facts(key: str, of: str = MILESTONES, **changes: Any) -> dict[str, Any]:
    line = found(content_now()[1], of, key)
    assert line is not None
    return {name: line.line[name] for name in default_plan.FACTS[of]} | changes


def change(key: str, of: str = MILESTONES, place: int | None = None, **changes: Any) -> DefaultPlan:
    values = facts(key, of, **changes)
    return change_default(of, key, facts=values, version=content_now()[0], place=place, actor=quality(), **WHY)


def quality() -> Any:
    return make.person(Role.QUALITY_ASSURANCE)


def test_a_change_reaches_projects_planned_afterwards_and_no_other(project: Project) -> None:
    make.charter(project)
    before = list(Milestone.objects.filter(project=project).values_list("key", "title", "tolerance_days", "order"))

    change("route_selected", title="Route agreed", after={"g1": 45}, tolerance=10, shared=False, kind="contract")
    other = make.a_planned_project()
    make.charter(project)  # drafted again, in the version that it was made from

    row = Milestone.objects.get(project=other, key="route_selected")
    assert (row.title, row.kind, row.tolerance_days, row.share_at_launch) == ("Route agreed", "contract", 10, False)
    assert MilestoneLink.objects.get(successor=row).lag_days == 45
    assert list(Milestone.objects.filter(project=project).values_list("key", "title", "tolerance_days", "order")) == before
    assert MilestoneLink.objects.get(successor__project=project, successor__key="route_selected").lag_days == 30
    plans = {charter.project_id: charter.default_plan for charter in Charter.objects.select_related("default_plan")}
    assert plans[project.pk] is None
    assert getattr(plans[other.pk], "version", None) == 2


def test_what_is_left_out_is_planned_by_no_project_to_come(project: Project) -> None:
    leave_out_default(DELIVERABLES, LEAVABLE, version=0, actor=quality(), **WHY)
    make.charter(project)
    assert not Deliverable.objects.filter(project=project, key=LEAVABLE).exists()

    put_back_default(DELIVERABLES, LEAVABLE, version=2, actor=quality(), **WHY)
    other = make.a_planned_project()

    assert Deliverable.objects.filter(project=other, key=LEAVABLE).exists()


def test_an_own_milestone_stands_before_the_gate(project: Project) -> None:
    values = facts("pilot_report" if found(declared(), MILESTONES, "pilot_report") else "g3", title="Tank cleaned", kind="internal")
    add_default_milestone("pilot", facts=values | {"after": {"g2": 10}}, version=0, actor=quality(), **WHY)

    make.charter(project)

    row = Milestone.objects.get(project=project, key="own-tank-cleaned")
    gate = Milestone.objects.get(project=project, key="g3")
    assert (row.phase, row.source, row.order) == ("pilot", "", gate.order - 1)


def test_each_change_is_an_event_with_before_and_after() -> None:
    row = change("route_selected", title="Route agreed")

    event = Event.objects.filter(kind="default_plan.changed").latest("id")
    assert (event.object_id, event.reason, event.client_visible) == (str(row.pk), WHY["reason"], False)
    assert event.data["before"] == {"Route agreed: title": "Route selected"}
    assert event.data["after"] == {"Route agreed: title": "Route agreed"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " "}, "title"),
        ({"department": "nobody"}, "department"),
        ({"kind": "gate"}, "kind"),
        ({"tolerance": 5000}, "tolerance"),
        ({"after": {"route_selected": 1}}, "after"),
        ({"after": {"g5": 1}}, "after"),  # of a later phase
        ({"after": {"sample_shipped": 1}}, "after"),  # which waits for it
        ({"after": {}}, "after"),
    ],
)
def test_what_makes_no_sense_is_said_at_its_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput) as refusal:
        change("route_selected", **changes)

    assert list(refusal.value.errors) == [field]
    assert not DefaultPlan.objects.exists()


def test_a_gate_stays_the_last_of_its_phase() -> None:
    for key, place in (("g2", 1), ("route_selected", 7)):
        with pytest.raises(BadInput) as refusal:
            change(key, place=place)
        assert list(refusal.value.errors) == ["place"]


def test_the_order_is_the_order_of_the_plan(project: Project) -> None:
    change("sample_shipped", place=1)
    make.charter(project)

    rows = Milestone.objects.filter(project=project, phase="small_scale").order_by("order").values_list("key", flat=True)
    assert list(rows)[:2] == ["sample_shipped", "route_selected"]


@pytest.mark.parametrize(
    ("kind", "key", "words"),
    [
        (MILESTONES, "g2", "The gate closes the phase"),
        (MILESTONES, "route_selected", "“Route Selection Report” falls due with it."),
        (MILESTONES, "route_selected", "“Sample shipped” waits for it."),
        (DELIVERABLES, "route_selection_report", "G2 judges it: A route is chosen"),
        (DELIVERABLES, "issued_master_batch_record", "G4 judges it"),
        (DELIVERABLES, "project_charter", "A step of the project begins or ends with its record."),
    ],
)
def test_what_a_gate_or_the_plan_rests_on_stays(kind: str, key: str, words: str) -> None:
    with pytest.raises(Refused) as refusal:
        leave_out_default(kind, key, version=0, actor=quality(), **WHY)

    assert words in str(refusal.value)
    assert words in as_person(quality()).get(reverse("default-plan-line", args=[kind, key])).content.decode().replace("&quot;", '"')


def test_two_who_change_at_once_do_not_overwrite_each_other() -> None:
    change("route_selected", title="Route agreed")

    with pytest.raises(Refused) as refusal:
        change_default(MILESTONES, "methods_ready", facts=facts("methods_ready", title="Methods"), version=0, actor=quality(), **WHY)

    assert [blocker.key for blocker in refusal.value.blockers] == ["default.changed"]


def test_a_change_without_reason_or_difference_is_refused() -> None:
    with pytest.raises(BadInput):
        change_default(MILESTONES, "g2", facts=facts("g2", title="Gate 2"), reason=" ", version=0, actor=quality())
    with pytest.raises(Refused):
        change("g2")
    with pytest.raises(Missing):
        leave_out_default(MILESTONES, "nothing", version=0, actor=quality(), **WHY)


@pytest.mark.parametrize("role", [Role.PROJECT_MANAGER, Role.RESEARCH, Role.BUSINESS_DEVELOPMENT])
def test_only_who_keeps_it_changes_it(role: str) -> None:
    with pytest.raises(NotAllowed):
        change_default(MILESTONES, "g2", facts=facts("g2", title="Gate"), version=0, actor=make.person(role), **WHY)


def test_a_release_that_declares_more_is_merged_in_and_said() -> None:
    content = declared()
    gone = content["pilot"][DELIVERABLES].pop(0)
    DefaultPlan.objects.create(version=1, content=content, change="Before the release", reason="First.")

    with acting(channel=Channel.SYSTEM):
        added = merge_release()
        again = merge_release()

    newest = DefaultPlan.objects.latest("version")
    assert (added, again, newest.version) == ([gone["key"]], [], 2)
    assert newest.content == declared() and gone["key"] in newest.change
    assert Event.objects.filter(kind="default_plan.changed").count() == 1


def test_the_first_version_is_what_the_release_declares(project: Project) -> None:
    with acting(channel=Channel.SYSTEM):
        merge_release()
    make.charter(project)

    row = DefaultPlan.objects.get()
    assert (row.version, row.content, merged(row.content)) == (1, declared(), (declared(), []))
    assert Charter.objects.get(project=project).default_plan == row


def test_an_administrator_changes_a_lead_time_on_its_page(project: Project) -> None:
    browser, address = as_person(make.person(Role.ADMINISTRATOR)), reverse("default-plan-line", args=[MILESTONES, "route_selected"])
    initial = {field.name: field.initial for field in browser.get(address).context["form"]}
    data = {name: value for name, value in initial.items() if value not in (None, False)} | {"lag_1": "50", "version": "0", "place": "1"}

    refused = browser.post(address, data | {"title": "Route named", "reason": ""})
    done = browser.post(address, data | {"title": "Route named", "reason": "It took longer."})

    assert refused.status_code == 400 and b"Route named" in refused.content
    assert done.status_code == 302
    history = browser.get(reverse("default-plan-history")).content.decode()
    assert "It took longer." in history and "G1 Project approval + 30" in history
    assert history.index("G1 Project approval + 30") < history.index("G1 Project approval + 50") < history.index("Version 1:")
    make.charter(project)
    charter = as_person(make.manager()).get(reverse("project-charter", args=[project.code]))
    assert b"Planned with version 2 of the default plan" in charter.content
