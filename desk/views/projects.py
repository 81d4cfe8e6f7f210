"""The project list and the page of one project."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t

from accounts.decorators import internal_required
from accounts.paging import show_page
from accounts.permissions import allowed
from accounts.requests import SignedInRequest
from audit.models import Event
from desk.documents import STATUS_REPORT
from desk.filters import ProjectFilter
from desk.stepper import steps_of
from desk.tables import ProjectTable
from documents.models import Document
from projects.kept import number_kept
from projects.milestones import states_of
from projects.models import Project, WaitingFor
from projects.models.confidentiality import SEEN
from projects.pictures import gantt_of
from projects.rounds import repeats_of
from projects.saved_views import view_bar
from projects.services.conditions import blocker_of, overdue_conditions
from projects.services.plan import calendar_of
from projects.views.found import visible_project as visible

ACTIVITY = 12
NEXT = 5
NAMED_ABOVE = ("project_management", "business_development")
PAGE = 50


@internal_required
def project_list(request: SignedInRequest) -> HttpResponse:
    """All visible projects; filters, order and page are in the address."""
    bar = view_bar(request, "projects")
    if bar.opens_with:
        return redirect(bar.opens_with)
    rows = Project.objects.visible_to(request.user).select_related("client", "project_manager", "readiness")
    chosen = ProjectFilter(request.GET, queryset=rows, request=request)
    table = ProjectTable(chosen.qs)
    if not allowed("projects.read_portfolio", request.user):
        table.empty_link_words, table.empty_text = "", _t("No project of yours matches.")
    show_page(table, request, PAGE)
    kept = number_kept(request.user, with_project=True)
    return render(request, "desk/project_list.html", {"filter": chosen, "table": table, "bar": bar, "kept": kept})


@internal_required
def project_by_id(request: SignedInRequest, pk: int) -> HttpResponse:
    """Events know a project by its id; the address that people share carries the code."""
    return redirect(get_object_or_404(Project.objects.visible_to(request.user), pk=pk))


@internal_required
def gate_by_id(request: SignedInRequest, pk: int) -> HttpResponse:
    return redirect("project-gate", get_object_or_404(Project.objects.visible_to(request.user), pk=pk).code)


def visible_project(request: SignedInRequest, code: str) -> Project:
    related = ("client", "compound", "site", "project_manager", "account_owner", "rfp", "readiness", "charter")
    return visible(request, code, *related)


@internal_required
def project_detail(request: SignedInRequest, code: str) -> HttpResponse:
    """Where the project stands, what blocks it, what it owes, who works on it, what happened."""
    project = visible_project(request, code)
    today = timezone.localdate()
    context = {
        "project": project,
        "steps": steps_of(project),
        "readiness": getattr(project, "readiness", None),
        "today": today,
        "overdue_conditions": [blocker_of(row) for row in overdue_conditions(project, today)],
        "deliverables": list(project.deliverables.select_related("department", "owner").filter(phase=project.phase)),
        "documents": list(Document.objects.visible_to(request.user).about(project).prefetch_related("versions")[:20]),
        "team": list(project.team.select_related("department", "user").exclude(department__key__in=NAMED_ABOVE)),
        "waits": list(WaitingFor.objects.open().filter(project=project).select_related("project", "user", "client")[:20]),
        "events": list(Event.objects.filter(project_id=project.pk).exclude(kind=SEEN).order_by("-id")[:ACTIVITY]),
        "may_plan": allowed("projects.plan", request.user, project),
        "may_look_on": allowed("projects.share", request.user, project),
        "may_report": allowed("documents.request", request.user, STATUS_REPORT),
        "repeats": repeats_of(project),
        **_milestones(project),
    }
    return render(request, "desk/project_detail.html", context)


def _milestones(project: Project) -> dict[str, Any]:
    rows = list(project.milestones.all())
    states = states_of(rows, today=timezone.localdate(), calendars={project.pk: calendar_of(project)})
    listed = [(row, states[row.pk]) for row in rows]
    return {
        "milestones": listed,
        "next_milestones": [item for item in listed if item[0].actual_on is None][:NEXT],
        "gantt": gantt_of(rows, states, today=timezone.localdate()) if rows else None,
    }


@internal_required
def project_activity(request: SignedInRequest, code: str) -> HttpResponse:
    """The whole record of a project, newest first."""
    project = visible_project(request, code)
    page = Paginator(Event.objects.filter(project_id=project.pk).order_by("-id"), PAGE).get_page(request.GET.get("page"))
    return render(request, "desk/project_activity.html", {"project": project, "page": page, "back": reverse("project-detail", args=[code])})
