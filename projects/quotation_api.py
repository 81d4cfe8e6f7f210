"""API routes of quotations: drafted, released and sent by our side; read, accepted, declined or asked to be changed by the client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_writes import ONLY_KEY, Tagged, checked, once
from accounts.permissions import require_permission
from accounts.requests import ApiRequest
from accounts.signing import authenticate_signer
from projects.change_order_api import DecliningSerializer, SigningSerializer, proof_of
from projects.models import Project, Quotation, QuotationOutcome, RevisionRemark, RevisionRequest
from projects.quotation_serializers import (
    AcceptingOfferSerializer,
    AskingSerializer,
    OutcomeSerializer,
    QuotationSerializer,
    QuotationToDraftSerializer,
)
from projects.services import commercial, quotation_answers
from projects.services.locking import locked
from projects.services.quotation_parts import PARTS, Line, Parts, with_parts
from projects.services.replies import Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.db.models import QuerySet


class QuotationFilter(filters.FilterSet):
    project = filters.CharFilter(field_name="project__code", max_length=20)
    number = filters.CharFilter(max_length=32)
    state = filters.ChoiceFilter(choices=Quotation.State.choices)


def quotations_for(request: ApiRequest) -> QuerySet[Quotation]:
    remarks = Prefetch("remarks", RevisionRemark.objects.select_related("line", "request__answered_in"))
    requests = Prefetch("requests", RevisionRequest.objects.select_related("asked_by", "answered_in").prefetch_related(remarks))
    return with_parts(Quotation.objects.visible_to(request.user).select_related("project")).prefetch_related(requests)


def _context(request: ApiRequest) -> dict[str, Any]:
    return {"ours": getattr(getattr(request, "user", None), "is_internal", False)}


def quotation_of(request: ApiRequest, number: str, revision: int) -> Quotation:
    """Raises Http404 where the caller sees no such revision."""
    found: Quotation = get_object_or_404(quotations_for(request), number=number, revision=revision)
    return found


def as_data(request: ApiRequest, quotation: Quotation, *, lock: bool = False) -> dict[str, Any]:
    if lock:
        locked(quotation.project.code, request.user)
    fresh = quotation_of(request, quotation.number, quotation.revision)
    return dict(QuotationSerializer(fresh, context=_context(request)).data)


def content_from(values: Mapping[str, Any]) -> dict[str, Any]:
    """As the services take it."""
    rows = ("lines", "replies", *PARTS)
    parts = {name: [row(**each) for each in values[name]] for name, (_model, row) in PARTS.items()}
    said: dict[str, Any] = {name: value for name, value in values.items() if name not in rows}
    return said | {
        "lines": [Line(**each) for each in values["lines"]],
        "parts": Parts(**parts),
        "replies": {each["remark"]: Reply(each["outcome"], each["words"]) for each in values["replies"]},
    }


class QuotationList(generics.ListAPIView[Quotation]):
    """Every revision that the caller may see, newest first by project."""

    serializer_class = QuotationSerializer
    filterset_class = QuotationFilter
    queryset = Quotation.objects.none()
    request: ApiRequest

    def get_queryset(self) -> QuerySet[Quotation]:
        return quotations_for(self.request)

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), **_context(self.request)}


class QuotationDraft(APIView):
    """Draft the next revision of a project's quotation; the one before it is superseded, what the client asked of it is answered."""

    @extend_schema(
        operation_id="quotation_draft", request=QuotationToDraftSerializer, responses={201: QuotationSerializer}, extensions=ONLY_KEY
    )
    def post(self, request: ApiRequest, code: str) -> Response:
        project = get_object_or_404(Project.objects.visible_to(request.user), code=code)
        require_permission("projects.quote", request.user, project)
        values = checked(QuotationToDraftSerializer, request)

        def draft() -> Response:
            quotation = commercial.draft_quotation(code, actor=request.user, **content_from(values))
            return Response(as_data(request, quotation), status=status.HTTP_201_CREATED)

        return once(request, draft)


class QuotationAct(APIView):
    """One act on one revision, by the service that the pages call; what the caller does not see is missing, whatever the body says."""

    def run(
        self, request: ApiRequest, number: str, revision: int, act: Callable[[str, int], object], *, must_match: bool = False
    ) -> Response:
        quotation = quotation_of(request, number, revision)

        def answer() -> Response:
            act(quotation.project.code, revision)
            return Response(as_data(request, quotation))

        return once(request, answer, representation=lambda: as_data(request, quotation, lock=True), must_match=must_match)


class QuotationDetail(Tagged, QuotationAct):
    """One revision; PUT (with If-Match) rewrites a draft."""

    @extend_schema(operation_id="quotation", responses=QuotationSerializer)
    def get(self, request: ApiRequest, number: str, revision: int) -> Response:
        return Response(as_data(request, quotation_of(request, number, revision)))

    @extend_schema(operation_id="quotation_change", request=QuotationToDraftSerializer, responses=QuotationSerializer)
    def put(self, request: ApiRequest, number: str, revision: int) -> Response:
        quotation = quotation_of(request, number, revision)
        require_permission("projects.quote", request.user, quotation.project)
        values = content_from(checked(QuotationToDraftSerializer, request))

        def change(code: str, revision: int) -> object:
            return commercial.change_quotation(code, revision, actor=request.user, **values)

        return self.run(request, number, revision, change, must_match=True)


class QuotationRelease(QuotationAct):
    """Sign the internal release: a person with the session of the pages. A token can never sign."""

    @extend_schema(operation_id="quotation_release", request=SigningSerializer, responses=QuotationSerializer)
    def post(self, request: ApiRequest, number: str, revision: int) -> Response:
        quotation_of(request, number, revision)
        proof, seen = proof_of(request)

        def release(code: str, revision: int) -> object:
            return commercial.release_quotation(code, revision, actor=request.user, authentication=proof, expected_hash=seen)

        return self.run(request, number, revision, release)


class QuotationSending(QuotationAct):
    """Show the released revision to the client, with its PDF, and ask for the answer."""

    @extend_schema(operation_id="quotation_send", request=None, responses=QuotationSerializer)
    def post(self, request: ApiRequest, number: str, revision: int) -> Response:
        return self.run(request, number, revision, lambda code, revision: commercial.send_quotation(code, revision, actor=request.user))


class QuotationAcceptance(QuotationAct):
    """Accept exactly this revision, with the options taken, by signature: a person with the session of the pages and the password."""

    @extend_schema(operation_id="quotation_accept", request=AcceptingOfferSerializer, responses=QuotationSerializer)
    def post(self, request: ApiRequest, number: str, revision: int) -> Response:
        quotation_of(request, number, revision)
        values = checked(AcceptingOfferSerializer, request)
        proof = authenticate_signer(request._request, password=values["password"], code=values["code"])

        def accept(code: str, revision: int) -> object:
            return quotation_answers.accept_quotation(
                code,
                revision,
                actor=request.user,
                authentication=proof,
                expected_hash=values["expected_hash"],
                options=values["options"],
            )

        return self.run(request, number, revision, accept)


class QuotationRefusal(QuotationAct):
    """Decline, with the reason."""

    @extend_schema(operation_id="quotation_decline", request=DecliningSerializer, responses=QuotationSerializer)
    def post(self, request: ApiRequest, number: str, revision: int) -> Response:
        quotation_of(request, number, revision)
        values = checked(DecliningSerializer, request)

        def decline(code: str, revision: int) -> object:
            return quotation_answers.decline_quotation(code, revision, actor=request.user, **values)

        return self.run(request, number, revision, decline)


class QuotationAsking(QuotationAct):
    """Ask for changes, with remarks on lines and in general. The revision stays current; it is accepted only when nothing is asked."""

    @extend_schema(operation_id="quotation_ask", request=AskingSerializer, responses=QuotationSerializer)
    def post(self, request: ApiRequest, number: str, revision: int) -> Response:
        quotation_of(request, number, revision)
        said: dict[int | None, str] = {}
        for remark in checked(AskingSerializer, request)["remarks"]:
            before = said.get(remark["line"])
            said[remark["line"]] = f"{before}\n{remark['words']}" if before else remark["words"]

        def ask(code: str, revision: int) -> object:
            return quotation_answers.ask_for_changes(code, revision, remarks=said, actor=request.user)

        return self.run(request, number, revision, ask)


class QuotationWithdrawal(QuotationAct):
    """Take back what was asked, so that the revision can be accepted as it is."""

    @extend_schema(operation_id="quotation_withdraw", request=None, responses=QuotationSerializer)
    def post(self, request: ApiRequest, number: str, revision: int) -> Response:
        return self.run(
            request, number, revision, lambda code, revision: quotation_answers.withdraw_changes(code, revision, actor=request.user)
        )


class QuotationOutcomeView(APIView):
    """How we read the client's answer, ours alone; POST records or corrects it."""

    def _quotation(self, request: ApiRequest, number: str, revision: int) -> Quotation:
        rows = quotations_for(request) if request.user.is_internal else Quotation.objects.none()
        found: Quotation = get_object_or_404(rows, number=number, revision=revision)
        return found

    @extend_schema(operation_id="quotation_outcome", responses=OutcomeSerializer)
    def get(self, request: ApiRequest, number: str, revision: int) -> Response:
        quotation = self._quotation(request, number, revision)
        return Response(OutcomeSerializer(get_object_or_404(QuotationOutcome, quotation=quotation)).data)

    @extend_schema(operation_id="quotation_outcome_record", request=OutcomeSerializer, responses=OutcomeSerializer, extensions=ONLY_KEY)
    def post(self, request: ApiRequest, number: str, revision: int) -> Response:
        quotation = self._quotation(request, number, revision)
        require_permission("projects.quote", request.user, quotation.project)
        values = checked(OutcomeSerializer, request)

        def record() -> Response:
            outcome = quotation_answers.record_outcome(quotation.project.code, revision, actor=request.user, **values)
            return Response(OutcomeSerializer(outcome).data)

        return once(request, record)
