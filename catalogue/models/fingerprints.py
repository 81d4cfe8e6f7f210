"""What a compound looks like, as bits that the database compares."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, FloatField, Func, Value
from django.db.models.functions import Cast, NullIf
from django.utils.translation import gettext_lazy as _

from catalogue.models.compounds import Compound
from catalogue.parents import FINGERPRINT_BITS


class BitsField(models.Field):
    """A string of so many zeros and ones, kept as PostgreSQL's bit(n)."""

    def __init__(self, *args: Any, length: int = FINGERPRINT_BITS, **kwargs: Any) -> None:
        self.length = length
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"length": self.length}

    def db_type(self, connection: Any) -> str:
        return f"bit({self.length})"


class FingerprintQuerySet(models.QuerySet["CompoundFingerprint"]):
    def alike(self, bits: str, *, least: float) -> FingerprintQuerySet:
        """With their `score` (Tanimoto, 0 to 1) of at least so much, the most similar first.

        The database counts: 10,000 compounds take a few hundredths of a second, no process holds a copy that could be out of date, and
        whose compounds are asked about is part of the same query.
        """
        asked = Cast(Value(bits), BitsField())
        both, either = (Cast(_count(F("bits"), asked, how), FloatField()) for how in ("&", "|"))
        scored = self.annotate(score=both / NullIf(either, Value(0.0)))
        return scored.filter(score__gte=least).order_by("-score", "compound_id")


def _count(one: Any, other: Any, how: str) -> Func:
    return Func(one, other, template="bit_count(%(expressions)s)", arg_joiner=f" {how} ", output_field=models.BigIntegerField())


class CompoundFingerprint(models.Model):
    """Derived from the structure by `catalogue.services`: of the parent of a salt or solvate, its InChIKey and its Morgan bits, radius 2.

    Of its own table, so that the compound's history does not repeat it.
    """

    compound = models.OneToOneField(Compound, on_delete=models.CASCADE, primary_key=True, related_name="fingerprint")
    bits = BitsField(editable=False)
    parent_inchikey = models.CharField(_("InChIKey of the parent"), max_length=27, blank=True, editable=False, db_index=True)

    objects = FingerprintQuerySet.as_manager()

    class Meta:
        verbose_name = _("fingerprint of a compound")
        verbose_name_plural = _("fingerprints of compounds")

    def __str__(self) -> str:
        return f"Fingerprint of {self.compound_id}"
