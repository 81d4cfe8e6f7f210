"""The first steps of whoever is signed in: all of them on a page of their own, and whether the first page shows them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_GET, require_POST

from accounts.decorators import signed_in
from accounts.requests import SignedInRequest
from accounts.services import hide_guide, show_guide
from desk.getting_started import all_steps


@signed_in
@require_GET
def getting_started(request: SignedInRequest) -> HttpResponse:
    return render(request, "desk/getting_started.html", {"guides": all_steps(request.user)})


@signed_in
@require_POST
def hide(request: SignedInRequest) -> HttpResponse:
    hide_guide(actor=request.user)
    messages.success(request, _t("The first steps are put away. You find them again in the menu under your name."))
    return redirect("home")


@signed_in
@require_POST
def show(request: SignedInRequest) -> HttpResponse:
    show_guide(actor=request.user)
    return redirect("home")
