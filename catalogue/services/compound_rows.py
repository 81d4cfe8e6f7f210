"""What is true of a row in the table of compounds: its number adds up, its structure is nobody else's, and stays once it is worked on."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext as _t

from audit.refusals import BadInput
from catalogue.chemistry import CasNumberError, normalise_cas
from catalogue.models import Compound
from catalogue.services.compounds import keep_fingerprint
from worksheets.rows import AlreadyThere, Rows


class CompoundRows(Rows):
    def tidy(self, row: Compound) -> dict[str, str]:
        row.references = "\n".join(line.strip() for line in row.references.splitlines() if line.strip())
        try:
            row.cas_number = normalise_cas(row.cas_number) if row.cas_number else ""
        except CasNumberError as error:
            return {"cas_number": str(error)}
        return {}

    def clean(self, row: Compound, changed: Collection[str]) -> None:
        if "structure_text" in changed:
            self._require_free(row)
            self._require_alone(row, "structure_text", inchikey=row.inchikey)
        if "cas_number" in changed:
            self._require_alone(row, "cas_number", cas=row.cas_number)

    def _require_free(self, row: Compound) -> None:
        """Masses of routes and costs of scenarios rest on a structure that is worked on."""
        kept = Compound.objects.filter(pk=row.pk).exclude(smiles="")
        if row.pk is None:
            return
        if kept.used().exists():
            raise BadInput(
                {"structure_text": _t("Projects work on this compound: its structure stays. Enter another one as a new compound.")}
            )
        if kept.filter(materials__isnull=False).exists():
            raise BadInput({"structure_text": _t("Materials are this compound: its structure stays. Enter another one as a new compound.")})

    def _require_alone(self, row: Compound, column: str, **identity: str) -> None:
        """Of what this person does not see the name is not told; that it is known here cannot be hidden, since it stands here once."""
        others = Compound.objects.same_as(**identity).exclude(pk=row.pk)
        other = others.first()
        if other is None:
            return
        if Compound.objects.visible_to(self.actor).filter(pk=other.pk).exists():
            raise AlreadyThere(column, other, other.get_absolute_url())
        raise BadInput({column: _t("This cannot be entered here. Enter it with the request or the route that needs it.")})

    def add(self, row: Compound) -> Compound:
        return self._indexed(super().add(row))

    def change(self, row: Compound, changed: Collection[str]) -> Compound:
        saved: Any = super().change(row, changed)
        return self._indexed(saved) if "structure_text" in changed else saved

    def _indexed(self, row: Compound) -> Compound:
        keep_fingerprint(row)
        return row
