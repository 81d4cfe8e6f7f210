"""Who is told where somebody signs for another."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import Delegation, Role
from accounts.services import end_delegation
from notifications.models import Notification
from notifications.reading import items_of
from projects.models import Project
from tests.notifications.conftest import told
from tests.projects import factories as make

pytestmark = pytest.mark.django_db


def test_who_signs_for_another_is_asked_as_they_would_be(project: Project) -> None:
    make.finish_phase(project)
    role, other = (role for role in make.signers_of(project.phase) if role != Role.PROJECT_MANAGER)
    deputy, late = make.person(Role.REGULATORY), make.person(Role.EHS, name="Deputy of tomorrow")
    make.a_delegation(make.person(role), deputy, role)
    make.a_delegation(make.person(other), late, other, start=1)

    notifications = [each for each in told(lambda: make.propose(project)) if each.event.kind == "gate.proposed"]

    assert {(each.asked, each.delivery, each.link) for each in notifications if each.user_id == deputy.pk} == {
        (True, "at_once", f"/projects/{project.code}/gate/")
    }
    assert not [each for each in notifications if each.user_id == late.pk]


def test_who_is_to_sign_for_another_is_told_at_once_and_when_it_ends() -> None:
    giver, deputy = make.person(Role.MANAGEMENT), make.person(Role.REGULATORY)

    given = told(lambda: make.a_delegation(giver, deputy, Role.MANAGEMENT))
    ended = told(lambda: end_delegation(Delegation.objects.get().pk, actor=giver))

    assert [(each.user, each.delivery) for each in given] == [(deputy, "at_once")]
    assert [(each.user, each.delivery) for each in ended] == [(deputy, "at_once")]
    (line,) = items_of(given, deputy)
    assert line.link == reverse("delegations")
    assert Notification.objects.visible_to(deputy).count() == 2
