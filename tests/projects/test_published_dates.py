"""Properties of what the client reads: published history only grows, and no sequence of acts shows an unpublished date."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Role
from audit.refusals import BadInput, Refused
from desk.documents import status_report
from projects.models import BaselineMilestone, Milestone, Phase, Project, Publication
from projects.serializers import MilestoneSerializer
from projects.services import baselines, dependencies, publishing, tasks
from projects.services.plan import reschedule_milestone
from projects.services.sharing import set_visibility
from tests.projects import factories as make

pytestmark = pytest.mark.django_db
KEYS = ["sample_shipped", "methods_ready", "g2", "g3"]
ACTS = st.tuples(
    st.sampled_from(["reschedule", "publish", "share", "unshare", "baseline", "link", "order", "task"]),
    st.sampled_from(KEYS),
    st.integers(1, 300),
)
INSIDE = ("reschedule", "baseline", "link", "task")  # what the client hears nothing of


class Undo(Exception):
    """Ends an example: everything it did is rolled back."""


@pytest.fixture
def project(db: None) -> Project:
    return make.a_project_in(Phase.SMALL_SCALE)


def do(project: Project, act: str, key: str, days: int) -> None:
    """One act; what is refused simply does not happen."""
    manager, later = make.manager(), timezone.localdate() + timedelta(days=days)
    try:
        if act == "reschedule":
            reschedule_milestone(project.code, key, not_before=later, actor=manager, reason="Tried.")
        elif act == "publish":
            publishing.publish_milestone(project.code, key, reason_class="other", side="cdmo", reason="Told.", actor=manager)
        elif act in ("share", "unshare"):
            set_visibility(project.code, "milestone", key, visibility="shared" if act == "share" else "internal", actor=manager)
        elif act == "baseline":
            baselines.take_baseline(project.code, name=f"{key} {days}", reason="Tried.", actor=manager)
        elif act == "link":
            dependencies.add_dependency(project.code, "g3", predecessor=key, kind="SS", lag_days=days, reason="Tried.", actor=manager)
        elif act == "task":
            draft = tasks.TaskDraft(title=f"Work {days}", milestone=key, department="research", duration_days=days)
            tasks.add_task(project.code, draft, actor=manager)
        else:
            make.accept_change_order(make.sent_change_order(project, days=days, key=key))
    except (Refused, BadInput):
        return


def bodies(project: Project) -> list[Any]:
    """What a client reads of the milestones through the API; portal and report show the same fields."""
    viewer = make.person(Role.CLIENT_VIEWER)
    rows = Milestone.objects.visible_to(viewer).filter(project=project).select_related("project__site", "project__client")
    return [MilestoneSerializer(row, context={"states": dict.fromkeys([row.pk], _State)}).data for row in rows]


def dates_shown(project: Project) -> set[tuple[str, date]]:
    named = ("baseline", "forecast", "actual")
    return {(data["key"], date.fromisoformat(data[name])) for data in bodies(project) for name in named if data[name]}


class _State:
    value = "planned"


def dates_told(project: Project) -> set[tuple[str, date]]:
    """What was published, what happened, and what contract and accepted change orders promised of it."""
    told = set(Publication.objects.filter(milestone__project=project).values_list("milestone__key", "to_date"))
    told |= set(Milestone.objects.filter(project=project, actual_on__isnull=False).values_list("key", "actual_on"))
    promised = BaselineMilestone.objects.filter(baseline__project=project).exclude(baseline__kind="by_hand")
    return told | set(promised.values_list("milestone__key", "planned_on"))


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(acts=st.lists(ACTS, min_size=1, max_size=6))
def test_no_sequence_of_acts_shows_an_unpublished_date(project: Project, acts: list[tuple[str, str, int]]) -> None:
    with pytest.raises(Undo), transaction.atomic():
        history = list(Publication.objects.order_by("pk").values())
        for act in acts:
            before = bodies(project) if act[0] in INSIDE else None
            do(project, *act)
            assert before is None or bodies(project) == before  # no trace, not even that something moved
            now = list(Publication.objects.order_by("pk").values())
            assert now[: len(history)] == history
            history = now
            assert dates_shown(project) <= dates_told(project)
        raise Undo


def test_a_baseline_is_no_way_round_publishing(project: Project) -> None:
    """Shared, and not yet published: the client reads no date of it at all."""
    set_visibility(project.code, "milestone", "methods_ready", visibility="shared", actor=make.manager())

    assert not {key for key, _day in dates_shown(project)} & {"methods_ready"}
    report = status_report(project)
    row = next(row for row in report["milestones"]["rows"] if row[0] == Milestone.objects.get(project=project, key="methods_ready").title)
    assert row[1:3] == ["–", "–"]


def test_published_history_is_append_only(project: Project) -> None:
    row = Publication.objects.filter(milestone__project=project)[0]

    for act in (lambda: Publication.objects.filter(pk=row.pk).update(days=99), lambda: Publication.objects.filter(pk=row.pk).delete()):
        with pytest.raises(Exception, match="Cannot update or delete"), transaction.atomic():
            act()
