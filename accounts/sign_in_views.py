"""Where somebody is signed in, and ending it."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts import services
from accounts.requests import SignedInRequest


@login_required
@never_cache
@require_GET
def sign_ins(request: SignedInRequest) -> HttpResponse:
    rows = services.sign_ins_of(request.user, current=request.session.session_key)
    return render(request, "accounts/sign_ins.html", {"rows": rows, "others": any(not row.is_current for row in rows)})


@login_required
@require_POST
def sign_in_end(request: SignedInRequest, pk: int) -> HttpResponse:
    get_object_or_404(UserSession, pk=pk, user=request.user)
    services.end_own_sign_in(pk, actor=request.user)
    messages.success(request, _t("This sign-in has ended."))
    return redirect("sign-ins")


@login_required
@require_POST
def sign_ins_end_others(request: SignedInRequest) -> HttpResponse:
    number = services.end_other_sign_ins(actor=request.user, current=request.session.session_key)
    messages.success(
        request, ngettext("%(number)d other sign-in has ended.", "%(number)d other sign-ins have ended.", number) % {"number": number}
    )
    return redirect("sign-ins")
