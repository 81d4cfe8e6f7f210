"""The plan: every milestone with its four dates, the Gantt, and what may be done to one milestone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts.decorators import internal_required
from accounts.permissions import allowed
from accounts.requests import SignedInRequest
from audit.models import Event
from audit.refusals import BadInput, Blocker, add_to_form
from charts.render import to_pdf, to_png, to_svg
from projects.accounts_of_delay import accounts_of_delay
from projects.approvals import standing_of
from projects.forecasting import is_provisional, schedule_of
from projects.forms.plan import AchieveForm, AchieveToldForm, RescheduleForm, WhyForm, at_its_field
from projects.forms.scratch import ReasonForm
from projects.forms.tasks import CorrectionForm, DayForm, StartForm, TaskChangeForm, TaskForm
from projects.milestones import states_of
from projects.models import Baseline, Milestone, MilestoneLink, Project, Publication, Task, Visibility
from projects.occupancies import bookings_in_plan
from projects.permissions import lacking
from projects.pictures import gantt_of
from projects.plan_table import plan_rows
from projects.services import milestones as shaping
from projects.services import plan as services
from projects.services import tasks as task_services
from projects.services.account import latest_answer
from projects.services.baselines import promised_by
from projects.services.locking import not_active
from projects.services.publishing import explain_achievement, explanation_blockers, moves_of, publication_blockers
from projects.services.sharing import set_visibility
from projects.shareable import Item, shareable
from projects.slippage import driving, side_labels
from projects.views.found import visible_project

if TYPE_CHECKING:
    from projects.milestone_state import MilestoneState

SVG_WIDTH = 1200


def planned(project: Project) -> tuple[list[Milestone], dict[int, MilestoneState]]:
    rows = list(Milestone.objects.filter(project=project))
    return rows, states_of(rows, today=timezone.localdate(), calendars={project.pk: services.calendar_of(project)})


@internal_required
@require_GET
def plan_page(request: SignedInRequest, code: str) -> HttpResponse:
    """`task` opens the dialog of a task, `task=new` that of another one."""
    project = visible_project(request, code)
    asked = request.GET.get("task", "")
    rows = Task.objects.select_related("milestone", "owner", "department", "after_task", "after_milestone")
    task = rows.filter(project=project, pk=asked).first() if asked.isdecimal() else None
    return render_plan(request, project, task=task, new_task=asked == "new")


def render_plan(
    request: SignedInRequest,
    project: Project,
    *,
    status: int = 200,
    task: Task | None = None,
    new_task: bool = False,
    bound: Mapping[str, forms.Form] | None = None,
) -> HttpResponse:
    """The plan from one context; a refused form (by the name of its act) comes back in it, its dialog open."""
    rows, states = planned(project)
    today = timezone.localdate()
    baselines, against = compared_with(request, project)
    promised = promised_by(rows, against)
    tasks = list(Task.objects.filter(project=project).select_related("milestone", "owner", "department"))
    accounts = accounts_of_delay([project])[project.pk]
    links = list(MilestoneLink.objects.filter(successor__project=project))
    context = {
        "project": project,
        "milestones": plan_rows(project, rows, states, promised),
        "dropped": list(Milestone.everything.filter(project=project).exclude(dropped_by=None).select_related("dropped_by")),
        "tasks": [(row, state_of(row, today)) for row in tasks],
        "remarks": schedule_of(project, rows, links, tasks=tasks, today=project.today).remarks,
        "accounts": [account for account in accounts if account.moved],
        "driving": driving(accounts),
        "sides": side_labels(),
        "account_answer": latest_answer(project),
        "gantt": _gantt(project, rows, states, tasks, promised) if rows else None,
        **bookings_in_plan(request.user, project),
        "unpublished": sum(row.unpublished and row.published_on is not None for row in rows),
        "baselines": baselines,
        "against": against,
        "no_planner": _no_planner(request, project),
        "dialogs": task_dialogs(request, project, rows, tasks, task=task, new=new_task or "new" in (bound or {}), bound=bound or {}),
    }
    return render(request, "projects/plan.html", context, status=status)


def _gantt(
    project: Project,
    rows: list[Milestone],
    states: Mapping[int, MilestoneState],
    tasks: list[Task],
    promised: Mapping[int, date | None],
    width: int | str = "container",
) -> dict[str, Any]:
    today, calendar = timezone.localdate(), services.calendar_of(project)
    return gantt_of(rows, states, today=today, width=width, tasks=tasks, promised=promised, calendar=calendar)


def compared_with(request: SignedInRequest, project: Project) -> tuple[list[Baseline], Baseline | None]:
    """The project's baselines, and the one that `against` names by its id; None: what is agreed now."""
    baselines, asked = list(project.baselines.select_related("taken_by")), request.GET.get("against", "")
    chosen = next((row for row in baselines if str(row.pk) == asked), None)
    if asked and chosen is None:
        raise Http404
    return baselines, chosen


def _no_planner(request: SignedInRequest, project: Project) -> list[Blocker]:
    return lacking("projects.plan", request.user, project, _t("The plan is changed by a project manager."))


def state_of(task: Task, today: date) -> tuple[str, str]:
    """State and words; an open task on time is on track, or under way once it began."""
    state = task.state(today)
    words = {"achieved": _t("Done"), "late": _t("Late"), "on_track": _t("Under way") if task.started_on else _t("Open")}
    return state, words[state]


def task_dialogs(
    request: SignedInRequest,
    project: Project,
    milestones: list[Milestone],
    tasks: list[Task],
    *,
    task: Task | None,
    new: bool,
    bound: Mapping[str, forms.Form],
) -> dict[str, Any]:
    """What the dialogs of tasks need; nothing where none is open."""
    if task is None:
        return {"new": bound.get("new") or TaskForm(prefix="task", milestones=milestones, tasks=tasks)} if new else {}
    task.project = project
    today = {"on": project.today}
    no_worker = lacking("projects.work_on_task", request.user, task, _t("Its owner or a project manager enters this."))
    no_planner = _no_planner(request, project)
    others = [row for row in tasks if row.pk != task.pk]
    blank: dict[str, forms.Form] = {
        "start": DayForm(prefix="start", initial=today),
        "done": DayForm(prefix="done", initial=today),
        "reopen": ReasonForm(prefix="reopen"),
        "remove": ReasonForm(prefix="remove"),
        "change": TaskChangeForm(prefix="task", milestones=milestones, tasks=others, initial=TaskForm.of(task)),
    }
    blockers = {
        "start": [*no_worker, *task_services.start_blockers(task)],
        "done": [*no_worker, *task_services.change_blockers(task)],
        "reopen": [*no_planner, *task_services.reopen_blockers(task)],
        "remove": [*no_planner, *task_services.removal_blockers(task)],
        "change": [*no_planner, *task_services.change_blockers(task)],
        "report": [
            *lacking("projects.share", request.user, project, _t("A project manager or business development shows it.")),
            *not_active(project),
        ],
    }
    return {"task": task, "forms": {**blank, **bound}, "blockers": blockers}


PICTURES: dict[str, tuple[Callable[[dict[str, Any]], str | bytes], str]] = {
    "svg": (to_svg, "image/svg+xml"),
    "png": (to_png, "image/png"),
    "pdf": (to_pdf, "application/pdf"),
}


@internal_required
@require_GET
def plan_picture(request: SignedInRequest, code: str, form: str) -> HttpResponse:
    """The Gantt as a file for slides and mails: svg, png or pdf."""
    project = visible_project(request, code)
    rows, states = planned(project)
    tasks, promised = list(Task.objects.filter(project=project)), promised_by(rows, compared_with(request, project)[1])
    draw, media_type = PICTURES[form]
    picture = draw(_gantt(project, rows, states, tasks, promised, width=SVG_WIDTH))
    return HttpResponse(picture, content_type=media_type, headers={"Content-Disposition": f'attachment; filename="{code}-plan.{form}"'})


def _milestone(request: SignedInRequest, code: str, key: str) -> Milestone:
    links = MilestoneLink.objects.select_related("predecessor", "successor")
    rows = Milestone.objects.visible_to(request.user).select_related("project__client", "project__site", "department", "owner")
    rows = rows.prefetch_related(
        Prefetch("predecessors", queryset=links),
        Prefetch("successors", queryset=links),
        Prefetch("publications", queryset=Publication.objects.select_related("published_by").prefetch_related("shares")),
    )
    return get_object_or_404(rows, project__code=code, key=key)


@internal_required
@require_GET
def milestone_page(request: SignedInRequest, code: str, key: str) -> HttpResponse:
    return _render(request, _milestone(request, code, key))


def _render(request: SignedInRequest, milestone: Milestone, *, status: int = 200, **bound: Any) -> HttpResponse:
    """The page of one milestone from one context; a refused form comes back in it, its dialog open."""
    project, user = milestone.project, request.user
    _rows, states = planned(project)
    no_planner = _no_planner(request, project)
    no_publisher = lacking("projects.publish", user, project, _t("A date is published by a project manager."))
    context = {
        "project": project,
        "milestone": milestone,
        "state": states[milestone.pk],
        "provisional": is_provisional(milestone, project, milestone.forecast_on),
        "reschedule_blockers": [*no_planner, *services.rescheduling_blockers(milestone)],
        "achieve_blockers": [*no_planner, *services.achievement_blockers(milestone)],
        "start_blockers": [*no_planner, *shaping.start_blockers(milestone)],
        "correction_blockers": [*no_planner, *shaping.correction_blockers(milestone)],
        "publish_blockers": [*no_publisher, *publication_blockers(milestone)],
        "may_share": allowed("projects.share", user, project),
        "standing": standing_of(Item(shareable("milestone"), milestone)),
        "reschedule_form": RescheduleForm(initial={"not_before": milestone.earliest_on, "duration_days": milestone.duration_days}),
        "start_form": StartForm(initial={"on": milestone.started_on or project.today}),
        "correction_form": CorrectionForm(initial={"on": milestone.actual_on}),
        "tasks": [(row, state_of(row, timezone.localdate())) for row in milestone.tasks.select_related("owner", "department", "milestone")],
        "corrections": corrections_of(milestone),
        "achieve_form": _achieve_form(milestone)(initial={"on": project.today}),
        "explain_blockers": [*no_publisher, *explanation_blockers(milestone)],
        "explain_form": WhyForm(),
        "days_apart": moves_of(project, [milestone])[0].days if milestone.actual_on else 0,
        "publications": list(milestone.publications.all()),
        "rounds": list(milestone.rounds.select_related("loop__deliverable", "move", "review").order_by("-round"))
        if milestone.round > 1
        else [],
    }
    return render(request, "projects/milestone.html", context | bound, status=status)


def corrections_of(milestone: Milestone) -> list[Event]:
    """Actual dates that were entered wrongly, each with who took it back and why."""
    rows = Event.objects.filter(kind="milestone.corrected", project_id=milestone.project_id, object_id=str(milestone.pk))
    return list(rows.order_by("-pk"))


def _answer(request: SignedInRequest, milestone: Milestone, form_name: str, form: forms.Form, act: Callable[[], str]) -> HttpResponse:
    """`act` calls the service and says in words what it did."""
    if form.is_valid():
        try:
            words = act()
        except BadInput as bad:
            add_to_form(form, at_its_field(bad, form))
        else:
            messages.success(request, words)
            return redirect("milestone-detail", milestone.project.code, milestone.key)
    return _render(request, milestone, status=400, **{form_name: form})


@internal_required
@require_POST
def milestone_reschedule(request: SignedInRequest, code: str, key: str) -> HttpResponse:
    milestone = _milestone(request, code, key)
    form = RescheduleForm(request.POST)

    def reschedule() -> str:
        moved = services.reschedule_milestone(code, key, actor=request.user, **form.cleaned_data)
        return ngettext("%(number)d milestone moved.", "%(number)d milestones moved.", len(moved)) % {"number": len(moved)}

    return _answer(request, milestone, "reschedule_form", form, reschedule)


@internal_required
@require_POST
def milestone_achieve(request: SignedInRequest, code: str, key: str) -> HttpResponse:
    milestone = _milestone(request, code, key)
    form = _achieve_form(milestone)(request.POST)

    def achieve() -> str:
        services.achieve_milestone(code, key, actor=request.user, **form.values)
        return _t("Achieved; what follows it has moved with it.")

    return _answer(request, milestone, "achieve_form", form, achieve)


def _achieve_form(milestone: Milestone) -> type[AchieveForm | AchieveToldForm]:
    """Where the client was told a date, another one asks for its reason."""
    return AchieveToldForm if milestone.is_shared and milestone.published_on else AchieveForm


@internal_required
@require_POST
def milestone_explain(request: SignedInRequest, code: str, key: str) -> HttpResponse:
    milestone = _milestone(request, code, key)
    form = WhyForm(request.POST)

    def explain() -> str:
        explain_achievement(code, key, actor=request.user, **form.why)
        return _t("The account of the delay has the days; the client reads why.")

    return _answer(request, milestone, "explain_form", form, explain)


@internal_required
@require_POST
def milestone_start(request: SignedInRequest, code: str, key: str) -> HttpResponse:
    milestone = _milestone(request, code, key)
    form = StartForm(request.POST)

    def start() -> str:
        shaping.start_milestone(code, key, actor=request.user, **form.cleaned_data)
        return _t("Begun; what remains of the work is counted from that day.")

    return _answer(request, milestone, "start_form", form, start)


@internal_required
@require_POST
def milestone_correct(request: SignedInRequest, code: str, key: str) -> HttpResponse:
    milestone = _milestone(request, code, key)
    form = CorrectionForm(request.POST)

    def correct() -> str:
        shaping.correct_actual(code, key, actor=request.user, **form.cleaned_data)
        return _t("Corrected; the date entered before stays in the record.")

    return _answer(request, milestone, "correction_form", form, correct)


@internal_required
@require_POST
def milestone_share(request: SignedInRequest, code: str, key: str) -> HttpResponse:
    return _set_visibility(request, code, key, Visibility.SHARED, _t("Shared. Publish its date, then the client reads it."))


@internal_required
@require_POST
def milestone_unshare(request: SignedInRequest, code: str, key: str) -> HttpResponse:
    return _set_visibility(request, code, key, Visibility.INTERNAL, _t("The client does not see it any more."))


def _set_visibility(request: SignedInRequest, code: str, key: str, visibility: Visibility, words: str) -> HttpResponse:
    milestone = _milestone(request, code, key)
    set_visibility(code, "milestone", key, visibility=visibility, actor=request.user)
    messages.success(request, words)
    return redirect("milestone-detail", milestone.project.code, milestone.key)
