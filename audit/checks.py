"""System checks that keep the guards of the record in place."""

from collections.abc import Sequence
from typing import Any

import pgtrigger
from django.apps import AppConfig
from django.apps import apps as django_apps
from django.core import checks

from audit.models import AppendOnly


@checks.register(checks.Tags.models)
def append_only_models_are_protected(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    """A subclass whose Meta does not inherit AppendOnly.Meta loses the trigger without a word; this check speaks."""
    guarded: set[Any] = {model for model, trigger in pgtrigger.registered() if isinstance(trigger, pgtrigger.Protect)}
    return [
        checks.Error(
            f"{model._meta.label} is append-only but has no protecting trigger.",
            hint="Write `class Meta(AppendOnly.Meta)`.",
            obj=model,
            id="audit.E001",
        )
        for model in django_apps.get_models()
        if issubclass(model, AppendOnly) and not model._meta.proxy and model not in guarded
    ]
