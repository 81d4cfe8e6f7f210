"""Rows of the catalogue's worksheets, entered through the door."""

from __future__ import annotations

from typing import Any

from accounts.models import Role, User
from catalogue.models import Material, Supplier, SupplierQuote
from tests.projects import factories as make
from worksheets.changing import ADD, CHANGE, Change, Result, change_rows

TOLUENE = {"code": "TOL-99", "name": "Toluene", "grade": "99.8 %", "kind": "solvent", "cas_number": "108-88-3"}
PRICE = {"supplier": "Demo Chemicals", "price_per_kg": "4,80", "currency": "EUR", "quoted_on": "2026-03-12"}


def buyer() -> User:
    return make.person(Role.MATERIAL_CONTROL)


def enter(address: str, values: dict[str, Any], **more: Any) -> Result:
    (result,) = change_rows(address, [Change(ADD, values=values, **more)], actor=buyer()).results
    return result


def a_material(code: str = "TOL-99", **values: Any) -> Material:
    given = TOLUENE | {"code": code} | ({} if code == "TOL-99" else {"name": f"Material {code}", "cas_number": ""}) | values
    result = enter("materials", given)
    assert result.is_saved, result.errors
    return Material.objects.get(pk=result.pk)


def a_supplier(name: str = "Demo Chemicals", **values: Any) -> Supplier:
    result = enter("suppliers", {"name": name, **values})
    assert result.is_saved, result.errors
    return Supplier.objects.get(pk=result.pk)


def a_price(material: Material, **values: Any) -> SupplierQuote:
    name = values.get("supplier", PRICE["supplier"])
    if not Supplier.objects.filter(name=name).exists():
        a_supplier(name)
    result = enter(f"material-prices:{material.code}", PRICE | values)
    assert result.is_saved, result.errors
    return SupplierQuote.objects.get(pk=result.pk)


def change(address: str, pk: int, values: dict[str, Any], *, actor: User | None = None, reason: str = "", **more: Any) -> Result:
    (result,) = change_rows(address, [Change(CHANGE, pk, values, **more)], actor=actor or buyer(), reason=reason).results
    return result
