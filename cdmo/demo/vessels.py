"""The demo's vessels, and who has them: booked through the services, some of it in the past, some of it in conflict."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from accounts.models import Role, User
from audit.context import Channel, acting
from catalogue.models import DisposalPrice, Vessel
from catalogue.services import VesselFacts, add_vessel, take_out_of_service
from cdmo.demo.later import EARLY_TRANSFER, IN_PILOT
from cdmo.demo.people import holding
from cdmo.demo.story import Story
from cdmo.demo.supplied import LATE_VALIDATION
from projects.models import Project
from projects.services.occupancy import Booking, book_vessel
from worksheets.changing import ADD, Change, change_rows


@dataclass(frozen=True)
class Stands:
    """A vessel of a site; litres it can be stirred and filled with; what an hour of it costs."""

    site: str
    tag: str
    name: str
    kind: Vessel.Kind
    material: Vessel.Material
    litres: tuple[int, int] | None = None
    rate: tuple[str, str] | None = None
    broken: str = ""


@dataclass(frozen=True)
class Booked:
    """Days from today, both included. project: its story, None for upkeep."""

    tag: str
    first: int
    last: int
    label: str
    project: Story | None = None
    purpose: str = "batch"
    firm: bool = False
    milestone: str = ""
    remark: str = ""


VESSELS = (
    Stands("basel", "R-101", "Reactor of the 1 m³ line", Vessel.Kind.REACTOR, Vessel.Material.GLASS_LINED, (150, 1000), ("260", "CHF")),
    Stands("basel", "A-104", "Autoclave", Vessel.Kind.PRESSURE_REACTOR, Vessel.Material.NICKEL_ALLOY, (120, 800), ("310", "CHF")),
    Stands("basel", "F-110", "Filter dryer", Vessel.Kind.FILTER, Vessel.Material.NICKEL_ALLOY, (100, 600)),
    Stands("basel", "M-120", "Jet mill", Vessel.Kind.MILL, Vessel.Material.STAINLESS_STEEL),
    Stands("shanghai", "R-302", "Reactor of line 3", Vessel.Kind.REACTOR, Vessel.Material.GLASS_LINED, (450, 3000), ("410", "EUR")),
    Stands("shanghai", "R-601", "Reactor of line 6", Vessel.Kind.REACTOR, Vessel.Material.GLASS_LINED, (900, 6000), ("620", "EUR")),
    Stands("shanghai", "R-602", "Crystalliser of line 6", Vessel.Kind.CRYSTALLISER, Vessel.Material.STAINLESS_STEEL, (900, 6000)),
    Stands("shanghai", "C-610", "Centrifuge", Vessel.Kind.CENTRIFUGE, Vessel.Material.STAINLESS_STEEL),
    Stands(
        "shanghai", "D-611", "Paddle dryer", Vessel.Kind.DRYER, Vessel.Material.NICKEL_ALLOY, (200, 1500),
        broken="The shaft seal leaks; the spare part is on its way.",
    ),
)  # fmt: skip


DISPOSAL = (  # of solvents, water, residues in water, others
    ("basel", "CHF", ("0.46", "0.05", "0.22", "1.30")),
    ("shanghai", "EUR", ("0.31", "0.03", "0.14", "0.85")),
)


def bookings(apixaban: Story, imatinib: Story, sitagliptin: Story) -> Iterator[Booked]:
    """Campaigns of the projects that make batches, and the upkeep between them."""
    for number, first in enumerate((-40, -26, 9), 1):
        yield Booked(
            "R-101", first, first + 9, f"V-0{number}", apixaban, firm=True, milestone="validation_batches_done" if number == 3 else ""
        )
        yield Booked("M-120", first + 10, first + 12, f"V-0{number}", apixaban, firm=number < 3, remark="Micronised, D90 below 89 µm")
    yield Booked("A-104", 7, 10, "V-03", apixaban, firm=True)
    yield Booked("A-104", 24, 28, "Yearly inspection of the relief valve", purpose="maintenance", firm=True)
    yield Booked("F-110", 15, 22, "V-03", apixaban)
    yield Booked("F-110", 20, 21, "Swab samples after the change of product", purpose="cleaning")
    for number in range(5):  # the second half of the campaign
        first = -20 + 14 * number
        yield Booked("R-601", first, first + 9, f"C-{number + 6:02d}", imatinib, firm=number < 4, remark="First campaign, ten batches")
        yield Booked("R-602", first + 4, first + 13, f"C-{number + 6:02d}", imatinib, firm=number < 3)
        yield Booked("C-610", first + 13, first + 13, f"C-{number + 6:02d}", imatinib, firm=number < 3)
    yield Booked("R-601", 48, 52, "New bottom valve", purpose="maintenance", firm=True)
    yield Booked("R-302", 40, 54, "P-01", sitagliptin, remark="Waits for the enzyme of the second supplier")
    yield Booked("R-302", 66, 80, "P-02", sitagliptin, milestone="pilot_batches_done")
    yield Booked("R-302", 53, 56, "Requalification of the jacket", purpose="qualification")
    yield Booked("R-302", -12, -4, "P-01", EARLY_TRANSFER, firm=True)
    yield Booked("R-302", 3, 11, "P-02", EARLY_TRANSFER, firm=True, remark="Charged at night, the brine is colder")
    yield Booked("F-110", 24, 30, "P-02", IN_PILOT, milestone="pilot_batches_done")
    yield Booked("M-120", 32, 34, "P-02", IN_PILOT, remark="Micronised, D90 below 15 µm")
    for number, first in enumerate((55, 69, 83), 1):
        yield Booked("R-601", first, first + 9, f"V-0{number}", LATE_VALIDATION, firm=number == 1)


def book(today: date, *, apixaban: Story, imatinib: Story, sitagliptin: Story) -> Iterator[date]:
    """Each on the day before it began, or today. Once: what is there already stays as it is."""
    rows = sorted(bookings(apixaban, imatinib, sitagliptin), key=lambda each: each.first)
    days = [min(today, today + timedelta(days=row.first - 1)) for row in rows]
    yield days[0]
    if Vessel.objects.exists():
        return
    management = holding(Role.MANAGEMENT)
    vessels = {each.tag: _enter(each, management) for each in VESSELS}
    for day, row in zip(days, rows, strict=True):
        yield day
        _book(row, vessels[row.tag], today)
    _price_disposal(today)
    for each in VESSELS:
        if each.broken:
            with acting(actor=management, channel=Channel.COMMAND):
                take_out_of_service(each.site, each.tag, reason=each.broken, actor=management)


def _enter(each: Stands, actor: User) -> Vessel:
    least, most = (Decimal(litres) for litres in each.litres) if each.litres else (None, None)
    rate = (Decimal(each.rate[0]), each.rate[1], timezone.localdate().replace(month=1, day=1)) if each.rate else (None, "", None)
    facts = VesselFacts(each.name, each.kind, each.material, least, most, *rate)
    with acting(actor=actor, channel=Channel.COMMAND):
        return add_vessel(each.site, each.tag, facts, actor=actor)


def _price_disposal(today: date) -> None:
    keeper, first = holding(Role.EHS), today.replace(month=1, day=1)
    with acting(actor=keeper, channel=Channel.COMMAND):
        for site, currency, prices in DISPOSAL:
            rows = [
                {"waste": waste, "price_per_kg": price, "currency": currency, "valid_from": first, "source": f"Contract of {first.year}"}
                for waste, price in zip(DisposalPrice.Waste.values, prices, strict=True)
            ]
            change_rows(f"disposal-prices:{site}", [Change(ADD, values=row) for row in rows], actor=keeper, all_or_none=True)


def _code(story: Story) -> str:
    return Project.objects.filter(client__code=story.client, compound__cas_number=story.molecule.cas_number).earliest("pk").code


def _book(row: Booked, vessel: Vessel, today: date) -> None:
    project = _code(row.project) if row.project else ""
    actor = holding(Role.PROJECT_MANAGER if project else Role.PRODUCTION)
    draft = Booking(
        vessel=vessel.pk,
        first_on=today + timedelta(days=row.first),
        last_on=today + timedelta(days=row.last),
        purpose=row.purpose,
        label=row.label,
        belongs_to=row.milestone,
        remark=row.remark,
    )
    with acting(actor=actor, channel=Channel.COMMAND):
        book_vessel(draft, project=project, firm=row.firm, actor=actor)
