"""The table of the findings of the early screen, in which people decide: one row for each finding, computed of the version."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from process.screen.models import Disposition
from process.screen.table_rows import FindingRow, FindingRows, hold_route, rows_of
from projects.services.locking import not_active
from worksheets.columns import ChoiceField, TextField
from worksheets.sheets import SheetColumn, Worksheet, register_sheet

MOST_LETTERS = 500


def _words() -> forms.Field:
    return TextField(max_length=MOST_LETTERS)


def _decision() -> forms.Field:
    """Empty while nobody has decided; whether it may be, the row says."""
    return ChoiceField(choices=[("", ""), *Disposition.Decision.choices], required=False)


def _reason() -> forms.Field:
    return TextField(required=False, max_length=2000)


def _found(row: FindingRow) -> str:
    finding = row.judged.finding
    memory = _t("The value was entered from memory of the guideline; check it before it is used.")
    return f"{finding.words} {memory}" if finding.unchecked else finding.words


def _standing(row: FindingRow) -> str:
    decided = row.judged.disposition
    if decided is None:
        return _t("open")
    if row.judged.changed:
        return _t("changed since; it was: %(decision)s") % {"decision": decided.get_decision_display()}
    return _t("decided")


def _decided_by(row: FindingRow) -> str:
    decided = row.judged.disposition
    return str(decided.decided_by) if decided is not None else ""


def _decided_on(row: FindingRow) -> object:
    decided = row.judged.disposition
    return decided.route.project.day_of(decided.decided_at) if decided is not None else None


FINDINGS = Worksheet(
    key="findings",
    title=_("Early screen"),
    noun=_("finding"),
    model=Disposition,
    parent="route__versions",
    columns=(
        SheetColumn("about", _("About"), field=_words, fixed=True, frozen=True, width=20, wraps=True),
        SheetColumn("rule", _("Rule"), field=_words, fixed=True, width=16, wraps=True),
        SheetColumn("source", _("Source"), compute=lambda row: str(row.judged.finding.rule.source), width=18, wraps=True),
        SheetColumn("found", _("Finding"), compute=_found, width=40, wraps=True),
        SheetColumn("decision", note=_("It is kept together with its reason."), field=_decision, example="Under control", width=16),
        SheetColumn("reason", field=_reason, example="Dried at 60 °C to 300 ppm", width=26, wraps=True),
        SheetColumn("standing", _("State"), compute=_standing, width=12, wraps=True),
        SheetColumn("decided_by", _("Decided by"), compute=_decided_by, width=18),
        SheetColumn("decided_on", _("Decided on"), compute=_decided_on, kind="day"),
    ),
    found_by="about",
    found=rows_of,
    hold=hold_route,
    permission="process.decide_finding",
    who=_("Findings are decided by research, EHS, regulatory affairs, quality assurance or a project manager."),
    blockers=lambda version: not_active(version.route.project),
    service=FindingRows,
    page=lambda version: f"{version.get_absolute_url()}#screen",
    hint=_(
        "Rules over inputs and products, for a person to decide on; they replace no assessment, and without a row above there is none "
        "here. Structures count where the catalogue has them. A finding that says something else since it was decided on is decided anew."
    ),
)


def register() -> None:
    register_sheet(FINDINGS)
