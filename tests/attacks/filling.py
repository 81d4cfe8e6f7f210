"""Every text that people can write into the world, replaced by one that attacks whoever reads it."""

from __future__ import annotations

import re
from itertools import cycle

from django.apps import apps
from django.db import DatabaseError, models, transaction

OURS = ("accounts", "catalogue", "projects", "documents", "notifications", "process", "phases")
# What machines read: changed, it would make another world and not a dangerous one.
MACHINES = re.compile(
    r"(^|_)(key|code|number|kind|state|sha256|hash|digest|salt|token|email|url|link|path|language|zone|currency|type|id|gate|role|scope"
    r"|section|cas|smiles|inchi|inchikey|formula|password|secret|source|channel|country|query|slot|step|form|event|reference|tag|category"
    r"|subject|permission|dedupe|address|public|verdict|about|variant|page|structure|department|phase|query|text|name_key|group)(_|$|s$)"
)


def text_fields() -> list[tuple[type[models.Model], str]]:
    found = []
    for model in apps.get_models():
        if model._meta.app_label not in OURS or model._meta.proxy or not model._meta.managed or model.__name__.endswith("Event"):
            continue
        for field in model._meta.concrete_fields:
            is_text = isinstance(field, models.CharField | models.TextField) and not field.choices and not field.primary_key
            if is_text and not field.unique and (field.max_length or 1000) >= 60 and not MACHINES.search(field.name):
                found.append((model, field.name))
    return found


def fill(*attacks: str) -> list[str]:
    """The names of the fields that now attack, each with the next of `attacks`; what the database keeps unchanged stays."""
    filled, words = [], cycle(attacks)
    for model, name in text_fields():
        try:
            with transaction.atomic():
                if model._default_manager.exclude(**{name: ""}).update(**{name: next(words)}):
                    filled.append(f"{model._meta.label}.{name}")
        except DatabaseError:
            continue
    return filled
