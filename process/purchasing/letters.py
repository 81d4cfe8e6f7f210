"""The letter of an inquiry to one supplier: what it says, and the paper of it. Nothing of the client, the product or other suppliers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.languages import language_of
from accounts.models import Role
from audit.refusals import Blocker
from documents.about import About, AboutKind, words_of
from documents.content import Column, data_table, day, key_values, shortest
from documents.models import DocumentVersion
from documents.registry import DocumentType
from documents.registry import register as register_types
from documents.services.versions import as_json
from process.purchasing.models import InquiryAsk, InquirySupplier, PurchaseInquiry
from projects.steps import MAKE_EFFECTIVE, register_guard

if TYPE_CHECKING:
    from projects.models import Project

TYPE = "purchase_inquiry"
NOT_SENT = "inquiry.not_sent"


def asked_lines(addressee: InquirySupplier) -> list[InquiryAsk]:
    """The lines of one supplier, in the order of the inquiry."""
    if addressee.asked is not None:
        return addressee.asked
    rows = InquiryAsk.objects.filter(inquiry=addressee.inquiry_id, supplier=addressee.supplier_id)
    return list(rows.select_related("line__material").order_by("line__position", "line_id"))


def letter_data(addressee: InquirySupplier) -> dict[str, Any]:
    """Everything that the supplier reads; the snapshot is attached to its PDF, so that nothing else may stand in it."""
    inquiry, lines = addressee.inquiry, [ask.line for ask in asked_lines(addressee)]
    by, site = day(inquiry.answer_by), inquiry.project.site
    return {
        "title": _t("Request for prices %(number)s") % {"number": addressee.letter_number},
        "subtitle": str(addressee.supplier),
        "facts": key_values(
            (_t("To"), addressee.supplier.name),
            (_t("Attention of"), addressee.supplier.contact_name),
            (_t("E-mail"), addressee.supplier.email),
            (_t("From"), settings.ORGANISATION_NAME),
            (_t("Our contact"), f"{inquiry.prepared_by.full_name}, {inquiry.prepared_by.email}"),
            *([(_t("Place of delivery"), f"{site.name}, {site.country}")] if site else []),
            (_t("Our reference"), addressee.letter_number),
            (_t("Please answer by"), by),
        ),
        "note": inquiry.note,
        "lines": data_table(
            [
                Column(_t("No."), 6, "right"),
                Column(_t("Material"), 30),
                Column(_t("CAS"), 13),
                Column(_t("Specification"), 20),
                Column(_t("Quantity (kg)"), 11, "right"),
                Column(_t("Pack (kg)"), 8, "right"),
                Column(_t("Wanted on"), 12),
            ],
            [
                (
                    place,
                    line.material.name,
                    line.material.cas_number,
                    line.specification,
                    shortest(line.quantity_kg),
                    shortest(line.pack_kg),
                    line.wanted_on,
                )
                for place, line in enumerate(lines, 1)
            ],
        ),
        "wanted": [
            _t("The price per kilogram with its currency, and from which quantity on it holds; a row of its own for each price break."),
            _t("The pack and the smallest order, in kilograms."),
            _t("The lead time in days, from the order to the delivery at our site."),
            _t("The country of origin, the purity, and the day until which the offer holds."),
            _t("The safety data sheet of each material, and its specification or a recent certificate of analysis."),
            _t("Where you do not offer a material: why not. We then ask no further."),
        ],
        "how": [
            _t("Fill in the spreadsheet that comes with this letter, one row for each material and price break, and send it back."),
            _t("Name our reference %(number)s in your answer.") % {"number": addressee.letter_number},
            _t("Your answer should reach us by %(day)s.") % {"day": by},
        ],
        "terms": _t(
            "This is a request for prices and no order. Quantities are estimates. What you learn from it is confidential; "
            "we treat your offer in the same way."
        ),
    }


def _addressee(project: Project, about: str) -> InquirySupplier:
    """Raises LookupError for a supplier that is not asked."""
    number, _dash, place = about.partition("-")
    rows = InquirySupplier.objects.filter(inquiry__project=project).select_related(
        "inquiry__project__site", "inquiry__prepared_by", "supplier"
    )
    found = rows.filter(inquiry__number=number, number=place).first() if number.isdecimal() and place.isdecimal() else None
    if found is None:
        raise LookupError(f"{about} of this project is no letter to a supplier.")
    return found


def data_of(project: Project, about: str) -> dict[str, Any]:
    """Raises LookupError for a supplier that is not asked."""
    return letter_data(_addressee(project, about))


def spoken_by(project: Project, about: str) -> str:
    """The language of the supplier to whom the letter goes. Raises LookupError for one that is not asked."""
    return language_of(_addressee(project, about).supplier)


def known_letters(project: Project) -> dict[str, str]:
    """Those that can still be made: of inquiries that are not sent."""
    rows = InquirySupplier.objects.filter(inquiry__project=project, inquiry__state=PurchaseInquiry.State.PREPARED)
    rows = rows.select_related("inquiry", "supplier").order_by("-inquiry__number", "number")
    return {each.reference: f"{words_of(AboutKind.INQUIRY, each.reference)}: {each.supplier}" for each in rows}


def no_inquiry(project: Project) -> list[Blocker]:
    if known_letters(project):
        return []
    words = _t("No purchase inquiry is prepared; research prepares it from a route.")
    return [Blocker("inquiry.missing", words, reverse("project-routes", args=[project.code]))]


def papers_of(inquiry: PurchaseInquiry) -> dict[str, DocumentVersion]:
    """By reference: the newest version of each letter."""
    rows = DocumentVersion.objects.filter(
        document__project=inquiry.project_id, document__type_key=TYPE, document__about_reference__startswith=f"{inquiry.number}-"
    )
    newest = rows.select_related("document").prefetch_related("renditions").order_by("document_id", "-number").distinct("document_id")
    return {version.document.about_reference: version for version in newest}


def is_current(version: DocumentVersion, addressee: InquirySupplier) -> bool:
    """Whether the paper says what would be asked now."""
    language = language_of(addressee.supplier)
    with translation.override(language):
        now: Mapping[str, Any] = as_json(letter_data(addressee))
    return bool(version.document.withdrawn_at is None and version.language == language and version.snapshot["data"] == now)


def unsent(version: DocumentVersion) -> list[Blocker]:
    """Guard: a letter takes effect with the sending of its inquiry, not before."""
    if version.document.type_key != TYPE:
        return []
    number = version.document.about_reference.partition("-")[0]
    row = PurchaseInquiry.objects.filter(project=version.document.project_id, number=number).select_related("project").first()
    if row is None or not row.is_prepared:
        return []
    return [Blocker(NOT_SENT, _t("It takes effect when %(number)s is sent.") % {"number": row}, row.get_absolute_url())]


PURCHASE_INQUIRY = DocumentType(
    key=TYPE,
    title=_("Purchase Inquiry"),
    phase="",
    number_prefix="PI",
    template="documents/types/purchase_inquiry.html",
    build_context=data_of,
    template_version="2",
    requesters=frozenset({Role.RESEARCH, Role.MATERIAL_CONTROL, Role.PROJECT_MANAGER}),
    missing=no_inquiry,
    dated_by=None,
    usual_reason=_("What is asked, as of that day."),
    about=About(AboutKind.INQUIRY, known_letters),
    for_us=True,
    for_others=True,
    speaks=spoken_by,
)


def register() -> None:
    register_types(PURCHASE_INQUIRY)
    register_guard(MAKE_EFFECTIVE, unsent)
