"""What the client of a project sees: everything that can be shown, one act for many items, and the log of what was visible when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from accounts.decorators import internal_required
from accounts.models import User
from accounts.requests import SignedInRequest
from audit.refusals import BadInput, add_to_form
from projects.approvals import standings_of
from projects.forms.sharing import ShareForm
from projects.models import ApprovalRequest, Project, Visibility
from projects.permissions import lacking
from projects.services.answering import approvers_of
from projects.services.sharing import Preview, preview_sharing, share_items
from projects.shareable import Item, items_of
from projects.views.found import visible_project
from projects.visibility_log import Spell, shown_on, since_of, spells_of
from worksheets.exports import Table
from worksheets.writing import csv_response

NOTHING_SHOWN = "nothing"


def pair(ref: str) -> tuple[str, str]:
    kind, _colon, key = ref.partition(":")
    return kind, key


@internal_required
@require_http_methods(["GET", "POST"])
def sharing_page(request: SignedInRequest, code: str) -> HttpResponse:
    """First what the act would do is shown, then exactly that is done; refused when something moved in between."""
    project = visible_project(request, code)
    if "confirmed" in request.POST:
        return _share(request, project)
    items = items_of(project)
    refs = [item.ref for item in items]
    if request.method != "POST":
        asked = {"items": request.GET.getlist("item"), "visibility": request.GET.get("visibility", "")}
        return _render(request, project, items, ShareForm(refs=refs, initial=asked), asked["items"])
    form, chosen = ShareForm(request.POST, refs=refs), request.POST.getlist("items")
    if form.is_valid():
        if (due := form.cleaned_data["due_on"]) and due < timezone.localdate():
            add_to_form(form, BadInput({"due_on": [_t("The day is over.")]}))
        else:
            preview = preview_sharing([item for item in items if item.ref in chosen], form.cleaned_data["visibility"])
            return _render(request, project, items, form, chosen, preview=preview, words=_words(form))
    return _render(request, project, items, form, chosen, status=400)


def _words(form: ShareForm) -> dict[str, str]:
    """What the confirming form carries on; question and day belong to an approval only."""
    given = form.cleaned_data
    asks = given["visibility"] == Visibility.FOR_APPROVAL
    due = given["due_on"].isoformat() if asks and given["due_on"] else ""
    return {"visibility": given["visibility"], "reason": given["reason"], "words": given["words"] if asks else "", "due_on": due}


def _share(request: SignedInRequest, project: Project) -> HttpResponse:
    act = share_items(
        project.code,
        [pair(ref) for ref in request.POST.getlist("items")],
        visibility=request.POST.get("visibility", ""),
        actor=request.user,
        reason=request.POST.get("reason", ""),
        words=request.POST.get("words", ""),
        due_on=parse_date(request.POST.get("due_on", "")),
        expected_hash=request.POST.get("expected_hash") or NOTHING_SHOWN,
    )
    said = ngettext("Done for %(number)d item.", "Done for %(number)d items.", len(act.changed)) % {"number": len(act.changed)}
    if kept := len(act.unchanged):
        said += " " + ngettext("%(number)d stays as it was.", "%(number)d stay as they were.", kept) % {"number": kept}
    messages.success(request, said)
    return redirect("project-sharing", project.code)


def _render(
    request: SignedInRequest,
    project: Project,
    items: Sequence[Item],
    form: ShareForm,
    chosen: Sequence[str],
    *,
    status: int = 200,
    **shown: Any,
) -> HttpResponse:
    since, standings = since_of(project), standings_of(items)
    preview: Preview | None = shown.get("preview")
    asked = ApprovalRequest.objects.filter(project=project).select_related("asked_by", "answer__answered_by")
    context = {
        "project": project,
        "form": form,
        "rows": [(item, since.get((item.kind, item.row.pk)), standings.get(item.ref), item.ref in chosen) for item in items],
        "chosen": chosen,
        "approvals": list(asked.order_by("-asked_at", "-pk")),
        "approvers": list(approvers_of(project.client_id)) if preview and preview.asked else [],
        "blockers": lacking("projects.share", request.user, project, _t("Sharing is for project managers and business development.")),
    }
    return render(request, "desk/sharing.html", context | shown, status=status)


@internal_required
@require_GET
def sharing_log(request: SignedInRequest, code: str) -> HttpResponse:
    """What the client saw on one day (`?on=`), today unless another is asked for."""
    project, asked = visible_project(request, code), request.GET.get("on", "")
    today = timezone.localdate()
    day = _day(asked) if asked else today
    wrong = _t("Enter a day up to today.") if day is None or day > today else ""
    context = {
        "project": project,
        "on": asked or today.isoformat(),
        "day": day,
        "today": today,
        "wrong": wrong,
        "spells": shown_on(project, day) if day and not wrong else [],
    }
    return render(request, "desk/sharing_log.html", context, status=400 if wrong else 200)


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


@internal_required
@require_GET
def sharing_csv(request: SignedInRequest, code: str) -> StreamingHttpResponse:
    """The whole log: one line for each time in which the client saw an item in one state."""
    table = sharing_table(visible_project(request, code))
    return csv_response(table.name, table.head, table.rows)


def sharing_table(project: Project) -> Table:
    head = [_t("Kind"), _t("Key"), _t("Title"), _t("State"), _t("From"), _t("Shared by"), _t("Reason")]
    head += [_t("Until"), _t("Ended by"), _t("Reason of the end"), _t("What it could read")]
    return Table(f"{project.code}-sharing", head, _lines(spells_of(project)))


def _lines(spells: Sequence[Spell]) -> Iterator[list[Any]]:
    for spell in spells:
        began, ended = spell.began, spell.ended
        first = [began.kind, began.key, began.title, began.get_visibility_display(), began.at, _name(began.by), began.reason]
        last = [ended.at, _name(ended.by), ended.reason] if ended else ["", "", ""]
        yield [*first, *last, spell.told]


def _name(person: User | None) -> str:
    return person.full_name if person else _t("the system")
