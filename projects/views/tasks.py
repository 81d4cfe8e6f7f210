"""Tasks on the plan page: given out, changed, started, done, taken back, removed, each in its dialog."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_POST

from accounts.decorators import internal_required
from accounts.requests import SignedInRequest
from audit.refusals import carried_out
from projects.forms.scratch import ReasonForm
from projects.forms.tasks import DayForm, TaskChangeForm, TaskForm
from projects.models import Milestone, Project, Task
from projects.services import tasks as services
from projects.views.found import visible_project
from projects.views.plan import render_plan


def _task(project: Project, pk: int) -> Task:
    """Of the project that the caller sees; absent and foreign are the same."""
    return get_object_or_404(Task.objects.select_related("milestone", "owner", "department"), project=project, pk=pk)


def _choices(project: Project, besides: Task | None = None) -> dict[str, Any]:
    tasks = Task.objects.filter(project=project)
    ahead = tasks.exclude(pk=besides.pk) if besides else tasks
    return {"milestones": list(Milestone.objects.filter(project=project)), "tasks": list(ahead)}


def _answer(
    request: SignedInRequest,
    project: Project,
    form: forms.Form,
    act: Callable[[], object],
    words: str,
    *,
    name: str,
    task: Task | None = None,
) -> HttpResponse:
    """Do it and go back to the plan, or show the plan with the refused form in its dialog."""
    if carried_out(form, act):
        messages.success(request, words)
        return redirect("project-plan", project.code)
    return render_plan(request, project, status=400, task=task, bound={name: form})


@internal_required
@require_POST
def task_add(request: SignedInRequest, code: str) -> HttpResponse:
    project = visible_project(request, code)
    form = TaskForm(request.POST, prefix="task", **_choices(project))
    return _answer(
        request,
        project,
        form,
        lambda: services.add_task(code, form.draft, actor=request.user),
        _t("Given out; the plan waits for it."),
        name="new",
    )


@internal_required
@require_POST
def task_change(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    project = visible_project(request, code)
    task = _task(project, pk)
    form = TaskChangeForm(request.POST, prefix="task", **_choices(project, task))

    def change() -> None:
        services.change_task(code, pk, form.draft, reason=form.cleaned_data["reason"], actor=request.user)

    return _answer(request, project, form, change, _t("Changed; the plan follows it."), name="change", task=task)


def _done_to(
    request: SignedInRequest, code: str, pk: int, form: forms.Form, service: Callable[..., object], words: str, *, name: str
) -> HttpResponse:
    """An act on one task whose form has the values of its service."""
    project = visible_project(request, code)
    task = _task(project, pk)
    return _answer(request, project, form, lambda: service(code, pk, actor=request.user, **form.cleaned_data), words, name=name, task=task)


@internal_required
@require_POST
def task_start(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    return _done_to(request, code, pk, DayForm(request.POST, prefix="start"), services.start_task, _t("Started."), name="start")


@internal_required
@require_POST
def task_finish(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    words = _t("Done; what waited for it has moved with it.")
    return _done_to(request, code, pk, DayForm(request.POST, prefix="done"), services.finish_task, words, name="done")


@internal_required
@require_POST
def task_reopen(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    form = ReasonForm(request.POST, prefix="reopen")
    return _done_to(request, code, pk, form, services.reopen_task, _t("It is open again."), name="reopen")


@internal_required
@require_POST
def task_remove(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    form = ReasonForm(request.POST, prefix="remove")
    return _done_to(request, code, pk, form, services.remove_task, _t("Removed; the record keeps it."), name="remove")
