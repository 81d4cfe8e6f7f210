from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import urlencode

import django_tables2 as tables
from django.template.defaultfilters import floatformat
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.models import Client
from desk.filters import PortfolioFilter, ProjectFilter
from desk.portfolio import Standing
from projects.listed import ListedPage, register_list
from projects.models import Project, Rfp

NUMBER = {"th": {"class": "number"}, "td": {"class": "number"}}
DATE = {"th": {"class": "number"}, "td": {"class": "number nowrap"}}


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
    ready = tables.TemplateColumn(
        template_name="desk/_ready_on.html", verbose_name=_("Criteria met on"), orderable=False, attrs={"td": {"class": "soft wide"}}
    )
    project_manager = tables.Column(
        verbose_name=_("Project manager"), accessor="project_manager__full_name", order_by="project_manager__full_name", default="–"
    )
    opened_at = tables.TemplateColumn(
        "{% load show %}{{ record.opened_at|day }}", verbose_name=_("Opened"), attrs={"td": {"class": "nowrap"}}
    )

    class Meta:
        model = Project
        fields: ClassVar[list[str]] = [
            "code",
            "title",
            "client",
            "phase",
            "status",
            "readiness",
            "blocker",
            "ready",
            "project_manager",
            "opened_at",
        ]
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


class PortfolioTable(tables.Table):
    """The rows of the board: `desk.portfolio.Standing`. Every column orders; a row without a value stands last or first."""

    label = _("Projects")
    empty_link = ""

    project = tables.Column(verbose_name=_("Project"), accessor="project__code")
    client = tables.Column(verbose_name=_("Client"), accessor="project__client__name")
    phase = tables.Column(verbose_name=_("Phase"), accessor="project__get_phase_display", order_by="phase_order")
    gate = tables.Column(verbose_name=_("Next gate"), order_by="readiness_order", attrs={"td": {"class": "nowrap"}})
    blocker = tables.Column(verbose_name=_("Next blocker"), default="–", empty_values=(None, ""), attrs={"td": {"class": "soft wide"}})
    baseline = tables.TemplateColumn("{% load show %}{{ value|day|default:'–' }}", verbose_name=_("Baseline"), attrs=DATE)
    forecast = tables.TemplateColumn("{% load show %}{{ value|day|default:'–' }}", verbose_name=_("Forecast"), attrs=DATE)
    ready_on = tables.TemplateColumn(
        template_name="desk/_criteria_met_on.html", verbose_name=_("Criteria met on"), orderable=False, empty_values=()
    )
    days_late = tables.Column(verbose_name=_("Working days"), default="–", attrs=NUMBER)
    dates = tables.TemplateColumn(
        '{% include "desk/_lateness.html" with lateness=record.lateness only %}',
        verbose_name=_("Dates"),
        accessor="lateness",
        order_by="lateness_order",
        empty_values=(),
    )
    at_risk = tables.Column(verbose_name=_("Revenue at risk"), order_by="risk_order", empty_values=(), attrs=NUMBER)

    class Meta:
        order_by = ("dates", "-days_late")
        empty_text = _("No project matches.")

    def render_project(self, record: Standing) -> SafeString:
        project = record.project
        return format_html('<a href="{}"><span class="code">{}</span> {}</a>', project.get_absolute_url(), project.code, project.title)

    def render_gate(self, record: Standing) -> str | SafeString:
        if not record.gate or record.lateness is None:
            return "–"
        link = reverse("project-gate", args=[record.project.code])
        return format_html('<a href="{}">{} · {}/{}</a>', link, record.gate, record.met, record.total)

    def render_days_late(self, value: int) -> str:
        return f"{value:+d}" if value else "0"

    def render_at_risk(self, record: Standing) -> str:
        return f"{record.currency} {floatformat(record.at_risk, '2g')}" if record.at_risk else "–"


class ClientTable(tables.Table):
    """Clients of `desk.clients.clients_with_counts`: whom we talk to, what they asked for, what runs for them."""

    label = _("Clients")
    empty_link = ""

    name = tables.Column(verbose_name=_("Client"), linkify=lambda record: reverse("client-detail", args=[record.code]))
    code = tables.Column(verbose_name=_("Code"), attrs={"td": {"class": "cell-code"}})
    country = tables.Column(verbose_name=_("Country"), default="–", empty_values=(None, ""))
    contacts_there = tables.Column(verbose_name=_("Contacts"), attrs=NUMBER)
    all_rfps = tables.Column(verbose_name=_("RFPs"), attrs=NUMBER)
    open_rfps = tables.Column(verbose_name=_("Open RFPs"), attrs=NUMBER)
    running = tables.Column(verbose_name=_("Projects running"), attrs=NUMBER)
    last_asked = tables.TemplateColumn(
        "{% load show %}{{ record.last_asked|day|default:'–' }}",
        verbose_name=_("Last RFP"),
        empty_values=(),
        attrs={"td": {"class": "nowrap"}},
    )

    class Meta:
        order_by = "name"
        empty_text = _("No client matches.")

    def render_all_rfps(self, record: Client, value: int) -> str | SafeString:
        return _asked_for(record, value)

    def render_open_rfps(self, record: Client, value: int) -> str | SafeString:
        return _asked_for(record, value, state=Rfp.State.DRAFT)

    def render_running(self, record: Client, value: int) -> str | SafeString:
        if not record.all_projects:  # type: ignore[attr-defined]
            return "0"
        words = _("%(running)s of %(all)s") % {"running": value, "all": record.all_projects}  # type: ignore[attr-defined]
        return format_html('<a href="{}?client={}">{}</a>', reverse("project-list"), record.pk, words)


def _asked_for(client: Client, count: int, **more: str) -> str | SafeString:
    """The count leads to the list that it counts."""
    query = urlencode({"client": client.pk, **more})
    return format_html('<a href="{}?{}">{}</a>', reverse("rfp-list"), query, count) if count else "0"


def register_lists() -> None:
    register_list(ListedPage("projects", ("project-list",), ProjectFilter, ProjectTable, Project.objects.visible_to))
    addresses = ("portfolio", "portfolio-gantt")
    register_list(ListedPage("portfolio", addresses, PortfolioFilter, PortfolioTable, Project.objects.visible_to))
