"""Integration accounts of clients' systems, and their tokens."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import Client, IntegrationToken, User
from accounts.permissions import require_permission
from accounts.services.second_factor import require_second_factor
from accounts.services.shared import check, refuse_if
from audit.events import record
from audit.refusals import Blocker, Refused, require_reason

LONGEST_TOKEN_DAYS = 366


@transaction.atomic
def create_integration_account(client_id: int, *, name: str, actor: User, owner: User | None = None) -> User:
    """An account for a client's system: it belongs to the client, has a named owner, survives that person, and cannot sign."""
    client = Client.objects.visible_to(actor).select_for_update().get(pk=client_id)
    require_permission("accounts.manage_tokens", actor, client)
    owner = owner or actor
    _check_owner(owner, client)
    account = User(
        kind=User.Kind.INTEGRATION, client=client, owner=owner, full_name=" ".join(name.split()), function=_t("Integration account")
    )
    refuse_if(not account.full_name, "name", _("Give the account a name."))
    refuse_if(
        _integrations(client).filter(full_name__iexact=account.full_name).exists(), "name", _("The client has an account with this name.")
    )
    account.email = _integration_address(client, account.full_name)
    account.set_unusable_password()
    check(account)
    account.save(force_insert=True)
    record("integration_account.created", account, actor=actor, owner=owner.full_name)
    return account


def _check_owner(owner: User, client: Client | None) -> None:
    fits = owner.is_active and (owner.is_internal or (owner.is_client and owner.client == client))
    refuse_if(not fits, "owner", _("The owner is a person of ours or of this client."))


def _integrations(client: Client) -> models.QuerySet[User]:
    return User.objects.filter(client=client, kind=User.Kind.INTEGRATION)


def _integration_address(client: Client, name: str) -> str:
    """An address that can never receive mail (RFC 2606), unique by its number."""
    stem = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "system"
    return f"{stem}.{_integrations(client).count() + 1}.{client.code.lower()}@integration.invalid"


@transaction.atomic
def close_integration_account(account_id: int, *, reason: str, actor: User) -> User:
    """End a client's system here: the account and all its tokens stop at once. Both sides may; what it wrote stays under its name."""
    account = _locked_account(account_id, actor)
    require_reason(reason)
    if not account.is_active:
        raise Refused(Blocker("account.inactive", _("The integration account is not active.")))
    account.is_active = False
    account.save(update_fields=["is_active"])
    record("integration_account.closed", account, actor=actor, reason=reason.strip())
    return account


@transaction.atomic
def hand_over_integration_account(account_id: int, *, owner: User, actor: User) -> User:
    """Name another person who answers for a client's system. Raises BadInput for somebody of neither side, Refused for the same one."""
    account = _locked_account(account_id, actor)
    _check_owner(owner, account.client)
    before = account.owner
    if before == owner:
        raise Refused(Blocker("account.same_owner", _("This person is the owner already.")))
    account.owner = owner
    account.save(update_fields=["owner"])
    was = {"owner": str(before or "")}
    record("integration_account.handed_over", account, actor=actor, before=was, after={"owner": owner.full_name}, owner=owner.full_name)
    return account


def _locked_account(account_id: int, actor: User) -> User:
    rows = User.objects.kept_by(actor).select_related("client", "owner")
    account = rows.select_for_update(of=("self",)).get(pk=account_id)
    require_permission("accounts.manage_tokens", actor, account.client)
    return account


@transaction.atomic
def create_token(
    account_id: int, *, name: str, actor: User, scope: str = IntegrationToken.Scope.READ, days: int = 365
) -> tuple[IntegrationToken, str]:
    """Make a token for an integration account. The second value is the token itself: shown once, stored nowhere.

    `days` is its life, 1 to 366. Raises BadInput outside that, or for an unknown scope.
    """
    account = _locked_account(account_id, actor)
    require_second_factor(actor, _("Set up a second factor in your profile first: a token opens the door without asking for one."))
    name = " ".join(name.split())
    refuse_if(not name or len(name) > 100, "name", _("Give the token a name of at most 100 characters."))
    refuse_if(scope not in IntegrationToken.Scope.values, "scope", _("Choose what the token may do."))
    refuse_if(not 1 <= days <= LONGEST_TOKEN_DAYS, "days", _("A token lives at least a day and at most 366 days."))
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
