"""Documents, their versions and the files made of them. The row of a version is also its place in the rendering queue."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchQuery
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Lower, Upper
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import transition

from audit.history import tracked
from audit.states import StateField
from documents.about import AboutKind, words_of
from documents.file_texts import FileText as FileText
from documents.issuances import Issuance as Issuance
from documents.registry import DocumentType, document_types, known
from documents.renditions import Rendition as Rendition
from documents.slots import SlotSignature as SlotSignature
from documents.wording import DocumentWording as DocumentWording
from documents.words import KeptWords
from projects.models import SHOWN_TO_CLIENT, Project, Rfp, Visibility
from projects.models.project import sees_project

if TYPE_CHECKING:
    from accounts.models import User

QUEUE_FIELDS = ["attempts", "lease_until", "started_at", "progress_step", "progress_page", "progress_pct"]
QUEUE_STATE = [*QUEUE_FIELDS, "failed_at", "error"]
OFFERED = Q(state="in_review", offered_round=F("review_round"))  # an offer of an earlier round shows nothing of a later one


class DocumentQuerySet(models.QuerySet["Document"]):
    def visible_to(self, user: User) -> DocumentQuerySet:
        """Internal: with the project or RFP. Client: the own organisation's, shared, and in effect or offered to it at least once.

        What a later release makes for us alone is no client's any more, though it was shared before.
        """
        if not user.is_active:
            return self.none()
        if not user.is_internal:
            signed = DocumentVersion.objects.filter(Q(effective_at__isnull=False) | Q(offered_round__gt=0), document=OuterRef("pk"))
            shown = self.filter(Exists(signed), client_id=user.client_id, visibility__in=SHOWN_TO_CLIENT)
            return shown.exclude(type_key__in=[each.key for each in document_types() if each.for_us])
        rfp = Rfp.objects.visible_to(user).filter(pk=OuterRef("rfp_id"))
        return self.filter(sees_project(user) | Q(Exists(rfp)))

    def with_signed_number(self) -> DocumentQuerySet:
        """With the numbers (or None) of the newest version signed into effect and of the one offered: `signed_number`, `offered_number`."""
        signed = DocumentVersion.objects.filter(document=OuterRef("pk"), effective_at__isnull=False).order_by("-number")
        offered = DocumentVersion.objects.offered().filter(document=OuterRef("pk"))
        return self.annotate(signed_number=Subquery(signed.values("number")[:1]), offered_number=Subquery(offered.values("number")[:1]))

    def about(self, subject: Project | Rfp) -> DocumentQuerySet:
        """The documents of a project, those of its RFP included, or of an RFP."""
        if isinstance(subject, Project):
            return self.filter(Q(project=subject) | Q(rfp_id=subject.rfp_id))
        return self.filter(rfp=subject)


@tracked
class Document(models.Model):
    """A document of a project, or of an RFP before and after it became one. What it says is in its versions."""

    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, related_name="documents", verbose_name=_("project"), null=True, blank=True
    )
    rfp = models.ForeignKey(Rfp, on_delete=models.PROTECT, related_name="documents", verbose_name=_("RFP"), null=True, blank=True)
    client = models.ForeignKey("accounts.Client", on_delete=models.PROTECT, related_name="documents", verbose_name=_("client"))
    deliverable = models.ForeignKey(
        "projects.Deliverable", on_delete=models.SET_NULL, related_name="documents", verbose_name=_("deliverable"), null=True, blank=True
    )
    type_key = models.CharField(_("type"), max_length=64)
    about_kind = models.CharField(_("about what"), max_length=16, choices=AboutKind.choices, blank=True)
    about_reference = models.CharField(_("about"), max_length=40, blank=True)
    number = models.CharField(_("number"), max_length=48, unique=True)
    title = models.CharField(_("title"), max_length=250)
    visibility = models.CharField(_("visibility"), max_length=16, choices=Visibility.choices, default=Visibility.INTERNAL)
    shared_at = models.DateTimeField(_("shared"), null=True, blank=True)
    shared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    out_of_date_since = models.DateTimeField(_("out of date since"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ["-updated_at", "-id"]
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        constraints = [
            models.CheckConstraint(name="document_one_subject", condition=Q(project__isnull=True) ^ Q(rfp__isnull=True)),
            models.CheckConstraint(
                name="document_shared_by_somebody",
                condition=Q(visibility=Visibility.INTERNAL) | Q(shared_at__isnull=False, shared_by__isnull=False),
            ),
            models.CheckConstraint(name="document_about_something", condition=Q(about_kind="") ^ ~Q(about_reference="")),
            models.UniqueConstraint("project", "type_key", Lower("about_reference"), name="document_once_of_project"),
            models.UniqueConstraint("rfp", "type_key", Lower("about_reference"), name="document_once_of_rfp"),
        ]
        indexes = [
            models.Index(fields=["project", "type_key"]),
            models.Index(fields=["rfp", "type_key"]),
            models.Index(fields=["client", "visibility"]),
            models.Index(fields=["-updated_at", "-id"]),
            GinIndex(OpClass(Upper("number"), name="gin_trgm_ops"), name="document_number_trigrams"),
            GinIndex(OpClass(Upper("title"), name="gin_trgm_ops"), name="document_title_trigrams"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("document-detail", args=[self.number])

    @property
    def event_scope(self) -> tuple[int | None, int | None]:
        return self.client_id, self.project_id

    @property
    def subject(self) -> Project | Rfp:
        return cast("Project | Rfp", self.project or self.rfp)  # the database holds exactly one of them

    @property
    def type(self) -> DocumentType | None:
        """The declaration; None when a later release no longer has the type."""
        return known(self.type_key)

    @property
    def about_words(self) -> str:
        """“Batch 3”, “G2 round 2”; empty for a document of which a project has one."""
        return words_of(self.about_kind, self.about_reference)

    @property
    def is_shared(self) -> bool:
        return self.visibility in SHOWN_TO_CLIENT


class DocumentVersionQuerySet(models.QuerySet["DocumentVersion"]):
    def visible_to(self, user: User) -> DocumentVersionQuerySet:
        """Versions of visible documents; a client sees those signed into effect and the one that it is asked to sign, drafts never."""
        seen = self.filter(Exists(Document.objects.visible_to(user).filter(pk=OuterRef("document_id"))))
        return seen if user.is_internal else seen.filter(Q(effective_at__isnull=False) | OFFERED)

    def saying(self, words: str) -> DocumentVersionQuerySet:
        """Versions whose data or text say these words, in any form of them; “-word” leaves out, quotes keep together."""
        asked = SearchQuery(words, search_type="websearch", config="english")
        return self.alias(kept_words=KeptWords()).filter(kept_words=asked)

    def effective(self) -> DocumentVersionQuerySet:
        return self.filter(state=DocumentVersion.State.EFFECTIVE)

    def offered(self) -> DocumentVersionQuerySet:
        return self.filter(OFFERED)

    def unrendered(self) -> DocumentVersionQuerySet:
        """Versions that owe a PDF: queued ones, and signed ones whose signed PDF is not made yet."""
        signed_pdf = Rendition.objects.filter(version=OuterRef("pk"), kind=Rendition.Kind.EFFECTIVE)
        return self.filter(Q(state__in=DocumentVersion.QUEUE) | (Q(effective_at__isnull=False) & ~Exists(signed_pdf)), failed_at=None)

    def half_issued(self) -> DocumentVersionQuerySet:
        """Versions that are being issued and owe no PDF: the next step is theirs."""
        owing = DocumentVersion.objects.unrendered().values("pk")
        return self.filter(issuance__isnull=False, issuance__done_at=None, failed_at=None).exclude(pk__in=owing)

    def claimable(self, now: datetime) -> DocumentVersionQuerySet:
        """Those of `unrendered` that no living worker holds."""
        return self.unrendered().filter(Q(lease_until=None) | Q(lease_until__lt=now))


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), exclude=QUEUE_FIELDS)
class DocumentVersion(models.Model):
    """One version. Its content (snapshot, narrative, template version) is pinned; once in review, the database refuses to change it.

    State moves only through services; the migration holds the same table of moves as a trigger.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        RENDERING = "rendering", _("Being made")
        DRAFT = "draft", _("Draft")
        IN_REVIEW = "in_review", _("In review")
        EFFECTIVE = "effective", _("Effective")
        SUPERSEDED = "superseded", _("Superseded")
        FAILED = "failed", _("Failed")

    class Source(models.TextChoices):
        GENERATED = "generated", _("Made from the data")
        UPLOADED = "uploaded", _("Uploaded")

    class Step(models.TextChoices):
        NONE = "", _("Waiting for its turn")
        DATA = "data", _("Reading the data")
        STYLING = "styling", _("Setting the text")
        LAYOUT = "layout", _("Laying out pages")
        DRAWING = "drawing", _("Writing the file")
        STORING = "storing", _("Storing the file")

    QUEUE = (State.QUEUED, State.RENDERING)
    OPEN = (State.QUEUED, State.RENDERING, State.FAILED, State.DRAFT)
    SIGNED = (State.EFFECTIVE, State.SUPERSEDED)

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="versions", verbose_name=_("document"))
    number = models.PositiveSmallIntegerField(_("version"))
    state = StateField(_("state"), choices=State.choices, default=State.QUEUED)
    source = models.CharField(_("source"), max_length=10, choices=Source.choices, default=Source.GENERATED)
    language = models.CharField(_("language"), max_length=12, default="en")
    reason = models.CharField(_("reason for the version"), max_length=500)
    # content
    snapshot = models.JSONField(_("data"), default=dict)
    narrative = models.JSONField(_("text"), default=dict, blank=True)
    template_version = models.CharField(_("template version"), max_length=40, blank=True)
    content_hash = models.CharField(_("content hash"), max_length=64, blank=True)
    missing_characters = models.CharField(_("characters that cannot be printed"), max_length=500, blank=True)
    # people and times
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("prepared by"))
    requested_at = models.DateTimeField(_("prepared"))
    authors = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+", verbose_name=_("authors"))
    review_round = models.PositiveSmallIntegerField(default=0)
    offered_round = models.PositiveSmallIntegerField(default=0)  # the last round in which the client was asked to sign
    effective_at = models.DateTimeField(_("effective"), null=True, blank=True)
    # queue
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    progress_step = models.CharField(max_length=10, choices=Step.choices, blank=True)
    progress_page = models.PositiveIntegerField(default=0)
    progress_pct = models.PositiveSmallIntegerField(default=0)
    failed_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(_("error"), blank=True)

    objects = DocumentVersionQuerySet.as_manager()

    class Meta:
        ordering = ["document_id", "-number"]
        verbose_name = _("document version")
        verbose_name_plural = _("document versions")
        constraints = [
            models.UniqueConstraint(fields=["document", "number"], name="document_version_once"),
            models.UniqueConstraint(fields=["document"], condition=Q(state="effective"), name="document_one_effective"),
            models.CheckConstraint(name="document_version_has_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="document_version_effective_since", condition=~Q(state="effective") | Q(effective_at__isnull=False)
            ),
        ]
        indexes = [
            models.Index(fields=["requested_at"], condition=Q(state__in=["queued", "rendering"]), name="document_version_queue"),
            models.Index(fields=["requested_by", "started_at"], condition=Q(started_at__isnull=False), name="document_version_begun"),
        ]
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.document.number} v{self.number}"

    def get_absolute_url(self) -> str:
        return f"{self.document.get_absolute_url()}#v{self.number}"

    @property
    def event_scope(self) -> tuple[int | None, int | None]:
        return self.document.event_scope

    @property
    def project(self) -> Project | None:
        """None for a document about an RFP; guards of named steps ask it."""
        return self.document.project

    @property
    def signed_content(self) -> dict[str, Any]:
        """What a signature covers (registered in apps.py)."""
        return {
            "number": self.document.number,
            "version": self.number,
            "type": self.document.type_key,
            "language": self.language,
            "template_version": self.template_version,
            "snapshot": self.snapshot,
            "narrative": self.narrative,
        }

    @property
    def is_generated(self) -> bool:
        return self.source == self.Source.GENERATED

    @property
    def is_offered(self) -> bool:
        """Whether it has all of our signatures and waits for the client's."""
        return self.state == self.State.IN_REVIEW and self.offered_round == self.review_round

    @property
    def state_words(self) -> str:
        return str(_("Waits for the client's signature") if self.is_offered else self.get_state_display())

    @property
    def may_be_edited(self) -> bool:
        """Text can be written until the review begins, also while the PDF is being made or could not be made."""
        return self.is_generated and self.state in self.OPEN and not self.is_being_issued

    @property
    def is_being_issued(self) -> bool:
        """Whether it takes effect by itself once its PDF is there."""
        return hasattr(self, "issuance") and self.issuance.done_at is None

    @property
    def is_being_made(self) -> bool:
        """Whether a worker still owes the PDF of the present content."""
        return self.failed_at is None and (self.state in self.QUEUE or (self.effective_at is not None and self.signed_pdf is None))

    @property
    def signed_pdf(self) -> Rendition | None:
        return self._rendition(Rendition.Kind.EFFECTIVE)

    @property
    def review_pdf(self) -> Rendition | None:
        """The PDF of the content as it is now; None while it is being made again."""
        return self._rendition(Rendition.Kind.REVIEW)

    @property
    def uploaded_file(self) -> Rendition | None:
        return self._rendition(Rendition.Kind.UPLOADED)

    def _rendition(self, kind: str) -> Rendition | None:
        return next((each for each in self.renditions.all() if each.kind == kind and each.content_hash == self.content_hash), None)

    @transition(field=state, source=[State.DRAFT, State.FAILED, State.RENDERING, State.QUEUED], target=State.QUEUED)
    def queue(self) -> None:
        """Made again, from the beginning."""
        self._take_place_in_queue()

    @transition(field=state, source=[State.QUEUED, State.RENDERING], target=State.RENDERING)
    def begin_rendering(self) -> None: ...

    @transition(field=state, source=State.RENDERING, target=State.DRAFT)
    def finish_rendering(self) -> None: ...

    @transition(field=state, source=[State.QUEUED, State.RENDERING], target=State.FAILED)
    def fail(self) -> None: ...

    @transition(field=state, source=State.DRAFT, target=State.IN_REVIEW)
    def submit(self) -> None:
        self.review_round += 1

    @transition(field=state, source=State.IN_REVIEW, target=State.DRAFT)
    def refuse(self) -> None: ...

    @transition(field=state, source=State.IN_REVIEW, target=State.EFFECTIVE)
    def make_effective(self, at: datetime) -> None:
        self.effective_at = at
        self._take_place_in_queue()

    @transition(field=state, source=[State.QUEUED, State.RENDERING, State.FAILED, State.DRAFT, State.EFFECTIVE], target=State.SUPERSEDED)
    def supersede(self) -> None: ...

    def _take_place_in_queue(self) -> None:
        self.attempts, self.lease_until, self.started_at, self.failed_at, self.error = 0, None, None, None, ""
        self.progress_step, self.progress_page, self.progress_pct = self.Step.NONE, 0, 0

    def requeue_signed(self) -> None:
        """The signed PDF is tried again; the state of a signed version does not move."""
        self._take_place_in_queue()

    def lease(self, now: datetime) -> None:
        """Taken by a worker until the lease ends or is renewed."""
        self.attempts += 1
        self.started_at, self.lease_until = now, now + timedelta(seconds=settings.RENDER_LEASE_SECONDS)
        self.progress_step, self.progress_page, self.progress_pct = self.Step.DATA, 0, 5
