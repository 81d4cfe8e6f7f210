"""The record: events, signatures, and the base of every other table whose rows are written once."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

import pgtrigger
from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit.context import Channel
from audit.kinds import find_kind
from audit.moments import written
from audit.spoken import spoken


class CurrentTransaction(models.Func):
    """The 64-bit id of the transaction that writes the row."""

    template = "pg_current_xact_id()::text::bigint"
    arity = 0
    output_field = models.BigIntegerField()


class FeedPosition(models.Func):
    """The transaction's place in the feed: its id, raised where the database was restored into another cluster (`outbox.lift_feed`)."""

    template = "(pg_current_xact_id()::text::bigint + public.outbox_offset())"
    arity = 0
    output_field = models.BigIntegerField()


class AppendOnly(models.Model):
    """Rows are written once. A subclass writes `class Meta(AppendOnly.Meta)`; a system check finds one that forgot.

    The trigger is the inner wall; the outer is that the application's database role holds only SELECT and INSERT (`audit.roles`).
    """

    class Meta:
        abstract = True
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]


class AboutAnObject(models.Model):
    """The thing that a row of the record is about, with its label as text, because the record outlives what it describes."""

    object_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("kind of object"))
    object_id = models.CharField(_("object id"), max_length=128, blank=True)
    object_label = models.CharField(_("object"), max_length=250, blank=True)
    object = GenericForeignKey("object_type", "object_id")

    class Meta:
        abstract = True


class Event(AboutAnObject, AppendOnly):
    """One thing that happened. Written by `audit.events.record` in the transaction of the change itself.

    (transaction_id, id) is the order of the feed: `audit.outbox.read` says why it has no gaps.
    """

    transaction_id = models.BigIntegerField(_("transaction"), db_default=FeedPosition(), editable=False)
    at = models.DateTimeField(_("at"), db_default=Now(), editable=False)
    kind = models.CharField(_("kind"), max_length=80)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("actor")
    )
    actor_name = models.CharField(_("actor's name"), max_length=200, blank=True)
    actor_roles = ArrayField(models.CharField(max_length=60), default=list, blank=True, verbose_name=_("actor's roles"))
    on_behalf_of_name = models.CharField(_("on behalf of"), max_length=200, blank=True)
    client_id = models.BigIntegerField(_("client"), null=True)
    project_id = models.BigIntegerField(_("project"), null=True)
    reason = models.TextField(_("reason"), blank=True)
    data = models.JSONField(_("data"), default=dict, blank=True, encoder=DjangoJSONEncoder)
    request_id = models.CharField(_("request"), max_length=64, blank=True)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    client_visible = models.BooleanField(_("visible to the client"), default=False)
    client_data = models.JSONField(_("data for the client"), null=True, encoder=DjangoJSONEncoder)

    class Meta(AppendOnly.Meta):
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["transaction_id", "id"]
        indexes = [
            models.Index(fields=["transaction_id", "id"], name="event_feed"),
            models.Index(fields=["project_id", "-id"], name="event_project"),
            models.Index(fields=["client_id", "client_visible"], name="event_client"),
            models.Index(fields=["client_id", "transaction_id", "id"], condition=models.Q(client_visible=True), name="event_client_feed"),
            models.Index(fields=["object_type", "object_id"], name="event_object"),
            models.Index(fields=["actor", "kind"], name="event_actor"),  # has this person ever done that?
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(actor__isnull=False) | models.Q(channel__in=[Channel.WORKER, Channel.SYSTEM]),
                name="event_has_an_actor",
                violation_error_message=_("Only the system acts without a person."),
            ),
        ]

    def __str__(self) -> str:
        return self.words

    @property
    def words(self) -> str:
        """What happened, in the reader's language; the bare key for a kind that a later release has dropped."""
        kind = find_kind(self.kind)
        return str(kind.words) % self.placeholders() if kind else self.kind

    @property
    def words_for_client(self) -> str:
        kind = find_kind(self.kind)
        return str(kind.client_words) % self.placeholders() if kind and kind.client_words else self.words

    @property
    def link(self) -> str:
        kind = find_kind(self.kind)
        return kind.link(self) if kind and kind.link else ""

    @property
    def object_code(self) -> str:
        """Of an object whose label begins with its code or number."""
        return str(self.object_label).partition(" ")[0]

    def placeholders(self) -> dict[str, Any]:
        """What %(name)s in the words of a kind may stand for: every entry of `data`, and the fields named here."""
        fields = {
            "before": "",
            "after": "",
            "object": self.object_label,
            "object_label": self.object_label,
            "object_code": self.object_code,
        }
        fields |= {"actor": self.actor_name, "reason": self.reason, "on_behalf_of": self.on_behalf_of_name}
        return fields | {name: readable(value) for name, value in self.data.items()}


class Signature(AboutAnObject, AppendOnly):
    """An electronic signature: who, when, what it means, and the hash of exactly that content. Written by `audit.signatures.sign`."""

    sequence = models.PositiveIntegerField(_("number"), help_text=_("First, second, … signature on this object"))
    meaning = models.CharField(_("meaning"), max_length=120)
    signer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("signer"))
    signer_name = models.CharField(_("signer's name"), max_length=200)
    signer_function = models.CharField(_("signer's function"), max_length=200, blank=True)
    signed_at = models.DateTimeField(_("signed at"), db_default=Now(), editable=False)
    content = models.JSONField(_("signed content"))
    content_hash = models.CharField(_("content hash"), max_length=64)
    content_given = models.BooleanField(_("content given by the caller"), default=False)
    reason = models.TextField(_("reason"), blank=True)
    authentication = models.CharField(_("authentication"), max_length=60)
    on_behalf_of_name = models.CharField(_("on behalf of"), max_length=200, blank=True)
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("on behalf of")
    )
    request_id = models.CharField(_("request"), max_length=64, blank=True)

    class Meta(AppendOnly.Meta):
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        ordering = ["object_type", "object_id", "sequence"]
        constraints = [models.UniqueConstraint(fields=["object_type", "object_id", "sequence"], name="signature_sequence")]

    def __str__(self) -> str:
        return f"{self.meaning}: {self.signer_name}"

    @property
    def signer_words(self) -> str:
        """The name under the signature; a deputy's with the name of the person who handed the role over."""
        if not self.on_behalf_of_name:
            return self.signer_name
        return gettext("%(name)s for %(other)s") % {"name": self.signer_name, "other": self.on_behalf_of_name}

    @property
    def people(self) -> set[int]:
        """Who signed, and for whom: where a second person is needed, neither is one."""
        return {person for person in (self.signer_id, self.on_behalf_of_id) if person is not None}


class OutboxCursor(models.Model):
    """How far one consumer has read the feed; locked while it reads."""

    consumer = models.CharField(_("consumer"), max_length=80, unique=True)
    transaction_id = models.BigIntegerField(_("transaction"), default=0)
    event_id = models.BigIntegerField(_("event"), default=0)
    moved_at = models.DateTimeField(_("moved at"), default=timezone.now)

    class Meta:
        verbose_name = _("outbox cursor")
        verbose_name_plural = _("outbox cursors")

    def __str__(self) -> str:
        return self.consumer


_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_AMOUNT = re.compile(r"-?\d+\.\d\d")  # money is the one thing that the record keeps with two decimals as text
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")


def readable(value: Any) -> Any:
    """Dates, moments, amounts and standard words, stored as plain text, as people read them: 12 Mar 2026, 12 Mar 2026 14:05 UTC+1,
    125,000.00, a role or phase in the reader's language, and a list as a sentence has it: a, b; a list of lists: a, b; c, d."""
    if isinstance(value, list):
        between = "; " if any(isinstance(each, list) for each in value) else ", "
        return between.join(str(readable(each)) for each in value if each is not None)
    if not isinstance(value, str):
        return value
    if _DATE.fullmatch(value):
        return date_format(date.fromisoformat(value))
    if _MOMENT.fullmatch(value):
        return written(datetime.fromisoformat(value))
    if _AMOUNT.fullmatch(value):
        return number_format(value, decimal_pos=2, use_l10n=True, force_grouping=True)
    return spoken(value)
