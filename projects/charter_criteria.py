"""By what each deliverable is accepted: the charter's line of it, else what its plan and the quotation's words say. Writes nothing.

In the charter a criterion is a line: deliverable | criterion. A line that names no deliverable stands by itself: samples, batches.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _t

from projects.plans import PlannedDeliverable, planned_deliverable

if TYPE_CHECKING:
    from projects.models import Charter, Deliverable, Quotation

BAR = "|"


def acceptance_of(quotation: Quotation) -> str:
    """What the client accepted of samples and batches, a line each; nothing where the quotation does not say."""
    said = ((_t("Samples"), quotation.sample_acceptance), (_t("Batches"), quotation.batch_acceptance))
    return "\n".join(f"{name} {BAR} {' '.join(words.replace(BAR, '/').split())}" for name, words in said if words.strip())


def criterion_rows(text: str) -> Iterator[tuple[str, str]]:
    """The lines taken apart: what is accepted, by which criterion. A further bar stands in the criterion."""
    for line in text.splitlines():
        name, _bar, words = (part.strip() for part in line.strip(" -•\t").partition(BAR))
        if name or words:
            yield (name, words) if words else ("", name)


def criteria_of(deliverables: Iterable[Deliverable], charter: Charter | None) -> dict[str, str]:
    """By key. Asks nothing of the database."""
    chosen = {name.casefold(): words for name, words in criterion_rows(charter.acceptance)} if charter else {}
    return {row.key: chosen.get(row.title.casefold()) or usual_criterion(planned_deliverable(row.key), charter) for row in deliverables}


def other_criteria(deliverables: Iterable[Deliverable], charter: Charter) -> list[tuple[str, str]]:
    """The lines of the charter that name none of these deliverables."""
    titles = {row.title.casefold() for row in deliverables}
    return [(name, words) for name, words in criterion_rows(charter.acceptance) if name.casefold() not in titles]


def usual_criterion(planned: PlannedDeliverable | None, charter: Charter | None) -> str:
    """What makes it done anyway, in words."""
    if planned is not None and (rule := planned.rule(charter)):
        return rule
    if planned is not None and planned.document_type:
        return _t("Its document is in effect, with every signature that it needs.")
    return _t("Its record is there, and a second person has confirmed it.")
