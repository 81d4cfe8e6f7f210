from __future__ import annotations

from typing import Any, ClassVar

import django_tables2 as tables
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from projects.models import Project


class ProjectTable(tables.Table):
    """Projects with phase, readiness of the current gate and its first blocker (from the stored summary)."""

    label = _("Projects")
    empty_link_words: str | Promise = _("Go to the requests")

    code = tables.Column(verbose_name=_("Code"), linkify=lambda record: record.get_absolute_url(), attrs={"td": {"class": "cell-code"}})
    title = tables.Column(verbose_name=_("Compound"))
    client = tables.Column(verbose_name=_("Client"), accessor="client__name", attrs={"td": {"class": "nowrap"}})
    phase = tables.Column(verbose_name=_("Phase"))
    status = tables.TemplateColumn(
        '{% include "_state.html" with state=record.status words=record.get_status_display only %}', verbose_name=_("Status")
    )
    readiness = tables.Column(verbose_name=_("Gate"), accessor="readiness", orderable=False, empty_values=())
    blocker = tables.Column(
        verbose_name=_("Next blocker"), accessor="readiness__first_blocker", orderable=False, attrs={"td": {"class": "soft wide"}}
    )
    project_manager = tables.Column(
        verbose_name=_("Project manager"), accessor="project_manager__full_name", order_by="project_manager__full_name", default="–"
    )
    opened_at = tables.TemplateColumn(
        "{% load show %}{{ record.opened_at|day }}", verbose_name=_("Opened"), attrs={"td": {"class": "nowrap"}}
    )

    class Meta:
        model = Project
        fields: ClassVar[list[str]] = ["code", "title", "client", "phase", "status", "readiness", "blocker", "project_manager", "opened_at"]
        order_by = "-opened_at"
        empty_text = _("No project matches. A project begins when a request is submitted.")

    @property
    def empty_link(self) -> str:
        return reverse("rfp-list")

    def render_readiness(self, record: Project) -> Any:
        readiness = getattr(record, "readiness", None)
        if readiness is None or not record.is_active:
            return "–"
        link = reverse("project-gate", args=[record.code])
        return format_html(
            '<a class="nowrap" href="{}">{} · {}</a>',
            link,
            readiness.gate,
            _("%(met)s of %(total)s") % {"met": readiness.met, "total": readiness.total},
        )
