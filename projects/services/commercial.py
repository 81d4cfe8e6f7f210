"""Quotations by revision: drafted, released, sent, answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.currencies import Currency
from accounts.permissions import require_permission
from audit.acts import act
from audit.events import record
from audit.refusals import BadInput, Blocker, Refused, require_none
from audit.seen import Overtaken, require_unchanged, words_of
from audit.signatures import sign
from projects.delivery import delivery
from projects.models import Quotation, QuotationLine
from projects.quotations import COMPARED
from projects.services.answering import approver_blockers
from projects.services.locking import locked, require_active
from projects.services.plan import set_actual_from
from projects.services.releasing import releasing_as, sign_release, signer_blockers
from projects.services.waiting import close_waits, open_wait

if TYPE_CHECKING:
    from accounts.models import User
    from accounts.signing import Authentication


@dataclass(frozen=True)
class Line:
    """A price line as it arrives: phase key, words, amount in the quotation's currency (two decimals)."""

    phase: str
    description: str
    amount: Decimal


def _locked_quotation(code: str, revision: int, actor: User) -> Quotation:
    project = locked(code, actor)
    quotation = Quotation.objects.visible_to(actor).select_for_update(of=("self",)).get(project=project, revision=revision)
    quotation.project = project
    return quotation


def _require_quotation_state(quotation: Quotation, *states: str) -> None:
    if quotation.state not in states:
        words = _t("%(label)s is %(state)s.") % {"label": quotation.label, "state": quotation.get_state_display().lower()}
        raise Refused([Blocker(key="quotation.state", words=words, link=quotation.get_absolute_url())])


def draft_blockers(latest: Quotation | None) -> list[Blocker]:
    """Why no further revision can be drafted: the client accepted the latest one."""
    if latest is None or latest.state != Quotation.State.ACCEPTED:
        return []
    words = _t("%(label)s is accepted; a change takes a change order.") % {"label": latest.label}
    return [Blocker(key="quotation.accepted", words=words, link=latest.get_absolute_url())]


@transaction.atomic
def draft_quotation(
    code: str, *, currency: str, valid_until: date, scope: str, lines: Sequence[Line], actor: User, version: str = "", **texts: str
) -> Quotation:
    """Draft the next revision; the one before it is superseded and can no longer be accepted. An accepted one stays.

    version: the revision that the form went out from; another that came meanwhile is not superseded unseen.
    """
    project = locked(code, actor)
    require_permission("projects.quote", actor, project)
    require_active(project)
    _check_quotation(currency, valid_until, scope, lines)
    previous = Quotation.objects.filter(project=project).select_for_update().order_by("-revision").first()
    reasons = draft_blockers(previous)
    if reasons:
        raise Refused(reasons)
    _require_latest(previous, version)
    if previous is not None:
        _supersede(previous, actor=actor)
    quotation = Quotation.objects.create(
        project=project,
        number=previous.number if previous else project.code.replace("API", "QUO"),
        revision=previous.revision + 1 if previous else 1,
        currency=currency,
        valid_until=valid_until,
        scope=scope,
        prepared_by=actor,
        prepared_at=timezone.now(),
        assumptions=texts.get("assumptions", ""),
        payment_terms=texts.get("payment_terms", ""),
    )
    _write_lines(quotation, lines)
    record("quotation.drafted", quotation, actor=actor, label=quotation.label, total=str(quotation.total), currency=currency)
    return quotation


@transaction.atomic
def change_quotation(
    code: str,
    revision: int,
    *,
    currency: str,
    valid_until: date,
    scope: str,
    lines: Sequence[Line],
    actor: User,
    version: str = "",
    **texts: str,
) -> Quotation:
    """Change a draft. A released or sent revision is never edited; draft the next one. version: as shown (`audit.seen`)."""
    quotation = _locked_quotation(code, revision, actor)
    require_permission("projects.quote", actor, quotation.project)
    require_active(quotation.project)
    _require_quotation_state(quotation, Quotation.State.DRAFT)
    _check_quotation(currency, valid_until, scope, lines)
    wanted = {"currency": currency, "valid_until": valid_until, "scope": scope, **texts, "lines": [_plain(line) for line in lines]}
    require_unchanged(version, now=quotation_values(quotation), wanted=wanted, words=partial(_words_now, quotation))
    before = {"total": str(quotation.total), "currency": quotation.currency, "valid_until": quotation.valid_until}
    quotation.currency, quotation.valid_until, quotation.scope = currency, valid_until, scope
    quotation.assumptions, quotation.payment_terms = texts.get("assumptions", ""), texts.get("payment_terms", "")
    quotation.save()
    quotation.lines.all().delete()
    _write_lines(quotation, lines)
    record(
        "quotation.changed",
        quotation,
        actor=actor,
        before=before,
        after={"total": str(quotation.total), "currency": currency, "valid_until": valid_until},
        label=quotation.label,
    )
    return quotation


def quotation_values(quotation: Quotation) -> dict[str, Any]:
    """What the form of a draft shows."""
    return {name: getattr(quotation, name) for name in COMPARED} | {"lines": [_plain(line) for line in quotation.lines.all()]}


def _plain(line: Line | QuotationLine) -> list[str | Decimal]:
    return [line.phase, line.description, line.amount]


def _words_now(quotation: Quotation, name: str) -> str:
    if name != "lines":
        return words_of(quotation, name)
    rows = [f"{line.get_phase_display()}, {line.description}: {words_of(line, 'amount')}" for line in quotation.lines.all()]
    return "; ".join(rows)


def latest_version(latest: Quotation | None) -> str:
    return str(latest.revision if latest else 0)


def _require_latest(latest: Quotation | None, version: str) -> None:
    if version and latest is not None and version != latest_version(latest):
        words = _t("%(name)s has drafted %(label)s meanwhile. Save again to supersede it with yours.")
        raise Overtaken({"": words % {"name": latest.prepared_by.full_name, "label": latest.label}}, latest_version(latest))


def _check_quotation(currency: str, valid_until: date, scope: str, lines: Sequence[Line]) -> None:
    errors: dict[str, list[str]] = {}
    if currency not in Currency.values:
        errors["currency"] = [_t("Choose the currency.")]
    if valid_until < timezone.localdate():
        errors["valid_until"] = [_t("The quotation would be invalid when it is sent.")]
    if not scope.strip():
        errors["scope"] = [_t("Say what the price covers.")]
    if not lines:
        errors["lines"] = [_t("A quotation needs at least one line.")]
    if any(line.amount < 0 or not line.description.strip() for line in lines):
        errors["lines"] = [_t("Each line needs words and an amount of zero or more.")]
    if errors:
        raise BadInput(errors)


def _write_lines(quotation: Quotation, lines: Sequence[Line]) -> None:
    QuotationLine.objects.bulk_create(
        QuotationLine(quotation=quotation, phase=line.phase, description=line.description, amount=line.amount, order=order)
        for order, line in enumerate(lines)
    )
    if hasattr(quotation, "_prefetched_objects_cache"):
        quotation._prefetched_objects_cache.clear()


def _supersede(quotation: Quotation, *, actor: User) -> None:
    quotation.supersede()
    quotation.save(update_fields=["state"])
    close_waits(f"quotation.release:{quotation.pk}")
    close_waits(f"quotation.answer:{quotation.pk}")
    record("quotation.superseded", quotation, actor=actor, label=quotation.label)


def release_blockers(quotation: Quotation, actor: User) -> list[Blocker]:
    """Why this person cannot add a release signature now."""
    if quotation.state != Quotation.State.DRAFT:
        return [
            Blocker(
                key="quotation.state",
                words=_t("%(label)s is %(state)s.") % {"label": quotation.label, "state": quotation.get_state_display().lower()},
            )
        ]
    return signer_blockers(quotation, actor, "quotation")


@transaction.atomic
def release_quotation(code: str, revision: int, *, actor: User, authentication: Authentication, expected_hash: str = "") -> Quotation:
    """Sign the internal release; with business development's and management's signature the price is released."""
    quotation = _locked_quotation(code, revision, actor)
    require_permission("projects.release_quotation", actor, quotation.project)
    require_active(quotation.project)
    reasons, acts_as = release_blockers(quotation, actor), releasing_as(quotation, actor)
    if reasons or acts_as is None:
        raise Refused(reasons)
    if sign_release(quotation, acts_as, kind="quotation", authentication=authentication, expected_hash=expected_hash):
        quotation.release(timezone.now())
        quotation.save(update_fields=["state", "released_at"])
        record("quotation.released", quotation, actor=actor, on_behalf_of=acts_as.giver, label=quotation.label)
    return quotation


def sending_blockers(quotation: Quotation) -> list[Blocker]:
    """Why a released revision cannot be sent yet; the page shows the same."""
    return [*delivery().blockers(quotation), *approver_blockers(quotation.project.client_id)]


@transaction.atomic
def send_quotation(code: str, revision: int, *, actor: User) -> Quotation:
    """Make the released revision visible to the client, with its PDF, and ask it for an answer. Refused while there is no PDF of it."""
    delivery().lock(code, actor)
    quotation = _locked_quotation(code, revision, actor)
    require_permission("projects.quote", actor, quotation.project)
    require_active(quotation.project)
    _require_quotation_state(quotation, Quotation.State.RELEASED)
    require_none(sending_blockers(quotation))
    quotation.send(timezone.now())
    quotation.save(update_fields=["state", "sent_at"])
    record("quotation.sent", quotation, actor=actor, label=quotation.label)
    open_wait(
        f"quotation.answer:{quotation.pk}",
        project=quotation.project,
        client=quotation.project.client,
        role="client_approver",
        words=_t("%(code)s: answer quotation %(label)s") % {"code": code, "label": quotation.label},
        link=reverse("portal-quotation", args=[code, quotation.revision]),
        due_on=quotation.valid_until,
    )
    delivery().hand_over(quotation, actor=actor)
    return quotation


def answer_blockers(quotation: Quotation) -> list[Blocker]:
    """Why the client cannot accept this revision."""
    if quotation.state != Quotation.State.SENT:
        return [
            Blocker(
                key="quotation.state",
                words=_t("%(label)s is %(state)s.") % {"label": quotation.label, "state": quotation.get_state_display().lower()},
            )
        ]
    if quotation.valid_until < timezone.localdate():
        return [Blocker(key="quotation.expired", words=_t("%(label)s expired; ask for a new revision.") % {"label": quotation.label})]
    return []


@transaction.atomic
def accept_quotation(code: str, revision: int, *, actor: User, authentication: Authentication, expected_hash: str = "") -> Quotation:
    """The client's approver accepts exactly this revision by signature."""
    quotation = _locked_quotation(code, revision, actor)
    require_permission("projects.answer_quotation", actor, quotation)
    require_active(quotation.project)
    reasons = answer_blockers(quotation)
    if reasons:
        raise Refused(reasons)
    sign(quotation, actor=actor, meaning="accept_quotation", authentication=authentication, expected_hash=expected_hash)
    now = timezone.now()
    quotation.accept(by=actor, at=now)
    quotation.save(update_fields=["state", "answered_by", "answered_at"])
    record("quotation.accepted", quotation, actor=actor, label=quotation.label, total=str(quotation.total), currency=quotation.currency)
    close_waits(f"quotation.answer:{quotation.pk}")
    set_actual_from(quotation.project, "quotation:accepted", on=quotation.project.day_of(now), actor=actor)
    return quotation


@act
def decline_quotation(code: str, revision: int, *, actor: User, reason: str) -> Quotation:
    quotation = _locked_quotation(code, revision, actor)
    require_permission("projects.answer_quotation", actor, quotation)
    if not reason.strip():
        raise BadInput({"reason": [_t("Tell us why; we may send a better revision.")]})
    _require_quotation_state(quotation, Quotation.State.SENT)
    quotation.decline(by=actor, at=timezone.now(), reason=reason)
    quotation.save(update_fields=["state", "answered_by", "answered_at", "answer_reason"])
    record("quotation.declined", quotation, actor=actor, reason=reason, label=quotation.label)
    close_waits(f"quotation.answer:{quotation.pk}")
    return quotation
