"""Days on which something happened, as people enter them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _t

from audit.refusals import BadInput

if TYPE_CHECKING:
    from projects.models import Project


def wrong_day(project: Project, on: date, *, began: date | None = None) -> dict[str, list[str]]:
    """The error at the field `on`: a day that is still to come at the project's site, or lies before the work began."""
    if on > project.day_of(timezone.now()):
        return {"on": [_t("An actual date cannot be in the future.")]}
    if began is not None and on < began:
        return {"on": [_t("Its work began only later.")]}
    return {}


def require_day(project: Project, on: date, *, began: date | None = None) -> None:
    if wrong := wrong_day(project, on, began=began):
        raise BadInput(wrong)
