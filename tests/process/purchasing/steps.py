"""What people do with a purchase inquiry, as the tests of it do it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.models import Role, User
from catalogue.models import Material, Supplier, SupplierQualification
from documents.models import DocumentVersion, Rendition
from process.models import PurchaseInquiry, RouteVersion, SupplierMail
from process.purchasing import services
from process.purchasing.letters import papers_of
from tests.process import factories as make
from tests.projects import factories as projects
from worksheets.changing import ADD, CHANGE, Change, change_rows

OFFER = {"price_per_kg": "6.05", "currency": "EUR", "pack_kg": "25", "minimum_order_kg": "50", "lead_time_days": "21"}


def buyer() -> User:
    return projects.person(Role.MATERIAL_CONTROL)


def in_days(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def drawn(inquiry: PurchaseInquiry) -> None:
    """As if a worker had drawn the letters."""
    for paper in papers_of(inquiry).values():
        if paper.state == DocumentVersion.State.QUEUED:
            projects.drawn(paper)


def ask(inquiry: PurchaseInquiry, line: str, supplier: str) -> None:
    change = Change(ADD, values={"line": line, "supplier": supplier}, create=frozenset({"supplier"}))
    (result,) = change_rows(f"inquiry-asks:{inquiry.pk}", [change], actor=buyer()).results
    assert result.is_saved, result.errors


def make_ready(inquiry: PurchaseInquiry) -> None:
    """The line that nobody has quoted is asked of one supplier, with the reason."""
    ask(inquiry, "Acetic anhydride", "Chemical Works")
    line = inquiry.lines.get(material__name="Acetic anhydride")
    change_rows(f"inquiry-lines:{inquiry.pk}", [Change(CHANGE, line.pk, {"single_because": "Only one makes it."})], actor=make.chemist())
    services.write_letters(inquiry.pk, actor=make.chemist())
    drawn(inquiry)


def sent(inquiry: PurchaseInquiry) -> PurchaseInquiry:
    make_ready(inquiry)
    return services.send_inquiry(inquiry.pk, actor=buyer())


def printed(message: SupplierMail) -> SupplierMail:
    """As if a worker had made the PDF of its letter that is in effect."""
    values = {"name": "letter.pdf", "media_type": "application/pdf", "sha256": "0" * 64, "size_bytes": 1, "pages": 1}
    version, kind = message.version, Rendition.Kind.EFFECTIVE
    Rendition.objects.create(version=version, kind=kind, content_hash=version.content_hash, **values)
    return message


def decide(inquiry: PurchaseInquiry, *names: str) -> None:
    """Each of the suppliers is approved for every material of the inquiry."""
    for name in names:
        for line in inquiry.lines.select_related("material"):
            qualify(line.material, name)


def qualify(material: Material, name: str, **values: Any) -> SupplierQualification:
    """A decision on this supplier and this material: approved nine days ago, where nothing else is said."""
    until = {"decided_on": in_days(-9), "valid_until": in_days(300), "examined_on": in_days(-20)}
    how = {"criticality": "major", "basis": "on_site", "decision": "approved", "decided_by": buyer(), "evidence": "AR-7"} | until | values
    supplier = Supplier.objects.get_or_create(name=name)[0]
    return SupplierQualification.objects.create(material=material, supplier=supplier, **how)


def prepared(version: RouteVersion, **values: Any) -> PurchaseInquiry:
    given = {"target_kg": Decimal(100), "answer_by": in_days(14)} | values
    return services.prepare_inquiry(version.pk, actor=make.chemist(), **given)


def answer(inquiry: PurchaseInquiry, line: str, supplier: str, **values: Any) -> Any:
    given = {"line": line, "supplier": supplier, **values}
    (result,) = change_rows(f"inquiry-answers:{inquiry.pk}", [Change(ADD, values=given)], actor=buyer()).results
    return result
