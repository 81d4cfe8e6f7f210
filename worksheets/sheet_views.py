"""The pages of a worksheet: its table, the form of a row, and what the grid asks for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.api_json import as_json
from accounts.decorators import internal_required
from accounts.requests import SignedInRequest
from audit.refusals import BadInput, add_to_form
from worksheets.bound import Bound, bind, bind_for
from worksheets.changing import ADD, CHANGE, MOVE, REMOVE, Change, Result, change_rows
from worksheets.lookups import offered
from worksheets.sheet_forms import RowForm
from worksheets.sheets import all_sheets
from worksheets.showing import Shown, words_for

OFFERED = 20


@internal_required
@require_GET
def worksheet(request: SignedInRequest, sheet: str) -> HttpResponse:
    """The table on a page of its own; where it stands on another one, that page."""
    bound = bind_for(request, sheet)
    if request.path != bound.page:
        return redirect(bound.page)
    group = [bind(each.key, request.user) for each in all_sheets() if each.group and each.group == bound.sheet.group]
    return render(request, "worksheets/sheet.html", {"sheet": Shown(bound, request), "group": group})


@internal_required
@never_cache
@require_GET
def worksheet_data(request: SignedInRequest, sheet: str) -> HttpResponse:
    """All rows for the grid, which draws only those in sight."""
    bound = bind_for(request, sheet, request.GET.dict())
    rows, totals = bound.whole(bound.rows())
    return HttpResponse(as_json({"rows": rows, "totals": totals}), content_type="application/json")


@internal_required
@require_GET
def worksheet_lookup(request: SignedInRequest, sheet: str, column: str) -> HttpResponse:
    """What a cell may name, for the list below it: the first, and a word that there are more."""
    bound = bind_for(request, sheet)
    declared = next((each for each in bound.sheet.columns if each.name == column and each.lookup is not None), None)
    if declared is None or declared.lookup is None:
        raise Http404
    words = request.GET.get("q", "").strip()[:100]
    found = offered(declared.lookup, bound, words, OFFERED + 1)
    more = _t("There are more: type a part of the name.") if len(found) > OFFERED else ""
    return HttpResponse(as_json({"names": found[:OFFERED], "more": more}), content_type="application/json")


@internal_required
@require_http_methods(["GET", "POST"])
def worksheet_row_new(request: SignedInRequest, sheet: str) -> HttpResponse:
    """The form of a new row; `copy` fills it with another one's values."""
    bound = bind_for(request, sheet)
    if not bound.sheet.grows:
        raise Http404
    copied = request.GET.get("copy", "")
    source = bound.row(int(copied)) if copied.isascii() and copied.isdigit() else None
    form = RowForm(request.POST or None, bound=bound, copied=source)
    if request.method == "POST" and _saved(form, bound, ADD):
        messages.success(request, _t("The row was added."))
        return redirect(bound.page)
    return _form_page(request, bound, form, None)


@internal_required
@require_http_methods(["GET", "POST"])
def worksheet_row(request: SignedInRequest, sheet: str, pk: int) -> HttpResponse:
    """The form of one row."""
    bound = bind_for(request, sheet)
    row = bound.row(pk)
    form = RowForm(request.POST or None, bound=bound, row=row)
    if request.method == "POST" and _saved(form, bound, CHANGE, pk):
        messages.success(request, _t("The row was saved."))
        return redirect(bound.page)
    return _form_page(request, bound, form, row)


def _saved(form: RowForm, bound: Bound, act: str, pk: int | None = None) -> bool:
    """Whether the form was right and the row is saved; else all its faults stand at their fields, and it keeps what was typed."""
    is_read = form.is_valid()
    reason, change = form.cleaned_data.get("reason", ""), form.change(act, pk)
    try:
        (result,) = change_rows(bound.address, [change], actor=bound.user, reason=reason, only_judge=not is_read).results
    except BadInput as bad:
        add_to_form(form, bad)
        return False
    form.take(result, change)
    return is_read and result.is_saved


def _form_page(request: SignedInRequest, bound: Bound, form: RowForm, row: Any, stays: Sequence[str] = ()) -> HttpResponse:
    """stays: why the row was not taken away."""
    keys = list(bound.base().values_list("pk", flat=True)) if bound.sheet.order and row is not None else []
    place = keys.index(row.pk) if row is not None and row.pk in keys else None  # one that went meanwhile has none
    context = {
        "sheet": Shown(bound, request),
        "form": form,
        "row": row,
        "facts": _facts(bound, row) if row is not None and not bound.sheet.grows else [],
        "locked": bound.locked(row) if row is not None else "",
        "may_go_up": place is not None and place > 0,
        "may_go_down": place is not None and place < len(keys) - 1,
        "stays": stays,
    }
    return render(request, "worksheets/row.html", context, status=400 if form.errors or stays else 200)


def _facts(bound: Bound, row: Any) -> list[tuple[str, str]]:
    """What is computed of a row that is there already: it is what one decides on."""
    (told,) = bound.told([row])
    pairs = [(column["heading"], words_for(column, told["values"][column["name"]])) for column in bound.columns() if not column["typed"]]
    return [(heading, words) for heading, words in pairs if words]


@internal_required
@require_POST
def worksheet_row_remove(request: SignedInRequest, sheet: str, pk: int) -> HttpResponse:
    """Where it stays, its page says why and keeps the reason that was typed."""
    bound = bind_for(request, sheet)
    row = bound.row(pk)
    try:
        return _done(request, bound, Change(REMOVE, pk), _t("The row was taken away."))
    except BadInput as bad:
        return _form_page(request, bound, RowForm(bound=bound, row=row), row, [words for listed in bad.errors.values() for words in listed])


@internal_required
@require_POST
def worksheet_row_move(request: SignedInRequest, sheet: str, pk: int) -> HttpResponse:
    """One place up or down."""
    bound = bind_for(request, sheet)
    bound.row(pk)
    keys = list(bound.base().values_list("pk", flat=True))
    if pk not in keys:
        raise Http404
    place = keys.index(pk) + (1 if request.POST.get("to") == "down" else -2)
    return _done(request, bound, Change(MOVE, pk, after=keys[place] if 0 <= place < len(keys) else 0), _t("The row was moved."))


def _done(request: SignedInRequest, bound: Bound, change: Change, words: str) -> HttpResponse:
    result: Result
    (result,) = change_rows(bound.address, [change], actor=request.user, reason=request.POST.get("reason", "")).results
    if not result.is_saved:
        raise BadInput(result.errors)
    messages.success(request, words)
    back = reverse("worksheet-row", args=[bound.address, change.pk]) if change.act == MOVE else bound.page
    return redirect(back)
