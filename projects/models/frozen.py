"""What both sides have signed does not change: the database itself refuses it, whoever asks."""

from __future__ import annotations

import pgtrigger

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
    old, new = IS_ACCEPTED.format(row="OLD"), IS_ACCEPTED.format(row="NEW")
    return pgtrigger.Trigger(
        name="frozen_when_accepted",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | change | pgtrigger.Delete,
        func=f"""
            IF TG_OP <> 'INSERT' AND {old} THEN {REFUSED}; END IF;
            IF TG_OP <> 'DELETE' AND {new} THEN {REFUSED}; END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        """,
    )
