"""What is tried on a scratch plan: work, relations, dependencies added and dropped, a milestone taken out; compared, applied or refused."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from audit.refusals import BadInput, Refused
from projects.models import Milestone, MilestoneLink, Project, Scratch, Task
from projects.network import Link
from projects.services import dependencies, scratch, tasks
from projects.services.milestones import MilestoneDraft, add_milestone, remove_milestone
from projects.services.plan import reschedule_milestone
from projects.trials import changes_of, conflicts, plan_of, trial_of
from projects.what_if import Changes, bridges, links_tried
from tests.projects import factories as make
from tests.projects.scratches import a_link, an_internal_one, project

pytestmark = pytest.mark.django_db
__all__ = ["project"]
Check = Callable[[Callable[[], object], type[Exception]], Exception]
Events = Callable[[Callable[[], object]], list[str]]

# The network alone


def test_a_dependency_is_changed_dropped_and_added_and_what_is_taken_out_is_led_over() -> None:
    plan = [Link("a", "b", lag_days=2), Link("b", "c", lag_days=3), Link("a", "d"), Link("d", "c", "SS", 1)]
    changes = Changes(
        lags={("a", "b", "FS"): 5},
        kinds={("d", "c", "SS"): "FF"},
        dropped=frozenset({("a", "d", "FS")}),
        added=(Link("c", "e", lag_days=4), Link("e", "a")),  # the second would close a loop
        removed=frozenset({"b"}),
    )

    tried = links_tried(plan, {"a": 0, "b": 7, "c": 0, "d": 0, "e": 0}, changes, besides=())

    assert tried == [Link("d", "c", "FF", 1), Link("c", "e", lag_days=4), Link("a", "c", lag_days=15)]


def test_two_that_are_bound_already_need_no_bridge() -> None:
    assert bridges([Link("a", "b"), Link("b", "c"), Link("a", "c")], "b", 3) == []


# On a project


def a_scratch(project: Project, changes: Changes) -> Scratch:
    row = scratch.open_scratch(project.code, name="What if", actor=make.manager())
    return scratch.change_scratch(project.code, row.pk, changes, actor=make.manager())


def apply(row: Scratch) -> list[Milestone]:
    return scratch.apply_scratch(row.project.code, row.pk, reason="Agreed in the meeting.", actor=make.manager())


def forecasts(project: Project) -> dict[str, Any]:
    return dict(Milestone.objects.filter(project=project).values_list("key", "forecast_on"))


def everything(project: Project) -> Changes:
    """One change of each kind."""
    extra, link = an_internal_one(project), a_link(project, successor__key="g2", kind="FS")
    lagged = a_link(project, successor__key="sample_shipped")
    task = Task.objects.open().filter(project=project)[0]
    return Changes(
        durations={"g3": 4, task.key: task.duration_days + 6},
        lags={lagged.names: lagged.lag_days + 15},
        kinds={link.names: "FF"},
        added=(Link("sample_shipped", "g2", "SS", 33),),
        removed=frozenset({extra.key}),
    )


def test_what_is_applied_is_what_was_compared_and_each_change_has_its_event(project: Project, events_of: Events) -> None:
    changes = everything(project)
    row = a_scratch(project, changes)
    trial, before = trial_of(plan_of(project), changes_of(row)), forecasts(project)

    kinds = events_of(lambda: apply(row))

    after = forecasts(project)
    still_open = Milestone.objects.open().filter(project=project).values_list("key", flat=True)
    assert {key: trial.after.items[key].finish for key in still_open} == {key: after[key] for key in still_open}
    assert after != before
    assert set(changes.removed) - set(after) == set(changes.removed)
    assert {"milestone.rescheduled", "task.changed", "dependency.changed", "dependency.added", "milestone.removed"} <= set(kinds)
    assert kinds.count("plan.scratch_applied") == 1 and kinds.count("plan.forecasts_moved") == 1


def test_of_two_ways_that_are_taken_out_the_same_one_is_led_over_as_was_compared(project: Project) -> None:
    """The order in which they leave says which of the two lags stays."""
    rows = [an_internal_one(project, title=title, lag_days=days) for title, days in (("Zinc recovered", 10), ("Acid recovered", 200))]
    row = a_scratch(project, Changes(removed=frozenset(each.key for each in rows)))
    tried = trial_of(plan_of(project), changes_of(row)).after.items["g2"].finish

    apply(row)

    assert [each.key for each in rows] != sorted(each.key for each in rows)
    assert forecasts(project)["g2"] == tried


def test_of_what_is_taken_out_only_the_work_is_kept(project: Project) -> None:
    extra = an_internal_one(project)
    tried = Changes(earliest={extra.key: timezone.localdate()}, durations={extra.key: 5}, removed=frozenset({extra.key}))

    row = a_scratch(project, tried)

    assert changes_of(row) == Changes(durations={extra.key: 5}, removed=frozenset({extra.key}))


def test_trying_moves_nothing(project: Project) -> None:
    changes = everything(project)
    before = forecasts(project), MilestoneLink.objects.filter(successor__project=project).count()

    a_scratch(project, changes)

    assert (forecasts(project), MilestoneLink.objects.filter(successor__project=project).count()) == before


def test_a_dropped_dependency_lets_the_plan_go_back(project: Project) -> None:
    row = an_internal_one(project, lag_days=90)
    link = a_link(project, predecessor__key=row.key)
    late = forecasts(project)["g2"]

    apply(a_scratch(project, Changes(dropped=frozenset({link.names}))))

    assert forecasts(project)["g2"] < late
    assert not MilestoneLink.objects.filter(pk=link.pk).exists()


@pytest.mark.parametrize(
    ("added", "words"),
    [
        (Link("g2", "sample_shipped"), "circle"),
        (Link("g2", "g2"), "does not wait for itself"),
        (Link("g2", "g1"), "of which the second is open"),
        (Link("nothing", "g2"), "of which the second is open"),
    ],
)
def test_what_cannot_be_added_is_refused_at_its_field(project: Project, added: Link, words: str, nothing_written: Check) -> None:
    row = scratch.open_scratch(project.code, name="What if", actor=make.manager())
    good = Link("sample_shipped", "g3", "SS", 1)

    refusal = nothing_written(
        partial(scratch.change_scratch, project.code, row.pk, Changes(added=(good, added)), actor=make.manager()), BadInput
    )

    assert list(refusal.errors) == ["added-1-predecessor"]  # type: ignore[attr-defined]
    assert words in refusal.errors["added-1-predecessor"][0]  # type: ignore[attr-defined]


def test_two_that_are_added_may_not_close_a_loop_together(project: Project) -> None:
    extra = an_internal_one(project)
    other = add_milestone(
        project.code, MilestoneDraft(title="Other", kind="internal"), phase="small_scale", reason="Wanted.", actor=make.manager()
    )

    with pytest.raises(BadInput) as refused:
        a_scratch(project, Changes(added=(Link(extra.key, other.key), Link(other.key, "sample_shipped"))))

    assert list(refused.value.errors) == ["added-1-predecessor"]


def test_a_relation_that_there_is_already_and_a_gate_taken_out_are_refused(project: Project) -> None:
    link = a_link(project, successor__key="g2", kind="FS")
    dependencies.add_dependency(
        project.code, "g2", predecessor=link.predecessor.key, kind="FF", lag_days=0, reason="A ladder.", actor=make.manager()
    )

    with pytest.raises(BadInput) as refused:
        a_scratch(project, Changes(kinds={link.names: "FF"}, removed=frozenset({"g2"}), durations={"g2": 99999}))

    assert set(refused.value.errors) == {f"kind-{link.pk}", "out-g2", "work-g2"}


def move_underneath(project: Project, changes: Changes) -> dict[str, Callable[[], object]]:
    """Each way in which somebody else may change what is tried, and a word of what is then said."""
    manager = make.manager()
    lagged, kept = next(iter(changes.lags)), next(iter(changes.kinds))
    extra, task = next(iter(changes.removed)), next(key for key in changes.durations if key.startswith("task:"))

    def link(names: tuple[str, str, str]) -> MilestoneLink:
        return MilestoneLink.objects.get(successor__project=project, predecessor__key=names[0], successor__key=names[1], kind=names[2])

    def lag() -> None:
        dependencies.change_dependency(
            project.code, lagged[1], link(lagged).pk, kind=lagged[2], lag_days=77, reason="Other.", actor=manager
        )

    def work() -> None:
        row = Task.objects.select_related("milestone", "owner", "department", "after_task", "after_milestone").get(pk=task.split(":")[1])
        tasks.change_task(project.code, row.pk, tasks.draft_of(row, duration_days=99), reason="Other.", actor=manager)

    return {
        "it is 77 now": lag,
        "it is 99 now": work,
        "no longer waits for": lambda: dependencies.remove_dependency(project.code, kept[1], link(kept).pk, reason="Other.", actor=manager),
        "no longer open in the plan": lambda: remove_milestone(project.code, extra, reason="Other.", actor=manager),
        "by this relation already": lambda: dependencies.add_dependency(
            project.code, "g2", predecessor="sample_shipped", kind="SS", lag_days=1, reason="Other.", actor=manager
        ),
        "has changed since it was taken out": lambda: dependencies.add_dependency(
            project.code, "g3", predecessor=extra, kind="FF", lag_days=1, reason="Other.", actor=manager
        ),
        "it is 9 now": lambda: reschedule_milestone(project.code, "g3", not_before=None, duration_days=9, reason="Other.", actor=manager),
    }


@pytest.mark.parametrize("number", range(7))
def test_a_plan_that_moved_away_underneath_is_named_and_nothing_is_applied(project: Project, number: int, nothing_written: Check) -> None:
    changes = everything(project)
    row = a_scratch(project, changes)
    words, act = list(move_underneath(project, changes).items())[number]
    act()
    links = MilestoneLink.objects.filter(successor__project=project).count()

    refusal = nothing_written(partial(apply, row), Refused)

    assert words in str(refusal)
    assert conflicts(row, plan_of(project)) == [str(blocker.words) for blocker in refusal.blockers]  # type: ignore[attr-defined]
    assert MilestoneLink.objects.filter(successor__project=project).count() == links
    assert trial_of(plan_of(project), changes_of(row)).after.items  # the page still compares


def test_trying_again_with_the_present_plan_in_view_settles_it(project: Project) -> None:
    link = a_link(project, successor__key="sample_shipped")
    row = a_scratch(project, Changes(lags={link.names: 44}))
    dependencies.change_dependency(
        project.code, link.successor.key, link.pk, kind=link.kind, lag_days=7, reason="Other.", actor=make.manager()
    )

    again = scratch.change_scratch(project.code, row.pk, changes_of(row), actor=make.manager())
    apply(again)

    assert MilestoneLink.objects.get(pk=link.pk).lag_days == 44


def test_what_moved_elsewhere_is_no_conflict(project: Project) -> None:
    row = a_scratch(project, Changes(durations={"g3": 4}))
    reschedule_milestone(project.code, "sample_shipped", not_before=None, duration_days=3, reason="Other.", actor=make.manager())

    apply(row)

    assert Milestone.objects.get(project=project, key="g3").duration_days == 4
