"""The kinds of events of evaluation, and what its signatures cover."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from audit.events import EventKind
from audit.events import register as register_kinds
from audit.gathering import saves_itself
from audit.policies import declare_signed
from audit.signatures import register_content
from phases.evaluation.models import ROWS, DepartmentAssessment
from projects.events import link_by_id, link_rfp


def register() -> None:
    saves_itself("sheet.saved")
    register_kinds(
        EventKind("rfp.submitted", _("submitted the request and opened %(code)s"), link=link_rfp),
        EventKind("sheet.opened", _("opened the sheet of %(department)s, due %(due_on)s"), link=link_by_id),
        EventKind("sheet.opened_for", _("opened the sheet of %(department)s for %(owner)s, due %(due_on)s"), link=link_by_id),
        EventKind("sheet.saved", _("filled in the sheet of %(department)s: %(fields)s"), link=link_by_id),
        EventKind("sheet.plan_total_taken", _("took the total of the tables as base cost of the sheet of %(department)s"), link=link_by_id),
        EventKind("sheet.operations_proposed", _("proposed operations from the route %(route)s: %(operations)s"), link=link_by_id),
        EventKind("sheet.assigned", _("gave the sheet of %(department)s to %(owner)s"), link=link_by_id),
        EventKind("sheet.moved", _("set the day of the sheet of %(department)s to %(due_on)s"), link=link_by_id),
        EventKind("sheet.followed_site", _("gave the sheet of %(department)s to %(owner)s, for the site %(site)s"), link=link_by_id),
        EventKind("sheet.signed_off", _("signed off the sheet of %(department)s"), link=link_by_id),
        EventKind("sheet.reopened", _("reopened the sheet of %(department)s"), link=link_by_id),
        EventKind("assessment.recommended", _("recommended: %(recommendation)s"), link=link_by_id),
    )
    register_content("phases.DepartmentAssessment", sheet_content)
    declare_signed("phases.DepartmentAssessment")


COSTS = ("cost_low", "cost_base", "cost_high")
CONTENT_FIELDS = ("feasibility_score", "feasibility_reason", "currency", *COSTS, "duration_weeks")
KEPT_TEXTS = {"assumption_rows": "assumptions", "risk_rows": "risks"}  # of a sheet signed before these were tables: by the table, the text
NOT_SIGNED = frozenset({"id", "assessment", "position", "booking", "proposed"})


def sheet_content(sheet: DepartmentAssessment) -> dict[str, Any]:
    """What a sign-off covers. A table without rows is left out, as before there were any; so are rows that only repeat a text it covers."""
    return {
        "project": sheet.project.code,
        "department": sheet.department.key,
        **{name: getattr(sheet, name) for name in (*CONTENT_FIELDS, *KEPT_TEXTS.values())},
        **{name: rows for name in ROWS if not getattr(sheet, KEPT_TEXTS.get(name, ""), "") and (rows := _rows_of(sheet, name))},
    }


def _rows_of(sheet: DepartmentAssessment, name: str) -> list[dict[str, Any]]:
    """As they were typed, in their order; a price and a vessel by their keys, whatever they are called later."""
    fields = [each for each in getattr(sheet, name).model._meta.concrete_fields if each.name not in NOT_SIGNED]
    values = ({field.name: getattr(row, field.attname) for field in fields} for row in getattr(sheet, name).all())
    return [{key: value for key, value in row.items() if value not in (None, "")} for row in values]
