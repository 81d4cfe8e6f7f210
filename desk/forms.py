"""What the key figures and the calendar of vessels may be asked (it stands in the address), and what a status report is given."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django_prose_editor.fields import ProseEditorFormField

from accounts.models import Client
from catalogue.models import Site, Vessel
from documents import narrative
from documents.services.issuing import LONGEST_MESSAGE
from projects.filters import day
from projects.models import Occupancy, Phase, Project

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import QueryDict

    from accounts.models import User
    from documents.registry import NarrativeSection


class KpiForm(forms.Form):
    since = forms.DateField(label=_("From"), required=False, widget=day())
    until = forms.DateField(label=_("To"), required=False, widget=day())
    client = forms.ModelChoiceField(label=_("Client"), required=False, queryset=Client.objects.none(), empty_label=_("Any"))
    site = forms.ModelChoiceField(label=_("Site"), required=False, queryset=Site.objects.all(), empty_label=_("Any"))
    phase = forms.ChoiceField(label=_("Phase"), required=False, choices=[("", _("Any")), *Phase.choices])

    def __init__(self, *args: Any, reader: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["client"].queryset = Client.objects.visible_to(reader)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        since, until = given.get("since"), given.get("until")
        if since and until and until < since:
            self.add_error("until", _t("The period ends before it begins."))
        return given


class BidForm(KpiForm):
    """Enquiries are all of one phase."""

    phase = None  # type: ignore[assignment]


# A quarter before and after fits into the calendar; what lies beyond is a slip of the keyboard.
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 1, 1)


class OccupancyForm(forms.Form):
    """Which vessels, from which day, for how many weeks: a quarter from this week's Monday, unless the address says otherwise.

    The field of the day is called `from`, as its address is.
    """

    site = forms.ModelChoiceField(label=_("Site"), required=False, queryset=Site.objects.all(), empty_label=_("Any"))
    project = forms.ModelChoiceField(
        label=_("Project"), required=False, queryset=Project.objects.none(), to_field_name="code", empty_label=_("Any")
    )
    kind = forms.ChoiceField(label=_("Kind of vessel"), required=False, choices=[("", _("Any")), *Vessel.Kind.choices])
    weeks = forms.ChoiceField(label=_("Weeks"), required=False, choices=[(str(number), str(number)) for number in (4, 8, 13, 26, 52)])

    def __init__(self, data: QueryDict, *, reader: User, today: date) -> None:
        asked = data.copy()
        for name, default in (("from", (today - timedelta(days=today.weekday())).isoformat()), ("weeks", "13")):
            asked[name] = asked.get(name) or default
        super().__init__(asked)
        booked = Exists(Occupancy.objects.filter(project=OuterRef("pk")))
        self.fields["project"].queryset = Project.objects.visible_to(reader).filter(booked).order_by("code")  # type: ignore[attr-defined]
        self.fields["from"] = forms.DateField(
            label=_("From"), required=False, widget=day(), validators=[MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)]
        )
        self.order_fields(["site", "project", "kind", "from", "weeks"])

    @property
    def length(self) -> timedelta:
        return timedelta(weeks=int(self.cleaned_data["weeks"]))

    @property
    def days(self) -> tuple[date, date]:
        """The first and last day that are asked for."""
        first: date = self.cleaned_data["from"]
        return first, first + self.length - timedelta(days=1)


class StatusReportForm(forms.Form):
    """The words that go with a report: its written sections, and the message with which the client gets it."""

    message = forms.CharField(
        label=_("Message to the client"),
        max_length=LONGEST_MESSAGE,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("It goes out with the report, as you write it."),
    )
    internal_copy = forms.BooleanField(
        label=_("Make our own copy too"), required=False, help_text=_("With internal forecasts, every task and every risk; never shared.")
    )

    def __init__(self, *args: Any, sections: Sequence[NarrativeSection], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sections = sections
        for section in sections:
            self.fields[section.key] = ProseEditorFormField(
                label=section.title,
                help_text=section.help,
                required=False,
                max_length=narrative.MAX_LENGTH,
                extensions=narrative.EDITOR_EXTENSIONS,
            )
        self.order_fields([*(section.key for section in sections), "message", "internal_copy"])

    @property
    def narrative(self) -> dict[str, str]:
        return {section.key: self.cleaned_data[section.key] or "" for section in self.sections}
