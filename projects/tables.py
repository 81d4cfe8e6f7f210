"""Tables of lists."""

from __future__ import annotations

from typing import ClassVar

import django_tables2 as tables
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from projects.completeness import completeness_of
from projects.filters import RfpFilter
from projects.listed import ListedPage, register_list
from projects.models import Rfp


class RfpTable(tables.Table):
    """Requests with what is asked, of whom, how complete they are and what came of them."""

    label = _("RFPs")
    empty_link_words: str | Promise = _("Log an RFP")

    number = tables.Column(verbose_name=_("Number"), linkify=lambda record: record.get_absolute_url(), attrs={"td": {"class": "cell-code"}})
    compound_name = tables.Column(verbose_name=_("Compound"))
    client = tables.Column(verbose_name=_("Client"), accessor="client__name", order_by="client__name")
    channel = tables.Column(verbose_name=_("Channel"))
    state = tables.TemplateColumn(
        '{% include "_state.html" with state=record.state words=record.get_state_display only %}', verbose_name=_("State"), order_by="state"
    )
    complete = tables.Column(
        verbose_name=_("Complete"), empty_values=(), orderable=False, attrs={"td": {"class": "number"}, "th": {"class": "number"}}
    )
    project = tables.Column(
        verbose_name=_("Project"),
        accessor="project__code",
        order_by="project__code",
        linkify=lambda record: record.project.get_absolute_url() if hasattr(record, "project") else None,
        attrs={"td": {"class": "cell-code"}},
        default="–",
    )
    account_owner = tables.Column(
        verbose_name=_("Owner"), accessor="account_owner__full_name", order_by="account_owner__full_name", default="–"
    )
    received_at = tables.TemplateColumn(
        "{% load show %}{{ record.received_at|day }}", verbose_name=_("Received"), order_by="received_at", attrs={"td": {"class": "nowrap"}}
    )

    class Meta:
        model = Rfp
        fields: ClassVar[list[str]] = [
            "number", "compound_name", "client", "channel", "state", "complete", "project", "account_owner", "received_at",
        ]  # fmt: skip
        order_by = "-received_at"
        empty_text = _("No request matches. Log the first one after the next call: five fields are enough, or clear the filters.")

    @property
    def empty_link(self) -> str:
        return reverse("rfp-new")

    def render_complete(self, record: Rfp) -> str:
        return f"{completeness_of(record).percent} %"


def register_lists() -> None:
    register_list(ListedPage("rfps", ("rfp-list",), RfpFilter, RfpTable, Rfp.objects.visible_to))
