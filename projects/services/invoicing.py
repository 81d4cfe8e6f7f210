"""Payment milestones: they become ready to invoice by themselves, business development writes the invoice and that it was paid."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.models import Role
from accounts.permissions import require_permission
from audit.acts import act
from audit.events import record
from audit.refusals import BadInput, Blocker, require_none
from projects.models import Milestone
from projects.services.locking import locked
from projects.services.waiting import close_waits, open_wait

if TYPE_CHECKING:
    from accounts.models import User


def ask_to_invoice(milestone: Milestone, *, actor: User) -> None:
    """A payment milestone is achieved: it is ready to invoice, and business development sees it. Runs in the achievement."""
    project = milestone.project
    record("payment.ready_to_invoice", milestone, actor=actor, title=milestone.title)
    open_wait(
        f"payment.invoice:{milestone.pk}",
        project=project,
        role=Role.BUSINESS_DEVELOPMENT,
        words=_t("%(code)s: invoice “%(title)s”") % {"code": project.code, "title": milestone.title},
        link=reverse("project-payments", args=[project.code]),
    )


def invoice_blockers(milestone: Milestone) -> list[Blocker]:
    """Why no invoice can be recorded; the page shows the same."""
    words = ""
    if milestone.kind != Milestone.Kind.PAYMENT:
        words = _t("This is no payment milestone.")
    elif milestone.actual_on is None:
        words = _t("It is not ready to invoice: what it waits for has not happened.")
    elif milestone.invoiced_on is not None:
        words = _t("It is invoiced with %(number)s.") % {"number": milestone.invoice_number}
    elif milestone.amount is None:
        words = _t("Its amount is missing; enter it first.")
    return [Blocker(key="payment.invoice", words=words)] if words else []


def _locked_payment(code: str, key: str, actor: User) -> Milestone:
    project = locked(code, actor)
    require_permission("projects.invoice", actor, project)
    milestone = Milestone.objects.select_for_update(of=("self",)).get(project=project, key=key)
    milestone.project = project
    return milestone


@act
def record_invoice(code: str, key: str, *, number: str, on: date, actor: User) -> Milestone:
    """Write down which invoice went out for a payment milestone that is ready."""
    milestone = _locked_payment(code, key, actor)
    require_none(invoice_blockers(milestone))
    errors = {}
    if not number.strip():
        errors["number"] = [_t("The number finds the invoice again.")]
    if on > milestone.project.today:
        errors["on"] = [_t("An invoice is not dated in the future.")]
    if errors:
        raise BadInput(errors)
    milestone.invoice_number, milestone.invoiced_on, milestone.told_at = number.strip(), on, timezone.now()
    milestone.save(update_fields=["invoice_number", "invoiced_on", "told_at", "updated_at"])
    record("payment.invoiced", milestone, actor=actor, title=milestone.title, number=milestone.invoice_number, amount=milestone.amount)
    close_waits(f"payment.invoice:{milestone.pk}")
    return milestone


def payment_blockers(milestone: Milestone) -> list[Blocker]:
    """Why it cannot be written down as paid; the page shows the same."""
    words = ""
    if milestone.invoiced_on is None:
        words = _t("It is not invoiced yet.")
    elif milestone.paid_on is not None:
        words = _t("It is paid.")
    return [Blocker(key="payment.paid", words=words)] if words else []


@act
def record_payment(code: str, key: str, *, on: date, actor: User) -> Milestone:
    """Write down on which day the client paid an invoice."""
    milestone = _locked_payment(code, key, actor)
    require_none(payment_blockers(milestone))
    if on > milestone.project.today:
        raise BadInput({"on": [_t("This day is still to come.")]})
    if milestone.invoiced_on is not None and on < milestone.invoiced_on:
        raise BadInput({"on": [_t("It was invoiced only later.")]})
    milestone.paid_on, milestone.told_at = on, timezone.now()
    milestone.save(update_fields=["paid_on", "told_at", "updated_at"])
    record("payment.paid", milestone, actor=actor, title=milestone.title, on=on, amount=milestone.amount)
    return milestone
