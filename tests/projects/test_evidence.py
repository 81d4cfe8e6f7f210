"""Deliverables and the evidence that makes them done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Role
from audit.refusals import BadInput, NotAllowed, Refused
from catalogue.models import Site
from projects.models import Deliverable, Milestone, Phase, Project, ReferencedEvidence, Visibility, WaitingFor
from projects.services import evidence
from projects.services.sharing import set_visibility
from tests.projects import factories as make

pytestmark = pytest.mark.django_db
Check = Callable[[Callable[[], object], type[Exception]], Exception]
Events = Callable[[Callable[[], object]], list[str]]
KEY = "project_charter"


@pytest.fixture
def project(db: None) -> Project:
    return make.a_planned_project()


def deliverable(project: Project) -> Deliverable:
    return Deliverable.objects.get(project=project, key=KEY)


def confirm(project: Project, reference: ReferencedEvidence, role: str = Role.QUALITY_ASSURANCE) -> ReferencedEvidence:
    return evidence.confirm_reference(project.code, KEY, reference.pk, actor=make.person(role))


def reject(project: Project, reference: ReferencedEvidence, reason: str = "Another batch.") -> ReferencedEvidence:
    return evidence.reject_reference(project.code, KEY, reference.pk, actor=make.person(Role.QUALITY_ASSURANCE), reason=reason)


def in_state(project: Project, state: str) -> ReferencedEvidence:
    reference = make.a_reference(project, KEY)
    if state in ("confirmed", "superseded"):
        confirm(project, reference)
    if state == "superseded":
        confirm(project, make.a_reference(project, KEY))
    if state == "rejected":
        reject(project, reference)
    return ReferencedEvidence.objects.get(pk=reference.pk)


ALLOWED = {
    ("entered", "confirm"): ("confirmed", ["evidence.confirmed", "deliverable.done", "charter.issued"]),
    ("entered", "reject"): ("rejected", ["evidence.rejected"]),
}


@pytest.mark.parametrize("action", ["confirm", "reject"])
@pytest.mark.parametrize("state", ["entered", "confirmed", "rejected", "superseded"])
def test_evidence_against_action(project: Project, state: str, action: str, events_of: Events, nothing_written: Check) -> None:
    reference = in_state(project, state)
    act = partial({"confirm": confirm, "reject": reject}[action], project, reference)

    if (state, action) in ALLOWED:
        after, kinds = ALLOWED[state, action]
        assert events_of(act) == kinds
        assert ReferencedEvidence.objects.get(pk=reference.pk).state == after
    else:
        nothing_written(act, Refused)


def test_entered_evidence_makes_nothing_done_and_asks_quality_assurance(project: Project) -> None:
    reference = make.a_reference(project, KEY)

    assert not deliverable(project).is_done
    assert WaitingFor.objects.open().get(key=f"evidence.confirm:{reference.pk}").role == Role.QUALITY_ASSURANCE


def test_confirmed_evidence_makes_it_done(project: Project) -> None:
    reference = confirm(project, make.a_reference(project, KEY, system="LIMS", number="R-17", record_state="Approved"))

    row = deliverable(project)
    assert (row.evidence_kind, row.evidence_label, row.done_at) == ("referenced", "LIMS R-17 (Approved)", reference.confirmed_at)
    assert not WaitingFor.objects.open().filter(project=project, key__startswith="evidence").exists()
    assert not WaitingFor.objects.open().filter(key=f"deliverable:{row.pk}").exists()


def test_later_evidence_supersedes_the_earlier(project: Project) -> None:
    first = confirm(project, make.a_reference(project, KEY))
    before = deliverable(project).evidence_hash

    confirm(project, make.a_reference(project, KEY))

    assert ReferencedEvidence.objects.get(pk=first.pk).state == "superseded"
    assert deliverable(project).evidence_hash != before


def test_a_second_person_confirms(project: Project, nothing_written: Check) -> None:
    reference = make.a_reference(project, KEY, actor=make.person(Role.QUALITY_ASSURANCE))

    refusal = nothing_written(lambda: confirm(project, reference), Refused)

    assert "second person" in str(refusal)


def test_the_database_knows_the_second_person_too(project: Project) -> None:
    reference = make.a_reference(project, KEY)

    with pytest.raises(IntegrityError), transaction.atomic():
        ReferencedEvidence.objects.filter(pk=reference.pk).update(confirmed_by=reference.entered_by)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"system": " "}, "system"),
        ({"number": ""}, "number"),
        ({"record_state": ""}, "record_state"),
        ({"record_date": date(2999, 1, 1)}, "record_date"),
    ],
)
def test_evidence_says_where_it_is(project: Project, values: dict[str, Any], field: str, nothing_written: Check) -> None:
    refusal = nothing_written(lambda: make.a_reference(project, KEY, **values), BadInput)

    assert refusal.errors.keys() == {field}  # type: ignore[attr-defined]


def test_a_rejection_says_why(project: Project, nothing_written: Check) -> None:
    reference = make.a_reference(project, KEY)

    nothing_written(lambda: reject(project, reference, reason=" "), BadInput)


def test_management_does_not_enter_and_business_development_does_not_confirm(project: Project, nothing_written: Check) -> None:
    nothing_written(lambda: make.a_reference(project, KEY, actor=make.person(Role.MANAGEMENT)), NotAllowed)
    reference = make.a_reference(project, KEY)

    nothing_written(lambda: confirm(project, reference, Role.BUSINESS_DEVELOPMENT), NotAllowed)


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12"])  # at any moment one of them has another day than we
def test_the_day_of_a_record_is_the_day_at_the_site(project: Project, nothing_written: Check, zone: str) -> None:
    Site.objects.filter(pk=project.site_id).update(time_zone=zone)
    today = timezone.localdate(timezone=ZoneInfo(zone))

    nothing_written(lambda: make.a_reference(project, KEY, record_date=today + timedelta(days=1)), BadInput)
    make.a_reference(project, KEY, record_date=today)


def test_a_held_project_takes_no_evidence(project: Project, nothing_written: Check) -> None:
    make.hold(project)

    nothing_written(lambda: make.a_reference(project, KEY), Refused)


def test_done_feeds_its_milestone() -> None:
    project = make.a_project_in(Phase.SMALL_SCALE)
    day = timezone.localdate() - timedelta(days=3)
    reference = make.a_reference(project, "route_selection_report", record_date=day)

    evidence.confirm_reference(project.code, "route_selection_report", reference.pk, actor=make.person(Role.QUALITY_ASSURANCE))

    assert Milestone.objects.get(project=project, key="route_selected").actual_on == day


def test_assigning_moves_the_wait_to_the_owner(project: Project, events_of: Events) -> None:
    owner, day = make.person(Role.RESEARCH), timezone.localdate() + timedelta(days=9)

    kinds = events_of(lambda: evidence.assign_deliverable(project.code, KEY, actor=make.manager(), owner=owner, due_on=day))

    wait = WaitingFor.objects.open().get(key=f"deliverable:{deliverable(project).pk}")
    assert (kinds, wait.user, wait.role, wait.due_on) == (["deliverable.assigned"], owner, "", day)


def test_what_is_done_is_not_assigned(project: Project, nothing_written: Check) -> None:
    make.done(project, KEY)

    nothing_written(lambda: evidence.assign_deliverable(project.code, KEY, actor=make.manager(), owner=None, due_on=None), Refused)


def test_sharing_is_recorded_once(project: Project, events_of: Events) -> None:
    share = partial(set_visibility, project.code, "deliverable", KEY, visibility=Visibility.SHARED, actor=make.manager())

    assert events_of(share) == ["deliverable.shared"]
    assert events_of(share) == []


def test_a_client_sees_only_what_is_shared(project: Project) -> None:
    viewer = make.person(Role.CLIENT_VIEWER)
    assert not Deliverable.objects.visible_to(viewer).exists()

    set_visibility(project.code, "deliverable", KEY, visibility=Visibility.SHARED, actor=make.manager())

    assert [row.key for row in Deliverable.objects.visible_to(viewer)] == [KEY]
    assert not Deliverable.objects.visible_to(make.person(Role.CLIENT_VIEWER, client=make.a_client("DCB"))).exists()
    assert not ReferencedEvidence.objects.visible_to(viewer).exists()


@pytest.mark.integration
@pytest.mark.django_db(transaction=True)
def test_confirming_and_rejecting_at_once(at_once: Callable[..., list[object]]) -> None:
    project = make.a_planned_project()
    reference = make.a_reference(project, KEY)

    outcomes = at_once(lambda: confirm(project, reference, Role.RESEARCH), lambda: reject(project, reference))

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["ReferencedEvidence", "Refused"]
