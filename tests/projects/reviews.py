"""The open review of a gate, its signing, and what a refusal names."""

from __future__ import annotations

from audit.refusals import Refused
from projects.models import GateReview, Project
from projects.services import gate
from tests.projects import factories as make

WHY = "As agreed in the gate meeting."


def review_of(project: Project) -> GateReview:
    review = gate.current_review(Project.objects.get(pk=project.pk))
    assert review is not None
    return review


def keys(refusal: Exception) -> list[str]:
    assert isinstance(refusal, Refused)
    return [blocker.key for blocker in refusal.blockers]


def sign_as(project: Project, role: str, actor: object = None) -> object:
    signer = actor or make.person(role)
    return gate.sign_decision(project.code, role=role, actor=signer, authentication=make.fake_authentication(signer))  # type: ignore[arg-type]
