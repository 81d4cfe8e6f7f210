"""The tables of the catalogue: materials, suppliers, what a material costs and what a supplier sells, rates, vessels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.countries import LANDS
from accounts.currencies import minor_unit
from catalogue.compound_sheet import AS_WRITTEN, COMPOUNDS
from catalogue.disposal_sheet import DISPOSAL_PRICES
from catalogue.models import AnalyticalPrice, ExchangeRate, Material, Supplier, SupplierQualification, SupplierQuote, Vessel
from catalogue.models.kept import standing_on
from catalogue.models.materials import WHOLE_NAME
from catalogue.models.supply import in_force
from catalogue.qualification import said_of, sources_words, standing
from catalogue.services.analysis import AnalyticalPriceRows
from catalogue.services.materials import MaterialRows, enter_material
from catalogue.services.qualification import QualificationRows, SupplierRows
from catalogue.services.supply import QuoteRows, RateRows, enter_supplier
from catalogue.services.vessels import VesselRows
from catalogue.site_sheet import KEEPERS, SITES
from worksheets.columns import text
from worksheets.sheets import Lookup, SheetColumn, Worksheet, register_sheet

if TYPE_CHECKING:
    from worksheets.bound import Bound


def _valid(rows: QuerySet[Any]) -> QuerySet[Any]:
    """With the number of prices by which one could order today."""
    return rows.annotate(valid_prices=Count("quotes", filter=in_force(timezone.localdate(), "quotes__")))


def _standing(price: AnalyticalPrice | SupplierQuote) -> str:
    return standing_on(price, timezone.localdate())


def _with_qualifications(rows: QuerySet[Any]) -> QuerySet[Any]:
    return _valid(rows).prefetch_related("qualifications")


def _with_sources(rows: QuerySet[Any]) -> QuerySet[Any]:
    return _valid(rows).prefetch_related("qualifications__supplier")


def _sources(material: Material) -> str:
    return sources_words(material.qualifications.all(), timezone.localdate())  # type: ignore[attr-defined]


def _qualification(supplier: Supplier) -> str:
    return said_of(supplier.qualifications.all(), timezone.localdate())


def _standings(rows: Sequence[SupplierQualification], _supplier: Supplier) -> dict[int, dict[str, str]]:
    today = timezone.localdate()
    return {row.pk: {"standing": standing(row, rows, today)} for row in rows}


def _cost_per_sample(price: AnalyticalPrice) -> Decimal:
    return price.cost_per_sample.quantize(minor_unit(price.currency), ROUND_HALF_UP)


def _materials(bound: Bound) -> QuerySet[Any]:
    """Those that are still bought."""
    return Material.objects.visible_to(bound.user).filter(in_use=True)


def _called(materials: Any, words: str) -> QuerySet[Any]:
    found: QuerySet[Any] = materials.called(words)
    return found


KNOWN_MATERIAL = Lookup(_materials, find=_called, shown=WHOLE_NAME)
A_MATERIAL = replace(KNOWN_MATERIAL, create=enter_material, new=_("Enter the material as a reagent"))  # for every table that takes new ones


def _suppliers(bound: Bound) -> QuerySet[Any]:
    return Supplier.objects.visible_to(bound.user)


def a_tag() -> forms.SlugField:
    """It stands in addresses."""
    words = _("Use letters and digits, and a hyphen instead of a space, for example R-302.")
    return forms.SlugField(max_length=32, error_messages={"invalid": words})


MATERIALS = Worksheet(
    key="materials",
    title=_("Materials"),
    noun=_("material"),
    model=Material,
    columns=(
        SheetColumn(
            "code", note=_("Ours; it stays."), example="TOL-99", fixed=True, frozen=True, width=12, link=lambda row: row.get_absolute_url()
        ),
        SheetColumn("name", example="Toluene", width=26),
        SheetColumn("grade", example="99.8 %", width=12),
        SheetColumn("kind", example="Solvent", width=14),
        SheetColumn(
            "cas_number",
            field=lambda: text(AS_WRITTEN),
            note=_("A compound that we know gives the molar mass."),
            example="108-88-3",
            width=12,
        ),
        SheetColumn("molar_mass_g_per_mol", unit="g/mol", note=_("As charged, salt and solvate included."), example="92.14"),
        SheetColumn("density_kg_per_l", unit="kg/L", note=_("At 20 °C; needed of a solvent."), example="0.867"),
        SheetColumn("hazard_statements", note=_("Codes of the GHS with a space between."), example="H225 H304 H315", width=20),
        SheetColumn("exposure_band", note=_("Occupational, 1 (least) to 5."), example="2"),
        SheetColumn("un_number", field=lambda: text(AS_WRITTEN), example="UN1294"),
        SheetColumn("controlled_as", note=_("The list on which it stands, where it is controlled."), width=14),
        SheetColumn("storage", example="2–8 °C", width=14),
        SheetColumn("note", width=24),
        SheetColumn("in_use", example="yes"),
        SheetColumn("sources", _("Qualified suppliers"), compute=_sources, width=30),
        SheetColumn("valid_prices", _("Valid prices"), compute=lambda row: row.valid_prices, kind="whole"),
    ),
    permission="catalogue.manage_materials",
    who=_("Materials are kept by research, material control and production."),
    service=MaterialRows,
    rows=_with_sources,
    page=lambda _none: reverse("materials"),
    group="catalogue",
)
SUPPLIERS = Worksheet(
    key="suppliers",
    title=_("Suppliers"),
    noun=_("supplier"),
    model=Supplier,
    columns=(
        SheetColumn("name", example="Demo Chemicals", frozen=True, width=28, link=lambda row: row.get_absolute_url()),
        SheetColumn("country", choices=LANDS, example="Switzerland", width=16),
        SheetColumn(
            "status",
            note=_("Approved only by a qualification, which quality assurance records."),
            example="Candidate",
            width=20,
            regulated=True,
        ),
        SheetColumn("contact_name", width=20),
        SheetColumn("email", width=26),
        SheetColumn("phone", width=16),
        SheetColumn("language", note=_("Of the letters that it gets; empty: English."), example="English", width=14),
        SheetColumn("note", width=28),
        SheetColumn("qualification", _("Qualification"), compute=_qualification, width=32),
        SheetColumn("valid_prices", _("Valid prices"), compute=lambda row: row.valid_prices, kind="whole"),
    ),
    permission="catalogue.manage_suppliers",
    who=_("Suppliers are kept by material control."),
    service=SupplierRows,
    rows=_with_qualifications,
    page=lambda _none: reverse("suppliers"),
    group="catalogue",
)


QUALIFICATIONS = Worksheet(
    key="supplier-qualifications",
    title=_("Qualification"),
    noun=_("qualification"),
    model=SupplierQualification,
    parent="supplier",
    columns=(
        SheetColumn("material", lookup=KNOWN_MATERIAL, example="TOL-99", frozen=True, width=24, regulated=True),
        SheetColumn("service", note=_("In place of a material."), example="Elemental impurities", width=20, regulated=True),
        SheetColumn("standing", _("Standing"), derived=True, width=30),
        SheetColumn("decision", example="Approved", width=22, regulated=True),
        SheetColumn("conditions", note=_("Needed unless it is approved."), width=28),
        SheetColumn("decided_on", example="2026-03-12", regulated=True, width=13),
        SheetColumn("decided_by", _("Decided by"), compute=lambda row: row.decided_by.full_name, width=20),
        SheetColumn("valid_until", note=_("To this day the qualification holds."), example="2029-03-12", regulated=True),
        SheetColumn("criticality", example="Critical", width=12),
        SheetColumn("manufacturer", note=_("Where it is another."), width=22),
        SheetColumn("site_address", width=26),
        SheetColumn("basis", example="Audit on site", width=16),
        SheetColumn(
            "examined_on", note=_("Empty: the day of the audit, or of the questionnaire where it rests on that."), example="2026-02-20"
        ),
        SheetColumn("questionnaire_on", example="2026-01-15"),
        SheetColumn("questionnaire_score", unit="%", example="92"),
        SheetColumn("audited_on", example="2026-02-20"),
        SheetColumn("findings_critical", note=_("Of the audit; 0 where there was none."), example="0"),
        SheetColumn("findings_major", example="1"),
        SheetColumn("findings_minor", example="3"),
        SheetColumn("capa_closed_on", note=_("When all that was found was put right."), example="2026-05-31"),
        SheetColumn("findings", note=_("What is to be said of them."), width=28),
        SheetColumn("gmp_certificate", note=_("Its number, and who gave it."), example="CH-GMP-2025-117", width=20),
        SheetColumn("gmp_until", example="2028-06-30"),
        SheetColumn("iso_certificate", note=_("The standard, and its number."), example="ISO 9001, 4711", width=20),
        SheetColumn("iso_until", example="2028-06-30"),
        SheetColumn("certificates", example="Kosher", width=18),
        SheetColumn("certificates_until", example="2028-06-30"),
        SheetColumn("bse_tse", note=_("Whether the supplier has given it; empty: not known."), example="yes"),
        SheetColumn("nitrosamines", example="yes"),
        SheetColumn("elemental_impurities", example="no"),
        SheetColumn("gmo", example="not known"),
        SheetColumn("statements", note=_("What is to be said of them."), width=24),
        SheetColumn("lots_tested", note=_("By us, every test."), example="3"),
        SheetColumn("reduced_testing", note=_("We rely on the certificate, and test fully from time to time."), example="no"),
        SheetColumn("deliveries", note=_("Of all that we had in a period, as purchasing counts them."), example="24"),
        SheetColumn("deliveries_on_time", note=_("On the day that was agreed."), example="23"),
        SheetColumn("deliveries_accepted", note=_("Released without a complaint."), example="24"),
        SheetColumn("deliveries_from", example="2025-07-01"),
        SheetColumn("deliveries_until", example="2026-06-30"),
        SheetColumn("on_time_pct", _("On time"), unit="%", compute=lambda row: row.on_time_pct, kind="number"),
        SheetColumn("accepted_pct", _("Accepted"), unit="%", compute=lambda row: row.accepted_pct, kind="number"),
        SheetColumn("quality_agreement", note=_("Its number."), example="QAG-041", width=14),
        SheetColumn("quality_agreement_until", example="2029-02-28"),
        SheetColumn("change_notification", note=_("It has agreed to tell us before it changes something."), example="yes"),
        SheetColumn("evidence", note=_("Number of the report or of the file."), example="AR-2026-014", width=18),
    ),
    permission="catalogue.qualify_suppliers",
    who=_("Suppliers are qualified by quality assurance."),
    service=QualificationRows,
    rows=lambda rows: rows.select_related("decided_by"),
    together=_standings,
    page=lambda supplier: str(supplier.get_absolute_url()),
    hint=_(
        "Of each material and service the newest decision counts; the best of them is the supplier's status. Who writes it has decided."
    ),
)
OF_AN_OFFER = (  # beside its price, here and where suppliers answer
    SheetColumn("pack_kg", unit="kg", example="180"),
    SheetColumn("minimum_order_kg", unit="kg", example="180"),
    SheetColumn("lead_time_days", example="21"),
    SheetColumn("purity_pct", unit="%", example="99.8"),
    SheetColumn("origin", choices=LANDS, example=_("Germany"), width=16),
)


def _price_columns(other: SheetColumn) -> tuple[SheetColumn, ...]:
    return (
        other,
        SheetColumn("quantity_from_kg", unit="kg", note=_("The price holds from this quantity on."), example="25"),
        SheetColumn("price_per_kg", regulated=True, example="4.80"),
        SheetColumn("currency", regulated=True, example="EUR"),
        *OF_AN_OFFER,
        SheetColumn("quoted_on", example="2026-03-12"),
        SheetColumn("valid_until", example="2026-09-30"),
        SheetColumn("reference", note=_("Of the supplier's offer; its price breaks share it."), width=14),
        SheetColumn("note", width=24),
        SheetColumn("standing", _("Standing"), compute=_standing),
    )


PRICES: dict[str, Any] = {
    "title": _("Prices"),
    "noun": _("price"),
    "model": SupplierQuote,
    "permission": "catalogue.manage_quotes",
    "who": _("Prices are kept by material control."),
    "service": QuoteRows,
    "hint": _("A price list with breaks is several rows with one reference."),
}
MATERIAL_PRICES = Worksheet(
    key="material-prices",
    parent="material",
    parent_key="code",
    columns=_price_columns(
        SheetColumn(
            "supplier",
            lookup=Lookup(_suppliers, create=enter_supplier, new=_("Enter the supplier")),
            example="Demo Chemicals",
            frozen=True,
            width=24,
            link=lambda row: row.supplier.get_absolute_url(),
        )
    ),
    page=lambda material: str(material.get_absolute_url()),
    **PRICES,
)
SUPPLIER_PRICES = Worksheet(
    key="supplier-prices",
    parent="supplier",
    columns=_price_columns(
        SheetColumn(
            "material",
            lookup=A_MATERIAL,
            example="TOL-99",
            frozen=True,
            width=24,
            link=lambda row: row.material.get_absolute_url(),
        )
    ),
    page=lambda supplier: str(supplier.get_absolute_url()),
    **PRICES,
)
RATES = Worksheet(
    key="exchange-rates",
    title=_("Exchange rates"),
    noun=_("exchange rate"),
    model=ExchangeRate,
    columns=(
        SheetColumn("currency", regulated=True, example="EUR", frozen=True),
        SheetColumn("into", regulated=True, example="USD"),
        SheetColumn("on", regulated=True, example="2026-03-12"),
        SheetColumn("rate", note=_("What one unit of the currency is worth."), regulated=True, example="1.0842", width=14),
        SheetColumn("source", example="ECB reference rate", width=28),
    ),
    permission="catalogue.manage_rates",
    who=_("Exchange rates are kept by management and business development."),
    service=RateRows,
    page=lambda _none: reverse("exchange-rates"),
    group="catalogue",
    hint=_("A price keeps the rate and the day with which it was converted. A newer one of the other direction is turned round."),
)
ANALYTICAL_PRICES = Worksheet(
    key="analytical-prices",
    title=_("Prices of tests"),
    noun=_("price of a test"),
    model=AnalyticalPrice,
    columns=(
        SheetColumn("test", example="Assay", fixed=True, frozen=True, width=22),
        SheetColumn("technique", example="HPLC", fixed=True, width=12),
        SheetColumn("method", example="AM-012", fixed=True, width=12),
        SheetColumn(
            "supplier",
            note=_("Empty: our own."),
            lookup=Lookup(_suppliers, create=enter_supplier, new=_("Enter the laboratory as a supplier")),
            fixed=True,
            width=20,
        ),
        SheetColumn("standing", _("Standing"), compute=_standing),
        SheetColumn("price_per_sample", note=_("In place of hours and rate; needed of an outside laboratory."), fixed=True),
        SheetColumn("hours_per_sample", unit="h", example="1.5", fixed=True),
        SheetColumn("hourly_rate", example="95", fixed=True),
        SheetColumn("consumables_per_sample", example="18", fixed=True),
        SheetColumn("currency", example="EUR", fixed=True),
        SheetColumn("cost_per_sample", _("Cost per sample"), compute=_cost_per_sample, kind="number"),
        SheetColumn("valid_from", example="2026-01-01", fixed=True),
        SheetColumn("valid_until", example="2026-12-31"),
        SheetColumn("reference", example="Price book 2026", width=16),
        SheetColumn("note", width=24),
    ),
    permission="catalogue.manage_analytical_prices",
    who=_("The prices of tests are kept by the analytical department."),
    service=AnalyticalPriceRows,
    page=lambda _none: reverse("analytical-prices"),
    group="catalogue",
    hint=_("A price stays as it was entered: give it a last day and enter its successor, or take away what no plan uses."),
)
VESSELS = Worksheet(
    key="vessels",
    title=_("Vessels"),
    noun=_("vessel"),
    model=Vessel,
    parent="site",
    parent_key="key",
    columns=(
        SheetColumn(
            "tag",
            field=a_tag,
            note=_("As it stands on the vessel; it stays."),
            example="R-302",
            fixed=True,
            frozen=True,
            width=12,
            link=lambda row: row.get_absolute_url(),
        ),
        SheetColumn("name", example="Reactor of line 3", width=28),
        SheetColumn("kind", regulated=True, example="Reactor", width=18),
        SheetColumn("material", regulated=True, example="Glass-lined steel", width=22),
        SheetColumn("volume_min_litres", _("Least volume"), unit="L", note=_("That can be stirred."), regulated=True, example="630"),
        SheetColumn("volume_max_litres", _("Most volume"), unit="L", note=_("Both empty: it holds none."), regulated=True, example="6300"),
        SheetColumn("hourly_rate", note=_("Empty: nobody has said what it costs."), regulated=True, example="410"),
        SheetColumn("rate_currency", regulated=True, example="EUR"),
        SheetColumn("rate_from", regulated=True, example="2026-01-01"),
        SheetColumn("in_service", note=_("A vessel that is out of service cannot be booked."), regulated=True, example="yes"),
        SheetColumn("out_of_service_reason", note=_("Where it is; empty, the reason of the change stands here."), width=32),
    ),
    permission="catalogue.manage_sites",
    who=KEEPERS,
    service=VesselRows,
    page=lambda site: reverse("vessels", args=[site.key]),
    hint=_("What batches are made in. Rows can be pasted from a spreadsheet; what is entered can be booked at once."),
)


def register() -> None:
    register_sheet(COMPOUNDS, MATERIALS, SUPPLIERS, QUALIFICATIONS, MATERIAL_PRICES, SUPPLIER_PRICES)
    register_sheet(RATES, ANALYTICAL_PRICES, SITES, VESSELS, DISPOSAL_PRICES)
