"""The tables of a purchase inquiry: what is asked, whom, and what they answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy as _

from catalogue.models import Material, Supplier
from catalogue.models.kept import standing_on
from catalogue.qualification import note_on, sources_words
from catalogue.services.supply import enter_supplier
from catalogue.worksheets import A_MATERIAL, OF_AN_OFFER
from process.purchasing.models import InquiryAnswer, InquiryAsk, InquiryLine, PurchaseInquiry
from process.purchasing.services import answering_blockers, editing_blockers
from process.purchasing.tables import AnswerRows, AskRows, LineRows
from worksheets.sheets import Lookup, SheetColumn, Worksheet, register_sheet

if TYPE_CHECKING:
    from worksheets.bound import Bound

WHO = _("Purchase inquiries are prepared by research, material control and the project manager.")


def _lines(bound: Bound) -> QuerySet[Any]:
    return InquiryLine.objects.filter(inquiry=bound.parent).select_related("material")


def _line_called(lines: QuerySet[Any], words: str) -> QuerySet[Any]:
    return lines.filter(material__in=Material.objects.filter(pk__in=lines.order_by().values("material")).called(words))


def _sellers(bound: Bound) -> QuerySet[Any]:
    return Supplier.objects.visible_to(bound.user).may_be_asked()


def _asked(bound: Bound) -> QuerySet[Any]:
    return Supplier.objects.visible_to(bound.user).filter(inquiries__inquiry=bound.parent)


def _standing(answer: InquiryAnswer) -> str:
    """Of an offer, on the day of the project's site; as that of a price beside its material."""
    return standing_on(answer, answer.inquiry.project.today) if answer.is_offer else ""


def _qualification(ask: InquiryAsk) -> str:
    """What quality assurance has against buying this line there; empty where nothing."""
    return note_on(ask.supplier.qualifications.all(), ask.line.material_id, ask.inquiry.project.today)


def _with_sources(rows: QuerySet[Any]) -> QuerySet[Any]:
    rows = rows.annotate(asked=Count("asks")).select_related("inquiry__project__site")
    return rows.prefetch_related("material__qualifications__supplier")


def _sources(line: InquiryLine) -> str:
    """From whom the material can be bought already; a single source is named as such."""
    return sources_words(line.material.qualifications.all(), line.inquiry.project.today)


def _page(inquiry: PurchaseInquiry) -> str:
    return inquiry.get_absolute_url()


OF_INQUIRY: dict[str, Any] = {"parent": "inquiry", "page": _page}
LINE = Lookup(_lines, find=_line_called)
LINES = Worksheet(
    key="inquiry-lines",
    title=_("What is asked for"),
    noun=_("line"),
    model=InquiryLine,
    columns=(
        SheetColumn("material", lookup=A_MATERIAL, example="TOL-99", frozen=True, width=26),
        SheetColumn("quantity_kg", unit="kg", note=_("Fresh, for the kilograms of product that are wanted."), example="120"),
        SheetColumn("specification", note=_("Empty: the grade of the catalogue."), example="99.8 %", width=22),
        SheetColumn("pack_kg", unit="kg", example="180"),
        SheetColumn("wanted_on", example="2026-09-01"),
        SheetColumn("sources", _("Qualified suppliers"), compute=_sources, width=28),
        SheetColumn("asked", _("Suppliers asked"), compute=lambda row: row.asked, kind="whole"),
        SheetColumn("single_because", note=_("Needed where only one supplier is asked."), width=28),
    ),
    permission="process.prepare_inquiry",
    who=WHO,
    service=LineRows,
    rows=_with_sources,
    order="position",
    blockers=editing_blockers,
    hint=_("Kilograms come from the mass balance of the route; round them to what is really bought."),
    **OF_INQUIRY,
)
ASKS = Worksheet(
    key="inquiry-asks",
    title=_("Who is asked for what"),
    noun=_("supplier for a line"),
    model=InquiryAsk,
    columns=(
        SheetColumn("line", lookup=LINE, example="TOL-99", frozen=True, width=26),
        SheetColumn(
            "supplier",
            lookup=Lookup(_sellers, create=enter_supplier, new=_("Enter the supplier")),
            example="Demo Chemicals",
            width=28,
            link=lambda row: row.supplier.get_absolute_url(),
        ),
        SheetColumn("proposed", _("Proposed because"), compute=lambda row: row.because, width=36),
        SheetColumn("status", _("Status"), compute=lambda row: str(row.supplier.get_status_display()), width=18),
        SheetColumn("qualification", _("Qualification"), compute=_qualification, width=32),
        SheetColumn("email", _("E-mail"), compute=lambda row: row.supplier.email, width=26),
    ),
    permission="process.prepare_inquiry",
    who=WHO,
    service=AskRows,
    rows=lambda rows: rows.select_related("line__material", "inquiry__project__site").prefetch_related("supplier__qualifications"),
    blockers=editing_blockers,
    hint=_("Each supplier reads only the lines for which it is asked; none learns who else is."),
    **OF_INQUIRY,
)
ANSWERS = Worksheet(
    key="inquiry-answers",
    title=_("Answers"),
    noun=_("answer"),
    model=InquiryAnswer,
    columns=(
        SheetColumn("line", lookup=LINE, example="TOL-99", fixed=True, frozen=True, width=26),
        SheetColumn("supplier", lookup=Lookup(_asked), example="Demo Chemicals", fixed=True, width=26),
        SheetColumn("quantity_from_kg", unit="kg", note=_("The price holds from this quantity on."), example="25"),
        SheetColumn("price_per_kg", regulated=True, example="4.80"),
        SheetColumn("currency", example="EUR"),
        *OF_AN_OFFER,
        SheetColumn("quoted_on", note=_("Empty: today."), example="2026-03-12"),
        SheetColumn("valid_until", example="2026-09-30"),
        SheetColumn("reference", note=_("Of the supplier's offer; empty: that of the inquiry."), width=16),
        SheetColumn("no_offer_because", note=_("In place of a price."), example=_("Not in our range"), width=26),
        SheetColumn("note", width=24),
        SheetColumn("standing", _("Standing"), compute=_standing),
    ),
    permission="catalogue.manage_quotes",
    who=_("Answers are filed by material control."),
    service=AnswerRows,
    rows=lambda rows: rows.select_related("line__material", "inquiry__project__site"),
    blockers=answering_blockers,
    unread=(_("Wanted quantity (kg)"), _("Specification"), _("Wanted pack (kg)"), _("Wanted on")),
    hint=_("Each offer is filed as a price beside its material at once. The spreadsheet that went with the letter can be imported here."),
    **OF_INQUIRY,
)


def register() -> None:
    register_sheet(LINES, ASKS, ANSWERS)
