"""API routes of requests for proposal: what their pages do, and for a client's account logging and reading its own.

Submitting, which opens a project, is in `phases/evaluation/api.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch, Q
from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _t
from django_filters import rest_framework as filters
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema, extend_schema_field
from rest_framework import generics, renderers, serializers, status
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_writes import ONLY_KEY, Tagged, checked, once
from accounts.downloads import A_FILE, AnyFile, stored_file
from accounts.models import Client, Contact, Role, User
from accounts.permissions import require_permission
from accounts.requests import ApiRequest
from accounts.telephones import is_dialled
from audit.refusals import BadInput
from projects.api import UpdatedSince
from projects.attachments import take_upload
from projects.completeness import completeness_of
from projects.composition_api import CompositionSerializer
from projects.models import Clarification, Rfp, RfpFile
from projects.models.rfp_choices import ROLE_BY_FORMER_ANSWER, Channel, FileKind, YesNo
from projects.rfp_fields import GIVEN, OURS, UNTOLD
from projects.serializers import ReasonSerializer
from projects.services import rfp as services

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet

# A molfile begins with lines that may be empty, so nothing is trimmed.
STRUCTURE = {
    "help_text": "SMILES or a molfile (V2000, V3000); SMILES, InChIKey, formula and molar mass follow from it.",
    "trim_whitespace": False,
}
DERIVED = ["smiles", "inchikey", "formula", "molar_mass_g_per_mol"]


class OpenQuestionSerializer(serializers.Serializer[Any]):
    """A field that is empty. level: `submit` keeps the request from being submitted, `complete` does not."""

    field = serializers.CharField()
    words = serializers.CharField()
    level = serializers.CharField()


class CompletenessSerializer(serializers.Serializer[Any]):
    answered = serializers.IntegerField()
    total = serializers.IntegerField()
    percent = serializers.IntegerField()
    open = OpenQuestionSerializer(many=True)


class RfpFileSerializer(serializers.ModelSerializer[RfpFile]):
    class Meta:
        model = RfpFile
        fields = ["id", "name", "kind", "media_type", "size_bytes", "sha256", "uploaded_at"]


class ClarificationSerializer(serializers.ModelSerializer[Clarification]):
    """owner: the e-mail address of who of ours sees to it."""

    owner = serializers.CharField(source="owner.email", default=None, allow_null=True)

    class Meta:
        model = Clarification
        fields = ["id", "question", "owner", "asked_in_portal", "asked_at", "answer", "answered_at"]


class AskedSerializer(serializers.ModelSerializer[Clarification]):
    """A question that waits for the client's answer."""

    class Meta:
        model = Clarification
        fields = ["id", "question", "asked_at"]


class RfpSerializer(serializers.ModelSerializer[Rfp]):
    """A request as both sides may read it; of its files a client reads those that its own side attached."""

    client = serializers.CharField(source="client.code")
    contact = serializers.CharField(source="contact.name")
    contact_id = serializers.IntegerField()
    project = serializers.CharField(source="project.code", default=None, allow_null=True)
    composition = CompositionSerializer(allow_null=True, read_only=True)
    completeness = serializers.SerializerMethodField()
    files = RfpFileSerializer(source="shown_files", many=True)
    questions = serializers.SerializerMethodField()

    class Meta:
        model = Rfp
        fields = [
            "number", "state", "client", "contact", "contact_id", "project", "channel",
            *(name for name in GIVEN if name not in UNTOLD), *DERIVED, "composition",
            "completeness", "questions", "files", "received_at", "submitted_at", "updated_at",
        ]  # fmt: skip

    @extend_schema_field(AskedSerializer(many=True))
    def get_questions(self, rfp: Rfp) -> list[dict[str, Any]]:
        """Those asked in the portal that are open; read from what the list fetched at once."""
        rows = (row for row in rfp.clarifications.all() if row.asked_in_portal and row.answered_at is None)
        return [dict(AskedSerializer(row).data) for row in rows]

    @extend_schema_field(CompletenessSerializer)
    def get_completeness(self, rfp: Rfp) -> dict[str, Any]:
        return dict(CompletenessSerializer(completeness_of(rfp)).data)


class InternalRfpSerializer(RfpSerializer):
    """What our side knows besides: whose it is, what the process holds, what was asked, why it was declined."""

    account_owner = serializers.CharField(source="account_owner.email", default=None, allow_null=True)
    clarifications = ClarificationSerializer(many=True)

    class Meta(RfpSerializer.Meta):
        fields = [*RfpSerializer.Meta.fields, *UNTOLD, *OURS, "account_owner", "clarifications", "decline_reason"]


# What the answer to an act looks like: one of ours reads more of it than a client.
EITHER_RFP = PolymorphicProxySerializer("EitherRfp", [InternalRfpSerializer, RfpSerializer], resource_type_field_name=None)


class OwnerField(serializers.SlugRelatedField[User]):
    """One of ours by e-mail."""

    def get_queryset(self) -> QuerySet[User]:
        return User.objects.active().internal().holding(Role.BUSINESS_DEVELOPMENT, Role.PROJECT_MANAGER)


class FormerAnswer(serializers.ModelSerializer[Rfp]):
    """Systems that were written before the role of a compound was asked still answer the question that came before it."""

    registration_intermediate = serializers.ChoiceField(
        choices=YesNo.choices, required=False, allow_blank=True, write_only=True, help_text="Replaced by `compound_role`, which counts."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        former = attrs.pop("registration_intermediate", "")
        if former and "compound_role" not in attrs:
            attrs["compound_role"] = ROLE_BY_FORMER_ANSWER[former]
        return attrs


class NewRfpSerializer(FormerAnswer):
    """A request as a client's system, or one of us, logs it. The client is named by its code; a contact that is new is created."""

    client = serializers.CharField(max_length=16, required=False, help_text="Code of the client; a client's own account may leave it out.")
    contact_name = serializers.CharField(max_length=200)
    contact_email = serializers.EmailField(required=False, allow_blank=True, default="")
    contact_phone = serializers.CharField(required=False, allow_blank=True, default="", max_length=50, validators=[is_dialled])
    channel = serializers.ChoiceField(choices=Channel.choices, required=False, help_text="Of a request that one of ours logs.")

    class Meta:
        model = Rfp
        fields = ["client", "contact_name", "contact_email", "contact_phone", "channel", *GIVEN, "registration_intermediate"]
        extra_kwargs = {"structure_text": STRUCTURE}


class RfpChangeSerializer(FormerAnswer):
    """Fields that are left out stay as they are. `reason` is needed once the request is submitted."""

    contact = serializers.IntegerField(required=False, help_text="Id of one of the client's contacts.")
    account_owner = OwnerField(slug_field="email", required=False, allow_null=True, help_text="E-mail of one of ours.")
    reason = serializers.CharField(max_length=4000, required=False, allow_blank=True, default="")

    class Meta:
        model = Rfp
        fields = ["contact", "channel", "account_owner", "reason", *GIVEN, *OURS, "registration_intermediate"]
        extra_kwargs = {name: {"required": False} for name in ("channel", *GIVEN)} | {"structure_text": {"required": False, **STRUCTURE}}


class FileKindSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=FileKind.choices, allow_blank=True)


class UploadSerializer(serializers.Serializer[Any]):
    file = serializers.FileField()


class RfpFilter(UpdatedSince):
    """`q`: part of the number, compound or text, or a CAS number or InChIKey as a whole."""

    state = filters.ChoiceFilter(choices=Rfp.State.choices)
    client = filters.CharFilter(field_name="client__code", max_length=16)
    channel = filters.ChoiceFilter(choices=Channel.choices)
    project = filters.CharFilter(field_name="project__code", max_length=20)
    q = filters.CharFilter(method="by_words", max_length=200)

    def by_words(self, rows: QuerySet[Rfp], name: str, value: str) -> QuerySet[Rfp]:
        text = Q(compound_name__icontains=value) | Q(wanted__icontains=value) | Q(number__icontains=value)
        return rows.filter(text | Q(cas_number=value) | Q(inchikey__iexact=value))


def rfps_for(request: ApiRequest) -> QuerySet[Rfp]:
    rows = Rfp.objects.visible_to(request.user).select_related("client", "contact", "project", "account_owner")
    asked = Prefetch("clarifications", Clarification.objects.select_related("owner"))
    return rows.prefetch_related(Prefetch("files", RfpFile.objects.visible_to(request.user), to_attr="shown_files"), asked)


def serializer_for(request: ApiRequest) -> type[RfpSerializer]:
    return InternalRfpSerializer if getattr(getattr(request, "user", None), "is_internal", False) else RfpSerializer


def rfp_as_data(request: ApiRequest, number: str, *, lock: bool = False) -> dict[str, Any]:
    """Raises Http404 where the caller sees no such request."""
    if lock:
        services.locked_rfp(number, request.user)
    return dict(serializer_for(request)(get_object_or_404(rfps_for(request), number=number)).data)


class RfpList(generics.ListAPIView[Rfp]):
    """Requests for proposal, newest first; POST logs one."""

    filterset_class = RfpFilter
    queryset = Rfp.objects.none()
    request: ApiRequest

    def get_queryset(self) -> QuerySet[Rfp]:
        return rfps_for(self.request)

    def get_serializer_class(self) -> type[RfpSerializer]:
        return serializer_for(self.request)

    @extend_schema(operation_id="rfps_log", request=NewRfpSerializer, responses={201: EITHER_RFP}, extensions=ONLY_KEY)
    def post(self, request: ApiRequest) -> Response:
        values = checked(NewRfpSerializer, request)
        client = _client_of(request, values.pop("client", ""))

        def log() -> Response:
            rfp = services.log_rfp_from_system(client=client, actor=request.user, **values)
            return Response(rfp_as_data(request, rfp.number), status=status.HTTP_201_CREATED)

        return once(request, log)


def _client_of(request: ApiRequest, code: str) -> Client:
    """The named client, or the caller's own; a foreign code is a missing one."""
    own = Client.objects.visible_to(request.user)
    client = own.filter(code=code).first() if code else (None if request.user.is_internal else own.first())
    if client is None:
        raise BadInput({"client": [_t("There is no such client.")]})
    return client


class RfpAct(APIView):
    """An act on one request; what the caller may not see is missing, whatever the body says."""

    def run(self, request: ApiRequest, number: str, act: Callable[[], object], *, must_match: bool = False) -> Response:
        def answered() -> Response:
            act()
            return Response(rfp_as_data(request, number))

        return once(request, answered, representation=lambda: rfp_as_data(request, number, lock=True), must_match=must_match)


class RfpDetail(Tagged, RfpAct):
    """One request, with how complete it is and what is still to be asked; PATCH (with If-Match) changes it."""

    @extend_schema(operation_id="rfp", responses=EITHER_RFP)
    def get(self, request: ApiRequest, number: str) -> Response:
        return Response(rfp_as_data(request, number))

    @extend_schema(operation_id="rfp_change", request=RfpChangeSerializer, responses=EITHER_RFP)
    def patch(self, request: ApiRequest, number: str) -> Response:
        rfp = get_object_or_404(rfps_for(request), number=number)
        require_permission("projects.edit_rfp", request.user, rfp)
        body = RfpChangeSerializer(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        changes = dict(body.validated_data)
        reason = changes.pop("reason", "")
        if "contact" in changes:
            changes["contact"] = _contact_of(rfp, changes["contact"])

        def change() -> None:
            services.update_rfp(number, changes=changes, reason=reason, actor=request.user)

        return self.run(request, number, change, must_match=True)


def _contact_of(rfp: Rfp, pk: int) -> Contact:
    contact = Contact.objects.filter(client=rfp.client_id, pk=pk).first()
    if contact is None:
        raise BadInput({"contact": [_t("The client has no such contact.")]})
    return contact


class RfpDecline(RfpAct):
    """Decline a request that was not submitted, with the reason."""

    @extend_schema(operation_id="rfp_decline", request=ReasonSerializer, responses=EITHER_RFP)
    def post(self, request: ApiRequest, number: str) -> Response:
        rfp_as_data(request, number)
        values = checked(ReasonSerializer, request)
        return self.run(request, number, lambda: services.decline_rfp(number, actor=request.user, **values))


class RfpFiles(APIView):
    """The files of a request; POST (multipart, field `file`) attaches one. The same file again is the one that is there.

    A client's account attaches to the requests that its own side logged, while they are drafts.
    """

    @extend_schema(operation_id="rfp_files", responses=RfpFileSerializer(many=True))
    def get(self, request: ApiRequest, number: str) -> Response:
        return Response(rfp_as_data(request, number)["files"])

    @extend_schema(
        operation_id="rfp_file_attach",
        request={"multipart/form-data": UploadSerializer},
        responses={201: RfpFileSerializer},
        extensions=ONLY_KEY,
    )
    def post(self, request: ApiRequest, number: str) -> Response:
        rfp = get_object_or_404(rfps_for(request), number=number)
        require_permission("projects.attach_to_rfp", request.user, rfp)
        upload = checked(UploadSerializer, request)["file"]
        stored = take_upload(upload.file, upload.name)

        def attach() -> Response:
            attached = services.attach_rfp_file(number, stored=stored, actor=request.user)
            return Response(RfpFileSerializer(attached).data, status=status.HTTP_201_CREATED)

        return once(request, attach)


class RfpFileContent(APIView):
    """The file itself, always as a download."""

    renderer_classes = (renderers.JSONRenderer, AnyFile)

    @extend_schema(operation_id="rfp_file", responses=A_FILE)
    def get(self, request: ApiRequest, number: str, pk: int) -> FileResponse:
        found = get_object_or_404(RfpFile.objects.visible_to(request.user), rfp__number=number, pk=pk)
        return stored_file(found.sha256, name=found.name, media_type=found.media_type)


class RfpFileKind(RfpAct):
    """Say what a file is; by its name it is guessed when it is attached."""

    @extend_schema(operation_id="rfp_file_kind", request=FileKindSerializer, responses=EITHER_RFP)
    def post(self, request: ApiRequest, number: str, pk: int) -> Response:
        get_object_or_404(RfpFile.objects.visible_to(request.user), rfp__number=number, pk=pk)
        values = checked(FileKindSerializer, request)
        return self.run(request, number, lambda: services.say_kind_of_file(number, pk, actor=request.user, **values))


class RfpFileRemoval(RfpAct):
    """Take a file away that does not belong to the request; the record keeps its name and hash."""

    @extend_schema(operation_id="rfp_file_remove", request=ReasonSerializer, responses=EITHER_RFP)
    def post(self, request: ApiRequest, number: str, pk: int) -> Response:
        get_object_or_404(RfpFile.objects.visible_to(request.user), rfp__number=number, pk=pk)
        values = checked(ReasonSerializer, request)
        return self.run(request, number, lambda: services.remove_rfp_file(number, pk, actor=request.user, **values))
