"""What the client may see: every item is internal until shared, for approval or as such; all acts are recorded, in the log too."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.permissions import require_permission
from audit.acts import act
from audit.events import Happened, record, record_each, scope_of
from audit.hashes import hash_of as hash_of_values
from audit.refusals import BadInput, Blocker, Missing, Refused, require_none
from audit.rows import write_together
from projects.approvals import ApprovalState, Standing, standings_of
from projects.models import SHOWN_TO_CLIENT, Milestone, Project, Visibility
from projects.services.answering import approver_blockers
from projects.services.approvals import open_request, settle_rejection, withdraw_request
from projects.services.locking import locked, require_active
from projects.services.unpublished import ask_to_publish
from projects.services.visibility import note_visibility
from projects.shareable import Item, find_shareable, shareable, shareables

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import Client, User

Ref = tuple[str, str]
SETTLED = (ApprovalState.WAITING, ApprovalState.OVERDUE, ApprovalState.ACCEPTED, ApprovalState.WITH_COMMENT)


@dataclass
class Preview:
    """What one act of sharing would do: what the client sees newly, what no longer, what it is asked, and what forbids it."""

    visibility: str
    newly: list[Item] = field(default_factory=list)
    hidden: list[Item] = field(default_factory=list)
    asked: list[Item] = field(default_factory=list)
    withdrawn: list[Item] = field(default_factory=list)
    unchanged: list[Item] = field(default_factory=list)
    changed: list[Item] = field(default_factory=list)
    blockers: list[Blocker] = field(default_factory=list)
    standings: dict[str, Standing] = field(default_factory=dict)

    @property
    def items(self) -> list[Item]:
        return [*self.changed, *self.unchanged]

    @property
    def expected_hash(self) -> str:
        """Of the items as they stand: the act is refused when somebody changed one since."""
        rounds = {ref: [standing.request.pk, standing.state] for ref, standing in self.standings.items()}
        states = {item.ref: item.visibility for item in self.items}
        return hash_of_values({"to": self.visibility, "items": states, "rounds": rounds})


def preview_sharing(items: Sequence[Item], visibility: str) -> Preview:
    """Judge an act before it is done. A fixed number of queries."""
    found = Preview(visibility, standings=standings_of(items))
    for item in items:
        standing = found.standings.get(item.ref)
        asks = visibility == Visibility.FOR_APPROVAL and _is_to_be_asked(item, standing)
        if item.visibility == visibility and not asks:
            found.unchanged.append(item)
            continue
        found.changed.append(item)
        found.blockers += item.shareable.blockers(item.row, visibility)
        for happens, row in (
            (visibility in SHOWN_TO_CLIENT and not item.is_shown, found.newly),
            (visibility == Visibility.INTERNAL and item.is_shown, found.hidden),
            (asks, found.asked),
            (not asks and standing is not None and standing.is_open, found.withdrawn),
        ):
            if happens:
                row.append(item)
    if found.asked:
        found.blockers += approver_blockers(scope_of(found.asked[0].row)[0] or 0)
    return found


def _is_to_be_asked(item: Item, standing: Standing | None) -> bool:
    """Again where it was rejected, or changed since; what waits for an answer, or has it, is left alone."""
    return item.visibility != Visibility.FOR_APPROVAL or standing is None or standing.state not in SETTLED


def locked_items(code: str, refs: Collection[Ref], actor: User) -> tuple[Project, list[Item]]:
    """The project and its items, visible to the actor and locked, always in the same order. Raises for one that is not there."""
    if any(find_shareable(kind) is None for kind, _key in refs):
        raise Missing
    project = Project.objects.visible_to(actor).get(code=code)
    before = _lock(project, refs, first=True)
    project = locked(code, actor)
    items = [*before, *_lock(project, refs, first=False)]
    return project, items


def _lock(project: Project, refs: Collection[Ref], *, first: bool) -> list[Item]:
    items = []
    for each in (each for each in shareables() if each.locked_first == first):
        keys = {key for kind, key in refs if kind == each.kind}
        if keys:
            rows = list(each.of_project(project).filter(**{f"{each.key}__in": keys}).select_for_update(of=("self",)).order_by("pk"))
            if len(rows) != len(keys):
                raise each.model.DoesNotExist
            items += [Item(each, row) for row in rows]
    return items


@transaction.atomic
def view_as_client(code: str, *, page: str, actor: User) -> Project:
    """One of ours opens a page as the client sees it; each page that is opened stands in the record. With `is_kept`."""
    project = Project.objects.visible_to(actor).with_kept().select_related("client").get(code=code)
    require_permission("projects.share", actor, project)
    record("project.viewed_as_client", project, actor=actor, page=page, client=project.client.name)
    return project


@act
def share_items(
    code: str,
    refs: Collection[Ref],
    *,
    visibility: str,
    actor: User,
    reason: str = "",
    words: str = "",
    due_on: date | None = None,
    expected_hash: str = "",
) -> Preview:
    """Put these items, (kind, key) each, into one state: all of them, or none with every reason. The client gets one mail at most.

    words, due_on: for what is shared for approval, what the client reads with the question and until when it is asked to answer.
    The same state again changes and records nothing; an item that was rejected or has changed since is asked about again.
    """
    project, items = locked_items(code, refs, actor)
    for permission in {item.shareable.permission for item in items}:
        require_permission(permission, actor, project)
    _check(refs, visibility, due_on)
    preview = preview_sharing(items, visibility)
    if expected_hash and expected_hash != preview.expected_hash:
        words = _t("Something was shared, answered or taken back since you looked. Nothing was changed; look at the preview again.")
        raise Refused(Blocker("sharing.changed", words, reverse("project-sharing", args=[code])))
    if preview.asked:
        require_active(project)
    require_none(preview.blockers)
    apply_sharing(preview, project=project, client=project.client, actor=actor, reason=reason, words=words, due_on=due_on)
    ask_to_publish(project)
    return preview


def _check(refs: Collection[Ref], visibility: str, due_on: date | None) -> None:
    errors = {}
    if not refs:
        errors["items"] = [_t("Choose what to share or to take back.")]
    if visibility not in Visibility.values:
        errors["visibility"] = [_t("Choose what the client shall see.")]
    if due_on is not None and due_on < timezone.localdate():
        errors["due_on"] = [_t("The day is over.")]
    if errors:
        raise BadInput(errors)


def apply_sharing(
    preview: Preview,
    *,
    project: Project | None,
    client: Client,
    actor: User,
    reason: str = "",
    words: str = "",
    due_on: date | None = None,
) -> None:
    """Do what was judged, to locked items, in the caller's transaction."""
    now = timezone.now()
    moved = [item for item in preview.changed if item.visibility != preview.visibility]
    for item in moved:
        _put(item, preview.visibility, actor=actor, at=now)
    note_visibility(moved, preview.visibility, project=project, client_id=client.pk, actor=actor, at=now)
    for item in preview.changed:
        if item.ref in preview.standings:
            settle_rejection(preview.standings[item.ref].request)
    for item in preview.withdrawn:
        withdraw_request(preview.standings[item.ref].request, actor=actor, reason=reason)
    for item in preview.asked:
        open_request(item, project=project, client=client, actor=actor, words=words, due_on=due_on)
    for item in moved:
        if preview.visibility == Visibility.INTERNAL:
            record(f"{item.kind}.unshared", item.row, actor=actor, reason=reason, **item.shareable.data(item.row))
        elif preview.visibility == Visibility.SHARED and item not in preview.withdrawn:
            record(f"{item.kind}.shared", item.row, actor=actor, reason=reason, **item.shareable.data(item.row))


def _put(item: Item, visibility: str, *, actor: User, at: datetime) -> None:
    names = item.shareable.put(item.row, visibility, actor=actor, at=at)
    item.row.save(update_fields=names)


def set_visibility(code: str, kind: str, key: str, *, visibility: str, actor: User, reason: str = "") -> Item:
    """One item into one state."""
    return share_items(code, [(kind, key)], visibility=visibility, actor=actor, reason=reason).items[0]


def ask_for_approval(code: str, kind: str, key: str, *, actor: User, words: str = "", due_on: date | None = None) -> Item:
    """Show one item to the client and ask its approver to approve it."""
    return share_items(code, [(kind, key)], visibility=Visibility.FOR_APPROVAL, actor=actor, words=words, due_on=due_on).items[0]


def share_as_planned(project: Project, *, actor: User) -> None:
    """The contract is approved: the client sees every milestone that its plan wants shared. Runs inside the decision that orders it."""
    now, milestones, names = timezone.now(), shareable("milestone"), set[str]()
    found = Milestone.objects.filter(project=project, share_at_launch=True, visibility=Visibility.INTERNAL)
    rows = list(found.select_for_update(of=("self",)))
    for row in rows:
        row.project, row.updated_at = project, now
        names.update(milestones.put(row, Visibility.SHARED, actor=actor, at=now))
    if rows:
        write_together(rows, sorted({*names, "updated_at"}))
    record_each(Happened("milestone.shared_at_launch", row, {"actor": actor}, {"title": row.title}) for row in rows)
    items = [Item(milestones, row) for row in rows]
    note_visibility(items, Visibility.SHARED, project=project, client_id=project.client_id, actor=actor, at=now)
