"""How I am told: preferences, watched milestones and calendar feeds on one page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.decorators import signed_in
from accounts.requests import SignedInRequest
from audit.refusals import carried_out
from notifications.forms import (
    FeedForm,
    NewWatchForm,
    PreferencesForm,
    ProjectChoiceForm,
    WatchForm,
    milestones_to_offer,
    offer,
)
from notifications.models import CalendarFeed, MilestoneWatch, ProjectPreference
from notifications.services.wishes import (
    choices_of,
    choose_for_project,
    end_watch,
    kind_choices_of,
    known_date,
    save_preferences,
    watch_milestone,
)
from projects.boxes import projects_to_offer
from projects.models import Milestone, Project


@signed_in
@require_http_methods(["GET", "POST"])
def settings_page(request: SignedInRequest) -> HttpResponse:
    if request.method != "POST":
        return show_settings(request)
    form = PreferencesForm(request.POST, user=request.user)
    if carried_out(form, lambda: save_preferences(form.cleaned_data, actor=request.user)):
        messages.success(request, _t("Saved."))
        return redirect("notification-settings")
    return show_settings(request, status=400, form=form)


def show_settings(request: SignedInRequest, *, status: int = 200, **bound: Any) -> HttpResponse:
    """The page from one context; a refused form comes back in it, a new calendar address is shown in it once."""
    user = request.user
    watches = MilestoneWatch.objects.filter(user=user).select_related("milestone__project").order_by("milestone__project__code", "pk")
    at_project = {"project": request.GET.get("project", "")}  # a page of a project leads here with its code
    context: dict[str, Any] = {
        "form": PreferencesForm(initial=choices_of(user) | kind_choices_of(user), user=user),
        "project_choices": ProjectPreference.objects.visible_to(user).select_related("project"),
        "project_form": ProjectChoiceForm(initial=at_project, user=user),
        "watches": [(watch, known_date(watch.milestone, user)) for watch in watches.filter(pk__in=MilestoneWatch.objects.visible_to(user))],
        "watch_form": NewWatchForm(user=user),
        "feeds": CalendarFeed.objects.visible_to(user).filter(revoked_at=None).select_related("project"),
        "feed_form": FeedForm(initial=at_project, user=user),
    }
    context |= bound
    running = Project.objects.visible_to(user).running()
    projects = projects_to_offer(running, user, request.POST.get("project") or at_project["project"])
    for name in ("project_form", "feed_form"):
        offer(context[name], "project", projects)
    offer(context["watch_form"], "milestone", milestones_to_offer(user, projects, request.POST.get("milestone", "")))
    return render(request, "notifications/settings.html", context, status=status)


@signed_in
@require_POST
def project_choice(request: SignedInRequest) -> HttpResponse:
    form = ProjectChoiceForm(request.POST, user=request.user)
    if not form.is_valid():
        return show_settings(request, status=400, project_form=form)
    choose_for_project(form.cleaned_data["project"].code, form.cleaned_data["choice"], actor=request.user)
    messages.success(request, _t("Saved."))
    return redirect("notification-settings")


@signed_in
@require_POST
def watch_new(request: SignedInRequest) -> HttpResponse:
    form = NewWatchForm(request.POST, user=request.user)
    if not form.is_valid():
        return show_settings(request, status=400, watch_form=form)
    milestone = form.cleaned_data["milestone"]
    watch_milestone(milestone.project.code, milestone.key, days=form.cleaned_data["days"], actor=request.user)
    messages.success(request, watching(milestone.title, form.cleaned_data["days"]))
    return redirect("notification-settings")


@signed_in
@require_POST
def watch_end(request: SignedInRequest, pk: int) -> HttpResponse:
    end_watch(get_object_or_404(MilestoneWatch, pk=pk, user=request.user).pk, actor=request.user)
    messages.success(request, _t("You no longer watch it."))
    return redirect("notification-settings")


@signed_in
@require_POST
def milestone_watch(request: SignedInRequest, code: str, key: str) -> HttpResponse:
    """From the page of a milestone, or of a client's project, where the dialog asks for the days."""
    milestone = get_object_or_404(Milestone.objects.visible_to(request.user), project__code=code, key=key)
    form = WatchForm(request.POST)
    if form.is_valid():
        watch_milestone(code, key, days=form.cleaned_data["days"], actor=request.user)
        messages.success(request, watching(milestone.title, form.cleaned_data["days"]))
    else:
        messages.error(request, _t("Say how many days, from 0 to 365."))
    return redirect("milestone-detail", code, key) if request.user.is_internal else redirect("portal-project", code)


def watching(title: str, days: int) -> str:
    words = ngettext(
        "You will be told when %(title)s moves by more than %(days)d day.",
        "You will be told when %(title)s moves by more than %(days)d days.",
        days,
    )
    return words % {"title": title, "days": days}
