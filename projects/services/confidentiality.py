"""Who is named to see a request before the confidentiality agreement is in force, and who of them looked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.permissions import has_management, require_permission
from audit.acts import act
from audit.events import events_of, record
from audit.refusals import BadInput, require_reason
from projects.models import ConfidentialReader, Rfp
from projects.models.confidentiality import SEEN

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
    record("rfp.reader_named", rfp, actor=actor, reason=reason.strip(), person=str(person))
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


@transaction.atomic
def note_look(rfp: Rfp, *, actor: User) -> None:
    """Once a day for each person: that they opened something of a request that is kept to named people."""
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    if not events_of(rfp).filter(kind=SEEN, actor=actor, at__gte=today).exists():
        record(SEEN, rfp, actor=actor)
