"""Payment milestones enter the plan with what makes them due; the record then achieves them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.currencies import is_too_fine, too_fine_words
from accounts.models import Department
from accounts.permissions import require_permission
from audit.acts import act
from audit.events import record
from audit.refusals import BadInput, Blocker, missing_reason, require_none
from projects import gates
from projects.models import PHASES, SHOWN_TO_CLIENT, Deliverable, GateReview, Milestone, MilestoneLink, Phase, Project, Quotation
from projects.money import CENT, fitted
from projects.price import agreed_price
from projects.services.locking import locked, require_active
from projects.services.plan import achieve_from, update_forecasts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from decimal import Decimal

    from django.db.models import QuerySet

    from accounts.models import User


ACCEPTED = "quotation:accepted"


def payment_sources(project: Project, *, for_client: bool = False) -> list[tuple[str, str]]:
    """What can make a payment due: each gate in scope decided "go", each deliverable done. (source, words) in the plan's order.

    for_client: of the deliverables those that the client sees.
    """
    deliverables = Deliverable.objects.filter(project=project, not_applicable="").order_by("order", "id")
    shown = deliverables.filter(visibility__in=SHOWN_TO_CLIENT) if for_client else deliverables
    found = [gate_due(phase) for phase in PHASES if project.in_scope(phase)]
    return found + [deliverable_due(row.key, row.title) for row in shown]


def gate_due(phase: str) -> tuple[str, str]:
    """The gate of a phase as the source of a payment, and in words."""
    gate = gates.gate_of(phase)
    return f"gate:{gate.key}", _t("Gate %(gate)s, %(title)s, is passed") % {"gate": gate.key, "title": gate.title}


def deliverable_due(key: str, title: str) -> tuple[str, str]:
    return f"deliverable:{key}", _t("“%(title)s” is done") % {"title": title}


def milestone_due(key: str, title: str) -> tuple[str, str]:
    return f"milestone:{key}", _t("Milestone “%(title)s”") % {"title": title}


def source_words(project: Project, sources: Sequence[tuple[str, str]] | None = None) -> dict[str, str]:
    """What makes any payment of the project due, in words: also what is chosen elsewhere, in its quotation. Two queries.

    sources: its `payment_sources`, where they are read already.
    """
    milestones = Milestone.objects.filter(project=project).exclude(kind=Milestone.Kind.PAYMENT).values_list("key", "title")
    accepted = (ACCEPTED, _t("The quotation is accepted"))
    chosen = payment_sources(project) if sources is None else sources
    return dict([*chosen, accepted, *(milestone_due(key, title) for key, title in milestones)])


@act
def plan_payment(
    code: str, *, title: str, source: str, actor: User, amount: Decimal | None = None, percent: Decimal | None = None, reason: str = ""
) -> Milestone:
    """Add a payment milestone that its source makes ready to invoice. What has happened already makes it ready at once.

    amount: in the currency of the accepted quotation; left out, it is `percent` of the agreed price where that is given.
    """
    project = locked(code, actor)
    require_permission("projects.plan_payment", actor, project)
    require_active(project)
    errors = {}
    if not title.strip():
        errors["title"] = [_t("Say what is paid.")]
    if source not in dict(payment_sources(project)):
        errors["source"] = [_t("Choose what makes it due.")]
    amount, wrong = _priced(project, amount, percent)
    if errors | wrong:
        raise BadInput(errors | wrong)
    payment = put_payment(project, title=title, source=source, amount=amount, percent=percent, reason=reason, actor=actor)
    update_forecasts(project, actor=actor)
    return Milestone.objects.get(pk=payment.pk)


def put_payment(
    project: Project,
    *,
    title: str,
    source: str,
    amount: Decimal | None,
    reason: str,
    actor: User,
    percent: Decimal | None = None,
    share_at_launch: bool = False,
    phase: str = "",
) -> Milestone:
    """The same inside an act that locked the project, checked what is agreed, and works the plan out when it has done everything.

    phase: of a payment whose source does not say it.
    """
    rows = Milestone.objects.filter(project=project)
    number = rows.filter(kind=Milestone.Kind.PAYMENT).count() + 1
    phase = phase or _phase_of(project, source)
    milestone = Milestone.objects.create(
        project=project,
        key=_free_key(project, number),
        title=title.strip(),
        phase=phase,
        kind=Milestone.Kind.PAYMENT,
        department=Department.objects.filter(key="business_development").first(),
        order=_last_of(rows, phase),
        source=source,
        amount=amount,
        percent=percent,
        share_at_launch=share_at_launch,
    )
    after = {"amount": amount, "percent": percent}
    record("payment.planned", milestone, actor=actor, reason=reason, after=after, title=milestone.title, source=source)
    _follow_its_source(project, milestone)
    happened = _happened_on(project, source)
    if happened is not None:
        achieve_from(project, source, on=happened, actor=actor)
    return milestone


def _priced(project: Project, amount: Decimal | None, percent: Decimal | None) -> tuple[Decimal | None, dict[str, list[str]]]:
    """The amount, and what is wrong with it or with the percentage, by field."""
    if amount is None and percent is None:
        return None, {}
    price = agreed_price(project)
    if price is None:
        words = _t("No quotation is accepted yet: there is no price of which this is a part.")
        return None, {"percent" if amount is None else "amount": [words]}
    if percent is not None and not 0 < percent <= 100:
        return None, {"percent": [_t("Above zero, at most 100.")]}
    share = price.share(percent) if percent is not None else None
    amount = share if amount is None else amount
    if amount is None or amount <= 0:
        return None, {"amount": [_t("An amount above zero.")]}
    if is_too_fine(amount, price.currency):
        return None, {"amount": [too_fine_words(price.currency)]}
    if share is not None and abs(share - amount) > CENT:
        words = _t("%(percent)s %% of %(currency)s %(total)s is %(share)s: leave one of the two empty, or make them agree.")
        total, part = (f"{fitted(each, price.currency):,}" for each in (price.total, share))
        words %= {"percent": percent, "currency": price.currency, "total": total, "share": part}
        return None, {"amount": [words]}
    return amount, {}


def correction_blockers(payment: Milestone) -> list[Blocker]:
    """Why the amount of a payment stays as it is; the page shows the same."""
    if payment.kind != Milestone.Kind.PAYMENT:
        return [Blocker("payment.none", _t("This is no payment milestone."))]
    if payment.invoiced_on is None:
        return []
    return [Blocker("payment.invoiced", _t("It is invoiced with %(number)s.") % {"number": payment.invoice_number})]


@act
def correct_payment(code: str, key: str, *, amount: Decimal | None, percent: Decimal | None, reason: str, actor: User) -> Milestone:
    """Enter or correct what a payment comes to, with the reason. What is invoiced stays."""
    project = locked(code, actor)
    require_permission("projects.plan_payment", actor, project)
    payment = Milestone.objects.select_for_update(of=("self",)).get(project=project, key=key)
    payment.project = project
    require_none(correction_blockers(payment))
    errors = missing_reason(reason)
    if amount is None and percent is None:
        errors["amount"] = [_t("Give the amount, or the percent of the agreed price.")]
    found, wrong = _priced(project, amount, percent)
    if errors | wrong:
        raise BadInput(errors | wrong)
    before = {"amount": payment.amount, "percent": payment.percent}
    payment.amount, payment.percent, payment.told_at = found, percent, timezone.now()
    payment.save(update_fields=["amount", "percent", "told_at", "updated_at"])
    after = {"amount": found, "percent": percent}
    record("payment.corrected", payment, actor=actor, reason=reason, before=before, after=after, title=payment.title)
    return payment


def _last_of(rows: QuerySet[Milestone], phase: str) -> int:
    """Its place in the plan: behind the milestones of its phase. Of equals, the later one stands behind."""
    upto = PHASES[: PHASES.index(Phase(phase)) + 1]
    return rows.filter(phase__in=upto).aggregate(last=Max("order"))["last"] or 0


def _free_key(project: Project, number: int) -> str:
    while Milestone.everything.filter(project=project, key=f"payment_{number}").exists():
        number += 1
    return f"payment_{number}"


def _phase_of(project: Project, source: str) -> str:
    kind, _colon, name = source.partition(":")
    if kind == "deliverable":
        return Deliverable.objects.get(project=project, key=name).phase
    return next(phase for phase in PHASES if gates.gate_of(phase).key == name)


def _follow_its_source(project: Project, milestone: Milestone) -> None:
    """Its forecast is the forecast of what makes it due: that milestone, or the one of the same source, else the deliverable's due date."""
    if not milestone.source:
        return
    kind, _colon, name = milestone.source.partition(":")
    rows = Milestone.objects.filter(project=project)
    ahead = rows.filter(key=name) if kind == "milestone" else rows.filter(source=milestone.source).exclude(pk=milestone.pk)
    if (followed := ahead.first()) is not None:
        MilestoneLink.objects.create(predecessor=followed, successor=milestone, by_hand=True)
        return
    due = Deliverable.objects.filter(project=project, key=name).values_list("due_on", flat=True).first() if kind == "deliverable" else None
    if due is not None:
        milestone.earliest_on = due
        milestone.save(update_fields=["earliest_on", "updated_at"])


def _happened_on(project: Project, source: str) -> date | None:
    kind, _colon, name = source.partition(":")
    if kind == "quotation":
        done = Quotation.objects.accepted().filter(project=project).values_list("answered_at", flat=True).first()
    elif kind == "deliverable":
        done = Deliverable.objects.filter(project=project, key=name).values_list("done_at", flat=True).first()
    elif kind == "milestone":
        return Milestone.objects.filter(project=project, key=name).values_list("actual_on", flat=True).first()
    else:
        passed = GateReview.objects.passed().filter(project=project, gate=name)
        done = passed.order_by("-decided_at").values_list("decided_at", flat=True).first()
    return project.day_of(done) if done else None
