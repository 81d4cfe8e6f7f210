"""What the demo buys: materials, who sells them, and prices of which some hold, some are old and one runs out soon."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from accounts.models import Role
from audit.context import Channel, acting
from catalogue.models import Material, Supplier
from catalogue.services import create_or_find_compound
from cdmo.demo.people import holding
from cdmo.demo.qualified import DECISIONS, qualify
from cdmo.demo.syntheses import STUFF, Stuff
from worksheets.changing import ADD, Change, change_rows

MATERIAL_COLUMNS = (
    "code", "name", "grade", "kind", "cas_number", "molar_mass_g_per_mol", "density_kg_per_l", "hazard_statements", "exposure_band",
    "un_number", "storage",
)  # fmt: skip
MATERIALS = (
    ("TOL-99", "Toluene", "99.8 %", "solvent", "108-88-3", "92.14", "0.867", "H225 H304 H315 H336 H361d H373", "2", "UN1294", ""),
    ("EAC-99", "Ethyl acetate", "99.5 %", "solvent", "141-78-6", "88.11", "0.902", "H225 H319 H336 EUH066", "1", "UN1173", ""),
    ("THF-99", "Tetrahydrofuran", "stabilised", "solvent", "109-99-9", "72.11", "0.889", "H225 H302 H319 H335 H351", "2", "UN2056", ""),
    ("MTF-99", "2-Methyltetrahydrofuran", "stabilised", "solvent", "96-47-9", "86.13", "0.854", "H225 H302 H315 H318", "2", "UN2536", ""),
    ("MEO-99", "Methanol", "99.9 %", "solvent", "67-56-1", "32.04", "0.791", "H225 H301+H311+H331 H370", "2", "UN1230", ""),
    ("IPA-99", "2-Propanol", "99.9 %", "solvent", "67-63-0", "60.10", "0.785", "H225 H319 H336", "1", "UN1219", ""),
    ("ACN-99", "Acetonitrile", "99.9 %", "solvent", "75-05-8", "41.05", "0.786", "H225 H302+H312+H332 H319", "2", "UN1648", ""),
    ("WAT-PW", "Water", "purified", "water", "7732-18-5", "18.015", "0.998", "", "1", "", ""),
    ("TEA-99", "Triethylamine", "99 %", "reagent", "121-44-8", "101.19", "0.726", "H225 H302 H311+H331 H314 H335", "2", "UN1296", ""),
    ("KCA-99", "Potassium carbonate", "99 %, milled", "reagent", "584-08-7", "138.21", "", "H315 H319 H335", "1", "", "dry"),
    ("SOC-99", "Thionyl chloride", "99 %", "reagent", "7719-09-7", "118.97", "1.638", "H302 H314 H331 EUH014 EUH029", "3", "UN1836", ""),
    ("BOC-97", "Boc anhydride", "97 %", "reagent", "24424-99-5", "218.25", "", "H226 H315 H317 H318 H330", "4", "UN2926", "2–8 °C"),
    ("NBH-98", "Sodium borohydride", "98 %", "reagent", "16940-66-2", "37.83", "", "H260 H301 H314 H360F EUH014", "3", "UN1426", "dry"),
    ("PDC-10", "Palladium on carbon", "10 %, water wet", "catalyst", "7440-05-3", "106.42", "", "H228", "2", "UN3178", "wet, inert"),
    ("HYD-50", "Hydrogen", "5.0", "gas", "1333-74-0", "2.016", "", "H220 H280", "1", "UN1049", "bundle outside"),
    ("AIM-98", "4-Amino-1-(4-methoxyphenyl)pyrazole", "98 %", "starting_material", "", "189.21", "", "H302 H317", "3", "", "2–8 °C"),
    ("CHA-10", "Activated carbon", "steam-activated", "auxiliary", "7440-44-0", "", "", "", "1", "UN1362", ""),
    ("DRM-HD", "Drum, HDPE 60 L", "UN-approved", "packaging", "", "", "", "", "", "", ""),
)  # fmt: skip
STUFF_COLUMNS = ("code", "name", "kind", "cas_number", "density_kg_per_l", "hazard_statements", "exposure_band")
SUPPLIER_COLUMNS = ("name", "country", "status", "contact_name", "email", "phone", "note")
SUPPLIERS = (
    ("Demo Solvents Rhine", "CH", "approved", "Key Account Manager", "sales@solvents-rhine.example", "+41 61 000 01 00", ""),
    ("Demo Chemicals Ludwigshafen", "DE", "approved", "Sales Office", "offers@chemicals-lu.example", "+49 621 000 02 00", ""),
    ("Demo Fine Chemicals Suzhou", "CN", "approved", "Export Department", "export@fine-suzhou.example", "+86 512 0000 0300", ""),
    (
        "Demo Reagents Hyderabad",
        "IN",
        "conditional",
        "Business Manager",
        "sales@reagents-hyd.example",
        "+91 40 0000 0400",
        "Lots tested",
    ),
    ("Demo Catalysts London", "GB", "approved", "Technical Sales", "metals@catalysts.example", "+44 20 0000 0500", "Takes the metal back"),
    ("Demo Gases Basel", "CH", "approved", "Order Desk", "orders@gases-basel.example", "+41 61 000 06 00", ""),
    ("Demo Intermediates Taizhou", "CN", "candidate", "Sales Director", "info@interm-taizhou.example", "", "Audit planned"),
    ("Demo Packaging Antwerp", "BE", "suspended", "Customer Service", "service@packaging.example", "", "Two late deliveries"),
)
PRICE_COLUMNS = (
    "supplier", "quantity_from_kg", "price_per_kg", "currency", "pack_kg", "minimum_order_kg", "lead_time_days", "purity_pct", "origin",
    "quoted_on", "valid_until", "reference",
)  # fmt: skip
RHINE, LUDWIG, SUZHOU, HYDERABAD = (row[0] for row in SUPPLIERS[:4])
LONDON, BASEL, TAIZHOU = (row[0] for row in SUPPLIERS[4:7])
# Material: rows of supplier, from kg, price, currency, pack, least, days, purity, origin, quoted days ago, held for days, reference.
PRICES: dict[str, tuple[tuple[Any, ...], ...]] = {
    "TOL-99": (
        (RHINE, 180, "1.62", "CHF", 180, 180, 10, "99.8", "DE", 60, 180, "Q-4410"),
        (RHINE, 1000, "1.31", "CHF", 180, 180, 10, "99.8", "DE", 60, 180, "Q-4410"),
        (LUDWIG, 1000, "1.18", "EUR", 1000, 1000, 14, "99.8", "DE", 400, 180, "A/21-118"),
    ),
    "EAC-99": ((RHINE, 180, "1.95", "CHF", 180, 180, 10, "99.5", "DE", 60, 180, "Q-4410"),),
    "THF-99": (
        (LUDWIG, 170, "3.90", "EUR", 170, 170, 14, "99.9", "DE", 45, 120, "A/26-031"),
        (SUZHOU, 850, "2.85", "USD", 170, 850, 42, "99.9", "CN", 30, 90, "SZ-7713"),
    ),
    "MTF-99": ((LUDWIG, 170, "9.40", "EUR", 170, 170, 28, "99.5", "ZA", 45, 120, "A/26-031"),),
    "MEO-99": ((RHINE, 160, "0.92", "CHF", 160, 160, 7, "99.9", "CH", 60, 180, "Q-4410"),),
    "ACN-99": ((SUZHOU, 600, "2.60", "USD", 150, 600, 42, "99.9", "CN", 30, 34, "SZ-7713"),),
    "TEA-99": (
        (LUDWIG, 145, "3.35", "EUR", 145, 145, 14, "99.0", "DE", 45, 120, "A/26-031"),
        (HYDERABAD, 290, "2.40", "USD", 145, 290, 56, "99.0", "IN", 20, 90, "RH-1902"),
    ),
    "SOC-99": ((LUDWIG, 300, "2.15", "EUR", 300, 300, 21, "99.5", "DE", 45, 120, "A/26-031"),),
    "BOC-97": (
        (HYDERABAD, 25, "18.50", "USD", 25, 25, 56, "98.2", "IN", 20, 90, "RH-1902"),
        (SUZHOU, 50, "21.00", "USD", 25, 50, 42, "98.5", "CN", 200, 90, "SZ-6650"),
    ),
    "NBH-98": ((HYDERABAD, 25, "41.00", "USD", 25, 25, 56, "98.5", "IN", 20, 90, "RH-1902"),),
    "PDC-10": ((LONDON, 1, "4850", "GBP", 1, 1, 28, None, "GB", 10, 14, "M-88017"),),
    "HYD-50": ((BASEL, 8, "14.20", "CHF", 8, 8, 3, "99.99", "CH", 90, 365, "G-200"),),
    "AIM-98": ((TAIZHOU, 5, "310", "USD", 5, 5, 70, "98.0", "CN", 15, 60, "TZ-0417"),),
}
RATES = (
    ("EUR", "USD", "1.0842"), ("CHF", "USD", "1.1305"), ("GBP", "USD", "1.2671"), ("CNY", "USD", "0.1391"), ("INR", "USD", "0.01187"),
    ("USD", "EUR", "0.9223"), ("CHF", "EUR", "1.0427"), ("GBP", "EUR", "1.1687"), ("CNY", "EUR", "0.1283"), ("INR", "EUR", "0.01095"),
)  # fmt: skip


def buy(today: date) -> Iterator[date]:
    """What the catalogue holds now. Once: what is there already stays as it is."""
    yield today
    if Material.objects.filter(code=MATERIALS[0][0]).exists():
        return
    for each in STUFF:
        if each.smiles:
            create_or_find_compound(name=each.name, cas_number=each.cas, structure_text=each.smiles, actor=holding(Role.MATERIAL_CONTROL))
    _enter("materials", MATERIAL_COLUMNS, MATERIALS)
    known = {row[4] for row in MATERIALS if row[4]}
    _enter("materials", STUFF_COLUMNS, [_as_typed(each) for each in STUFF if each.cas not in known])
    _enter("suppliers", SUPPLIER_COLUMNS, [_as_known(row) for row in SUPPLIERS])
    for supplier in DECISIONS.keys() & {each[0] for each in SUPPLIERS}:
        qualify(supplier, today)
    for code, rows in PRICES.items():
        _enter(f"material-prices:{code}", PRICE_COLUMNS, [_dated(row, today) for row in rows])
    for each in STUFF:
        material = bought(each)
        if not material.quotes.exists():
            row = (LUDWIG, 0, each.price, "EUR", None, None, each.days, None, "DE", 40, 200, "Price list")
            _enter(f"material-prices:{material.code}", PRICE_COLUMNS, [_dated(row, today)])
    rates = [(*rate, today - timedelta(days=days), "ECB reference rate, cross rate") for rate in RATES for days in (30, 1)]
    _enter("exchange-rates", ("currency", "into", "rate", "on", "source"), rates, role=Role.MANAGEMENT)


def _as_known(row: tuple[str, ...]) -> tuple[str, ...]:
    """A supplier is qualified by its records, which follow; until then it is a candidate."""
    name, country, status, *rest = row
    return (name, country, "candidate" if status in Supplier.QUALIFIED else status, *rest)


def bought(each: Stuff) -> Material:
    """What the demo buys under this CAS number, whatever its code."""
    return Material.objects.filter(cas_number=each.cas).earliest("pk") if each.cas else Material.objects.get(code=each.code)


def _as_typed(each: Stuff) -> tuple[Any, ...]:
    return (each.code, each.name, each.kind, each.cas, each.density, each.hazards, each.band)


def _dated(row: tuple[Any, ...], today: date) -> tuple[Any, ...]:
    *facts, days_ago, held_days, reference = row
    quoted = today - timedelta(days=days_ago)
    return (*facts, quoted, quoted + timedelta(days=held_days), reference)


def _enter(address: str, names: Sequence[str], rows: Sequence[Sequence[Any]], *, role: str = Role.MATERIAL_CONTROL) -> None:
    actor = holding(role)
    changes = [Change(ADD, values=dict(zip(names, row, strict=True))) for row in rows]
    with acting(actor=actor, channel=Channel.COMMAND):
        change_rows(address, changes, actor=actor, all_or_none=True)
