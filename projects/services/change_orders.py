"""Change orders: drafted, released by two signatures, sent, answered by the client; acceptance moves the plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.permissions import require_permission
from audit.acts import act
from audit.events import record
from audit.refusals import BadInput, Blocker, Refused, require_none
from audit.signatures import sign
from projects.forecasting import calendar_for
from projects.limits import MOST_WORKING_DAYS
from projects.models import Baseline, ChangeOrder, ChangeOrderEffect, ChangeOrderLine, ChangeOrderPayment, Milestone, Project, Quotation
from projects.services.answering import approver_blockers
from projects.services.locking import locked, require_active
from projects.services.order_acceptance import carry_out
from projects.services.order_lines import Draft, due_words, outdated_blockers, set_scope, with_milestones, write_lines, wrong_lines
from projects.services.releasing import FIRST_RELEASER, ask_release, releasing_as, sign_release, signer_blockers
from projects.services.waiting import close_waits, open_wait

if TYPE_CHECKING:
    from accounts.models import User
    from accounts.signing import Authentication

State = ChangeOrder.State
PARTS = ("lines", "effects__milestone", "additions__after", "drops__milestone", "payments")  # what of an order a page shows


def order_blockers(project: Project) -> list[Blocker]:
    """Why nothing can be changed by order yet: there is no contract with a price and dates to change."""
    reasons = []
    if not Quotation.objects.accepted().filter(project=project).exists():
        reasons.append(Blocker("change_order.quotation", _t("No quotation is accepted yet; a new revision changes the price.")))
    if not Baseline.objects.filter(project=project).exclude(kind=Baseline.Kind.BY_HAND).exists():
        reasons.append(Blocker("change_order.baseline", _t("G1 has not been decided “go”; until then the charter is changed.")))
    return reasons


def revision_blockers(order: ChangeOrder) -> list[Blocker]:
    """Why no further revision of this order can be drafted."""
    if order.state not in (State.ACCEPTED, State.SUPERSEDED):
        return []
    words = _t("%(label)s is %(state)s; another change takes another change order.")
    words %= {"label": order.label, "state": order.get_state_display().lower()}
    return [Blocker(key="change_order.final", words=words, link=order.get_absolute_url())]


def _locked_order(code: str, sequence: int, revision: int, actor: User) -> ChangeOrder:
    project = locked(code, actor)
    rows = ChangeOrder.objects.visible_to(actor).select_for_update(of=("self",))
    order = rows.get(project=project, sequence=sequence, revision=revision)
    order.project = project
    return order


def wrong_state(order: ChangeOrder, *states: str) -> list[Blocker]:
    if order.state in states:
        return []
    words = _t("%(label)s is %(state)s.") % {"label": order.label, "state": order.get_state_display().lower()}
    return [Blocker(key="change_order.state", words=words, link=order.get_absolute_url())]


@transaction.atomic
def draft_change_order(code: str, draft: Draft, *, actor: User, sequence: int | None = None) -> ChangeOrder:
    """Draft the next change order, or the next revision of `sequence`: the one before it is superseded."""
    project = locked(code, actor)
    require_permission("projects.order_change", actor, project)
    require_active(project)
    require_none(order_blockers(project))
    currency = Quotation.objects.accepted().get(project=project).currency
    milestones = _check(project, draft, currency)
    rows = ChangeOrder.objects.filter(project=project)
    previous = rows.select_for_update(of=("self",)).filter(sequence=sequence).order_by("-revision").first() if sequence else None
    if sequence and previous is None:
        raise ChangeOrder.DoesNotExist
    if previous is not None:
        previous.project = project
        require_none(revision_blockers(previous))
        _supersede(previous, actor=actor)
    sequence = sequence or (rows.aggregate(last=Max("sequence"))["last"] or 0) + 1
    order = ChangeOrder(
        project=project,
        sequence=sequence,
        number=f"{project.code.replace('API', 'CO')}-{sequence}",
        revision=previous.revision + 1 if previous else 1,
        currency=currency,
        prepared_by=actor,
        prepared_at=timezone.now(),
    )
    _write(order, draft, milestones)
    record("change_order.drafted", order, actor=actor, label=order.label, title=order.title, total=str(order.total))
    ask_release(order, FIRST_RELEASER, kind="change_order")  # business development signs first; that signature asks management
    return order


@transaction.atomic
def change_change_order(code: str, sequence: int, revision: int, draft: Draft, *, actor: User) -> ChangeOrder:
    """Change a draft. What is released or sent is never edited; draft the next revision."""
    order = _locked_order(code, sequence, revision, actor)
    require_permission("projects.order_change", actor, order.project)
    require_active(order.project)
    require_none(wrong_state(order, State.DRAFT))
    milestones = _check(order.project, draft, order.currency)
    before = {"total": str(order.total), "days": {row.milestone.key: row.days for row in order.effects.select_related("milestone")}}
    order.lines.all().delete()
    order.effects.all().delete()
    _write(order, draft, milestones)
    after = {"total": str(order.total), "days": {key: days for key, days in draft.days.items() if days}}
    record("change_order.changed", order, actor=actor, label=order.label, before=before, after=after)
    close_waits(f"change_order.release:{order.pk}")  # a signature on what it said before covers nothing now
    ask_release(order, FIRST_RELEASER, kind="change_order")
    return order


def _check(project: Project, draft: Draft, currency: str) -> dict[str, Milestone]:
    """The milestones that the draft moves, by key. Raises BadInput at the field."""
    days = {key: number for key, number in draft.days.items() if number}
    rows = {row.key: row for row in Milestone.objects.open().filter(project=project, key__in=days)}
    errors = {name: [_t("Needed.")] for name in ("title", "reason", "scope") if not getattr(draft, name).strip()}
    if draft.valid_until < project.today:
        errors["valid_until"] = [_t("The change order would be invalid when it is sent.")]
    if any(not line.description.strip() for line in draft.lines):
        errors["lines"] = [_t("Each line needs words and an amount.")]
    if set(days) - set(rows):
        errors["days"] = [_t("Only open milestones of this project can be moved.")]
    if any(row.baseline_on is None or row.published_on is None or not row.is_shared for row in rows.values()):
        errors["days"] = [_t("Only shared milestones whose agreed date the client knows can be moved by order.")]
    if any(abs(number) > MOST_WORKING_DAYS for number in days.values()):
        errors["days"] = [_t("A date moves by at most %(most)d working days.") % {"most": MOST_WORKING_DAYS}]
    errors = wrong_lines(project, draft, currency) | errors
    if errors:
        raise BadInput(errors)
    return rows


def _write(order: ChangeOrder, draft: Draft, milestones: Mapping[str, Milestone]) -> None:
    order.title, order.reason, order.scope = draft.title, draft.reason, draft.scope
    order.valid_until = draft.valid_until
    set_scope(order, draft)
    order.save()
    ChangeOrderLine.objects.bulk_create(
        ChangeOrderLine(change_order=order, phase=line.phase, description=line.description, amount=line.amount, order=number)
        for number, line in enumerate(draft.lines)
    )
    ChangeOrderEffect.objects.bulk_create(
        ChangeOrderEffect(change_order=order, milestone=row, days=draft.days[key]) for key, row in milestones.items()
    )
    write_lines(order, draft)


def _supersede(order: ChangeOrder, *, actor: User) -> None:
    order.supersede()
    order.save(update_fields=["state", "updated_at"])
    for asked in ("release", "send", "answer", "revise"):
        close_waits(f"change_order.{asked}:{order.pk}")
    record("change_order.superseded", order, actor=actor, label=order.label)


def release_blockers(order: ChangeOrder, actor: User) -> list[Blocker]:
    """Why this person cannot add a release signature now."""
    return wrong_state(order, State.DRAFT) or signer_blockers(order, actor, "change_order") or outdated_blockers(order, for_client=False)


@transaction.atomic
def release_change_order(
    code: str, sequence: int, revision: int, *, actor: User, authentication: Authentication, expected_hash: str = ""
) -> ChangeOrder:
    """Sign the internal release; with business development's and management's signature it is released."""
    order = _locked_order(code, sequence, revision, actor)
    require_permission("projects.release_change_order", actor, order.project)
    require_active(order.project)
    reasons, acts_as = release_blockers(order, actor), releasing_as(order, actor)
    if reasons or acts_as is None:
        raise Refused(reasons)
    if sign_release(order, acts_as, kind="change_order", authentication=authentication, expected_hash=expected_hash):
        order.release(timezone.now())
        order.save(update_fields=["state", "released_at", "updated_at"])
        record("change_order.released", order, actor=actor, on_behalf_of=acts_as.giver, label=order.label)
        open_wait(
            f"change_order.send:{order.pk}",
            project=order.project,
            user=order.prepared_by,
            words=_t("%(code)s: send %(label)s to the client") % {"code": code, "label": order.label},
            link=order.get_absolute_url(),
        )
    return order


def sending_blockers(order: ChangeOrder) -> list[Blocker]:
    """Why it cannot be sent to the client; the page shows the same."""
    return wrong_state(order, State.RELEASED) or [*outdated_blockers(order, for_client=False), *approver_blockers(order.project.client_id)]


@transaction.atomic
def send_change_order(code: str, sequence: int, revision: int, *, actor: User) -> ChangeOrder:
    """Make the released revision visible to the client and ask for an answer."""
    order = _locked_order(code, sequence, revision, actor)
    require_permission("projects.order_change", actor, order.project)
    require_active(order.project)
    require_none(sending_blockers(order))
    order.send(timezone.now())
    order.save(update_fields=["state", "sent_at", "updated_at"])
    record("change_order.sent", order, actor=actor, label=order.label, title=order.title)
    close_waits(f"change_order.send:{order.pk}")
    open_wait(
        f"change_order.answer:{order.pk}",
        project=order.project,
        client=order.project.client,
        role="client_approver",
        words=_t("%(code)s: answer change order %(label)s") % {"code": code, "label": order.label},
        link=reverse("portal-change-order", args=[code, order.sequence, order.revision]),
        due_on=order.valid_until,
    )
    return order


def answer_blockers(order: ChangeOrder) -> list[Blocker]:
    """Why the client cannot accept this revision."""
    reasons = wrong_state(order, State.SENT)
    if not reasons and order.valid_until < order.project.today:
        words = _t("%(label)s expired; ask for a new revision.") % {"label": order.label}
        reasons = [Blocker(key="change_order.expired", words=words)]
    return reasons or outdated_blockers(order, for_client=True)


@transaction.atomic
def accept_change_order(
    code: str, sequence: int, revision: int, *, actor: User, authentication: Authentication, expected_hash: str = ""
) -> ChangeOrder:
    """The client's approver accepts by signature: scope, plan, payments and the new baseline change in the same transaction."""
    order = _locked_order(code, sequence, revision, actor)
    require_permission("projects.answer_change_order", actor, order)
    require_active(order.project)
    require_none(answer_blockers(order))
    sign(order, actor=actor, meaning="accept_change_order", authentication=authentication, expected_hash=expected_hash)
    order.accept(by=actor, at=timezone.now())
    order.save(update_fields=["state", "answered_by", "answered_at", "updated_at"])
    record("change_order.accepted", order, actor=actor, label=order.label, title=order.title, total=str(order.total))
    close_waits(f"change_order.answer:{order.pk}")
    carry_out(order, actor=actor)
    return order


@act
def decline_change_order(code: str, sequence: int, revision: int, *, actor: User, reason: str) -> ChangeOrder:
    order = _locked_order(code, sequence, revision, actor)
    require_permission("projects.answer_change_order", actor, order)
    if not reason.strip():
        raise BadInput({"reason": [_t("Tell us why; we may send a better revision.")]})
    require_none(wrong_state(order, State.SENT))
    order.decline(by=actor, at=timezone.now(), reason=reason)
    order.save(update_fields=["state", "answered_by", "answered_at", "answer_reason", "updated_at"])
    record("change_order.declined", order, actor=actor, reason=reason, label=order.label)
    close_waits(f"change_order.answer:{order.pk}")
    open_wait(
        f"change_order.revise:{order.pk}",
        project=order.project,
        user=order.prepared_by,
        words=_t("%(code)s: the client declined %(label)s; draft the next revision or let it rest") % {"code": code, "label": order.label},
        link=order.get_absolute_url(),
    )
    return order


@dataclass(frozen=True)
class Effect:
    """A row of "what it does to the dates": the agreed date before and after, the days between."""

    milestone: Milestone
    days: int
    before: date | None
    after: date | None


def effects_of(order: ChangeOrder) -> list[Effect]:
    """The agreed dates that the order moves. Once accepted, the dates as they then were, in one query; of PARTS nothing is read again."""
    rows = with_milestones(order.effects.all())
    if order.state == State.ACCEPTED and order.answered_at:
        known = Baseline.objects.filter(project=order.project, taken_at__gte=order.answered_at, kind=Baseline.Kind.CHANGE_ORDER)
        taken = known.order_by("taken_at").prefetch_related("milestones").first()
        after = {row.milestone_id: row.planned_on for row in taken.milestones.all()} if taken else {}
        return [_effect(order, row, after.get(row.milestone_id)) for row in rows]
    return [_effect(order, row, None) for row in rows]


def _effect(order: ChangeOrder, row: ChangeOrderEffect, after: date | None) -> Effect:
    milestone, calendar = row.milestone, calendar_for(row.milestone, order.project)
    if after is not None:
        return Effect(milestone, row.days, calendar.add_working_days(after, -row.days), after)
    agreed = milestone.baseline_on
    return Effect(milestone, row.days, agreed, calendar.add_working_days(agreed, row.days) if agreed else None)


def payments_of(order: ChangeOrder) -> list[tuple[ChangeOrderPayment, str]]:
    """The payments that it adds, each with what makes it due."""
    rows = list(order.payments.all())
    words = due_words(order.project, [row.source for row in rows]) if rows else {}
    return [(row, words.get(row.source, "")) for row in rows]
