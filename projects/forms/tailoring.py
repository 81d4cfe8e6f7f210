"""Form of what does not apply to a project."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from projects.services.tailoring import Offer


class TailoringForm(forms.Form):
    """One deliverable or criterion, and why it does not apply."""

    item = forms.ChoiceField(
        label=_("Does not apply"), help_text=_("A criterion takes out with it the deliverables that no other criterion needs.")
    )
    justification = forms.CharField(
        label=_("Justification"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It is printed in the Project Charter and approved with it by quality assurance."),
    )

    def __init__(self, *args: Any, offers: Iterable[Offer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups: dict[str, list[tuple[str, str]]] = {}
        for offer in offers:
            name = _t("%(phase)s: %(kind)s") % {"phase": offer.phase.label, "kind": offer.kind.label.lower()}
            groups.setdefault(name, []).append((offer.value, offer.title))
        self.fields["item"].choices = [("", "–"), *groups.items()]  # type: ignore[attr-defined]

    def values(self) -> dict[str, str]:
        kind, _colon, key = self.cleaned_data["item"].partition(":")
        return {"kind": kind, "key": key, "justification": self.cleaned_data["justification"]}
