"""The tables of a draft quotation (price lines, the payments into which its price is split, prices by quantity, rates), of a request (its
questions), of a draft charter (who does and answers for what), and of a project (its risks). An agreement is no row of a table: each
signature is an act that is recorded once, with its day, and a withdrawn one stays; its list leaves as a file
(desk/agreement_exports.py)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import DEPARTMENT_NAMES, User
from accounts.numbers import NumberField
from projects.default_plan import newest
from projects.models import (
    Clarification,
    Deliverable,
    ProjectRisk,
    Quotation,
    QuotationBreak,
    QuotationInput,
    QuotationLine,
    QuotationPayment,
    QuotationRate,
)
from projects.money import shares
from projects.raci import Letter
from projects.services.clarification_rows import ClarificationRows, question_blockers
from projects.services.locking import not_active
from projects.services.quotation_parts import due_words
from projects.services.quotation_rows import BreakRows, InputRows, LineRows, PaymentRows, RateRows, row_blockers
from projects.services.responsibilities import ResponsibilityRows, responsibilities_blockers
from projects.services.risks import RiskRows
from worksheets.columns import ChoiceField
from worksheets.sheets import Lookup, SheetColumn, Worksheet, register_sheet

if TYPE_CHECKING:
    from worksheets.bound import Bound


def _amount() -> forms.Field:
    """Of what is excluded it may be empty."""
    return NumberField(required=False, max_digits=16, decimal_places=2)


def _is_excluded(row: QuotationLine) -> bool:
    return row.standing == QuotationLine.Standing.EXCLUDED


def _due() -> forms.Field:
    """As the default plan says it today."""
    return ChoiceField(choices=[("", ""), *due_words(newest()).items()], required=False)


def _line_totals(rows: Sequence[QuotationLine], _quotation: Quotation) -> dict[str, Any]:
    """Of what is included."""
    return {"amount": sum((row.amount for row in rows if row.standing == QuotationLine.Standing.INCLUDED), Decimal(0))}


def _amounts(rows: Sequence[QuotationPayment], quotation: Quotation) -> list[Decimal]:
    return shares(quotation.price_without_options, [row.percent for row in rows], quotation.currency)


def _parts_of_price(rows: Sequence[QuotationPayment], quotation: Quotation) -> Mapping[Any, Mapping[str, Any]]:
    return {row.pk: {"amount": amount} for row, amount in zip(rows, _amounts(rows, quotation), strict=True)}


def _payment_totals(rows: Sequence[QuotationPayment], quotation: Quotation) -> dict[str, Any]:
    if not rows:
        return {}
    return {"percent": sum((row.percent for row in rows), Decimal(0)), "amount": sum(_amounts(rows, quotation), Decimal(0))}


def _ours(_bound: Bound) -> QuerySet[Any]:
    return User.objects.internal().filter(is_active=True)


def _named(people: QuerySet[Any], words: str) -> QuerySet[Any]:
    return people.filter(pk__in=[each.pk for each in people if words.casefold() in (str(each).casefold(), each.email.casefold())])


OURS = Lookup(_ours, find=_named)


def _answered_on(row: Clarification) -> date | None:
    return timezone.localdate(row.answered_at) if row.answered_at else None


def _asked_where(row: Clarification) -> str:
    return _t("in the portal") if row.asked_in_portal else _t("our note: the client does not read it")


def _worst_first(risks: Any) -> QuerySet[Any]:
    found: QuerySet[Any] = risks.worst_first()
    return found


def _closed_on(row: ProjectRisk) -> date | None:
    return timezone.localdate(row.closed_at) if row.closed_at else None


def _standing(row: ProjectRisk) -> str:
    return _t("open") if row.is_open else _t("closed")


def _letter() -> forms.Field:
    """The letter alone: ten columns of them stand side by side."""
    return ChoiceField(choices=[("", ""), *((letter, letter) for letter in Letter.values)], required=False)


OF_A_DRAFT: dict[str, Any] = {
    "parent": "quotation",
    "permission": "projects.quote",
    "who": _("Quotations are made by business development."),
    "blockers": row_blockers,
    "page": lambda quotation: str(quotation.get_absolute_url()),
    "currency": lambda quotation: str(quotation.currency),
}
IN_ORDER: dict[str, Any] = {"order": "order", "first": 0}
QUOTATION_LINES = Worksheet(
    key="quotation-lines",
    title=_("Price lines"),
    noun=_("price line"),
    model=QuotationLine,
    columns=(
        SheetColumn("description", example="Process development", frozen=True, width=36),
        SheetColumn("phase", example="Small scale", width=16),
        SheetColumn(
            "standing", note=_("Included, an option that the client may choose, or named as excluded."), example="Included", width=12
        ),
        SheetColumn(
            "amount",
            money=True,
            field=_amount,
            unsaid=_is_excluded,
            note=_("In the currency of the quotation; none of what is excluded."),
            example="180,000.00",
            total=True,
            kind="number",
        ),
        SheetColumn("deliverables", example="Report and 5 g of sample", width=36),
    ),
    service=LineRows,
    totals=_line_totals,
    hint=_("The total is that of the included lines; options are not in it, and what is excluded has no price."),
    **OF_A_DRAFT,
    **IN_ORDER,
)
QUOTATION_PAYMENTS = Worksheet(
    key="quotation-payments",
    title=_("Payments"),
    noun=_("payment"),
    model=QuotationPayment,
    columns=(
        SheetColumn("title", example="Down payment", frozen=True, width=32),
        SheetColumn("source", _("Due when"), note=_("Empty where the title says it."), field=_due, kind="choice", width=34),
        SheetColumn("planned_on", example="2027-03-31", width=14),
        SheetColumn("percent", unit="%", example="40", total=True),
        SheetColumn("amount", _("Amount"), money=True, derived=True, total=True, kind="number"),
    ),
    service=PaymentRows,
    together=_parts_of_price,
    totals=_payment_totals,
    hint=_("Together 100 %; the amounts follow from the price, to the cent. With acceptance and charter they become payments."),
    **OF_A_DRAFT,
    **IN_ORDER,
)
QUOTATION_BREAKS = Worksheet(
    key="quotation-breaks",
    title=_("Price per kilogram by quantity"),
    noun=_("price by quantity"),
    model=QuotationBreak,
    columns=(
        SheetColumn("from_kg", _("From"), unit="kg", example="100", frozen=True, width=16),
        SheetColumn("price_per_kg", money=True, note=_("In the currency of the quotation."), example="1,900.00", width=20),
    ),
    service=BreakRows,
    hint=_("From each quantity on the kilogram costs so much. Where more is dearer, that is confirmed in the form of the draft."),
    **OF_A_DRAFT,
)
QUOTATION_RATES = Worksheet(
    key="quotation-rates",
    title=_("Rates for change orders"),
    noun=_("rate"),
    model=QuotationRate,
    columns=(
        SheetColumn("work", example="Process chemist", frozen=True, width=36),
        SheetColumn("unit", note=_("An hour, a test, a batch."), example="hour", width=16),
        SheetColumn("rate", money=True, note=_("In the currency of the quotation."), example="180.00", width=16),
    ),
    service=RateRows,
    hint=_("What work costs that a change order adds later."),
    **OF_A_DRAFT,
    **IN_ORDER,
)
QUOTATION_INPUTS = Worksheet(
    key="quotation-inputs",
    title=_("What the client gives"),
    noun=_("client input"),
    model=QuotationInput,
    columns=(
        SheetColumn("words", example="Reference standard, 5 g", frozen=True, width=44),
        SheetColumn("due_on", note=_("Empty where no day is agreed."), example="2027-03-31", width=16),
    ),
    service=InputRows,
    hint=_("What the dates of the plan need from the client: standards, documents, answers."),
    **OF_A_DRAFT,
    **IN_ORDER,
)
CLARIFICATIONS = Worksheet(
    key="clarifications",
    title=_("Clarifications"),
    noun=_("question"),
    model=Clarification,
    parent="rfp",
    parent_key="number",
    columns=(
        SheetColumn("question", example="Which polymorph?", fixed=True, frozen=True, width=40),
        SheetColumn("owner", note=_("Who sees to it; whoever asks, unless named."), lookup=OURS, width=22),
        SheetColumn("answer", note=_("Of the client; it stays as it is written."), example="Form II", width=40),
        SheetColumn("asked_on", _("Asked on"), compute=lambda row: timezone.localdate(row.asked_at), kind="day"),
        SheetColumn("answered_on", _("Answered on"), compute=_answered_on, kind="day"),
        SheetColumn("where", _("Asked where"), compute=_asked_where, width=30),
    ),
    permission="projects.edit_rfp",
    who=_("Requests are edited by business development or a project manager."),
    blockers=question_blockers,
    locked=lambda row: _("It is answered.") if row.answered_at else "",
    service=ClarificationRows,
    page=lambda rfp: f"{rfp.get_absolute_url()}#clarifications",
    hint=_("An open question keeps the gate of evaluation shut. Several can be pasted from a message, one to a row."),
)
RESPONSIBILITIES = Worksheet(
    key="responsibilities",
    title=_("Responsibilities"),
    noun=_("deliverable"),
    model=Deliverable,
    parent="project",
    parent_key="code",
    columns=(
        SheetColumn("title", _("Deliverable"), fixed=True, frozen=True, width=31, link=lambda row: row.get_absolute_url()),
        SheetColumn("phase", fixed=True, width=12),
        *(
            SheetColumn(key, name, note=_("R, A, RA, C, I, or empty."), field=_letter, kept_in="letters", kind="choice", width=9)
            for key, name in DEPARTMENT_NAMES.items()
        ),
    ),
    found_by="title",
    permission="projects.draft_charter",
    who=_("Responsibilities are chosen by a project manager or business development, with the charter."),
    beside=("department", "project__charter"),
    rows=lambda rows: rows.filter(not_applicable=""),
    blockers=responsibilities_blockers,
    locked=lambda row: row.not_applicable,
    service=ResponsibilityRows,
    page=lambda project: reverse("project-responsibilities", args=[project.code]),
    hint=_(
        "R does it, A answers for it, RA both, C is consulted, I is informed. Exactly one function answers for each deliverable. "
        "The charter prints the matrix, and its signatures approve it."
    ),
)
RISKS = Worksheet(
    key="project-risks",
    title=_("Risks"),
    noun=_("risk"),
    model=ProjectRisk,
    parent="project",
    parent_key="code",
    columns=(
        SheetColumn("text", note=_("What could happen."), example="The dryer fails", regulated=True, frozen=True, width=34, wraps=True),
        SheetColumn("likelihood", example="Low", regulated=True, width=12),
        SheetColumn("impact", example="High", regulated=True, width=10),
        SheetColumn("mitigation", example="Rent a second one", regulated=True, width=40, wraps=True),
        SheetColumn("owner", note=_("Whoever sees the project."), lookup=OURS, regulated=True, width=20),
        SheetColumn("in_client_report", _("In the client's report"), note=_("Ours alone unless this says yes."), width=18),
        SheetColumn("standing", _("State"), compute=_standing, link=lambda row: row.get_absolute_url(), width=10),
        SheetColumn("closed_on", _("Closed"), compute=_closed_on, kind="day"),
        SheetColumn("closed_because", _("Closed because"), compute=lambda row: row.closed_because, width=30, wraps=True),
        SheetColumn("number", _("Number"), compute=lambda row: row.number, kind="whole", width=9),
    ),
    rows=_worst_first,
    permission="projects.plan",
    who=_("The risks of a project are kept by a project manager."),
    blockers=not_active,
    locked=lambda row: "" if row.is_open else _("It is closed; its state leads to where it is opened again."),
    service=RiskRows,
    unread=(_("State"), _("Closed"), _("Closed because"), _("Number")),
    page=lambda project: reverse("project-risks", args=[project.code]),
    hint=_(
        "The worst stand first, by likelihood and impact together, and closed ones last; all open ones stand in our own status report. "
        "A saved risk is never taken away: its state leads to where it is closed, with the reason."
    ),
)


def register() -> None:
    register_sheet(
        QUOTATION_LINES, QUOTATION_PAYMENTS, QUOTATION_BREAKS, QUOTATION_RATES, QUOTATION_INPUTS, CLARIFICATIONS, RESPONSIBILITIES, RISKS
    )
