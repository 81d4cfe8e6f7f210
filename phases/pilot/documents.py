"""The document types of pilot scale-up. Reports that are made elsewhere are uploaded, reviewed and signed here."""

from __future__ import annotations

from functools import partial

from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from documents.registry import made_elsewhere
from documents.registry import register as register_types
from projects.models import Phase

uploaded = partial(made_elsewhere, Phase.PILOT)
TYPES = (
    uploaded("hazop_report", _("HAZOP Report"), "HZ", Role.EHS, Role.PRODUCTION),
    uploaded("fmea_report", _("FMEA Report"), "FM", Role.QUALITY_ASSURANCE, Role.RESEARCH),
    uploaded(
        "critical_process_parameter_register",
        _("Critical Process Parameter Register"),
        "CP",
        Role.RESEARCH,
        Role.QUALITY_ASSURANCE,
    ),
    uploaded("pilot_scale_up_report", _("Pilot Scale-up Report"), "PS", Role.RESEARCH, Role.PRODUCTION),
)


def register() -> None:
    register_types(*TYPES)
