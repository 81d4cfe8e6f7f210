"""The field in which a record's state machine stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django_fsm import FSMField


class StateField(FSMField):
    """A state that only its transitions change; to migrations, and to the history of the record, it is plain text.

    A state machine in a historical model would have nobody to use it, and each of them listens to every model that is made
    afterwards: with them, migrating an empty database takes more than twice as long.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "protected": True})

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, _path, args, kwargs = super().deconstruct()
        kwargs.pop("protected")
        return name, "django.db.models.CharField", args, kwargs
