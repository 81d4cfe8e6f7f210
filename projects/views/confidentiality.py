"""Before the confidentiality agreement is in force: who is named, who looked, and what the others are told."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.decorators import internal_required
from accounts.permissions import has_management
from accounts.requests import SignedInRequest
from accounts.services.clients import NAME_READ
from audit.events import events_of
from audit.refusals import Blocker, carried_out
from projects.forms.confidentiality import ReaderForm
from projects.forms.gate import ReasonForm
from projects.kept import kept_from, parts_of, rows_kept, unmanned
from projects.models import Rfp
from projects.models.confidentiality import SEEN
from projects.permissions import lacking
from projects.services import confidentiality as services

LOOKS = 200


@internal_required
@require_GET
def kept_requests(request: SignedInRequest) -> HttpResponse:
    """Requests that are kept from the reader: their numbers, what is missing, and who can act; management can itself."""
    context = {"rows": kept_from(request.user), "may_name": has_management(request.user)}
    return render(request, "projects/rfps_kept.html", context)


def _rfp(request: SignedInRequest, number: str) -> Rfp:
    return get_object_or_404(services.nameable(request.user), number=number)


def _blockers(request: SignedInRequest, rfp: Rfp) -> list[Blocker]:
    words = _t("People are named by business development, project managers and management.")
    return lacking("projects.name_reader", request.user, rfp, words)


def _render(request: SignedInRequest, rfp: Rfp, form: ReaderForm | None = None, removing: int | None = None) -> HttpResponse:
    sees = Rfp.objects.visible_to(request.user).filter(pk=rfp.pk).exists()
    readers = rfp.confidential_readers.open().select_related("person", "named_by")
    row = rows_kept(Rfp.objects.filter(pk=rfp.pk))[0]
    is_kept = Rfp.objects.undisclosed().filter(pk=rfp.pk).exists()
    context = {
        "rfp": rfp,
        "unmanned": unmanned(rfp) if is_kept else [],
        "back": rfp.get_absolute_url() if sees else reverse("rfp-kept"),
        "missing": row.missing,
        "parts": parts_of(row.rfp),
        "is_kept": is_kept,
        "readers": [(each, ReasonForm(request.POST if each.pk == removing else None)) for each in readers],
        "looks": (events_of(rfp).filter(kind=SEEN) | events_of(rfp.client).filter(kind=NAME_READ))[:LOOKS],
        "seen": SEEN,
        "form": form or ReaderForm(),
        "blockers": _blockers(request, rfp),
    }
    wrong = request.method == "POST"
    return render(request, "projects/rfp_confidentiality.html", context, status=400 if wrong else 200)


@internal_required
@require_http_methods(["GET", "POST"])
def rfp_confidentiality(request: SignedInRequest, number: str) -> HttpResponse:
    """Who is named; POST names one more person."""
    rfp = _rfp(request, number)
    if request.method == "GET":
        return _render(request, rfp)
    form = ReaderForm(request.POST)
    if not carried_out(form, lambda: services.name_reader(number, actor=request.user, **form.cleaned_data)):
        return _render(request, rfp, form)
    messages.success(request, _t("%(person)s is named.") % {"person": form.cleaned_data["person"]})
    return redirect("rfp-confidentiality", number)


@internal_required
@require_POST
def rfp_reader_off(request: SignedInRequest, number: str, pk: int) -> HttpResponse:
    rfp, form = _rfp(request, number), ReasonForm(request.POST)
    if not carried_out(form, lambda: services.take_reader_off(number, pk, actor=request.user, **form.cleaned_data)):
        return _render(request, rfp, removing=pk)
    messages.success(request, _t("Taken off."))
    return redirect("rfp-confidentiality", number)
