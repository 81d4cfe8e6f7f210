"""Forms and bodies that are always filled in, so that a write arrives at the question whether this person may."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from rest_framework import serializers


def fill_everything_in(monkeypatch: pytest.MonkeyPatch, named: dict[str, Any]) -> None:
    """Every form and serializer is valid and holds something of each kind; `named`: what a field of this name holds."""

    def form_is_valid(form: forms.Form) -> bool:
        if form.is_bound:
            form._errors = forms.utils.ErrorDict()  # type: ignore[attr-defined]
            form.cleaned_data = {name: _typed(field) for name, field in form.fields.items()}
        return form.is_bound

    def body_is_valid(body: Any, *, raise_exception: bool = False) -> bool:
        body._errors, body._validated_data = {}, _sent(body, named)
        return True

    monkeypatch.setattr(forms.BaseForm, "is_valid", form_is_valid)
    monkeypatch.setattr(forms.BaseForm, "has_changed", lambda form: True)
    for kind in (serializers.Serializer, serializers.ListSerializer):
        monkeypatch.setattr(kind, "is_valid", body_is_valid)


def _typed(field: forms.Field) -> Any:
    match field:
        case forms.ModelMultipleChoiceField():
            return field.queryset[:1]  # type: ignore[index]
        case forms.ModelChoiceField():
            return field.queryset.first()  # type: ignore[union-attr]
        case forms.MultipleChoiceField():
            return list(_choices(field.choices))[:1]
        case forms.ChoiceField():
            first = next(_choices(field.choices), "")
            return field.clean(first) if first else first
        case forms.FileField():
            return SimpleUploadedFile("a.txt", b"text")
    return next((value for kinds, value in FORM_VALUES if isinstance(field, kinds)), "x")


def _choices(choices: Any) -> Iterator[str]:
    """Groups of them opened, the empty one left out."""
    for value, label in choices:
        if isinstance(label, list | tuple):
            yield from _choices(label)
        elif value not in ("", None):
            yield str(value)


def _sent(field: Any, named: dict[str, Any]) -> Any:
    match field:
        case serializers.ListSerializer() | serializers.ListField():
            return [_sent(field.child, named)]
        case serializers.Serializer():
            inside = {name: each for name, each in field.fields.items() if not each.read_only}
            return {name if each.source == "*" else each.source: _sent(each, named) for name, each in inside.items()}
        case serializers.ChoiceField():
            return next(iter(field.choices), "")
        case serializers.FileField():
            return SimpleUploadedFile("a.txt", b"text")
        case serializers.RelatedField():
            return field.get_queryset().first()  # type: ignore[union-attr]
    if field.field_name in named:
        return named[field.field_name]
    return next((value for kinds, value in BODY_VALUES if isinstance(field, kinds)), "x")


NOW = datetime.now(UTC)
FORM_VALUES: list[tuple[type[forms.Field], Any]] = [
    (forms.DateTimeField, NOW),
    (forms.DateField, timezone.localdate(NOW)),
    (forms.DecimalField, Decimal(1)),
    (forms.IntegerField, 1),
    (forms.BooleanField, True),
]
BODY_VALUES: list[tuple[Any, Any]] = [
    ((serializers.DictField, serializers.JSONField), {}),
    (serializers.ManyRelatedField, []),
    (serializers.DateTimeField, NOW),
    (serializers.DateField, timezone.localdate(NOW)),
    (serializers.DecimalField, Decimal(1)),
    (serializers.IntegerField, 1),
    (serializers.BooleanField, True),
]
