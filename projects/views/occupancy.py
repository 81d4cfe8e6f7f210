"""Booking a vessel, and the page of a booking: moved, confirmed, released."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.decorators import internal_required
from accounts.requests import SignedInRequest
from audit.events import events_of
from audit.refusals import BadInput, Blocker, Refused, add_to_form
from projects.boxes import more_words, projects_to_offer
from projects.forms.occupancy import BookingForm, MoveForm
from projects.forms.scratch import ReasonForm
from projects.models import Occupancy, Project
from projects.occupancies import bookings_for, days_of, no_booker, title_for, warnings_of
from projects.services import occupancy as services
from projects.views.found import visible_project

EVENTS = 20


@internal_required
@require_http_methods(["GET", "POST"])
def book_page(request: SignedInRequest) -> HttpResponse:
    """`project` in the address is whose booking it becomes, none for upkeep; `vessel` and `from` fill the form in."""
    code = request.GET.get("project", "")
    project = visible_project(request, code) if code else None
    blockers = [*no_booker(request.user, project), *(services.not_active(project) if project else [])]
    if request.method == "GET":
        filled = {"vessel": request.GET.get("vessel", ""), "first_on": request.GET.get("from", "")}
        return _render_book(request, project, BookingForm(project=project, initial=filled), blockers)
    form = BookingForm(request.POST, project=project)

    def book() -> HttpResponse:
        booking = services.book_vessel(form.draft, project=code, firm=bool(form.cleaned_data["firm"]), actor=request.user)
        messages.success(request, _t("%(vessel)s is booked, %(days)s.") % {"vessel": booking.vessel, "days": days_of(booking)})
        return redirect(booking)

    return _answer(form, book, lambda status: _render_book(request, project, form, blockers, status=status))


def _answer(form: forms.Form, act: Callable[[], HttpResponse], again: Callable[[int], HttpResponse]) -> HttpResponse:
    """`again` shows the form with what is wrong, of a refusal too: a link away from it would lose what is typed."""
    if not form.is_valid():
        return again(400)
    try:
        return act()
    except BadInput as bad:
        add_to_form(form, bad)
        return again(400)
    except Refused as refused:
        for blocker in refused.blockers:
            form.add_error(None, str(blocker))
        return again(409)


def _render_book(
    request: SignedInRequest, project: Project | None, form: BookingForm, blockers: list[Blocker], *, status: int = 200
) -> HttpResponse:
    projects = projects_to_offer(Project.objects.visible_to(request.user).active(), request.user, project.code if project else "")
    action = reverse("occupancy-book") + (f"?project={project.code}" if project else "")
    kept = [(name, request.GET[name]) for name in ("vessel", "from") if name in request.GET]
    context: dict[str, Any] = {"project": project, "projects": projects, "more": more_words(projects), "form": form, "blockers": blockers}
    context |= {"action": action, "kept": kept}
    return render(request, "projects/occupancy_book.html", context, status=status)


def _booking(request: SignedInRequest, pk: int) -> Occupancy:
    """What this person may not read is missing, though the calendar shows its days."""
    return get_object_or_404(bookings_for(request.user), pk=pk, named=True)


@internal_required
@require_GET
def booking_page(request: SignedInRequest, pk: int) -> HttpResponse:
    return _render(request, _booking(request, pk))


def _render(request: SignedInRequest, booking: Occupancy, *, status: int = 200, **bound: Any) -> HttpResponse:
    """A booking from one context; a refused form comes back in it, its dialog open."""
    project, actor = booking.project, request.user
    booker = no_booker(request.user, project)
    others = bookings_for(actor).meeting(booking.first_on, booking.last_on).filter(vessel=booking.vessel_id).exclude(pk=booking.pk)
    context = {
        "booking": booking,
        "days": days_of(booking),
        "warnings": warnings_of(booking),
        "others": [(other, days_of(other), title_for(other)) for other in others],
        "move_form": MoveForm(project=project, booking=booking, initial=MoveForm.of(booking)),
        "release_form": ReasonForm(),
        "move_blockers": [*booker, *services.change_blockers(booking)],
        "confirm_blockers": [*booker, *services.confirm_blockers(booking, actor=actor)],
        "release_blockers": [*booker, *services.over_blockers(booking)],
        "events": list(events_of(booking)[:EVENTS]),
    }
    return render(request, "projects/occupancy_detail.html", context | bound, status=status)


@internal_required
@require_POST
def booking_move(request: SignedInRequest, pk: int) -> HttpResponse:
    booking = _booking(request, pk)
    form = MoveForm(request.POST, project=booking.project, booking=booking)

    def move() -> HttpResponse:
        moved = services.move_occupancy(pk, form.draft, reason=form.cleaned_data["reason"], actor=request.user)
        messages.success(request, _t("Moved: %(vessel)s, %(days)s.") % {"vessel": moved.vessel, "days": days_of(moved)})
        return redirect(moved)

    return _answer(form, move, lambda status: _render(request, booking, status=status, move_form=form))


@internal_required
@require_POST
def booking_confirm(request: SignedInRequest, pk: int) -> HttpResponse:
    booking = services.confirm_occupancy(_booking(request, pk).pk, actor=request.user)
    messages.success(request, _t("Firm: nobody else can have the vessel firmly on these days."))
    return redirect(booking)


@internal_required
@require_POST
def booking_release(request: SignedInRequest, pk: int) -> HttpResponse:
    booking = _booking(request, pk)
    form = ReasonForm(request.POST)

    def release() -> HttpResponse:
        services.release_occupancy(pk, actor=request.user, **form.cleaned_data)
        messages.success(request, _t("Released; the record keeps it."))
        return redirect(f"{reverse('project-plan', args=[booking.project.code])}#vessels" if booking.project else reverse("occupancy"))

    return _answer(form, release, lambda status: _render(request, booking, status=status, release_form=form))
