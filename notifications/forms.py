"""The forms of preferences, watches, webhooks and calendar feeds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Client, User
from accounts.numbers import WholeNumberField
from notifications.choices import Choice, Group, groups_for
from notifications.contents import kinds_in
from notifications.models import ProjectPreference
from projects.boxes import MOST_OFFERED, more_words
from projects.models import Milestone, Project

HINTS = {Group.WATCHED: _("A milestone that you chose to watch moves by more than the days that you named.")}


class PreferencesForm(forms.Form):
    """One choice for each group that concerns the person, and one for each kind of event in it that is told otherwise than its group."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        otherwise = [("", _("As chosen for all of these")), *Choice.choices]
        for group in groups_for(user):
            self.fields[group.value] = forms.ChoiceField(label=group.label, choices=Choice.choices, help_text=HINTS.get(group, ""))
            for kind, words in kinds_in(group, user).items():
                self.fields[f"{group}:{kind}"] = forms.ChoiceField(label=words, choices=otherwise, required=False)

    def by_group(self) -> list[dict[str, Any]]:
        """Each group with its kinds, how many of them are told otherwise, and whether one of them is wrong."""
        found = []
        for name in (name for name in self.fields if ":" not in name):
            kinds = [self[each] for each in self.fields if each.startswith(f"{name}:")]
            otherwise = sum(bool(each.value()) for each in kinds)
            found.append({"field": self[name], "kinds": kinds, "otherwise": otherwise, "open": any(each.errors for each in kinds)})
        return found


def milestones_to_offer(user: User, projects: Sequence[Project], named: str) -> list[Milestone]:
    """Of these projects, in their order."""
    here = [each.pk for each in projects]
    rows = Milestone.objects.visible_to(user).open().select_related("project").filter(project__in=here[: MOST_OFFERED // 5])
    found = sorted(rows.order_by("order", "id"), key=lambda row: here.index(row.project_id))[:MOST_OFFERED]
    again = Milestone.objects.visible_to(user).filter(pk=named).select_related("project") if named.isdecimal() else ()
    return [*(row for row in again if row not in found), *found]


def offer(form: forms.Form, name: str, rows: Sequence[Project] | Sequence[Milestone]) -> None:
    """List these in the box; what it accepts stays as it is."""
    field: Any = form.fields[name]
    nothing = [("", field.empty_label)]
    field.help_text = more_words(rows)
    field.choices = nothing + [(field.prepare_value(row), field.label_from_instance(row)) for row in rows]


class ProjectChoiceForm(forms.Form):
    """How one project is told, whatever was chosen for the groups."""

    project = forms.ModelChoiceField(label=_("Project"), queryset=Project.objects.none(), empty_label="–", to_field_name="code")
    choice = forms.ChoiceField(label=_("Told"), required=False, choices=[("", _("As usual")), *ProjectPreference.Choice.choices])

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["project"].queryset = Project.objects.visible_to(user).running()  # type: ignore[attr-defined]


class WatchForm(forms.Form):
    days = WholeNumberField(
        label=_("Tell me when it moves by more than (days)"),
        min_value=0,
        max_value=365,
        initial=5,
        help_text=_("Calendar days, counted from the date that you know today; 0 tells you of every move."),
    )


class NewWatchForm(WatchForm):
    """A watch from the page of one's choices; a client's people have no page of a milestone."""

    milestone = forms.ModelChoiceField(label=_("Milestone"), queryset=Milestone.objects.none(), empty_label="–")
    field_order = ("milestone", "days")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = Milestone.objects.visible_to(user).open().select_related("project")
        self.fields["milestone"].queryset = found  # type: ignore[attr-defined]
        self.fields["milestone"].label_from_instance = lambda row: f"{row.project.code}: {row.title}"  # type: ignore[attr-defined]


class FeedForm(forms.Form):
    project = forms.ModelChoiceField(
        label=_("Project"), queryset=Project.objects.none(), required=False, empty_label=_("Everything of mine"), to_field_name="code"
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["project"].queryset = Project.objects.visible_to(user).running()  # type: ignore[attr-defined]


class WebhookForm(forms.Form):
    client = forms.ModelChoiceField(label=_("Client"), queryset=Client.objects.none())
    url = forms.CharField(
        label=_("Address"), max_length=500, widget=forms.URLInput, help_text=_("https:// and a host that can be reached from the internet.")
    )
    description = forms.CharField(label=_("What it is for"), max_length=200, required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["client"].queryset = Client.objects.visible_to(user)  # type: ignore[attr-defined]
        if not user.is_internal:
            self.fields["client"].initial = user.client_id
            self.fields["client"].empty_label = None  # type: ignore[attr-defined]
