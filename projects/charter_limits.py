"""What a project depends on, what binds it, and to whom what stands in its way goes and by when. Reads, writes nothing.

In the charter a dependency is a line: what | from whom | by when; a level of escalation: level | who | when it is asked | settled within.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from django.utils.formats import number_format
from django.utils.translation import gettext as _t

from accounts.models import Role, User
from charts.look import written
from projects.models import Incoterm
from projects.money import fitted
from projects.rfp_fields import answer_of
from projects.services.waiting import ESCALATION_DAYS

if TYPE_CHECKING:
    from projects.models import Project, Quotation

BAR = "|"
OWN_DAYS, TOP_DAYS = 2, 10  # working days in which a level settles it; the level between has those after which a wait escalates


def parted(text: str, parts: int) -> list[tuple[str, ...]]:
    """The lines taken apart, each in so many parts; a further bar stands in the last one."""
    found = []
    for line in text.splitlines():
        said = [part.strip() for part in line.strip(" -•\t").split(BAR, parts - 1)]
        if any(said):
            found.append((*said, *[""] * (parts - len(said))))
    return found


def _line(*parts: str) -> str:
    return f" {BAR} ".join(" ".join(part.replace(BAR, "/").split()) for part in parts)


def dependencies_of(project: Project, quotation: Quotation) -> str:
    """What the client gives by the quotation, what it has not answered yet, and its decisions."""
    client = project.client.name
    lines = [_line(row.words, client, _by(row.due_on)) for row in quotation.inputs.all()]  # type: ignore[attr-defined]
    open_questions = project.rfp.clarifications.filter(answer="")
    lines += [_line(_t("Answer: %(question)s") % {"question": row.question}, client, _by(None)) for row in open_questions]
    decisions = _t("Answers and signatures of its approver: quotations, change orders, documents")
    return "\n".join([*lines, _line(decisions, client, _t("by the day that each request names"))])


def _by(due_on: date | None) -> str:
    return written(due_on) if due_on else _t("before the work that needs it")


def constraints_of(project: Project, quotation: Quotation) -> str:
    """What cannot be moved without the client or a change order: price, dates, quality, delivery."""
    return "\n".join(_constraints(project, quotation))


def _constraints(project: Project, quotation: Quotation) -> Iterator[str]:
    price = f"{quotation.currency} {number_format(fitted(quotation.total, quotation.currency), force_grouping=True)}"
    yield _t("Budget: %(price)s as accepted; more takes a change order that both sides accept") % {"price": price}
    yield from _dates(project)
    rfp = project.rfp
    for words, name in ((_t("Quality: %(answer)s"), "gmp_needed"), (_t("Markets: %(answer)s"), "target_markets")):
        if answer := str(answer_of(rfp, name)):
            yield words % {"answer": answer}
    if rfp.controlled_as:
        yield _t("Controlled substance: %(words)s") % {"words": rfp.controlled_as}
    if quotation.incoterm:
        yield _t("Delivery: %(term)s, %(place)s") % {"term": Incoterm(quotation.incoterm).value, "place": quotation.delivery_place}


def _dates(project: Project) -> Iterator[str]:
    """Days that the client named, and whether they are firm."""
    rfp = project.rfp
    wanted = (
        (_t("First sample by %(day)s"), rfp.first_sample_wanted_on),
        (_t("Clinical supply by %(day)s"), rfp.clinical_supply_on),
        (_t("Filing by %(day)s"), rfp.filing_planned_on),
        (_t("Launch by %(day)s"), rfp.launch_planned_on),
    )
    firmness = f" ({str(answer_of(rfp, 'timeline_is')).lower()})" if rfp.timeline_is else ""
    for words, day in wanted:
        if day is not None:
            yield words % {"day": written(day)} + firmness


def escalation_of(project: Project) -> str:
    """Three levels, and what goes past them at once. The days are working days; those of the second are those of our reminders."""
    leader = str(project.project_manager or Role.PROJECT_MANAGER.label)
    management, quality = str(Role.MANAGEMENT.label), f"{Role.QUALITY_ASSURANCE.label}, {Role.EHS.label}"
    approvers = User.objects.active().filter(client_id=project.client_id).holding(Role.CLIENT_APPROVER).order_by("full_name")
    names = ", ".join(approvers.values_list("full_name", flat=True)[:3]) or _t("its approver")
    both = _t("%(ours)s with %(client)s: %(names)s") % {"ours": management, "client": project.client.name, "names": names}
    days = _t("%(days)d working days")
    waits = _t("it is not settled at level 1, or somebody is waited for longer than %(days)d working days") % {"days": ESCALATION_DAYS}
    levels = (
        ("1", leader, _t("a date, a result or a delivery is in danger"), days % {"days": OWN_DAYS}),
        ("2", management, waits, days % {"days": ESCALATION_DAYS}),
        ("3", both, _t("it touches scope, price or a contract date, or is not settled at level 2"), days % {"days": TOP_DAYS}),
        (_t("at once"), quality, _t("people, the environment, product quality or data are in danger"), _t("the same day")),
    )
    return "\n".join(_line(*level) for level in levels)
