"""Whether a route ends at what the project is to make. It need not: an intermediate, or a salt of it, may be all that is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _t

from catalogue.parents import composition_or_none
from process.routes.checks import final_step

if TYPE_CHECKING:
    from catalogue.models import Compound
    from process.routes.figures import Balanced
    from process.routes.models import RouteStep

SKELETON = 14  # characters of an InChIKey: formula and connections
SAME_MASS = 0.002  # of the molar mass: what typed figures and standard atomic weights differ by


def off_aim(balanced: Balanced, wanted: Compound) -> str:
    """Why the last product is not the project's compound; empty where it is, or where neither structure nor molar mass can tell."""
    if balanced.faults:
        return ""  # nobody knows yet which step is the last
    last = final_step(balanced.route)
    made = next(step for step in balanced.steps if str(step.key) == last.key)
    if made.product_compound is not None and made.product_compound.inchikey and wanted.inchikey:
        return _by_structure(made, wanted)
    return _by_mass(made, wanted)


def _by_structure(made: RouteStep, wanted: Compound) -> str:
    product = made.product_compound
    assert product is not None  # noqa: S101 - asked before
    if product.inchikey == wanted.inchikey:
        return ""
    values = {"product": made.product_name, "made": product.inchikey, "compound": wanted, "wanted": wanted.inchikey}
    words = _t("The route ends at %(product)s (%(made)s); the project’s compound is %(compound)s (%(wanted)s): %(difference)s.")
    return words % {**values, "difference": _difference(product, wanted)}


def _difference(product: Compound, wanted: Compound) -> str:
    if product.inchikey[:SKELETON] == wanted.inchikey[:SKELETON]:
        return _t("they differ in stereocentres, isotopes or charge")
    if _parent_of(product) == _parent_of(wanted):
        return _t("they are different salts or solvates of one substance")
    return _t("they are different structures")


def _parent_of(compound: Compound) -> str:
    found = composition_or_none(compound.smiles)
    return found.parent_inchikey if found else compound.inchikey


def _by_mass(made: RouteStep, wanted: Compound) -> str:
    mass, aim = made.molar_mass_g_per_mol, wanted.molar_mass_g_per_mol
    if mass is None or aim is None or abs(mass - aim) <= SAME_MASS * aim:
        return ""
    words = _t("The route ends at %(product)s with %(made)s g/mol; the project’s compound, %(compound)s, has %(wanted)s g/mol.")
    return words % {"product": made.product_name, "made": f"{mass:.2f}", "compound": wanted, "wanted": f"{aim:.2f}"}
