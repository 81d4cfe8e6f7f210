"""Filters of lists; they live in the address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import django_filters
from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Client, User
from projects.models import Rfp
from projects.models.rfp_choices import Channel

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.requests import SignedInRequest


def clients_of(request: SignedInRequest | None) -> QuerySet[Client]:
    return Client.objects.visible_to(request.user) if request else Client.objects.none()


def owners(request: SignedInRequest | None) -> QuerySet[User]:
    return User.objects.internal().filter(owned_rfps__isnull=False).distinct() if request else User.objects.none()


def day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class RfpFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Number, compound, CAS or text"), method="by_words", max_length=200)
    state = django_filters.ChoiceFilter(label=_("State"), choices=Rfp.State.choices, empty_label=_("Any"))
    client = django_filters.ModelChoiceFilter(label=_("Client"), queryset=clients_of, empty_label=_("Any"))
    channel = django_filters.ChoiceFilter(label=_("Channel"), choices=Channel.choices, empty_label=_("Any"))
    owner = django_filters.ModelChoiceFilter(label=_("Owner"), field_name="account_owner", queryset=owners, empty_label=_("Any"))
    received_from = django_filters.DateFilter(label=_("Received from"), field_name="received_at", lookup_expr="date__gte", widget=day())
    received_to = django_filters.DateFilter(label=_("Received until"), field_name="received_at", lookup_expr="date__lte", widget=day())

    class Meta:
        model = Rfp
        fields: ClassVar[list[str]] = ["q", "state", "client", "channel", "owner", "received_from", "received_to"]

    def by_words(self, rows: QuerySet[Rfp], name: str, value: Any) -> QuerySet[Rfp]:
        words = value.strip()
        text = Q(compound_name__icontains=words) | Q(wanted__icontains=words) | Q(downstream_drug__icontains=words)
        return rows.filter(text | Q(number__icontains=words) | Q(cas_number=words) | Q(inchikey__iexact=words))
