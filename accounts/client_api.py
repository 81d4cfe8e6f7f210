"""API routes of clients and their contacts, for internal callers; to a client they do not exist."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import services
from accounts.api_writes import ONLY_KEY, Tagged, checked, once
from accounts.models import Client, Contact, languages
from accounts.requests import ApiRequest
from accounts.telephones import is_dialled

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet

    from accounts.clients import ClientQuerySet

ANOTHER = "Somebody has looked at what is called alike, and it is another one."


class ClientSerializer(serializers.ModelSerializer[Client]):
    """An organisation that we work for. `region`: of the country, as the holidays library names it; its holidays count too."""

    region = serializers.CharField(source="subdivision")

    class Meta:
        model = Client
        fields = ["code", "name", "country", "region", "time_zone", "language", "address", "sees_names"]


class NewClientSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=200)
    code = serializers.CharField(max_length=16, required=False, allow_blank=True, help_text="Made of the name where it is missing.")
    country = serializers.CharField(max_length=2, required=False, allow_blank=True)
    time_zone = serializers.CharField(max_length=64, required=False)
    language = serializers.ChoiceField(choices=languages(), required=False)
    address = serializers.CharField(max_length=1000, required=False, allow_blank=True)
    is_another = serializers.BooleanField(required=False, default=False, help_text=ANOTHER)


class ClientChangeSerializer(serializers.Serializer[Any]):
    """Fields that are left out stay as they are."""

    name = serializers.CharField(max_length=200, required=False)
    country = serializers.CharField(max_length=2, required=False, allow_blank=True)
    time_zone = serializers.CharField(max_length=64, required=False)
    language = serializers.ChoiceField(choices=languages(), required=False)
    address = serializers.CharField(max_length=1000, required=False, allow_blank=True)
    is_another = serializers.BooleanField(required=False, default=False, help_text=ANOTHER)
    reason = serializers.CharField(max_length=1000)


class ContactSerializer(serializers.ModelSerializer[Contact]):
    """A person at a client whom we talk to. `left_on`: since then no new request can name this contact."""

    client = serializers.CharField(source="client.code")

    class Meta:
        model = Contact
        fields = ["id", "client", "name", "position", "email", "phone", "left_on", "left_reason"]


class NewContactSerializer(serializers.Serializer[Any]):
    """E-mail or telephone is needed."""

    name = serializers.CharField(max_length=200)
    position = serializers.CharField(max_length=200, required=False, allow_blank=True)
    email = serializers.EmailField(required=False, allow_blank=True)
    phone = serializers.CharField(max_length=50, required=False, allow_blank=True, validators=[is_dialled])
    is_another = serializers.BooleanField(required=False, default=False, help_text=ANOTHER)


class ContactChangeSerializer(NewContactSerializer):
    """Fields that are left out stay as they are."""

    name = serializers.CharField(max_length=200, required=False)
    phone = serializers.CharField(max_length=50, required=False, allow_blank=True)  # one that stays is not judged again: the service's


class LeftSerializer(serializers.Serializer[Any]):
    on = serializers.DateField()
    reason = serializers.CharField(max_length=1000)


class ReturnedSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=1000)


class ClientFilter(filters.FilterSet):
    q = filters.CharFilter(method="by_words", max_length=200, help_text="Part of the name, of the code, or of a contact's name or e-mail.")
    country = filters.CharFilter(max_length=2)

    def by_words(self, rows: ClientQuerySet, name: str, value: str) -> ClientQuerySet:
        return rows.matching(value)


def clients_for(request: ApiRequest) -> QuerySet[Client]:
    """For an internal caller; anybody else gets what a missing one gives."""
    if not request.user.is_internal:
        raise Http404
    return Client.objects.visible_to(request.user)


class ClientList(generics.ListAPIView[Client]):
    """Every client, the newest first; POST enters one."""

    serializer_class = ClientSerializer
    filterset_class = ClientFilter
    queryset = Client.objects.none()
    request: ApiRequest

    def get_queryset(self) -> QuerySet[Client]:
        return clients_for(self.request)

    @extend_schema(request=NewClientSerializer, responses={201: ClientSerializer}, extensions=ONLY_KEY)
    def post(self, request: ApiRequest) -> Response:
        clients_for(request)
        values = checked(NewClientSerializer, request)

        def enter() -> Response:
            return Response(ClientSerializer(services.create_client(**values, actor=request.user)).data, status=status.HTTP_201_CREATED)

        return once(request, enter)


class ClientDetail(Tagged, APIView):
    """One client; PATCH (with If-Match) corrects it, with a reason."""

    @extend_schema(operation_id="client", responses=ClientSerializer)
    def get(self, request: ApiRequest, client_code: str) -> Response:
        return Response(self._data(request, client_code))

    @extend_schema(operation_id="client_change", request=ClientChangeSerializer, responses=ClientSerializer)
    def patch(self, request: ApiRequest, client_code: str) -> Response:
        self._data(request, client_code)
        values = checked(ClientChangeSerializer, request)
        reason, is_another = values.pop("reason"), values.pop("is_another")

        def change() -> Response:
            services.change_client(client_code, changes=values, reason=reason, is_another=is_another, actor=request.user)
            return Response(self._data(request, client_code))

        return once(request, change, representation=lambda: self._data(request, client_code, lock=True), must_match=True)

    def _data(self, request: ApiRequest, client_code: str, *, lock: bool = False) -> dict[str, Any]:
        rows = clients_for(request)
        return dict(ClientSerializer(get_object_or_404(rows.select_for_update() if lock else rows, code=client_code)).data)


class ContactList(APIView):
    """The contacts of a client, those who left too; POST enters one."""

    @extend_schema(operation_id="contacts", responses=ContactSerializer(many=True))
    def get(self, request: ApiRequest, client_code: str) -> Response:
        client = get_object_or_404(clients_for(request), code=client_code)
        return Response(ContactSerializer(client.contacts.select_related("client"), many=True).data)

    @extend_schema(operation_id="contact_add", request=NewContactSerializer, responses={201: ContactSerializer}, extensions=ONLY_KEY)
    def post(self, request: ApiRequest, client_code: str) -> Response:
        client = get_object_or_404(clients_for(request), code=client_code)
        values = checked(NewContactSerializer, request)

        def enter() -> Response:
            contact = services.create_contact(client.pk, **values, actor=request.user)
            return Response(ContactSerializer(contact).data, status=status.HTTP_201_CREATED)

        return once(request, enter)


class ContactAct(APIView):
    """An act on one contact."""

    def data(self, request: ApiRequest, client_code: str, pk: int, *, lock: bool = False) -> dict[str, Any]:
        clients_for(request)
        rows = Contact.objects.visible_to(request.user).select_related("client")
        rows = rows.select_for_update(of=("self",)) if lock else rows
        return dict(ContactSerializer(get_object_or_404(rows, client__code=client_code, pk=pk)).data)

    def run(self, request: ApiRequest, client_code: str, pk: int, act: Callable[[], object], *, must_match: bool = False) -> Response:
        def answered() -> Response:
            act()
            return Response(self.data(request, client_code, pk))

        return once(request, answered, representation=lambda: self.data(request, client_code, pk, lock=True), must_match=must_match)


class ContactDetail(Tagged, ContactAct):
    """One contact; PATCH (with If-Match) corrects it."""

    @extend_schema(operation_id="contact", responses=ContactSerializer)
    def get(self, request: ApiRequest, client_code: str, pk: int) -> Response:
        return Response(self.data(request, client_code, pk))

    @extend_schema(operation_id="contact_change", request=ContactChangeSerializer, responses=ContactSerializer)
    def patch(self, request: ApiRequest, client_code: str, pk: int) -> Response:
        self.data(request, client_code, pk)
        values = checked(ContactChangeSerializer, request)
        is_another = values.pop("is_another")

        def change() -> None:
            services.change_contact(client_code, pk, changes=values, is_another=is_another, actor=request.user)

        return self.run(request, client_code, pk, change, must_match=True)


class ContactLeaving(ContactAct):
    """The contact works there no more."""

    @extend_schema(operation_id="contact_left", request=LeftSerializer, responses=ContactSerializer)
    def post(self, request: ApiRequest, client_code: str, pk: int) -> Response:
        self.data(request, client_code, pk)
        values = checked(LeftSerializer, request)
        return self.run(request, client_code, pk, lambda: services.contact_left(client_code, pk, actor=request.user, **values))


class ContactReturn(ContactAct):
    """The contact works there again."""

    @extend_schema(operation_id="contact_returned", request=ReturnedSerializer, responses=ContactSerializer)
    def post(self, request: ApiRequest, client_code: str, pk: int) -> Response:
        self.data(request, client_code, pk)
        values = checked(ReturnedSerializer, request)
        return self.run(request, client_code, pk, lambda: services.contact_returned(client_code, pk, actor=request.user, **values))
