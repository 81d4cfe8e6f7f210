"""What one of ours is told of requests that are kept from them: never whose they are nor of what, but who can act and what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Prefetch
from django.utils.translation import gettext as _t

from projects.models import Agreement, ConfidentialReader, Project, Rfp

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accounts.models import User
    from projects.models.rfp import RfpQuerySet


@dataclass(frozen=True)
class Kept:
    """missing: what would disclose it. people: of ours, who see it and can name others."""

    rfp: Rfp
    missing: str
    people: Sequence[str]


def rows_kept(rows: RfpQuerySet) -> list[Kept]:
    agreements = Agreement.objects.filter(kind=Agreement.Kind.CONFIDENTIALITY, withdrawn_at=None).prefetch_related("signatories")
    readers = ConfidentialReader.objects.open().select_related("person")
    found = rows.select_related(
        "account_owner", "created_by", "project__project_manager", "project__account_owner", "project__site"
    ).prefetch_related(
        Prefetch("project__agreements", agreements, to_attr="confidentiality"), Prefetch("confidential_readers", readers, to_attr="readers")
    )
    return [Kept(rfp, missing_of(rfp), people_of(rfp)) for rfp in found]


def kept_from(user: User, **conditions: str) -> list[Kept]:
    return rows_kept(Rfp.objects.kept_from(user).filter(**conditions))


def _project(rfp: Rfp) -> Project | None:
    return getattr(rfp, "project", None)


def missing_of(rfp: Rfp) -> str:
    """In a sentence, of a request as `rows_kept` reads it."""
    project = _project(rfp)
    if project is None:
        return _t("The request is not submitted yet: its confidentiality agreement is recorded with the project that it opens.")
    found: list[Agreement] = project.confidentiality  # type: ignore[attr-defined]
    if not found:
        return _t("No confidentiality agreement is recorded.")
    return " ".join(_t("Confidentiality agreement %(number)s: %(standing)s.") % _facts(each) for each in found)


def _facts(agreement: Agreement) -> dict[str, str]:
    return {"number": agreement.number, "standing": str(agreement.standing.label).lower()}


def people_of(rfp: Rfp) -> list[str]:
    """Who has a part in it, and who is named for it; our active people only, each once."""
    readers: list[ConfidentialReader] = rfp.readers  # type: ignore[attr-defined]
    return _names([*_holders(rfp), *(reader.person for reader in readers)])


def parts_of(rfp: Rfp) -> list[str]:
    """Who sees it without being named: who logged it, owns it, manages its project."""
    return _names(_holders(rfp))


def _holders(rfp: Rfp) -> list[User | None]:
    project = _project(rfp)
    return [rfp.created_by, rfp.account_owner, *((project.project_manager, project.account_owner) if project else ())]


def _names(people: Sequence[User | None]) -> list[str]:
    return list(dict.fromkeys(each.full_name for each in people if each and each.is_active and each.is_internal))
