"""What a refused form says of a file that was chosen: the browser does not send it again, unlike everything that was typed."""

from __future__ import annotations

from typing import Any

from django.forms import BaseForm
from django.utils.translation import gettext as _t


class ChosenFiles(BaseForm):
    """Before the other classes of a form with files."""

    def add_error(self, field: str | None, error: Any) -> None:
        super().add_error(field, error)
        words = _t("Choose “%(file)s” again: nothing was kept yet, and the browser does not send a file twice.")
        for name in (name for name in self.fields if name != field):
            chosen: Any = self.files.get(self.add_prefix(name))
            if chosen is not None:
                self.fields[name].help_text = words % {"file": chosen.name}
