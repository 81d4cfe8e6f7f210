"""What an accepted quotation and its request say of a project, in the words of a charter. Reads, writes nothing.

What only a layer above knows (the sheets of the departments, the scenarios of the price) it adds by `charter_also_says`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _t

from accounts.models import Role
from charts.look import written as written_day
from projects.charter_criteria import acceptance_of
from projects.charter_limits import constraints_of, dependencies_of
from projects.gates import all_gates
from projects.models import PHASES, Phase, QuotationLine
from projects.money import fitted

if TYPE_CHECKING:
    from accounts.models import User
    from projects.models import Project, Quotation, Rfp

BETWEEN = " | "  # in the line of a risk: its words, how probable, how bad, and what is done about it


@dataclass
class Said:
    """risks: a line each (`risk_line`). background: a line each. people: who worked on the offer, by the key of the department.

    batches: for how many the price is, by phase.
    """

    risks: list[str] = field(default_factory=list)
    background: list[str] = field(default_factory=list)
    people: dict[str, User] = field(default_factory=dict)
    batches: dict[str, int] = field(default_factory=dict)


_sources: list[Callable[[Project], Said]] = []


def charter_also_says(source: Callable[[Project], Said]) -> None:
    _sources.append(source)


def said_elsewhere(project: Project) -> Said:
    found = [source(project) for source in _sources]
    return Said(
        risks=[line for each in found for line in each.risks],
        background=[line for each in found for line in each.background],
        people={key: person for each in found for key, person in each.people.items()},
        batches={phase: number for each in found for phase, number in each.batches.items()},
    )


def risk_line(words: str, *judged: str) -> str:
    """A line of the charter's risks: the words, then probability, impact and response as far as they are known."""
    parts = [" ".join(part.replace(BETWEEN.strip(), "/").split()) for part in (words, *judged)]
    while parts[1:] and not parts[-1]:
        parts.pop()
    return BETWEEN.join(parts)


def risk_rows(text: str) -> list[tuple[str, str, str, str]]:
    """The lines taken apart again: words, probability, impact, response. A bar after these stands in the response."""
    found = []
    for line in text.splitlines():
        words, *judged = (part.strip() for part in line.strip(" -•\t").split(BETWEEN.strip(), 3))
        if words or any(judged):
            probability, impact, response = (*judged, "", "", "")[:3]
            found.append((words, probability, impact, response))
    return found


def texts_of(project: Project, quotation: Quotation, also: Iterable[str] = ()) -> dict[str, str]:
    """The texts of the charter that the quotation can fill. also: what others say of its background."""
    lines = list(quotation.lines.all())
    return {
        "objectives": _as_lines(_objectives(project.rfp, lines)),
        "background": _as_lines([*_asked(project), *also, _accepted(quotation)]),
        "scope_in": _as_lines([quotation.scope.strip(), *(_of_phase(line) for line in lines if line.is_priced)]),
        "scope_out": _as_lines(_left_out(lines)),
        "assumptions": _as_lines(_assumptions(quotation)),
        "acceptance": acceptance_of(quotation),
        "dependencies": dependencies_of(project, quotation),
        "constraints": constraints_of(project, quotation),
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


def _asked(project: Project) -> Iterator[str]:
    """Who asked for what, of which compound."""
    rfp = project.rfp
    names = {"number": rfp.number, "client": project.client.name, "day": written_day(project.day_of(rfp.received_at))}
    yield _t("Request: %(number)s of %(client)s, received on %(day)s") % names
    cas = _t("CAS %(number)s") % {"number": rfp.cas_number} if rfp.cas_number else ""
    mass = f"{rfp.molar_mass_g_per_mol:.2f} g/mol" if rfp.molar_mass_g_per_mol else ""
    yield _t("Compound: %(words)s") % {"words": _together(rfp.compound_name, cas, rfp.formula, mass)}
    if purpose := _together(rfp.downstream_drug, rfp.indication):
        yield _t("Used for: %(words)s") % {"words": purpose}
    yield _t("Wanted: %(words)s") % {"words": rfp.wanted.strip()}


def _accepted(quotation: Quotation) -> str:
    amount = fitted(quotation.total, quotation.currency)
    names = {
        "label": quotation.label,
        "price": f"{quotation.currency} {number_format(amount, force_grouping=True)}",
        "day": written_day(quotation.project.day_of(quotation.answered_at)) if quotation.answered_at else "",
        "name": str(quotation.answered_by or ""),
    }
    if quotation.answered_by is None:
        return _t("Quotation: %(label)s over %(price)s, accepted on %(day)s") % names
    return _t("Quotation: %(label)s over %(price)s, accepted on %(day)s by %(name)s") % names


def _together(*parts: str) -> str:
    return ", ".join(filter(None, (part.strip() for part in parts)))


def governance_of(project: Project) -> str:
    """Who leads, who works on it, who decides and how its state is told, as the project and its team stand."""
    return _as_lines(_governed(project))


def _governed(project: Project) -> Iterator[str]:
    if project.project_manager is not None:
        yield _t("Project manager: %(name)s") % {"name": project.project_manager}
    members = project.team.exclude(user=None).select_related("department", "user")
    if team := "; ".join(f"{member.department}: {member.user}" for member in members):
        yield _t("Team: %(people)s") % {"people": team}
    for gate in all_gates():
        if project.in_scope(gate.phase):
            names = {"gate": gate.key, "title": gate.title, "roles": ", ".join(str(Role(role).label) for role in gate.signers)}
            yield _t("Gate %(gate)s %(title)s: decided by the signatures of %(roles)s") % names
    yield _t("Meetings: the team once a week, with the client every two weeks; minutes within two working days")
    yield _t("Status: shared milestones can be read at any time; a Project Status Report is made from the record whenever one is due")
    yield _t("Changes: scope, price and contract dates change by a change order that both sides accept")


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
    if quotation.price_adjustment.strip():
        words = quotation.price_adjustment.strip()
        if "\n" in words:  # a rule of many lines is read where it was agreed
            words = _t("as the rule of %(quotation)s says") % {"quotation": quotation.label}
        yield _t("Raw-material prices: %(words)s") % {"words": words}


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


def written(project: Project, quotation: Quotation, said: Said) -> dict[str, Any]:
    """Everything that `draft_charter` takes and that the quotation, the request and the sheets say."""
    first, last = scope_of(quotation)
    texts = texts_of(project, quotation, said.background)
    return {"first_phase": first, "last_phase": last, **texts, "risks": _as_lines(said.risks)}
