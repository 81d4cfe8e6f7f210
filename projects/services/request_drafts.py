"""A request that a client's person writes in the portal: kept as it is typed, sent when it is ready. Then it is a draft of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _t

from accounts.permissions import require_permission
from audit.events import record
from audit.refusals import BadInput, Blocker, Missing, Refused
from audit.seen import require_unchanged
from projects.attachments import Attachment
from projects.models import RequestDraft, Rfp
from projects.services.rfp import attach_rfp_file, log_rfp_from_system

if TYPE_CHECKING:
    from accounts.models import User

LONGEST = 100_000
MOST_FILES = 30
MOST_DRAFTS = 50
Typed = Mapping[str, list[str]]


@transaction.atomic
def begin_draft(*, actor: User) -> RequestDraft:
    """An empty one, in the name of whoever writes it."""
    client = actor.client
    if client is None:
        raise Missing
    require_permission("projects.log_rfp", actor, client)
    if RequestDraft.objects.visible_to(actor).unsent().count() >= MOST_DRAFTS:
        words = _t("Your organisation has %(count)d requests that are not sent. Send or discard one of them first.")
        raise Refused([Blocker(key="request.too_many", words=words % {"count": MOST_DRAFTS})])
    person = {"contact_name": [actor.full_name], "contact_email": [actor.email]}
    draft: RequestDraft = RequestDraft.objects.create(client=client, created_by=actor, values=person)
    record("request.begun", draft, actor=actor)
    return draft


def _locked(pk: int, actor: User) -> RequestDraft:
    draft = RequestDraft.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=pk)
    require_permission("projects.log_rfp", actor, actor.client)
    return draft


def _require_unsent(draft: RequestDraft) -> None:
    if draft.rfp is not None:
        raise Refused([Blocker(key="request.sent", words=_t("This request is sent: it is %(number)s.") % {"number": draft.rfp.number})])


@transaction.atomic
def save_draft(pk: int, *, typed: Typed, actor: User, version: str = "") -> RequestDraft:
    """Keep these fields as typed, right or wrong; the others stay. version: as shown (`audit.seen`)."""
    draft = _locked(pk, actor)
    _require_unsent(draft)
    kept = {name: [value.replace("\x00", "")[:LONGEST] for value in values] for name, values in typed.items()}
    now = {name: draft.values.get(name, []) for name in kept}
    require_unchanged(version, now=now, wanted=kept, words=lambda name: "; ".join(now[name]))
    changed = sorted(name for name in kept if kept[name] != now[name])
    if changed:
        draft.values = {**draft.values, **kept}
        draft.save(update_fields=["values", "updated_at"])
        record("request.saved", draft, actor=actor, fields=changed)
    return draft


@transaction.atomic
def attach_to_draft(pk: int, *, stored: Attachment, actor: User) -> RequestDraft:
    """The same content under the same name twice is one file."""
    draft = _locked(pk, actor)
    _require_unsent(draft)
    if asdict(stored) in draft.files:
        return draft
    if len(draft.files) >= MOST_FILES:
        raise BadInput({"file": [_t("A request takes %(count)d files; put the others into one of them.") % {"count": MOST_FILES}]})
    return _with_files(draft, [*draft.files, asdict(stored)], actor)


@transaction.atomic
def detach_from_draft(pk: int, sha256: str, *, actor: User) -> RequestDraft:
    draft = _locked(pk, actor)
    _require_unsent(draft)
    return _with_files(draft, [each for each in draft.files if each["sha256"] != sha256], actor)


def _with_files(draft: RequestDraft, files: list[dict[str, Any]], actor: User) -> RequestDraft:
    draft.files = files
    draft.save(update_fields=["files", "updated_at"])
    record("request.filed", draft, actor=actor, count=len(files))
    return draft


@transaction.atomic
def discard_draft(pk: int, *, actor: User) -> None:
    """Nobody of ours has seen it, so nothing is kept."""
    draft = _locked(pk, actor)
    _require_unsent(draft)
    record("request.discarded", draft, actor=actor)
    draft.delete()


@transaction.atomic
def send_draft(pk: int, *, values: dict[str, Any], actor: User) -> Rfp:
    """From now on it is a draft of ours, and business development is asked to complete it. Pressed twice, it is sent once."""
    draft = _locked(pk, actor)
    if draft.rfp is not None:
        return draft.rfp
    client = draft.client
    rfp = log_rfp_from_system(client=client, actor=actor, **values)
    for each in draft.files:
        attach_rfp_file(rfp.number, stored=Attachment(**each), actor=actor)
    draft.rfp = rfp
    draft.save(update_fields=["rfp", "updated_at"])
    record("request.sent", draft, actor=actor, number=rfp.number)
    return rfp
