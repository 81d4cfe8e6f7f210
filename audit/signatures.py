"""Electronic signatures (21 CFR 11.50, 11.70, 11.100, 11.200; Annex 11 §14): bound to person, meaning and content."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from audit import context, outbox
from audit.events import about, name_of
from audit.hashes import canonical_content, hash_of
from audit.models import Signature
from audit.refusals import BadInput, Blocker, Refused, Words, require

FRESH = timedelta(seconds=60)
INTEGRATION = "integration"

Content = Callable[[Any], Mapping[str, Any]]


class Authentication(Protocol):
    """Proof that the signer has just shown who they are; `accounts.signing` makes it."""

    @property
    def user_id(self) -> Any: ...

    @property
    def method(self) -> str: ...

    @property
    def at(self) -> datetime: ...


@dataclass(frozen=True)
class SignatureCheck:
    valid: bool
    now_hash: str
    words: Words


_contents: dict[str, Content] = {}


def register_content(label: str, content: Content) -> None:
    """Say what a signature on a model of this label ("projects.Quotation") covers: a function of the object giving plain values."""
    if _contents.setdefault(label.lower(), content) is not content:
        raise ValueError(f"The signed content of {label} is declared twice.")


def content_of(obj: models.Model) -> dict[str, Any]:
    """The content of the object as it is now, in canonical form."""
    content = _contents.get(obj._meta.label_lower)
    if content is None:
        raise LookupError(f"Nobody has declared what a signature on {obj._meta.label} covers.")
    with translation.override("en"):
        return canonical_content(content(obj))


def content_hash(obj: models.Model, content: Mapping[str, Any] | None = None) -> str:
    """SHA-256 that binds the content to this very record: equal content of another record has another hash."""
    return _bound_hash(obj._meta.label_lower, str(obj.pk), content_of(obj) if content is None else content)


def sign(
    obj: models.Model,
    *,
    actor: Any,
    meaning: str,
    authentication: Authentication,
    reason: str = "",
    content: Mapping[str, Any] | None = None,
    on_behalf_of: Any = None,
    expected_hash: str = "",
) -> Signature:
    """Sign the object's content (or `content`, where the object's own is not what is signed) inside the caller's transaction.

    `expected_hash` is the hash the signer was shown; Refused when the content has changed since. The caller holds the lock on the object.
    Raises NotAllowed when the authentication is somebody else's, too old, or the actor cannot sign at all; BadInput without a meaning.
    """
    outbox.require_transaction()
    _require_signer(actor, authentication)
    if not str(meaning).strip():
        raise BadInput({"meaning": [_("Say what the signature means.")]})
    covered = content_of(obj) if content is None else canonical_content(content)
    covered_hash = content_hash(obj, covered)
    if expected_hash and expected_hash != covered_hash:
        raise Refused(
            Blocker("signature.content_changed", _("The content has changed since it was shown to you. Read it again, then sign."))
        )
    return Signature.objects.create(
        **about(obj),
        sequence=signatures_of(obj).count() + 1,
        meaning=str(meaning),
        signer=actor,
        signer_name=name_of(actor),
        signer_function=str(getattr(actor, "function", "") or ""),
        content=covered,
        content_hash=covered_hash,
        content_given=content is not None,
        reason=reason,
        authentication=authentication.method,
        on_behalf_of_name=name_of(on_behalf_of),
        on_behalf_of=on_behalf_of,
        request_id=context.current().request_id,
    )


def signatures_of(obj: models.Model) -> models.QuerySet[Signature]:
    """All signatures on the object, first to last."""
    return Signature.objects.filter(object_type=ContentType.objects.get_for_model(obj), object_id=str(obj.pk)).order_by("sequence")


def verify(signature: Signature) -> SignatureCheck:
    """Does the signature still cover what the record says now? Content given by the caller is checked against its stored copy."""
    stored = _bound_hash(_label(signature), signature.object_id, signature.content)
    if stored != signature.content_hash:
        return SignatureCheck(False, stored, _("The stored copy of the signed content does not match its hash."))
    if signature.content_given:
        return SignatureCheck(True, stored, _("The signature covers the content stored with it."))
    obj = signature.object
    if obj is None:
        return SignatureCheck(False, "", _("The signed record no longer exists."))
    now_hash = content_hash(obj)
    if now_hash != signature.content_hash:
        return SignatureCheck(False, now_hash, _("The content has changed since it was signed."))
    return SignatureCheck(True, now_hash, _("The content is exactly what was signed."))


def _bound_hash(label: str, object_id: str, content: Mapping[str, Any]) -> str:
    return hash_of({"record": f"{label}:{object_id}", "content": content})


def _label(signature: Signature) -> str:
    kind = signature.object_type
    return f"{kind.app_label}.{kind.model}" if kind else ""


def _require_signer(actor: Any, authentication: Authentication) -> None:
    require(bool(actor and actor.is_authenticated and actor.is_active), _("Only a person with an active account can sign."))
    require(getattr(actor, "kind", "") != INTEGRATION, _("An integration account cannot sign."))
    require(authentication.user_id == actor.pk, _("A signature can be given only by its owner."))
    age = timezone.now() - authentication.at
    require(timedelta(0) <= age <= FRESH, _("Your confirmation is too old. Enter your password again."))
