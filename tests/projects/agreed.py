"""Agreements of a project, and of a client for all its projects."""

from __future__ import annotations

import itertools
from datetime import timedelta

from django.utils import timezone

from accounts.models import Client, Role
from projects.models import Agreement, Project
from projects.services import agreements
from tests.projects.people import person

_numbers = itertools.count(1)


def signed_agreements(project: Project) -> None:
    for kind in ("confidentiality", "cooperation"):
        signed_agreement(project, kind, f"{kind[:3].upper()}-{project.code}")


def signed_agreement(project: Project, kind: str, number: str) -> None:
    """From today on, without an end."""
    today, actor = timezone.localdate(), person(Role.BUSINESS_DEVELOPMENT)
    agreement = agreements.record_agreement(project.code, kind=kind, number=number, effective_on=today, actor=actor)
    for side in ("cdmo", "client"):
        agreements.record_signatory(
            project.code, agreement.pk, side=side, name=f"Director of the {side}", function="Director", signed_on=today, actor=actor
        )


def client_agreement(
    client: Client, kind: str = "confidentiality", *, days: int = 0, until: int | None = None, sides: tuple[str, ...] = ("cdmo", "client")
) -> Agreement:
    """For all projects of the client: from `days` after today on, to `until` after today, signed by these sides today."""
    today, actor = timezone.localdate(), person(Role.BUSINESS_DEVELOPMENT)
    dates = {"effective_on": today + timedelta(days=days), "expires_on": None if until is None else today + timedelta(days=until)}
    number = f"{kind[:3].upper()}-{next(_numbers):03d}"
    agreement = agreements.record_client_agreement(client.code, kind=kind, number=number, actor=actor, **dates)
    for side in sides:
        agreements.record_signatory(
            None, agreement.pk, side=side, name=f"Director of the {side}", function="Director", signed_on=today, actor=actor
        )
    return agreement
