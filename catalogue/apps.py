from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CatalogueConfig(AppConfig):
    name = "catalogue"
    verbose_name = _("Catalogue")

    def ready(self) -> None:
        from django.urls import reverse

        from audit.events import Event, EventKind, register
        from catalogue import permissions, worksheets
        from catalogue.policies import register_policies

        def sites(event: Event) -> str:
            return reverse("sites")

        def link(event: Event) -> str:
            return str(event.data["link"])

        permissions.register()
        worksheets.register()
        register_policies()
        register(
            EventKind("compound.created", _("Compound %(object_label)s was entered in the catalogue.")),
            EventKind("compound.updated", _("Compound %(object_label)s was updated.")),
            EventKind("compound.cited", _("Where %(object_label)s is published was written down.")),
            EventKind("supplier.status_followed", _("By its qualification %(object_label)s is now: %(status)s."), link),
            EventKind("site.changed", _("Site %(object_label)s was corrected."), sites),  # a region that was lost with its country
            EventKind("site.sheet_owners_named", _("Owners of the feasibility sheets of %(object_label)s were named: %(owners)s."), link),
            # of sites and vessels: what stands in records from before their tables were worksheets
            EventKind("site.created", _("Site %(object_label)s was opened."), sites),
            EventKind("vessel.added", _("Vessel %(object_label)s of %(site)s was entered."), link),
            EventKind("vessel.changed", _("Vessel %(object_label)s of %(site)s was corrected."), link),
            EventKind("vessel.out_of_service", _("Vessel %(object_label)s of %(site)s was taken out of service."), link),
            EventKind("vessel.in_service", _("Vessel %(object_label)s of %(site)s went back into service."), link),
        )
