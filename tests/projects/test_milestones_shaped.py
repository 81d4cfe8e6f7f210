"""The project manager shapes the plan: milestones added, changed, removed, begun and corrected, each with its reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from audit.models import Event
from audit.refusals import BadInput, NotAllowed, Refused
from projects.models import Baseline, Milestone, MilestoneLink, Phase, Project, VisibilityChange
from projects.services import milestones as services
from projects.services import publishing
from projects.services.dependencies import add_dependency, change_dependency
from projects.services.plan import achieve_milestone, calendar_of, reschedule_milestone
from projects.services.sharing import set_visibility
from projects.visibility_log import shown_at
from tests.projects import factories as make

pytestmark = pytest.mark.django_db
Check = Callable[[Callable[[], object], type[Exception]], Exception]
Events = Callable[[Callable[[], object]], list[str]]


@pytest.fixture
def project(db: None) -> Project:
    return make.a_project_in(Phase.SMALL_SCALE)


def draft(**values: Any) -> services.MilestoneDraft:
    return services.MilestoneDraft(**{"title": "Polymorph chosen", "kind": "internal", **values})


def add(project: Project, **values: Any) -> Milestone:
    where = {"phase": "small_scale", "after": "route_selected", "lag_days": 12, "reason": "It decides."}
    where |= {name: values.pop(name) for name in [*where, "duration_days"] if name in values}
    return services.add_milestone(project.code, draft(**values), actor=make.manager(), **where)  # type: ignore[arg-type]


def row(project: Project, key: str) -> Milestone:
    return Milestone.objects.get(project=project, key=key)


def change(project: Project, key: str, **values: Any) -> Milestone:
    present = row(project, key)
    kept = {"title": present.title, "kind": present.kind, "client_sees": services.sees(present)}
    return services.change_milestone(project.code, key, draft(**{**kept, **values}), reason="Agreed.", actor=make.manager())


def test_an_added_milestone_follows_what_it_waits_for(project: Project, events_of: Events) -> None:
    kinds = events_of(lambda: add(project))

    added, ahead = row(project, "polymorph-chosen"), row(project, "route_selected")
    calendar = calendar_of(Project.objects.get(pk=project.pk))
    assert kinds[0] == "milestone.added"
    assert added.forecast_on == calendar.add_working_days(ahead.forecast_on, 12)  # type: ignore[arg-type]
    assert (added.visibility, added.phase) == ("internal", "small_scale")


def test_added_and_shared_after_the_contract_is_an_act_of_its_own(project: Project, events_of: Events) -> None:
    kinds = events_of(lambda: add(project, client_sees=True))

    assert "milestone.shared" in kinds
    assert row(project, "polymorph-chosen").visibility == "shared"


def test_changed_values_are_kept_with_before_and_after(project: Project) -> None:
    chemist = make.person(Role.RESEARCH)

    changed = change(project, "methods_ready", title="Methods validated", owner=chemist, tolerance_days=2, kind="contract")

    event = Event.objects.filter(kind="milestone.changed").latest("pk")
    assert (changed.title, changed.owner, changed.tolerance_days, changed.kind) == ("Methods validated", chemist, 2, "contract")
    assert (event.data["before"]["tolerance_days"], event.data["after"]["tolerance_days"]) == (5, 2)


def test_a_date_that_must_be_kept_counts_in_the_float(project: Project) -> None:
    early = timezone.localdate() + timedelta(days=7)

    changed = change(project, "g2", finish_by=early)

    assert changed.float_days is not None and changed.float_days < 0
    ahead = row(project, "process_report").float_days
    assert ahead is not None and ahead <= changed.float_days


def test_the_kind_of_a_gate_stays(project: Project, nothing_written: Check) -> None:
    refusal = nothing_written(lambda: change(project, "g2", kind="internal"), BadInput)

    assert list(refusal.errors) == ["kind"]  # type: ignore[attr-defined]


def test_before_the_contract_the_wish_to_share_is_only_kept() -> None:
    project = make.a_planned_project()

    change(project, "methods_ready", client_sees=True)
    change(project, "sample_shipped", client_sees=False)
    make.charter(project)  # planning anew leaves it so

    assert not Milestone.objects.exclude(visibility="internal").exists()
    assert row(project, "methods_ready").share_at_launch
    assert not row(project, "sample_shipped").share_at_launch


def test_a_removed_milestone_leaves_baselines_and_lets_the_others_close_up(project: Project, events_of: Events) -> None:
    gone = row(project, "confirmation_runs_done")
    assert gone.visibility == "internal"
    before = row(project, "process_report").forecast_on

    kinds = events_of(lambda: services.remove_milestone(project.code, gone.key, reason="Not needed.", actor=make.manager()))

    link = MilestoneLink.objects.get(predecessor__key="sample_confirmed", successor__key="process_report", successor__project=project)
    assert kinds[0] == "milestone.removed"
    assert link.lag_days == 20 + 15
    assert row(project, "process_report").forecast_on == before
    assert Baseline.objects.get(project=project).milestones.filter(milestone_id=gone.pk).exists()


def test_the_log_of_what_was_visible_ends_with_a_removed_milestone(project: Project) -> None:
    gone = row(project, "confirmation_runs_done")
    set_visibility(project.code, "milestone", gone.key, visibility="shared", actor=make.manager())

    services.remove_milestone(project.code, gone.key, reason="Not needed.", actor=make.manager())

    assert ("milestone", gone.pk) not in shown_at(project, timezone.now())
    last = VisibilityChange.objects.filter(kind="milestone", item_id=gone.pk).last()
    assert (last.visibility, last.reason) == ("internal", "Not needed.")


def test_what_was_removed_before_the_contract_does_not_come_back() -> None:
    project = make.a_planned_project()
    services.remove_milestone(project.code, "comparability_done", reason="Not needed.", actor=make.manager())
    change(project, "methods_ready", title="Methods validated")

    make.charter(project)

    assert not project.milestones.filter(key="comparability_done").exists()
    assert row(project, "methods_ready").title == "Methods validated"


@pytest.mark.parametrize(("key", "words"), [("g3", "gate"), ("sample_shipped", "told a date"), ("g1", "achieved")])
def test_some_stay(project: Project, nothing_written: Check, key: str, words: str) -> None:
    refusal = nothing_written(lambda: services.remove_milestone(project.code, key, reason="r", actor=make.manager()), Refused)

    assert words in str(refusal)


def test_who_may_not_and_what_is_missing(project: Project, nothing_written: Check) -> None:
    sales = make.person(Role.BUSINESS_DEVELOPMENT)
    nothing_written(lambda: services.add_milestone(project.code, draft(), phase="pilot", reason="r", actor=sales), NotAllowed)
    nothing_written(lambda: services.change_milestone(project.code, "g2", draft(), reason="r", actor=sales), NotAllowed)
    nothing_written(lambda: services.remove_milestone(project.code, "methods_ready", reason="r", actor=sales), NotAllowed)
    refusal = nothing_written(lambda: add(project, title=" ", kind="gate", phase="", after="nowhere", reason=" "), BadInput)

    assert set(refusal.errors) == {"title", "kind", "phase", "after", "reason"}  # type: ignore[attr-defined]


def test_work_that_began_counts_what_is_left(project: Project, events_of: Events, nothing_written: Check) -> None:
    manager, begun = make.manager(), timezone.localdate() - timedelta(days=28)
    nothing_written(lambda: services.start_milestone(project.code, "methods_ready", on=begun, actor=manager), Refused)
    milestone = add(project, duration_days=60, after="g1", lag_days=0)

    kinds = events_of(lambda: services.start_milestone(project.code, milestone.key, on=begun, actor=manager))

    started = row(project, milestone.key)
    assert kinds[0] == "milestone.started"
    assert started.forecast_on < milestone.forecast_on  # type: ignore[operator]


# Actual dates entered wrongly


@pytest.fixture
def reached(project: Project) -> Milestone:
    milestone = add(project, after="g1", lag_days=0)
    add_dependency(project.code, "g2", predecessor=milestone.key, kind="FS", lag_days=0, reason="It needs it.", actor=make.manager())
    return achieve_milestone(project.code, milestone.key, on=timezone.localdate() - timedelta(days=3), actor=make.manager())


def test_nothing_is_reached_before_its_work_began(project: Project, nothing_written: Check) -> None:
    milestone = add(project, after="g1", lag_days=0, duration_days=4)
    began = timezone.localdate() - timedelta(days=2)
    services.start_milestone(project.code, milestone.key, on=began, actor=make.manager())
    early = began - timedelta(days=1)

    refusal = nothing_written(lambda: achieve_milestone(project.code, milestone.key, on=early, actor=make.manager()), BadInput)

    assert refusal.errors.keys() == {"on"}  # type: ignore[attr-defined]


def test_a_wrong_actual_date_is_corrected_and_kept(project: Project, reached: Milestone, events_of: Events) -> None:
    right = timezone.localdate() - timedelta(days=1)

    kinds = events_of(lambda: services.correct_actual(project.code, reached.key, on=right, reason="Typed wrongly.", actor=make.manager()))
    page = Client()
    page.force_login(make.manager())
    shown = page.get(reverse("milestone-detail", args=[project.code, reached.key])).content.decode()

    event = Event.objects.filter(kind="milestone.corrected").latest("pk")
    assert kinds[0] == "milestone.corrected"
    assert event.data["before"] == {"actual_on": reached.actual_on.isoformat()}  # type: ignore[union-attr]
    assert row(project, reached.key).actual_on == right
    assert "Typed wrongly." in shown


def test_taken_back_it_is_open_again(project: Project, reached: Milestone) -> None:
    services.correct_actual(project.code, reached.key, on=None, reason="Another one.", actor=make.manager())

    again = row(project, reached.key)
    assert again.actual_on is None
    assert again.forecast_on is not None and again.forecast_on >= timezone.localdate()


def test_a_date_on_which_others_were_told_theirs_stays(project: Project, reached: Milestone, nothing_written: Check) -> None:
    later = timezone.localdate() + timedelta(days=400)
    reschedule_milestone(project.code, "g2", not_before=later, reason="Tried.", actor=make.manager())
    publishing.publish_milestone(project.code, "g2", reason_class="other", side="cdmo", reason="Told.", actor=make.manager())

    refusal = nothing_written(
        lambda: services.correct_actual(project.code, reached.key, on=None, reason="r", actor=make.manager()), Refused
    )

    assert row(project, "g2").title in str(refusal)


def test_a_date_that_the_client_reads_or_the_record_set_stays(project: Project, reached: Milestone, nothing_written: Check) -> None:
    set_visibility(project.code, "milestone", reached.key, visibility="shared", actor=make.manager())

    for key in (reached.key, "g1", "methods_ready"):
        nothing_written(lambda key=key: services.correct_actual(project.code, key, on=None, reason="r", actor=make.manager()), Refused)  # type: ignore[misc]


# A ladder of two relations


def test_two_milestones_are_bound_by_several_relations_once_each(project: Project, nothing_written: Check) -> None:
    manager = make.manager()

    def link(kind: str) -> MilestoneLink:
        return add_dependency(project.code, "g3", predecessor="methods_ready", kind=kind, lag_days=1, reason="A ladder.", actor=manager)

    ladder = [link("SS"), link("FF")]

    nothing_written(lambda: link("SS"), BadInput)
    nothing_written(lambda: change_dependency(project.code, "g3", ladder[0].pk, kind="FF", lag_days=1, reason="r", actor=manager), BadInput)
    assert MilestoneLink.objects.filter(successor__key="g3", predecessor__key="methods_ready", successor__project=project).count() == 2


# The page


def test_the_page_adds_changes_and_removes(project: Project) -> None:
    browser = Client()
    browser.force_login(make.manager())
    page = reverse("project-milestones", args=[project.code])
    new = {"title": "Extra", "phase": "pilot", "kind": "internal", "lag_days": "0", "duration_days": "0", "tolerance_days": "5"}

    unreasoned = browser.post(page, new)
    added = browser.post(page, new | {"reason": "Needed."})
    opened = browser.get(page, {"change": "extra"})
    values = {f"change-{name}": value for name, value in {**new, "title": "Extra two", "reason": "Better."}.items()}
    changed = browser.post(reverse("milestone-change", args=[project.code, "extra"]), values)
    title = row(project, "extra").title
    removed = browser.post(reverse("milestone-remove", args=[project.code, "extra"]), {"remove-reason": "Not needed."})

    assert [answer.status_code for answer in (unreasoned, added, opened, changed, removed)] == [400, 302, 200, 302, 302]
    assert title == "Extra two"
    assert not project.milestones.filter(key="extra").exists()
