"""What a client sees: the own projects, published dates with their reasons, shared documents, and what waits for them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_http_methods, require_POST

from accounts.decorators import client_required
from accounts.requests import SignedInRequest
from accounts.signing import authenticate_signer
from audit.refusals import BadInput, carried_out
from desk.getting_started import first_steps
from desk.portal import project_context, quotation_context, quotation_for, taken_of, waits_of
from notifications.forms import WatchForm
from notifications.reading import told_to
from notifications.visibility import readable_events
from notifications.visits import news_of, see_all
from projects.forms.asking import AskingForm
from projects.models import Milestone, Project, Quotation
from projects.permissions import lacking
from projects.services.quotation_answers import accept_quotation, ask_for_changes, asking_blockers, decline_quotation, withdraw_changes
from projects.services.quotation_parts import payments_with

ACTIVITY = 15
LONGEST_NUMBER = 6  # of a line
EVENTS = 100  # one act of publishing is an event for each date


@client_required
def portal(request: SignedInRequest) -> HttpResponse:
    """Own projects with phase and next published date; what waits for us; what is new, and what happened before."""
    reader = request.user
    projects = list(Project.objects.visible_to(reader).select_related("compound"))
    shared = Milestone.objects.visible_to(reader).open().exclude(published_on=None).order_by("published_on")
    following: dict[int, Milestone] = {}
    for milestone in shared:
        following.setdefault(milestone.project_id, milestone)
    news, client = news_of(request), reader.client
    assert client is not None  # noqa: S101 - a client's person belongs to one
    shown = [event.pk for event in news.events] if news else []
    context = {
        "guide": first_steps(reader),
        "projects": [(project, following.get(project.pk)) for project in projects],
        **waits_of(reader),
        "news": news,
        "told": told_to(client, news.events) if news else [],
        "earlier": told_to(client, readable_events(reader).exclude(pk__in=shown).order_by("-id")[:EVENTS])[:ACTIVITY],
        "today": timezone.localdate(),
    }
    return render(request, "desk/portal.html", context)


@client_required
@require_POST
def portal_seen(request: SignedInRequest) -> HttpResponse:
    """The reader has seen what the page listed as new."""
    see_all(request, request.POST.get("cursor", ""))
    return redirect("portal")


@client_required
def portal_project(request: SignedInRequest, code: str) -> HttpResponse:
    """One project; `?watch=<milestone>` opens the dialog that asks for the days."""
    context, wanted = project_context(request.user, code), request.GET.get("watch", "")
    for milestone, *_facts, days in context["milestones"]:
        if milestone.key == wanted:
            initial = {"days": milestone.tolerance_days if days is None else days}
            context |= {"watching": milestone, "watch_form": WatchForm(initial=initial)}
    return render(request, "desk/portal_project.html", context)


@client_required
def portal_quotation(request: SignedInRequest, code: str, revision: int) -> HttpResponse:
    """The page; with `options` in the address as it is with these ticked, which is asked for at each tick."""
    return _show_quotation(request, quotation_for(request.user, code, revision))


def _show_quotation(
    request: SignedInRequest, quotation: Quotation, errors: dict[str, list[str]] | None = None, *, dialog: str = ""
) -> HttpResponse:
    context, chosen = quotation_context(request.user, quotation), _chosen(request)
    context |= {"errors": errors or {}, "open_dialog": dialog, "reason": request.POST.get("reason", ""), "chosen": chosen}
    context["taken"] = taken = taken_of(quotation, chosen)
    if taken and context["choosable"]:
        context |= {"payments": payments_with(context["payments"], quotation, taken["total"]), "due_total": taken["total"]}
    return render(request, "desk/portal_quotation.html", context, status=400 if errors else 200)


def _chosen(request: SignedInRequest) -> list[int]:
    """The numbers of the options that are ticked; what is no number is none of this revision."""
    ticked = request.POST if request.method == "POST" else request.GET
    return [int(number) if number.isdecimal() and len(number) < LONGEST_NUMBER else 0 for number in ticked.getlist("options")]


def _require_seen(request: SignedInRequest) -> None:
    """Raises BadInput where other options are ticked than the price that was shown for signing has in it."""
    said = request.POST.get("said_options")
    if said is not None and sorted(filter(None, said.split(","))) != sorted(request.POST.getlist("options")):
        words = _t("The options changed after the price was shown. Read the price that you accept, and sign again.")
        raise BadInput({"expected_hash": [words]})


@client_required
@require_POST
def portal_quotation_accept(request: SignedInRequest, code: str, revision: int) -> HttpResponse:
    """The approver's password is asked at the moment of accepting; the signature covers exactly the revision shown."""
    quotation = quotation_for(request.user, code, revision)
    try:
        _require_seen(request)
        authentication = authenticate_signer(request, password=request.POST.get("password", ""), code=request.POST.get("code", ""))
        accept_quotation(
            code,
            revision,
            actor=request.user,
            authentication=authentication,
            expected_hash=request.POST.get("expected_hash", ""),
            options=_chosen(request),
        )
    except BadInput as bad:
        return _show_quotation(request, quotation, bad.errors, dialog="accept")
    messages.success(request, _t("%(label)s is accepted. Thank you.") % {"label": quotation.label})
    return redirect("portal-quotation", code, revision)


@client_required
@require_POST
def portal_quotation_decline(request: SignedInRequest, code: str, revision: int) -> HttpResponse:
    quotation = quotation_for(request.user, code, revision)
    try:
        decline_quotation(code, revision, actor=request.user, reason=request.POST.get("reason", ""))
    except BadInput as bad:
        return _show_quotation(request, quotation, bad.errors, dialog="decline")
    messages.success(request, _t("%(label)s is declined; we have your reason.") % {"label": quotation.label})
    return redirect("portal-quotation", code, revision)


@client_required
@require_http_methods(["GET", "POST"])
def portal_quotation_changes(request: SignedInRequest, code: str, revision: int) -> HttpResponse:
    """Ask for another revision: words in general and at each line. Who does not answer for the client reads who does."""
    quotation = quotation_for(request.user, code, revision)
    blockers = lacking(
        "projects.answer_quotation", request.user, quotation, _t("An approver of your organisation answers this quotation.")
    ) or asking_blockers(quotation)
    form = AskingForm(request.POST or None, quotation=quotation)
    if request.method == "POST" and carried_out(form, lambda: ask_for_changes(code, revision, remarks=form.remarks, actor=request.user)):
        messages.success(request, _t("We have what you ask for; the next revision answers it."))
        return redirect("portal-quotation", code, revision)
    context = {"quotation": quotation, "project": quotation.project, "form": form, "blockers": blockers}
    return render(request, "desk/portal_quotation_changes.html", context, status=400 if form.errors else 200)


@client_required
@require_POST
def portal_quotation_withdraw(request: SignedInRequest, code: str, revision: int) -> HttpResponse:
    quotation = quotation_for(request.user, code, revision)
    withdraw_changes(code, revision, actor=request.user)
    messages.success(request, _t("The request is taken back; %(label)s can be accepted as it is.") % {"label": quotation.label})
    return redirect("portal-quotation", code, revision)
