"""Steps and inputs of a draft, one at a time, each in its dialog."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_POST

from accounts.decorators import internal_required
from accounts.requests import SignedInRequest
from audit.refusals import BadInput, add_to_form, carried_out
from audit.seen import version_after
from process.routes import services
from process.routes.forms import InputForm, StepForm
from process.routes.models import RouteStep, RouteVersion, StepInput
from process.views.page import render_version, visible_version

Form = StepForm | InputForm


def _step(version: RouteVersion, key: int) -> RouteStep:
    return get_object_or_404(version.steps.select_related("product_compound"), key=key)


def _line(version: RouteVersion, pk: int) -> StepInput:
    rows = StepInput.objects.select_related("step", "material", "from_step", "reference")
    return get_object_or_404(rows, step__version=version, pk=pk)


def _changed(request: SignedInRequest, version: RouteVersion, form: Form, act: Callable[[str], object], **dialog: Any) -> HttpResponse:
    """Of two people who change a row at once the second reads what the first one wrote. dialog: what it is about, by name."""
    shown, kind = request.POST.get("version", ""), "step" if isinstance(form, StepForm) else "input"
    try:
        if form.is_valid():
            act(shown)
            messages.success(request, _t("Saved."))
            return redirect(version)
    except BadInput as bad:
        add_to_form(form, bad)
        shown = version_after(bad, shown)
    return render_version(request, version, status=400, **{f"{kind}_form": form, f"{kind}_version": shown}, **dialog)


def _place(request: SignedInRequest) -> int:
    """Raises Http404 for what is no place in a list: no page of ours asks so."""
    typed = request.POST.get("place", "")
    if not typed.isdecimal() or len(typed) > 4:
        raise Http404
    return int(typed)


@internal_required
@require_POST
def step_add(request: SignedInRequest, code: str, number: int, version: int) -> HttpResponse:
    found = visible_version(request, code, number, version)
    form = StepForm(request.POST, prefix="step")
    if carried_out(form, lambda: services.add_step(found.pk, form.values, actor=request.user)):
        messages.success(request, _t("Added; now say what goes in."))
        return redirect(found)
    return render_version(request, found, status=400, step_form=form)


@internal_required
@require_POST
def step_change(request: SignedInRequest, code: str, number: int, version: int, key: int) -> HttpResponse:
    found = visible_version(request, code, number, version)
    step = _step(found, key)
    form = StepForm(request.POST, prefix="step")
    return _changed(
        request,
        found,
        form,
        lambda shown: services.change_step(step.pk, form.values, actor=request.user, version=shown),
        step_chosen=step,
    )


@internal_required
@require_POST
def step_move(request: SignedInRequest, code: str, number: int, version: int, key: int) -> HttpResponse:
    found = visible_version(request, code, number, version)
    services.move_step(_step(found, key).pk, _place(request), actor=request.user)
    return redirect(found)


@internal_required
@require_POST
def step_remove(request: SignedInRequest, code: str, number: int, version: int, key: int) -> HttpResponse:
    found = visible_version(request, code, number, version)
    services.remove_step(_step(found, key).pk, actor=request.user)
    messages.success(request, _t("Removed; the record keeps it."))
    return redirect(found)


@internal_required
@require_POST
def input_add(request: SignedInRequest, code: str, number: int, version: int, key: int) -> HttpResponse:
    found = visible_version(request, code, number, version)
    step = _step(found, key)
    form = InputForm(request.POST, step=step, version=found, prefix="input")
    if carried_out(form, lambda: services.add_input(step.pk, form.values, actor=request.user)):
        messages.success(request, _t("Added."))
        return redirect(found)
    return render_version(request, found, status=400, input_form=form, input_step=step)


@internal_required
@require_POST
def input_change(request: SignedInRequest, code: str, number: int, version: int, pk: int) -> HttpResponse:
    found = visible_version(request, code, number, version)
    line = _line(found, pk)
    form = InputForm(request.POST, step=line.step, version=found, line=line, prefix="input")
    return _changed(
        request,
        found,
        form,
        lambda shown: services.change_input(line.pk, form.values, actor=request.user, version=shown),
        input_chosen=line,
        input_step=line.step,
    )


@internal_required
@require_POST
def input_move(request: SignedInRequest, code: str, number: int, version: int, pk: int) -> HttpResponse:
    found = visible_version(request, code, number, version)
    services.move_input(_line(found, pk).pk, _place(request), actor=request.user)
    return redirect(found)


@internal_required
@require_POST
def input_remove(request: SignedInRequest, code: str, number: int, version: int, pk: int) -> HttpResponse:
    found = visible_version(request, code, number, version)
    services.remove_input(_line(found, pk).pk, actor=request.user)
    messages.success(request, _t("Removed; the record keeps it."))
    return redirect(found)
