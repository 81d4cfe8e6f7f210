"""The words of the lifecycle: phases, status of a project, visibility of an item."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Phase(models.TextChoices):
    EVALUATION = "evaluation", _("Evaluation")
    SMALL_SCALE = "small_scale", _("Small scale")
    PILOT = "pilot", _("Pilot")
    VALIDATION = "validation", _("Validation")
    COMMERCIAL = "commercial", _("Commercial")


PHASES: tuple[Phase, ...] = tuple(Phase)


def phase_after(phase: str) -> Phase | None:
    """The phase that a passed gate of `phase` opens; None after the last."""
    position = PHASES.index(Phase(phase))
    return PHASES[position + 1] if position + 1 < len(PHASES) else None


class ProjectStatus(models.TextChoices):
    ACTIVE = "active", _("Active")
    ON_HOLD = "on_hold", _("On hold")
    CANCELLED = "cancelled", _("Cancelled")
    COMPLETED = "completed", _("Completed")


CLOSED_STATUSES = (ProjectStatus.CANCELLED, ProjectStatus.COMPLETED)


class Visibility(models.TextChoices):
    """Every item is internal until somebody shares it; sharing and unsharing are events."""

    INTERNAL = "internal", _("Internal")
    FOR_APPROVAL = "for_approval", _("Shared for approval")
    SHARED = "shared", _("Shared with the client")


SHOWN_TO_CLIENT = (Visibility.FOR_APPROVAL, Visibility.SHARED)
