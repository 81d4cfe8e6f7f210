"""Publishing: the client is told dates, all chosen ones in one act, with one reason and one mail."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.permissions import require_permission
from audit.acts import act
from audit.events import Happened, record, record_each
from audit.refusals import BadInput, Blocker, Refused, require_none
from projects.cost_of_waiting import work_before
from projects.forecasting import calendar_for, is_provisional
from projects.models import Milestone, MilestoneLink, Project, Publication, PublicationShare
from projects.publication import Message, Move, publication_messages, shown_hash
from projects.receivers import languages_of
from projects.schedule import Link
from projects.services.locking import locked
from projects.services.unpublished import ask_to_publish, unpublished_of

if TYPE_CHECKING:
    from accounts.models import User

Shares = Mapping[str, int] | None


def publication_blockers(milestone: Milestone) -> list[Blocker]:
    """Why there is nothing to publish; the page's disabled button shows the same."""
    words = ""
    if not milestone.is_shared:
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
    to_date = row.actual_on or row.forecast_on
    assert to_date is not None  # noqa: S101 - its callers ask for it
    days = calendar_for(row, project).working_days_between(row.published_on, to_date) if row.published_on else 0
    return Move(row.key, row.title, row.published_on, to_date, days, is_provisional(row, project, to_date))


def messages_of(
    project: Project, moves: Sequence[Move], *, reason_class: str, side: str, reason: str, shares: Shares = None
) -> list[Message]:
    """The mail about these moves, in each language that somebody of the client reads."""
    words = {"reason_class": reason_class, "side": side, "reason": reason}
    return publication_messages(project, moves, languages_of(project), **words, shares=shares)


def preview(
    project: Project, keys: Collection[str], *, reason_class: str, side: str, reason: str, shares: Shares = None
) -> tuple[list[Move], list[Message], str]:
    """Every pending move, the mail about the chosen ones in each language, and the hash of both that `publish_plan` must be given."""
    pending = pending_moves(project)
    chosen = [move for move in pending if move.key in keys]
    messages = messages_of(project, chosen, reason_class=reason_class, side=side, reason=reason, shares=shares)
    words = {"reason_class": reason_class, "side": side, "reason": reason, "shares": shares}
    return pending, messages, shown_hash(pending, messages, keys=keys, **words)


@act
def publish_plan(
    code: str,
    *,
    keys: Collection[str],
    reason_class: str,
    reason: str,
    actor: User,
    side: str = "",
    shares: Shares = None,
    expected_hash: str = "",
) -> list[Publication]:
    """Tell the client the forecasts of these shared milestones, in one act and one mail.

    side: on which the days are. shares: working days by side, which add up to the days of each date; with a side named too, it takes
    the rest of each date's days.
    expected_hash: of the preview; Refused when a forecast or the mail is another one now. The event keeps the mail, in every
    language, as it goes out.
    """
    project = locked(code, actor)
    require_permission("projects.publish", actor, project)
    rows = list(Milestone.objects.filter(project=project, key__in=keys).select_for_update(of=("self",)))
    if not rows or len(rows) != len(set(keys)):
        raise BadInput({"keys": [_t("Choose the dates to tell the client.")]})
    reasons = [blocker for row in rows for blocker in publication_blockers(row)]
    if reasons:
        raise Refused(reasons)
    moves = moves_of(project, rows)
    check_words(moves, reason_class, side, reason, shares)
    words: dict[str, Any] = {"reason_class": reason_class, "side": side, "reason": reason, "shares": shares}
    _pending, mails, shown = preview(project, keys, **words)
    if expected_hash and expected_hash != shown:
        changed = _t("This is not what you were shown: a forecast, a tick or a word is another now. Nothing was published; preview again.")
        raise Refused([Blocker(key="plan.moved", words=changed, link=reverse("project-publish", args=[code]))])
    return _publish(project, rows, moves, mails, actor=actor, **words)


def publish_milestone(
    code: str, key: str, *, reason_class: str, reason: str, actor: User, side: str = "", shares: Shares = None
) -> Publication:
    """Tell the client the forecast of one shared milestone."""
    Milestone.objects.visible_to(actor).get(project__code=code, key=key)
    return publish_plan(code, keys=[key], reason_class=reason_class, side=side, reason=reason, shares=shares, actor=actor)[0]


def check_words(moves: Sequence[Move], reason_class: str, side: str, reason: str, shares: Shares = None) -> None:
    """Raises BadInput at the field that is missing or does not add up. The first publication of a date needs no words."""
    moved, errors = any(move.from_date for move in moves), {}
    if reason_class not in Publication.ReasonClass.values:
        errors["reason_class"] = [_t("Choose the class of the reason.")]
    elif moved and reason_class == Publication.ReasonClass.INITIAL:
        errors["reason_class"] = [_t("The client knows one of the dates already: say why it moves.")]
    if not shares and side not in Publication.Side.values:
        errors["side"] = [_t("Choose whose side moved the date.")]
    if moved and not reason.strip():
        errors["reason"] = [_t("Tell the client why the date moves.")]
    if wrong := _wrong_shares(moves, side, shares or {}):
        errors["shares"] = wrong
    if errors:
        raise BadInput(errors)


def _wrong_shares(moves: Iterable[Move], side: str, shares: Mapping[str, int]) -> list[str]:
    """Why these days by side, with the rest of them on `side` if it is named, are not the days of each date that moves."""
    if not shares:
        return []
    if not set(shares) <= set(Publication.Side.values) or not all(shares.values()):
        return [_t("Give each side its working days; leave out a side without any.")]
    if side in shares:
        return [_t("The side that takes the rest of the days has none of its own.")]
    total = sum(shares.values())
    wrong = [move for move in moves if move.from_date and not (_is_part(total, move.days) if side else total == move.days)]
    if not wrong:
        return []
    if len(wrong) == 1:
        words = _t("%(title)s moves by %(days)+d working days; the sides add up to %(sum)+d. Name the side that takes the rest.")
        if side:
            words = _t("%(title)s moves by %(days)+d working days, and the sides alone add up to %(sum)+d. Publish it on its own.")
        return [words % {"title": wrong[0].title, "days": wrong[0].days, "sum": total}]
    words = _t("The sides add up to %(sum)+d working days, and %(number)d dates move by other days, from %(least)+d to %(most)+d.")
    if side:
        words = _t("The sides alone add up to %(sum)+d working days, more than %(number)d dates move: by %(least)+d to %(most)+d.")
    days = [move.days for move in wrong]
    return [words % {"sum": total, "number": len(wrong), "least": min(days), "most": max(days)}]


def _is_part(days: int, of: int) -> bool:
    return 0 <= days <= of or of <= days <= 0


def _by_side(move: Move, side: str, shares: Shares) -> dict[str, int]:
    """The days of one date on every side that has some; the first date told moves nothing."""
    if move.from_date is None or not shares:
        return {side or next(iter(shares or {}), ""): move.days}
    rest = move.days - sum(shares.values())
    return {**shares, **({side: rest} if rest else {})}


def _publish(
    project: Project, rows: Sequence[Milestone], moves: Sequence[Move], mails: Sequence[Message], *, actor: User, **words: Any
) -> list[Publication]:
    told = _tell(project, rows, moves, needs=_needs_of(project, rows), actor=actor, **words)
    record(
        "plan.published",
        project,
        actor=actor,
        reason=words["reason"],
        count=len(told),
        keys=[row.key for row in rows],
        subject=mails[0].subject,
        messages=[asdict(mail) for mail in mails],
    )
    ask_to_publish(project)
    return told


def _needs_of(project: Project, rows: Sequence[Milestone]) -> dict[str, dict[str, int]]:
    """For each date that is told: the working days that the plan needs from what is still open ahead of it. Two queries."""
    durations = dict(Milestone.objects.open().filter(project=project).values_list("key", "duration_days"))
    found = MilestoneLink.objects.filter(successor__project=project)
    links = [Link(*row) for row in found.values_list("predecessor__key", "successor__key", "kind", "lag_days")]
    return work_before([row.key for row in rows], durations, links)


def _tell(
    project: Project,
    rows: Sequence[Milestone],
    moves: Sequence[Move],
    *,
    reason_class: str,
    side: str,
    reason: str,
    actor: User,
    needs: Mapping[str, Mapping[str, int]],
    shares: Shares = None,
    agreed: bool = False,
) -> list[Publication]:
    """Write the publications of locked milestones' forecasts, or, once achieved, why their dates are others than were told.

    agreed: the baseline is told in place of the forecast. The number of queries does not grow with the rows.
    """
    now, told, shared = timezone.now(), list[Publication](), list[PublicationShare]()
    happened = list[Happened]()
    for milestone, move in zip(rows, moves, strict=True):
        milestone.project = project
        if agreed and milestone.baseline_on is not None:
            move = replace(move, to_date=milestone.baseline_on)
        by_side = _by_side(move, side, shares)
        publication = _publication(milestone, move, by_side, reason_class=reason_class, reason=reason, actor=actor, at=now)
        publication.needs = dict(needs.get(milestone.key, {}))
        told.append(publication)
        if len(by_side) > 1:
            shared += [PublicationShare(publication=publication, side=name, days=days) for name, days in by_side.items()]
        happened.append(_told(publication, move, by_side, actor=actor))
        milestone.published_on, milestone.told_at, milestone.updated_at = move.to_date, now, now
    Publication.objects.bulk_create(told)
    PublicationShare.objects.bulk_create(shared)
    to_date = Coalesce("baseline_on", "actual_on", "forecast_on") if agreed else Coalesce("actual_on", "forecast_on")
    Milestone.objects.filter(pk__in=[row.pk for row in rows]).update(published_on=to_date, told_at=now, updated_at=now)
    record_each(happened)
    return told


def _publication(
    milestone: Milestone, move: Move, by_side: Mapping[str, int], *, reason_class: str, reason: str, actor: User, at: datetime
) -> Publication:
    return Publication(
        milestone=milestone,
        from_date=move.from_date,
        to_date=move.to_date,
        reason_class=reason_class,
        side=max(by_side, key=lambda name: abs(by_side[name])),
        days=move.days,
        reason=reason,
        achieved=milestone.actual_on is not None,
        published_by=actor,
        published_at=at,
    )


def _told(publication: Publication, move: Move, by_side: Mapping[str, int], *, actor: User) -> Happened:
    return Happened(
        "milestone.explained" if publication.achieved else "milestone.published",
        publication.milestone,
        {
            "actor": actor,
            "reason": publication.reason,
            "before": {"published_on": move.from_date},
            "after": {"published_on": move.to_date},
        },
        {
            "title": publication.milestone.title,
            "reason_class": publication.reason_class,
            "side": publication.side,
            "days": publication.days,
            "shares": by_side if len(by_side) > 1 else {},
        },
    )


def explanation_blockers(milestone: Milestone) -> list[Blocker]:
    """Why there is nothing to explain about the day on which it came; the page's disabled button shows the same."""
    words = ""
    if milestone.actual_on is None:
        words = _t("It is not achieved yet; a date that moves is published.")
    elif not milestone.is_shared or milestone.published_on is None:
        words = _t("The client was told no date of it.")
    elif not _move(milestone.project, milestone).days:
        words = _t("It came on the day that the client was told last, or that was explained.")
    return [Blocker(key="milestone.explain", words=words)] if words else []


@act
def explain_achievement(
    code: str, key: str, *, reason_class: str, reason: str, actor: User, side: str = "", shares: Shares = None
) -> Publication:
    """Say why a shared milestone came on another day than the client was told: the days up to it get their side, or sides."""
    project = locked(code, actor)
    require_permission("projects.publish", actor, project)
    milestone = Milestone.objects.select_for_update(of=("self",)).get(project=project, key=key)
    milestone.project = project
    require_none(explanation_blockers(milestone))
    check_words([_move(project, milestone)], reason_class, side, reason, shares)
    words: dict[str, Any] = {"reason_class": reason_class, "side": side, "reason": reason, "shares": shares}
    (publication,) = _tell(project, [milestone], [_move(project, milestone)], actor=actor, needs={}, **words)
    ask_to_publish(project)
    return publication


INITIAL: dict[str, Any] = {"reason_class": Publication.ReasonClass.INITIAL.value, "side": Publication.Side.CDMO.value, "reason": ""}


def publish_agreed(project: Project, rows: Sequence[Milestone], *, actor: User) -> None:
    """The dates that the client has just agreed to are the first that it was told; where the plan says others, those are still to tell."""
    moves = [_move(project, row) for row in rows]
    _tell(project, rows, moves, needs=_needs_of(project, rows), agreed=True, actor=actor, **INITIAL)
    ask_to_publish(project)


def publish_all_shared(project: Project, *, actor: User) -> None:
    """First publication of every shared, open milestone: what the charter promised is what the client reads."""
    rows = list(unpublished_of(project).filter(published_on=None))
    if rows:
        moves = moves_of(project, rows)
        _publish(project, rows, moves, messages_of(project, moves, **INITIAL), **INITIAL, actor=actor)
