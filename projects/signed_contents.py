"""What a signature covers, by the kind of record: plain values that follow from it."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from projects.models import QuotationLine
from projects.services.order_lines import with_milestones
from projects.services.quotation_parts import PARTS, TERMS, WORDS, amounts_of, rows_of_part
from projects.services.replies import remarks_answered_in

if TYPE_CHECKING:
    from projects.models import ChangeOrder, Quotation, ReferencedEvidence, RevisionRemark


def quotation_content(quotation: Quotation) -> dict[str, Any]:
    """What release and acceptance sign: everything the client reads of this revision. What it has none of is left out, as before."""
    return {
        "number": quotation.number,
        "revision": quotation.revision,
        "project": quotation.project.code,
        "currency": quotation.currency,
        "valid_until": quotation.valid_until,
        "scope": quotation.scope,
        "assumptions": quotation.assumptions,
        "payment_terms": quotation.payment_terms,
        "lines": [_signed_line(line) for line in quotation.lines.all()],
        **{name: value for name in TERMS if name not in WORDS and (value := getattr(quotation, name)) != TERMS[name]},
        **{name: [_signed_part(row) for row in rows] for name in PARTS if (rows := rows_of_part(quotation, name))},
        **({"answers": answers} if (answers := [_said(remark) for remark in remarks_answered_in(quotation)]) else {}),
        **({"paid": paid} if (paid := amounts_of(quotation, quotation.price_without_options)) else {}),
    }


def _said(remark: RevisionRemark) -> dict[str, Any]:
    """What the client asked of the revision before, and what this one says became of it."""
    return {"asked": remark.words, "outcome": remark.outcome, "reply": remark.reply}


def _signed_line(line: QuotationLine) -> dict[str, Any]:
    found: dict[str, Any] = {"phase": line.phase, "description": line.description, "amount": line.amount}
    if line.standing != QuotationLine.Standing.INCLUDED:
        found["standing"] = line.standing
    return found | ({"deliverables": line.deliverables} if line.deliverables else {})


def _signed_part(row: dict[str, Any]) -> dict[str, Any]:
    """What was signed before payments had a day says nothing of it."""
    return {name: value for name, value in row.items() if name != "planned_on" or value is not None}


def change_order_content(order: ChangeOrder) -> dict[str, Any]:
    """What release and acceptance sign: everything the client reads of this revision. What it has none of is left out, as before."""
    by_age = attrgetter("pk")  # not by the plan's order, which goes on changing
    effects = sorted(with_milestones(order.effects.all()), key=by_age)
    drops = sorted(with_milestones(order.drops.all()), key=by_age)
    plan: dict[str, Any] = {
        "added": [
            {"title": row.title, "phase": row.phase, "kind": row.kind, "after": row.after and row.after.key, "planned_on": row.planned_on}
            for row in with_milestones(order.additions.all(), "after")
        ],
        "dropped": [row.milestone.key for row in drops],
        "payments": [{"title": row.title, "source": row.source, "amount": row.amount} for row in order.payments.all()],
        "phases_added": order.phases_added,
        "phases_dropped": order.phases_dropped,
    }
    return {
        "number": order.number,
        "revision": order.revision,
        "project": order.project.code,
        "title": order.title,
        "reason": order.reason,
        "scope": order.scope,
        "currency": order.currency,
        "valid_until": order.valid_until,
        "lines": [{"phase": line.phase, "description": line.description, "amount": line.amount} for line in order.lines.all()],
        "days": [{"milestone": effect.milestone.key, "days": effect.days} for effect in effects],
        **{name: rows for name, rows in plan.items() if rows},
    }


def reference_content(reference: ReferencedEvidence) -> dict[str, Any]:
    return {
        "system": reference.system,
        "number": reference.number,
        "state": reference.record_state,
        "date": reference.record_date,
        "file": reference.file_sha256,
        "note": reference.note,
    }
