"""The charter and what it planned, and the people of the project."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_http_methods, require_POST

from accounts.decorators import internal_required
from accounts.models import Department, User
from accounts.requests import SignedInRequest
from audit.refusals import BadInput, Blocker, add_to_form, carried_out
from audit.seen import version_after, version_of
from projects.charter_criteria import criteria_of
from projects.charter_limits import dependencies_of, escalation_of
from projects.charter_plan import PlannedDates, planned_dates
from projects.charter_texts import budget_of, said_elsewhere
from projects.forecasting import working_day_in
from projects.forms.charter import CharterForm, MemberForm, WritingForm, only_manager
from projects.forms.tailoring import TailoringForm
from projects.models import Charter, Deliverable, Milestone, Phase, Project, Quotation, Tailoring, TeamMember
from projects.permissions import lacking
from projects.price import accepted_quotation
from projects.services import charter as services
from projects.services import tailoring
from projects.services.charter_writing import batches_of, scope_stays, write_charter, writing_blockers
from projects.services.lifecycle import not_active
from projects.services.team import name_team
from projects.views.found import visible_project

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

NAMED_ELSEWHERE = ("project_management", "business_development")


def _project(request: SignedInRequest, code: str) -> Project:
    return visible_project(request, code, "client", "site", "project_manager", "account_owner", "charter", "rfp")


def _locks(request: SignedInRequest, project: Project) -> list[Blocker]:
    words = _t("The charter is drafted by a project manager or business development.")
    return [
        *lacking("projects.draft_charter", request.user, project, words),
        *services.charter_blockers(project),
        *not_active(project),
    ]


@internal_required
@require_http_methods(["GET", "POST"])
def charter_page(request: SignedInRequest, code: str) -> HttpResponse:
    project = _project(request, code)
    charter: Charter | None = getattr(project, "charter", None)
    if request.method == "GET":
        return _render(request, project, charter, CharterForm(instance=charter, initial=_initial(project, charter)))
    form, version = CharterForm(request.POST), request.POST.get("version", "")
    try:
        if form.is_valid() and "preview" in request.POST:
            return _render(request, project, charter, form, version=version, dates=_preview(project, charter, form.cleaned_data))
        if form.is_valid():
            services.draft_charter(code, actor=request.user, version=version, **form.cleaned_data)
            messages.success(request, _t("The charter is saved; deliverables and milestones are planned."))
            return redirect("project-charter", code)
    except BadInput as bad:
        add_to_form(form, bad)
        version = version_after(bad, version)
    return _render(request, project, charter, form, status=400, version=version)


@internal_required
@require_POST
def charter_write(request: SignedInRequest, code: str) -> HttpResponse:
    """Write the charter from the accepted quotation, in one step."""
    project, form = _project(request, code), WritingForm(request.POST)
    if carried_out(form, lambda: write_charter(code, actor=request.user, **form.cleaned_data)):
        messages.success(request, _t("The charter is written from the quotation; read it, and change what it needs."))
        _tell_scope(request, project, was_drafted=hasattr(project, "charter"))
        return redirect("project-charter", code)
    charter: Charter | None = getattr(project, "charter", None)
    fresh = CharterForm(instance=charter, initial=_initial(project, charter))
    return _render(request, project, charter, fresh, status=400, writing_form=form)


def _tell_scope(request: SignedInRequest, before: Project, *, was_drafted: bool) -> None:
    """Which phases it contracts now, where a draft had others; or why it still has others than the quotation."""
    now = Project.objects.get(pk=before.pk)
    if was_drafted and (now.first_phase, now.last_phase) != (before.first_phase, before.last_phase):
        words = _t("The contracted phases follow the quotation: %(first)s to %(last)s.")
        messages.info(request, words % {"first": now.get_first_phase_display(), "last": now.get_last_phase_display()})
    quotation = accepted_quotation(now)
    for blocker in scope_stays(now, quotation) if quotation else []:
        messages.warning(request, blocker.words)


def _writing(request: SignedInRequest, project: Project, charter: Charter | None) -> dict[str, Any]:
    """The card from which the charter is written; none once it is issued."""
    if charter is not None and charter.state == Charter.State.ISSUED:
        return {}
    words = _t("The charter is drafted by a project manager or business development.")
    first = {
        "site": project.site_id,
        "project_manager": project.project_manager_id or only_manager(),
        "start_on": charter.start_on if charter else working_day_in(project, 0),
    }
    reasons = [*lacking("projects.draft_charter", request.user, project, words), *writing_blockers(project)]
    return {"writing_form": WritingForm(initial=first), "writing_blockers": reasons}


def _preview(project: Project, charter: Charter | None, values: dict[str, Any]) -> PlannedDates:
    """The dates that saving would plan; nothing is written."""
    backwards = values["plan_from"] == Charter.PlanFrom.FILING
    services.check_dates(values["plan_from"], values["start_on"], values["filing_on"])
    proposed = Project(pk=project.pk, client=project.client, site=values["site"])
    proposed.first_phase, proposed.last_phase = values["first_phase"], values["last_phase"]
    start_on = None if backwards else values["start_on"]
    today = proposed.today
    return planned_dates(proposed, charter, start_on=start_on, filing_on=values["filing_on"], today=today)


def _initial(project: Project, charter: Charter | None) -> dict[str, Any]:
    """Project facts always; for the first draft also what the quotation says already."""
    facts: dict[str, Any] = {
        "site": project.site_id,
        "project_manager": project.project_manager_id or only_manager(),
        "first_phase": project.first_phase,
        "last_phase": project.last_phase,
    }
    if charter is not None:
        return facts
    quotation = Quotation.objects.current().filter(project=project).first()
    if quotation is not None:
        facts |= {"assumptions": quotation.assumptions, "scope_in": quotation.scope}
        facts |= {"dependencies": dependencies_of(project, quotation), "escalation": escalation_of(project)}
    facts |= batches_of(said_elsewhere(project))
    first, wanted = working_day_in(project, 0), project.rfp.start_wanted_on
    return facts | {"start_on": max(first, wanted) if wanted else first, "filing_on": project.rfp.filing_planned_on}


def _render(
    request: SignedInRequest,
    project: Project,
    charter: Charter | None,
    form: CharterForm,
    *,
    status: int = 200,
    dates: PlannedDates | None = None,
    version: str = "",
    **bound: Any,
) -> HttpResponse:
    deliverables = list(project.deliverables.select_related("department", "owner"))
    blockers = _locks(request, project)
    criteria = criteria_of(deliverables, charter)
    for each in deliverables:
        each.criterion = criteria[each.key]  # type: ignore[attr-defined]
    rows = list(project.tailoring.select_related("set_by"))
    context = {
        "project": project,
        "charter": charter,
        "form": form,
        "version": version or version_of(services.charter_values(project, charter)),
        "editable": not blockers,
        "blockers": blockers,
        "dates": dates,
        "phases": _by_phase(deliverables, rows),
        "milestones": list(project.milestones.all()),
        "document_query": f"?project={project.code}&type=project_charter",
        "has_deliverable": any(row.key == "project_charter" for row in deliverables),
        "tailored": rows,
        "tailoring_blockers": _tailoring_locks(request, project),
        "tailoring_form": TailoringForm(offers=_not_chosen(project, rows)),
        **_writing(request, project, charter),
        **_price(project),
    }
    return render(request, "projects/charter.html", context | bound, status=status)


def _price(project: Project) -> dict[str, Any]:
    """What was agreed, by phase, and how it is paid."""
    quotation = accepted_quotation(project)
    payments = [row for row in project.milestones.all() if row.kind == Milestone.Kind.PAYMENT] if quotation else []
    return {"accepted": quotation, "budget": budget_of(quotation) if quotation else [], "payments": payments}


def _by_phase(deliverables: Iterable[Deliverable], tailored: Iterable[Tailoring]) -> list[tuple[_StrPromise, list[Deliverable]]]:
    """What is chosen as not applicable is struck out before it takes force too."""
    reasons = {row.key: row.justification for row in tailored if row.kind == Tailoring.Kind.DELIVERABLE}
    found: dict[str, list[Deliverable]] = {}
    for row in deliverables:
        row.not_applicable = row.not_applicable or reasons.get(row.key, "")
        found.setdefault(row.phase, []).append(row)
    return [(phase.label, found[phase]) for phase in Phase if phase in found]


def _not_chosen(project: Project, rows: Iterable[Tailoring]) -> list[tailoring.Offer]:
    chosen = {(row.kind, row.key) for row in rows}
    return [offer for offer in tailoring.offers(project) if (offer.kind, offer.key) not in chosen]


def _tailoring_locks(request: SignedInRequest, project: Project) -> list[Blocker]:
    words = _t("What applies is chosen by a project manager or business development.")
    return [*lacking("projects.draft_charter", request.user, project, words), *tailoring.tailoring_blockers(project)]


@internal_required
@require_POST
def tailoring_add(request: SignedInRequest, code: str) -> HttpResponse:
    project = _project(request, code)
    form = TailoringForm(request.POST, offers=tailoring.offers(project))
    if form.is_valid():
        try:
            row = tailoring.tailor(code, actor=request.user, **form.values())
        except BadInput as bad:
            add_to_form(form, bad)
        else:
            messages.success(request, _t("“%(title)s” does not apply once the charter is issued.") % {"title": row.title})
            return redirect("project-charter", code)
    charter: Charter | None = getattr(project, "charter", None)
    fresh = CharterForm(instance=charter, initial=_initial(project, charter))
    return _render(request, project, charter, fresh, status=400, tailoring_form=form)


@internal_required
@require_POST
def tailoring_remove(request: SignedInRequest, code: str, pk: int) -> HttpResponse:
    project = _project(request, code)
    row = get_object_or_404(Tailoring.objects.visible_to(request.user), project=project, pk=pk)
    tailoring.remove_tailoring(code, pk, actor=request.user)
    messages.success(request, _t("“%(title)s” applies.") % {"title": row.title})
    return redirect("project-charter", code)


# The team


@dataclass(frozen=True)
class TeamRow:
    department: Department
    member: TeamMember | None
    form: MemberForm


@internal_required
@require_http_methods(["GET", "POST"])
def team_page(request: SignedInRequest, code: str) -> HttpResponse:
    """Name the person of each department, all in one form."""
    project = _project(request, code)
    rows = _team_rows(request, project)
    if request.method == "POST" and all(row.form.is_valid() for row in rows):
        chosen = {row.department.key: row.form.person for row in rows if row.form.has_changed()}
        try:
            changed = name_team(code, chosen, actor=request.user)
        except BadInput as bad:
            for row in rows:
                row.form.add_error("user", bad.errors.get(row.department.key, []))
        else:
            if changed:
                names = ", ".join(str(row.department) for row in changed)
                messages.success(request, _t("Saved: %(departments)s.") % {"departments": names})
            return redirect("project-team", code)
    context = {
        "project": project,
        "rows": rows,
        "blockers": lacking("projects.plan", request.user, project, _t("The team is named by a project manager.")),
    }
    return render(request, "projects/team.html", context, status=400 if request.method == "POST" else 200)


def _team_rows(request: SignedInRequest, project: Project) -> list[TeamRow]:
    """One form for each department, its own people first."""
    people = list(User.objects.active().internal().order_by("full_name").prefetch_related("grants"))
    members = {row.department_id: row for row in project.team.select_related("user").prefetch_related("user__grants")}
    rows = []
    for department in Department.objects.exclude(key__in=NAMED_ELSEWHERE):
        member = members.get(department.pk)
        named = member.user if member else None
        offered = [*people, named] if named and named not in people else people
        own = {person.pk for person in offered if any(g.role == department.key and g.ended_at is None for g in person.grants.all())}
        form = MemberForm(
            request.POST if request.method == "POST" else None,
            prefix=department.key,
            people=sorted(offered, key=lambda person: person.pk not in own),
            own=own,
            initial={"user": named.pk if named else None},
        )
        rows.append(TeamRow(department, member, form))
    return rows
