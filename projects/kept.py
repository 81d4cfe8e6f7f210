"""What one of ours is told of requests that are kept from them: never whose they are nor of what, but who can act and what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.models import Delegation, Role, RoleGrant, User
from projects.models import Agreement, ConfidentialReader, Project, Rfp, WaitingFor
from projects.models.confidentiality import sights_of
from projects.services.waiting import ESCALATION

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence, Set

    from projects.models.rfp import RfpQuerySet

NAMES_WANTED = "evaluation.naming"  # the wait that asks for people to be named, by its key


@dataclass(frozen=True)
class Kept:
    """missing: what would disclose it. who: of ours sees it and can act; never empty."""

    rfp: Rfp
    missing: str
    who: str


def rows_kept(rows: RfpQuerySet) -> list[Kept]:
    agreements = Agreement.objects.filter(kind=Agreement.Kind.CONFIDENTIALITY, withdrawn_at=None).prefetch_related("signatories")
    found = _with_people(rows).prefetch_related(
        Prefetch("project__agreements", agreements, to_attr="confidentiality"),
        Prefetch("client__agreements", agreements.of_whole_client(), to_attr="confidentiality"),
    )
    return [Kept(rfp, missing_of(rfp), who_acts(rfp)) for rfp in found]


def _with_people(rows: RfpQuerySet) -> RfpQuerySet:
    readers = ConfidentialReader.objects.open().select_related("person")
    people = ("account_owner", "created_by", "project__project_manager", "project__account_owner")
    return rows.select_related(*people, "project__site").prefetch_related(Prefetch("confidential_readers", readers, to_attr="readers"))


def kept_from(user: User, **conditions: Any) -> list[Kept]:
    return rows_kept(Rfp.objects.kept_from(user).filter(**conditions))


def _project(rfp: Rfp) -> Project | None:
    return getattr(rfp, "project", None)


def number_kept(user: User, *, with_project: bool = False) -> int:
    """How many requests are kept from one of ours; with_project: those only of which there is a project."""
    rows = Rfp.objects.kept_from(user)
    return (rows.filter(project__isnull=False) if with_project else rows).count()


def missing_of(rfp: Rfp) -> str:
    """In a sentence, of a request as `rows_kept` reads it."""
    project = _project(rfp)
    found: list[Agreement] = [*(project.confidentiality if project else ()), *rfp.client.confidentiality]  # type: ignore[attr-defined]
    if not found and project is None:
        return _t("No confidentiality agreement is recorded: while the request is not submitted, on the page of its client.")
    if not found:
        return _t("No confidentiality agreement is recorded.")
    return " ".join(_said(each) for each in found)


def _said(agreement: Agreement) -> str:
    """Of one of the client without its number, which stands on the client's page and would say whose request it is."""
    words = _t("Confidentiality agreement %(number)s: %(standing)s.")
    if agreement.is_of_client:
        words = _t("Confidentiality agreement of the client: %(standing)s.")
    return words % _facts(agreement)


def _facts(agreement: Agreement) -> dict[str, str]:
    return {"number": agreement.number, "standing": str(agreement.standing.label).lower()}


def people_of(rfp: Rfp) -> list[str]:
    """Who has a part in it, and who is named for it; our active people only, each once."""
    readers: list[ConfidentialReader] = rfp.readers  # type: ignore[attr-defined]
    return _names([*_holders(rfp), *(reader.person for reader in readers)])


def who_acts(rfp: Rfp) -> str:
    """The people of `people_of`; where there is none, who takes it up or names somebody."""
    if people := people_of(rfp):
        return ", ".join(people)
    project = _project(rfp)
    is_taken = rfp.account_owner_id or (project and (project.project_manager_id or project.account_owner_id))
    if not rfp.created_by.is_internal and not is_taken:
        return _t("business development, until somebody takes it up")
    return _t("none of its people is with us any more; management names others: %(names)s") % {"names": ", ".join(management()) or "–"}


def management() -> list[str]:
    """Who names people for what has nobody left, and waives what others may not."""
    return list(User.objects.active().internal().holding(Role.MANAGEMENT).order_by("full_name").values_list("full_name", flat=True))


def keepers_of_clients(client_ids: Collection[int]) -> list[str]:
    """Of clients that are kept from somebody: who sees requests of theirs and can log another, or name that person; else management."""
    rows = _with_people(Rfp.objects.filter(client__in=client_ids))
    return list(dict.fromkeys(name for rfp in rows for name in people_of(rfp))) or management()


def unmanned(rfp: Rfp) -> list[str]:
    """Roles that a kept request and its project wait for though nobody who may see it signs in them: nothing would ever happen.

    What asks for people to be named, and what waits too long and went to management, waits for nothing of its own."""
    waits = WaitingFor.objects.open().filter(project__rfp=rfp, user=None, client=None).exclude(role="")
    for prefix in (NAMES_WANTED, ESCALATION):
        waits = waits.exclude(key__startswith=f"{prefix}:")
    return shut_out(rfp, set(waits.values_list("role", flat=True)))


def shut_out(rfp: Rfp, roles: Set[str], *, apart_from: Set[int] = frozenset()) -> list[str]:
    """Of these roles those, in words, in which nobody but these people signs who may see the request; none of one that is not kept.
    Four queries."""
    sight = sights_of(pk=rfp.pk)[rfp.pk]
    if not sight.is_kept:
        return []
    people = (sight.people | sight.readers) - apart_from
    held = set(RoleGrant.objects.in_force().filter(user__in=people, role__in=roles).values_list("role", flat=True))
    held |= set(
        Delegation.objects.in_force(timezone.localdate()).filter(receiver__in=people, role__in=roles).values_list("role", flat=True)
    )
    if sight.is_untaken:
        held.add(Role.BUSINESS_DEVELOPMENT)
    return sorted(str(Role(role).label) for role in roles - held)


def parts_of(rfp: Rfp) -> list[str]:
    """Who sees it without being named: who logged it, owns it, manages its project."""
    return _names(_holders(rfp))


def _holders(rfp: Rfp) -> list[User | None]:
    project = _project(rfp)
    return [rfp.created_by, rfp.account_owner, *((project.project_manager, project.account_owner) if project else ())]


def _names(people: Sequence[User | None]) -> list[str]:
    return list(dict.fromkeys(each.full_name for each in people if each and each.is_active and each.is_internal))
