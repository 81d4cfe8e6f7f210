"""What both sides have signed does not change: the database itself refuses it, whoever asks."""

from __future__ import annotations

import pgtrigger

ANSWER_ACCEPTED = (
    "EXISTS (SELECT 1 FROM projects_revisionrequest AS asked JOIN projects_quotation AS offer"
    " ON offer.id IN (asked.quotation_id, asked.answered_in_id) WHERE asked.id = {row} AND offer.state = 'accepted')"
)
REFUSED = "RAISE EXCEPTION 'An accepted quotation is frozen.'"
IS_ACCEPTED = "EXISTS (SELECT 1 FROM projects_quotation AS offer WHERE offer.id = {row}.quotation_id AND offer.state = 'accepted')"


def accepted_is_frozen() -> pgtrigger.Protect:
    """On the quotation: from its acceptance on no column changes, and no row goes."""
    return pgtrigger.Protect(
        name="accepted_is_frozen", operation=pgtrigger.Update | pgtrigger.Delete, condition=pgtrigger.Q(old__state="accepted")
    )


def frozen_when_accepted(*, columns: tuple[str, ...] = ()) -> pgtrigger.Trigger:
    """On a part of a quotation: no row comes, goes or changes (or, of some models, only what is not among `columns` may)."""
    change = pgtrigger.UpdateOf(*columns) if columns else pgtrigger.Update
    return _frozen(pgtrigger.Insert | change | pgtrigger.Delete, IS_ACCEPTED.format(row="OLD"), IS_ACCEPTED.format(row="NEW"))


def remark_frozen_when_accepted() -> pgtrigger.Trigger:
    """On a remark of the client: what was asked, and what became of it, is part of what an acceptance signs."""
    old, new = ANSWER_ACCEPTED.format(row="OLD.request_id"), ANSWER_ACCEPTED.format(row="NEW.request_id")
    return _frozen(pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete, old, new)


def request_frozen_when_accepted() -> pgtrigger.Trigger:
    """On the request that holds the remarks: it stays with the revisions to which it belongs."""
    old = ANSWER_ACCEPTED.format(row="OLD.id")
    return _frozen(pgtrigger.Update | pgtrigger.Delete, old, old)


def _frozen(operation: pgtrigger.Operation, old: str, new: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name="frozen_when_accepted",
        when=pgtrigger.Before,
        operation=operation,
        func=f"""
            IF TG_OP <> 'INSERT' AND {old} THEN {REFUSED}; END IF;
            IF TG_OP <> 'DELETE' AND {new} THEN {REFUSED}; END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        """,
    )
