"""Forms of the charter and of the team."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from accounts.numbers import WholeNumberField
from catalogue.models import Site
from projects.forms.evidence import day_input
from projects.forms.shape import ShapeForm
from projects.models import Charter, Phase

if TYPE_CHECKING:
    from django.db.models import QuerySet


def managers() -> QuerySet[User]:
    return User.objects.active().internal().holding(Role.PROJECT_MANAGER)


def only_manager() -> int | None:
    """The one project manager, where there is no choice."""
    found = list(managers().values_list("pk", flat=True)[:2])
    return found[0] if len(found) == 1 else None


class CharterForm(ShapeForm):
    """What was agreed to do, in which phases, where, led by whom."""

    first_phase = forms.ChoiceField(label=_("First contracted phase"), choices=Phase.choices, initial=Phase.EVALUATION)
    last_phase = forms.ChoiceField(label=_("Last contracted phase"), choices=Phase.choices, initial=Phase.COMMERCIAL)
    site = forms.ModelChoiceField(
        label=_("Site"), queryset=Site.objects.none(), empty_label="–", help_text=_("Dates count its working days.")
    )
    project_manager = forms.ModelChoiceField(label=_("Project manager"), queryset=User.objects.none(), empty_label="–")

    class Meta:
        model = Charter
        fields = (
            "objectives",
            "background",
            "scope_in",
            "scope_out",
            "assumptions",
            "dependencies",
            "constraints",
            "risks",
            "governance",
            "escalation",
            "acceptance",
            "communication",
            "plan_from",
            "start_on",
            "filing_on",
            "pilot_batches",
            "validation_batches",
            "batches_reason",
        )
        field_classes = {"pilot_batches": WholeNumberField, "validation_batches": WholeNumberField}
        widgets = {
            "objectives": forms.Textarea(attrs={"rows": 4}),
            "background": forms.Textarea(attrs={"rows": 3}),
            "scope_in": forms.Textarea(attrs={"rows": 3}),
            "scope_out": forms.Textarea(attrs={"rows": 3}),
            "assumptions": forms.Textarea(attrs={"rows": 4}),
            "risks": forms.Textarea(attrs={"rows": 4}),
            "dependencies": forms.Textarea(attrs={"rows": 4}),
            "constraints": forms.Textarea(attrs={"rows": 3}),
            "governance": forms.Textarea(attrs={"rows": 3}),
            "escalation": forms.Textarea(attrs={"rows": 4}),
            "acceptance": forms.Textarea(attrs={"rows": 3}),
            "communication": forms.Textarea(attrs={"rows": 4}),
            "batches_reason": forms.Textarea(attrs={"rows": 2}),
            "start_on": day_input(),
            "filing_on": day_input(),
        }
        help_texts = {
            "objectives": _("Measurable: what is there at the end, in which amount and quality, by when."),
            "risks": _("The few that matter, a line each: risk | probability | impact | response."),
            "dependencies": _("A line each: what | from whom | by when."),
            "constraints": _("A line each: what cannot be moved without the client or a change order."),
            "governance": _("Meetings and who decides what."),
            "escalation": _("A line each: level | who | when it is asked | settled within."),
            "acceptance": _("A line each: deliverable | criterion. Also of samples and batches. What has no line is accepted as usual."),
            "communication": _("A line each: who | what | how often | language | way."),
            "batches_reason": _("Needed for any other number than two pilot and three validation batches."),
            "start_on": _("Where the plan begins; not used when it is counted back."),
            "filing_on": _("With a date the filing is in the plan, and float is counted towards it."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("pilot_batches", "validation_batches"):
            self.fields[name].required = False
        self.fields["start_on"].required = False  # the service asks for the date that the way of planning needs
        self.fields["site"].queryset = Site.objects.all()  # type: ignore[attr-defined]
        self.fields["project_manager"].queryset = managers()  # type: ignore[attr-defined]

    def clean_pilot_batches(self) -> int:
        return self._batches("pilot_batches")

    def clean_validation_batches(self) -> int:
        return self._batches("validation_batches")

    def _batches(self, name: str) -> int:
        """Left empty, the usual number."""
        given = self.cleaned_data[name]
        return int(getattr(Charter(), name) if given is None else given)


class WritingForm(forms.Form):
    """What the quotation does not say of a charter."""

    site = forms.ModelChoiceField(label=_("Site"), queryset=Site.objects.none(), empty_label="–")
    project_manager = forms.ModelChoiceField(label=_("Project manager"), queryset=User.objects.none(), empty_label="–")
    start_on = forms.DateField(label=_("Planned start"), widget=day_input())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"prefix": "write", **kwargs})
        self.fields["site"].queryset = Site.objects.all()  # type: ignore[attr-defined]
        self.fields["project_manager"].queryset = managers()  # type: ignore[attr-defined]


class PlainSelect(forms.Select):
    """Written at once: Django draws each option by a template of its own, of which this page has everybody for every department."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        chosen = "" if value is None else str(value)
        rows = ((key, mark_safe(" selected") if str(key) == chosen else "", label) for key, label in self.choices)
        options = format_html_join("\n", '<option value="{}"{}>{}</option>', rows)
        return format_html('<select name="{}"{}>{}</select>', name, flatatt(self.build_attrs(self.attrs, attrs)), options)


class MemberForm(forms.Form):
    """The person of one department; empty leaves the work with the department. It knows what was shown: only a choice changes it."""

    user = forms.TypedChoiceField(
        label=_("Person"), required=False, coerce=int, empty_value=None, show_hidden_initial=True, widget=PlainSelect
    )

    def __init__(self, *args: Any, people: list[User], own: Collection[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {person.pk: person for person in people}
        named = [(person.pk, person.full_name if person.pk in own else f"{person.full_name} *") for person in people]
        self.fields["user"].choices = [("", _("nobody named")), *named]  # type: ignore[attr-defined]
        self.fields["user"].widget.attrs["class"] = "form-select"

    @property
    def person(self) -> User | None:
        return self.people.get(self.cleaned_data["user"])
