"""The pages of the roles: what each may do and sign, who holds it since when, and the review of both."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from accounts import services
from accounts.decorators import internal_required
from accounts.forms import ReasonForm
from accounts.models import CLIENT_ROLES, Role, RoleGrant, User
from accounts.permissions import allowed, require_permission
from accounts.requests import SignedInRequest
from audit.refusals import Blocker, carried_out
from desk import rights
from projects.services.access_reminders import review_access
from worksheets.exports import Table
from worksheets.writing import table_response

REVIEWS = 10


class ReviewForm(forms.Form):
    finding = forms.CharField(
        label=_("Finding"), max_length=1000, help_text=_("For example: nothing to change; or whose role is to be ended, and why.")
    )
    seen = forms.CharField(widget=forms.HiddenInput)


class HolderForm(ReasonForm):
    """Gives the role of the page to a person who fits it and does not hold it."""

    person = forms.ModelChoiceField(label=_("Person"), queryset=User.objects.none())
    field_order = ("person", "reason")

    def __init__(self, *args: Any, role: Role, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = User.Kind.CLIENT if role in CLIENT_ROLES else User.Kind.INTERNAL
        held = RoleGrant.objects.filter(role=role, ended_at=None).values("user")
        self.fields["person"].queryset = User.objects.active().filter(kind=kind).exclude(pk__in=held)  # type: ignore[attr-defined]


def _grants() -> list[RoleGrant]:
    return list(RoleGrant.objects.in_force().select_related("user__client", "granted_by").order_by("user__full_name", "pk"))


@internal_required
@require_GET
def roles_page(request: SignedInRequest) -> HttpResponse:
    require_permission("accounts.read_administration", request.user)
    return _roles_page(request)


@internal_required
@require_POST
def roles_review(request: SignedInRequest) -> HttpResponse:
    require_permission("accounts.review_access", request.user)
    form = ReviewForm(request.POST)
    if carried_out(form, lambda: review_access(**form.cleaned_data, actor=request.user)):
        messages.success(request, _t("The review is in the record."))
        return redirect("roles")
    return _roles_page(request, form)


def _roles_page(request: SignedInRequest, form: ReviewForm | None = None) -> HttpResponse:
    grants = _grants()
    held = {role.value: [grant for grant in grants if grant.role == role] for role in Role}
    context = {
        "roles": [(role, held[role.value]) for role in Role],
        "matrix": [(subject, [(right, list(cells.values())) for right, cells in rows]) for subject, rows in rights.matrix()],
        "columns": list(Role),
        "both": _administrators_who_sign(grants),
        "due_on": services.review_due_on(),
        "today": timezone.localdate(),
        "reviews": list(services.reviews()[:REVIEWS]),
        "form": form or ReviewForm(initial={"seen": services.granted_hash(grants)}),
        "blockers": _review_blockers(request.user),
    }
    return render(request, "desk/roles.html", context, status=400 if form else 200)


def _review_blockers(user: User) -> list[Blocker]:
    if allowed("accounts.review_access", user):
        return []
    return [Blocker("permission", _t("Quality assurance or management reviews it: not whoever gives the roles."))]


def _administrators_who_sign(grants: list[RoleGrant]) -> list[User]:
    """Allowed, and worth a look at each review: who gives the roles holds one in which documents or gates are signed."""
    signing = {role for each in rights.signings() for role in each.roles}
    also = {grant.user_id for grant in grants if grant.role in signing}
    return [grant.user for grant in grants if grant.role == Role.ADMINISTRATOR and grant.user_id in also]


@internal_required
@require_GET
def roles_file(request: SignedInRequest, form: str) -> StreamingHttpResponse:
    """The matrix as a file: a line for each right, a column for each role."""
    require_permission("accounts.read_administration", request.user)
    head = [_t("Subject"), _t("Right"), _t("Rule"), *(str(role.label) for role in Role)]
    lines = (
        [str(subject), str(right.words), right.name, *(_t("yes") if has else "" for has in cells.values())]
        for subject, rows in rights.matrix()
        for right, cells in rows
    )
    return table_response(Table("roles", head, lines), form, reader_is_client=False)


@internal_required
@require_GET
def holders_file(request: SignedInRequest, form: str) -> StreamingHttpResponse:
    """Who holds which role, since when, given by whom and why."""
    require_permission("accounts.read_administration", request.user)
    head = [_t("Role"), _t("Person"), _t("E-mail"), _t("Belongs to"), _t("Since"), _t("Given by"), _t("Reason")]
    lines = (
        [
            str(grant.get_role_display()),
            grant.user.full_name,
            grant.user.email,
            str(grant.user.client or ""),
            grant.granted_at,
            grant.granted_by.full_name if grant.granted_by else _t("the system"),
            grant.reason,
        ]
        for grant in _grants()
    )
    return table_response(Table("role-holders", head, lines), form, reader_is_client=False)


@internal_required
@require_GET
def role_page(request: SignedInRequest, role: str) -> HttpResponse:
    require_permission("accounts.read_administration", request.user)
    return _role_page(request, _role(role))


@internal_required
@require_POST
def role_give(request: SignedInRequest, role: str) -> HttpResponse:
    found = _role(role)
    require_permission("accounts.manage_people", request.user)
    form = HolderForm(request.POST, role=found)

    def give() -> None:
        data = form.cleaned_data
        services.grant_role(data["person"].pk, role=found, reason=data["reason"], actor=request.user)

    if carried_out(form, give):
        messages.success(request, _t("%(name)s holds the role now.") % {"name": form.cleaned_data["person"].full_name})
        return redirect("role-detail", role)
    return _role_page(request, found, form)


@internal_required
@require_POST
def role_end(request: SignedInRequest, role: str, grant: int) -> HttpResponse:
    require_permission("accounts.manage_people", request.user)
    found = get_object_or_404(RoleGrant, pk=grant, role=_role(role))
    form = ReasonForm(request.POST)
    if not carried_out(form, lambda: services.end_role(found.pk, reason=form.cleaned_data["reason"], actor=request.user)):
        return _role_page(request, Role(role), end_form=form)
    messages.success(request, _t("The role ended."))
    return redirect("role-detail", role)


def _role(key: str) -> Role:
    if key not in Role.values:
        raise Http404
    return Role(key)


def _role_page(request: SignedInRequest, role: Role, form: HolderForm | None = None, *, end_form: ReasonForm | None = None) -> HttpResponse:
    manages = allowed("accounts.manage_people", request.user)
    context = {
        "role": role,
        "grants": [grant for grant in _grants() if grant.role == role],
        "rights": rights.rights_of(role),
        "signings": rights.signed_by(role),
        "by_account": role == Role.INTEGRATION,  # the role of a kind of account: opened on the page of tokens, granted to nobody
        "form": form or HolderForm(role=role),
        "end_form": end_form,
        "manages": manages,
        "blockers": [] if manages else [Blocker("permission", _t("Administrators give and end roles."))],
    }
    return render(request, "desk/role.html", context, status=400 if form or end_form else 200)
