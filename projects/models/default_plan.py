"""The versions of the default plan: what a project is planned with, as data; the code's declarations are the first of them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.models import AppendOnly


class DefaultPlan(AppendOnly):
    """The whole default plan as it was from this version on. `content` is by phase, as `projects.default_plan` writes and reads it."""

    version = models.PositiveIntegerField(_("version"), unique=True)
    content = models.JSONField(_("content"))
    change = models.CharField(_("change"), max_length=500)
    reason = models.TextField(_("reason"), max_length=1000)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, verbose_name=_("made by"))
    made_at = models.DateTimeField(_("made"), default=timezone.now)

    class Meta(AppendOnly.Meta):
        ordering = ["-version"]
        verbose_name = _("default plan")
        verbose_name_plural = _("default plans")

    def __str__(self) -> str:
        return f"v{self.version}"

    @property
    def event_scope(self) -> tuple[int | None, int | None]:
        return None, None
