"""The document types of commercial supply. Reports that are made elsewhere are uploaded, reviewed and signed here."""

from __future__ import annotations

from functools import partial

from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from documents.registry import made_elsewhere
from documents.registry import register as register_types
from projects.models import Phase

uploaded = partial(made_elsewhere, Phase.COMMERCIAL)
TYPES = (
    uploaded(
        "batch_certificate_of_analysis", _("Certificate of Analysis of a shipped batch"), "BC", Role.QUALITY_ASSURANCE, Role.ANALYTICAL
    ),
    uploaded(
        "continued_process_verification_report",
        _("Continued Process Verification Report"),
        "CV",
        Role.QUALITY_ASSURANCE,
        Role.PRODUCTION,
    ),
    uploaded(
        "supply_safety_stock_report",
        _("Supply and Safety Stock Report"),
        "SS",
        Role.MATERIAL_CONTROL,
        Role.PROJECT_MANAGER,
    ),
    uploaded("change_control_record", _("Change Control Record"), "CC", Role.QUALITY_ASSURANCE, Role.PRODUCTION),
    uploaded("investigation_report", _("Investigation Report"), "IR", Role.QUALITY_ASSURANCE, Role.PRODUCTION),
    uploaded(
        "product_quality_review",
        _("Product Quality Review"),
        "QR",
        Role.QUALITY_ASSURANCE,
        Role.PRODUCTION,
    ),
)


def register() -> None:
    register_types(*TYPES)
