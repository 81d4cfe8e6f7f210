"""Acts of purchasing and of the ledger of assumptions that ask somebody. `test_asking.py` plays them all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from accounts.models import Role
from audit.context import acting
from catalogue.models import Supplier, SupplierQuote
from process.assumptions.ledger import take_over
from process.assumptions.prompting import prompt as prompt_of_offers
from process.assumptions.settling import prompt
from process.models import Assumption, CostAssessment, PurchaseInquiry, RouteVersion, SupplierMail
from process.purchasing import posting, services
from process.purchasing.letters import papers_of
from projects.models import Project, Rfp
from tests.process import factories as process
from tests.process.purchasing.steps import printed
from tests.projects import factories as make

Act = Callable[[], object]
Scene = Callable[[Project], Act]


def _route(project: Project) -> RouteVersion:
    """Two inputs have a price each, the third no more; two suppliers have quoted it."""
    version = process.draft_of(process.a_whole_route(project))
    over = timezone.localdate() - timedelta(days=1)
    process.a_price(process.a_material("4-Aminophenol"), "5.90", supplier="Second Works")
    SupplierQuote.objects.filter(material__name="4-Aminophenol").update(valid_until=over)
    Supplier.objects.update(email="offers@works.example")
    return version


def _prepare(version: RouteVersion) -> PurchaseInquiry:
    by = timezone.localdate() + timedelta(days=14)
    return services.prepare_inquiry(version.pk, target_kg=Decimal(100), answer_by=by, actor=process.chemist())


def an_inquiry(project: Project) -> Act:
    version = _route(project)
    make.person(Role.MATERIAL_CONTROL)
    return lambda: _prepare(version)


def a_sent_inquiry(project: Project, email: str = "offers@works.example") -> Act:
    version = _route(project)
    Supplier.objects.update(email=email)
    inquiry = _prepare(version)
    for paper in papers_of(inquiry).values():
        make.drawn(paper)
    make.person(Role.MATERIAL_CONTROL, name="Second Buyer")  # nobody is told of an act of their own
    return lambda: services.send_inquiry(inquiry.pk, actor=make.person(Role.MATERIAL_CONTROL))


def letters_by_hand(project: Project) -> Act:
    return a_sent_inquiry(project, email="")


def a_lost_mail(project: Project) -> Act:
    make.person(Role.MATERIAL_CONTROL)
    a_sent_inquiry(project)()
    message = SupplierMail.objects.select_related("version").earliest("pk")
    printed(message)
    now = timezone.now()
    SupplierMail.objects.filter(pk=message.pk).update(state=SupplierMail.State.SENDING, handed_over_at=now, lease_until=now)

    def act() -> None:
        with acting(channel="worker"):
            posting.send_mail(message.pk)

    return act


def a_real_number(project: Project) -> Act:
    scenario = process.a_scenario(project, process.draft_of(process.a_whole_route(project)))
    take_over(project.code, scenario.number, actor=make.person(Role.BUSINESS_DEVELOPMENT))
    Assumption.objects.update(words="20 kg")  # what is assumed stays in the language in which it was written
    Rfp.objects.filter(pk=project.rfp_id).update(pilot_quantity_kg=Decimal(24))
    found = Project.objects.select_related("rfp", "client").get(pk=project.pk)

    def act() -> None:
        with acting(channel="worker"):
            prompt(found)

    return act


def an_offer(project: Project) -> Act:
    scenario = process.a_scenario(project, process.draft_of(process.a_whole_route(project)))
    scenario.prices.filter(material__name="Water").update(
        quote=None, price_per_kg=Decimal("0.05"), currency="EUR", dated=scenario.priced_on, source="assumption"
    )
    found = CostAssessment.objects.select_related("project__site", "created_by").get(pk=scenario.pk)

    def act() -> None:
        with acting(channel="worker"):
            prompt_of_offers(found)

    return act


IN_PROCESS: dict[str, Scene] = {
    "inquiry.prepared": an_inquiry,
    "inquiry.sent": a_sent_inquiry,
    "inquiry.to_hand_over": letters_by_hand,
    "inquiry.not_mailed": a_lost_mail,
    "assumption.arrived": a_real_number,
    "cost.offered": an_offer,
}
