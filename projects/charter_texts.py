"""What an accepted quotation and its request say of a project, in the words of a charter. Reads, writes nothing.

What only a layer above knows (the sheets of the departments, the scenarios of the price) it adds by `charter_also_says`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _t

from projects.models import PHASES, Phase, QuotationLine

if TYPE_CHECKING:
    from accounts.models import User
    from projects.models import Project, Quotation, Rfp


@dataclass
class Said:
    """risks: one each. people: who worked on the offer, by the key of the department. batches: for how many the price is, by phase."""

    risks: list[str] = field(default_factory=list)
    people: dict[str, User] = field(default_factory=dict)
    batches: dict[str, int] = field(default_factory=dict)


_sources: list[Callable[[Project], Said]] = []


def charter_also_says(source: Callable[[Project], Said]) -> None:
    _sources.append(source)


def said_elsewhere(project: Project) -> Said:
    found = [source(project) for source in _sources]
    people = {key: person for each in found for key, person in each.people.items()}
    batches = {phase: number for each in found for phase, number in each.batches.items()}
    return Said([risk for each in found for risk in each.risks], people, batches)


def texts_of(project: Project, quotation: Quotation) -> dict[str, str]:
    """The texts of the charter that the quotation can fill."""
    lines = list(quotation.lines.all())
    return {
        "objectives": _as_lines(_objectives(project.rfp, lines)),
        "scope_in": _as_lines([quotation.scope.strip(), *(_of_phase(line) for line in lines if line.is_priced)]),
        "scope_out": _as_lines(_left_out(lines)),
        "assumptions": _as_lines(_assumptions(quotation)),
    }


def _as_lines(lines: Iterable[str]) -> str:
    return "\n".join(filter(None, lines))


def _objectives(rfp: Rfp, lines: Iterable[QuotationLine]) -> Iterator[str]:
    yield f"{rfp.compound_name}: {rfp.wanted.strip()}"
    quantities = (
        (rfp.sample_quantity_g, _t("Samples: %(amount)s g")),
        (rfp.pilot_quantity_kg, _t("Pilot: %(amount)s kg")),
        (rfp.validation_quantity_kg, _t("Validation: %(amount)s kg a batch")),
        (rfp.commercial_quantity_kg_per_year, _t("Supply: %(amount)s kg a year")),
    )
    for amount, words in quantities:
        if amount is not None:
            yield words % {"amount": f"{amount.normalize():f}"}
    for line in lines:
        if line.is_priced and line.deliverables:
            yield _t("Delivered: %(words)s") % {"words": line.deliverables}
    if rfp.target_timeline.strip():
        yield _t("By when: %(words)s") % {"words": rfp.target_timeline.strip()}


def _of_phase(line: QuotationLine) -> str:
    words = f"{line.get_phase_display()}: {line.description}"
    return f"{words} ({line.deliverables})" if line.deliverables else words


def _left_out(lines: Iterable[QuotationLine]) -> Iterator[str]:
    for line in lines:
        if line.standing == QuotationLine.Standing.EXCLUDED:
            yield line.description
        elif not line.is_priced:
            yield _t("Option that was not taken: %(words)s") % {"words": line.description}


def _assumptions(quotation: Quotation) -> Iterator[str]:
    yield quotation.assumptions.strip()
    for row in quotation.inputs.all():
        names = {"words": row.words, "day": date_format(row.due_on, "j M Y") if row.due_on else ""}
        yield (_t("The client gives by %(day)s: %(words)s") if row.due_on else _t("The client gives: %(words)s")) % names
    if quotation.price_adjustment.strip():
        yield _t("Raw-material prices: %(words)s") % {"words": quotation.price_adjustment.strip()}


def scope_of(quotation: Quotation) -> tuple[Phase, Phase]:
    """The first and last contracted phase: where work is paid for, and supply where a price per kilogram is agreed."""
    paid = {Phase(line.phase) for line in quotation.lines.all() if line.is_priced}
    paid |= {Phase.COMMERCIAL} if quotation.breaks.all() else set()
    places = sorted(PHASES.index(phase) for phase in paid) or [0]
    first = PHASES[places[0]] if places[0] > 1 else Phase.EVALUATION  # nothing lies between evaluation and the phase after it
    return first, PHASES[places[-1]]


def budget_of(quotation: Quotation) -> list[tuple[Phase, Decimal]]:
    """What was accepted for each phase, in the plan's order, in the quotation's currency."""
    sums = dict.fromkeys(PHASES, Decimal("0.00"))
    for line in quotation.lines.all():
        if line.is_priced:
            sums[Phase(line.phase)] += line.amount
    return [(phase, amount) for phase, amount in sums.items() if amount]


def written(project: Project, quotation: Quotation, *, risks: Iterable[str]) -> dict[str, Any]:
    """Everything that `draft_charter` takes and the quotation says."""
    first, last = scope_of(quotation)
    return {"first_phase": first, "last_phase": last, **texts_of(project, quotation), "risks": _as_lines(risks)}
