"""Who is named to see a request before the confidentiality agreement is in force, and who of them looked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.permissions import has_management, require_permission
from audit.acts import act
from audit.events import record, record_once_a_day
from audit.refusals import BadInput, require_reason
from projects.models import ConfidentialReader, Project, Rfp
from projects.models.confidentiality import SEEN, seen_of_projects

if TYPE_CHECKING:
    from accounts.models import User
    from projects.models.rfp import RfpQuerySet


def nameable(actor: User) -> RfpQuerySet:
    """Requests for which the actor may name people: those it sees; management also those that are kept from it, so that a request
    whose people have all left is not lost."""
    return Rfp.objects.within_reach_of(actor) if has_management(actor) else Rfp.objects.visible_to(actor)


def _locked(number: str, actor: User) -> Rfp:
    rfp = nameable(actor).select_for_update(of=("self",)).get(number=number)
    require_permission("projects.name_reader", actor, rfp)
    return rfp


@act
def name_reader(number: str, *, person: User, reason: str, actor: User) -> ConfidentialReader:
    """From now on this person of ours sees the request and its project. Raises BadInput at the field."""
    rfp = _locked(number, actor)
    require_reason(reason)
    if not (person.is_active and person.is_internal):
        raise BadInput({"person": [_t("Only people of ours are named.")]})
    if rfp.confidential_readers.open().filter(person=person).exists():
        raise BadInput({"person": [_t("%(person)s is named already.") % {"person": person}]})
    given = {"reason": reason.strip(), "named_by": actor, "named_at": timezone.now()}
    reader = ConfidentialReader.objects.create(rfp=rfp, person=person, **given)
    record("rfp.reader_named", rfp, actor=actor, reason=reason.strip(), person=str(person), concerns=[person.pk])
    return reader


@act
def take_reader_off(number: str, pk: int, *, reason: str, actor: User) -> ConfidentialReader:
    """The person is named no more; what was seen stays in the record. Raises DoesNotExist for one that is not named."""
    rfp = _locked(number, actor)
    require_reason(reason)
    reader = rfp.confidential_readers.open().select_related("person").get(pk=pk)
    reader.ended_at, reader.ended_by, reader.end_reason = timezone.now(), actor, reason.strip()
    reader.save(update_fields=["ended_at", "ended_by", "end_reason"])
    record("rfp.reader_taken_off", rfp, actor=actor, reason=reason.strip(), person=str(reader.person))
    return reader


def words_if_kept(project: Project, person: User) -> str:
    """Why work on this project is not given to this person of ours: they could not see it. Nothing where they are not kept out."""
    if not person.is_internal or Project.objects.filter(seen_of_projects(person), pk=project.pk).exists():
        return ""
    words = _t("%(name)s may not see this project before a confidentiality agreement is in force; name them first (%(page)s).")
    return words % {"name": person.full_name, "page": reverse("rfp-confidentiality", args=[project.rfp.number])}


def require_not_kept(project: Project, person: User | None, *, field: str) -> None:
    """Raises BadInput at the field in which somebody is given work on a project that is kept from them."""
    if person is not None and (words := words_if_kept(project, person)):
        raise BadInput({field: [words]})


def note_looks(rows: RfpQuerySet, *, actor: User) -> None:
    """Once a day for each person and request: that they opened something of these, which are kept to named people."""
    if looked_at := list(rows.select_related("project")):
        with transaction.atomic():
            record_once_a_day(SEEN, looked_at, actor=actor)
