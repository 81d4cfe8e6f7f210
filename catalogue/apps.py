from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CatalogueConfig(AppConfig):
    name = "catalogue"
    verbose_name = _("Catalogue")

    def ready(self) -> None:
        from django.urls import reverse

        from audit.events import Event, EventKind, register
        from catalogue import permissions

        def sites(event: Event) -> str:
            return reverse("sites")

        permissions.register()
        register(
            EventKind("compound.created", _("Compound %(object_label)s was entered in the catalogue.")),
            EventKind("compound.updated", _("Compound %(object_label)s was updated.")),
            EventKind("compound.cited", _("Where %(object_label)s is published was written down.")),
            EventKind("site.created", _("Site %(object_label)s was opened."), sites),
            EventKind("site.changed", _("Site %(object_label)s was corrected."), sites),
        )
