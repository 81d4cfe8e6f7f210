"""Deciding a finding of the early screen, in its dialog on the page of the route."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_POST

from accounts.decorators import internal_required
from accounts.requests import SignedInRequest
from audit.refusals import BadInput, add_to_form
from audit.seen import version_after
from process.screen.forms import DispositionForm
from process.screen.services import decide_finding
from process.views.page import render_version, visible_version


@internal_required
@require_POST
def finding_decide(request: SignedInRequest, code: str, number: int, version: int) -> HttpResponse:
    """Of two people who decide at once the second reads what the first one wrote."""
    found = visible_version(request, code, number, version)
    form, shown = DispositionForm(request.POST, prefix="finding"), request.POST.get("version", "")
    try:
        if form.is_valid():
            decide_finding(found.pk, actor=request.user, version=shown, **form.cleaned_data)
            messages.success(request, _t("Decided; the finding stays with what was made of it."))
            return redirect(f"{found.get_absolute_url()}#screen")
    except BadInput as bad:
        add_to_form(form, bad)
        shown = version_after(bad, shown)
    return render_version(request, found, status=400, finding_form=form, finding_version=shown)
