"""Two approvers of a client answer at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from accounts.models import Role
from audit.models import Event, Signature
from projects.models import ApprovalAnswer, ApprovalRequest, Phase
from projects.services.approvals import answer_approval
from projects.services.sharing import ask_for_approval
from tests.projects import factories as make


@pytest.mark.integration
@pytest.mark.django_db(transaction=True)
def test_of_two_answers_at_once_exactly_one_counts(at_once: Callable[..., list[object]]) -> None:
    project = make.a_project_in(Phase.SMALL_SCALE)
    ask_for_approval(project.code, "milestone", "sample_shipped", actor=make.manager())
    asked = ApprovalRequest.objects.get()
    first, second = make.person(Role.CLIENT_APPROVER), make.person(Role.CLIENT_APPROVER, name="Second Approver")

    outcomes = at_once(
        partial(answer_approval, asked.pk, kind="accepted", actor=first, authentication=make.fake_authentication(first)),
        partial(
            answer_approval, asked.pk, kind="rejected", actor=second, authentication=make.fake_authentication(second), words="Too late."
        ),
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["ApprovalAnswer", "Refused"]
    assert (ApprovalAnswer.objects.count(), Signature.objects.filter(meaning__startswith="approval_").count()) == (1, 1)
    assert Event.objects.filter(kind__startswith="approval.").exclude(kind="approval.asked").count() == 1
