"""Forms of a booking: which vessel, which days, what for."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from catalogue.models import Vessel
from projects.forms.evidence import day_input
from projects.forms.gate import REASON
from projects.models import Milestone, Occupancy, Task
from projects.services.occupancy import Booking

if TYPE_CHECKING:
    from collections.abc import Iterable

    from projects.models import Project

UPKEEP = [choice for choice in Occupancy.Purpose.choices if choice[0] != Occupancy.Purpose.BATCH]


def vessel_choices(vessels: Iterable[Vessel]) -> list[Any]:
    """By site, each with what it holds; one that is out of service says so."""
    by_site = groupby(vessels, key=lambda vessel: vessel.site.name)
    return [("", "–"), *((site, [(str(vessel.pk), _named(vessel)) for vessel in rows]) for site, rows in by_site)]


def _named(vessel: Vessel) -> str:
    words = " · ".join(filter(None, (vessel.tag, vessel.name, vessel.volume_words)))
    return words if vessel.in_service else _t("%(vessel)s (out of service)") % {"vessel": words}


def belongs_to_choices(project: Project, booking: Occupancy | None) -> list[Any]:
    """What is in the plan, and what the booking belongs to already though a change order dropped it."""
    milestones = [(row.key, row.title) for row in Milestone.objects.filter(project=project)]
    if booking and booking.milestone and booking.milestone.dropped_by_id:
        words = _t("%(title)s (no longer in the plan)") % {"title": booking.milestone.title}
        milestones.append((booking.milestone.key, words))
    tasks = [(row.key, row.title) for row in Task.objects.filter(project=project)]
    return [("", "–"), *([(_t("Tasks"), tasks)] if tasks else []), (_t("Milestones"), milestones)]


class VesselSelect(forms.Select):
    """One out of service stays in sight but cannot be chosen; a booking that has it already keeps it."""

    out_of_service: frozenset[str] = frozenset()

    def create_option(self, name: str, value: Any, label: Any, selected: bool, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, label, selected, *args, **kwargs)
        if str(value) in self.out_of_service and not selected:
            option["attrs"]["disabled"] = True
        return option


class MoveForm(forms.Form):
    """What a booking is, and why it changes."""

    vessel = forms.ChoiceField(label=_("Vessel"), widget=VesselSelect)
    first_on = forms.DateField(label=_("First day"), widget=day_input())
    last_on = forms.DateField(label=_("Last day"), widget=day_input(), help_text=_("Both days are included."))
    purpose = forms.ChoiceField(label=_("Purpose"))
    label = forms.CharField(label=_("Batch number, or what is done"), max_length=120, required=False)
    belongs_to = forms.ChoiceField(
        label=_("Belongs to"), required=False, help_text=_("When its forecast leaves these days, calendar and plan say so.")
    )
    remark = forms.CharField(label=_("Remark"), max_length=1000, required=False)
    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs=REASON))

    def __init__(self, *args: Any, project: Project | None, booking: Occupancy | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        vessels = list(Vessel.objects.select_related("site").order_by("site__name", "site", "tag"))
        cast("forms.ChoiceField", self.fields["vessel"]).choices = vessel_choices(vessels)
        cast("VesselSelect", self.fields["vessel"].widget).out_of_service = frozenset(str(row.pk) for row in vessels if not row.in_service)
        cast("forms.ChoiceField", self.fields["purpose"]).choices = Occupancy.Purpose.choices if project else UPKEEP
        if project is None:
            del self.fields["belongs_to"]
            self.fields["label"].label, self.fields["label"].required = _("What is done"), True
        else:
            cast("forms.ChoiceField", self.fields["belongs_to"]).choices = belongs_to_choices(project, booking)

    @staticmethod
    def of(booking: Occupancy) -> dict[str, Any]:
        """What the form begins with for a booking that there is."""
        values = {name: getattr(booking, name) for name in ("first_on", "last_on", "purpose", "label", "remark")}
        return values | {"vessel": booking.vessel_id, "belongs_to": booking.belongs_to and booking.belongs_to.key}

    @property
    def draft(self) -> Booking:
        values = {name: value for name, value in self.cleaned_data.items() if name not in ("vessel", "reason", "firm")}
        return Booking(vessel=int(self.cleaned_data["vessel"]), **values)


class BookingForm(MoveForm):
    """A new booking: tentative, unless it is meant firmly at once."""

    reason = None  # type: ignore[assignment]
    firm = forms.ChoiceField(
        label=_("Standing"),
        choices=[("", _("tentative: others may plan with the same days")), ("firm", _("firm: nobody else can have them firmly"))],
        required=False,
    )
    field_order = ("vessel", "first_on", "last_on", "purpose", "label", "belongs_to", "firm", "remark")
