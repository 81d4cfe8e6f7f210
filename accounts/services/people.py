"""Accounts of people, their roles, and what they set for themselves."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import CLIENT_ROLES, INTERNAL_ROLES, Client, Department, Role, RoleGrant, User
from accounts.permissions import require_permission
from accounts.services.second_factor import lacks_second_factor, require_second_factor, signs
from accounts.services.shared import check, refuse_if
from accounts.services.sign_ins import end_all
from audit.events import record
from audit.refusals import BadInput, Blocker, Refused, require, require_reason

# An administrator could give the last missing signature its signer; quality assurance is who would notice.
KEPT_APART = frozenset({Role.ADMINISTRATOR, Role.QUALITY_ASSURANCE})


@transaction.atomic
def create_user(
    *,
    email: str,
    full_name: str,
    actor: User,
    kind: str = User.Kind.INTERNAL,
    client: Client | None = None,
    department: Department | str | None = None,
    roles: Collection[str] = (),
    function: str = "",
    password: str | None = None,
    language: str = "en",
    time_zone: str = "UTC",
) -> User:
    """Open the account of a person, with roles. Without a password (the rule) the person chooses one by a mailed link.

    Raises BadInput for an address in use, a weak password, a role that does not fit the kind, a client where none belongs, and
    a role that signs where our people need a second factor, which nobody has with the account.
    """
    require_permission("accounts.manage_people", actor)
    user = open_account(
        email=email, full_name=full_name, kind=kind, client=client, department=_department(department), function=function,
        password=password, language=language, time_zone=time_zone,
    )  # fmt: skip
    record("person.created", user, actor=actor, kind=str(user.get_kind_display()))
    refuse_if(
        signs(roles) and lacks_second_factor(user),
        "roles",
        _("Open the account without a role that signs; give the role when the person has signed in and set up a second factor."),
    )
    for role in roles:
        give_role(user, role, actor=actor, reason=_t("With the account."))
    return user


def open_account(*, email: str, password: str | None = None, **fields: Any) -> User:
    """The rows of a person's account, checked; permission and record are the caller's."""
    user = User(email=email.strip().lower(), **fields)
    refuse_if(user.kind == User.Kind.INTEGRATION, "kind", _("An integration account is opened on the page of tokens."))
    refuse_if(user.is_internal != (user.client is None), "client", _("A client's person belongs to a client, one of ours to none."))
    refuse_if(User.objects.filter(email__iexact=user.email).exists(), "email", _("There is an account with this e-mail."))
    if password is not None:
        _check_password(user, password)
    user.set_password(password)
    check(user)
    user.save(force_insert=True)
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    return user


def give_role(user: User, role: str, *, actor: User | None, reason: str) -> RoleGrant:
    """The row of a granted role and its event; permission and second factor are the caller's."""
    fitting = {User.Kind.INTERNAL: INTERNAL_ROLES, User.Kind.CLIENT: CLIENT_ROLES}.get(User.Kind(user.kind), frozenset())
    refuse_if(role not in fitting, "role", _("This role does not fit this kind of account."))
    if {role, *user.roles} >= KEPT_APART:
        words = _("Who gives the roles is not quality assurance as well: end the one role before you give the other.")
        raise Refused(Blocker("role.kept_apart", words))
    if RoleGrant.objects.filter(user=user, role=role, ended_at=None).exists():
        raise Refused(Blocker("role.granted", _("The person holds this role already.")))
    grant = RoleGrant.objects.create(user=user, role=role, granted_by=actor, reason=reason)
    user.__dict__.pop("roles", None)
    record("role.granted", user, actor=actor, reason=reason, role=str(Role(role).label), role_key=role)
    return grant


@transaction.atomic
def grant_role(user_id: int, *, role: str, actor: User, reason: str) -> RoleGrant:
    """Give a person a role. Nobody gives one to oneself."""
    user = User.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=user_id)
    require_permission("accounts.manage_people", actor)
    require(user.pk != actor.pk, _("Another administrator has to give you a role."))
    require_reason(reason)
    if signs([role]):
        words = _t("%(name)s has no second factor yet: who signs in sets one up in the profile. Give the role then.")
        require_second_factor(user, words % {"name": user.full_name})
    return give_role(user, role, actor=actor, reason=reason.strip())


@transaction.atomic
def end_role(grant_id: int, *, actor: User, reason: str) -> RoleGrant:
    """End a granted role. The last active administrator stays one."""
    grant = (
        RoleGrant.objects.select_for_update(of=("self",)).select_related("user").get(pk=grant_id, user__in=User.objects.visible_to(actor))
    )
    require_permission("accounts.manage_people", actor)
    require_reason(reason)
    if grant.ended_at is not None:
        raise Refused(Blocker("role.ended", _("The person does not hold this role any more.")))
    if grant.role == Role.ADMINISTRATOR:
        _keep_an_administrator(grant.user)
    grant.ended_at, grant.ended_by, grant.end_reason = timezone.now(), actor, reason.strip()
    grant.save(update_fields=["ended_at", "ended_by", "end_reason"])
    record("role.ended", grant.user, actor=actor, reason=reason.strip(), role=str(Role(grant.role).label), role_key=grant.role)
    return grant


@transaction.atomic
def deactivate_user(user_id: int, *, actor: User, reason: str) -> User:
    """Close an account for good or for a while: every session and token of it ends at once; its name stays on what it did."""
    user = User.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=user_id)
    require_permission("accounts.manage_people", actor)
    require(user.pk != actor.pk, _("Another administrator has to close your account."))
    require_reason(reason)
    if not user.is_active:
        raise Refused(Blocker("person.inactive", _("The account is not active.")))
    if user.has_role(Role.ADMINISTRATOR):
        _keep_an_administrator(user)
    user.is_active = False
    user.save(update_fields=["is_active"])
    end_all(user)
    record("person.deactivated", user, actor=actor, reason=reason.strip())
    return user


@transaction.atomic
def reactivate_user(user_id: int, *, actor: User, reason: str) -> User:
    user = User.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=user_id)
    require_permission("accounts.manage_people", actor)
    require_reason(reason)
    if user.is_active:
        raise Refused(Blocker("person.active", _("The account is active.")))
    user.is_active = True
    user.save(update_fields=["is_active"])
    record("person.reactivated", user, actor=actor, reason=reason.strip())
    return user


@transaction.atomic
def invite(user_id: int, *, actor: User) -> User:
    """Record that the person is sent a link to choose a password; the view sends the mail, for which it has the request."""
    user = User.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=user_id)
    require_permission("accounts.manage_people", actor)
    if not user.is_active or user.kind == User.Kind.INTEGRATION:
        raise Refused(Blocker("person.inactive", _("Only a person with an active account chooses a password.")))
    record("person.invited", user, actor=actor)
    return user


@transaction.atomic
def change_person(
    user_id: int, *, full_name: str, email: str, function: str, department: Department | None, reason: str, actor: User
) -> User:
    """Correct what an administrator entered. What was signed before keeps the name and function of its day.

    The e-mail is the sign-in name: a new one takes effect at once. Raises BadInput at the field, Refused when nothing differs.
    """
    user = User.objects.visible_to(actor).exclude(kind=User.Kind.INTEGRATION).select_for_update(of=("self",)).get(pk=user_id)
    require_permission("accounts.manage_people", actor)
    require_reason(reason)
    before = _facts(user)
    user.full_name, user.email = " ".join(full_name.split()), email.strip().lower()
    user.function, user.department = function.strip(), department
    refuse_if(
        User.objects.filter(email__iexact=user.email).exclude(pk=user.pk).exists(), "email", _("There is an account with this e-mail.")
    )
    refuse_if(bool(department) and not user.is_internal, "department", _("A client's person belongs to no department of ours."))
    check(user)
    after = _facts(user)
    if after == before:
        raise Refused(Blocker("person.unchanged", _("Nothing differs from what the record holds.")))
    user.save(update_fields=["full_name", "email", "function", "department"])
    EmailAddress.objects.filter(user=user, primary=True).update(email=user.email)
    record("person.changed", user, actor=actor, reason=reason.strip(), before=before, after=after)
    return user


def _facts(user: User) -> dict[str, str]:
    department = str(user.department) if user.department else ""
    return {"full_name": user.full_name, "email": user.email, "function": user.function, "department": department}


@transaction.atomic
def reset_second_factor(user_id: int, *, reason: str, actor: User) -> User:
    """Take the authenticator app and the recovery codes off an account whose owner lost them; the password stays.

    Nobody does it for oneself: a stolen session would shed the factor with it.
    """
    user = User.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=user_id)
    require_permission("accounts.manage_people", actor)
    require(user.pk != actor.pk, _("Another administrator has to reset your second factor."))
    require_reason(reason)
    removed, _by_model = Authenticator.objects.filter(user=user).delete()
    if not removed:
        raise Refused(Blocker("person.no_second_factor", _("The account has no second factor.")))
    end_all(user)
    record("person.second_factor_reset", user, actor=actor, reason=reason.strip())
    return user


@transaction.atomic
def update_profile(*, actor: User, language: str, time_zone: str) -> User:
    """What people set for themselves; name and function stand on signatures and are the administrator's to write."""
    user = User.objects.select_for_update(of=("self",)).get(pk=actor.pk)
    before = {"language": user.language, "time_zone": user.time_zone}
    user.language, user.time_zone = language, time_zone
    check(user)
    user.save(update_fields=["language", "time_zone"])
    record("person.updated", user, actor=actor, before=before, after={"language": language, "time_zone": time_zone})
    return user


def _keep_an_administrator(leaving: User) -> None:
    """Locks the grants of all administrators, so that the last two cannot leave at the same moment."""
    grants = RoleGrant.objects.filter(role=Role.ADMINISTRATOR, ended_at=None, user__is_active=True).select_for_update(of=("self",))
    if not [grant for grant in grants if grant.user_id != leaving.pk]:
        raise Refused(Blocker("administrator.last", _("This is the last administrator. Give somebody else the role first.")))


def _department(given: Department | str | None) -> Department | None:
    if not given or isinstance(given, Department):
        return given or None
    found = Department.objects.filter(key=given).first()
    refuse_if(found is None, "department", _("There is no such department."))
    return found


def _check_password(user: User, password: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise BadInput({"password": list(error.messages)}) from error
