"""Every text that people can write into the world, replaced by one that attacks whoever reads it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from typing import Any

from django.apps import apps
from django.db import DatabaseError, connection, models, transaction

OURS = ("accounts", "catalogue", "projects", "documents", "notifications", "process", "phases", "worksheets")
# What machines read: changed, it would make another world and not a dangerous one.
MACHINES = re.compile(
    r"(^|_)(key|code|number|kind|state|sha256|hash|digest|salt|token|email|url|link|path|language|zone|currency|type|id|gate|role|scope"
    r"|section|cas|smiles|inchi|inchikey|formula|password|secret|source|channel|country|query|slot|step|form|event|reference|tag|category"
    r"|subject|permission|dedupe|address|public|verdict|about|variant|page|structure|department|phase|query|text|name_key|group)(_|$|s$)"
)


WORDS = re.compile(r"[A-Z][a-z]|.*[A-Za-z].* ", re.DOTALL)  # in JSON, where no column says what it is: a key, a date and a hash are none


def text_fields() -> list[tuple[type[models.Model], str]]:
    found = []
    for model, field in _fields(models.CharField | models.TextField):
        is_text = not field.choices and not field.primary_key
        if is_text and not field.unique and (field.max_length or 1000) >= 60 and not MACHINES.search(field.name):
            found.append((model, field.name))
    return found


def json_fields() -> list[tuple[type[models.Model], str]]:
    return [(model, field.name) for model, field in _fields(models.JSONField)]


def _fields(kind: Any) -> Iterator[tuple[type[models.Model], Any]]:
    for model in apps.get_models():
        if model._meta.app_label in OURS and not model._meta.proxy and model._meta.managed and not model.__name__.endswith("Event"):
            yield from ((model, field) for field in model._meta.concrete_fields if isinstance(field, kind))


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
    return filled + [f"{model._meta.label}.{name}" for model, name in json_fields() if _fill_json(model, name, next(words))]


def _fill_json(model: type[models.Model], name: str, attack: str) -> bool:
    filled = False
    for pk, value in list(model._default_manager.values_list("pk", name)):
        attacking = with_attack(value, attack)
        if attacking == value:
            continue
        try:
            with transaction.atomic(), _frozen_or_not():
                filled |= bool(model._default_manager.filter(pk=pk).update(**{name: attacking}))
        except DatabaseError:
            continue
    return filled


@contextmanager
def _frozen_or_not() -> Iterator[None]:
    """What is frozen was typed by somebody too: for these statements the owner of the test's database switches the triggers off."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        cursor.execute("SET LOCAL session_replication_role = origin")


def with_attack(value: Any, attack: str, key: str = "") -> Any:
    """The same with the attack in place of every text in it; what machines read by its key or looks stays."""
    if isinstance(value, dict):
        return {each: with_attack(inside, attack, each) for each, inside in value.items()}
    if isinstance(value, list):
        return [with_attack(inside, attack, key) for inside in value]
    is_words = isinstance(value, str) and WORDS.match(value) and not MACHINES.search(key)
    return attack if is_words else value
