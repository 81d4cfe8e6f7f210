"""Publishing: the client is told dates, all chosen ones in one act, with one reason and one mail."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.permissions import require_permission
from audit.acts import act
from audit.events import record
from audit.refusals import BadInput, Blocker, Refused
from projects.forecasting import calendar_for, is_provisional
from projects.models import Milestone, Project, Publication, Visibility
from projects.publication import Message, Move, publication_message, shown_hash
from projects.services.lifecycle import locked
from projects.services.unpublished import ask_to_publish, unpublished_of

if TYPE_CHECKING:
    from accounts.models import User


def publication_blockers(milestone: Milestone) -> list[Blocker]:
    """Why there is nothing to publish; the page's disabled button shows the same."""
    words = ""
    if milestone.visibility != Visibility.SHARED:
        words = _t("The milestone is internal; share it with the client first.")
    elif milestone.actual_on is not None:
        words = _t("The milestone is achieved.")
    elif milestone.forecast_on is None:
        words = _t("There is no forecast yet.")
    elif milestone.forecast_on == milestone.published_on:
        words = _t("The client has been told this date.")
    return [Blocker(key="milestone.publish", words=words)] if words else []


def moves_of(project: Project, rows: Iterable[Milestone]) -> list[Move]:
    """What publishing these milestones would tell the client; those without a forecast have nothing to tell."""
    return [_move(project, row) for row in rows if row.forecast_on]


def pending_moves(project: Project) -> list[Move]:
    """Every date of which the client knows another one, or none. One query."""
    return moves_of(project, unpublished_of(project))


def _move(project: Project, row: Milestone) -> Move:
    assert row.forecast_on is not None  # noqa: S101 - its callers ask for it
    calendar = calendar_for(row, project)
    days = calendar.working_days_between(row.published_on, row.forecast_on) if row.published_on else 0
    return Move(row.key, row.title, row.published_on, row.forecast_on, days, is_provisional(row, project, row.forecast_on))


def preview(project: Project, keys: Collection[str], *, reason_class: str, side: str, reason: str) -> tuple[list[Move], Message, str]:
    """Every pending move, the mail about the chosen ones, and the hash of both that `publish_plan` must be given."""
    pending = pending_moves(project)
    chosen = [move for move in pending if move.key in keys]
    message = publication_message(project, chosen, reason_class=reason_class, side=side, reason=reason)
    return pending, message, shown_hash(pending, message, keys=keys, reason_class=reason_class, side=side, reason=reason)


@act
def publish_plan(
    code: str, *, keys: Collection[str], reason_class: str, side: str, reason: str, actor: User, expected_hash: str = ""
) -> list[Publication]:
    """Tell the client the forecasts of these shared milestones, in one act and one mail.

    expected_hash: of the preview; Refused when a forecast, a chosen date or a word is another one now. The event keeps the mail as it goes out.
    """
    project = locked(code, actor)
    require_permission("projects.publish", actor, project)
    rows = list(Milestone.objects.filter(project=project, key__in=keys).select_for_update(of=("self",)))
    if not rows or len(rows) != len(set(keys)):
        raise BadInput({"keys": [_t("Choose the dates to tell the client.")]})
    reasons = [blocker for row in rows for blocker in publication_blockers(row)]
    if reasons:
        raise Refused(reasons)
    check_words(rows, reason_class, side, reason)
    _pending, message, shown = preview(project, keys, reason_class=reason_class, side=side, reason=reason)
    if expected_hash and expected_hash != shown:
        words = _t(
            "This is not what you were shown: a forecast, a tick or a word is another one now. Nothing was published; preview again."
        )
        raise Refused([Blocker(key="plan.moved", words=words, link=reverse("project-publish", args=[code]))])
    return _publish(project, rows, message, reason_class=reason_class, side=side, reason=reason, actor=actor)


def publish_milestone(code: str, key: str, *, reason_class: str, side: str, reason: str, actor: User) -> Publication:
    """Tell the client the forecast of one shared milestone."""
    Milestone.objects.visible_to(actor).get(project__code=code, key=key)
    return publish_plan(code, keys=[key], reason_class=reason_class, side=side, reason=reason, actor=actor)[0]


def check_words(rows: Iterable[Milestone | Move], reason_class: str, side: str, reason: str) -> None:
    """Raises BadInput at the field that is missing. The first publication of a date needs no words."""
    moved = any((row.from_date if isinstance(row, Move) else row.published_on) is not None for row in rows)
    errors = {}
    if reason_class not in Publication.ReasonClass.values:
        errors["reason_class"] = [_t("Choose the class of the reason.")]
    elif moved and reason_class == Publication.ReasonClass.INITIAL:
        errors["reason_class"] = [_t("The client knows one of the dates already: say why it moves.")]
    if side not in Publication.Side.values:
        errors["side"] = [_t("Choose whose side moved the date.")]
    if moved and not reason.strip():
        errors["reason"] = [_t("Tell the client why the date moves.")]
    if errors:
        raise BadInput(errors)


def _publish(
    project: Project, rows: Sequence[Milestone], message: Message, *, reason_class: str, side: str, reason: str, actor: User
) -> list[Publication]:
    now = timezone.now()
    told = [_tell(project, row, reason_class=reason_class, side=side, reason=reason, actor=actor, at=now) for row in rows]
    record("plan.published", project, actor=actor, reason=reason, count=len(told), keys=[row.key for row in rows], **asdict(message))
    ask_to_publish(project)
    return told


def _tell(project: Project, milestone: Milestone, *, reason_class: str, side: str, reason: str, actor: User, at: datetime) -> Publication:
    """Write the publication of a locked milestone's forecast."""
    milestone.project = project
    move = _move(project, milestone)
    publication = Publication.objects.create(
        milestone=milestone,
        from_date=move.from_date,
        to_date=move.to_date,
        reason_class=reason_class,
        side=side,
        days=move.days,
        reason=reason,
        published_by=actor,
        published_at=at,
    )
    milestone.published_on = move.to_date
    milestone.save(update_fields=["published_on", "updated_at"])
    record(
        "milestone.published",
        milestone,
        actor=actor,
        reason=reason,
        before={"published_on": move.from_date},
        after={"published_on": move.to_date},
        title=milestone.title,
        reason_class=reason_class,
        side=side,
        days=move.days,
    )
    return publication


def publish_all_shared(project: Project, *, actor: User) -> None:
    """First publication of every shared, open milestone: what the charter promised is what the client reads."""
    rows = list(unpublished_of(project).filter(published_on=None))
    if rows:
        words = {"reason_class": Publication.ReasonClass.INITIAL.value, "side": Publication.Side.CDMO.value, "reason": ""}
        _publish(project, rows, publication_message(project, moves_of(project, rows), **words), **words, actor=actor)
