"""Projects that are kept to named people: made so, people named, the agreement signed, and what nobody else may read."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from accounts.models import Client, Role, User
from accounts.services import choose_confidentiality
from catalogue.chemistry import draw_svg, parse_structure
from projects.models import Agreement, ConfidentialReader, Project
from projects.services.agreements import record_agreement, record_signatory
from projects.services.confidentiality import name_reader
from projects.views.rfp_detail import PICTURE
from tests.projects.factories import PARACETAMOL, a_project
from tests.projects.people import business, person


def keep(client: Client) -> None:
    choose_confidentiality(client.code, asks_confidentiality=True, reason="As the law has it.", actor=business())


def disclose(client: Client) -> None:
    choose_confidentiality(client.code, asks_confidentiality=False, reason="They said so.", actor=business())


def a_kept_project(story: Callable[[], Project] = a_project) -> Project:
    """As the story tells it, in evaluation without one, of a client that asks for confidentiality; logged by business development."""
    project = story()
    keep(project.client)
    return Project.objects.select_related("rfp__contact", "client").get(pk=project.pk)


def another_seller() -> User:
    """Of business development, who logged nothing."""
    return person(Role.BUSINESS_DEVELOPMENT, name="Another of business development")


def named(project: Project, who: User, actor: User | None = None) -> ConfidentialReader:
    return name_reader(project.rfp.number, person=who, reason="Judges the route.", actor=actor or business())


def agreed(project: Project, *, days: int = 0, until: int | None = None, sides: tuple[str, ...] = ("cdmo", "client")) -> Agreement:
    """A confidentiality agreement in force from `days` after today, signed by these sides today."""
    today = timezone.localdate()
    dates = {"effective_on": today + timedelta(days=days), "expires_on": None if until is None else today + timedelta(days=until)}
    agreement = record_agreement(project.code, kind="confidentiality", number=f"CDA-{days}-{until}", actor=business(), **dates)
    for side in sides:
        record_signatory(project.code, agreement.pk, side=side, name="Ann", function="Director", signed_on=today, actor=business())
    return agreement


def secrets_of(project: Project) -> dict[str, str]:
    """What is read in no other project of the tests."""
    structure = parse_structure(PARACETAMOL)
    return {
        "client": project.client.name,
        "contact": project.rfp.contact.name,
        "SMILES": structure.smiles,
        "SMILES as typed": PARACETAMOL,
        "InChIKey": structure.inchikey,
        "CAS number": "103-90-2",
        "structure drawn": drawn_in(draw_svg(structure.smiles, *PICTURE)),
    }


def drawn_in(picture: str) -> str:
    """The path of one bond: no other molecule has it there."""
    found = re.search(r""" d=["']([^"']{20,})["']""", picture)
    assert found is not None
    return found.group(1)


def secrets(project: Project, words: str) -> list[str]:
    """What of it these words tell."""
    kept = {**secrets_of(project), "title": project.title}
    return [what for what, secret in kept.items() if secret in words]
