"""Checking a row before it is saved."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models

from audit.refusals import BadInput


def clean(row: models.Model) -> None:
    """Raises BadInput by field."""
    try:
        row.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        raise BadInput(error.message_dict) from error
