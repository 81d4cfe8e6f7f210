"""The project: one record through five phases, its moves, its people, its charter."""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_fsm import transition

from accounts.models import Role
from audit.history import tracked
from audit.models import AppendOnly, CurrentTransaction
from audit.states import StateField
from projects.models.compiled import WHO, Anybody, Asks, Compiled, Words, column, exist_in_words
from projects.models.confidentiality import disclosed, is_named_for, seen_of_projects
from projects.models.states import CLOSED_STATUSES, PHASES, Phase, ProjectStatus

if TYPE_CHECKING:
    from accounts.models import User

PORTFOLIO_ROLES = frozenset({Role.BUSINESS_DEVELOPMENT, Role.PROJECT_MANAGER, Role.QUALITY_ASSURANCE, Role.MANAGEMENT})


def sees_portfolio(user: User) -> bool:
    """People whose role covers every project, their own or one handed to them; departments see the projects they work on."""
    return user.is_internal and bool(PORTFOLIO_ROLES & user.roles or PORTFOLIO_ROLES & user.signing_roles)


def sees_project(user: User, project_key: str = "project_id") -> Q:
    """Asked of whatever belongs to a project: it is one of those that are visible to this person. project_key: where its id stands."""
    if not user.is_active:
        return Q(pk__in=[])
    columns = {"project": project_key}
    if not user.is_internal:
        return Q(Compiled(_client_s_words(), columns, user.client_id))
    roles = tuple(sorted(user.signing_roles))
    return Q(Compiled(_our_words(timezone.localdate(), roles, all_projects=sees_portfolio(user)), columns, user.pk))


@lru_cache(maxsize=1)
def _client_s_words() -> Words:
    return exist_in_words(Project.objects.filter(client_id=WHO, pk=column("project")))


@lru_cache(maxsize=256)
def _our_words(_today: date, roles: tuple[str, ...], *, all_projects: bool) -> Words:
    """Of one day: which agreements are in force stands in them."""
    seen = Project.objects.seen_by(Anybody(frozenset(roles)), all_projects=all_projects)
    return exist_in_words(seen.filter(pk=column("project")))


class ProjectQuerySet(models.QuerySet["Project"]):
    def visible_to(self, user: User) -> ProjectQuerySet:
        """Internal: by role, or by the team (own name or own department), of what is not kept from them before the confidentiality
        agreement is in force. Client: the own organisation's."""
        if not user.is_active:
            return self.none()
        if not user.is_internal:
            return self.filter(client_id=user.client_id)
        return self.seen_by(user, all_projects=sees_portfolio(user))

    def seen_by(self, user: Asks, *, all_projects: bool) -> ProjectQuerySet:
        """Somebody of ours. all_projects: not those alone on whose team they are, or for which they are named."""
        rows = self.filter(seen_of_projects(user))
        return rows if all_projects else rows.filter(on_team(user, "pk") | is_named_for(user, "rfp_id"))

    def with_kept(self) -> ProjectQuerySet:
        """`is_kept`: to named people, because no confidentiality agreement is in force."""
        return self.annotate(is_kept=~disclosed())

    def undisclosed(self) -> ProjectQuerySet:
        return self.filter(~disclosed())

    def active(self) -> ProjectQuerySet:
        return self.filter(status=ProjectStatus.ACTIVE)

    def running(self) -> ProjectQuerySet:
        return self.exclude(status__in=CLOSED_STATUSES)


@tracked
class Project(models.Model):
    """A project of one client for one compound. `phase` moves only through gates, `status` only through services."""

    code = models.CharField(_("project code"), max_length=20, unique=True)
    title = models.CharField(_("title"), max_length=200)
    rfp = models.OneToOneField("projects.Rfp", on_delete=models.PROTECT, related_name="project")
    client = models.ForeignKey("accounts.Client", on_delete=models.PROTECT, related_name="projects", verbose_name=_("client"))
    compound = models.ForeignKey("catalogue.Compound", on_delete=models.PROTECT, related_name="projects", verbose_name=_("compound"))
    site = models.ForeignKey(
        "catalogue.Site", on_delete=models.PROTECT, related_name="projects", verbose_name=_("site"), null=True, blank=True
    )
    phase = StateField(_("phase"), choices=Phase.choices, default=Phase.EVALUATION)
    status = StateField(_("status"), choices=ProjectStatus.choices, default=ProjectStatus.ACTIVE)
    status_reason = models.TextField(_("reason of the status"), blank=True)
    first_phase = models.CharField(_("first contracted phase"), max_length=16, choices=Phase.choices, default=Phase.EVALUATION)
    last_phase = models.CharField(_("last contracted phase"), max_length=16, choices=Phase.choices, default=Phase.COMMERCIAL)
    project_manager = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="managed_projects",
        verbose_name=_("project manager"),
        null=True,
        blank=True,
    )
    account_owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="owned_projects",
        verbose_name=_("account owner"),
        null=True,
        blank=True,
    )
    opened_at = models.DateTimeField(_("opened"))
    updated_at = models.DateTimeField(auto_now=True)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at", "-id"]
        indexes = [
            models.Index(fields=["-opened_at", "-id"]),
            models.Index(fields=["client", "-opened_at"]),
            models.Index(fields=["updated_at", "id"]),
            GinIndex(OpClass(Upper("code"), name="gin_trgm_ops"), name="project_code_trigrams"),
            GinIndex(OpClass(Upper("title"), name="gin_trgm_ops"), name="project_title_trigrams"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("project-detail", args=[self.code])

    @property
    def event_scope(self) -> tuple[int | None, int | None]:
        return self.client_id, self.pk

    @property
    def zone(self) -> tzinfo:
        """The clock of the project's site."""
        return ZoneInfo(self.site.time_zone) if self.site else timezone.get_current_timezone()

    def day_of(self, moment: datetime) -> date:
        """The calendar day of a moment at the project's site: a date on record is the same whoever acted, and from where."""
        return timezone.localdate(moment, self.zone)

    @property
    def today(self) -> date:
        """The day that it is at the project's site now: whoever asks, what has expired or is late is the same."""
        return self.day_of(timezone.now())

    @property
    def is_active(self) -> bool:
        return self.status == ProjectStatus.ACTIVE

    def in_scope(self, phase: str) -> bool:
        """Evaluation always is: it decides; the others as the charter contracts them."""
        position = PHASES.index(Phase(phase))
        first, last = PHASES.index(Phase(self.first_phase)), PHASES.index(Phase(self.last_phase))
        return position == 0 or first <= position <= last

    @transition(field=phase, source=Phase.EVALUATION, target=Phase.SMALL_SCALE)
    def enter_small_scale(self) -> None: ...

    @transition(field=phase, source=Phase.SMALL_SCALE, target=Phase.PILOT)
    def enter_pilot(self) -> None: ...

    @transition(field=phase, source=Phase.PILOT, target=Phase.VALIDATION)
    def enter_validation(self) -> None: ...

    @transition(field=phase, source=Phase.VALIDATION, target=Phase.COMMERCIAL)
    def enter_commercial(self) -> None: ...

    @transition(field=phase, source=list(PHASES[1:]), target=Phase.EVALUATION)
    def return_to_evaluation(self) -> None: ...

    @transition(field=phase, source=list(PHASES[2:]), target=Phase.SMALL_SCALE)
    def return_to_small_scale(self) -> None: ...

    @transition(field=phase, source=list(PHASES[3:]), target=Phase.PILOT)
    def return_to_pilot(self) -> None: ...

    @transition(field=phase, source=list(PHASES[4:]), target=Phase.VALIDATION)
    def return_to_validation(self) -> None: ...

    @transition(field=status, source=ProjectStatus.ACTIVE, target=ProjectStatus.ON_HOLD)
    def hold(self, reason: str) -> None:
        self.status_reason = reason

    @transition(field=status, source=ProjectStatus.ON_HOLD, target=ProjectStatus.ACTIVE)
    def resume(self, reason: str) -> None:
        self.status_reason = reason

    @transition(field=status, source=[ProjectStatus.ACTIVE, ProjectStatus.ON_HOLD], target=ProjectStatus.CANCELLED)
    def cancel(self, reason: str) -> None:
        self.status_reason = reason

    @transition(field=status, source=ProjectStatus.ACTIVE, target=ProjectStatus.COMPLETED)
    def complete(self, reason: str) -> None:
        self.status_reason = reason


class PhaseMove(AppendOnly):
    """One move of a project's phase. The database refuses a move of `phase` without its row in the same transaction."""

    class Kind(models.TextChoices):
        OPENED = "opened", _("Opened")
        GATE = "gate", _("Gate passed")
        OUT_OF_SCOPE = "out_of_scope", _("Not in scope")
        RETURN = "return", _("Returned")

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="moves")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    from_phase = models.CharField(max_length=16, choices=Phase.choices, blank=True)
    to_phase = models.CharField(max_length=16, choices=Phase.choices)
    review = models.ForeignKey("projects.GateReview", on_delete=models.PROTECT, null=True, related_name="moves")
    signature = models.ForeignKey("audit.Signature", on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.TextField(blank=True)
    cost_effect = models.TextField(blank=True)
    renew_criteria = models.JSONField(default=list)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    moved_at = models.DateTimeField()
    transaction_id = models.BigIntegerField(db_default=CurrentTransaction(), editable=False)

    class Meta(AppendOnly.Meta):
        ordering = ["moved_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["review"], condition=Q(kind="gate"), name="phase_move_review_once"),
            models.CheckConstraint(name="phase_move_gate_has_review", condition=~Q(kind="gate") | Q(review__isnull=False)),
            models.CheckConstraint(
                name="phase_move_out_of_scope_is_signed", condition=~Q(kind="out_of_scope") | Q(signature__isnull=False)
            ),
            models.CheckConstraint(name="phase_move_return_has_reason", condition=~Q(kind="return") | ~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.project_id}: {self.from_phase} → {self.to_phase}"


class StatusChange(AppendOnly):
    """Hold, resume, cancel, complete: each with its reason.

    The database refuses a move of `status` without its row in the same transaction.
    """

    class CancelClass(models.TextChoices):
        NONE = "", "–"
        DECLINED = "declined", _("Declined by us")
        LOST = "lost", _("Lost")
        STOPPED = "stopped", _("Stopped")

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="status_changes")
    from_status = models.CharField(max_length=16, choices=ProjectStatus.choices)
    to_status = models.CharField(max_length=16, choices=ProjectStatus.choices)
    cancel_class = models.CharField(max_length=16, choices=CancelClass.choices, blank=True)
    reason = models.TextField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()
    transaction_id = models.BigIntegerField(db_default=CurrentTransaction(), editable=False)

    class Meta(AppendOnly.Meta):
        ordering = ["changed_at", "id"]

    def __str__(self) -> str:
        return f"{self.project_id}: {self.from_status} → {self.to_status}"


@tracked
class TeamMember(models.Model):
    """A department on the project, and the person it named. Membership opens the project to them."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="team")
    department = models.ForeignKey("accounts.Department", on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="team_memberships", null=True, blank=True)

    class Meta:
        ordering = ["department_id"]
        constraints = [models.UniqueConstraint(fields=["project", "department"], name="team_department_once")]

    def __str__(self) -> str:
        return f"{self.department}: {self.user or '–'}"


def on_team(user: Asks, project_key: str) -> Compiled:
    """By their own name, or as one of their department."""
    return Compiled(_team_words(tuple(sorted(user.signing_roles))), {"project": project_key}, user.pk)


@lru_cache(maxsize=64)
def _team_words(roles: tuple[str, ...]) -> Words:
    rows = TeamMember.objects.filter(Q(user=WHO) | Q(department__key__in=roles), project=column("project"))
    return exist_in_words(rows)


@tracked
class Charter(models.Model):
    """What was agreed to do: objectives, scope, plan. Issued when its document is signed."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        ISSUED = "issued", _("Issued")

    class PlanFrom(models.TextChoices):
        START = "start", _("From the start")
        FILING = "filing", _("Back from the filing date")

    project = models.OneToOneField(Project, on_delete=models.PROTECT, related_name="charter")
    state = StateField(_("state"), choices=State.choices, default=State.DRAFT)
    objectives = models.TextField(_("objectives"), max_length=8000)
    background = models.TextField(_("background"), max_length=8000, blank=True)
    scope_in = models.TextField(_("in scope"), max_length=8000, blank=True)
    scope_out = models.TextField(_("out of scope"), max_length=8000, blank=True)
    assumptions = models.TextField(_("assumptions"), max_length=8000, blank=True)
    risks = models.TextField(_("top risks"), max_length=8000, blank=True)
    governance = models.TextField(_("governance"), max_length=4000, blank=True)
    acceptance = models.TextField(_("acceptance criteria"), max_length=8000, blank=True)
    communication = models.TextField(_("communication plan"), max_length=4000, blank=True)
    dependencies = models.TextField(_("dependencies"), max_length=8000, blank=True)
    constraints = models.TextField(_("constraints"), max_length=4000, blank=True)
    escalation = models.TextField(_("escalation"), max_length=4000, blank=True)
    plan_from = models.CharField(_("plan"), max_length=8, choices=PlanFrom.choices, default=PlanFrom.START)
    start_on = models.DateField(_("planned start"))
    filing_on = models.DateField(_("filing date"), null=True, blank=True)
    pilot_batches = models.PositiveSmallIntegerField(_("pilot batches"), default=2, validators=[MinValueValidator(1)])
    validation_batches = models.PositiveSmallIntegerField(_("consecutive validation batches"), default=3, validators=[MinValueValidator(1)])
    batches_reason = models.TextField(_("why other than two and three batches"), max_length=2000, blank=True)
    left_out = models.JSONField(default=list, editable=False)  # keys of the template's milestones that somebody removed
    responsibilities = models.JSONField(
        default=dict, editable=False
    )  # letters by function, by deliverable, other than usual (projects/raci.py)
    default_plan = models.ForeignKey(
        "projects.DefaultPlan", on_delete=models.PROTECT, related_name="charters", null=True, editable=False
    )  # the version that the plan was made from, for good; none: the declarations of the release
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField(auto_now_add=True)
    issued_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"Charter of {self.project_id}"

    @transition(field=state, source=State.DRAFT, target=State.ISSUED)
    def issue(self, issued_at: datetime) -> None:
        self.issued_at = issued_at
