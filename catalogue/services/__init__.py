"""Entering what exists before any project."""

from catalogue.services.compounds import checked_structure, cite_compound, create_or_find_compound
from catalogue.services.sites import create_site, name_sheet_owners
from catalogue.services.vessels import VesselFacts, add_vessel, take_out_of_service

__all__ = [
    "VesselFacts",
    "add_vessel",
    "checked_structure",
    "cite_compound",
    "create_or_find_compound",
    "create_site",
    "name_sheet_owners",
    "take_out_of_service",
]
