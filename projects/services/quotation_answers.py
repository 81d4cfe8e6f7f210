"""What the client answers to a revision: it accepts by signature, with the options it chose, declines, or asks for changes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.currencies import is_too_fine, too_fine_words
from accounts.models import Role
from accounts.permissions import require_permission
from audit.acts import act
from audit.events import record
from audit.refusals import BadInput, Blocker, Refused, require_none
from audit.signatures import content_hash, content_of, sign
from projects.forecasting import calendar_of
from projects.meanings import CHOICE
from projects.models import Charter, Quotation, QuotationLine, QuotationOutcome, RevisionRemark, RevisionRequest
from projects.money import fitted
from projects.services.commercial import ask_for_answer, locked_quotation, state_blockers
from projects.services.locking import not_active
from projects.services.plan import achieve_from, update_forecasts
from projects.services.quotation_parts import payments_of
from projects.services.quoted_payments import plan_quoted_payments
from projects.services.waiting import close_waits, open_wait

if TYPE_CHECKING:
    from accounts.models import User
    from accounts.signing import Authentication

ANSWER_DAYS = 5  # working days in which we answer what a client asks of a quotation


def _unsent_blockers(quotation: Quotation) -> list[Blocker]:
    """Why the client can say nothing to this revision: the project rests, or it is not offered."""
    return [*_told(not_active(quotation.project)), *_not_offered(quotation)]


def _not_offered(quotation: Quotation) -> list[Blocker]:
    return _told(state_blockers(quotation, Quotation.State.SENT))


def _told(blockers: list[Blocker]) -> list[Blocker]:
    """As the client reads them: our own pages are not there for it."""
    return [replace(blocker, link="") for blocker in blockers]


def answer_blockers(quotation: Quotation) -> list[Blocker]:
    """Why the client cannot accept this revision."""
    reasons = _unsent_blockers(quotation)
    if not reasons and quotation.is_expired:
        words = _t("%(label)s expired; ask for a new revision.") % {"label": quotation.label}
        reasons = [Blocker(key="quotation.expired", words=words)]
    return reasons or _asked_blockers(quotation)


def _asked_blockers(quotation: Quotation) -> list[Blocker]:
    if open_request(quotation) is None:
        return []
    words = _t("Changes of %(label)s are asked for: the next revision answers them, or take the request back and accept it as it is.")
    return [Blocker("quotation.changes_asked", words % {"label": quotation.label})]


def open_request(quotation: Quotation) -> RevisionRequest | None:
    return RevisionRequest.objects.open().filter(quotation=quotation).select_related("asked_by").first()


@transaction.atomic
def accept_quotation(
    code: str,
    revision: int,
    *,
    actor: User,
    authentication: Authentication,
    expected_hash: str = "",
    options: Collection[int] = (),
) -> Quotation:
    """The client's approver accepts exactly this revision by signature. options: numbers of the optional lines that it takes.

    The choice, the price with it and the payments of that price are part of what is signed. Then the revision is frozen.
    """
    quotation = locked_quotation(code, revision, actor)
    require_permission("projects.answer_quotation", actor, quotation)
    require_none(answer_blockers(quotation))
    chosen = _chosen(quotation, options)
    if expected_hash and expected_hash != content_hash(quotation):
        words = _t("The content has changed since it was shown to you. Read it again, then sign.")
        raise Refused([Blocker("signature.content_changed", words)])
    signed = content_of(quotation) | {CHOICE: accepted_content(quotation, chosen)} if quotation.options else None
    sign(quotation, actor=actor, meaning="accept_quotation", authentication=authentication, content=signed)
    for line in chosen:
        line.chosen = True
        line.save(update_fields=["chosen"])
    now = timezone.now()
    quotation.accept(by=actor, at=now)
    quotation.save(update_fields=["state", "answered_by", "answered_at"])
    getattr(quotation, "_prefetched_objects_cache", {}).clear()
    total = str(fitted(quotation.total, quotation.currency))
    record("quotation.accepted", quotation, actor=actor, label=quotation.label, total=total, currency=quotation.currency)
    close_waits(f"quotation.answer:{quotation.pk}")
    if Charter.objects.filter(project=quotation.project).exists():  # else its payments enter the plan with the charter
        plan_quoted_payments(quotation.project, actor=actor)
    achieve_from(quotation.project, "quotation:accepted", on=quotation.project.day_of(now), actor=actor)
    update_forecasts(quotation.project, actor=actor)
    return quotation


def _chosen(quotation: Quotation, options: Collection[int]) -> list[QuotationLine]:
    """The optional lines of these numbers. Raises BadInput."""
    offered = {line.number: line for line in quotation.options}
    if set(options) - offered.keys():
        raise BadInput({"options": [_t("Choose among the options of this revision.")]})
    return [offered[number] for number in sorted(set(options))]


def accepted_content(quotation: Quotation, chosen: Collection[QuotationLine]) -> dict[str, Any]:
    """What the client takes of the offer: the options, the price with them, and what of it is paid when."""
    total = quotation.price_with(chosen)
    payments = [{"title": due.row.title, "amount": due.amount} for due in payments_of(quotation, total=total)]
    taken = [{"number": line.number, "description": line.description, "amount": line.amount} for line in chosen]
    return {"options": taken, "currency": quotation.currency, "total": total, "payments": payments}


@act
def decline_quotation(code: str, revision: int, *, actor: User, reason: str) -> Quotation:
    """With the reason in the client's words. What business development is asked then, evaluation says."""
    quotation = locked_quotation(code, revision, actor)
    require_permission("projects.answer_quotation", actor, quotation)
    if not reason.strip():
        raise BadInput({"reason": [_t("Tell us why; we may send a better revision.")]})
    require_none(_not_offered(quotation))
    quotation.decline(by=actor, at=timezone.now(), reason=reason)
    quotation.save(update_fields=["state", "answered_by", "answered_at", "answer_reason"])
    record("quotation.declined", quotation, actor=actor, reason=reason, label=quotation.label)
    for asked in ("answer", "changes"):
        close_waits(f"quotation.{asked}:{quotation.pk}")
    return quotation


def asking_blockers(quotation: Quotation) -> list[Blocker]:
    """Why the client cannot ask for changes of this revision now."""
    reasons = _unsent_blockers(quotation)
    if not reasons and open_request(quotation) is not None:
        words = _t("Changes of %(label)s are asked for already; take that request back to ask for others.") % {"label": quotation.label}
        reasons = [Blocker("quotation.changes_asked", words)]
    return reasons


@transaction.atomic
def ask_for_changes(code: str, revision: int, *, remarks: Mapping[int | None, str], actor: User) -> RevisionRequest:
    """The client's approver asks for another revision. remarks: words by number of the line, in general under None.

    The revision stays the current one, and nobody accepts it unread: it waits until the next one answers or the request is taken back.
    """
    quotation = locked_quotation(code, revision, actor)
    require_permission("projects.answer_quotation", actor, quotation)
    require_none(asking_blockers(quotation))
    lines = {line.number: line for line in quotation.lines.all()}
    said = {number: words.strip() for number, words in remarks.items() if words.strip()}
    if said.keys() - lines.keys() - {None}:
        raise BadInput({"lines": [_t("There is no such line.")]})
    if not said:
        raise BadInput({"general": [_t("Say what should change, in general or at a line.")]})
    now = timezone.now()
    due_on = calendar_of(quotation.project).add_working_days(quotation.project.day_of(now), ANSWER_DAYS)
    request = RevisionRequest.objects.create(quotation=quotation, asked_by=actor, asked_at=now, due_on=due_on)
    RevisionRemark.objects.bulk_create(
        RevisionRemark(request=request, line=None if number is None else lines[number], words=words) for number, words in said.items()
    )
    record("quotation.changes_asked", quotation, actor=actor, label=quotation.label, remarks=len(said), due_on=due_on)
    close_waits(f"quotation.answer:{quotation.pk}")
    open_wait(
        f"quotation.changes:{quotation.pk}",
        project=quotation.project,
        role=Role.BUSINESS_DEVELOPMENT,
        words=_t("%(code)s: answer what the client asks of %(label)s") % {"code": code, "label": quotation.label},
        link=quotation.get_absolute_url(),
        due_on=due_on,
    )
    return request


def withdrawing_blockers(quotation: Quotation) -> list[Blocker]:
    """Why the client has nothing to take back."""
    reasons = _unsent_blockers(quotation)
    if not reasons and open_request(quotation) is None:
        reasons = [Blocker("quotation.nothing_asked", _t("No change of %(label)s is asked for.") % {"label": quotation.label})]
    return reasons


@transaction.atomic
def withdraw_changes(code: str, revision: int, *, actor: User) -> RevisionRequest:
    """The client takes its request back: the revision can be accepted as it is."""
    quotation = locked_quotation(code, revision, actor)
    require_permission("projects.answer_quotation", actor, quotation)
    require_none(withdrawing_blockers(quotation))
    request = RevisionRequest.objects.open().select_for_update(of=("self",)).get(quotation=quotation)
    request.withdrawn_at = timezone.now()
    request.save(update_fields=["withdrawn_at"])
    record("quotation.changes_withdrawn", quotation, actor=actor, label=quotation.label)
    close_waits(f"quotation.changes:{quotation.pk}")
    ask_for_answer(quotation)
    return request


def outcome_blockers(quotation: Quotation) -> list[Blocker]:
    """Why there is nothing to say of win or loss: the client can still answer, or never could."""
    return [] if quotation.is_expired else state_blockers(quotation, Quotation.State.ACCEPTED, Quotation.State.DECLINED)


@transaction.atomic
def record_outcome(
    code: str, revision: int, *, why: str, position: str, actor: User, competitor_price: Decimal | None = None, note: str = ""
) -> QuotationOutcome:
    """How we read the client's answer: what decided it, and where our price stood among the offers. Recorded again, it is corrected.

    An offer that expired without an answer is lost; the client is asked for none any more, and `note` says what we know of it.
    """
    quotation = locked_quotation(code, revision, actor)
    require_permission("projects.quote", actor, quotation.project)
    require_none(outcome_blockers(quotation))
    errors = {}
    if why not in QuotationOutcome.Why.values:
        errors["why"] = [_t("Choose what decided it.")]
    if position not in QuotationOutcome.Position.values:
        errors["position"] = [_t("Choose where our price stood.")]
    if competitor_price is not None and competitor_price <= 0:
        errors["competitor_price"] = [_t("An amount above zero, or empty.")]
    elif competitor_price is not None and is_too_fine(competitor_price, quotation.currency):
        errors["competitor_price"] = [too_fine_words(quotation.currency)]
    if quotation.is_expired and not note.strip():
        errors["note"] = [_t("Nobody answered: say why it counts as lost.")]
    if errors:
        raise BadInput(errors)
    values = {"why": why, "position": position, "competitor_price": competitor_price, "note": note.strip()}
    known = QuotationOutcome.objects.filter(quotation=quotation).first()
    before = {name: getattr(known, name) for name in values} if known else {}
    marks = {"recorded_by": actor, "recorded_at": timezone.now()}
    outcome, _made = QuotationOutcome.objects.update_or_create(quotation=quotation, defaults=values | marks)
    data = {"label": quotation.label, "why": str(outcome.get_why_display()), "position": str(outcome.get_position_display())}
    record("quotation.outcome_recorded", quotation, actor=actor, before=before, after=values, **data)
    if quotation.is_expired:
        close_waits(f"quotation.answer:{quotation.pk}")
    return outcome
