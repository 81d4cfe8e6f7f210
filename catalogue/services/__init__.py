"""Entering what exists before any project."""

from catalogue.services.compounds import cite_compound, create_or_find_compound
from catalogue.services.sites import change_site, create_site, set_exposure_band
from catalogue.services.vessels import VesselFacts, add_vessel, take_out_of_service

__all__ = [
    "VesselFacts",
    "add_vessel",
    "change_site",
    "cite_compound",
    "create_or_find_compound",
    "create_site",
    "set_exposure_band",
    "take_out_of_service",
]
