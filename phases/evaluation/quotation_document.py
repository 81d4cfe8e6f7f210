"""The Quotation as a paper for the client: what is offered, at which price, paid when, under which terms, and who signed for both sides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _t

from audit.signatures import content_hash, signatures_of
from documents.content import Column, cell, data_table, key_values, numbered, shortest
from projects.models import Quotation, QuotationLine
from projects.money import fitted
from projects.offered import offer_context
from projects.services.quotation_parts import RELATED, have_days
from projects.services.replies import remarks_answered_in
from projects.worksheets import QUOTATION_BREAKS, QUOTATION_RATES
from worksheets.bound import bind_to
from worksheets.printing import printed_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from decimal import Decimal

    from audit.models import Signature
    from projects.models import Project
    from worksheets.sheets import Worksheet

BLANK = "\N{NO-BREAK SPACE}"  # to be filled in by hand; nothing would print a dash
NOBODY: Any = None  # of what is offered no row depends on the reader


def quotation(project: Project) -> dict[str, Any]:
    """The current revision, and nothing that the client may not read."""
    row: Quotation = Quotation.objects.current().prefetch_related(*RELATED).get(project=project)
    row.project = project
    offered = offer_context(row)
    return {
        "title": _t("Quotation %(label)s") % {"label": row.label},
        "subtitle": project.title,
        "facts": key_values(
            (_t("Quotation"), row.label),
            (_t("For"), project.client.name),
            (_t("Attention of"), project.rfp.contact.name),
            (_t("Your request"), project.rfp.number),
            (_t("Our project"), project.code),
            *([(_t("Supersedes"), _t("revision %(revision)d") % {"revision": row.revision - 1})] if row.revision > 1 else []),
            *([(_t("Dated"), row.released_at.date())] if row.released_at else []),
            (_t("Valid until"), row.valid_until),
            (_t("Currency"), row.currency),
            (_t("Total"), _money(row, row.total)),
        ),
        "scope": row.scope,
        "price": _price(row, offered["included"], total=row.price_without_options),
        "options": _options(row, offered["optional"]),
        "accepted_total": _money(row, row.total) if row.state == Quotation.State.ACCEPTED and offered["optional"] else "",
        "excluded": [_with_deliverables(line) for line in offered["excluded"]],
        "payments": _payments(row, offered["payments"]),
        "payment": row.payment_terms,
        "breaks": _table(row, QUOTATION_BREAKS),
        "rates": _table(row, QUOTATION_RATES),
        "inputs": _inputs(row),
        "conditions": _conditions(row, offered),
        "assumptions": numbered(row.assumptions),
        "answers": _answers(row),
        "currency": row.currency,
        "content_hash": content_hash(row),
        "released": _signed(signatures_of(row), "release_", _t("Released by")),
        "accepted": _accepted(row),
    }


def _money(row: Quotation, amount: Decimal) -> str:
    return f"{row.currency} {cell(fitted(amount, row.currency))}"


def _with_deliverables(line: QuotationLine) -> str:
    if not line.deliverables:
        return line.description
    return f"{line.description}\n{_t('Delivered: %(words)s') % {'words': line.deliverables}}"


def _price(row: Quotation, lines: Sequence[QuotationLine], *, total: Any) -> dict[str, Any]:
    rows = [(line.number, str(line.get_phase_display()), _with_deliverables(line), fitted(line.amount, row.currency)) for line in lines]
    return data_table(_columns(row), [*rows, (BLANK, BLANK, _t("Total"), fitted(total, row.currency))])


def _options(row: Quotation, lines: Sequence[QuotationLine]) -> dict[str, Any] | None:
    if not lines:
        return None
    chosen = _t("Chosen by the client.")
    rows = [
        (
            line.number,
            str(line.get_phase_display()),
            f"{_with_deliverables(line)}\n{chosen}" if line.chosen else _with_deliverables(line),
            fitted(line.amount, row.currency),
        )
        for line in lines
    ]
    return data_table(_columns(row), rows)


def _columns(row: Quotation) -> list[Column]:
    return [
        Column(_t("No."), 8, "right"),
        Column(_t("Phase"), 22),
        Column(_t("Description"), 48),
        Column(_t("Amount (%(currency)s)") % {"currency": row.currency}, 22, "right"),
    ]


def _payments(row: Quotation, payments: Iterable[Any]) -> dict[str, Any] | None:
    told = list(payments)
    if not told:
        return None
    days = have_days(told)
    columns = [
        Column(_t("Payment"), 28 if days else 34),
        Column(_t("Due when"), 28 if days else 34),
        *([Column(_t("Planned on"), 14)] if days else []),
        Column("%", 10, "right"),
        Column(_t("Amount (%(currency)s)") % {"currency": row.currency}, 20 if days else 22, "right"),
    ]

    def cells(title: str, when: Any, day: Any, percent: Any, amount: Any) -> tuple[Any, ...]:
        return (title, when, *([day] if days else []), percent, fitted(amount, row.currency))

    rows = [cells(due.row.title, due.when, due.row.planned_on, shortest(due.row.percent), due.amount) for due in told]
    return data_table(columns, [*rows, cells(_t("Together"), BLANK, BLANK, 100, row.total)])


def _table(row: Quotation, table: Worksheet) -> dict[str, Any] | None:
    """As the draft has it, under the heading of its section; nothing without a row."""
    found = printed_table(bind_to(table, row, NOBODY), to_the_cent=True)
    return found | {"caption": ""} if found["rows"] else None


def _inputs(row: Quotation) -> dict[str, Any] | None:
    rows = [(each.words, each.due_on) for each in row.inputs.all()]
    return data_table([Column(_t("What we need from you"), 72), Column(_t("By"), 28)], rows) if rows else None


def _conditions(row: Quotation, offered: dict[str, Any]) -> list[dict[str, str]]:
    band, fee = row.adjustment_band_percent, row.reservation_fee
    stays = _t("The price stays while they move by at most %(percent)s %%.")
    return key_values(
        *([(_t("Delivery (Incoterms 2020)"), f"{row.incoterm} {row.delivery_place}")] if row.incoterm else []),
        *((words[:1].upper() + words[1:], text) for words, text in offered["passages"]),
        *([(_t("Band of raw-material prices"), stays % {"percent": shortest(band)})] if band is not None else []),
        *([(_t("Fee for reserving a slot"), _money(row, fee))] if fee is not None else []),
        *((words[:1].upper() + words[1:], text) for words, text in offered["references"]),
    )


def _answers(row: Quotation) -> dict[str, Any] | None:
    """What the client asked of the revision before, and what became of it."""
    rows = []
    for remark in remarks_answered_in(row):
        place = _t("In general") if remark.line is None else f"{remark.line.number}. {remark.line.description}"
        outcome = str(remark.get_outcome_display())
        rows.append((place, remark.words, f"{outcome}\n{remark.reply}" if remark.reply else outcome))
    columns = [Column(_t("About"), 26), Column(_t("You asked"), 38), Column(_t("What became of it"), 36)]
    return data_table(columns, rows) if rows else None


def _signed(signatures: Iterable[Signature], meaning: str, head: str) -> dict[str, Any]:
    columns = [Column(head, 34), Column(_t("Function"), 38), Column(_t("Date and time"), 28)]
    return data_table(
        columns, [(each.signer_words, each.signer_function, each.signed_at) for each in signatures if each.meaning.startswith(meaning)]
    )


def _accepted(row: Quotation) -> dict[str, Any]:
    """The client's signature; before it is given, the place for it."""
    given = _signed(signatures_of(row), "accept_quotation", _t("Accepted for the client by"))
    return given if given["rows"] else given | {"rows": [[BLANK, BLANK, BLANK]]}
