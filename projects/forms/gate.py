"""Forms of the gate page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from projects.gates import renewable
from projects.models import EvidenceAssessment, Phase, Project
from projects.models.gate import PASSING, Decision
from projects.services.lifecycle import earlier_phases

REASON = {"rows": 3}
RETURN_ONLY = ("return_to", "cost_effect", "renew_criteria")


class GoForm(forms.Form):
    """Propose *go*; the reason is welcome and not needed."""

    decision = forms.CharField(widget=forms.HiddenInput, initial=Decision.GO)
    reason = forms.CharField(label=_("Remark for the signers"), required=False, max_length=4000, widget=forms.Textarea(attrs=REASON))


class OtherDecisionForm(forms.Form):
    """Propose hold, return or stop, always with a reason; a return says what it costs and which evidence has to be renewed."""

    decision = forms.ChoiceField(label=_("Decision"), widget=forms.RadioSelect)
    return_to = forms.ChoiceField(label=_("Return to"), required=False)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=4000,
        widget=forms.Textarea(attrs=REASON),
        help_text=_("It stays in the record; every signer reads it."),
    )
    cost_effect = forms.CharField(
        label=_("Effect of a return on cost"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )
    renew_criteria = forms.MultipleChoiceField(
        label=_("Evidence that a return asks for again"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("A criterion ticked here needs evidence newer than the return when its gate is passed again."),
    )

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        earlier = earlier_phases(project)
        choices = [choice for choice in Decision if choice not in PASSING and (earlier or choice != Decision.RETURN)]
        self.fields["decision"].choices = [(choice.value, choice.label) for choice in choices]  # type: ignore[attr-defined]
        self.fields["return_to"].choices = [("", "–"), *((phase.value, phase.label) for phase in earlier)]  # type: ignore[attr-defined]
        if not earlier:
            for name in RETURN_ONLY:
                del self.fields[name]
            return
        self.fields["renew_criteria"].choices = list(criteria_of(project, [*earlier, Phase(project.phase)]))  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """What belongs to a return is hidden while another decision is chosen, and counts for nothing then."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if values.get("decision") != Decision.RETURN:
            values |= {name: self.fields[name].clean(None) for name in RETURN_ONLY if name in self.fields}
        return values


def criteria_of(project: Project, phases: Iterable[Phase]) -> Iterable[tuple[str, list[tuple[str, str]]]]:
    """The criteria of each phase's gate whose evidence can be given again, as grouped choices."""
    for gate, criteria in renewable(project, phases):
        yield f"{gate.key} {gate.title}", [(criterion.key, str(criterion.words)) for criterion in criteria]


class MeetingForm(forms.Form):
    """When the signers meet, and on what."""

    meeting_on = forms.DateField(label=_("Day of the meeting"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    agenda = forms.CharField(label=_("Agenda"), max_length=8000, widget=forms.Textarea(attrs={"rows": 6}))


class MinutesForm(forms.Form):
    minutes = forms.CharField(
        label=_("Minutes"),
        required=False,
        max_length=20000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("They can be written until the Gate Minutes of this round are in review; then they stand."),
    )


class RequestForm(forms.Form):
    reason = forms.CharField(
        label=_("Why now"), max_length=2000, widget=forms.Textarea(attrs=REASON), help_text=_("The project manager reads it.")
    )


class CommentForm(forms.Form):
    """A dissent that does not stop the decision."""

    comment = forms.CharField(
        label=_("Comment"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("You sign, and your dissent stands beside the signature and in the minutes. To stop the decision, dissent instead."),
    )


class AssessForm(forms.Form):
    """What changed evidence means for the decision that was made on it."""

    verdict = forms.ChoiceField(label=_("Verdict"), choices=EvidenceAssessment.Verdict.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Reason"), max_length=4000, widget=forms.Textarea(attrs=REASON), help_text=_("It stays in the record.")
    )


class WithdrawForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), required=False, max_length=4000, widget=forms.Textarea(attrs=REASON))


class ReasonForm(forms.Form):
    """A reason that the service insists on."""

    reason = forms.CharField(
        label=_("Reason"), max_length=4000, widget=forms.Textarea(attrs=REASON), help_text=_("It stays in the record.")
    )
