from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, ClassVar
from urllib.parse import urlencode

import django_tables2 as tables
from django.core.paginator import Page, Paginator
from django.db.models import F, QuerySet
from django.template.defaultfilters import floatformat
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django_tables2.rows import BoundRows

from accounts.models import Client
from accounts.templatetags.show import day
from desk.filters import PortfolioFilter, ProjectFilter
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


def _by(*names: str) -> Callable[[tables.Table, QuerySet[Project], bool], tuple[QuerySet[Project], bool]]:
    """The order of a column: a row without a value stands first upwards, last downwards; equal rows as they were opened."""

    def order(table: tables.Table, rows: QuerySet[Project], is_descending: bool) -> tuple[QuerySet[Project], bool]:
        orders = [F(name).desc(nulls_last=True) if is_descending else F(name).asc(nulls_first=True) for name in names]
        return rows.order_by(*orders, *EQUAL_ROWS), True

    return order


EQUAL_ROWS = (F("opened_at").desc(), F("pk").desc())


class PortfolioTable(tables.Table):
    """The rows of `desk.portfolio.portfolio`. Every column orders."""

    label = _("Projects")
    empty_link = ""

    project = tables.Column(verbose_name=_("Project"), accessor="code")
    client = tables.Column(verbose_name=_("Client"), accessor="client__name")
    phase = tables.Column(verbose_name=_("Phase"))
    gate = tables.Column(verbose_name=_("Next gate"), accessor="readiness__gate", empty_values=(), attrs={"td": {"class": "nowrap"}})
    blocker = tables.Column(
        verbose_name=_("Next blocker"),
        accessor="readiness__first_blocker",
        default="–",
        empty_values=(None, ""),
        attrs={"td": {"class": "soft wide"}},
    )
    baseline = tables.Column(verbose_name=_("Baseline"), accessor="standing__baseline_on", default="–", attrs=DATE)
    forecast = tables.Column(verbose_name=_("Forecast"), accessor="standing__forecast_on", default="–", attrs=DATE)
    ready_on = tables.TemplateColumn(
        template_name="desk/_criteria_met_on.html", verbose_name=_("Criteria met on"), orderable=False, empty_values=()
    )
    days_late = tables.Column(verbose_name=_("Working days"), accessor="standing__days_late", default="–", attrs=NUMBER)
    dates = tables.TemplateColumn(
        template_name="desk/_lateness.html", verbose_name=_("Dates"), accessor="standing__lateness", empty_values=()
    )
    at_risk = tables.Column(verbose_name=_("Revenue at risk"), empty_values=(), attrs=NUMBER)

    order_project = _by("code")
    order_client = _by("client__name")
    order_phase = _by("phase_order")
    order_gate = _by("readiness__gate", "readiness_share")
    order_blocker = _by("readiness__first_blocker")
    order_baseline = _by("standing__baseline_on")
    order_forecast = _by("standing__forecast_on")
    order_days_late = _by("standing__days_late")
    order_at_risk = _by("risk_currency", "at_risk")  # amounts of two currencies have no order

    class Meta:
        order_by = "dates"
        empty_text = _("No project matches.")

    def order_dates(self, rows: QuerySet[Project], is_descending: bool) -> tuple[QuerySet[Project], bool]:
        """Among those that stand alike, the latest first."""
        stands = F("lateness_order").desc() if is_descending else F("lateness_order").asc()
        return rows.order_by(stands, F("standing__days_late").desc(nulls_last=True), *EQUAL_ROWS), True

    def render_project(self, record: Project) -> SafeString:
        return format_html('<a href="{}"><span class="code">{}</span> {}</a>', record.get_absolute_url(), record.code, record.title)

    def render_gate(self, record: Project) -> str | SafeString:
        readiness = getattr(record, "readiness", None)
        if readiness is None or not record.is_active:
            return "–"
        link = reverse("project-gate", args=[record.code])
        return format_html('<a href="{}">{} · {}/{}</a>', link, readiness.gate, readiness.met, readiness.total)

    def render_baseline(self, value: date) -> str:
        return day(value)

    def render_forecast(self, value: date) -> str:
        return day(value)

    def render_days_late(self, value: int) -> str:
        return f"{value:+d}" if value else "0"

    def render_at_risk(self, record: Project) -> str:
        at_risk = record.at_risk  # type: ignore[attr-defined]
        return f"{record.standing.currency} {floatformat(at_risk, '2g')}" if at_risk else "–"


class KeysFirst(Paginator):
    """Pages of wide rows: the database orders their keys, and fetches whole only what stands on the page. number: of all rows, counted."""

    def __init__(self, rows: BoundRows, per_page: int, *, number: int) -> None:
        super().__init__(rows, per_page)
        self.table, self.ordered = rows.table, rows.data.data
        self.count = number

    def page(self, number: Any) -> Page:
        number = self.validate_number(number)
        first = (number - 1) * self.per_page
        keys = list(self.ordered.values_list("pk", flat=True)[first : first + self.per_page])
        return Page(BoundRows(self.ordered.filter(pk__in=keys), self.table), number, self)


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
