"""What is said of the plans that become cost lines, by the department that makes them."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from audit.refusals import Missing, Words


@dataclass(frozen=True)
class PlanWords:
    """hint: what of it becomes lines. counted: by what they are counted. empty, unsigned, free: why it cannot be taken.

    gone, changed, reopened: what has happened since.

    taken: with how many lines ("number"). done: after it was taken. event: what is recorded of that.
    """

    department: str
    event: str
    title: Words
    sheet: Words
    hint: Words
    counted: Words
    take: Words
    again: Words
    done: Words
    taken: Promise
    empty: Words
    unsigned: Words
    free: Words
    gone: Words
    changed: Words
    reopened: Words


PRODUCTION = PlanWords(
    department="production",
    event="cost.plan_taken",
    title=_("Production plan"),
    sheet=_("Sheet of production"),
    hint=_(
        "Vessel, cleaning, operators, utilities and waste of each operation become cost lines of their own, in the currency of the sheet."
    ),
    counted=_(
        "The estimate converts by the rates of its day. Hours are counted for each batch, utilities and waste for each kilogram of API, so "
        "that both follow what is typed as batches and batch size."
    ),
    take=_("Take the production plan"),
    again=_("Take the production plan again"),
    done=_("The production plan stands among the cost lines."),
    taken=ngettext_lazy(
        "%(number)d cost line was taken from the production plan.", "%(number)d cost lines were taken from the production plan.", "number"
    ),
    empty=_("The production sheet plans no operation, or has no currency yet."),
    unsigned=_("The production sheet is not signed."),
    free=_("No operation of the production plan has a rate or a price."),
    gone=_("The production plan is empty since."),
    changed=_("The production plan is another one since."),
    reopened=_("The production sheet has been opened again and is not signed."),
)
ANALYTICAL = PlanWords(
    department="analytical",
    event="cost.test_plan_taken",
    title=_("Test plan"),
    sheet=_("Sheet of the analytical department"),
    hint=_(
        "Work, consumables and outside laboratories of each test become cost lines of their own, in the currency of the price book; so "
        "does the work on methods, in that of the sheet."
    ),
    counted=_(
        "The estimate converts by the rates of its day, and counts tests for each batch where the phase makes as many batches as the plan, "
        "else once, as it does the work on methods."
    ),
    take=_("Take the test plan"),
    again=_("Take the test plan again"),
    done=_("The test plan stands among the cost lines."),
    taken=ngettext_lazy(
        "%(number)d cost line was taken from the test plan.", "%(number)d cost lines were taken from the test plan.", "number"
    ),
    empty=_("The analytical sheet plans no test, or has no currency yet."),
    unsigned=_("The analytical sheet is not signed."),
    free=_("No test of the plan has a price."),
    gone=_("The test plan is empty since."),
    changed=_("The test plan is another one since."),
    reopened=_("The analytical sheet has been opened again and is not signed."),
)
_COUNTED_ONCE = _("The estimate converts by the rates of its day, and counts them once in the chosen phase.")
RESEARCH = PlanWords(
    department="research",
    event="cost.labour_taken",
    title=_("Labour of research"),
    sheet=_("Sheet of research and development"),
    hint=_("The hours of each function become a cost line of their own, in the currency of the sheet."),
    counted=_COUNTED_ONCE,
    take=_("Take the labour of research"),
    again=_("Take the labour of research again"),
    done=_("The labour of research stands among the cost lines."),
    taken=ngettext_lazy(
        "%(number)d cost line was taken from the labour of research.",
        "%(number)d cost lines were taken from the labour of research.",
        "number",
    ),
    empty=_("The sheet of research lists no hours, or has no currency yet."),
    unsigned=_("The sheet of research is not signed."),
    free=_("No function of the sheet of research has a rate."),
    gone=_("The table of hours is empty since."),
    changed=_("The hours or rates of research are others since."),
    reopened=_("The sheet of research has been opened again and is not signed."),
)
MATERIALS = PlanWords(
    department="material_control",
    event="cost.materials_taken",
    title=_("Materials of the sheet"),
    sheet=_("Sheet of material control"),
    hint=_(
        "Each material becomes a cost line of its own, in the currency of the sheet. Where the scenario counts with a route, its materials "
        "are priced by that already: keep one of the two."
    ),
    counted=_COUNTED_ONCE,
    take=_("Take the materials of the sheet"),
    again=_("Take the materials of the sheet again"),
    done=_("The materials of the sheet stand among the cost lines."),
    taken=ngettext_lazy(
        "%(number)d cost line was taken from the materials of the sheet.",
        "%(number)d cost lines were taken from the materials of the sheet.",
        "number",
    ),
    empty=_("The sheet of material control lists no material, or has no currency yet."),
    unsigned=_("The sheet of material control is not signed."),
    free=_("No material of the sheet has a price."),
    gone=_("The table of materials is empty since."),
    changed=_("The materials of the sheet or their prices are others since."),
    reopened=_("The sheet of material control has been opened again and is not signed."),
)
EHS = PlanWords(
    department="ehs",
    event="cost.ehs_taken",
    title=_("Costs of EHS"),
    sheet=_("Sheet of EHS"),
    hint=_("Each item becomes a cost line of its own, in the currency of the sheet."),
    counted=_COUNTED_ONCE,
    take=_("Take the costs of EHS"),
    again=_("Take the costs of EHS again"),
    done=_("The costs of EHS stand among the cost lines."),
    taken=ngettext_lazy(
        "%(number)d cost line was taken from the costs of EHS.", "%(number)d cost lines were taken from the costs of EHS.", "number"
    ),
    empty=_("The sheet of EHS lists no cost, or has no currency yet."),
    unsigned=_("The sheet of EHS is not signed."),
    free=_("No item of the sheet of EHS has a price."),
    gone=_("The table of costs is empty since."),
    changed=_("The costs of EHS are others since."),
    reopened=_("The sheet of EHS has been opened again and is not signed."),
)
PLANS = (PRODUCTION, ANALYTICAL, RESEARCH, MATERIALS, EHS)


def words_of_plan(department: str) -> PlanWords:
    """Raises Missing where the department makes none."""
    found = next((each for each in PLANS if each.department == department), None)
    if found is None:
        raise Missing
    return found
