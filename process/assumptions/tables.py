"""The ledger as a table, and what is true of a row of it."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.refusals import BadInput
from process.assumptions.models import Assumption
from process.assumptions.settling import follow_owner
from process.confidence import confidence_column
from projects.services.locking import not_active
from projects.services.waiting import close_waits
from worksheets.rows import Rows
from worksheets.sheets import Lookup, SheetColumn, Worksheet, register_sheet

if TYPE_CHECKING:
    from worksheets.bound import Bound


class AssumptionRows(Rows):
    """A row that is settled or taken away waits for nobody any more."""

    def clean(self, row: Assumption, changed: Collection[str]) -> None:
        errors: dict[str, Any] = {}
        if row.figure is None:
            errors = {name: _t("Without a figure leave it empty.") for name in ("low", "high") if getattr(row, name) is not None}
        elif row.low is not None and row.low > row.figure:
            errors["low"] = _t("This is above the figure.")
        elif row.high is not None and row.high < row.figure:
            errors["high"] = _t("This is below the figure.")
        if row.real_figure is not None and row.figure is None:
            errors["real_figure"] = _t("No figure was assumed; write what turned out in words.")
        if errors:
            raise BadInput(errors)
        row.for_client = row.for_client or bool(row.question)  # who is asked reads what is assumed until then

    def change(self, row: Assumption, changed: Collection[str]) -> Assumption:
        super().change(row, changed)
        if not row.is_open:
            close_waits(f"assumption.arrived:{row.pk}")
        elif "owner" in changed:
            follow_owner(row)
        return row

    def remove(self, row: Assumption) -> None:
        close_waits(f"assumption.arrived:{row.pk}")
        super().remove(row)


def _ours(bound: Bound) -> QuerySet[Any]:
    return User.objects.internal().filter(is_active=True)


def _named(people: QuerySet[Any], words: str) -> QuerySet[Any]:
    return people.filter(pk__in=[each.pk for each in people if words.casefold() in (str(each).casefold(), each.email.casefold())])


LEDGER = Worksheet(
    key="assumptions",
    title=_("Assumptions"),
    noun=_("assumption"),
    model=Assumption,
    columns=(
        SheetColumn("words", example="The pilot makes 20 kg", frozen=True, width=34),
        SheetColumn("figure", example="20"),
        SheetColumn("low", example="10"),
        SheetColumn("high", example="40"),
        SheetColumn("unit", example="kg", width=8),
        SheetColumn("state", _("State"), compute=lambda row: str(row.state.label), width=12),
        SheetColumn(
            "for_client",
            example="yes",
            note=_("In quotation and charter, if yes; an assumption with a question to the client always is."),
            width=12,
        ),
        SheetColumn("real_figure", regulated=True, example="24"),
        SheetColumn("difference", _("Difference"), compute=lambda row: row.difference, kind="number"),
        SheetColumn("wider_by", _("Widens the band by"), compute=lambda row: row.wider_by, kind="number"),
        SheetColumn("currency", _("Currency"), compute=lambda row: row.currency, width=8),
        SheetColumn("lines", note=_("The cost lines that rest on it."), width=26),
        SheetColumn("why", width=24, example="Our own"),
        SheetColumn("source", example="Assumption", width=14),
        confidence_column(),
        SheetColumn("owner", lookup=Lookup(_ours, find=_named), width=20),
        SheetColumn("due_on", example="2026-04-30"),
        SheetColumn("question", note=_("With one the client can settle the assumption, and reads it."), width=30),
        SheetColumn("matters", note=_("As the client reads it in the letter."), width=30),
        SheetColumn("real_words", regulated=True, width=26),
    ),
    permission="process.keep_assumptions",
    who=_("Assumptions are kept by the departments, business development, the project manager and management."),
    parent="project",
    parent_key="code",
    service=AssumptionRows,
    order="position",
    blockers=not_active,
    page=lambda project: Assumption(project=project).get_absolute_url(),
    hint=_("An open assumption is settled by what turned out: the same confirms it, something else replaces it."),
)


def register() -> None:
    register_sheet(LEDGER)
