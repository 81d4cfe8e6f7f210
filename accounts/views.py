"""Pages of people, tokens and the own profile. Signing in is allauth's."""

from __future__ import annotations

import time
from collections.abc import Callable
from uuid import UUID

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.account.forms import ResetPasswordForm
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import services
from accounts.adapter import SEEN_AT
from accounts.decorators import internal_required
from accounts.forms import (
    AccountForm,
    CorrectionForm,
    DelegationForm,
    GrantForm,
    OwnerForm,
    PersonForm,
    ProfileForm,
    ReasonForm,
    TokenForm,
)
from accounts.middleware import seconds_left
from accounts.models import Delegation, IntegrationToken, Role, RoleGrant, User
from accounts.names import person_for
from accounts.permissions import require_permission
from accounts.requests import SignedInRequest
from accounts.signing import second_factor_of
from audit.refusals import BadInput, add_to_form

DELEGATIONS_SHOWN = 200


@internal_required
@require_GET
def people(request: SignedInRequest) -> HttpResponse:
    require_permission("accounts.manage_people", request.user)
    grants = Prefetch("grants", RoleGrant.objects.filter(ended_at=None), to_attr="open_grants")
    found = User.objects.visible_to(request.user).exclude(kind=User.Kind.INTEGRATION).select_related("client", "department")
    return render(request, "accounts/people.html", {"people": found.prefetch_related(grants).order_by("-is_active", "kind", "full_name")})


@internal_required
@require_http_methods(["GET", "POST"])
def person_new(request: SignedInRequest) -> HttpResponse:
    require_permission("accounts.manage_people", request.user)
    form = PersonForm(request.POST or None, reader=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            person = services.create_user(actor=request.user, **form.cleaned_data)
        except BadInput as error:
            add_to_form(form, error)
        else:
            _send_link(request, person)
            return redirect("person-detail", pk=person.pk)
    return render(request, "accounts/person_new.html", {"form": form}, status=400 if form.errors else 200)


@internal_required
@require_GET
def person_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    return _person_page(request, _person(request, pk))


@internal_required
@require_POST
def person_grant(request: SignedInRequest, pk: int) -> HttpResponse:
    person = _person(request, pk)
    form = GrantForm(request.POST, person=person)
    if form.is_valid():
        try:
            services.grant_role(pk, actor=request.user, **form.cleaned_data)
        except BadInput as error:
            add_to_form(form, error)
        else:
            return redirect("person-detail", pk=pk)
    return _person_page(request, person, grant_form=form)


@internal_required
@require_POST
def person_change(request: SignedInRequest, pk: int) -> HttpResponse:
    person = _person(request, pk)
    form = CorrectionForm(request.POST, person=person)
    if form.is_valid():
        try:
            before = person.email
            changed = services.change_person(pk, actor=request.user, **form.cleaned_data)
        except BadInput as error:
            add_to_form(form, error)
        else:
            if changed.email != before:  # to the old one: whoever took the account over reads the new one
                told = {"from_email": before, "to_email": changed.email}
                get_account_adapter().send_notification_mail("account/email/email_changed", changed, told, email=before)
            messages.success(request, _t("The account was corrected."))
            return redirect("person-detail", pk=pk)
    return _person_page(request, person, correction_form=form)


@internal_required
@require_POST
def person_reset_second_factor(request: SignedInRequest, pk: int) -> HttpResponse:
    person = _person(request, pk)

    def reset(reason: str) -> None:
        services.reset_second_factor(pk, actor=request.user, reason=reason)
        told = {"administrator": person_for(person, request.user)}
        get_account_adapter().send_notification_mail("account/email/second_factor_reset", person, told, email=person.email)

    return _with_reason(request, person, reset)


@internal_required
@require_POST
def grant_end(request: SignedInRequest, pk: int, grant: int) -> HttpResponse:
    found = get_object_or_404(RoleGrant, pk=grant, user=_person(request, pk))
    return _with_reason(request, found.user, lambda reason: services.end_role(found.pk, actor=request.user, reason=reason))


@internal_required
@require_POST
def person_deactivate(request: SignedInRequest, pk: int) -> HttpResponse:
    return _with_reason(request, _person(request, pk), lambda reason: services.deactivate_user(pk, actor=request.user, reason=reason))


@internal_required
@require_POST
def person_sign_out(request: SignedInRequest, pk: int) -> HttpResponse:
    return _with_reason(request, _person(request, pk), lambda reason: services.end_sign_ins_of(pk, actor=request.user, reason=reason))


@internal_required
@require_POST
def person_reactivate(request: SignedInRequest, pk: int) -> HttpResponse:
    return _with_reason(request, _person(request, pk), lambda reason: services.reactivate_user(pk, actor=request.user, reason=reason))


@internal_required
@require_POST
def person_invite(request: SignedInRequest, pk: int) -> HttpResponse:
    _send_link(request, _person(request, pk))
    return redirect("person-detail", pk=pk)


def _person(request: SignedInRequest, pk: int) -> User:
    require_permission("accounts.manage_people", request.user)
    people = User.objects.visible_to(request.user).exclude(kind=User.Kind.INTEGRATION).select_related("client", "department")
    return get_object_or_404(people, pk=pk)


def _send_link(request: SignedInRequest, person: User) -> None:
    services.invite(person.pk, actor=request.user)
    form = ResetPasswordForm({"email": person.email})
    if form.is_valid():
        form.save(request)
        messages.success(request, _t("A link to choose a password was sent to %(email)s.") % {"email": person.email})


def _with_reason(request: SignedInRequest, person: User, act: Callable[[str], object]) -> HttpResponse:
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _person_page(request, person, reason_form=form)
    act(form.cleaned_data["reason"])
    return redirect("person-detail", pk=person.pk)


def _person_page(
    request: SignedInRequest,
    person: User,
    *,
    grant_form: GrantForm | None = None,
    reason_form: ReasonForm | None = None,
    correction_form: CorrectionForm | None = None,
) -> HttpResponse:
    grants = person.grants.select_related("granted_by", "ended_by").order_by("ended_at", "role")
    context = {
        "person": person,
        "grants": grants,
        "grant_form": grant_form or GrantForm(person=person),
        "reason_form": reason_form or ReasonForm(),
        "reset_form": ReasonForm(),
        "sign_out_form": ReasonForm(),
        "correction_form": correction_form or CorrectionForm(person=person),
        "is_self": person.pk == request.user.pk,
    }
    failed = any(form is not None for form in (grant_form, reason_form, correction_form))
    return render(request, "accounts/person_detail.html", context, status=400 if failed else 200)


@login_required
@require_GET
def tokens(request: SignedInRequest) -> HttpResponse:
    require_permission("accounts.manage_tokens", request.user)
    return _tokens_page(request)


@login_required
@never_cache
@require_POST
def token_new(request: SignedInRequest) -> HttpResponse:
    """Answers with the token on the page itself and not after a redirect: it is shown this once and kept nowhere."""
    require_permission("accounts.manage_tokens", request.user)
    form = TokenForm(request.POST, user=request.user)
    if form.is_valid():
        data = form.cleaned_data
        try:
            token, secret = services.create_token(
                data["account"].pk, name=data["name"], scope=data["scope"], days=data["days"], actor=request.user
            )
        except BadInput as error:
            add_to_form(form, error)
        else:
            return _tokens_page(request, made=token, secret=secret)
    return _tokens_page(request, token_form=form)


@login_required
@require_POST
def account_new(request: SignedInRequest) -> HttpResponse:
    require_permission("accounts.manage_tokens", request.user)
    form = AccountForm(request.POST, user=request.user)
    if form.is_valid():
        try:
            services.create_integration_account(form.cleaned_data["client"].pk, name=form.cleaned_data["name"], actor=request.user)
        except BadInput as error:
            add_to_form(form, error)
        else:
            return redirect("tokens")
    return _tokens_page(request, account_form=form)


@login_required
@require_GET
def account_page(request: SignedInRequest, pk: int) -> HttpResponse:
    return _account_page(request, _account(request, pk))


@login_required
@require_POST
def account_close(request: SignedInRequest, pk: int) -> HttpResponse:
    account = _account(request, pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _account_page(request, account, reason_form=form)
    services.close_integration_account(pk, actor=request.user, reason=form.cleaned_data["reason"])
    messages.success(request, _t("The account is closed; none of its tokens works any more."))
    return redirect("tokens")


@login_required
@require_POST
def account_hand_over(request: SignedInRequest, pk: int) -> HttpResponse:
    account = _account(request, pk)
    form = OwnerForm(request.POST, user=request.user, account=account)
    if not form.is_valid():
        return _account_page(request, account, owner_form=form)
    services.hand_over_integration_account(pk, owner=form.cleaned_data["owner"], actor=request.user)
    messages.success(request, _t("%(name)s is the owner now.") % {"name": form.cleaned_data["owner"].full_name})
    return redirect("integration-account", pk=pk)


def _account(request: SignedInRequest, pk: int) -> User:
    rows = User.objects.kept_by(request.user).select_related("client", "owner")
    account = get_object_or_404(rows, pk=pk)
    require_permission("accounts.manage_tokens", request.user, account.client)
    return account


def _account_page(
    request: SignedInRequest, account: User, *, reason_form: ReasonForm | None = None, owner_form: OwnerForm | None = None
) -> HttpResponse:
    tokens = IntegrationToken.objects.visible_to(request.user).filter(user=account)
    context = {
        "account": account,
        "tokens": tokens.select_related("user__client", "created_by", "revoked_by").order_by("-created"),
        "reason_form": reason_form or ReasonForm(),
        "owner_form": owner_form or OwnerForm(user=request.user, account=account),
    }
    return render(request, "accounts/integration_account.html", context, status=400 if reason_form or owner_form else 200)


@login_required
@require_POST
def token_revoke(request: SignedInRequest, public_id: UUID) -> HttpResponse:
    token = get_object_or_404(IntegrationToken.objects.visible_to(request.user), public_id=public_id)
    services.revoke_token(token.public_id, actor=request.user, reason=request.POST.get("reason", "")[:1000])
    messages.success(request, _t("The token was revoked."))
    return redirect("tokens")


def _tokens_page(
    request: SignedInRequest,
    *,
    token_form: TokenForm | None = None,
    account_form: AccountForm | None = None,
    made: IntegrationToken | None = None,
    secret: str = "",
) -> HttpResponse:
    user: User = request.user
    shown = IntegrationToken.objects.visible_to(user).select_related("user__client", "user__owner", "created_by", "revoked_by")
    context = {
        "tokens": shown.order_by("user__client__name", "user__full_name", "-created"),
        "accounts": list(User.objects.kept_by(user).active().select_related("client", "owner")),
        "token_form": token_form or TokenForm(user=user),
        "account_form": account_form or AccountForm(user=user),
        "made": made,
        "secret": secret,
        "address": request.build_absolute_uri(reverse("api-milestone-list")),
    }
    failed = token_form is not None or account_form is not None
    return render(request, "accounts/tokens.html", context, status=400 if failed else 200)


@login_required
@require_http_methods(["GET", "POST"])
def profile(request: SignedInRequest) -> HttpResponse:
    user: User = request.user
    form = ProfileForm(request.POST or None, initial={"language": user.language, "time_zone": user.time_zone})
    if request.method == "POST" and form.is_valid():
        try:
            services.update_profile(actor=user, **form.cleaned_data)
        except BadInput as error:
            add_to_form(form, error)
        else:
            messages.success(request, _t("Your profile was saved."))
            return redirect("profile")
    context = {"form": form, "second_factor": second_factor_of(user), "grants": user.grants.filter(ended_at=None)}
    return render(request, "accounts/profile.html", context, status=400 if form.errors else 200)


@internal_required
@require_http_methods(["GET", "POST"])
def delegations(request: SignedInRequest) -> HttpResponse:
    """Who signs in my place, for whom I sign; an administrator sees all."""
    user = request.user
    form = DelegationForm(request.POST or None, giver=user)
    if request.method == "POST" and form.is_valid():
        try:
            services.delegate(actor=user, **form.cleaned_data)
        except BadInput as error:
            add_to_form(form, error)
        else:
            messages.success(request, _t("The signing is handed over for these days."))
            return redirect("delegations")
    today = timezone.localdate()
    rows = Delegation.objects.visible_to(user).select_related("giver", "receiver")
    is_administrator = user.has_role(Role.ADMINISTRATOR)
    context = {
        "form": form,
        "rows": [(row, not row.is_over(today) and (row.giver_id == user.pk or is_administrator)) for row in rows[:DELEGATIONS_SHOWN]],
        "today": today,
        "may_delegate": bool(user.roles),
    }
    return render(request, "accounts/delegations.html", context, status=400 if form.errors else 200)


@internal_required
@require_POST
def delegation_end(request: SignedInRequest, pk: int) -> HttpResponse:
    get_object_or_404(Delegation.objects.visible_to(request.user), pk=pk)
    services.end_delegation(pk, actor=request.user)
    messages.success(request, _t("The delegation has ended."))
    return redirect("delegations")


@never_cache
@require_http_methods(["GET", "POST"])
def keep_alive(request: HttpRequest) -> JsonResponse:
    """How long the session lasts. POST: somebody is there, prolong it; GET with X-Background only asks."""
    if not request.user.is_authenticated:
        return JsonResponse({"seconds": 0})
    if request.method == "POST":
        request.session[SEEN_AT] = int(time.time())
    return JsonResponse({"seconds": seconds_left(request)})
