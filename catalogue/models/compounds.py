"""Compounds, identified by their structure and their CAS number."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audit.history import tracked
from catalogue.chemistry import CasNumberError, Structure, normalise_cas, parse_structure
from catalogue.models.kept import CAS_NUMBER
from catalogue.parents import Composition, composition_or_none

if TYPE_CHECKING:
    from accounts.models import User

DERIVED = ("smiles", "inchikey", "formula", "molar_mass_g_per_mol", "molfile")  # from the structure


class Use(Protocol):
    """A layer above knows what belongs to a compound. Rows have `used_id`, the compound's; seen: those that this person sees."""

    def rows(self) -> QuerySet[Any]: ...

    def seen(self, user: User) -> QuerySet[Any]: ...


_uses: list[Use] = []


def register_use(use: Use) -> None:
    _uses.append(use)


def _one_of(rows: QuerySet[Any]) -> Q:
    return Q(Exists(rows.filter(used_id=OuterRef("pk"))))


class CompoundQuerySet(models.QuerySet["Compound"]):
    def visible_to(self, user: User) -> CompoundQuerySet:
        """People of ours see what nobody uses, and what is used by something that they see: what is made for a request that is kept to
        named people is kept with it."""
        if not (user.is_active and user.is_internal):
            return self.none()
        known = ~Q(pk__in=[])
        for use in _uses:
            known &= ~_one_of(use.rows())
        for use in _uses:
            known |= _one_of(use.seen(user))
        return self.filter(known)

    def used(self) -> CompoundQuerySet:
        """By anything, whoever sees it."""
        found = Q(pk__in=[])
        for use in _uses:
            found |= _one_of(use.rows())
        return self.filter(found)

    def matching(self, words: str) -> CompoundQuerySet:
        """Part of the name, or the whole code, formula, InChIKey or CAS number; the latter with or without its dashes."""
        named = Q(name__icontains=words) | Q(code__iexact=words) | Q(formula__iexact=words) | Q(inchikey__iexact=words)
        with suppress(CasNumberError):
            named |= Q(cas_number=normalise_cas(words))
        return self.filter(named)

    def same_as(self, *, cas: str = "", inchikey: str = "", name: str = "") -> CompoundQuerySet:
        """Compounds that one of the given identifiers points to; none when nothing is given.

        A name (or code) only suggests: two clients may both call something "Compound 1".
        """
        matches = Q(pk__in=[])
        if cas:
            matches |= Q(cas_number=cas)
        if inchikey:
            matches |= Q(inchikey=inchikey)
        if name:
            matches |= Q(name__iexact=name) | Q(code__iexact=name)
        return self.filter(matches)


@tracked
class Compound(models.Model):
    """A chemical compound, identified by its structure (InChIKey) and its CAS number.

    SMILES, InChIKey, formula and molar mass (average atomic weights, g/mol, of the whole salt or solvate) are derived
    from the structure by `catalogue.services`; nobody types them.
    """

    name = models.CharField(_("name"), max_length=200)
    code = models.CharField(_("code"), max_length=60, blank=True)
    cas_number = models.CharField(_("CAS number"), max_length=12, blank=True, validators=[CAS_NUMBER])
    molfile = models.TextField(_("molfile"), max_length=100_000, blank=True)
    smiles = models.TextField(_("SMILES"), blank=True, editable=False)
    inchikey = models.CharField(_("InChIKey"), max_length=27, blank=True, editable=False)
    formula = models.CharField(_("molecular formula"), max_length=200, blank=True, editable=False)
    molar_mass_g_per_mol = models.FloatField(_("molar mass (g/mol)"), null=True, blank=True, editable=False)
    pubchem_cid = models.PositiveIntegerField(_("PubChem CID"), null=True, blank=True, validators=[MinValueValidator(1)])
    references = models.TextField(_("published in"), max_length=4000, blank=True, help_text=_("Patents and papers, one a line."))
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    objects = CompoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("compound")
        verbose_name_plural = _("compounds")
        ordering = ["name", "id"]
        indexes = [GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="compound_name_trigrams")]
        constraints = [
            models.UniqueConstraint(fields=["cas_number"], condition=~Q(cas_number=""), name="compound_cas_number_once"),
            models.UniqueConstraint(fields=["inchikey"], condition=~Q(inchikey=""), name="compound_inchikey_once"),
            models.CheckConstraint(condition=~Q(name=""), name="compound_has_a_name"),
            models.CheckConstraint(
                condition=Q(smiles="", inchikey="", formula="", molar_mass_g_per_mol=None, molfile="")
                | (~Q(smiles="") & ~Q(inchikey="") & ~Q(formula="") & Q(molar_mass_g_per_mol__gt=0)),
                name="compound_structure_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("compound-detail", args=[self.pk])

    @property
    def structure_text(self) -> str:
        """As it is typed; setting it sets everything that follows from it, and raises StructureError."""
        return self.smiles

    @structure_text.setter
    def structure_text(self, text: str) -> None:
        self.take(parse_structure(text) if text else None)

    def take(self, structure: Structure | None) -> list[str]:
        """Set everything that follows from the structure; the names of the fields set."""
        nothing: dict[str, Any] = dict.fromkeys(DERIVED, "") | {"molar_mass_g_per_mol": None}
        for name in DERIVED:
            setattr(self, name, getattr(structure, name) if structure else nothing[name])
        return list(DERIVED)

    @property
    def cited(self) -> list[str]:
        return [line.strip() for line in self.references.splitlines() if line.strip()]

    @property
    def composition(self) -> Composition | None:
        """Parent, counter-ions, solvates and stereochemistry; None without a structure."""
        return composition_or_none(self.smiles)
