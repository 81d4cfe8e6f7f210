"""Everything that changes people, their roles, clients, contacts and tokens."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import CLIENT_ROLES, INTERNAL_ROLES, Client, Contact, Delegation, Department, IntegrationToken, Role, RoleGrant, User
from accounts.permissions import require_permission
from audit.events import record
from audit.refusals import BadInput, Blocker, Refused, require

if TYPE_CHECKING:
    from audit.refusals import Words

LONGEST_TOKEN_DAYS = 366


@transaction.atomic
def create_client(*, name: str, actor: User, code: str = "", country: str = "", time_zone: str = "UTC", language: str = "en") -> Client:
    """Enter a client; without a code, one is made of the name. Raises BadInput for a name or code in use."""
    require_permission("accounts.create_client", actor)
    name = " ".join(name.split())
    _refuse_if(Client.objects.filter(name__iexact=name).exists(), "name", _("There is a client with this name."))
    code = code.strip().upper()
    _refuse_if(bool(code) and Client.objects.filter(code=code).exists(), "code", _("There is a client with this code."))
    client = Client(
        name=name, code=code or _free_code(name), country=country.strip().upper(), time_zone=time_zone or "UTC", language=language
    )
    _clean(client)
    client.save(force_insert=True)
    record("client.created", client, actor=actor, code=client.code)
    return client


def _free_code(name: str) -> str:
    """The first letters of the name, with a number where they are taken."""
    stem = (re.sub(r"[^A-Z0-9]", "", name.upper()) or "CLIENT").ljust(2, "X")[:6]
    taken = set(Client.objects.filter(code__startswith=stem).values_list("code", flat=True))
    return next(code for number in range(len(taken) + 1) if (code := f"{stem}{number or ''}") not in taken)


@transaction.atomic
def create_contact(client_id: int, *, name: str, actor: User, email: str = "", phone: str = "", position: str = "") -> Contact:
    """Enter a person at a client. The same name and e-mail again give the contact that is there."""
    client = Client.objects.visible_to(actor).select_for_update().get(pk=client_id)
    require_permission("accounts.create_contact", actor, client)
    contact = Contact(
        client=client, name=" ".join(name.split()), email=email.strip().lower(), phone=phone.strip(), position=position.strip()
    )
    _clean(contact)
    found = Contact.objects.filter(client=client, name=contact.name, email=contact.email).first()
    if found:
        return found
    contact.save(force_insert=True)
    record("contact.created", contact, actor=actor)
    return contact


@transaction.atomic
def create_user(
    *,
    email: str,
    full_name: str,
    actor: User,
    kind: str = User.Kind.INTERNAL,
    client: Client | None = None,
    department: Department | str | None = None,
    roles: Iterable[str] = (),
    function: str = "",
    password: str | None = None,
    language: str = "en",
    time_zone: str = "UTC",
) -> User:
    """Open the account of a person, with roles. Without a password (the rule) the person chooses one by a mailed link.

    Raises BadInput for an address in use, a weak password, a role that does not fit the kind, a client where none belongs.
    """
    require_permission("accounts.manage_people", actor)
    user = open_account(
        email=email, full_name=full_name, kind=kind, client=client, department=_department(department), function=function,
        password=password, language=language, time_zone=time_zone,
    )  # fmt: skip
    record("person.created", user, actor=actor, kind=str(user.get_kind_display()))
    for role in roles:
        give_role(user, role, actor=actor, reason=_t("With the account."))
    return user


def open_account(*, email: str, password: str | None = None, **fields: Any) -> User:
    """The rows of a person's account, checked; permission and record are the caller's."""
    user = User(email=email.strip().lower(), **fields)
    _refuse_if(user.kind == User.Kind.INTEGRATION, "kind", _("An integration account is opened on the page of tokens."))
    _refuse_if(user.is_internal != (user.client is None), "client", _("A client's person belongs to a client, one of ours to none."))
    _refuse_if(User.objects.filter(email__iexact=user.email).exists(), "email", _("There is an account with this e-mail."))
    if password is not None:
        _check_password(user, password)
    user.set_password(password)
    _clean(user)
    user.save(force_insert=True)
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    return user


def give_role(user: User, role: str, *, actor: User | None, reason: str) -> RoleGrant:
    """The row of a granted role and its event; permission is the caller's."""
    fitting = {User.Kind.INTERNAL: INTERNAL_ROLES, User.Kind.CLIENT: CLIENT_ROLES}.get(User.Kind(user.kind), frozenset())
    _refuse_if(role not in fitting, "role", _("This role does not fit this kind of account."))
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
    _refuse_if(not reason.strip(), "reason", _("Say why."))
    return give_role(user, role, actor=actor, reason=reason.strip())


@transaction.atomic
def end_role(grant_id: int, *, actor: User, reason: str) -> RoleGrant:
    """End a granted role. The last active administrator stays one."""
    grant = (
        RoleGrant.objects.select_for_update(of=("self",)).select_related("user").get(pk=grant_id, user__in=User.objects.visible_to(actor))
    )
    require_permission("accounts.manage_people", actor)
    _refuse_if(not reason.strip(), "reason", _("Say why."))
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
    _refuse_if(not reason.strip(), "reason", _("Say why."))
    if not user.is_active:
        raise Refused(Blocker("person.inactive", _("The account is not active.")))
    if user.has_role(Role.ADMINISTRATOR):
        _keep_an_administrator(user)
    user.is_active = False
    user.save(update_fields=["is_active"])
    record("person.deactivated", user, actor=actor, reason=reason.strip())
    return user


@transaction.atomic
def reactivate_user(user_id: int, *, actor: User, reason: str) -> User:
    user = User.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=user_id)
    require_permission("accounts.manage_people", actor)
    _refuse_if(not reason.strip(), "reason", _("Say why."))
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
def update_profile(*, actor: User, language: str, time_zone: str) -> User:
    """What people set for themselves; name and function stand on signatures and are the administrator's to write."""
    user = User.objects.select_for_update(of=("self",)).get(pk=actor.pk)
    before = {"language": user.language, "time_zone": user.time_zone}
    user.language, user.time_zone = language, time_zone
    _clean(user)
    user.save(update_fields=["language", "time_zone"])
    record("person.updated", user, actor=actor, before=before, after={"language": language, "time_zone": time_zone})
    return user


@transaction.atomic
def create_integration_account(client_id: int, *, name: str, actor: User, owner: User | None = None) -> User:
    """An account for a client's system: it belongs to the client, has a named owner, survives that person, and cannot sign."""
    client = Client.objects.visible_to(actor).select_for_update().get(pk=client_id)
    require_permission("accounts.manage_tokens", actor, client)
    owner = owner or actor
    owner_fits = owner.is_active and (owner.is_internal or (owner.is_client and owner.client_id == client.pk))
    _refuse_if(not owner_fits, "owner", _("The owner is a person of ours or of this client."))
    account = User(
        kind=User.Kind.INTEGRATION, client=client, owner=owner, full_name=" ".join(name.split()), function=_t("Integration account")
    )
    _refuse_if(not account.full_name, "name", _("Give the account a name."))
    _refuse_if(
        _integrations(client).filter(full_name__iexact=account.full_name).exists(), "name", _("The client has an account with this name.")
    )
    account.email = _integration_address(client, account.full_name)
    account.set_unusable_password()
    _clean(account)
    account.save(force_insert=True)
    record("integration_account.created", account, actor=actor, owner=owner.full_name)
    return account


def _integrations(client: Client) -> models.QuerySet[User]:
    return User.objects.filter(client=client, kind=User.Kind.INTEGRATION)


def _integration_address(client: Client, name: str) -> str:
    """An address that can never receive mail (RFC 2606), unique by its number."""
    stem = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "system"
    return f"{stem}.{_integrations(client).count() + 1}.{client.code.lower()}@integration.invalid"


@transaction.atomic
def create_token(
    account_id: int, *, name: str, actor: User, scope: str = IntegrationToken.Scope.READ, days: int = 365
) -> tuple[IntegrationToken, str]:
    """Make a token for an integration account. The second value is the token itself: shown once, stored nowhere.

    `days` is its life, 1 to 366. Raises BadInput outside that, or for an unknown scope.
    """
    account = (
        User.objects.visible_to(actor)
        .select_for_update(of=("self",))
        .select_related("client")
        .get(pk=account_id, kind=User.Kind.INTEGRATION)
    )
    require_permission("accounts.manage_tokens", actor, account.client)
    name = " ".join(name.split())
    _refuse_if(not name or len(name) > 100, "name", _("Give the token a name of at most 100 characters."))
    _refuse_if(scope not in IntegrationToken.Scope.values, "scope", _("Choose what the token may do."))
    _refuse_if(not 1 <= days <= LONGEST_TOKEN_DAYS, "days", _("A token lives at least a day and at most 366 days."))
    if not account.is_active:
        raise Refused(Blocker("account.inactive", _("The integration account is not active.")))
    token, secret = IntegrationToken.objects.create(user=account, expiry=timedelta(days=days), name=name, scope=scope, created_by=actor)
    record("token.created", account, actor=actor, token=name, public_id=token.public_id, scope=scope, expiry=token.expiry)
    return token, secret


@transaction.atomic
def revoke_token(public_id: UUID | str, *, actor: User, reason: str = "") -> IntegrationToken:
    """End a token at once; both sides may."""
    tokens = IntegrationToken.objects.visible_to(actor).select_for_update(of=("self",)).select_related("user__client")
    token: IntegrationToken = tokens.get(public_id=public_id)
    require_permission("accounts.manage_tokens", actor, token.user.client)
    if token.revoked_at is not None:
        raise Refused(Blocker("token.revoked", _("The token was revoked already.")))
    token.revoked_at, token.revoked_by = timezone.now(), actor
    token.save(update_fields=["revoked_at", "revoked_by"])
    record("token.revoked", token.user, actor=actor, reason=reason, token=token.name, public_id=token.public_id)
    return token


def _keep_an_administrator(leaving: User) -> None:
    """Locks the grants of all administrators, so that the last two cannot leave at the same moment."""
    grants = RoleGrant.objects.filter(role=Role.ADMINISTRATOR, ended_at=None, user__is_active=True).select_for_update(of=("self",))
    if not [grant for grant in grants if grant.user_id != leaving.pk]:
        raise Refused(Blocker("administrator.last", _("This is the last administrator. Give somebody else the role first.")))


def _department(given: Department | str | None) -> Department | None:
    if not given or isinstance(given, Department):
        return given or None
    found = Department.objects.filter(key=given).first()
    _refuse_if(found is None, "department", _("There is no such department."))
    return found


def _check_password(user: User, password: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise BadInput({"password": list(error.messages)}) from error


def _refuse_if(wrong: bool, field: str, words: Words) -> None:
    if wrong:
        raise BadInput({field: [words]})


def _clean(row: models.Model) -> None:
    try:
        row.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        raise BadInput(error.message_dict) from error


@transaction.atomic
def delegate(*, role: str, receiver: User, starts_on: date, ends_on: date, reason: str, actor: User) -> Delegation:
    """Hand the signing of an own role to another of ours for some days.

    Only a role that was granted can be handed over, so no chain and no circle can form. Raises BadInput at the field.
    """
    require(actor.is_active and actor.is_internal, _("Only people of ours delegate."))
    User.objects.select_for_update(of=("self",)).get(pk=actor.pk)  # two at once would overlap
    today = timezone.localdate()
    _refuse_if(role not in actor.roles, "role", _("You hand over only a role that you hold yourself."))
    _refuse_if(receiver.pk == actor.pk, "receiver", _("Choose another person."))
    _refuse_if(not (receiver.is_active and receiver.is_internal), "receiver", _("Choose an active person of ours."))
    _refuse_if(role in receiver.roles, "receiver", _("This person holds the role already."))
    _refuse_if(starts_on < today, "starts_on", _("The first day lies in the past."))
    _refuse_if(ends_on < starts_on, "ends_on", _("The last day lies before the first."))
    _refuse_if(not reason.strip(), "reason", _("Say why."))
    overlapping = Delegation.objects.filter(giver=actor, role=role, ended_at=None, starts_on__lte=ends_on, ends_on__gte=starts_on)
    _refuse_if(overlapping.exists(), "starts_on", _("This role is already handed over for some of these days."))
    row = Delegation.objects.create(giver=actor, receiver=receiver, role=role, starts_on=starts_on, ends_on=ends_on, reason=reason.strip())
    record(
        "delegation.given", row, actor=actor, reason=row.reason, role=str(row.get_role_display()), receiver=receiver.full_name,
        starts_on=starts_on, ends_on=ends_on, concerns=[receiver.pk],
    )  # fmt: skip
    return row


@transaction.atomic
def end_delegation(delegation_id: int, *, actor: User) -> Delegation:
    """Take it back: the giver or an administrator. What was signed meanwhile stays."""
    row = Delegation.objects.visible_to(actor).select_for_update(of=("self",)).select_related("giver", "receiver").get(pk=delegation_id)
    require(actor.pk == row.giver_id or actor.has_role(Role.ADMINISTRATOR), _("Who gave it takes it back, or an administrator."))
    if row.is_over(timezone.localdate()):
        raise Refused(Blocker("delegation.over", _("This delegation is over.")))
    row.ended_at, row.ended_by = timezone.now(), actor
    row.save(update_fields=["ended_at", "ended_by"])
    record(
        "delegation.ended", row, actor=actor, role=str(row.get_role_display()), receiver=row.receiver.full_name,
        concerns=[row.giver_id, row.receiver_id],
    )  # fmt: skip
    return row
