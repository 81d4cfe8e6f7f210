"""Who answers for the feasibility sheets of a department, for projects at a site."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from accounts.models import RoleGrant
from audit.history import tracked
from catalogue.models.kept import InternalQuerySet
from catalogue.models.places import Site

SHEET_DEPARTMENTS = ("research", "material_control", "analytical", "production", "ehs")  # asked for a feasibility sheet by a submission


class SheetOwnerQuerySet(InternalQuerySet):
    def with_standing(self) -> SheetOwnerQuerySet:
        """`works_there`: the account is active, and the person still holds the role of the department."""
        role = RoleGrant.objects.in_force().filter(user=OuterRef("person"), role=OuterRef("department__key"))
        return self.annotate(works_there=Exists(role)).select_related("department", "person")

    def working(self) -> SheetOwnerQuerySet:
        return self.with_standing().filter(works_there=True)


@tracked
class SheetOwner(models.Model):
    """The person with whom the sheet of a department opens for a project at the site. Without one it is the department's.

    Taken away with the site, or when nobody is named any more: the history of the row keeps who it was.
    """

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="sheet_owners", verbose_name=_("site"))
    department = models.ForeignKey("accounts.Department", on_delete=models.PROTECT, related_name="+", verbose_name=_("department"))
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("person"))

    works_there: bool  # where `with_standing` has asked

    objects = SheetOwnerQuerySet.as_manager()

    class Meta:
        verbose_name = _("owner of sheets")
        verbose_name_plural = _("owners of sheets")
        ordering = ["site_id", "department__name", "id"]
        constraints = [models.UniqueConstraint(fields=["site", "department"], name="sheet_owner_once_at_a_site")]

    def __str__(self) -> str:
        return f"{self.department}: {self.person}"
