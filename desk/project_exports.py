"""What the files of the lists of one project hold: the rows of the page, in its order, seen by the same reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from audit.models import Event
from desk.portal import project_context
from desk.views.sharing import sharing_table
from projects.models import Deliverable, Milestone, MilestoneLink, Project, Publication, Task
from projects.plan_table import export_head, export_rows, plan_rows
from projects.price import payment_state
from projects.services.baselines import promised_by
from projects.services.milestones import sees
from projects.services.quoted_payments import agreed_words
from projects.views.change_order import orders_of
from projects.views.found import visible_project
from projects.views.plan import compared_with, planned, state_of
from worksheets.exports import Export, Table, of, register_export, table_of

if TYPE_CHECKING:
    from accounts.requests import SignedInRequest


def _project(request: SignedInRequest, code: str) -> Project:
    """For a page of ours: a client finds none."""
    if not request.user.is_internal:
        raise Http404
    return visible_project(request, code)


def plan(request: SignedInRequest, code: str) -> Table:
    """Against the same baseline as the page."""
    project = _project(request, code)
    rows, states = planned(project)
    _baselines, against = compared_with(request, project)
    return Table(f"{code}-plan", export_head(against), export_rows(plan_rows(project, rows, states, promised_by(rows, against))))


def milestones(request: SignedInRequest, code: str) -> Table:
    rows = Milestone.objects.filter(project=_project(request, code)).select_related("owner", "department")
    columns = [
        (_("Milestone"), of("title")),
        (_("Phase"), of("phase")),
        (_("Kind"), of("kind")),
        (_("Owner"), lambda row: str(row.owner or row.department or "")),
        (_("Tolerance (working days)"), of("tolerance_days")),
        (_("Work that ends with it (working days)"), of("duration_days")),
        (_("Not before"), of("earliest_on")),
        (_("Must be reached by"), of("finish_by")),
        (_("The client sees it"), lambda row: _t("yes") if sees(row) else _t("no")),
        (_("Forecast"), of("forecast_on")),
        (_("Actual"), of("actual_on")),
    ]
    return table_of(f"{code}-milestones", columns, rows)


def payments(request: SignedInRequest, code: str) -> Table:
    project = _project(request, code)
    due = agreed_words(project)
    columns = [
        (_("Payment"), of("title")),
        (_("Ready when"), lambda row: due.get(row.pk)),
        (_("Amount"), of("amount")),
        (_("Percent of the price"), of("percent")),
        (_("State"), lambda row: str(payment_state(row).label)),
        (_("Forecast"), of("forecast_on")),
        (_("Actual"), of("actual_on")),
        (_("Invoice number"), of("invoice_number")),
        (_("Invoiced"), of("invoiced_on")),
        (_("Paid"), of("paid_on")),
    ]
    return table_of(f"{code}-payments", columns, Milestone.objects.filter(project=project, kind=Milestone.Kind.PAYMENT))


def tasks(request: SignedInRequest, code: str) -> Table:
    project, today = _project(request, code), timezone.localdate()
    columns = [
        (_("Task"), of("title")),
        (_("For the milestone"), of("milestone.title")),
        (_("Who"), lambda row: str(row.who or "")),
        (_("State"), lambda row: state_of(row, today)[1]),
        (_("Work (days)"), of("duration_days")),
        (_("Due"), of("due_on")),
        (_("Forecast"), of("forecast_on")),
        (_("Done"), of("done_on")),
        (_("Float (working days)"), of("float_days")),
    ]
    rows = Task.objects.filter(project=project).select_related("milestone", "owner", "department")
    return table_of(f"{code}-tasks", columns, rows)


def dependencies(request: SignedInRequest, code: str) -> Table:
    links = MilestoneLink.objects.filter(successor__project=_project(request, code)).select_related("predecessor", "successor")
    if key := request.GET.get("milestone"):
        links = links.filter(successor__key=key) | links.filter(predecessor__key=key)
    columns = [
        (_("Milestone"), of("successor.title")),
        (_("Waits for"), of("predecessor.title")),
        (_("Relation"), of("kind")),
        (_("Lag (working days)"), of("lag_days")),
        (_("Added to this plan"), lambda row: _t("yes") if row.by_hand else _t("no")),
    ]
    return table_of(f"{code}-dependencies", columns, links.order_by("successor__order", "predecessor__order", "id"))


def change_orders(request: SignedInRequest, code: str) -> Table:
    columns = [
        (_("Change order"), of("label")),
        (_("Title"), of("title")),
        (_("State"), of("state")),
        (_("Currency"), of("currency")),
        (_("Price"), of("total")),
        (_("Prepared"), of("prepared_at")),
        (_("Prepared by"), of("prepared_by.full_name")),
    ]
    return table_of(f"{code}-change-orders", columns, orders_of(request, _project(request, code)))


def publications(request: SignedInRequest, code: str) -> Table:
    """Every date that the client was told of one milestone (`milestone`, its key), or of all."""
    rows = Publication.objects.filter(milestone__project=_project(request, code)).select_related("milestone", "published_by")
    if key := request.GET.get("milestone"):
        rows = rows.filter(milestone__key=key)
    columns = [
        (_("Milestone"), of("milestone.title")),
        (_("Published"), of("published_at")),
        (_("By"), of("published_by.full_name")),
        (_("From"), of("from_date")),
        (_("Date"), of("to_date")),
        (_("Working days"), of("days")),
        (_("Side"), of("sides")),
        (_("Reason"), of("reason_class")),
        (_("Words to the client"), of("reason")),
    ]
    ordered = rows.prefetch_related("shares").order_by("published_at", "pk")
    return table_of(f"{code}-published-dates", columns, ordered)


def deliverables(request: SignedInRequest, code: str) -> Table:
    """Of all phases; the page shows those of the present one."""
    rows = Deliverable.objects.filter(project=_project(request, code)).select_related("department", "owner")
    columns = [
        (_("Deliverable"), of("title")),
        (_("Phase"), of("phase")),
        (_("Department"), lambda row: str(row.department or "")),
        (_("Owner"), of("owner.full_name")),
        (_("Due"), of("due_on")),
        (_("Done"), of("done_at")),
        (_("Visibility"), of("visibility")),
    ]
    return table_of(f"{code}-deliverables", columns, rows)


def activity(request: SignedInRequest, code: str) -> Table:
    """The whole record of the project, the newest first."""
    rows = Event.objects.filter(project_id=_project(request, code).pk).order_by("-id")
    columns = [
        (_("When"), of("at")),
        (_("What happened"), of("words")),
        (_("By"), of("actor_name")),
        (_("On behalf of"), of("on_behalf_of_name")),
        (_("Reason"), of("reason")),
        (_("About"), of("object_label")),
        (_("Channel"), of("channel")),
    ]
    return table_of(f"{code}-activity", columns, rows)


def sharing(request: SignedInRequest, code: str) -> Table:
    return sharing_table(_project(request, code))


def told_milestones(request: SignedInRequest, code: str) -> Table:
    """The milestones of the portal with the dates that were told, for the client's own people."""
    if not request.user.is_client:
        raise Http404
    columns = [
        (_("Milestone"), lambda row: row[0].title),
        (_("Phase"), lambda row: row[0].get_phase_display()),
        (_("Agreed"), lambda row: row[0].agreed_on),
        (_("Forecast"), lambda row: row[0].published_on),
        (_("Actual"), lambda row: row[0].actual_on),
        (_("Difference (working days)"), lambda row: row[4]),
        (_("State"), lambda row: str(row[1].label)),
        (_("Reason of the last change"), lambda row: row[2].reason if row[2] else None),
    ]
    return table_of(f"{code}-milestones", columns, project_context(request.user, code)["milestones"])


def register() -> None:
    made = {
        "plan": plan,
        "milestones": milestones,
        "payments": payments,
        "tasks": tasks,
        "dependencies": dependencies,
        "change-orders": change_orders,
        "published-dates": publications,
        "deliverables": deliverables,
        "activity": activity,
        "sharing": sharing,
        "told-milestones": told_milestones,
    }
    register_export(*(Export(key, make, of_project=True) for key, make in made.items()))
