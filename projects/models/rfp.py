"""The request for proposal: what the client wants, from the first call to the complete request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Case, Exists, IntegerField, OuterRef, Q, Value, When
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import transition

from audit.history import tracked
from audit.states import StateField
from catalogue.chemistry import skeleton_of
from catalogue.parents import Composition, composition_or_none
from projects.models.confidentiality import disclosed, is_named_for, seen_of_requests
from projects.models.project import on_team, sees_portfolio
from projects.models.rfp_choices import Channel, FileKind
from projects.models.rfp_facts import RfpFacts

if TYPE_CHECKING:
    from accounts.models import User


class Likeness(models.IntegerChoices):
    """How an earlier request resembles the one at hand, the closest first."""

    STRUCTURE = 1, _("same structure")
    PARENT = 2, _("same parent")
    CAS = 3, _("same CAS number")
    NAME = 4, _("similar name")
    CLIENT = 5, _("same client")


SHORTEST_NAME = 3


class RfpQuerySet(models.QuerySet["Rfp"]):
    def visible_to(self, user: User) -> RfpQuerySet:
        """Internal people by role or by the project that came of it, of what is not kept from them before the confidentiality agreement
        is in force; a client's people see what their side logged."""
        if not user.is_active:
            return self.none()
        if not user.is_internal:
            return self.filter(client_id=user.client_id, created_by__client_id=user.client_id)
        return self.within_reach_of(user).filter(seen_of_requests(user))

    def within_reach_of(self, user: User) -> RfpQuerySet:
        """What the role or the team of one of ours brings them, whether or not it is kept from them still."""
        if sees_portfolio(user):
            return self
        return self.filter(Q(account_owner=user) | Q(created_by=user) | on_team(user, "project__pk") | is_named_for(user, "pk"))

    def kept_from(self, user: User) -> RfpQuerySet:
        """What this person of ours would see if the confidentiality agreement were in force."""
        if not (user.is_active and user.is_internal):
            return self.none()
        seen = Rfp.objects.filter(seen_of_requests(user), pk=OuterRef("pk"))
        return self.within_reach_of(user).filter(~Exists(seen))

    def with_kept(self) -> RfpQuerySet:
        """`is_kept`: to named people, because no confidentiality agreement is in force."""
        return self.annotate(is_kept=self._kept())

    def undisclosed(self) -> RfpQuerySet:
        return self.filter(self._kept())

    @staticmethod
    def _kept() -> Q:
        return ~Q(Exists(Rfp.objects.filter(disclosed(project="project__"), pk=OuterRef("pk"))))

    def open(self) -> RfpQuerySet:
        return self.filter(state=Rfp.State.DRAFT)

    def similar(
        self, *, client_id: int | None = None, compound_name: str = "", cas_number: str = "", inchikey: str = "", parent_inchikey: str = ""
    ) -> RfpQuerySet:
        """Earlier requests alike, the closest first; `likeness` says how: structure, parent, CAS number, name, client.

        A structure is alike when the first block of the InChIKey (the skeleton, 14 letters) is the same: other stereoisomers are found
        too. Of the same parent are its salts and solvates, by the same letters those of its stereoisomers as well. A name needs three
        letters.
        """
        name = compound_name.strip()
        wanted = [
            (Likeness.STRUCTURE, bool(inchikey), Q(inchikey__startswith=skeleton_of(inchikey))),
            (Likeness.PARENT, bool(parent_inchikey), Q(parent_inchikey__startswith=skeleton_of(parent_inchikey))),
            (Likeness.CAS, bool(cas_number), Q(cas_number=cas_number)),
            (Likeness.NAME, len(name) >= SHORTEST_NAME, Q(compound_name__icontains=name)),
            (Likeness.CLIENT, client_id is not None, Q(client_id=client_id)),
        ]
        asked = [When(alike, then=Value(likeness.value)) for likeness, given, alike in wanted if given]
        if not asked:
            return self.none()
        rows = self.annotate(likeness=Case(*asked, default=None, output_field=IntegerField()))
        return rows.filter(likeness__isnull=False).order_by("likeness", "-received_at", "-id")


@tracked
class Rfp(RfpFacts):
    """A request for proposal. Saving takes five fields; submitting takes what `projects/completeness.py` asks for."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Submitted")
        DECLINED = "declined", _("Declined")

    number = models.CharField(_("RFP number"), max_length=20, unique=True)
    state = StateField(_("state"), choices=State.choices, default=State.DRAFT)
    # needed to save
    client = models.ForeignKey("accounts.Client", on_delete=models.PROTECT, related_name="rfps", verbose_name=_("client"))
    contact = models.ForeignKey("accounts.Contact", on_delete=models.PROTECT, related_name="rfps", verbose_name=_("contact"))
    channel = models.CharField(_("channel"), max_length=16, choices=Channel.choices)
    compound_name = models.CharField(_("compound name or code"), max_length=200)
    wanted = models.TextField(_("what is wanted"), max_length=4000)
    # the compound
    cas_number = models.CharField(_("CAS number"), max_length=12, blank=True, db_index=True)
    structure_text = models.TextField(_("structure (SMILES or molfile)"), max_length=100_000, blank=True)
    smiles = models.TextField(_("SMILES"), blank=True)
    inchikey = models.CharField(_("InChIKey"), max_length=27, blank=True, db_index=True)
    parent_inchikey = models.CharField(_("InChIKey of the parent"), max_length=27, blank=True, db_index=True, editable=False)
    formula = models.CharField(_("molecular formula"), max_length=200, blank=True)
    molar_mass_g_per_mol = models.FloatField(_("molar mass (g/mol)"), null=True, blank=True)
    # people and times
    account_owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="owned_rfps",
        verbose_name=_("account owner"),
        null=True,
        blank=True,
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField(_("received"))
    submitted_at = models.DateTimeField(null=True, blank=True)
    decline_reason = models.TextField(blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = RfpQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at", "-id"]
        indexes = [
            models.Index(fields=["-received_at", "-id"]),
            models.Index(fields=["client", "-received_at"]),
            GinIndex(OpClass(Upper("number"), name="gin_trgm_ops"), name="rfp_number_trigrams"),
            GinIndex(OpClass(Upper("compound_name"), name="gin_trgm_ops"), name="rfp_compound_trigrams"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.compound_name}"

    def get_absolute_url(self) -> str:
        return reverse("rfp-detail", args=[self.number])

    @property
    def composition(self) -> Composition | None:
        """Parent, counter-ions, solvates and stereochemistry of the structure; None without one."""
        return composition_or_none(self.smiles)

    @property
    def state_for_client(self) -> Any:
        """Our own word for a request that came in is no word for whoever sent it."""
        if self.state == self.State.DRAFT:
            return _("Received; we are looking at it")
        return _("Being assessed") if self.state == self.State.SUBMITTED else self.get_state_display()

    @property
    def is_seen_by_client(self) -> bool:
        """Its own side logged it. Asks for who did."""
        return self.created_by.client_id == self.client_id

    @property
    def event_scope(self) -> tuple[int | None, int | None]:
        project = getattr(self, "project", None)
        return self.client_id, project.pk if project else None

    @transition(field=state, source=State.DRAFT, target=State.SUBMITTED)
    def submit(self) -> None:
        """Allowed move; the service checks completeness first."""

    @transition(field=state, source=State.DRAFT, target=State.DECLINED)
    def decline(self, reason: str) -> None:
        self.decline_reason = reason


class RfpFileQuerySet(models.QuerySet["RfpFile"]):
    def visible_to(self, user: User) -> RfpFileQuerySet:
        """Of a request that the person sees; a client's people see what their own side attached."""
        rows = self.filter(Exists(Rfp.objects.visible_to(user).filter(pk=OuterRef("rfp_id"))))
        return rows if user.is_internal else rows.filter(uploaded_by__client_id=user.client_id)


@tracked
class RfpFile(models.Model):
    """A file that came with the request, stored once under its SHA-256."""

    rfp = models.ForeignKey(Rfp, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=255)
    kind = models.CharField(_("what it is"), max_length=16, choices=FileKind.choices, blank=True)
    media_type = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveBigIntegerField()
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)

    objects = RfpFileQuerySet.as_manager()

    class Meta:
        ordering = ["uploaded_at", "id"]
        indexes = [models.Index(fields=["sha256"], name="rfp_file_sha256")]

    def __str__(self) -> str:
        return self.name


@tracked
class Clarification(models.Model):
    """A question to the client; open ones keep the gate of evaluation shut.

    asked_in_portal: the client reads it there and answers it. What is not is our own note of what was asked otherwise.
    owner: who of ours sees to it that it is answered.
    """

    rfp = models.ForeignKey(Rfp, on_delete=models.CASCADE, related_name="clarifications")
    question = models.TextField(_("question"), max_length=2000)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    answer = models.TextField(_("answer"), max_length=4000, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    asked_in_portal = models.BooleanField(default=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("owner")
    )

    class Meta:
        ordering = ["asked_at", "id"]

    def __str__(self) -> str:
        return self.question
