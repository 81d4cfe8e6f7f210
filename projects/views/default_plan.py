"""The pages of the default plan: what new projects begin with, changing it, and its versions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.decorators import internal_required
from accounts.models import DEPARTMENT_NAMES
from accounts.permissions import require_permission
from accounts.requests import SignedInRequest
from audit.refusals import Blocker, carried_out
from projects.default_plan import (
    DELIVERABLES,
    MILESTONES,
    Content,
    Found,
    content_now,
    deliverable_blockers,
    differences,
    found,
    milestone_blockers,
)
from projects.forms.default_plan import DeliverableDefaultForm, MilestoneDefaultForm
from projects.forms.scratch import ReasonForm
from projects.models import PHASES, DefaultPlan, Milestone, Phase
from projects.permissions import lacking
from projects.plans import phase_plan
from projects.services import default_plan as services

FORMS = {MILESTONES: MilestoneDefaultForm, DELIVERABLES: DeliverableDefaultForm}
VERSIONS = 50


def _blockers(request: SignedInRequest) -> list[Blocker]:
    words = _t("Administrators, quality assurance and management change the default plan.")
    return lacking("projects.change_defaults", request.user, None, words)


@internal_required
@require_GET
def default_plan_page(request: SignedInRequest) -> HttpResponse:
    require_permission("accounts.read_administration", request.user)
    version, content = content_now()
    phases = [(Phase(phase), _milestone_rows(content, phase), _deliverable_rows(content, phase)) for phase in PHASES]
    context = {"version": version, "phases": phases, "blockers": _blockers(request)}
    return render(request, "projects/default_plan.html", context)


def _milestone_rows(content: Content, phase: str) -> list[dict[str, Any]]:
    titles = {line["key"]: line["title"] for name in PHASES for line in content[name][MILESTONES]}
    return [
        line
        | {
            "kind_words": Milestone.Kind(line["kind"]).label,
            "owner": DEPARTMENT_NAMES.get(line["department"], line["department"]),
            "waits": [(titles.get(key, key), lag) for key, lag in line["after"].items()],
        }
        for line in content[phase][MILESTONES]
    ]


def _deliverable_rows(content: Content, phase: str) -> list[dict[str, Any]]:
    declared = {item.key: item for item in phase_plan(phase).deliverables}
    titles = {line["key"]: line["title"] for line in content[phase][MILESTONES]}
    return [
        line
        | {
            "owner": DEPARTMENT_NAMES.get(line["department"], line["department"]),
            "due": titles.get(declared[line["key"]].milestone, ""),
            "document_type": declared[line["key"]].document_type,
        }
        for line in content[phase][DELIVERABLES]
        if line["key"] in declared
    ]


@internal_required
@require_http_methods(["GET", "POST"])
def default_change(request: SignedInRequest, kind: str, key: str) -> HttpResponse:
    """One milestone or deliverable of the default plan, and the form that changes it."""
    require_permission("accounts.read_administration", request.user)
    version, content = content_now()
    here = _found(content, kind, key)
    form = FORMS[kind](request.POST or None, content=content, version=version, here=here)

    def change() -> None:
        data = form.cleaned_data
        said = {"reason": data["reason"], "version": data["version"], "place": data["place"]}
        services.change_default(kind, key, facts=form.facts, actor=request.user, **said)

    if request.method == "POST" and carried_out(form, change):
        messages.success(request, _t("Changed: projects that are planned from now on begin with it."))
        return redirect("default-plan")
    return _render(request, kind, here, content, version, form=form)


@internal_required
@require_http_methods(["GET", "POST"])
def default_new(request: SignedInRequest, phase: str) -> HttpResponse:
    require_permission("accounts.read_administration", request.user)
    if phase not in PHASES:
        raise Http404
    version, content = content_now()
    form = MilestoneDefaultForm(request.POST or None, content=content, version=version, phase=phase)

    def add() -> None:
        data = form.cleaned_data
        services.add_default_milestone(phase, facts=form.facts, reason=data["reason"], version=data["version"], actor=request.user)

    if request.method == "POST" and carried_out(form, add):
        messages.success(request, _t("Added: projects that are planned from now on have it."))
        return redirect("default-plan")
    context = {"form": form, "phase": Phase(phase), "blockers": _blockers(request)}
    return render(request, "projects/default_plan_new.html", context, status=400 if form.errors else 200)


@internal_required
@require_POST
def default_leave_out(request: SignedInRequest, kind: str, key: str) -> HttpResponse:
    return _act(request, kind, key, services.leave_out_default, _t("Left out of the plans to come."))


@internal_required
@require_POST
def default_put_back(request: SignedInRequest, kind: str, key: str) -> HttpResponse:
    return _act(request, kind, key, services.put_back_default, _t("Planned again from now on."))


def _act(request: SignedInRequest, kind: str, key: str, service: Any, words: str) -> HttpResponse:
    require_permission("projects.change_defaults", request.user)
    version, content = content_now()
    here = _found(content, kind, key)
    form = ReasonForm(request.POST)
    if not carried_out(form, lambda: service(kind, key, reason=form.cleaned_data["reason"], version=version, actor=request.user)):
        return _render(request, kind, here, content, version, reason_form=form)
    messages.success(request, words)
    return redirect("default-plan")


def _found(content: Content, kind: str, key: str) -> Found:
    here = found(content, kind, key) if kind in FORMS else None
    if here is None:
        raise Http404
    return here


def _render(
    request: SignedInRequest, kind: str, here: Found, content: Content, version: int, *, form: Any = None, reason_form: Any = None
) -> HttpResponse:
    key = here.line["key"]
    needed = milestone_blockers(content, key) if kind == MILESTONES else deliverable_blockers(content, key)
    blockers = _blockers(request)
    context = {
        "kind": kind,
        "line": here.line,
        "phase": Phase(here.phase),
        "form": form or FORMS[kind](content=content, version=version, here=here),
        "reason_form": reason_form or ReasonForm(),
        "blockers": blockers,
        "needed": blockers or ([] if here.line["left_out"] else needed),
    }
    failed = (form is not None and form.errors) or reason_form is not None
    return render(request, "projects/default_plan_line.html", context, status=400 if failed else 200)


@internal_required
@require_GET
def default_history(request: SignedInRequest) -> HttpResponse:
    """Each version: who made it, when, why, what differs from the one before, how many projects were planned with it."""
    require_permission("accounts.read_administration", request.user)
    rows = list(DefaultPlan.objects.select_related("made_by").annotate(projects=Count("charters")).order_by("-version")[: VERSIONS + 1])
    before = [*(row.content for row in rows[1:]), None]
    versions = [(row, differences(then, row.content) if then else []) for row, then in zip(rows, before, strict=False)][:VERSIONS]
    return render(request, "projects/default_plan_history.html", {"versions": versions})
