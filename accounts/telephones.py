"""What cannot be a telephone number."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

is_dialled = RegexValidator(r"\d", _("A telephone number has digits, as in +41 61 000 00 00."))


def undiallable(typed: str) -> list[str]:
    """What is wrong with it; nothing with an empty one."""
    try:
        if typed:
            is_dialled(typed)
    except ValidationError as error:
        return error.messages
    return []
