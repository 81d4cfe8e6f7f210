"""Whose the rows of this app are, where their columns do not say it (audit/policies.py)."""

from __future__ import annotations

from audit.policies import declare, leave_open


def register_policies() -> None:
    declare("catalogue.Compound", "catalogue_compound.id = ANY (ARRAY(SELECT project.compound_id FROM projects_project AS project))")
    leave_open("catalogue.Site", "our sites, the same for everybody")
    bought = ("Material", "Supplier", "SupplierQuote", "SupplierQualification", "ExchangeRate", "AnalyticalPrice")
    of_sites = ("Vessel", "DisposalPrice", "SheetOwner")
    for label in bought + of_sites:
        declare(f"catalogue.{label}", "false")
