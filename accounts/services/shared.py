"""What the services of this app share: bad input is said at its field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import models

from audit.refusals import BadInput

if TYPE_CHECKING:
    from audit.refusals import Words


def refuse_if(wrong: bool, field: str, words: Words) -> None:
    if wrong:
        raise BadInput({field: [words]})


def check(row: models.Model) -> None:
    try:
        row.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        raise BadInput(error.message_dict) from error
