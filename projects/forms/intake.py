"""Forms of what comes in from outside: the drop, and what a person says of a message whose sender nobody knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from projects.forms.rfp import LogRfpForm
from projects.models.rfp_choices import Channel

FORM_NAMES = {"client_name": "client", "contact_name": "contact"}  # fields of `log_rfp` → of the form


class IntakeForm(forms.Form):
    file = forms.FileField(
        label=_("Message or questionnaire"),
        allow_empty_file=True,
        max_length=250,
        widget=forms.FileInput(attrs={"accept": ".eml,.xlsx"}),
    )


class IntakeRfpForm(LogRfpForm):
    """The form of a call, filled in with what the message says."""

    def __init__(self, *args: Any, said: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        initial = {FORM_NAMES.get(name, name): value for name, value in (said or {}).items()}
        super().__init__(*args, **{"initial": {"channel": Channel.EMAIL, **initial}, **kwargs})


def say_problems(form: forms.Form, problems: Iterable[Mapping[str, str]]) -> None:
    """At each field what was written for it and could not be read. What was typed is escaped: a help text is shown as it is."""
    for problem in problems:
        field = form.fields.get(FORM_NAMES.get(problem["field"], problem["field"]))
        if field is not None:
            words = _t("The file says “%(typed)s”. %(words)s") % {"typed": problem["typed"][:100], "words": problem["words"]}
            field.help_text = format_html('{} <span class="rfp-unread">{}</span>', field.help_text, words)
