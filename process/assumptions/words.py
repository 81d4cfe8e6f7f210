"""What is assumed, and why it matters, while an answer of the request is missing. In the words that the client reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from audit.refusals import Words
from projects.models import Phase

if TYPE_CHECKING:
    from process.costs.models import CostAssessment

GRAMS = Decimal(1000)


@dataclass(frozen=True)
class Said:
    """matters: why we ask. assumed: until then. unit and figure: of an amount, as the scenario counts with it."""

    matters: Words
    assumed: Words
    unit: str = ""
    figure: Callable[[CostAssessment], Decimal | None] | None = None


def _made(phase: str, factor: Decimal = Decimal(1), *, one_batch: bool = False) -> Callable[[CostAssessment], Decimal | None]:
    def figure(scenario: CostAssessment) -> Decimal | None:
        found = next((each for each in scenario.phases.all() if each.phase == phase and each.batches), None)
        return None if found is None else found.batch_kg * (1 if one_batch else found.batches) * factor

    return figure


# By the field of the request: projects/completeness.py has the questions, process/costs/completeness.py what they move.
SAID: dict[str, Said] = {
    "structure_text": Said(
        _("Route, yields and the hours of development follow from the structure."),
        _("The structure is that of the compound as it is named in the request."),
    ),
    "downstream_drug": Said(
        _("Cleaning and containment follow from the drug for which it is made."),
        _("The drug is not highly active: our usual cleaning is enough."),
    ),
    "indication": Said(
        _("Some indications ask for lines of their own, and for lower cleaning limits."),
        _("The indication does not ask for a line of its own."),
    ),
    "target_markets": Said(
        _("Each market has documents and tests of its own."), _("The European Union and the United States are the markets.")
    ),
    "compound_role": Said(
        _("It decides where good manufacturing practice begins, and how much is tested."),
        _("The compound is the API, made under full GMP."),
    ),
    "clinical_stage": Said(
        _("The later the stage, the more is validated, tested and written."), _("The drug is in phase III or on the market.")
    ),
    "gmp_needed": Said(_("Under full GMP more is tested, cleaned and documented."), _("Full GMP (ICH Q7) is needed.")),
    "number_of_steps": Said(
        _("Each step takes hours of development and days in the vessels."), _("The process has the steps of the route that we propose.")
    ),
    "route_available": Said(
        _("Where there is a route, less has to be developed."), _("There is a route in the literature, and none of your own.")
    ),
    "process_challenges": Said(
        _("Known difficulties cost yield and hours in the vessels."), _("There are no difficulties beyond those of the published route.")
    ),
    "target_timeline": Said(
        _("A tight timeline takes more people and outside services at once."), _("Our usual durations suit the project.")
    ),
    "submission_requirements": Said(
        _("It decides which dossier is written and which studies it needs."), _("One drug master file is written.")
    ),
    "cas_number": Said(_("So that no other salt or form is quoted."), _("The compound is the form that is drawn in the request.")),
    "maximum_daily_dose_mg": Said(
        _("Limits of impurities follow from the dose, and from them tests and cleaning."),
        _("The maximum daily dose is 1000 mg."),
        "mg/d",
        lambda _of: GRAMS,
    ),
    "treatment_duration": Said(
        _("The threshold of mutagenic impurities follows from it, and from that the tests."), _("The treatment lasts more than 10 years.")
    ),
    "sample_quantity_g": Said(
        _("It decides the size of the work in the laboratory."),
        _("The samples together are of the size of our estimate."),
        "g",
        _made(Phase.SMALL_SCALE, GRAMS),
    ),
    "pilot_quantity_kg": Said(
        _("It decides how many pilot batches are run, and how large they are."),
        _("The pilot makes what our estimate counts with."),
        "kg",
        _made(Phase.PILOT),
    ),
    "validation_batches": Said(
        _("Each batch is made, tested and put on stability."), _("Three consecutive batches are enough for validation.")
    ),
    "validation_quantity_kg": Said(
        _("It decides the batch size of the validation, and with it the vessels."),
        _("A validation batch is of the size of our estimate."),
        "kg",
        _made(Phase.VALIDATION, one_batch=True),
    ),
    "commercial_quantity_kg_per_year": Said(
        _("Prices of raw materials and the size of campaigns follow from it."),
        _("The yearly need is of the size of our estimate."),
        "kg/year",
        _made(Phase.COMMERCIAL),
    ),
    "batch_size_wanted_kg": Said(
        _("It decides the vessels, and how often they are occupied, cleaned and tested."),
        _("A commercial batch is of the size of our estimate."),
        "kg",
        _made(Phase.COMMERCIAL, one_batch=True),
    ),
    "exposure_band": Said(
        _("Above band 3 the substance needs closed handling and lower cleaning limits."), _("The occupational exposure band is 3 or lower.")
    ),
    "ctd_author": Said(
        _("Writing the sections on the substance (3.2.S) takes weeks of work."),
        _("We write the sections on the substance; you write all others."),
    ),
    "quotation_needed_on": Said(_("So that our quotation reaches you in time."), _("The quotation is needed within our usual time.")),
}
