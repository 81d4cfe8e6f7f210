"""What the demo asks for: prices of suppliers for one of its routes, and answers of a client that a price still assumes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from accounts.models import Role, User
from audit.context import Channel, acting
from catalogue.models import Supplier
from cdmo.demo.early import QUOTED
from cdmo.demo.people import holding
from cdmo.demo.routes import project_of
from cdmo.demo.supplies import LUDWIG
from documents.services.queue import render_version
from process.assumptions.figures import take_figures
from process.assumptions.ledger import take_over
from process.assumptions.letters import write_letter
from process.models import PurchaseInquiry, RouteVersion
from process.purchasing import services
from process.purchasing.letters import papers_of
from projects.completeness import completeness_of
from projects.models import Project
from worksheets.changing import ADD, REMOVE, Change, change_rows

WANTED_KG = Decimal(120)
ANSWERED = 4  # lines; of the others an answer is awaited
OURS = (
    {"words": "Toluene is recovered to 85 % and used again", "figure": "85", "low": "70", "high": "92", "unit": "%"},
    {
        "words": "One crystallisation brings the dimer below its limit",
        "figure": "0.15",
        "unit": "%",
        "question": "Which limit does your specification set for the dimer?",
        "matters": "A lower limit takes a second crystallisation.",
    },
    {
        "words": "Packed in drums of 25 kg with two inner bags",
        "question": "In which packing shall we deliver?",
        "matters": "Small or special packing takes more hours in the packing room.",
    },
    {"words": "One analyst runs the release of a batch in five days", "figure": "5", "low": "4", "high": "8", "unit": "d"},
)


def ask_for_prices(today: date) -> Iterator[date]:
    """Today. Once: what is there already stays as it is."""
    yield today
    if PurchaseInquiry.objects.exists():
        return
    project = project_of(QUOTED)
    _assume(project, today)
    _ask(project, today)


def _ask(project: Project, today: date) -> None:
    chemist, buyer = holding(Role.RESEARCH), holding(Role.MATERIAL_CONTROL)
    version = RouteVersion.objects.filter(route__project=project).latest("number")
    with acting(actor=chemist, channel=Channel.COMMAND):
        by = today + timedelta(days=14)
        inquiry = services.prepare_inquiry(version.pk, target_kg=WANTED_KG, answer_by=by, with_priced=True, actor=chemist)
        for line in inquiry.lines.all()[ANSWERED * 2 :]:
            _write(f"inquiry-lines:{inquiry.pk}", Change(REMOVE, line.pk), chemist)
        services.write_letters(inquiry.pk, actor=chemist)
    with acting(channel=Channel.WORKER):
        for paper in papers_of(inquiry).values():
            render_version(paper.pk)
    with acting(actor=buyer, channel=Channel.COMMAND):
        services.send_inquiry(inquiry.pk, actor=buyer)
        _answer(inquiry, today, buyer)


def _answer(inquiry: PurchaseInquiry, today: date, buyer: User) -> None:
    """The dear one delivers sooner; of one material there is no offer."""
    for place, line in enumerate(inquiry.lines.select_related("material")[:ANSWERED]):
        suppliers = Supplier.objects.filter(inquiries__inquiry=inquiry, pk__in=line.asks.values("supplier")).order_by("name")
        for number, supplier in enumerate(suppliers):
            values: dict[str, Any] = {"line": line.material.code, "supplier": supplier.name}
            near = supplier.name == LUDWIG
            if number and place == ANSWERED - 1:
                values["no_offer_because"] = "Not in our range"
            else:
                price = Decimal("11.40") + 7 * place - (0 if near else Decimal("1.85"))
                values |= {"price_per_kg": str(price), "currency": "EUR" if near else "USD", "pack_kg": "25" if near else "50"}
                values |= {"lead_time_days": "21" if near else "56", "origin": "Germany" if near else "China"}
                values |= {"valid_until": (today + timedelta(days=120)).isoformat(), "minimum_order_kg": "25" if near else "100"}
            _write(f"inquiry-answers:{inquiry.pk}", Change(ADD, values=values), buyer)


def _assume(project: Project, today: date) -> None:
    """What the request does not say, what we assume ourselves, and the letter that asks for the rest."""
    business = holding(Role.BUSINESS_DEVELOPMENT)
    with acting(actor=business, channel=Channel.COMMAND):
        scenario = project.cost_assessments.earliest("number")
        if completeness_of(project.rfp).open:
            take_over(project.code, scenario.number, actor=business)
        take_figures(project.code, scenario.number, actor=business)
        for values in OURS:
            _write(f"assumptions:{project.code}", Change(ADD, values=values), business)
        write_letter(project.code, answer_by=today + timedelta(days=10), actor=business)


def _write(address: str, change: Change, actor: User) -> None:
    change_rows(address, [change], actor=actor, all_or_none=True)
