"""The payments of the accepted quotation become the project's: once there is a plan, each with what makes it due and its amount."""

from __future__ import annotations

from typing import TYPE_CHECKING

from projects import gates
from projects.models import Milestone, Phase, Project
from projects.money import CENT
from projects.price import accepted_quotation
from projects.services.payments import ACCEPTED, put_payment, source_words
from projects.services.quotation_parts import payments_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accounts.models import User
    from projects.services.quotation_parts import Due


def plan_quoted_payments(project: Project, *, actor: User) -> list[Milestone]:
    """Those that are not in the plan yet. Runs in the act that locked the project; who works the plan out is the caller."""
    quotation = accepted_quotation(project)
    if quotation is None:
        return []
    quotation.project = project
    missing = [due for due in payments_of(quotation) if due.row.milestone_id is None and due.amount > 0]
    return [_put(project, due, reason=quotation.label, actor=actor) for due in missing]


def _put(project: Project, due: Due, *, reason: str, actor: User) -> Milestone:
    row, rounded = due.row, due.row.percent.quantize(CENT)
    source, follows = _source_in(project, row.source)
    payment = put_payment(
        project,
        title=row.title,
        source=source,
        amount=due.amount,
        percent=rounded if rounded == row.percent else None,
        reason=reason,
        share_at_launch=True,
        phase=follows.phase if follows else _phase_in(project, source),
        actor=actor,
    )
    row.milestone = payment
    row.save(update_fields=["milestone"])
    return payment


def agreed_words(project: Project, sources: Sequence[tuple[str, str]] | None = None) -> dict[int, str]:
    """When each payment of the project is due, by its primary key: in the words that the client accepted, where the quotation names it;
    else by what makes it ready in the plan.

    sources: its `payment_sources`, where they are read already.
    """
    planned, quotation = source_words(project, sources), accepted_quotation(project)
    payments = Milestone.objects.filter(project=project, kind=Milestone.Kind.PAYMENT).values_list("pk", "source")
    found = {pk: planned.get(source, "") for pk, source in payments}
    for due in payments_of(quotation) if quotation else ():
        if due.when and due.row.milestone_id in found and due.row.source != ACCEPTED:  # elsewhere it is not “this” quotation
            found[due.row.milestone_id] = due.when
    return found


def _source_in(project: Project, source: str) -> tuple[str, Milestone | None]:
    """What makes it due in this project's plan, and the milestone that it follows. Nothing where a person has to say that it is due.

    What feeds that milestone makes the payment due as well; without, whoever achieves the milestone does.
    """
    kind, _colon, name = source.partition(":")
    if kind == "milestone":
        follows = Milestone.objects.filter(project=project, key=name).first()
        return (follows.source or source if follows else "", follows)
    if kind == "gate" and not any(gates.gate_of(phase).key == name and project.in_scope(phase) for phase in Phase):
        return "", None
    return source, None


def _phase_in(project: Project, source: str) -> str:
    """With the acceptance in evaluation; what only words say is due at the end of what is contracted."""
    if source == ACCEPTED:
        return Phase.EVALUATION
    return "" if source else str(project.last_phase)
