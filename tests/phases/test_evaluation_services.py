"""Sheets and the recommendation: every state against every action, and what each service refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Role
from audit.models import Event, Signature
from audit.refusals import BadInput, NotAllowed, Refused
from audit.signatures import content_hash, signatures_of
from phases.evaluation import services
from phases.evaluation.models import DepartmentAssessment, InquiryAssessment
from projects.models import Project, WaitingFor
from tests.phases.sheets import ANSWERS
from tests.projects import factories as make

pytestmark = pytest.mark.django_db
WATCHED = (DepartmentAssessment, InquiryAssessment, Event, Signature, WaitingFor)


def chemist() -> make.User:
    return make.person(Role.RESEARCH)


def sheet_of(project: Project, department: str = "research") -> DepartmentAssessment:
    return DepartmentAssessment.objects.select_related("project", "department").get(project=project, department__key=department)


def sheet_in(state: str) -> DepartmentAssessment:
    project = make.a_project()
    if state != "empty":
        services.save_sheet(project.code, "research", changes=ANSWERS, actor=chemist())
    if state == "signed_off":
        sign_off(project.code)
    return sheet_of(project)


def sign_off(code: str, **values: Any) -> DepartmentAssessment:
    actor = chemist()
    return services.sign_off_sheet(code, "research", actor=actor, authentication=make.fake_authentication(actor), **values)


def refuses(act: Callable[[], object], refusal: type[Exception]) -> Exception:
    """Raised as expected, and nothing was written."""
    before = [list(model.objects.order_by("pk").values()) for model in WATCHED]
    with pytest.raises(refusal) as raised:
        act()
    assert [list(model.objects.order_by("pk").values()) for model in WATCHED] == before
    return raised.value


ACTIONS: dict[str, Callable[[str], object]] = {
    "save": lambda code: services.save_sheet(code, "research", changes={"feasibility_reason": "One supplier."}, actor=chemist()),
    "assign": lambda code: services.assign_sheet(
        code, "research", owner=chemist(), due_on=timezone.localdate() + timedelta(days=9), actor=make.manager()
    ),
    "sign_off": sign_off,
    "reopen": lambda code: services.reopen_sheet(code, "research", actor=chemist(), reason="A cheaper supplier was found."),
}
TABLE = [
    ("empty", "save", "open", "sheet.saved"),
    ("empty", "assign", "open", "sheet.assigned"),
    ("empty", "sign_off", Refused, ""),
    ("empty", "reopen", Refused, ""),
    ("filled", "save", "open", "sheet.saved"),
    ("filled", "assign", "open", "sheet.assigned"),
    ("filled", "sign_off", "signed_off", "sheet.signed_off"),
    ("filled", "reopen", Refused, ""),
    ("signed_off", "save", Refused, ""),
    ("signed_off", "assign", Refused, ""),
    ("signed_off", "sign_off", Refused, ""),
    ("signed_off", "reopen", "open", "sheet.reopened"),
]


@pytest.mark.parametrize(("state", "action", "outcome", "event"), TABLE)
def test_sheet_state_against_action(state: str, action: str, outcome: Any, event: str) -> None:
    sheet = sheet_in(state)
    code = sheet.project.code

    if isinstance(outcome, str):
        ACTIONS[action](code)
        assert sheet_of(sheet.project).state == outcome
        assert Event.objects.order_by("-id")[0].kind == event
    else:
        refuses(lambda: ACTIONS[action](code), outcome)


@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_sheet_of_a_held_project_stands_still(action: str) -> None:
    sheet = sheet_in("signed_off" if action == "reopen" else "filled")
    make.hold(sheet.project)

    refuses(lambda: ACTIONS[action](sheet.project.code), Refused)


@pytest.mark.parametrize(
    ("role", "department", "may"),
    [
        (Role.RESEARCH, "research", True),
        (Role.RESEARCH, "production", False),
        (Role.PRODUCTION, "production", True),
        (Role.PROJECT_MANAGER, "research", False),
        (Role.MANAGEMENT, "research", False),
    ],
)
def test_only_the_department_fills_in_its_sheet(role: str, department: str, may: bool) -> None:
    project = make.a_project()

    def save() -> object:
        return services.save_sheet(project.code, department, changes=ANSWERS, actor=make.person(role))

    if may:
        save()
        assert sheet_of(project, department).cost_base == Decimal("120000.00")
    else:
        refuses(save, NotAllowed)


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"cost_base": Decimal("5.00"), "currency": ""}, ["currency"]),
        ({"cost_low": Decimal("9.00"), "cost_base": Decimal("5.00"), "currency": "EUR"}, ["cost_low", "cost_base"]),
        ({"feasibility_score": 6}, ["feasibility_score"]),
        ({"state": "signed_off"}, ["state"]),
    ],
)
def test_bad_input_is_named_at_its_field(changes: dict[str, Any], fields: list[str]) -> None:
    project = make.a_project()

    error = refuses(lambda: services.save_sheet(project.code, "research", changes=changes, actor=chemist()), BadInput)

    assert isinstance(error, BadInput)
    assert list(error.errors) == fields


def test_saving_the_same_again_records_nothing() -> None:
    sheet = sheet_in("filled")
    before = Event.objects.count()

    services.save_sheet(sheet.project.code, "research", changes=ANSWERS, actor=chemist())

    assert Event.objects.count() == before


def test_changed_content_is_not_signed() -> None:
    sheet = sheet_in("filled")
    shown = content_hash(sheet)
    services.save_sheet(sheet.project.code, "research", changes={"feasibility_reason": "Another one."}, actor=chemist())

    error = refuses(lambda: sign_off(sheet.project.code, expected_hash=shown), Refused)

    assert "changed since it was shown" in str(error)


def test_sign_off_binds_the_content_and_closes_the_wait() -> None:
    sheet = sheet_in("signed_off")

    signature = signatures_of(sheet).get()

    assert (signature.meaning, signature.content_hash) == ("sheet_sign_off", content_hash(sheet))
    assert not WaitingFor.objects.open().filter(key=f"sheet:{sheet.pk}").exists()


def test_reopening_keeps_the_signature_and_asks_again() -> None:
    sheet = sheet_in("signed_off")

    services.reopen_sheet(sheet.project.code, "research", actor=chemist(), reason="New price.")

    assert signatures_of(sheet).count() == 1
    assert WaitingFor.objects.open().get(key=f"sheet:{sheet.pk}").role == "research"


def test_an_owner_works_in_the_department() -> None:
    project = make.a_project()

    def assign() -> object:
        return services.assign_sheet(
            project.code, "research", owner=make.person(Role.PRODUCTION), due_on=timezone.localdate(), actor=make.manager()
        )

    error = refuses(assign, BadInput)

    assert "does not work in" in str(error)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"recommendation": "perhaps", "reason": "x"}, "recommendation"),
        ({"recommendation": "bid", "reason": " "}, "reason"),
        ({"recommendation": "bid_with_conditions", "reason": "x"}, "conditions"),
    ],
)
def test_recommendation_needs_its_reasons(values: dict[str, str], field: str) -> None:
    project = make.a_project()

    error = refuses(lambda: services.recommend(project.code, actor=make.manager(), **values), BadInput)

    assert isinstance(error, BadInput)
    assert list(error.errors) == [field]


def test_a_later_recommendation_replaces_the_first() -> None:
    project = make.a_project()
    services.recommend(project.code, recommendation="no_bid", reason="No capacity.", actor=make.manager())

    services.recommend(project.code, recommendation="bid", reason="A line became free.", actor=make.manager())

    assert InquiryAssessment.objects.get(project=project).recommendation == "bid"
    assert Event.objects.filter(kind="assessment.recommended").count() == 2


def test_a_department_recommends_nothing() -> None:
    project = make.a_project()

    refuses(lambda: services.recommend(project.code, recommendation="bid", reason="x", actor=chemist()), NotAllowed)
