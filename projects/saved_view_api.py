"""API routes of saved views: questions to lists, kept under a name by people of ours; to a client they do not exist."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_writes import ONLY_KEY, Tagged, checked, once
from accounts.requests import ApiRequest
from projects.models import SavedView
from projects.services import saved_views as services

if TYPE_CHECKING:
    from collections.abc import Callable


class SavedViewSerializer(serializers.ModelSerializer[SavedView]):
    """The filters and the order of a list, as its address has them, and what the caller made of it."""

    owner = serializers.CharField(source="owner.full_name")
    is_default = serializers.BooleanField(help_text="The caller's page opens with it.")
    is_tile = serializers.BooleanField(help_text="Its count stands on the caller's first page.")

    class Meta:
        model = SavedView
        fields = ["id", "page", "name", "query", "shared", "owner", "is_default", "is_tile", "saved_at"]


class ViewChangeSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=60)
    shared = serializers.BooleanField(required=False, default=False)


class NewViewSerializer(ViewChangeSerializer):
    page = serializers.ChoiceField(choices=SavedView.Page.choices)
    query = serializers.CharField(max_length=2000)


class UseSerializer(serializers.Serializer[Any]):
    on = serializers.BooleanField()


def _rows(request: ApiRequest) -> Any:
    if not request.user.is_internal:
        raise Http404
    return SavedView.objects.visible_to(request.user).as_used_by(request.user).select_related("owner")


def view_data(request: ApiRequest, pk: int) -> dict[str, Any]:
    return dict(SavedViewSerializer(get_object_or_404(_rows(request), pk=pk)).data)


class ViewList(APIView):
    """One's own views and those that others share, by name; POST keeps a question of a list under a name."""

    @extend_schema(operation_id="views", responses=SavedViewSerializer(many=True))
    def get(self, request: ApiRequest) -> Response:
        return Response(SavedViewSerializer(_rows(request), many=True).data)

    @extend_schema(operation_id="view_save", request=NewViewSerializer, responses={201: SavedViewSerializer}, extensions=ONLY_KEY)
    def post(self, request: ApiRequest) -> Response:
        _rows(request)
        values = checked(NewViewSerializer, request)

        def save() -> Response:
            view = services.save_view(values.pop("page"), actor=request.user, **values)
            return Response(view_data(request, view.pk), status=status.HTTP_201_CREATED)

        return once(request, save)


class ViewAct(APIView):
    """An act on one view; what the caller may not see is missing."""

    def run(self, request: ApiRequest, pk: int, act: Callable[[], object], *, must_match: bool = False, gone: bool = False) -> Response:
        def representation() -> dict[str, Any]:
            get_object_or_404(SavedView.objects.select_for_update(of=("self",)), pk=pk)
            return view_data(request, pk)

        def answer() -> Response:
            act()
            return Response(status=status.HTTP_204_NO_CONTENT) if gone else Response(view_data(request, pk))

        return once(request, answer, representation=representation, must_match=must_match)


class ViewDetail(Tagged, ViewAct):
    """One view; its owner changes its name and who sees it (PUT, with If-Match) or deletes it."""

    @extend_schema(operation_id="view", responses=SavedViewSerializer)
    def get(self, request: ApiRequest, pk: int) -> Response:
        return Response(view_data(request, pk))

    @extend_schema(operation_id="view_change", request=ViewChangeSerializer, responses=SavedViewSerializer)
    def put(self, request: ApiRequest, pk: int) -> Response:
        view_data(request, pk)
        values = checked(ViewChangeSerializer, request)
        return self.run(request, pk, lambda: services.change_view(pk, actor=request.user, **values), must_match=True)

    @extend_schema(operation_id="view_delete", responses={204: None})
    def delete(self, request: ApiRequest, pk: int) -> Response:
        view_data(request, pk)
        return self.run(request, pk, lambda: services.delete_view(pk, actor=request.user), gone=True)


class ViewDefault(ViewAct):
    """The caller's page opens with this view, or with everything again."""

    @extend_schema(operation_id="view_default", request=UseSerializer, responses=SavedViewSerializer)
    def post(self, request: ApiRequest, pk: int) -> Response:
        view_data(request, pk)
        values = checked(UseSerializer, request)
        return self.run(request, pk, lambda: services.open_with_view(pk, actor=request.user, **values))


class ViewTile(ViewAct):
    """Its count stands on the caller's first page, or no longer does."""

    @extend_schema(operation_id="view_tile", request=UseSerializer, responses=SavedViewSerializer)
    def post(self, request: ApiRequest, pk: int) -> Response:
        view_data(request, pk)
        values = checked(UseSerializer, request)
        return self.run(request, pk, lambda: services.show_as_tile(pk, actor=request.user, **values))
