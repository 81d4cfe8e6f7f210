"""The shapes of the API: one resource, one declaration. Nothing here writes or decides."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone
from rest_framework import serializers

from accounts.models import User
from projects import steps
from projects.milestone_state import STATES
from projects.models import Deliverable, GateCondition, GateWaiver, Milestone, Project, Publication, PublicationShare
from projects.models.gate import Decision
from projects.models.states import PHASES


class ProjectSerializer(serializers.ModelSerializer[Project]):
    """A project as both sides may read it."""

    client = serializers.CharField(source="client.code")
    compound = serializers.CharField(source="compound.name")
    cas_number = serializers.CharField(source="compound.cas_number")

    class Meta:
        model = Project
        fields = [
            "code",
            "title",
            "client",
            "compound",
            "cas_number",
            "phase",
            "status",
            "first_phase",
            "last_phase",
            "opened_at",
            "updated_at",
        ]


class ShareSerializer(serializers.ModelSerializer[PublicationShare]):
    class Meta:
        model = PublicationShare
        fields = ["side", "days"]


class PublicationSerializer(serializers.ModelSerializer[Publication]):
    """A date told to the client, with its reason. `achieved`: it is the actual one. `shares`: its days where they are on several sides."""

    shares = ShareSerializer(many=True)

    class Meta:
        model = Publication
        fields = ["from_date", "to_date", "reason_class", "side", "days", "shares", "reason", "achieved", "published_at"]


class MilestoneSerializer(serializers.ModelSerializer[Milestone]):
    """A milestone as the client reads it: `forecast` is the published date, `last_change` its latest publication.

    `provisional`: the forecast lies in a year whose public holidays are not announced yet. `variance_days`: working days from the
    baseline to the actual date, or to the forecast; later is positive. `updated_at`: when any of this last changed; forecasts that were
    not published do not move it.
    """

    project = serializers.CharField(source="project.code")
    baseline = serializers.DateField(source="agreed_on", allow_null=True)
    forecast = serializers.DateField(source="published_on", allow_null=True)
    provisional = serializers.BooleanField(read_only=True)
    actual = serializers.DateField(source="actual_on", allow_null=True)
    variance_days = serializers.IntegerField(read_only=True, allow_null=True)
    state = serializers.ChoiceField(read_only=True, choices=STATES)
    last_change = PublicationSerializer(read_only=True, allow_null=True)
    updated_at = serializers.DateTimeField(source="told_at", allow_null=True)

    class Meta:
        model = Milestone
        fields = [
            "project",
            "key",
            "phase",
            "title",
            "kind",
            "baseline",
            "forecast",
            "provisional",
            "actual",
            "variance_days",
            "round",
            "state",
            "last_change",
            "updated_at",
        ]


class InternalMilestoneSerializer(MilestoneSerializer):
    """What internal readers get beside it: the plan's own forecast, the float, the owner, and whether the client sees the milestone.

    `variance_days` counts to the plan's own forecast, `baseline` is the current one whether it was told or not.
    """

    baseline = serializers.DateField(source="baseline_on", allow_null=True)
    internal_forecast = serializers.DateField(source="forecast_on", allow_null=True)
    owner = serializers.CharField(source="owner.full_name", default=None, allow_null=True)
    owner_email = serializers.CharField(source="owner.email", default=None, allow_null=True)
    updated_at = serializers.DateTimeField()

    class Meta(MilestoneSerializer.Meta):
        fields = [
            *MilestoneSerializer.Meta.fields,
            "internal_forecast", "float_days", "tolerance_days", "finish_by", "started_on",
            "owner", "owner_email", "visibility", "share_at_launch",
        ]  # fmt: skip


class ProjectWithMilestonesSerializer(ProjectSerializer):
    """A project; on demand with its milestones, in the order of the plan, as their own list gives them."""

    milestones = MilestoneSerializer(many=True, required=False, help_text="With `include=milestones`.")

    class Meta(ProjectSerializer.Meta):
        fields = [*ProjectSerializer.Meta.fields, "milestones"]


class DeliverableSerializer(serializers.ModelSerializer[Deliverable]):
    project = serializers.CharField(source="project.code")
    department = serializers.CharField(source="department.key")
    done = serializers.BooleanField(source="is_done")
    not_applicable = serializers.BooleanField(help_text="By the charter it does not apply to this project.")
    due_on = serializers.SerializerMethodField()

    class Meta:
        model = Deliverable
        fields = [
            "project", "key", "phase", "title", "document_type", "department", "due_on", "done", "done_at", "not_applicable", "round",
        ]  # fmt: skip

    def get_due_on(self, deliverable: Deliverable) -> date | None:
        """As it was told: our own due date moves with the plan."""
        told: dict[int, date] = self.context["told_due"]
        return told.get(deliverable.pk)


class InternalDeliverableSerializer(DeliverableSerializer):
    """Internal readers also get who owes it and what proves it."""

    due_on = serializers.DateField(allow_null=True)  # type: ignore[assignment]  # ours, in place of the told one
    owner = serializers.CharField(source="owner.full_name", default=None, allow_null=True)
    not_applicable_because = serializers.CharField(source="not_applicable")

    class Meta(DeliverableSerializer.Meta):
        fields = [
            *DeliverableSerializer.Meta.fields,
            "owner",
            "evidence_kind",
            "evidence_label",
            "evidence_hash",
            "evidence_on",
            "not_applicable_because",
            "visibility",
        ]


class BlockerSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    words = serializers.CharField()
    link = serializers.CharField(allow_blank=True)
    owner = serializers.CharField(allow_blank=True)
    expected = serializers.DateField(allow_null=True)


class EvidenceSerializer(serializers.Serializer[Any]):
    label = serializers.CharField()  # type: ignore[assignment]  # a field of the resource, not the field's own label
    link = serializers.CharField(allow_blank=True)
    hash = serializers.CharField(source="content_hash", allow_blank=True)
    as_of = serializers.DateTimeField(allow_null=True)


class ConditionSerializer(serializers.ModelSerializer[GateCondition]):
    """A condition of a gate: what, by whom, until when, what it locks once overdue."""

    gate = serializers.CharField(source="review.gate")
    round = serializers.IntegerField(source="review.round")
    criterion = serializers.CharField(source="criterion_key")
    owner = serializers.CharField(source="owner.full_name")
    overdue = serializers.SerializerMethodField()

    class Meta:
        model = GateCondition
        fields = [
            "id", "label", "gate", "round", "state", "words", "criterion", "owner", "due_on", "overdue", "step", "step_number",
            "tell_client", "untold_reason", "answer", "answered_at", "confirmed_at",
        ]  # fmt: skip

    def get_overdue(self, condition: GateCondition) -> bool:
        return condition.is_overdue(timezone.localdate())


class WaiverSerializer(serializers.ModelSerializer[GateWaiver]):
    criterion = serializers.CharField(source="criterion_key")
    requested_by = serializers.CharField(source="requested_by.full_name")
    decided_by = serializers.CharField(source="decided_by.full_name", allow_null=True, default=None)

    class Meta:
        model = GateWaiver
        fields = ["id", "criterion", "state", "justification", "requested_by", "requested_at", "decided_by", "decided_at", "refusal_reason"]


class ConditionAnswerSerializer(serializers.Serializer[Any]):
    """How a condition is met: the key of a deliverable that is done, words, or both."""

    deliverable = serializers.SlugField(required=False, allow_blank=True, default="")
    words = serializers.CharField(required=False, allow_blank=True, default="", max_length=4000)


class ReasonSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=2000)


class CriterionSerializer(serializers.Serializer[Any]):
    """A pinned criterion with its live finding; `standing`: met, waived, not_applicable, or unmet.

    `must_become_conditions` are words that a passing decision has to set as conditions.
    """

    key = serializers.CharField()
    version = serializers.IntegerField()
    words = serializers.CharField()
    department = serializers.CharField()
    met = serializers.BooleanField(source="finding.met")
    standing = serializers.CharField()
    waivable = serializers.BooleanField()
    evidence = EvidenceSerializer(source="finding.evidence", many=True)
    blockers = BlockerSerializer(source="finding.blockers", many=True)
    expected = serializers.DateField(source="finding.expected", allow_null=True)
    must_become_conditions = serializers.ListField(source="finding.conditions", child=serializers.CharField())


class GateSerializer(serializers.Serializer[Any]):
    """The current review of a project's gate, judged live."""

    project = serializers.CharField()
    gate = serializers.CharField()
    round = serializers.IntegerField()
    state = serializers.CharField()
    proposed_decision = serializers.CharField(allow_blank=True)
    proposal_hash = serializers.CharField(allow_blank=True, help_text="Of what the signers sign; empty before a proposal.")
    signers = serializers.ListField(child=serializers.CharField())
    signed = serializers.ListField(child=serializers.CharField())
    met = serializers.IntegerField()
    total = serializers.IntegerField()
    forecast = serializers.DateField(allow_null=True)
    without_date = serializers.ListField(child=serializers.CharField())
    criteria = CriterionSerializer(many=True)
    conditions = ConditionSerializer(many=True)
    waivers = WaiverSerializer(many=True)
    ending_agreements = BlockerSerializer(
        many=True,
        help_text="Signed ones that end while they are needed, without a successor. Key `agreement.client_ends`: for all projects.",
    )
    missing_agreements = BlockerSerializer(many=True, help_text="The quality agreement, where the request asks for GMP.")


class NewConditionSerializer(serializers.Serializer[Any]):
    """A condition as it is proposed; the owner by e-mail, the criterion by its key."""

    words = serializers.CharField(max_length=2000)
    owner = serializers.SlugRelatedField(slug_field="email", queryset=User.objects.active().internal())
    due_on = serializers.DateField()
    step = serializers.ChoiceField(choices=[(step.key, step.words) for step in steps.named_steps()])
    step_number = serializers.IntegerField(required=False, default=0, min_value=0, max_value=99)
    criterion = serializers.SlugField(required=False, allow_blank=True, default="")
    tell_client = serializers.BooleanField(required=False, default=True)
    client_words = serializers.CharField(required=False, allow_blank=True, default="", max_length=1000)
    untold_reason = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=1000, help_text="Needed where the client is not told."
    )


class ProposalSerializer(serializers.Serializer[Any]):
    """A proposed gate decision as it arrives."""

    decision = serializers.ChoiceField(choices=Decision.choices)
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=4000)
    return_to = serializers.ChoiceField(
        choices=[(phase.value, phase.label) for phase in PHASES], required=False, allow_blank=True, default=""
    )
    cost_effect = serializers.CharField(required=False, allow_blank=True, default="", max_length=2000)
    renew_criteria = serializers.ListField(child=serializers.SlugField(), required=False, default=list)
    conditions = NewConditionSerializer(many=True, required=False, default=list)
