from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Client
from projects.models import Project
from projects.models.states import Phase, ProjectStatus

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.requests import SignedInRequest


def clients_of(request: SignedInRequest | None) -> QuerySet[Client]:
    return Client.objects.visible_to(request.user) if request else Client.objects.none()


class ProjectFilter(django_filters.FilterSet):
    """Filters of the project list; they live in the address."""

    q = django_filters.CharFilter(label=_("Code or compound"), method="by_words", max_length=200)
    client = django_filters.ModelChoiceFilter(label=_("Client"), queryset=clients_of, empty_label=_("Any"))
    phase = django_filters.ChoiceFilter(label=_("Phase"), choices=Phase.choices, empty_label=_("Any"))
    status = django_filters.ChoiceFilter(label=_("Status"), choices=ProjectStatus.choices, empty_label=_("Any"))

    class Meta:
        model = Project
        fields: ClassVar[list[str]] = ["q", "client", "phase", "status"]

    def by_words(self, rows: QuerySet[Project], name: str, value: Any) -> QuerySet[Project]:
        words = value.strip()
        return rows.filter(Q(code__icontains=words) | Q(title__icontains=words) | Q(compound__cas_number=words))
