"""For how many kilograms the materials of a route are priced where nobody says a quantity."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import F
from django.utils.translation import gettext as _t

from process.costs.models import CostPhase
from process.words import plain_number

if TYPE_CHECKING:
    from projects.models import Project

ONE_KG = Decimal(1)


@dataclass(frozen=True)
class Wanted:
    """words: which quantity it is."""

    kg: Decimal
    words: str


def usually_wanted(project: Project) -> Wanted:
    """What the largest phase of the newest cost scenario makes, as the scenario itself orders; else the batch that the request wants, else
    a kilogram.

    One query, where the request is read already.
    """
    phases = CostPhase.objects.filter(assessment__project=project, batch_kg__gt=0).select_related("assessment")
    largest = phases.annotate(made_kg=F("batch_kg") * F("batches")).order_by("-assessment__number", "-made_kg", "pk").first()
    if largest is not None:
        words = _t("For %(kg)s kg: all batches of %(phase)s, the largest phase of cost scenario %(number)d (%(name)s).")
        told = {"number": largest.assessment.number, "name": largest.assessment.name, "phase": largest.get_phase_display()}
        return Wanted(largest.made_kg, words % {"kg": plain_number(largest.made_kg), **told})
    if asked := project.rfp.batch_size_wanted_kg:
        return Wanted(asked, _t("For %(kg)s kg: the batch that the request wants.") % {"kg": plain_number(asked)})
    return Wanted(ONE_KG, _t("For 1 kg: neither a cost scenario nor the request says how large a batch is."))
