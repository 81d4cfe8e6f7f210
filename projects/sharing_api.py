"""API routes of sharing: what the client sees of a project, one act for many items or one, and the log of what was visible when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_writes import Tagged, checked, once
from accounts.requests import ApiRequest
from projects.api import internal_project
from projects.approvals import ApprovalState, standings_of
from projects.models import Project, Visibility
from projects.plan_api import hold
from projects.services.sharing import set_visibility, share_items
from projects.shareable import find_shareable, items_of
from projects.visibility_log import Spell, shown_on, since_of, spells_of

KINDS = [("milestone", "milestone"), ("deliverable", "deliverable"), ("document", "document")]


class VisibilitySerializer(serializers.Serializer[Any]):
    visibility = serializers.ChoiceField(choices=Visibility.choices)
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=2000, write_only=True)


class ItemSerializer(serializers.Serializer[Any]):
    """One thing by its kind and key; of a document the key is its number."""

    kind = serializers.ChoiceField(choices=KINDS)
    key = serializers.CharField(max_length=64)


class ShareSerializer(VisibilitySerializer):
    """One act: these items into this state, all or none. For approval, `words` and `due_on` are what the client reads with it."""

    items = ItemSerializer(many=True, allow_empty=False)
    words = serializers.CharField(required=False, allow_blank=True, default="", max_length=2000, write_only=True)
    due_on = serializers.DateField(required=False, allow_null=True, default=None, write_only=True)


class SharedItemSerializer(ItemSerializer):
    """What can be shared: its state, since when and by whom, and where its approval stands (null: never asked)."""

    title = serializers.CharField()
    visibility = serializers.ChoiceField(choices=Visibility.choices)
    since = serializers.DateTimeField(allow_null=True)
    by = serializers.CharField(allow_null=True)
    approval = serializers.ChoiceField(choices=ApprovalState.choices, allow_null=True)


class SpellSerializer(ItemSerializer):
    """A time in which the client saw an item in one state, and what it could read of it."""

    title = serializers.CharField()
    visibility = serializers.ChoiceField(choices=Visibility.choices)
    since = serializers.DateTimeField()
    by = serializers.CharField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)
    until = serializers.DateTimeField(allow_null=True)
    ended_by = serializers.CharField(allow_null=True)
    told = serializers.CharField()


class DaySerializer(serializers.Serializer[Any]):
    on = serializers.DateField(required=False, help_text="A day up to today, on the caller's clock. Without it: the whole log.")

    def validate_on(self, value: Any) -> Any:
        if value > timezone.localdate():
            raise serializers.ValidationError("A day up to today.")
        return value


def shared_items(project: Project) -> Any:
    items = items_of(project)
    since, standings = since_of(project), standings_of(items)
    rows = []
    for item in items:
        change, standing = since.get((item.kind, item.row.pk)), standings.get(item.ref)
        row: dict[str, Any] = {"kind": item.kind, "key": item.key, "title": item.title, "visibility": item.visibility}
        row |= {"since": change and change.at, "by": change and change.by and change.by.full_name}
        rows.append(row | {"approval": standing and standing.state})
    return SharedItemSerializer(rows, many=True).data


class SharingList(Tagged, APIView):
    """Everything of a project that a client can be shown; POST shares or takes back many items in one act."""

    @extend_schema(operation_id="sharing", responses=SharedItemSerializer(many=True))
    def get(self, request: ApiRequest, code: str) -> Response:
        return Response(shared_items(internal_project(request, code)))

    @extend_schema(operation_id="share", request=ShareSerializer, responses=SharedItemSerializer(many=True))
    def post(self, request: ApiRequest, code: str) -> Response:
        project = internal_project(request, code)
        values = checked(ShareSerializer, request)
        refs = [(item["kind"], item["key"]) for item in values.pop("items")]

        def representation() -> Any:
            hold(project)
            return shared_items(project)

        def share() -> Response:
            share_items(code, refs, actor=request.user, **values)
            return Response(shared_items(project))

        return once(request, share, representation=representation)


class SharingLog(APIView):
    """What the client saw on a day, or the whole log."""

    @extend_schema(operation_id="sharing_log", parameters=[OpenApiParameter("on", str)], responses=SpellSerializer(many=True))
    def get(self, request: ApiRequest, code: str) -> Response:
        project = internal_project(request, code)
        asked = DaySerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        day = asked.validated_data.get("on")
        return Response(_spells(shown_on(project, day) if day else spells_of(project)))


def _spells(spells: Sequence[Spell]) -> Any:
    rows = [
        {
            "kind": spell.began.kind,
            "key": spell.began.key,
            "title": spell.began.title,
            "visibility": spell.began.visibility,
            "since": spell.began.at,
            "by": spell.began.by and spell.began.by.full_name,
            "reason": spell.began.reason,
            "until": spell.until,
            "ended_by": spell.ended and spell.ended.by and spell.ended.by.full_name,
            "told": spell.told,
        }
        for spell in spells
    ]
    return SpellSerializer(rows, many=True).data


class SharingView(Tagged, APIView):
    """Whether the client sees one item; PUT (with If-Match) shares it, for approval or as such, or takes it back, and is recorded."""

    @extend_schema(operation_id="visibility", responses=VisibilitySerializer)
    def get(self, request: ApiRequest, code: str, kind: str, key: str) -> Response:
        return Response(self._data(internal_project(request, code), kind, key))

    @extend_schema(operation_id="visibility_set", request=VisibilitySerializer, responses=VisibilitySerializer)
    def put(self, request: ApiRequest, code: str, kind: str, key: str) -> Response:
        project = internal_project(request, code)
        self._data(project, kind, key)
        values = checked(VisibilitySerializer, request)

        def representation() -> dict[str, str]:
            hold(project)
            return self._data(project, kind, key)

        def share() -> Response:
            set_visibility(code, kind, key, actor=request.user, **values)
            return Response(self._data(project, kind, key))

        return once(request, share, representation=representation, must_match=True)

    def _data(self, project: Project, kind: str, key: str) -> dict[str, str]:
        shareable = find_shareable(kind)
        if shareable is None:
            raise Http404
        return {"visibility": get_object_or_404(shareable.of_project(project), **{shareable.key: key}).visibility}
