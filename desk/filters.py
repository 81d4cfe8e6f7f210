from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import django_filters
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.countries import country_name
from accounts.models import Client, User
from catalogue.models import Site
from projects.models import Lateness, Project
from projects.models.states import Phase, ProjectStatus

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.clients import ClientQuerySet
    from accounts.requests import SignedInRequest


def clients_of(request: SignedInRequest | None) -> QuerySet[Client]:
    return Client.objects.visible_to(request.user) if request else Client.objects.none()


def sites_of(request: SignedInRequest | None) -> QuerySet[Site]:
    return Site.objects.all() if request and request.user.is_internal else Site.objects.none()


def managers_of(request: SignedInRequest | None) -> QuerySet[User]:
    if request is None:
        return User.objects.none()
    managed = Project.objects.visible_to(request.user).filter(project_manager=OuterRef("pk"))
    return User.objects.internal().filter(Exists(managed))


def countries() -> list[tuple[str, str]]:
    used = Client.objects.exclude(country="").order_by("country").values_list("country", flat=True).distinct()
    return [(code, country_name(code)) for code in used]


class ProjectFilter(django_filters.FilterSet):
    """Filters of the project list; they live in the address."""

    q = django_filters.CharFilter(label=_("Code or compound"), method="by_words", max_length=200)
    client = django_filters.ModelChoiceFilter(label=_("Client"), queryset=clients_of, empty_label=_("Any"))
    site = django_filters.ModelChoiceFilter(label=_("Site"), queryset=sites_of, empty_label=_("Any"))
    manager = django_filters.ModelChoiceFilter(
        label=_("Project manager"), field_name="project_manager", queryset=managers_of, empty_label=_("Anybody")
    )
    phase = django_filters.ChoiceFilter(label=_("Phase"), choices=Phase.choices, empty_label=_("Any"))
    status = django_filters.ChoiceFilter(label=_("Status"), choices=ProjectStatus.choices, empty_label=_("Any"))
    dates = django_filters.ChoiceFilter(label=_("Dates"), field_name="standing__lateness", choices=Lateness.choices, empty_label=_("Any"))

    class Meta:
        model = Project
        fields: ClassVar[list[str]] = ["q", "client", "site", "manager", "phase", "status", "dates"]

    def by_words(self, rows: QuerySet[Project], name: str, value: Any) -> QuerySet[Project]:
        words = value.strip()
        return rows.filter(Q(code__icontains=words) | Q(title__icontains=words) | Q(compound__cas_number=words))


class PortfolioFilter(ProjectFilter):
    """The running projects, unless a status asks for others."""

    status = django_filters.ChoiceFilter(label=_("Status"), choices=ProjectStatus.choices, empty_label=_("Running"))

    def filter_queryset(self, queryset: QuerySet[Project]) -> QuerySet[Project]:
        rows = queryset if self.form.cleaned_data.get("status") else queryset.running()  # type: ignore[attr-defined]
        return super().filter_queryset(rows)


class Working(models.TextChoices):
    """What of a client is in hand."""

    OPEN_RFPS = "open_rfps", _("Open requests")
    RUNNING = "running", _("Running projects")
    NOTHING = "nothing", _("Nothing in hand")


class ClientFilter(django_filters.FilterSet):
    """Filters of the list of clients; they live in the address. The rows carry the counts of `desk.clients`."""

    q = django_filters.CharFilter(label=_("Name, code, contact or e-mail"), method="by_words", max_length=200)
    country = django_filters.ChoiceFilter(label=_("Country"), choices=countries, empty_label=_("Any"))
    work = django_filters.ChoiceFilter(label=_("In hand"), choices=Working.choices, method="by_work", empty_label=_("Any"))

    class Meta:
        model = Client
        fields: ClassVar[list[str]] = ["q", "country", "work"]

    def by_words(self, rows: ClientQuerySet, name: str, value: str) -> ClientQuerySet:
        return rows.matching(value)

    def by_work(self, rows: QuerySet[Client], name: str, value: str) -> QuerySet[Client]:
        if value == Working.NOTHING:
            return rows.filter(**dict.fromkeys(("open_rfps", "running"), 0))
        return rows.filter(**{f"{value}__gt": 0})
