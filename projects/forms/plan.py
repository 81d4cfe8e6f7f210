"""Forms of the plan and of one milestone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.numbers import WholeNumberField
from audit.refusals import BadInput
from projects.forms.evidence import day_input
from projects.forms.gate import REASON
from projects.limits import MOST_WORKING_DAYS
from projects.models import Publication, Relation

if TYPE_CHECKING:
    from projects.models import Milestone
    from projects.publication import Move


class RescheduleForm(forms.Form):
    not_before = forms.DateField(
        label=_("Not before"),
        required=False,
        widget=day_input(),
        help_text=_("Empty: as early as what it waits for allows. Everything behind it moves with it."),
    )
    duration_days = WholeNumberField(
        label=_("Work that ends with it (working days)"),
        required=False,
        min_value=0,
        max_value=MOST_WORKING_DAYS,
        help_text=_("Zero: a point in time. Otherwise “not before” binds the beginning of the work."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        widget=forms.Textarea(attrs=REASON),
        help_text=_("It stays in the record; the client does not see it."),
    )


SHARE = "share_"  # a field of its own for the days of each side


def at_its_field(bad: BadInput, form: forms.Form) -> BadInput:
    """What is wrong with the days by side stands at the first of them that was typed."""
    typed = next((f"{SHARE}{side}" for side in Publication.Side.values if form.cleaned_data.get(f"{SHARE}{side}")), "")
    first = typed or f"{SHARE}{Publication.Side.values[0]}"
    return BadInput({first if name == "shares" else name: words for name, words in bad.errors.items()})


class WhyForm(forms.Form):
    """Why the client reads another date: the kind of reason, whose side, or the days of each of several sides, and the words."""

    reason_class = forms.ChoiceField(label=_("Kind of reason"), choices=[("", "–"), *Publication.ReasonClass.choices])
    side = forms.ChoiceField(
        label=_("On whose side"),
        required=False,
        choices=[("", "–"), *Publication.Side.choices],
        help_text=_("All days; or, where days of other sides are given below, the rest of them."),
    )
    reason = forms.CharField(
        label=_("Words to the client"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs=REASON),
        help_text=_("The client reads them beside each new date and in the mail."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for side, label in Publication.Side.choices:
            self.fields[f"{SHARE}{side}"] = WholeNumberField(label=_("%(side)s (working days)") % {"side": label}, required=False)

    @property
    def share_fields(self) -> list[forms.BoundField]:
        return [self[f"{SHARE}{side}"] for side in Publication.Side.values]

    @property
    def is_split(self) -> bool:
        """Whether days by side were typed, or something is wrong with them: then they are shown unfolded."""
        return any(field.value() or field.errors for field in self.share_fields)

    @property
    def why(self) -> dict[str, Any]:
        """What the services take, of a valid form."""
        days = {side: self.cleaned_data[f"{SHARE}{side}"] for side in Publication.Side.values}
        return {
            **{name: self.cleaned_data[name] for name in ("reason_class", "side", "reason")},
            "shares": {side: number for side, number in days.items() if number},
        }


class AchieveForm(forms.Form):
    on = forms.DateField(label=_("Actual date"), widget=day_input())
    reason = forms.CharField(label=_("Remark"), required=False, max_length=2000, widget=forms.Textarea(attrs=REASON))

    @property
    def values(self) -> dict[str, Any]:
        return self.cleaned_data


class AchieveToldForm(WhyForm):
    """For a date that the client was told: what makes it another one, or nothing, and then the project manager is asked later."""

    on = forms.DateField(label=_("Actual date"), widget=day_input())
    remark = forms.CharField(label=_("Remark"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))
    field_order = ("on", "remark", "reason_class", "side")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason_class"].required = False
        self.fields["reason_class"].help_text = _("Where it is another day than the client was told. Empty: you are asked for it later.")

    @property
    def values(self) -> dict[str, Any]:
        """No explanation where nothing was filled in; what is filled in by half is refused by the service."""
        explained = self.why if any(self.why.values()) else None
        return {"on": self.cleaned_data["on"], "reason": self.cleaned_data["remark"], "explained": explained}


class PublishForm(WhyForm):
    """Which dates the client is told, and what it is told together with them."""

    keys = forms.MultipleChoiceField(label=_("Dates"), error_messages={"required": _("Choose the dates to tell the client.")})

    def __init__(self, *args: Any, moves: Sequence[Move], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.MultipleChoiceField", self.fields["keys"]).choices = [(move.key, move.title) for move in moves]
        if any(move.from_date for move in moves):
            self.fields["reason"].help_text = _("The client reads them beside each new date and in the mail. Only a first date needs none.")
        if moves and all(move.from_date for move in moves):
            self.fields["reason"].required = True
            told = [choice for choice in Publication.ReasonClass.choices if choice[0] != Publication.ReasonClass.INITIAL]
            cast("forms.ChoiceField", self.fields["reason_class"]).choices = [("", "–"), *told]


class DependencyForm(forms.Form):
    """A relation and its lag, with the reason that stays in the record."""

    kind = forms.ChoiceField(
        label=_("Relation"),
        choices=Relation.choices,
        initial=Relation.FINISH_START,
        help_text=_("What of the first the second waits for. Without work of its own a milestone starts and finishes on its date."),
    )
    lag_days = WholeNumberField(
        label=_("Lag (working days)"), initial=0, help_text=_("Below zero: the second may come so many days before.")
    )
    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs=REASON))


class NewDependencyForm(DependencyForm):
    successor = forms.ChoiceField(label=_("This milestone"))
    predecessor = forms.ChoiceField(label=_("waits for"))
    field_order = ("successor", "predecessor", "kind", "lag_days", "reason")

    def __init__(self, *args: Any, milestones: Iterable[Milestone], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = list(milestones)
        ahead, behind = cast("forms.ChoiceField", self.fields["predecessor"]), cast("forms.ChoiceField", self.fields["successor"])
        ahead.choices = [("", "–"), *((row.key, row.title) for row in rows)]
        behind.choices = [("", "–"), *((row.key, row.title) for row in rows if row.actual_on is None)]


class BaselineForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=100)
    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs=REASON))
