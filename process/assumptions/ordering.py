"""What turned out otherwise than the contract assumed may be raised with the client: a change order begins with both numbers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _t

from process.assumptions.ledger import figure_words, line_of
from process.assumptions.models import Assumption
from projects.order_proposals import Proposal, propose_orders_by

if TYPE_CHECKING:
    from projects.models import Project

NAME = "assumption"  # in the address of the form
TITLE = 200


def differing(rows: Iterable[Assumption]) -> list[Assumption]:
    """Settled by something else than was assumed. What a scenario counts with and the client never read is no matter of the contract."""
    return [row for row in rows if row.state == Assumption.State.REPLACED and (row.for_client or not row.about)]


def real_of(row: Assumption) -> str:
    """70 %, or what turned out in words."""
    figure = f"{figure_words(row.real_figure)} {row.unit}".strip() if row.real_figure is not None else ""
    if not figure or (row.real_words and figure in row.real_words):
        return row.real_words
    return f"{row.real_words} ({figure})" if row.real_words else figure


def proposal_of(row: Assumption) -> Proposal:
    told = {"assumed": line_of(row), "real": real_of(row)}
    return Proposal(
        title=_short(_t("Other than assumed: %(words)s") % {"words": row.words}),
        reason=_t("We assumed: %(assumed)s\nIt turned out: %(real)s") % told,
        scope=_t("Cost and time are set for what turned out: %(real)s") % told,
    )


def _short(words: str) -> str:
    return words if len(words) <= TITLE else f"{words[: TITLE - 1]}…"


def _proposed(project: Project, pk: int) -> Proposal | None:
    row = Assumption.objects.filter(project=project, pk=pk).first()
    return proposal_of(row) if row is not None and differing([row]) else None


def register() -> None:
    propose_orders_by(NAME, _proposed)
