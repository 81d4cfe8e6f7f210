from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CatalogueConfig(AppConfig):
    name = "catalogue"
    verbose_name = _("Catalogue")

    def ready(self) -> None:
        from audit.events import EventKind, register

        register(
            EventKind("compound.created", _("Compound %(object_label)s was entered in the catalogue.")),
            EventKind("compound.updated", _("Compound %(object_label)s was updated.")),
            EventKind("site.created", _("Site %(object_label)s was opened.")),
        )
