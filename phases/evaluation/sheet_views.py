"""The page of a department's sheet, and what is done there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.capacities import capacity, giver_of
from accounts.decorators import internal_required
from accounts.forms import SigningForm
from accounts.requests import SignedInRequest
from accounts.signing import authenticate_signer
from audit.events import events_of
from audit.refusals import BadInput, Judge, Missing, NotAllowed, Refused, add_to_form, judge_too
from audit.seen import version_after, version_of, version_with
from audit.signatures import content_hash
from phases.evaluation import services
from phases.evaluation.base_cost import PRODUCTION, Plan, plan_of, plan_of_costs, plan_of_operations, take_plan_total, taking_blockers
from phases.evaluation.booking import calendar_blockers, show_on_calendar, windows_of
from phases.evaluation.forms import AssignSheetForm, ProposeForm, ReopenForm, SheetForm
from phases.evaluation.meanwhile import changed_meanwhile, is_as_shown, seen_of
from phases.evaluation.models import DepartmentAssessment, name_on_sheet
from phases.evaluation.price_basis import price_basis_of
from phases.evaluation.proposing import propose_operations, proposing_blockers, sizes_of, versions_of
from phases.evaluation.worksheets import METHODS, OF_COSTS, PRODUCTION_PLAN, TEST_PLAN, UTILITIES, tables_of
from projects.meanings import Signed, meaning_words, signed_rows
from projects.occupancies import no_booker
from projects.permissions import lacking
from projects.services.lifecycle import not_active
from projects.views.found import found_of_project
from worksheets.bound import bind_to
from worksheets.showing import Shown

if TYPE_CHECKING:
    from accounts.models import User
    from audit.refusals import Blocker
    from phases.evaluation.tables import PlannedOperation

HISTORY = 30
# the tables whose rows make up the total of a sheet; on its page they come first
ADDED_UP = frozenset(each.key for each in (TEST_PLAN, METHODS, PRODUCTION_PLAN, UTILITIES, *OF_COSTS))


def _sheet(request: SignedInRequest, code: str, department: str) -> DepartmentAssessment:
    rows = DepartmentAssessment.objects.visible_to(request.user)
    rows = rows.select_related("department", "project__client", "project__site", "owner", "signed_off_by")
    return found_of_project(request, rows, project__code=code, department__key=department)


@internal_required
@require_http_methods(["GET", "POST"])
def sheet_page(request: SignedInRequest, code: str, department: str) -> HttpResponse:
    """Read and fill in the sheet; the form saves itself, and by its button where there is no script."""
    sheet = _sheet(request, code, department)
    if request.method == "GET":
        return _render_sheet(request, sheet)
    form = SheetForm(request.POST)
    return _answer(
        request,
        sheet,
        _t("Saved."),
        "sheet_form",
        form,
        lambda: services.save_sheet(
            code, department, changes=form.cleaned_data, actor=request.user, version=request.POST.get("version", "")
        ),
        services.wrong_costs,
    )


@internal_required
@require_POST
def sheet_autosave(request: SignedInRequest, code: str, department: str) -> JsonResponse:
    """Save the fields named in `changed`; the answer says at which field something is wrong.

    It names the content that a signature now covers, unless somebody else wrote what the page does not show.
    """
    _sheet(request, code, department)
    form = SheetForm(request.POST)
    form.keep_only(set(request.POST.getlist("changed")))
    if not form.is_valid():
        return _not_saved(400, {name: [str(message) for message in found] for name, found in form.errors.items()})
    version = request.POST.get("version", "")
    try:
        saved = services.save_sheet(code, department, changes=form.cleaned_data, actor=request.user, version=version)
    except BadInput as bad:
        return _not_saved(400, bad.errors, version=version_after(bad, version))
    except NotAllowed as refused:
        return _not_saved(403, detail=str(refused))
    except Refused as refused:
        return _not_saved(409, detail=str(refused))
    values = services.sheet_values(saved)
    version = version_with(version, {name: values[name] for name in form.cleaned_data})
    shown = content_hash(saved) if is_as_shown(saved, request.GET.get("seen", ""), request.user) else ""
    return JsonResponse({"version": version, "content_hash": shown, "ready": not services.sign_off_blockers(saved)})


def _not_saved(status: int, errors: dict[str, list[str]] | None = None, detail: str = "", **more: str) -> JsonResponse:
    errors = errors or {}
    words = detail or " ".join(message for found in errors.values() for message in found)
    return JsonResponse({"errors": errors, "detail": words, **more}, status=status)


@internal_required
@require_POST
def sheet_sign_off(request: SignedInRequest, code: str, department: str) -> HttpResponse:
    sheet = _sheet(request, code, department)
    form = SigningForm(request.POST)

    def sign() -> None:
        data = form.cleaned_data
        authentication = authenticate_signer(request, data["password"], data["code"])
        services.sign_off_sheet(code, department, actor=request.user, authentication=authentication, expected_hash=data["expected_hash"])

    return _answer(request, sheet, _t("Signed off. Thank you."), "signing_form", form, sign)


@internal_required
@require_POST
def sheet_reopen(request: SignedInRequest, code: str, department: str) -> HttpResponse:
    sheet = _sheet(request, code, department)
    form = ReopenForm(request.POST)
    return _answer(
        request,
        sheet,
        _t("The sheet is open again; its signature stays in the record."),
        "reopen_form",
        form,
        lambda: services.reopen_sheet(code, department, actor=request.user, **form.cleaned_data),
    )


@internal_required
@require_POST
def sheet_assign(request: SignedInRequest, code: str, department: str) -> HttpResponse:
    sheet = _sheet(request, code, department)
    form = AssignSheetForm(request.POST, department=department)
    return _answer(
        request,
        sheet,
        _t("Owner and due date are saved."),
        "assign_form",
        form,
        lambda: services.assign_sheet(code, department, actor=request.user, **form.cleaned_data),
    )


@internal_required
@require_POST
def sheet_calendar(request: SignedInRequest, code: str, department: str) -> HttpResponse:
    """The vessels as the production plan wants them, on the occupancy calendar."""
    sheet = _sheet(request, code, department)
    windows = show_on_calendar(code, department, actor=request.user)
    messages.success(request, _t("The vessels are booked as tentative."))
    if met := sum(bool(window.clashes) for window in windows):
        words = ngettext("%(count)d of them meets another booking.", "%(count)d of them meet other bookings.", met)
        messages.warning(request, words % {"count": met})
    return redirect(f"{sheet.get_absolute_url()}#calendar")


@internal_required
@require_POST
def sheet_plan_total(request: SignedInRequest, code: str, department: str) -> HttpResponse:
    """The plan's total as base cost."""
    sheet = _sheet(request, code, department)
    take_plan_total(code, department, actor=request.user)
    messages.success(request, _t("The base cost is the plan's total."))
    return redirect(sheet)


def _proposing(user: User, sheet: DepartmentAssessment, theirs: list[Blocker], bound: ProposeForm | None = None) -> dict[str, Any]:
    """What makes the operations of the plan from the steps of a route."""
    versions = list(versions_of(sheet.project, user))
    form = bound or ProposeForm(versions=versions, initial=dict(zip(("batch_kg", "batches"), sizes_of(sheet.project), strict=True)))
    return {"form": form, "blockers": [*theirs, *proposing_blockers(sheet, versions)]}


@internal_required
@require_POST
def sheet_propose(request: SignedInRequest, code: str, department: str) -> HttpResponse:
    """Operations from the steps of a route; what cannot be proposed is said."""
    sheet = _sheet(request, code, department)
    if department != PRODUCTION:
        raise Missing
    form = ProposeForm(request.POST, versions=list(versions_of(sheet.project, request.user)))
    if not form.is_valid():
        return _render_sheet(request, sheet, status=400, proposing=_proposing(request.user, sheet, [], form))
    proposed = propose_operations(code, actor=request.user, **form.cleaned_data)
    if not proposed.made:
        for words in proposed.left:
            form.add_error(None, words)
        return _render_sheet(request, sheet, status=400, proposing=_proposing(request.user, sheet, [], form))
    count = len(proposed.made)
    words = ngettext("%(count)d operation was proposed; look at it.", "%(count)d operations were proposed; look at them.", count)
    messages.success(request, words % {"count": count})
    if proposed.left:
        messages.warning(request, " ".join(proposed.left))
    return redirect(f"{sheet.get_absolute_url()}#sheet-production-plan")


def _calendar(sheet: DepartmentAssessment, rows: Sequence[PlannedOperation], user: User) -> dict[str, Any]:
    """What the production plan wants of the occupancy calendar."""
    windows = windows_of(rows, user)
    first = min((window.first_on for window in windows), default=None)
    return {
        "windows": windows,
        "blockers": [*no_booker(user, sheet.project), *calendar_blockers(sheet, rows)],
        "link": f"{reverse('occupancy')}?{urlencode({'from': first.isoformat()} if first else {})}",
    }


def _answer(
    request: SignedInRequest,
    sheet: DepartmentAssessment,
    words: str,
    form_name: str,
    form: forms.BaseForm,
    act: Callable[[], object],
    judge: Judge | None = None,
) -> HttpResponse:
    """Run a service on a bound form and go back to the sheet; what the service rejects is shown at its field. judge: as `carried_out`."""
    version = request.POST.get("version", "")
    if form.is_valid():
        try:
            act()
        except BadInput as bad:
            add_to_form(form, bad)
            version = version_after(bad, version)
        else:
            messages.success(request, words)
            return redirect(sheet)
    elif judge is not None:
        judge_too(form, judge)
    return _render_sheet(request, sheet, status=400, version=version, **{form_name: form})


def _tables(request: SignedInRequest, sheet: DepartmentAssessment) -> dict[str, Shown]:
    """The department's own first. Their rows are read once: the sheet has them in hand too, for its signature and for what it lacks."""
    bound = [bind_to(table, sheet, request.user) for table in tables_of(sheet)]
    names = {each.sheet.key: name_on_sheet(each.sheet.model) for each in bound}
    sheet.read_tables({names[each.sheet.key]: each.query() for each in bound})
    return {each.sheet.key: Shown(each, request, getattr(sheet, names[each.sheet.key]).all()) for each in bound}


def _signatures(sheet: DepartmentAssessment) -> list[Signed]:
    """Of a sheet that was reopened none covers what it says, though nothing may have changed yet."""
    is_open = sheet.state == DepartmentAssessment.State.OPEN
    return [replace(row, covers_now=row.covers_now and not is_open) for row in signed_rows(sheet)]


def _render_sheet(
    request: SignedInRequest, sheet: DepartmentAssessment, *, status: int = 200, version: str = "", **bound: Any
) -> HttpResponse:
    user = request.user
    theirs = lacking(
        "phases.edit_sheet", user, sheet, _t("The sheet is filled in and signed by %(department)s.") % {"department": sheet.department}
    )
    inactive = not_active(sheet.project)
    is_open = sheet.state == DepartmentAssessment.State.OPEN
    movers = _t("This takes the department, business development or a project manager.")
    tables = _tables(request, sheet)
    production = tables.get(PRODUCTION_PLAN.key)
    tests = tables.get(TEST_PLAN.key)
    costs = next((tables[each.key] for each in OF_COSTS if each.key in tables), None)
    plan = production or tests or costs
    priced: Plan | None
    if costs:
        priced = plan_of_costs(sheet, costs.every)
    elif production:
        priced = plan_of_operations(sheet, production.every, tables[UTILITIES.key].every)
    else:
        priced = plan_of(sheet, tests.every, tables[METHODS.key].every) if tests else None
    events = list(events_of(sheet)[:HISTORY])
    seen = seen_of(request.GET.get("seen", ""), events)
    unread = changed_meanwhile(sheet, [each for each in events if each.pk > seen], user)
    context = {
        "sheet": sheet,
        "project": sheet.project,
        "is_open": is_open,
        "locks": [*theirs, *inactive],
        "sheet_form": SheetForm(instance=sheet),
        "sign_off_blockers": [*theirs, *inactive, *services.sign_off_blockers(sheet), *unread],
        "reopen_blockers": [*lacking("phases.reopen_sheet", user, sheet, movers), *inactive],
        "may_assign": is_open and not inactive and not lacking("phases.assign_sheet", user, sheet, movers),
        "assign_form": AssignSheetForm(department=sheet.department.key, initial={"owner": sheet.owner_id, "due_on": sheet.due_on}),
        "reopen_form": ReopenForm(),
        "version": version or version_of(services.sheet_values(sheet)),
        "expected_hash": request.POST.get("expected_hash") or content_hash(sheet),  # of a second try, what was shown at the first
        "meaning": meaning_words("sheet_sign_off"),
        "giver": giver_of(capacity(request.user, sheet.department.key)),
        "signatures": _signatures(sheet),
        "basis": price_basis_of(sheet.project),
        "events": events,
        "seen": seen,
        "tables": list(tables.values()),
        "plan_total": priced.total if priced and sheet.currency else None,
        "calendar": _calendar(sheet, production.every, user) if production else None,
        "proposing": _proposing(user, sheet, theirs) if production else None,
        "takes_total": plan is not None,
        "total_after": sum(key in ADDED_UP for key in tables),
        "taking_blockers": [*theirs, *taking_blockers(sheet, priced)] if priced else [],
    }
    return render(request, "phases/evaluation/sheet.html", context | bound, status=status)
