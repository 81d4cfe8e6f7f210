"""The document types of validation. Reports that are made elsewhere are uploaded, reviewed and signed here."""

from __future__ import annotations

from functools import partial

from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from documents.registry import made_elsewhere
from documents.registry import register as register_types
from projects.models import Phase

uploaded = partial(made_elsewhere, Phase.VALIDATION)
TYPES = (
    uploaded("pre_production_plan", _("Pre-production Plan"), "PP", Role.RESEARCH, Role.PRODUCTION),
    uploaded(
        "technology_transfer_report",
        _("Technology Transfer Report"),
        "TT",
        Role.PRODUCTION,
        Role.RESEARCH,
    ),
    uploaded("master_batch_record", _("Master Batch Record"), "MB", Role.PRODUCTION, Role.QUALITY_ASSURANCE),
    uploaded(
        "batch_production_record",
        _("Batch Production Record"),
        "BR",
        Role.PRODUCTION,
        Role.QUALITY_ASSURANCE,
    ),
    uploaded(
        "process_validation_protocol",
        _("Process Validation Protocol"),
        "VP",
        Role.QUALITY_ASSURANCE,
        Role.PRODUCTION,
    ),
    uploaded(
        "process_validation_report",
        _("Process Validation Report"),
        "VR",
        Role.QUALITY_ASSURANCE,
        Role.PRODUCTION,
    ),
    uploaded("stability_protocol", _("Stability Protocol"), "SP", Role.ANALYTICAL, Role.QUALITY_ASSURANCE),
    uploaded("stability_report", _("Stability Report"), "SR", Role.ANALYTICAL, Role.QUALITY_ASSURANCE),
    uploaded(
        "trial_production_summary",
        _("Trial Production Summary Report"),
        "TS",
        Role.PRODUCTION,
        Role.QUALITY_ASSURANCE,
    ),
    uploaded("process_procedure", _("Process Procedure"), "PR", Role.PRODUCTION, Role.QUALITY_ASSURANCE),
)


def register() -> None:
    register_types(*TYPES)
