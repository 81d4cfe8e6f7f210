"""Imports: an uploaded table, what was understood of each row, and what was made of it."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from worksheets.kinds import import_kinds

if TYPE_CHECKING:
    from accounts.models import User

MOST_TRIES = 3  # then it is not the worker that is at fault


class ImportQuerySet(models.QuerySet["Import"]):
    def visible_to(self, user: User) -> ImportQuerySet:
        """Of ours; which kinds somebody may read, the kind says (`ImportKind.require`, `of_clients`)."""
        if not (user.is_active and user.is_internal):
            return self.none()
        of_clients = [kind.key for kind in import_kinds() if kind.of_clients]
        return self.filter(~Q(kind__in=of_clients) | Q(uploaded_by=user) | Q(pressed_by=user))

    def unfinished(self) -> ImportQuerySet:
        return self.filter(state__in=(Import.State.CHECKING, Import.State.IMPORTING))


class Import(models.Model):
    """One file of one kind (for one project, where the kind asks for one). The same content is the same import, whoever uploads it."""

    class State(models.TextChoices):
        CHECKING = "checking", _("Being checked")
        CHECKED = "checked", _("Checked")
        IMPORTING = "importing", _("Being imported")
        DONE = "done", _("Imported")

    kind = models.SlugField(_("kind"), max_length=32)
    scope = models.CharField(_("belongs to"), max_length=32, blank=True)
    client_id = models.BigIntegerField(null=True)
    project_id = models.BigIntegerField(null=True)
    name = models.CharField(_("file"), max_length=255)
    media_type = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveBigIntegerField()
    read_as = models.CharField(max_length=200, blank=True)
    number_of_rows = models.PositiveIntegerField(default=0)
    reason = models.CharField(_("reason"), max_length=2000, blank=True)
    unknown = models.JSONField(default=list)  # headings that are not ours: cell and heading, until somebody says what they are
    mapping = models.JSONField(default=dict)  # heading → name of the column, "" for what is left out
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.CHECKING)
    has_changed = models.BooleanField(default=False)  # the record changed between preview and import: nothing was written
    failed = models.BooleanField(default=False)  # the product could not do it, however often it tried
    tries = models.PositiveSmallIntegerField(default=0)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("uploaded by"))
    uploaded_at = models.DateTimeField(auto_now_add=True)
    pressed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    done_at = models.DateTimeField(null=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        ordering = ["-uploaded_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["kind", "scope", "sha256"], name="import_of_a_file_once")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("import-detail", args=[self.kind, self.pk])

    @property
    def actor(self) -> User:
        """Who is answerable for what happens next."""
        return self.pressed_by or self.uploaded_by

    @property
    def is_running(self) -> bool:
        return self.state in (self.State.CHECKING, self.State.IMPORTING)


class ImportRow(models.Model):
    """A row of the file. values: as they were understood, in the order of the columns; problems: address, heading, words."""

    class Standing(models.TextChoices):
        NEW = "new", _("New")
        THERE = "there", _("There already")
        WRONG = "wrong", _("Wrong")

    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(_("row"))
    standing = models.CharField(max_length=5, choices=Standing.choices)
    values = models.JSONField(default=list)
    problems = models.JSONField(default=list)
    doubts = models.JSONField(default=list)
    label = models.CharField(max_length=250, blank=True)
    link = models.CharField(max_length=300, blank=True)
    reference = models.CharField(max_length=250, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["of", "number"], name="import_row_once")]
        indexes = [models.Index(fields=["reference"], name="import_row_reference", condition=~Q(reference=""))]

    def __str__(self) -> str:
        return f"{self.number}: {self.label}"


def hash_of_doubts(doubts: list[tuple[int, list[str]]]) -> str:
    """What somebody who says “enter them all the same” has looked at."""
    return hashlib.sha256(json.dumps([[number, words] for number, words in doubts if words]).encode()).hexdigest()
