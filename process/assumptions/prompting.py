"""A quote arrives for what a draft scenario only assumes: whoever opened the scenario is asked, once for all that is offered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _t

from accounts.models import Role
from audit.events import record
from audit.models import Event
from audit.outbox import register_consumer
from catalogue.models import SupplierQuote
from process.costs.figures import Source
from process.costs.models import CostAssessment
from process.costs.offered import offered_for
from projects.models import WaitingFor
from projects.models.project import ProjectStatus
from projects.services.waiting import close_waits, open_wait
from worksheets.events import table_of

OF_MATERIALS, OF_SUPPLIERS, OF_SCENARIOS = "material-prices", "supplier-prices", "cost-materials"  # the tables in which prices are written
SUPPLIERS = "suppliers"  # from whom nothing is ordered any more, or is again
KEY = "cost.offers:"  # of what is waited for
CHANGED = frozenset({"cost.fixed", "cost.copied"})


def prompt_after(events: Sequence[Event]) -> None:
    """What happened to prices, in the catalogue or in a scenario: the scenarios that it concerns are looked at again."""
    scenarios = {int(event.object_id) for event in events if _table_of(event) == OF_SCENARIOS}
    materials = priced_materials(events)
    if scenarios or materials:
        for scenario in _concerned(materials, scenarios):
            prompt(scenario)


def priced_materials(events: Sequence[Event]) -> set[int]:
    """Those whose prices somebody has written, or whose supplier delivers no more, or again."""
    touched: dict[str, set[int]] = {key: set() for key in (OF_MATERIALS, OF_SUPPLIERS)}
    for event in events:
        if (key := _table_of(event)) in touched:
            touched[key].add(int(event.object_id))
    if not touched[OF_SUPPLIERS]:
        return touched[OF_MATERIALS]
    theirs = SupplierQuote.objects.filter(supplier__in=touched[OF_SUPPLIERS]).values_list("material", flat=True)
    return touched[OF_MATERIALS] | set(theirs)


def _table_of(event: Event) -> str:
    """The one in which such a thing is written; empty for what does not concern prices."""
    if event.kind in CHANGED:
        return OF_SCENARIOS
    if event.kind == "supplier.status_followed":
        return OF_SUPPLIERS
    key = table_of(event)
    return OF_SUPPLIERS if key == SUPPLIERS else key


def look_again() -> int:
    """Every night: how many scenarios are asked about no more, because an offer has ended by its day."""
    waiting = WaitingFor.objects.open().filter(key__startswith=KEY).values_list("key", flat=True)
    scenarios = CostAssessment.objects.filter(pk__in=[int(key.removeprefix(KEY)) for key in waiting])
    for scenario in scenarios.select_related("project__site", "created_by"):
        prompt(scenario)
    return len(waiting) - WaitingFor.objects.open().filter(key__startswith=KEY).count()


def _concerned(materials: Iterable[int], scenarios: Iterable[int]) -> list[CostAssessment]:
    """Those named, and the drafts that only assume the price of one of these materials."""
    rows = CostAssessment.objects.filter(project__status=ProjectStatus.ACTIVE).select_related("project__site", "created_by")
    assumed = {"prices__quote": None, "prices__price_per_kg__isnull": False, "prices__source": Source.ASSUMPTION.value}
    drafts = rows.filter(state=CostAssessment.State.DRAFT, prices__material__in=list(materials), **assumed)
    return list(rows.filter(pk__in={*scenarios, *drafts.values_list("pk", flat=True)}).order_by("pk"))


def prompt(scenario: CostAssessment) -> bool:
    """Ask while something is offered at another price than is assumed, and no longer; whether somebody was asked anew. What is newer than
    a quote only stands on the page: somebody has decided for that quote.
    """
    key = f"{KEY}{scenario.pk}"
    assumed = scenario.prices.filter(quote=None).select_related("material")
    other = [each for each in offered_for(scenario, assumed, scenario.project.today) if each.is_other]
    if not other:
        close_waits(key)
        return False
    is_new = not WaitingFor.objects.open().filter(key=key).exists()
    said = {"code": scenario.project.code, "name": scenario.name, "link": scenario.get_absolute_url()}
    if is_new:
        record("cost.offered", scenario, actor=None, number=len(other), **said)
    owner = scenario.created_by if scenario.created_by.is_active else None
    open_wait(
        key,
        project=scenario.project,
        user=owner,
        role="" if owner else Role.BUSINESS_DEVELOPMENT,
        words=_t("%(code)s: suppliers offer other prices than “%(name)s” assumes") % said,
        link=said["link"],
    )
    return is_new


def register() -> None:
    register_consumer("process.offers", prompt_after)
