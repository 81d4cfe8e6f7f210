"""People and their roles. The clients they come from are in `accounts.clients`, the tokens of clients' systems in `accounts.tokens`."""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast, JSONObject, Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.clients import Client as Client
from accounts.clients import Contact as Contact
from accounts.clients import languages, validate_time_zone
from accounts.prepared import Prepared
from accounts.tokens import AnsweredRequest as AnsweredRequest
from accounts.tokens import IntegrationToken as IntegrationToken
from audit.history import tracked

if TYPE_CHECKING:
    from datetime import date

    from audit.refusals import Words


class Role(models.TextChoices):
    BUSINESS_DEVELOPMENT = "business_development", _("Business development")
    PROJECT_MANAGER = "project_manager", _("Project manager")
    RESEARCH = "research", _("Research")
    ANALYTICAL = "analytical", _("Analytical")
    MATERIAL_CONTROL = "material_control", _("Material control")
    PRODUCTION = "production", _("Production")
    EHS = "ehs", _("EHS")
    REGULATORY = "regulatory", _("Regulatory")
    QUALITY_ASSURANCE = "quality_assurance", _("Quality assurance")
    MANAGEMENT = "management", _("Management")
    ADMINISTRATOR = "administrator", _("Administrator")
    CLIENT_VIEWER = "client_viewer", _("Client viewer")
    CLIENT_APPROVER = "client_approver", _("Client approver")
    INTEGRATION = "integration", _("Integration account")


DEPARTMENT_ROLES = frozenset({Role.RESEARCH, Role.ANALYTICAL, Role.MATERIAL_CONTROL, Role.PRODUCTION, Role.EHS, Role.REGULATORY})
CLIENT_ROLES = frozenset({Role.CLIENT_VIEWER, Role.CLIENT_APPROVER})
INTERNAL_ROLES = frozenset(Role) - CLIENT_ROLES - {Role.INTEGRATION}

DEPARTMENT_NAMES: dict[str, Words] = {
    "research": _("Research and development"),
    "analytical": _("Analytical"),
    "material_control": _("Material control"),
    "production": _("Production"),
    "ehs": _("Environment, health and safety"),
    "regulatory": _("Regulatory affairs"),
    "quality_assurance": _("Quality assurance"),
    "business_development": _("Business development"),
    "project_management": _("Project management"),
    "management": _("Management"),
}


class Department(models.Model):
    """A department; its key is also the role of the people who work in it, where there is one."""

    key = models.SlugField(_("key"), max_length=32, unique=True)
    name = models.CharField(_("name"), max_length=100)

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering = ["name"]

    def __str__(self) -> str:
        return str(DEPARTMENT_NAMES.get(self.key, self.name))


class UserQuerySet(models.QuerySet["User"]):
    def visible_to(self, user: User) -> UserQuerySet:
        """Internal people see everybody; a client's people see those of their own organisation."""
        if not user.is_active:
            return self.none()
        return self if user.is_internal else self.filter(client_id=user.client_id)

    def kept_by(self, user: User) -> UserQuerySet:
        """Accounts of systems that this person may keep: of clients whose names it may read, an administrator all."""
        rows = self.visible_to(user).filter(kind=User.Kind.INTEGRATION)
        if not user.is_internal or user.has_role(Role.ADMINISTRATOR):
            return rows
        return rows.filter(client__in=Client.objects.visible_to(user))

    def active(self) -> UserQuerySet:
        return self.filter(is_active=True)

    def internal(self) -> UserQuerySet:
        return self.filter(kind=User.Kind.INTERNAL)

    def holding(self, *roles: str) -> UserQuerySet:
        """People to whom one of the roles is granted now."""
        return self.filter(Exists(RoleGrant.objects.filter(user=OuterRef("pk"), role__in=roles, ended_at=None)))


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Write the row only. `accounts.services.create_user` is what pages and commands call: it checks, grants and records."""
        user: User = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class Standing(NamedTuple):
    """Of one of ours: the roles granted now, those that others handed over for today, whether there is an authenticator app."""

    roles: list[str]
    handed: list[dict[str, Any]]
    has_second_factor: bool


@tracked
class User(AbstractBaseUser, PermissionsMixin):  # type: ignore[django-manager-missing]
    """A person of ours, a person of a client, or a client's integration account. Never deleted: deactivated."""

    class Kind(models.TextChoices):
        INTERNAL = "internal", _("Internal")
        CLIENT = "client", _("Client")
        INTEGRATION = "integration", _("Integration account")

    email = models.EmailField(_("e-mail"), unique=True)
    full_name = models.CharField(_("name"), max_length=200)
    function = models.CharField(_("function"), max_length=200, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.INTERNAL)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="users", null=True, blank=True, verbose_name=_("client"))
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, related_name="users", null=True, blank=True, verbose_name=_("department")
    )
    owner = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="integration_accounts", null=True, blank=True, verbose_name=_("owner")
    )
    language = models.CharField(_("language"), max_length=8, choices=languages, default="en")
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[validate_time_zone])
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("staff"), default=False)
    date_joined = models.DateTimeField(_("since"), default=timezone.now)

    is_reader = False  # set on the person of a request, of whom roles, delegations and second factor are read in one query

    objects = UserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["full_name", "id"]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_once"),
            models.CheckConstraint(
                name="user_client_by_kind",
                condition=Q(kind="internal", client__isnull=True) | (Q(kind__in=["client", "integration"]) & Q(client__isnull=False)),
            ),
            models.CheckConstraint(name="user_integration_has_owner", condition=~Q(kind="integration") | Q(owner__isnull=False)),
            models.CheckConstraint(name="user_outside_is_no_staff", condition=Q(kind="internal") | Q(is_staff=False, is_superuser=False)),
        ]

    def __str__(self) -> str:
        return self.full_name or self.email

    @property
    def is_internal(self) -> bool:
        return self.kind == self.Kind.INTERNAL

    @property
    def is_client(self) -> bool:
        return self.kind == self.Kind.CLIENT

    @classmethod
    def of_client(cls, client_id: int) -> User:
        """Stands for anybody of a client: what they see does not differ from person to person."""
        return cls(kind=cls.Kind.CLIENT, client_id=client_id, is_active=True)

    @cached_property
    def roles(self) -> frozenset[str]:
        """The roles that are granted now; one query, then remembered on this instance."""
        if self.kind == self.Kind.INTEGRATION:
            return frozenset({Role.INTEGRATION.value})
        if self.is_reader and self.is_internal:
            return frozenset(self._standing.roles)
        return frozenset(self.grants.filter(ended_at=None).values_list("role", flat=True))

    @property
    def role_labels(self) -> list[str]:
        return [str(Role(role).label) for role in sorted(self.roles)]

    def has_role(self, role: str) -> bool:
        return role in self.roles

    @cached_property
    def stands_in_for(self) -> dict[str, User]:
        """Role → the person who handed its signing to this one for today; only a role that the person still holds."""
        if not (self.is_active and self.is_internal):
            return {}
        rows = self._standing.handed if self.is_reader else Delegation.objects.givers(timezone.localdate()).filter(receiver=self)
        columns = ["id", "full_name"]  # whatever else is asked of a giver is fetched then
        return {row["role"]: User.from_db(self._state.db, columns, [row[name] for name in columns]) for row in rows}

    @property
    def signing_roles(self) -> frozenset[str]:
        """Own roles, and those that others handed over."""
        return self.roles | self.stands_in_for.keys()

    @cached_property
    def has_second_factor(self) -> bool:
        """Whether an authenticator app belongs to the account, so that signing in and signing ask for its code."""
        if self.is_reader and self.is_internal:
            return self._standing.has_second_factor
        return self.authenticator_set.filter(type="totp").exists()  # type: ignore[attr-defined]

    @cached_property
    def _standing(self) -> Standing:
        """In one query, because nearly every page asks all of it. Not of a client's people: their rows alone are in their reach."""
        ((roles, handed, has_second_factor),) = STANDING.ask(person=self.pk, today=timezone.localdate())
        return Standing(roles, [json.loads(each) for each in handed], has_second_factor)


class RoleGrantQuerySet(models.QuerySet["RoleGrant"]):
    def in_force(self) -> RoleGrantQuerySet:
        """Granted now, to people whose account is active."""
        return self.filter(ended_at=None, user__is_active=True)


@tracked
class RoleGrant(models.Model):
    """A role given to a person: by whom, when, why, and when it ended."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="grants", verbose_name=_("person"))
    role = models.CharField(_("role"), max_length=32, choices=Role.choices)
    granted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("granted by"))
    granted_at = models.DateTimeField(_("granted at"), default=timezone.now)
    reason = models.TextField(_("reason"), blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("ended by"))
    end_reason = models.TextField(_("reason of the end"), blank=True)

    objects = RoleGrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("granted role")
        verbose_name_plural = _("granted roles")
        ordering = ["user_id", "role", "granted_at"]
        constraints = [models.UniqueConstraint(fields=["user", "role"], condition=Q(ended_at=None), name="role_grant_once")]

    def __str__(self) -> str:
        return self.get_role_display()


GIVER = JSONObject(role="role", id="giver_id", full_name="giver__full_name")


class DelegationQuerySet(models.QuerySet["Delegation"]):
    def visible_to(self, user: User) -> DelegationQuerySet:
        """The two people concerned; an administrator sees all."""
        if not (user.is_active and user.is_internal):
            return self.none()
        return self if user.has_role(Role.ADMINISTRATOR) else self.filter(Q(giver=user) | Q(receiver=user))

    def for_day(self, on: date | RawSQL) -> DelegationQuerySet:
        return self.filter(starts_on__lte=on, ends_on__gte=on, ended_at=None)

    def in_force(self, on: date | RawSQL) -> DelegationQuerySet:
        """Handed over for that day by a person who is active and holds the role."""
        held = RoleGrant.objects.filter(user=OuterRef("giver"), role=OuterRef("role"), ended_at=None)
        return self.for_day(on).filter(Exists(held), giver__is_active=True)

    def givers(self, on: date | RawSQL) -> models.QuerySet[Delegation, dict[str, Any]]:
        """Of what is in force that day: role, and id and name of who handed it over."""
        return self.in_force(on).values_list(GIVER, flat=True)


@tracked
class Delegation(models.Model):
    """The signing of one role, handed from one of ours to another for some days. What is handed over cannot be handed on."""

    giver = models.ForeignKey(User, on_delete=models.PROTECT, related_name="delegations_given", verbose_name=_("for"))
    receiver = models.ForeignKey(User, on_delete=models.PROTECT, related_name="delegations_received", verbose_name=_("to"))
    role = models.CharField(_("role"), max_length=32, choices=Role.choices)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to and including"))
    reason = models.TextField(_("reason"), max_length=1000)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    objects = DelegationQuerySet.as_manager()

    class Meta:
        verbose_name = _("delegation")
        verbose_name_plural = _("delegations")
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.CheckConstraint(name="delegation_to_another", condition=~Q(giver=F("receiver"))),
            models.CheckConstraint(name="delegation_dates_in_order", condition=Q(ends_on__gte=F("starts_on"))),
            models.CheckConstraint(name="delegation_has_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.giver} → {self.receiver}"

    @property
    def event_scope(self) -> tuple[int | None, int | None]:
        return None, None

    def is_over(self, on: date) -> bool:
        return self.ended_at is not None or self.ends_on < on


def _standing_of(person: int, today: int) -> models.QuerySet[Any]:
    grants = RoleGrant.objects.filter(user=OuterRef("pk"), ended_at=None).order_by().values("role")
    on = RawSQL("%s", (today,), models.DateField())
    handed = Delegation.objects.in_force(on).filter(receiver=OuterRef("pk")).values(given=Cast(GIVER, models.TextField()))
    factor = User.objects.filter(pk=OuterRef("pk"), authenticator__type="totp")
    return User.objects.filter(pk=person).values_list(ArraySubquery(grants), ArraySubquery(handed), Exists(factor))


STANDING = Prepared(_standing_of, "person", "today")
