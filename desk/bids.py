"""Enquiries and bids: how many came through each stage, how many were won, and how fast they were quoted. A fixed number of queries."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.utils.formats import number_format
from django.utils.translation import gettext as _t

from charts.bids import Quarter, bids
from charts.funnel import Stage, funnel
from desk.figures import Figure, quarter_label
from desk.kpis import Scope, figures
from projects.kpi_cases import QUOTATION, WON
from projects.models import Project, Quotation, QuotationLine, Rfp
from projects.permissions import revenue_readable_by

if TYPE_CHECKING:
    from accounts.models import User
    from charts.picture import Picture


def pipeline(reader: User, asked: dict[str, Any]) -> Picture | None:
    """The requests that were received in the period, by how far they came; None where there are none. Three queries.

    Money only of the projects whose earnings the reader may read.
    """
    rows = _requests(reader, asked)
    sent = Quotation.objects.filter(project__rfp=OuterRef("pk"), sent_at__isnull=False)
    accepted = sent.filter(state=Quotation.State.ACCEPTED)
    found = rows.annotate(is_quoted=Exists(sent), is_won=Exists(accepted)).aggregate(
        received=Count("pk"),
        evaluated=Count("pk", filter=Q(state=Rfp.State.SUBMITTED)),
        quoted=Count("pk", filter=Q(is_quoted=True)),
        won=Count("pk", filter=Q(is_won=True)),
    )
    if not found["received"]:
        return None
    readable = Project.objects.filter(revenue_readable_by(reader), rfp__in=rows)
    current = Quotation.objects.current().filter(project__in=readable, sent_at__isnull=False)
    stages = (
        Stage(_t("Received"), found["received"]),
        Stage(_t("Evaluated"), found["evaluated"]),
        Stage(_t("Quoted"), found["quoted"], _value(current)),
        Stage(_t("Won"), found["won"], _value(current.filter(state=Quotation.State.ACCEPTED))),
    )
    return funnel(stages)


def over_time(projects: QuerySet[Project], scope: Scope) -> tuple[Picture | None, list[Figure]]:
    """Win rate and turnaround by quarter, from the first quarter with a case to the last, and the two figures. Four queries."""
    shown = figures(projects, scope, only=(WON, QUOTATION))
    by_key = {each.key: {quarter.place: quarter for quarter in each.by_quarter()} for each in shown}
    won, turnaround = by_key[WON], by_key[QUOTATION]
    places = [*won, *turnaround]
    if not places:
        return None, shown
    quarters = []
    for place in range(min(places), max(places) + 1):
        answered, sent = won.get(place), turnaround.get(place)
        decided = answered.number if answered else 0
        share = (answered.amount or 0) / 100 if answered else 0
        quarters.append(Quarter(quarter_label(place), round(share * decided), decided, sent.amount if sent else None))
    return bids(quarters), shown


def _requests(reader: User, asked: dict[str, Any]) -> QuerySet[Rfp]:
    wanted = {
        "received_at__date__gte": asked["since"],
        "received_at__date__lte": asked["until"],
        "client": asked["client"],
        "project__site": asked["site"],
    }
    return Rfp.objects.visible_to(reader).filter(**{name: value for name, value in wanted.items() if value})


def _value(quotations: QuerySet[Quotation]) -> str:
    """What they come to, by currency: amounts of two are never added. The current revision of each counts, with the options chosen."""
    rows = QuotationLine.objects.priced().filter(quotation__in=quotations).order_by("quotation__currency")
    sums = rows.values_list("quotation__currency").annotate(total=Sum("amount"))
    return ", ".join(f"{currency} {number_format(total.quantize(Decimal(1)), force_grouping=True)}" for currency, total in sums)
