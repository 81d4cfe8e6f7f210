"""Forms of the default plan: one milestone, one deliverable."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from accounts.numbers import WholeNumberField
from projects.default_plan import KINDS, MILESTONES, Content, Found, all_milestones
from projects.models import PHASES, Milestone, Phase

LINKS = 3  # a milestone of the default plan waits for so many others at most; the project manager adds what a project needs


class DeliverableDefaultForm(forms.Form):
    """Who owns it and what it is called; its record and its gate are declared by the release."""

    title = forms.CharField(label=_("Title"), max_length=200)
    department = forms.ChoiceField(label=_("Owner"))
    place = WholeNumberField(label=_("Place in the phase"), min_value=1, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(label=_("Reason"), max_length=1000)
    names: tuple[str, ...] = ("title", "department")

    def __init__(self, *args: Any, content: Content, version: int, here: Found | None = None, phase: str = "", **kwargs: Any) -> None:
        kwargs["initial"] = {"version": version, **({**here.line, "place": here.place + 1} if here else {})}
        super().__init__(*args, **kwargs)
        self.fields["department"].choices = [(row.key, str(row)) for row in Department.objects.all()]  # type: ignore[attr-defined]
        if here is None:
            del self.fields["place"]

    @property
    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.names}


class MilestoneDefaultForm(DeliverableDefaultForm):
    kind = forms.ChoiceField(label=_("Kind"), help_text=_("Contract: its date is told to the client and agreed."))
    tolerance = WholeNumberField(label=_("Tolerance (working days)"), min_value=0, initial=5)
    shared = forms.BooleanField(label=_("The client sees it from the approval of the contract on"), required=False)
    names = ("title", "kind", "department", "tolerance", "shared")

    def __init__(self, *args: Any, content: Content, version: int, here: Found | None = None, phase: str = "", **kwargs: Any) -> None:
        super().__init__(*args, content=content, version=version, here=here, phase=phase, **kwargs)
        line: dict[str, Any] = here.line if here else {"key": "", "kind": "", "after": {}}
        kinds = KINDS if line["kind"] in (*KINDS, "") else (Milestone.Kind(line["kind"]),)
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in kinds]  # type: ignore[attr-defined]
        self._add_links(content, line, here.phase if here else phase)
        ahead = [f"{name}_{number}" for number in range(1, LINKS + 1) for name in ("after", "lag")]
        self.order_fields(["title", "kind", "department", "tolerance", "shared", *ahead, "place", "reason"])

    def _add_links(self, content: Content, line: dict[str, Any], phase: str) -> None:
        before = PHASES[: PHASES.index(Phase(phase)) + 1]
        keys = {each["key"] for name in before for each in content[name][MILESTONES]} - {line["key"]}
        choices = [("", "–"), *((each["key"], each["title"]) for each in all_milestones(content) if each["key"] in keys)]
        links = [*line["after"].items(), *[("", None)] * LINKS][:LINKS]
        for number, (key, lag) in enumerate(links, 1):
            label = _("Waits for") if number == 1 else _("and for")
            self.fields[f"after_{number}"] = forms.ChoiceField(label=label, choices=choices, initial=key, required=False)
            self.fields[f"lag_{number}"] = WholeNumberField(
                label=_("working days after it (%(number)d)") % {"number": number}, initial=lag, min_value=0, required=False
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        after: dict[str, int] = {}
        for number in range(1, LINKS + 1):
            key, lag = data.get(f"after_{number}"), data.get(f"lag_{number}")
            if key and key in after:
                self.add_error(f"after_{number}", _t("It waits for this one already."))
            elif key:
                after[key] = lag or 0
            elif lag:
                self.add_error(f"after_{number}", _t("Say for which milestone these days are counted."))
        self.after = after
        return data

    @property
    def facts(self) -> dict[str, Any]:
        return super().facts | {"after": self.after}
