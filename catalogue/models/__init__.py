"""What exists before any project: compounds, materials and who sells them, sites and the vessels that stand there."""

from catalogue.models.analysis import AnalyticalPrice
from catalogue.models.compounds import Compound, CompoundQuerySet
from catalogue.models.disposal import DisposalPrice
from catalogue.models.fingerprints import CompoundFingerprint
from catalogue.models.materials import Material
from catalogue.models.places import Site, Vessel, validate_time_zone
from catalogue.models.qualification import SupplierQualification
from catalogue.models.rates import ExchangeRate
from catalogue.models.sheet_owners import SHEET_DEPARTMENTS, SheetOwner
from catalogue.models.supply import Supplier, SupplierQuote

__all__ = [
    "SHEET_DEPARTMENTS",
    "AnalyticalPrice",
    "Compound",
    "CompoundFingerprint",
    "CompoundQuerySet",
    "DisposalPrice",
    "ExchangeRate",
    "Material",
    "SheetOwner",
    "Site",
    "Supplier",
    "SupplierQualification",
    "SupplierQuote",
    "Vessel",
    "validate_time_zone",
]
