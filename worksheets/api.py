"""Every worksheet by the API: what it is, its rows, and several changes in one request, as the grid in the browser sends them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers, status
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_writes import ONLY_KEY, Tagged, checked, once
from accounts.languages import zone_of
from accounts.requests import ApiRequest, refuse_unknown
from audit.models import Event
from audit.refusals import BadInput
from worksheets.bound import BIGGEST, Bound, bind, bind_for
from worksheets.bound import held as hold
from worksheets.changing import ADD, CHANGE, MOVE, REMOVE, Change, Outcome, Result, change_rows
from worksheets.sheets import all_sheets

PAGING = ("cursor", "page_size")


@extend_schema_field({"type": "object", "additionalProperties": {}})
class CellsField(serializers.DictField):
    """Values by the names of the columns: text, whole number, true or false, null; other numbers as text, days as ISO."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            self.fail("not_a_dict", input_type=type(data).__name__)
        wrong = {name: ["A cell holds one value."] for name, value in data.items() if isinstance(value, dict | list)}
        if wrong:
            raise serializers.ValidationError(wrong)
        return data


class ChoiceSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]


class ColumnSerializer(serializers.Serializer[Any]):
    """`typed`: people type it, all others are computed. `fixed`: only when the row is added. `regulated`: a change needs a reason."""

    name = serializers.CharField()
    heading = serializers.CharField()
    kind = serializers.ChoiceField(choices=["text", "number", "whole", "day", "choice", "yesno", "lookup"])
    unit = serializers.CharField(allow_blank=True)
    needed = serializers.BooleanField()
    typed = serializers.BooleanField()
    fixed = serializers.BooleanField()
    regulated = serializers.BooleanField()
    total = serializers.BooleanField()
    note = serializers.CharField(allow_blank=True)
    choices = ChoiceSerializer(many=True)


class SheetSerializer(serializers.Serializer[Any]):
    """A worksheet. `may_change`: whether the caller may write now; `why_not` says what stands against it."""

    key = serializers.CharField()
    title = serializers.CharField()
    columns = ColumnSerializer(many=True)
    totals = CellsField()
    may_change = serializers.BooleanField()
    why_not = serializers.ListField(child=serializers.CharField())


class SheetNameSerializer(serializers.Serializer[Any]):
    """`parent`: what its rows belong to; the address is then `<key>:<its key>`, else the key alone."""

    key = serializers.CharField()
    title = serializers.CharField()
    parent = serializers.CharField(allow_blank=True)  # type: ignore[assignment]


class RowSerializer(serializers.Serializer[Any]):
    """`links`: where cells lead. `locked`: why the row cannot be changed."""

    id = serializers.IntegerField()
    values = CellsField()
    links = serializers.DictField(child=serializers.CharField(), required=False)
    locked = serializers.CharField(required=False)


class RowWriteSerializer(serializers.Serializer[Any]):
    """`after`: the row behind which a new one goes, 0 for the first place. `create`: columns whose words may be entered anew."""

    values = CellsField()
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=2000)
    create = serializers.ListField(  # type: ignore[assignment]
        child=serializers.CharField(max_length=64), required=False, default=list, max_length=20
    )


class NewRowSerializer(RowWriteSerializer):
    after = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=0, max_value=BIGGEST)


class ChangeSerializer(serializers.Serializer[Any]):
    """`id`: of the row, not of a new one. `seen`: what the cells told before, by column; another value there is a conflict. New rows
    with the same `after` stand in the order of their changes."""

    act = serializers.ChoiceField(choices=[ADD, CHANGE, MOVE, REMOVE])
    id = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=1, max_value=BIGGEST)
    values = CellsField(required=False, default=dict)
    seen = CellsField(required=False, allow_null=True, default=None)
    after = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=0, max_value=BIGGEST)
    create = serializers.ListField(  # type: ignore[assignment]
        child=serializers.CharField(max_length=64), required=False, default=list, max_length=20
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if (attrs["id"] is None) != (attrs["act"] == ADD):
            raise serializers.ValidationError({"id": ["A new row has none, every other change needs one."]})
        return attrs


class BatchSerializer(serializers.Serializer[Any]):
    """`all_or_none`: one wrong row takes all back (400, errors by "<place>.<column>"); else what is right is saved."""

    changes = ChangeSerializer(many=True, allow_empty=False)
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=2000)
    all_or_none = serializers.BooleanField(required=False, default=False)


class ResultSerializer(serializers.Serializer[Any]):
    """Of one change, in their order. `saved`; `errors` by column ("" for the row); `links` to what is there already; `now`: what somebody
    else has written into the cells meanwhile; `unknown`: columns whose words name nothing that is there; `near`: what may be meant."""

    act = serializers.ChoiceField(choices=[ADD, CHANGE, MOVE, REMOVE])
    id = serializers.IntegerField(allow_null=True)
    saved = serializers.BooleanField()
    errors = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))  # type: ignore[assignment]
    links = serializers.DictField(child=serializers.CharField())
    now = CellsField()
    unknown = serializers.ListField(child=serializers.CharField())
    near = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))


class BatchAnswerSerializer(serializers.Serializer[Any]):
    """`rows`: those that were written, and every other whose computed values follow from them."""

    results = ResultSerializer(many=True)
    rows = RowSerializer(many=True)
    totals = CellsField()


class InternalView(APIView):
    """To a client's caller there are no worksheets."""

    request: ApiRequest

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not request.user.is_internal:
            raise Http404


class SheetList(InternalView):
    """Which worksheets there are."""

    @extend_schema(operation_id="worksheets", responses=SheetNameSerializer(many=True))
    def get(self, request: ApiRequest) -> Response:
        refuse_unknown(request, ())
        return Response([{"key": each.key, "title": str(each.title), "parent": each.parent.rpartition("__")[2]} for each in all_sheets()])


class SheetDetail(InternalView):
    """What a worksheet's columns are, its totals, and whether the caller may change it."""

    @extend_schema(operation_id="worksheet", responses=SheetSerializer)
    def get(self, request: ApiRequest, sheet: str) -> Response:
        refuse_unknown(request, ())
        bound = bind_for(request, sheet)
        why_not = [str(each.words) for each in bound.blockers]
        columns = ColumnSerializer(bound.columns(), many=True).data
        facts = {"key": bound.sheet.key, "title": str(bound.sheet.title), "columns": columns, "totals": bound.totals()}
        return Response(facts | {"may_change": not why_not, "why_not": why_not})


class SheetRows(InternalView, generics.ListAPIView[Any]):
    """The rows, the one entered last first; POST adds one."""

    serializer_class = RowSerializer
    filter_backends = ()
    queryset = Event.objects.none()

    @extend_schema(operation_id="worksheet_rows")
    def get(self, request: ApiRequest, sheet: str) -> Response:  # type: ignore[override]
        refuse_unknown(request, PAGING)
        bound, paging = bind_for(request, sheet), cast("Any", self.paginator)

        def read(before: int | None, most: int) -> list[tuple[int, Any]]:
            return [(row["id"], row) for row in bound.told(bound.newest(before, most))]

        return self.get_paginated_response(paging.paginate(request, self, read))

    @extend_schema(operation_id="worksheet_row_add", request=NewRowSerializer, responses={201: RowSerializer}, extensions=ONLY_KEY)
    def post(self, request: ApiRequest, sheet: str) -> Response:
        bind(sheet, request.user)
        given = checked(NewRowSerializer, request)
        change = Change(ADD, values=given["values"], after=given["after"], create=frozenset(given["create"]))

        def add() -> Response:
            key = _one(sheet, change, request, given["reason"]).pk
            return Response(row_data(bind(sheet, request.user), key), status=status.HTTP_201_CREATED)

        return once(request, add)


class SheetRow(Tagged, InternalView):
    """One row; PATCH (with If-Match) changes it, DELETE takes it away. Where a removal needs a reason, `batch` takes it."""

    @extend_schema(operation_id="worksheet_row", responses=RowSerializer)
    def get(self, request: ApiRequest, sheet: str, pk: int) -> Response:
        refuse_unknown(request, ())
        return Response(row_data(bind_for(request, sheet), pk))

    @extend_schema(operation_id="worksheet_row_change", request=RowWriteSerializer, responses=RowSerializer)
    def patch(self, request: ApiRequest, sheet: str, pk: int) -> Response:
        bound = bind(sheet, request.user)
        row_data(bound, pk)
        given = checked(RowWriteSerializer, request)
        change = Change(CHANGE, pk, given["values"], create=frozenset(given["create"]))

        def alter() -> Response:
            _one(sheet, change, request, given["reason"])
            return Response(row_data(bind(sheet, request.user), pk))

        return once(request, alter, representation=lambda: row_data(bound, pk, held=True), must_match=True)

    @extend_schema(operation_id="worksheet_row_remove", request=None, responses={204: None})
    def delete(self, request: ApiRequest, sheet: str, pk: int) -> Response:
        bound = bind(sheet, request.user)

        def remove() -> Response:
            row_data(bound, pk)
            _one(sheet, Change(REMOVE, pk), request, "")
            return Response(status=status.HTTP_204_NO_CONTENT)

        return once(request, remove, representation=lambda: row_data(bound, pk, held=True))


class SheetBatch(InternalView):
    """Several changes in one request, up to a pasted block: each row is judged by itself, the answer says what became of each."""

    @extend_schema(operation_id="worksheet_batch", request=BatchSerializer, responses=BatchAnswerSerializer, extensions=ONLY_KEY)
    def post(self, request: ApiRequest, sheet: str) -> Response:
        bind(sheet, request.user)
        given = checked(BatchSerializer, request)
        changes = [
            Change(each["act"], each["id"], each["values"], each["seen"], each["after"], frozenset(each["create"]))
            for each in given["changes"]
        ]

        def write() -> Response:
            outcome = change_rows(sheet, changes, actor=request.user, reason=given["reason"], all_or_none=given["all_or_none"])
            outcome.bound = replace(outcome.bound, asked=request.GET.dict())
            with timezone.override(zone_of(request.user)):  # the table on the page says what holds on the reader's day
                return Response(answer(outcome))

        return once(request, write)


def _one(sheet: str, change: Change, request: ApiRequest, reason: str) -> Result:
    """Raises BadInput by column."""
    (result,) = change_rows(sheet, [change], actor=request.user, reason=reason).results
    if not result.is_saved:
        raise BadInput(result.errors)
    return result


def answer(outcome: Outcome) -> dict[str, Any]:
    written = [each.pk for each in outcome.saved if each.pk is not None and each.act != REMOVE]
    rows, totals = outcome.bound.after(written) if outcome.saved else ([], outcome.bound.totals())
    results = [
        {
            "act": each.act,
            "id": each.pk,
            "saved": each.is_saved,
            "errors": each.errors,
            "links": each.links,
            "now": each.now,
            "unknown": each.unknown,
            "near": each.near,
        }
        for each in outcome.results
    ]
    return {"results": results, "rows": rows, "totals": totals}


def row_data(bound: Bound, pk: Any, *, held: bool = False) -> dict[str, Any]:
    """A row as the API tells it. Raises Missing. held: its parent under its lock and then the row, for whoever compares before writing."""
    if held:
        bound = hold(bound)
        bound.held_rows([pk])
    return bound.told([bound.row(pk)])[0]
