"""API routes of the account of the delay: both sides read it, the client's approver acknowledges it or objects, we reply."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_writes import Tagged, checked, once
from accounts.names import person_for
from accounts.requests import ApiRequest
from projects.accounts_of_delay import accounts_of_delay
from projects.api import internal_project
from projects.models import AccountAnswer, Project
from projects.plan_api import hold
from projects.services import account as services

if TYPE_CHECKING:
    from collections.abc import Callable


class AccountRowSerializer(serializers.Serializer[Any]):
    """A milestone that moved: from its contract date to its last, in working days by side, and those on nobody's side yet."""

    key = serializers.CharField()
    title = serializers.CharField()
    from_date = serializers.DateField(source="baseline", allow_null=True)
    to_date = serializers.DateField(source="ends_on", allow_null=True)
    achieved = serializers.SerializerMethodField()
    days = serializers.DictField(child=serializers.IntegerField(), help_text="Working days by side.")
    unassigned = serializers.IntegerField()

    def get_achieved(self, row: Any) -> bool:
        return row.actual is not None


class AccountAnswerSerializer(serializers.ModelSerializer[AccountAnswer]):
    """What one side said; `as_it_stands`: to the account as it is now."""

    actor = serializers.SerializerMethodField()
    as_it_stands = serializers.SerializerMethodField()

    class Meta:
        model = AccountAnswer
        fields = ["kind", "words", "actor", "answered_at", "as_it_stands"]

    def get_actor(self, answer: AccountAnswer) -> str:
        return person_for(self.context["reader"], answer.actor)

    def get_as_it_stands(self, answer: AccountAnswer) -> bool:
        return bool(answer.account_hash == self.context["hash"])


class AccountSerializer(serializers.Serializer[Any]):
    """The account as both sides read it, newest answer first. `hash` binds an answer to what was read."""

    rows = AccountRowSerializer(many=True)
    answers = AccountAnswerSerializer(many=True)
    hash = serializers.CharField()


class AcknowledgingSerializer(serializers.Serializer[Any]):
    words = serializers.CharField(required=False, allow_blank=True, default="", max_length=4000)
    expected_hash = serializers.CharField(required=False, allow_blank=True, default="", max_length=64, write_only=True)


class ObjectingSerializer(AcknowledgingSerializer):
    words = serializers.CharField(max_length=4000)


class ReplyingSerializer(serializers.Serializer[Any]):
    words = serializers.CharField(max_length=4000)


def account_data(request: ApiRequest, project: Project) -> dict[str, Any]:
    accounts = accounts_of_delay([project])[project.pk]
    answers = project.account_answers.select_related("actor").order_by("-answered_at", "-pk")
    now = services.account_hash(accounts)
    found = {"rows": [row for row in accounts if row.moved], "answers": answers, "hash": now}
    return dict(AccountSerializer(found, context={"reader": request.user, "hash": now}).data)


class AccountView(APIView):
    """What every route of the account finds first: the project, for who sees it."""

    def project(self, request: ApiRequest, code: str) -> Project:
        return get_object_or_404(Project.objects.visible_to(request.user).select_related("client", "site"), code=code)

    def run(self, request: ApiRequest, project: Project, act: Callable[..., object], values: dict[str, Any]) -> Response:
        def representation() -> dict[str, Any]:
            hold(project)
            return account_data(request, project)

        def answer() -> Response:
            act(project.code, actor=request.user, **values)
            return Response(account_data(request, project), status=status.HTTP_201_CREATED)

        return once(request, answer, representation=representation)


class AccountDetail(Tagged, AccountView):
    """The account of the delay, with what both sides said to it."""

    @extend_schema(operation_id="account", responses=AccountSerializer)
    def get(self, request: ApiRequest, code: str) -> Response:
        return Response(account_data(request, self.project(request, code)))


class AccountAcknowledgement(AccountView):
    """The client's approver agrees to the account as it stands."""

    @extend_schema(operation_id="account_acknowledge", request=AcknowledgingSerializer, responses={201: AccountSerializer})
    def post(self, request: ApiRequest, code: str) -> Response:
        project = self.project(request, code)
        return self.run(request, project, services.acknowledge_account, checked(AcknowledgingSerializer, request))


class AccountObjection(AccountView):
    """The client's approver does not agree, and says with what; the project manager is asked to reply."""

    @extend_schema(operation_id="account_object", request=ObjectingSerializer, responses={201: AccountSerializer})
    def post(self, request: ApiRequest, code: str) -> Response:
        project = self.project(request, code)
        return self.run(request, project, services.object_to_account, checked(ObjectingSerializer, request))


class AccountReply(AccountView):
    """The project manager answers the client's objection."""

    @extend_schema(operation_id="account_reply", request=ReplyingSerializer, responses={201: AccountSerializer})
    def post(self, request: ApiRequest, code: str) -> Response:
        project = internal_project(request, code)
        return self.run(request, project, services.reply_to_objection, checked(ReplyingSerializer, request))
